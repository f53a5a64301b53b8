"""Turns and results of Anthropic Messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..message import MessagePart, ReasoningPart, TextPart, ToolCallPart
from ..payload import is_object
from .call_ids import accepted_id
from .parts import arguments_value, spoken, without_blank_texts
from .result import ToolResult

__all__ = ["anthropic_results", "anthropic_turn"]

_PROVIDER = "anthropic"
_THINKING = ("thinking", "redacted_thinking")


def anthropic_turn(parts: Sequence[MessagePart]) -> list[dict[str, Any]]:
    """One message with the content blocks as they were closed, in order; none if no block is left.

    The API refuses texts of white space alone (github.com/home-assistant/core/issues/175637): they join the text beside
    them. It refuses thinking that ends a message (github.com/tailcallhq/forgecode/issues/2107) and thinking that was
    cut before its signature: those stay out.
    """
    blocks = [block for part in without_blank_texts(parts) for block in _blocks(part)]
    while blocks and blocks[-1].get("type") in _THINKING:
        blocks.pop()
    return [{"role": "assistant", "content": blocks}] if blocks else []


def anthropic_results(results: Iterable[ToolResult]) -> list[dict[str, Any]]:
    """One user message with all results: the API wants them together, right behind the turn."""
    return [{"role": "user", "content": [_result(result) for result in results]}]


def _result(result: ToolResult) -> dict[str, Any]:
    identifier = accepted_id(result.call.id, _PROVIDER)
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": identifier, "content": result.output}
    if not result.is_error:
        return block
    # A failure that says nothing is refused: github.com/can1357/oh-my-pi/pull/2250.
    return {**block, "content": result.output if result.output.strip() else "error", "is_error": True}


def _blocks(part: MessagePart) -> list[dict[str, Any]]:
    native: dict[str, Any] = part.native if is_object(part.native) else {}
    if isinstance(part, ToolCallPart):
        identifier = accepted_id(part.id, _PROVIDER)
        said = {"type": "tool_use", "id": identifier, "name": part.name, "input": arguments_value(part)}
        return [{**native, **said}]
    text = spoken(part)
    if native.get("type") == "text" or (text and not native):
        # Sources go back too: those of a web search hold an encrypted index.
        cited = {"citations": list(part.citations)} if isinstance(part, TextPart) and part.citations else {}
        return [{**(native or {"type": "text"}), "text": text, **cited}] if text.strip() else []
    if native.get("type") == "thinking" and isinstance(part, ReasoningPart):
        return [{**native, "thinking": part.text}]
    return [native] if native else []
