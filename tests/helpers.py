"""Streams of our own, feeding them in pieces, and what every response must hold to."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from deltawire.accumulator import Accumulator
from deltawire.event_dict import event_to_dict
from deltawire.events import Event, Failed, Note, TextDelta
from deltawire.failures import Failure
from deltawire.message import Message
from deltawire.notes import NoteCode
from deltawire.surrogates import holds_surrogate
from deltawire.testing import cut, events_of, laws_of_order  # noqa: F401  # tests take the laws from here

SHORT = 300
GZIPPED = gzip.compress(b"data: {}\n\n", mtime=0)


def sse(*payloads: Any, events: bool = False, eol: str = "\n") -> bytes:
    """An event stream of these payloads: text as it is, all else as JSON. `events` names frames by their `type`."""
    frames: list[str] = []
    for payload in payloads:
        if events and isinstance(payload, dict) and "type" in payload:
            frames.append(f"event: {payload['type']}{eol}")
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        frames.append(f"data: {text}{eol}{eol}")
    return "".join(frames).encode()


def feed(
    provider: str,
    body: bytes,
    cuts: Iterable[int] = (),
    *,
    status: int | None = None,
    headers: Any = (),
    broken: Failure | None = None,
    **options: Any,
) -> list[Event]:
    """All events of a body that is cut at these places, counted around it, and ends cleanly unless it is `broken`."""
    return events_of(provider, cut(body, cuts), status=status, headers=headers, broken=broken, **options)


def split_invariant(provider: str, body: bytes, cuts: Iterable[int] = (), **options: Any) -> list[Event]:
    """The events of a body, after a look that no split changes them: bytewise, at these cuts, and at single cuts:
    at every byte of a short body, at some thirty places of a longer one."""
    whole = feed(provider, body, **options)
    assert feed(provider, body, range(len(body)), **options) == whole
    assert feed(provider, body, cuts, **options) == whole
    for place in range(1, len(body), 1 if len(body) <= SHORT else len(body) // 30):
        assert feed(provider, body, [place], **options) == whole
    return whole


def assert_encodable(events: list[Event]) -> None:
    """Fails if some text in the events cannot be encoded as UTF-8."""
    assert not holds_surrogate([event_to_dict(event) for event in events])


def texts(events: list[Event]) -> str:
    """The answer's text."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def of_kind(events: list[Event], *kinds: type) -> list[Any]:
    """The events of these classes."""
    return [event for event in events if isinstance(event, kinds)]


def message_of(events: Iterable[Event]) -> Message:
    accumulator = Accumulator()
    accumulator.feed_all(events)
    return accumulator.message()


def answer_of(events: Iterable[Event]) -> tuple[object, ...]:
    """The text, the reasoning and the calls: what a stream that was cut must not lack."""
    message = message_of(events)
    return message.text, message.reasoning, message.tool_calls


def codes(events: Iterable[Event]) -> list[NoteCode]:
    return [event.code for event in events if isinstance(event, Note)]


def failure_of(events: list[Event]) -> Failure:
    """The failure that the events end with."""
    end = events[-1]
    assert isinstance(end, Failed), end
    return end.error


def recorded(streams: Path, suffix: str = "") -> list[dict[str, Any]]:
    """What is known of the recorded streams whose file names end so."""
    rows = map(json.loads, (streams / "manifest.jsonl").read_text("utf-8").splitlines())
    return [row for row in rows if row["file"].endswith(suffix)]


# Chat Completions.


