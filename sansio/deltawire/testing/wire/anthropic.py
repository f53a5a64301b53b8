"""Anthropic's Messages API (platform.claude.com/docs/en/build-with-claude/streaming)."""

from __future__ import annotations

from typing import Any

from ..answer import Answer, Call, Part, Style, Text

__all__ = ["payloads"]

_WORDS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


def payloads(answer: Answer, style: Style) -> list[Any]:
    """The events of an answer; signs of life are pings beside the comments."""
    usage = {} if answer.usage is None else {"input_tokens": answer.usage[0], "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "tiny-1",
        "content": [],
        "usage": usage,
    }
    events: list[Any] = [{"type": "message_start", "message": message}]
    if style.keep_alives:
        events.append({"type": "ping"})
    for index, part in enumerate(answer.parts):
        events += _block(index, part)
    if answer.error is not None:
        return [*events, {"type": "error", "error": {"type": "overloaded_error", "message": answer.error}}]
    word = "tool_use" if answer.calls and answer.finish == "stop" else _WORDS[answer.finish]
    counts = {} if answer.usage is None else {"output_tokens": answer.usage[1]}
    events.append({"type": "message_delta", "delta": {"stop_reason": word, "stop_sequence": None}, "usage": counts})
    return [*events, {"type": "message_stop"}]


def _block(index: int, part: Part) -> list[Any]:
    if isinstance(part, Call):
        block: dict[str, Any] = {"type": "tool_use", "id": part.id, "name": part.name, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in part.pieces]
    elif isinstance(part, Text):
        block = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": piece} for piece in part.pieces]
    else:
        block = {"type": "thinking", "thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in part.pieces]
        deltas.append({"type": "signature_delta", "signature": "c2ln"})
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]
