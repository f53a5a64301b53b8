"""What a tool of the client's gave back."""

from __future__ import annotations

from typing import Any

import attrs

from ..message import ToolCallPart

__all__ = ["ToolResult"]


def _call(_result: object, _field: object, value: Any) -> None:
    if not isinstance(value, ToolCallPart):
        raise TypeError(f"call is one of Message.tool_calls, a ToolCallPart, not {type(value).__name__}")


def _text(_result: object, _field: object, value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"output is text, not {type(value).__name__}: json.dumps() makes it of a value")


@attrs.frozen
class ToolResult:
    """The result of one call of a message. Raises TypeError for another call than a message's, and for no text."""

    call: ToolCallPart = attrs.field(validator=_call)
    """The call, as in `Message.tool_calls`; it must be complete."""
    output: str = attrs.field(validator=_text)
    """What the tool gave back, as text: JSON or plain. For OpenAI's computer tool the URL of the screenshot, for its
    approval requests the reason, for its client-side tool search the found tools as a JSON array."""
    is_error: bool = False
    """True if the tool failed; `output` says how. Schemas without a field for it get the text alone."""
