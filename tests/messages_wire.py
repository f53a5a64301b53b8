"""Events of Anthropic's Messages API, written by hand, and what tests ask of what becomes of them."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from deltawire.events import ChoiceFinished, Event, Finished, FinishReason, Note, PartFinished, ResponseStarted
from deltawire.parsing import parse
from deltawire.response import ResponseParser, parser
from deltawire.usage import Usage
from tests.provider_laws import hold_laws, of_payloads

Payload = dict[str, Any]
NAME = "anthropic"
HALF_A_PAIR = re.compile("[\ud800-\udfff]")
STARTED = ResponseStarted("msg_1", "claude-small", NAME)
STOP = {"type": "message_stop"}
PING = {"type": "ping"}


def message(*content: Any, **fields: Any) -> Payload:
    """A message object, as it starts unless `fields` say more."""
    shell = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-small", "content": list(content)}
    return {**shell, "stop_reason": None, "stop_sequence": None, **fields}


def begin(*content: Any, **fields: Any) -> Payload:
    return {"type": "message_start", "message": message(*content, **fields)}


def start(index: Any, kind: str = "", **fields: Any) -> Payload:
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **fields}}


def delta(index: Any, kind: str, **fields: Any) -> Payload:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def stop(index: Any) -> Payload:
    return {"type": "content_block_stop", "index": index}


def change(reason: Any = "end_turn", usage: Any = None, **fields: Any) -> Payload:
    said = {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None, **fields}}
    return said if usage is None else {**said, "usage": usage}


def text(index: Any, said: Any) -> Payload:
    return delta(index, "text_delta", text=said)


def thinking(index: Any, said: Any) -> Payload:
    return delta(index, "thinking_delta", thinking=said)


def signed(index: Any, signature: Any) -> Payload:
    return delta(index, "signature_delta", signature=signature)


def part_of_input(index: Any, piece: Any) -> Payload:
    return delta(index, "input_json_delta", partial_json=piece)


def open_text(index: Any, **fields: Any) -> Payload:
    return start(index, "text", **{"text": "", **fields})


def open_thinking(index: Any, **fields: Any) -> Payload:
    return start(index, "thinking", **{"thinking": "", "signature": "", **fields})


def open_call(index: Any, identifier: Any = "toolu_1", name: Any = "find", **fields: Any) -> Payload:
    return start(index, "tool_use", **{"id": identifier, "name": name, "input": {}, **fields})


def call_block(name: str = "find", identifier: str = "toolu_1", **fields: Any) -> Payload:
    """A whole `tool_use` block."""
    return {"type": "tool_use", "id": identifier, "name": name, "input": {}, **fields}


def talk(*pieces: str, index: int = 0) -> list[Payload]:
    """A block of text."""
    return [open_text(index), *(text(index, piece) for piece in pieces), stop(index)]


def call(*pieces: str, index: int = 0, identifier: str = "toolu_1", name: str = "find") -> list[Payload]:
    """A block that is a tool call."""
    pieces_of_input = (part_of_input(index, piece) for piece in pieces)
    return [open_call(index, identifier, name), *pieces_of_input, stop(index)]


def whole(*blocks: Payload, reason: Any = "end_turn", **fields: Any) -> list[Payload]:
    """A stream with its proper begin and end around these events."""
    return [begin(), *blocks, change(reason, **fields), STOP]


def sse(*payloads: Any, names: bool = True, end: str = "\n") -> bytes:
    """The body that the API sends: each frame named by its type."""
    frames: list[str] = []
    for payload in payloads:
        said = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        if HALF_A_PAIR.search(said):
            said = json.dumps(payload)
        name = f"event: {payload['type']}{end}" if names and isinstance(payload, dict) and "type" in payload else ""
        frames.append(f"{name}data: {said}{end}{end}")
    return "".join(frames).encode()


def general_parser(**options: Any) -> ResponseParser:
    """A parser that never takes the quick way."""
    general = parser(NAME, **options)
    general._provider.receive = general._provider.receive_any  # type: ignore[attr-defined]
    return general


def events_of(*payloads: Any, **options: Any) -> list[Event]:
    """All events of a stream: equal as a body and as payloads, on the quick way and the general one."""
    events = parse(NAME, sse(*payloads), **options)
    hold_laws(events)
    assert events == of_payloads(parser(NAME, **options), payloads)
    assert events == of_payloads(general_parser(**options), payloads)
    return events


def told(*payloads: Any, **options: Any) -> list[Event]:
    """What the last payload alone gives, behind those before it."""
    response = parser(NAME, **options)
    for payload in payloads[:-1]:
        response.receive_payload(copy.deepcopy(payload))
    return response.receive_payload(copy.deepcopy(payloads[-1]))


def content_of(*blocks: Any, reason: Any = "end_turn") -> list[Event]:
    """The events of these between the start of their message and its finish, without usage and notes."""
    events = events_of(*whole(*blocks, reason=reason))
    assert events[0] == STARTED
    assert isinstance(events[-1], Finished)
    end = next(place for place, event in enumerate(events) if isinstance(event, ChoiceFinished))
    return [event for event in events[1:end] if not isinstance(event, Note)]


def natives(events: list[Event]) -> list[Any]:
    """The finished blocks, as the next request wants them back."""
    return [event.native for event in events if isinstance(event, PartFinished)]


def finished(reason: FinishReason, raw: str | None = None, usage: Usage | None = None, **fields: Any) -> Finished:
    return Finished(reason, raw, usage, **{"model": "claude-small", **fields})


COUNTS = {"input_tokens": 9, "output_tokens": 1}
SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
FOUND = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [{"type": "web_search_result", "url": "https://a.test", "title": "A", "encrypted_content": "Zm91bmQ="}],
}
SOURCE = {"type": "web_search_result_location", "url": "https://a.test", "cited_text": "so", "encrypted_index": "aQ=="}
OVERLOADED = {"type": "error", "error": {"details": None, "type": "overloaded_error", "message": "Overloaded"}}

TALK = [
    begin(usage={**COUNTS, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 4, "service_tier": "standard"}),
    open_text(0),
    PING,
    text(0, "Hel"),
    text(0, "lo"),
    text(0, ""),
    text(0, " ✓"),
    stop(0),
    change(usage={"output_tokens": 15}),
    STOP,
]
THOUGHT = whole(
    open_thinking(0),
    thinking(0, "hm"),
    thinking(0, " so"),
    signed(0, "c2lnbmVk"),
    stop(0),
    start(1, "redacted_thinking", data="b3BhcXVl"),
    stop(1),
    *talk("Hi", "!", index=2),
    usage={"output_tokens": 40, "output_tokens_details": {"thinking_tokens": 30}},
)
CALLS = whole(
    *talk("Let me look.", index=0),
    *call("", '{"q":', ' "é"}', index=1, identifier="toolu_a"),
    *call("", '{"q": "y"', "}", index=2, identifier="toolu_b"),
    *call(index=3, identifier="toolu_c", name="now"),
    reason="tool_use",
)
INTERLEAVED = whole(
    open_call(0, "toolu_a"),
    open_call(2, "toolu_b"),
    part_of_input(2, '{"q":'),
    part_of_input(0, '{"q":'),
    part_of_input(2, "2}"),
    part_of_input(0, "0"),
    part_of_input(0, "}"),
    stop(2),
    stop(0),
    reason="tool_use",
)
SEARCHED = whole(
    start(0, **SEARCH),
    part_of_input(0, ""),
    part_of_input(0, '{"query":'),
    part_of_input(0, '"a"}'),
    stop(0),
    start(1, **FOUND),
    stop(1),
    open_text(2, citations=[]),
    text(2, "so"),
    delta(2, "citations_delta", citation=SOURCE),
    text(2, " it is"),
    stop(2),
    usage={"output_tokens": 9, "server_tool_use": {"web_search_requests": 1}},
)
COMPACTED = whole(
    start(0, "compaction", content=None, encrypted_content=None),
    delta(0, "compaction_delta", content="So far: ✓", encrypted_content="ZW5j"),
    stop(0),
    start(1, "fallback", **{"from": {"model": "claude-small"}, "to": {"model": "claude-large"}}),
    stop(1),
    *talk("On", index=2),
    reason="compaction",
)
MADE_EARLIER = [
    begin(call_block(input={"q": "x"}, caller={"type": "code_execution_20260101", "tool_id": "srvtoolu_1"})),
    change("tool_use"),
    STOP,
]
MIXED = whole(
    open_call(0),
    part_of_input(0, '{"q":'),
    text(0, "aside"),
    text(0, " more"),
    part_of_input(0, " 1}"),
    stop(0),
    open_thinking(1),
    thinking(1, "hm"),
    delta(1, "thinking_delta", thinking="", estimated_tokens=50),
    signed(1, "c2ln"),
    signed(1, "bmVk"),
    stop(1),
    reason="tool_use",
)
ODD = [
    PING,
    start(0, "hologram", data=[1]),
    delta(0, "hologram_delta", data=2),
    text(0, "seen"),
    stop(0),
    {"type": "vertex_event"},
    text(4, "lost"),
    text(4, "found"),
    thinking(7, "and"),
    stop(9),
    change(None, usage={"input_tokens": "12", "output_tokens": 2.5}),
    {**STOP, "amazon-bedrock-invocationMetrics": {"inputTokenCount": 12}},
]
FAILING = [begin(usage=COUNTS), open_text(0), text(0, "a"), OVERLOADED]
REFUSED = whole(
    *talk("Well"), reason="refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": "no"}
)
FIXTURES = [
    TALK,
    THOUGHT,
    CALLS,
    INTERLEAVED,
    SEARCHED,
    COMPACTED,
    MADE_EARLIER,
    MIXED,
    ODD,
    FAILING,
    REFUSED,
]
