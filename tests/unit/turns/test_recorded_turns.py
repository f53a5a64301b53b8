"""Every recorded stream goes back to the model without a loss: its turn, read again as a whole answer, says the same.

What is compared, of the parts that go back (`usable_parts`: no incomplete calls, no reasoning from between think tags):

- what was said, joined: texts, refusals, transcripts;
- every call: id (as the API accepts it), name, kind, and arguments as a value, for functions an object;
- every piece of state: kind and data, in order;
- for schemas whose turn is made of parts, the sequence of all parts: kind, text, call, native form of what else there
  is, and the state that hangs on each.

The exceptions, and why:

| where | what | why |
| --- | --- | --- |
| everywhere | continuation tokens | belong into the request, not into a turn |
| everywhere | an answer that says and calls nothing | gives no turn; so do thoughts that nothing follows |
| Anthropic, Bedrock | texts of white space alone | are refused: they join the text beside them, or stay out |
| Gemini, Ollama | ids that the server did not give | are not sent: the second parser makes up others |
| Gemini | sources | stand beside the content, not in it |
| Chat Completions, Ollama, Cohere | the order of texts and calls | have fields of their own each |
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.helpers import recorded
from tests.turn_messages import accumulated, read_again

from deltawire.events import Event, Failed, Finished, FinishReason, ToolCallFinished, ToolCallStarted
from deltawire.message import MediaPart, Message, MessageChoice, MessagePart, ReasoningPart, TextPart, ToolCallPart
from deltawire.response import parser
from deltawire.turns import assistant_turn
from deltawire.turns.call_ids import accepted_id
from deltawire.turns.families import Family, family_of
from deltawire.turns.parts import all_spoken, arguments_value, spoken, usable_parts, without_blank_texts

DIALECTS = (
    "anthropic",
    "bedrock",
    "bedrock-invoke",
    "cohere",
    "gemini",
    "gemini-interactions",
    "mistral",
    "ollama",
    "openai-chat",
    "openai-responses",
)
IN_ORDER = {Family.ANTHROPIC, Family.CONVERSE, Family.GEMINI, Family.INTERACTIONS, Family.RESPONSES}
BLANKS_JOIN = {Family.ANTHROPIC, Family.CONVERSE}
IDS_MADE_UP = {Family.GEMINI, Family.OLLAMA}
EVENT_STREAM = "application/vnd.amazon.eventstream"


def rows_of(streams: Path, dialect: str) -> list[dict[str, Any]]:
    return [row for row in recorded(streams) if row["dialect"] == dialect]


def media_type(row: dict[str, Any]) -> str:
    return row.get("content_type") or (EVENT_STREAM if row["file"].endswith(".bin") else "")


def feed(row: dict[str, Any], chunks: list[bytes]) -> list[list[Event]]:
    """The events after each chunk; the last list is that of a clean end behind them."""
    response = parser(row["dialect"])
    batches = [response.receive_head(row.get("http_status") or 200, [("content-type", media_type(row))])]
    batches += [response.receive_data(chunk) for chunk in chunks]
    return [*batches, response.receive_eof()]


def joined(batches: list[list[Event]]) -> list[Event]:
    return [event for batch in batches for event in batch]


def state_of(part: MessagePart) -> tuple[tuple[str, str], ...]:
    return tuple((state.kind, state.data) for state in part.opaque if state.kind != "continuation")


def call_of(part: ToolCallPart, family: Family, provider: str) -> tuple[Any, ...]:
    made_up = part.synthetic_id and family in IDS_MADE_UP
    value = arguments_value(part) if part.kind == "function" else part.arguments
    return (None if made_up else accepted_id(part.id, provider), part.name, part.kind, value)


def shape(part: MessagePart, family: Family, provider: str) -> tuple[Any, ...]:
    """All that must be the same of one part."""
    head = (type(part).__name__, state_of(part), () if family is Family.GEMINI else part.citations)
    match part:
        case ToolCallPart():
            return *head, call_of(part, family, provider)
        case TextPart() | ReasoningPart():
            return *head, part.text
        case MediaPart():
            return *head, part.kind, part.media_type, "".join(part.data), part.uri
        case _:
            return *head, part.native, spoken(part)


def said(choice: MessageChoice, family: Family, provider: str) -> dict[str, Any]:
    """All that must be the same of one choice."""
    parts = usable_parts(choice.parts, None)
    if family in BLANKS_JOIN:
        parts = without_blank_texts(parts)
    facts: dict[str, Any] = {
        "text": all_spoken(parts),
        "calls": [call_of(part, family, provider) for part in parts if isinstance(part, ToolCallPart)],
        "state": [piece for part in parts for piece in state_of(part)],
    }
    if family in IN_ORDER:
        facts["parts"] = [shape(part, family, provider) for part in parts]
    return facts


def losses(message: Message, choice: MessageChoice) -> dict[str, Any]:
    """What the turn of a choice does not say as the choice did, by name; empty if nothing is lost."""
    provider = message.provider
    family = family_of(provider, choice.parts, message.model)
    before = said(choice, family, provider)
    turn = assistant_turn(message, provider, choice.index)
    json.dumps(turn, allow_nan=False)
    if not turn:
        return {name: value for name, value in before.items() if value and name in ("text", "calls")}
    again = read_again(provider, family, turn)
    after = said(again.choices[0] if again.choices else MessageChoice(0), family, provider)
    return {name: (value, after[name]) for name, value in before.items() if after[name] != value}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_turn_of_every_recorded_stream_says_the_same(streams: Path, dialect: str) -> None:
    compared, lost = 0, {}
    for row in rows_of(streams, dialect):
        message = accumulated(joined(feed(row, [(streams / row["file"]).read_bytes()])))
        for choice in message.choices:
            compared += 1
            difference = losses(message, choice)
            if difference:
                lost[row["file"], choice.index] = difference
    assert lost == {}
    assert compared


def strictly_parsed(arguments: str) -> Any:
    def refuse(name: str) -> None:
        raise ValueError(name)

    return json.loads(arguments, parse_constant=refuse) if arguments.strip() else {}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_calls_of_every_recorded_stream_are_complete_exactly_if_it_ended_properly(
    streams: Path, dialect: str
) -> None:
    wrong: list[tuple[str, Event]] = []
    for row in rows_of(streams, dialect):
        events = joined(feed(row, [(streams / row["file"]).read_bytes()]))
        end = events[-1]
        proper = isinstance(end, Finished) and end.reason is not FinishReason.LENGTH
        for call in (event for event in events if isinstance(event, ToolCallFinished)):
            parsed = call.kind != "function" or not call.complete or strictly_parsed(call.arguments) in (None, {})
            parsed = parsed or isinstance(strictly_parsed(call.arguments), dict)
            if call.complete is not proper or not parsed:
                wrong.append((row["file"], call))
    assert wrong == []


def pieces(body: bytes) -> list[bytes]:
    """The body frame by frame, or in hundredths if it has no blank lines."""
    ends = [found.end() for found in re.finditer(rb"\r?\n\r?\n", body)]
    ends = ends if len(ends) > 1 else list(range(len(body) // 100, len(body), len(body) // 100 + 1))
    bounds = [0, *ends, len(body)]
    return [body[low:high] for low, high in pairwise(bounds) if low < high]


def last_open(batches: list[list[Event]]) -> int | None:
    """The number of the last batch behind which a call is open, None if each came at once."""
    found, still_open = None, set[tuple[int, int]]()
    for number, batch in enumerate(batches[:-1]):
        for event in batch:
            if isinstance(event, ToolCallStarted):
                still_open.add((event.choice, event.index))
            elif isinstance(event, ToolCallFinished):
                still_open.discard((event.choice, event.index))
        if still_open:
            found = number
    return found


@pytest.mark.parametrize("dialect", ["anthropic", "bedrock", "cohere", "openai-chat", "openai-responses"])
def test_a_call_that_a_cut_leaves_open_is_incomplete_and_in_no_turn(streams: Path, dialect: str) -> None:
    wrong: list[str] = []
    tried = 0
    for row in rows_of(streams, dialect):
        if not row.get("has_tools"):
            continue
        chunks = pieces((streams / row["file"]).read_bytes())
        number = last_open(feed(row, chunks))
        if number is None:
            continue
        tried += 1
        batches = feed(row, chunks[:number])
        events = joined(batches)
        closed_by_end = [event for event in batches[-1] if isinstance(event, ToolCallFinished)]
        message = accumulated(events)
        turn = json.dumps([assistant_turn(message, dialect, choice.index) for choice in message.choices])
        if (
            not (isinstance(events[-1], Failed) or events[-1].reason is FinishReason.LENGTH)
            or not closed_by_end
            or any(call.complete or accepted_id(call.id, dialect) in turn for call in closed_by_end)
        ):
            wrong.append(row["file"])
    assert wrong == []
    assert tried > 3
