"""Ollama's chat API (docs.ollama.com/api/chat)."""

from __future__ import annotations

from typing import Any

from ..answer import Answer, Call, Part, Style, Text

__all__ = ["payloads"]


def payloads(answer: Answer, style: Style) -> list[Any]:  # noqa: ARG001 - every writer takes a style
    """The lines of an answer; it knows no filter, so such an answer stops."""
    lines = [_line(message) for part in answer.parts for message in _messages(part)]
    if answer.error is not None:
        return [*lines, {"error": answer.error}]
    last = _line({"content": ""}) | {"done": True, "done_reason": "length" if answer.finish == "length" else "stop"}
    if answer.usage is not None:
        last |= {"prompt_eval_count": answer.usage[0], "eval_count": answer.usage[1]}
    return [*lines, last]


def _line(message: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", **message}
    return {"model": "tiny-1", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False}


def _messages(part: Part) -> list[dict[str, Any]]:
    if isinstance(part, Call):
        return [{"content": "", "tool_calls": [{"function": {"name": part.name, "arguments": part.arguments_object}}]}]
    if isinstance(part, Text):
        return [{"content": piece} for piece in part.pieces]
    return [{"content": "", "thinking": piece} for piece in part.pieces]
