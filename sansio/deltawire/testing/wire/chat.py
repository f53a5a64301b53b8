"""Chat Completions (platform.openai.com/docs/api-reference/chat-streaming)."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from ..answer import Answer, Call, Style, Text

__all__ = ["payloads"]


def payloads(answer: Answer, style: Style) -> list[Any]:
    """The chunks of an answer, and `[DONE]`."""
    chunks = [_chunk({"role": "assistant", "content": ""})]
    calls: list[list[dict[str, Any]]] = []
    for part in answer.parts:
        if isinstance(part, Call):
            calls.append(_call(len(calls), part))
            chunks += [] if style.interleaved else calls[-1]
        else:
            field = "content" if isinstance(part, Text) else style.reasoning_field
            chunks += [_chunk({field: piece}) for piece in part.pieces]
    if style.interleaved:
        chunks += [chunk for row in zip_longest(*calls) for chunk in row if chunk is not None]
    if answer.error is not None:
        return [*chunks, {"error": {"message": answer.error, "type": "server_error", "code": None, "param": None}}]
    chunks.append(_chunk({}, _word(answer)))
    if answer.usage is not None:
        prompt, completion = answer.usage
        counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
        chunks.append({**_chunk({}), "choices": [], "usage": counts})
    return [*chunks, *(["[DONE]"] if style.terminator else [])]


def _word(answer: Answer) -> str:
    return "tool_calls" if answer.calls and answer.finish == "stop" else answer.finish


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chat-1", "object": "chat.completion.chunk", "created": 1, "model": "tiny-1", "choices": [choice]}


def _call(index: int, call: Call) -> list[dict[str, Any]]:
    opening = {"index": index, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
    pieces = [{"index": index, "function": {"arguments": piece}} for piece in call.pieces]
    return [_chunk({"tool_calls": [entry]}) for entry in (opening, *pieces)]
