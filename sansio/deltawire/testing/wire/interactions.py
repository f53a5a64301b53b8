"""Gemini's Interactions API (ai.google.dev/gemini-api/docs/interactions/streaming)."""

from __future__ import annotations

from typing import Any

from ..answer import Answer, Call, Part, Style, Text

__all__ = ["payloads"]

_STEPS = {"Text": "model_output", "Reasoning": "thought", "Call": "function_call"}


def payloads(answer: Answer, style: Style) -> list[Any]:
    """The events of an answer."""
    events: list[Any] = [_interaction("created", "in_progress")]
    for index, part in enumerate(answer.parts):
        events += _step(index, part)
    if answer.error is not None:
        return [*events, {"event_type": "error", "error": {"code": "unavailable", "message": answer.error}}]
    status = "requires_action" if answer.calls else "completed"
    last = _interaction("completed", status if answer.finish == "stop" else "incomplete")
    if answer.usage is not None:
        given, made = answer.usage
        counts = {"total_input_tokens": given, "total_output_tokens": made, "total_tokens": given + made}
        last["interaction"]["usage"] = counts
    return [*events, last, *(["[DONE]"] if style.terminator else [])]


def _interaction(kind: str, status: str) -> dict[str, Any]:
    return {"event_type": f"interaction.{kind}", "interaction": {"id": "v1_a", "model": "tiny-1", "status": status}}


def _step(index: int, part: Part) -> list[Any]:
    step: dict[str, Any] = {"type": _STEPS[type(part).__name__]}
    if isinstance(part, Call):
        step |= {"id": part.id, "name": part.name, "arguments": {}}
        deltas: list[dict[str, Any]] = [{"type": "arguments_delta", "arguments": piece} for piece in part.pieces]
    elif isinstance(part, Text):
        deltas = [{"type": "text", "text": piece} for piece in part.pieces]
    else:
        contents = [{"type": "text", "text": piece} for piece in part.pieces]
        deltas = [{"type": "thought_summary", "content": content} for content in contents]
    return [
        {"event_type": "step.start", "index": index, "step": step},
        *({"event_type": "step.delta", "index": index, "delta": delta} for delta in deltas),
        {"event_type": "step.stop", "index": index},
    ]
