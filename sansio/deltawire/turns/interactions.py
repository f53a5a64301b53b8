"""Turns and results of Gemini's Interactions API (ai.google.dev/gemini-api/docs/interactions): steps as steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..message import MediaPart, MessagePart, ReasoningPart, TextPart, ToolCallPart
from ..payload import is_object
from .parts import arguments_value
from .result import ToolResult

__all__ = ["interactions_results", "interactions_turn"]


def interactions_turn(parts: Sequence[MessagePart]) -> list[dict[str, Any]]:
    """The steps as they were closed, with their texts and media, in order.

    Thoughts that were never closed stay out, and so does what the caller said: the API may show it again.
    """
    steps: list[dict[str, Any]] = []
    # A step may hold several texts and media, and is closed once, with the last of them.
    contents: list[dict[str, Any]] = []
    spoken: list[dict[str, Any]] = []
    for part in parts:
        native: dict[str, Any] = part.native if is_object(part.native) else {}
        kind = native.get("type")
        content = _content(part)
        contents += content
        spoken += [] if isinstance(part, ReasoningPart) else content
        if kind == "model_output":
            steps.append({**native, "content": contents})
        elif kind == "thought":
            steps.append({**native, "summary": contents} if contents else native)
        elif isinstance(part, ToolCallPart):
            steps += [*_spoken_step(spoken), _call(native, part)]
        elif native and kind != "user_input":
            steps += [*_spoken_step(spoken), native]
        elif not native:
            continue
        contents, spoken = [], []
    return steps + _spoken_step(spoken)


def interactions_results(results: Iterable[ToolResult]) -> list[dict[str, Any]]:
    """One `function_result` step for each result."""
    steps: list[dict[str, Any]] = []
    for result in results:
        head = {"type": "function_result", "call_id": result.call.id, "name": result.call.name}
        steps.append({**head, "result": result.output, **({"is_error": True} if result.is_error else {})})
    return steps


def _spoken_step(contents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "model_output", "content": contents}] if contents else []


def _call(native: dict[str, Any], call: ToolCallPart) -> dict[str, Any]:
    said = {"type": "function_call", "id": call.id, "name": call.name, "arguments": arguments_value(call)}
    return {**native, **said}


def _content(part: MessagePart) -> list[dict[str, Any]]:
    if isinstance(part, TextPart | ReasoningPart):
        sources = {"annotations": list(part.citations)} if part.citations else {}
        return [{"type": "text", "text": part.text, **sources}] if part.text else []
    if not isinstance(part, MediaPart):
        return []
    media: dict[str, Any] = {"type": part.kind}
    if part.media_type:
        media["mime_type"] = part.media_type
    if part.uri:
        media["uri"] = part.uri
    return [{**media, "data": "".join(part.data)} if part.data else media]
