"""Bodies of several providers, written by hand, for the tests of the shims."""

from __future__ import annotations

import json
from typing import Any


def data(payload: Any) -> bytes:
    """One frame of an SSE body."""
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
    """One chunk of Chat Completions."""
    return data({"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})


def text(words: str) -> bytes:
    """A chunk with a piece of text."""
    return chunk({"content": words})


def call(arguments: str, index: int = 0, **entry: Any) -> bytes:
    """A chunk with a piece of a tool call; `entry` has its id, `name` the function's name."""
    function = {"arguments": arguments} | ({"name": entry.pop("name")} if "name" in entry else {})
    return chunk({"tool_calls": [{"index": index, "function": function, **entry}]})


DONE = b"data: [DONE]\n\n"
STOP = chunk({}, "stop") + DONE
HELLO = text("Hel") + text("lo") + STOP
UMLAUT = text("né🌍x") + text("ü") + STOP
THINKS = text("<think>hmm</th") + text("ink>\n\nHello") + STOP
USAGE = data({"id": "c", "model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
WEATHER = call("", id="call_1", type="function", name="weather") + call('{"city":') + call('"Bern"}')
CALLS = WEATHER + chunk({}, "tool_calls") + DONE

ANTHROPIC = b"".join(
    b"event: " + payload["type"].encode() + b"\n" + data(payload)
    for payload in (
        {
            "type": "message_start",
            "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []},
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hmm"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Hello"}},
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
        {"type": "message_stop"},
    )
)
OLLAMA = b"".join(
    json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", **fields}).encode() + b"\n"
    for fields in (
        {"message": {"role": "assistant", "content": "Hel"}, "done": False},
        {"message": {"role": "assistant", "content": "lo"}, "done": False},
        {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop", "eval_count": 2},
    )
)


def candidate(words: str, **fields: Any) -> dict[str, Any]:
    """A payload of Gemini with a piece of text."""
    content = {"role": "model", "parts": [{"text": words}]}
    return {"candidates": [{"index": 0, "content": content, **fields}], "modelVersion": "m", "responseId": "g"}


GEMINI = data(candidate("Hel")) + data(candidate("lo", finishReason="STOP"))
GEMINI_ARRAY = json.dumps([candidate("Hel"), candidate("lo", finishReason="STOP")], indent=1).encode()
COHERE = b"".join(
    data(payload)
    for payload in (
        {"type": "message-start", "id": "co", "delta": {"message": {"role": "assistant"}}},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hello"}}}},
        {"type": "content-end", "index": 0},
        {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
    )
)
