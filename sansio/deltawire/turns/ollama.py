"""Turns and results of Ollama's own chat API (docs.ollama.com/api/chat)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..message import MessagePart, ReasoningPart, ToolCallPart
from ..payload import as_object
from .parts import all_spoken, arguments_value
from .result import ToolResult

__all__ = ["ollama_results", "ollama_turn"]


def ollama_turn(parts: Sequence[MessagePart]) -> list[dict[str, Any]]:
    """One assistant message with its thinking, none if nothing was said or called. Images do not go back."""
    calls = [_call(part) for part in parts if isinstance(part, ToolCallPart)]
    message: dict[str, Any] = {"role": "assistant", "content": all_spoken(parts)}
    if not message["content"] and not calls:
        return []
    thinking = "".join(part.text for part in parts if isinstance(part, ReasoningPart))
    if thinking:
        message["thinking"] = thinking
    return [{**message, "tool_calls": calls} if calls else message]


def ollama_results(results: Iterable[ToolResult]) -> list[dict[str, Any]]:
    """One message with the role `tool` for each result, which names the tool; the schema has no field for a failure."""
    messages: list[dict[str, Any]] = []
    for result in results:
        # Servers before 0.12.10 give no ids, and know none.
        identified = {} if result.call.synthetic_id else {"tool_call_id": result.call.id}
        head = {"role": "tool", "tool_name": result.call.name, **identified}
        messages.append({**head, "content": result.output})
    return messages


def _call(call: ToolCallPart) -> dict[str, Any]:
    native = as_object(call.native)
    said = {"name": call.name, "arguments": arguments_value(call)}
    entry = {**native, "function": {**as_object(native.get("function")), **said}}
    if call.synthetic_id:
        return {name: value for name, value in entry.items() if name != "id"}
    return {**entry, "id": call.id}
