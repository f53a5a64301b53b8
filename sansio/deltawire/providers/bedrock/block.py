"""One content block of a Converse message."""

from __future__ import annotations

from typing import Any

import attrs

from ...payload import as_count
from ...tool_calls import ToolCall

__all__ = ["Block", "block_index"]


@attrs.define(eq=False)
class Block:
    """A content block as far as it has come."""

    kind: str
    """The member that it is of Converse's union of content blocks."""
    index: int
    part: int
    native: dict[str, Any] = attrs.field(factory=dict[str, Any])
    """The member as it started."""
    whole: dict[str, Any] | None = None
    """The block as sent, if it came whole."""
    call: ToolCall | None = None
    """The client's call that it is."""
    pieces: list[str] = attrs.field(factory=list[str])
    """The input of a server tool, as text."""
    content: list[Any] = attrs.field(factory=list[Any])
    """What a server tool gave back."""
    citations: list[Any] = attrs.field(factory=list[Any])
    signatures: list[str] = attrs.field(factory=list[str])
    redacted: list[str] = attrs.field(factory=list[str])


def block_index(value: Any) -> int:
    """The index of a block; lax gateways leave 0 out."""
    return as_count(int(value) if isinstance(value, bool) else value) or 0
