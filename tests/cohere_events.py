"""Events of Cohere's chat API, written by hand, and what tests ask of what becomes of them."""

from __future__ import annotations

import json
from typing import Any

from deltawire.events import Event, ResponseStarted
from deltawire.parsing import parse
from deltawire.testing import laws_of_order

STARTED = ResponseStarted("resp-1", "", "cohere")


def event(kind: str, message: dict[str, Any] | None = None, index: Any = None, **fields: Any) -> dict[str, Any]:
    delta = {} if message is None else {"delta": {"message": message}}
    return {"type": kind, **({} if index is None else {"index": index}), **delta, **fields}


def start(**message: Any) -> dict[str, Any]:
    blank = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    return event("message-start", blank | message, id="resp-1")


def open_block(index: Any, kind: str = "text", **content: Any) -> dict[str, Any]:
    return event("content-start", {"content": {"type": kind, kind: "", **content}}, index)


def text(index: Any, said: Any, **fields: Any) -> dict[str, Any]:
    return event("content-delta", {"content": {"text": said}}, index, **fields)


def thinking(index: Any, said: Any) -> dict[str, Any]:
    return event("content-delta", {"content": {"thinking": said}}, index)


def close_block(index: Any) -> dict[str, Any]:
    return event("content-end", index=index)


def plan(said: Any) -> dict[str, Any]:
    return event("tool-plan-delta", {"tool_plan": said})


def open_call(index: Any, identifier: Any, name: Any, arguments: Any = "") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return event("tool-call-start", {"tool_calls": {"id": identifier, "type": "function", "function": function}}, index)


def arguments(index: Any, piece: Any) -> dict[str, Any]:
    return event("tool-call-delta", {"tool_calls": {"function": {"arguments": piece}}}, index)


def close_call(index: Any) -> dict[str, Any]:
    return event("tool-call-end", index=index)


def cite(index: int, **citation: Any) -> dict[str, Any]:
    return event("citation-start", {"citations": citation}, index)


def end(reason: Any = "COMPLETE", usage: Any = None, **delta: Any) -> dict[str, Any]:
    return {"type": "message-end", "delta": {"finish_reason": reason, "usage": usage, **delta}}


COUNTS = {
    "billed_units": {"input_tokens": 7.0, "output_tokens": 63.0},
    "tokens": {"input_tokens": 508.0, "output_tokens": 86.0, "reasoning_tokens": 28.0},
    "cached_tokens": 144.0,
}
SOURCE = {"start": 0, "end": 3, "text": "Hel", "sources": [{"type": "document", "id": "doc:0"}], "type": "TEXT_CONTENT"}

TALK = [
    start(),
    open_block(0, "thinking"),
    thinking(0, "hm"),
    thinking(0, " so"),
    close_block(0),
    open_block(1),
    text(1, "Hel"),
    text(1, "lo"),
    cite(0, **SOURCE, content_index=1),
    event("citation-end", index=0),
    text(1, "!"),
    close_block(1),
    end("COMPLETE", COUNTS),
]
CALLS = [
    start(),
    plan("I will"),
    plan(" look."),
    open_call(0, "find_a", "find"),
    arguments(0, '{"q":'),
    arguments(0, ' "x"}'),
    close_call(0),
    open_call(1, "now_b", "now"),
    close_call(1),
    end("TOOL_CALL", COUNTS),
]
RICH = [
    start(),
    event("debug", prompt="<|START|>"),
    open_block(0, text="a"),
    text(0, "b", logprobs={"text": "b", "token_ids": [1], "logprobs": [-0.5]}),
    text(0, "é"),
    close_block(0),
    open_call(0, "f_a", "f", '{"n": 1'),
    open_call(1, "g_b", "g"),
    arguments(1, "{}"),
    arguments(0, "}"),
    close_call(1),
    close_call(0),
    end("STOP_SEQUENCE", {"billed_units": {"input_tokens": 1, "output_tokens": 2}}),
]
FAILING = [start(), open_block(0), text(0, "a"), end("ERROR", error="internal server error")]
FIXTURES = [TALK, CALLS, RICH, FAILING]


def body_of(payloads: list[Any], *, named: bool = True, done: bool = True) -> bytes:
    """The payloads as the server sends them."""
    frames = [
        (f"event: {payload['type']}\n" if named else "") + f"data: {json.dumps(payload, ensure_ascii=False)}\n\n"
        for payload in payloads
    ]
    return "".join([*frames, "data: [DONE]\n\n" if done else ""]).encode()


def events_of(*payloads: dict[str, Any], **options: Any) -> list[Event]:
    events = parse("cohere", body_of(list(payloads)), **options)
    laws_of_order(events)
    return events
