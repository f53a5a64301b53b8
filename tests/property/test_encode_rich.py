"""Answers with everything that events can tell, more than written streams hold, through every dialect and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.encode_laws import TARGETS, assert_accounted, assert_same_answer

from deltawire import Encoder, Event, Usage, parse
from deltawire.events import (
    ChoiceFinished,
    Citation,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    Malformed,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.testing import laws_of_order

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
PIECES = st.lists(TEXTS, min_size=1, max_size=3)
COUNTS = st.none() | st.integers(0, 500)
PAYLOADS = st.sampled_from(
    [
        {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1},
        {"type": "url_citation", "url_citation": {"url": "v"}},
        {"type": "char_location", "cited_text": "x", "document_index": 0},
        {"web": {"uri": "u"}},
        "bare",
        None,
    ]
)
TOKENS = st.sampled_from([{"token": "a", "logprob": -0.1}, {"token": "a", "logProbability": -0.1}, {"tokens": []}])
MEDIA = (("image", "image/png"), ("audio", None), ("transcript", "text/plain"), ("file", None))
ODD_ENDS = [reason for reason in FinishReason if reason.name not in ("STOP", "TOOL_CALLS", "UNKNOWN")]
CONTENT = ("text", "reasoning", "summary", "refusal", "function", "custom", "cut", "media", "tool", "state")


@st.composite
def part_events(draw: st.DrawFn, kind: str, choice: int, part: int, index: int) -> list[Event]:
    """The events of one part."""
    at: dict[str, Any] = {"choice": choice, "part": part}
    if kind in ("text", "refusal"):
        events: list[Event] = [(TextDelta if kind == "text" else RefusalDelta)(each, **at) for each in draw(PIECES)]
        if draw(st.booleans()):
            events.append(Citation(draw(PAYLOADS), **at))
        return events + ([Logprobs([draw(TOKENS)], **at)] if draw(st.booleans()) else [])
    if kind in ("reasoning", "summary"):
        deltas = [
            ReasoningDelta(each, **at, kind="text" if kind == "reasoning" else "summary") for each in draw(PIECES)
        ]
        return [*deltas, *draw(st.sampled_from([[], [OpaqueState("signature", "c2ln", **at)]]))]
    if kind == "media":
        data = draw(st.sampled_from([("QUJD", None), (None, "gs://x")]))
        media = draw(
            st.sampled_from([("image", "image/png"), ("audio", None), ("transcript", "text/plain"), ("file", None)])
        )
        return [MediaDelta(*media, *data, **at), PartFinished(media[0], {"x": 1}, **at)]
    if kind == "tool":
        name = draw(st.sampled_from(["web_search", "code_execution"]))
        native = {"type": "server_tool_use", "id": "s", "name": name, "input": {}}
        return [ServerToolUsed(draw(st.sampled_from(["call", "status", "result"])), name, "s", native, **at)]
    if kind == "state":
        state = draw(st.sampled_from(["redacted", "encrypted", "continuation", "signature"]))
        return [OpaqueState(state, f"eH{part}=", "rs_1", **at), PartFinished("reasoning", {"type": "reasoning"}, **at)]
    return draw(call_events(kind, at, index))


@st.composite
def call_events(draw: st.DrawFn, kind: str, at: dict[str, Any], index: int) -> list[Event]:
    """The events of a call: of a function, of a custom tool, or cut."""
    text = json.dumps(draw(st.dictionaries(TEXTS, st.none() | TEXTS, max_size=2)))
    text = draw(st.text(max_size=5)) if kind == "custom" else text[:-1] if kind == "cut" else text
    place = draw(st.integers(0, len(text)))
    tool = "custom" if kind == "custom" else "function"
    identifier = f"call_{at['choice']}_{index}"
    return [
        ToolCallStarted(index, identifier, "f", tool, **at),
        *(ToolCallDelta(index, piece, **at) for piece in (text[:place], text[place:]) if piece),
        ToolCallFinished(index, identifier, "f", text, kind != "cut", tool, **at),
    ]


@st.composite
def choices_of(draw: st.DrawFn, choice: int) -> list[Event]:
    """One choice: its parts in order, or some of them side by side, and its end."""
    kinds = draw(st.lists(st.sampled_from(CONTENT), max_size=4))
    parts = [draw(part_events(kind, choice, number, number)) for number, kind in enumerate(kinds)]
    events: list[Event] = []
    if draw(st.booleans()):
        while any(parts):
            each = draw(st.sampled_from([part for part in parts if part]))
            events.append(each.pop(0))
    else:
        events = [event for part in parts for event in part]
    for place in draw(st.lists(st.integers(0, len(events)), max_size=2)):
        events.insert(place, draw(st.sampled_from([Heartbeat("comment"), Unknown({"x": 1}), Malformed(b"{", "cut")])))
    plain = FinishReason.REFUSAL if "refusal" in kinds else FinishReason.STOP
    plain = FinishReason.TOOL_CALLS if {"function", "custom"}.intersection(kinds) else plain
    reason = draw(st.sampled_from([plain, *ODD_ENDS]))
    return [*events, ChoiceFinished(reason, "their word", choice)]


@st.composite
def rich_answers(draw: st.DrawFn) -> list[Event]:
    """A whole answer of one choice or two, of a vendor or of nobody."""
    provider = draw(st.sampled_from([*TARGETS, "cohere", ""]))
    events: list[Event] = [ResponseStarted("r", "m", provider)]
    for choice in range(draw(st.integers(1, 2))):
        events += draw(choices_of(choice))
    if draw(st.sampled_from([True, False, False, False])):
        kind = draw(st.sampled_from([FailureKind.OVERLOADED, FailureKind.TRUNCATED, FailureKind.CONTENT_FILTER]))
        return [*events, Failed(Failure(kind, "It went wrong somehow", after_content=True))]
    usage = draw(st.none() | st.builds(Usage, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS))
    first = next(event for event in events if isinstance(event, ChoiceFinished))
    damaged = any(isinstance(event, Malformed) for event in events)
    told = [] if usage is None else [UsageUpdate(usage)]
    return [*events, *told, Finished(first.reason, first.raw_reason, usage, "m", damaged)]


@pytest.mark.parametrize("target", TARGETS)
@given(rich_answers())
def test_everything_comes_back_or_is_listed(target: str, events: list[Event]) -> None:
    encoder = Encoder(target)
    received = parse(target, b"".join(map(encoder.feed, events)), think="off")
    laws_of_order(received)
    assert_same_answer(events, target, received)
    assert_accounted(events, encoder.lost, received)
