"""Cohere's chat API, version 2 (docs.cohere.com/v2/docs/streaming)."""

from __future__ import annotations

from typing import Any

from ..answer import Answer, Call, Part, Style, Text

__all__ = ["payloads"]

_WORDS = {"stop": "COMPLETE", "length": "MAX_TOKENS", "content_filter": "STOP_SEQUENCE"}


def payloads(answer: Answer, style: Style) -> list[Any]:
    """The events of an answer. It knows no filter that leaves an answer: such a one ends with a stop sequence."""
    events: list[Any] = [_event("message-start", {"role": "assistant", "content": []}, id="resp-1")]
    for index, part in enumerate(answer.parts):
        events += _call(index, part) if isinstance(part, Call) else _block(index, part)
    usage = None
    if answer.usage is not None:
        usage = {"tokens": {"input_tokens": answer.usage[0], "output_tokens": answer.usage[1]}}
    word = "TOOL_CALL" if answer.calls and answer.finish == "stop" else _WORDS[answer.finish]
    delta: dict[str, Any] = {"finish_reason": word, "usage": usage}
    if answer.error is not None:
        delta = {"finish_reason": "ERROR", "error": answer.error}
    events.append({"type": "message-end", "delta": delta})
    return [*events, *(["[DONE]"] if style.terminator else [])]


def _event(kind: str, message: Any = None, index: int | None = None, **fields: Any) -> dict[str, Any]:
    delta = {} if message is None else {"delta": {"message": message}}
    return {"type": kind, **({} if index is None else {"index": index}), **delta, **fields}


def _block(index: int, part: Part) -> list[Any]:
    kind = "text" if isinstance(part, Text) else "thinking"
    return [
        _event("content-start", {"content": {"type": kind, kind: ""}}, index),
        *(_event("content-delta", {"content": {kind: piece}}, index) for piece in part.pieces),
        _event("content-end", index=index),
    ]


def _call(index: int, call: Call) -> list[Any]:
    function = {"name": call.name, "arguments": ""}
    opening = {"tool_calls": {"id": call.id, "type": "function", "function": function}}
    pieces = [{"tool_calls": {"function": {"arguments": piece}}} for piece in call.pieces]
    return [
        _event("tool-call-start", opening, index),
        *(_event("tool-call-delta", piece, index) for piece in pieces),
        _event("tool-call-end", index=index),
    ]
