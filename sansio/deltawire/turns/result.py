"""What a tool of the client's gave back."""

from __future__ import annotations

import attrs

from ..message import ToolCallPart

__all__ = ["ToolResult"]


@attrs.frozen
class ToolResult:
    """The result of one call of a message."""

    call: ToolCallPart
    """The call, as in `Message.tool_calls`; it must be complete."""
    output: str
    """What the tool gave back, as text: JSON or plain. For OpenAI's computer tool the URL of the screenshot, for its
    approval requests the reason, for its client-side tool search the found tools as a JSON array."""
    is_error: bool = False
    """True if the tool failed; `output` says how. Schemas without a field for it get the text alone."""
