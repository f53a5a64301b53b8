"""Turns and results of Cohere's chat API, version 2, and of the first one, which Command R speaks on Bedrock.

Sources: docs.cohere.com/reference/chat-stream and docs.cohere.com/v1/docs/streaming.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..message import MessagePart, ReasoningPart, ToolCallPart
from ..payload import as_object
from .chat import function_call
from .parts import all_spoken, arguments_value, spoken
from .result import ToolResult

__all__ = ["cohere_chat_results", "cohere_chat_turn", "cohere_results", "cohere_turn"]

_PROVIDER = "cohere"


def cohere_turn(parts: Sequence[MessagePart]) -> list[dict[str, Any]]:
    """One assistant message: the plan before the calls in its own field, thinking and texts as content, in order."""
    plan: list[str] = []
    content: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, ReasoningPart):
            if "tool_plan" in as_object(part.native):
                plan.append(part.text)
            elif part.text:
                content.append({"type": "thinking", "thinking": part.text})
        elif text := spoken(part):
            content.append({"type": "text", "text": text})
    calls = [function_call(part, _PROVIDER) for part in parts if isinstance(part, ToolCallPart)]
    if not calls and not any(block["type"] == "text" for block in content):
        return []
    message: dict[str, Any] = {"role": "assistant"}
    if plan:
        message["tool_plan"] = "".join(plan)
    if calls:
        message["tool_calls"] = calls
    return [{**message, "content": content} if content else message]


def cohere_results(results: Iterable[ToolResult]) -> list[dict[str, Any]]:
    """One message with the role `tool` for each result; the schema has no field for a failure."""
    return [{"role": "tool", "tool_call_id": result.call.id, "content": result.output} for result in results]


def cohere_chat_turn(parts: Sequence[MessagePart]) -> list[dict[str, Any]]:
    """One entry of `chat_history`; calls have no ids there."""
    calls = [_named(part) for part in parts if isinstance(part, ToolCallPart)]
    entry: dict[str, Any] = {"role": "CHATBOT", "message": all_spoken(parts)}
    if not entry["message"] and not calls:
        return []
    return [{**entry, "tool_calls": calls} if calls else entry]


def cohere_chat_results(results: Iterable[ToolResult]) -> list[dict[str, Any]]:
    """One entry of `chat_history` with all results, each with its call."""
    outputs: list[dict[str, Any]] = []
    for result in results:
        said = {"error" if result.is_error else "output": result.output}
        outputs.append({"call": _named(result.call), "outputs": [said]})
    return [{"role": "TOOL", "tool_results": outputs}]


def _named(call: ToolCallPart) -> dict[str, Any]:
    return {"name": call.name, "parameters": arguments_value(call)}