def chat(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """One chunk of one choice."""
    choice = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": finish}
    frame = {"id": "chat-1", "object": "chat.completion.chunk", "model": "small-1", "choices": [choice]}
    return frame | fields


def chat_text(text: str) -> dict[str, Any]:
    """One chunk with a piece of text."""
    return chat({"content": text})


def chat_call(index: int, arguments: str | None, name: str | None = None, id: str | None = None) -> dict[str, Any]:  # noqa: A002
    """One chunk with a fragment of a tool call."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    entry = {"index": index, "function": function} | ({} if id is None else {"id": id, "type": "function"})
    return chat({"tool_calls": [entry]})


_TOTALS = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 4},
}
_CHAT_CALLS = (
    chat({"role": "assistant", "content": None}),
    chat_call(0, "", "weather", "c0"),
    chat_call(0, '{"city": "Kö'),
    chat_call(1, "", "clock", "c1"),
    chat_call(0, 'ln"}'),
    chat_call(1, "{}"),
    chat(finish="tool_calls"),
)
CHAT_TEXT = (chat({"role": "assistant", "content": ""}), chat_text("Hello"), chat_text(" there"), chat(finish="stop"))
CHAT = {
    "text": sse(*CHAT_TEXT, "[DONE]"),
    "reasoning": sse(
        chat({"role": "assistant", "reasoning_content": "First, "}),
        chat({"reasoning_content": "think."}),
        chat_text("Yes"),
        chat_text("."),
        chat(finish="stop"),
        "[DONE]",
    ),
    "two parallel calls": sse(*_CHAT_CALLS, "[DONE]"),
    "usage": sse(*CHAT_TEXT, chat(choices=[], usage=_TOTALS), "[DONE]"),
    "beyond ASCII": sse(*map(chat_text, ["né", "🌍", "a\u2028b\x85c", "日本"]), chat(finish="stop"), "[DONE]"),
    "escaped": b"".join(
        b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in [chat_text("né🌍\n"), chat(finish="stop")]
    )
    + b"data: [DONE]\n\n",
    "CRLF": sse(*CHAT_TEXT, "[DONE]", eol="\r\n"),
    "CR": sse(*CHAT_TEXT, "[DONE]", eol="\r"),
    "comments": b": warming up\n\n" + sse(*CHAT_TEXT[:2]) + b":\n\n: still here\n" + sse(*CHAT_TEXT[2:], "[DONE]"),
    "two choices": sse(
        *(
            chat(choices=[{"index": index, "delta": {"content": word}}])
            for index, word in [(0, "a"), (1, "b"), (0, "c")]
        ),
        *(chat(choices=[{"index": index, "delta": {}, "finish_reason": "stop"}]) for index in (1, 0)),
        "[DONE]",
    ),
    "think block": sse(*map(chat_text, ["<thi", "nk>well", "</th", "ink>\n", "Yes"]), chat(finish="stop"), "[DONE]"),
    "byte order mark": b"\xef\xbb\xbf" + sse(*CHAT_TEXT, "[DONE]"),
}

# Anthropic Messages.


def message_start(**fields: Any) -> dict[str, Any]:
    """The event that opens a message."""
    message = {"id": "msg-1", "type": "message", "role": "assistant", "model": "small-2", "content": []}
    return {"type": "message_start", "message": message | {"usage": {"input_tokens": 9, "output_tokens": 1}} | fields}


def block_start(index: int, **block: Any) -> dict[str, Any]:
    """The event that opens a content block."""
    return {"type": "content_block_start", "index": index, "content_block": block}


def block_delta(index: int, kind: str, **delta: Any) -> dict[str, Any]:
    """The event that goes on with a content block."""
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


def block_stop(index: int) -> dict[str, Any]:
    """The event that closes a content block."""
    return {"type": "content_block_stop", "index": index}


def message_end(reason: str, output_tokens: int = 5) -> list[dict[str, Any]]:
    """The two events that close a message."""
    delta = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": output_tokens}}
    return [delta, {"type": "message_stop"}]


def text_block(index: int, *pieces: str) -> list[dict[str, Any]]:
    """A whole block of text."""
    deltas = [block_delta(index, "text_delta", text=piece) for piece in pieces]
    return [block_start(index, type="text", text=""), *deltas, block_stop(index)]


def call_block(index: int, name: str, *pieces: str) -> list[dict[str, Any]]:
    """A whole block of a tool call."""
    deltas = [block_delta(index, "input_json_delta", partial_json=piece) for piece in pieces]
    start = block_start(index, type="tool_use", id=f"tool-{index}", name=name, input={})
    return [start, *deltas, block_stop(index)]


_HELLO = [message_start(), *text_block(0, "Hello", " there"), *message_end("end_turn")]
ANTHROPIC = {
    "text": sse(*_HELLO, events=True),
    "reasoning": sse(
        message_start(),
        block_start(0, type="thinking", thinking="", signature=""),
        block_delta(0, "thinking_delta", thinking="First, "),
        block_delta(0, "thinking_delta", thinking="think."),
        block_delta(0, "signature_delta", signature="c2ln"),
        block_stop(0),
        *text_block(1, "Yes", "."),
        *message_end("end_turn"),
        events=True,
    ),
    "two parallel calls": sse(
        message_start(),
        *text_block(0, "Let me look."),
        *call_block(1, "weather", "", '{"city": "Kö', 'ln"}'),
        *call_block(2, "clock", ""),
        *message_end("tool_use"),
        events=True,
    ),
    "beyond ASCII": sse(
        message_start(), *text_block(0, "né", "🌍", "a\u2028b\x85c"), *message_end("end_turn"), events=True
    ),
    "no event names": sse(*_HELLO),
    "CRLF": sse(*_HELLO, events=True, eol="\r\n"),
    "pings and comments": b": hi\n\n" + sse(*_HELLO[:3], {"type": "ping"}, *_HELLO[3:], events=True),
    "cut by length": sse(message_start(), *call_block(0, "clock", '{"a'), *message_end("max_tokens"), events=True),
}

SAMPLES = [("openai-chat", name, body) for name, body in CHAT.items()] + [
    ("anthropic", name, body) for name, body in ANTHROPIC.items()
]
each_sample = pytest.mark.parametrize(
    ("provider", "body"), [pytest.param(*sample[::2], id=" ".join(sample[:2])) for sample in SAMPLES]
)
