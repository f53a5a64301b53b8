"""One content block while it grows."""

from __future__ import annotations

from typing import Any

import attrs

from ...tool_calls import ToolCall

__all__ = ["Block", "HeldText"]

_PIECES_KEPT_APART = 4096


@attrs.define(eq=False)
class HeldText:
    """A text of which nothing is told before it is whole; many small pieces take no more room than few large ones."""

    _joined: list[str] = attrs.field(factory=list[str])
    _pieces: list[str] = attrs.field(factory=list[str])

    def append(self, text: str) -> None:
        """Adds the next piece."""
        self._pieces.append(text)
        if len(self._pieces) >= _PIECES_KEPT_APART:
            self._joined.append("".join(self._pieces))
            self._pieces.clear()

    def text(self) -> str:
        """All of it so far."""
        return "".join([*self._joined, *self._pieces])


@attrs.define(eq=False)
class Block:
    """One content block as far as it has come."""

    type: str
    part: int
    native: dict[str, Any]
    """The block as it started."""
    call: ToolCall | None = None
    """The call that a `tool_use` block is."""
    fields: dict[str, Any] = attrs.field(factory=dict[str, Any])
    """What deltas have set since."""
    held: dict[str, HeldText] = attrs.field(factory=dict[str, HeldText])
    """The fields that deltas bring piece by piece and that have no events of their own."""
    held_bytes: int = 0
    """The size of what was ever held, in UTF-8."""
    beside: dict[str, Block] = attrs.field(factory=dict[str, "Block"])
    """Blocks made up for what came under this one's index and has no place in it, by their type."""
    plain_delta: str = ""
    """The delta type that takes the quick way, `""` until the first of it has been mapped in general."""
    plain_field: str = ""
    """Its field of text."""

    def hold(self, field: str, text: str) -> None:
        """Keeps the next piece of a field.

        Pieces are joined, but each replaces what the block had of the field from the start: the API signs a block with
        one delta after an empty start, Z.ai with the start, and the vendor's SDK lets the last delta stand.
        """
        self.held_bytes += len(text.encode("utf-8", "surrogatepass"))
        if field not in self.held or (field != "input" and self.native.get(field)):
            self.held[field] = HeldText()
        self.held[field].append(text)

    def completed(self) -> dict[str, Any]:
        """The block as it started, with what deltas have set since."""
        return {**self.native, **self.fields, **{field: held.text() for field, held in self.held.items()}}
