"""Gemini's generateContent (ai.google.dev/api/generate-content)."""

from __future__ import annotations

from typing import Any

from ..answer import Answer, Call, Part, Style, Text

__all__ = ["payloads"]

_WORDS = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}


def payloads(answer: Answer, style: Style) -> list[Any]:  # noqa: ARG001 - every writer takes a style
    """The chunks of an answer; the last one has the finish reason and the counts."""
    chunks = [_chunk([part]) for said in answer.parts for part in _parts(said)]
    if answer.error is not None:
        return [*chunks, {"error": {"code": 503, "message": answer.error, "status": "UNAVAILABLE"}}]
    last = _chunk([], _WORDS[answer.finish])
    if answer.usage is not None:
        prompt, output = answer.usage
        counts = {"promptTokenCount": prompt, "candidatesTokenCount": output, "totalTokenCount": prompt + output}
        last["usageMetadata"] = counts
    return [*chunks, last]


def _chunk(parts: list[Any], finish: str | None = None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "tiny-1", "responseId": "r1"}


def _parts(part: Part) -> list[Any]:
    if isinstance(part, Call):
        return [{"functionCall": {"id": part.id, "name": part.name, "args": part.arguments_object}}]
    if isinstance(part, Text):
        return [{"text": piece} for piece in part.pieces]
    return [{"text": piece, "thought": True} for piece in part.pieces]
