"""The streams that the demo plays: bodies written by hand, cut as networks cut."""

from __future__ import annotations

import json
from typing import Any

import attrs

__all__ = ["SCENES", "Scene"]


@attrs.frozen
class Scene:
    """One stream of the demo."""

    title: str
    provider: str
    model: str
    prompt: str
    frames: tuple[bytes, ...]
    cut: bool = False
    """True if the connection is closed in the middle."""

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.frames)

    def split_points(self) -> list[int]:
        """Where the body is cut into pieces: behind each frame, and inside the first character of several bytes."""
        points: list[int] = []
        end = 0
        for frame in self.frames:
            wide = next((place for place, byte in enumerate(frame) if byte >= 0x80), None)
            if wide is not None:
                points.append(end + wide + 1)
            end += len(frame)
            points.append(end)
        return [point for point in points if point < len(self.body)]


def _words(text: str, size: int = 6) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _data(payload: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


def _named(payload: dict[str, Any]) -> bytes:
    return b"event: " + str(payload["type"]).encode() + b"\n" + _data(payload)


def _chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    head = {"id": "chatcmpl-demo", "object": "chat.completion.chunk", "model": "demo-chat"}
    return _data({**head, "choices": [choice]})


def _two_calls() -> tuple[bytes, ...]:
    frames = [b": the server thinks\n\n", _chunk({"role": "assistant", "content": ""})]
    thought = "The user wants the weather in two cities. I ask for both at once."
    frames += [_chunk({"reasoning_content": piece}) for piece in _words(thought)]
    calls = [("call_zrh", '{"city":"Zürich","unit":"celsius"}'), ("call_tyo", '{"city":"東京","unit":"celsius"}')]
    for index, (identifier, _) in enumerate(calls):
        function = {"name": "weather", "arguments": ""}
        entry = {"index": index, "id": identifier, "type": "function", "function": function}
        frames.append(_chunk({"tool_calls": [entry]}))
    pieces = [_words(arguments, 5) for _, arguments in calls]
    for step in range(max(map(len, pieces))):
        for index, piece in enumerate(pieces):
            if step < len(piece):
                frames.append(_chunk({"tool_calls": [{"index": index, "function": {"arguments": piece[step]}}]}))
    frames.append(_chunk({}, "tool_calls"))
    usage = {"prompt_tokens": 61, "completion_tokens": 48, "total_tokens": 109}
    frames.append(_data({"id": "chatcmpl-demo", "model": "demo-chat", "choices": [], "usage": usage}))
    return (*frames, b"data: [DONE]\n\n")


def _answer() -> tuple[bytes, ...]:
    message: dict[str, Any] = {
        "id": "msg_demo",
        "type": "message",
        "role": "assistant",
        "model": "demo-claude",
        "content": [],
    }
    usage = {"input_tokens": 24, "output_tokens": 1}
    frames = [_named({"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}})]
    parts = [
        ("thinking", "A short greeting in several scripts will do."),
        ("text", "Grüezi, こんにちは, привет, hello 🌍 — the same events, however the bytes are cut."),
    ]
    for index, (kind, text) in enumerate(parts):
        frames.append(
            _named({"type": "content_block_start", "index": index, "content_block": {"type": kind, kind: ""}})
        )
        for piece in _words(text):
            delta = {"type": f"{kind}_delta", kind: piece}
            frames.append(_named({"type": "content_block_delta", "index": index, "delta": delta}))
        if kind == "thinking":
            delta = {"type": "signature_delta", "signature": "ZGVtbw=="}
            frames.append(_named({"type": "content_block_delta", "index": index, "delta": delta}))
        frames.append(_named({"type": "content_block_stop", "index": index}))
    frames.append(_named({"type": "ping"}))
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 57}}
    return (*frames, _named(end), _named({"type": "message_stop"}))


def _cut_answer() -> tuple[bytes, ...]:
    text = "The answer to the question of everything is"
    return tuple(_chunk({"content": piece}) for piece in _words(text))


SCENES = (
    Scene(
        "two parallel tool calls", "openai-chat", "demo-chat", "What is the weather in Zürich and Tokyo?", _two_calls()
    ),
    Scene("an answer with reasoning", "anthropic", "demo-claude", "Say hello to the world.", _answer()),
    Scene("a connection that is cut", "openai-chat", "demo-chat", "What is the answer?", _cut_answer(), cut=True),
)
