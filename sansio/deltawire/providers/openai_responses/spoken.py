"""One text of an item as far as it was streamed, remembered by its length and checksum alone."""

from __future__ import annotations

import zlib

import attrs

__all__ = ["FOLDED_AT", "Spoken", "without_first_unit"]

FOLDED_AT = 64
"""How many pieces wait for the checksum: one checksum of many short pieces is cheaper than many."""


def _units(text: str) -> bytes:
    # UTF-16 has one encoding for a pair of surrogates and for its two halves, which servers send in two deltas.
    return text.encode("utf-16-le", "surrogatepass")


def without_first_unit(text: str) -> str:
    """The text from its second UTF-16 code unit on."""
    return _units(text)[2:].decode("utf-16-le", "surrogatepass")


@attrs.define(eq=False)
class Spoken:
    """A text that comes in deltas and once more, whole, in every closing event."""

    part: int
    """The number of the part that its events carry."""
    opening: str = ""
    """What the opening event already held of it. Counts only if no delta begins with it again."""
    closed: bool = False
    """True once a closing event had its text."""
    differs: bool = False
    """True once it was noted that a closing event has another text."""
    logprobs: bool = False
    """True once log probabilities of it were told."""
    citations: int = 0
    """How many of its sources were told."""
    cited: set[int] = attrs.field(factory=set[int])
    """Checksums of those sources."""
    pending: list[str] = attrs.field(factory=list[str])
    """The newest pieces, not in the checksum yet."""
    _size: int = 0
    _checksum: int = 0

    @property
    def silent(self) -> bool:
        """True if nothing of it was streamed."""
        return not self._size and not self.pending

    def add(self, text: str) -> None:
        """Counts a piece that is streamed."""
        self.pending.append(text)
        if len(self.pending) >= FOLDED_AT:
            self.fold()

    def fold(self) -> None:
        """Takes the pending pieces into the checksum."""
        units = _units("".join(self.pending))
        self._size += len(units)
        self._checksum = zlib.crc32(units, self._checksum)
        self.pending.clear()

    def remainder(self, text: str) -> str | None:
        """What the whole `text` has beyond the streamed pieces; None if it does not begin with them."""
        self.fold()
        if not self._size:
            return text
        units = _units(text)
        if zlib.crc32(units[: self._size]) != self._checksum or len(units) < self._size:
            return None
        return units[self._size :].decode("utf-16-le", "surrogatepass")
