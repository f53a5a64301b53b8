"""A quick proof that a frame does not nest too deep, for frames that begin as the one before."""

from __future__ import annotations

__all__ = ["DepthCheck"]

# How much of a frame is left out of the remembered head: where the texts and counts are that differ.
_TAIL = 192


class DepthCheck:
    """Tells texts of which it is certain that their JSON nests no deeper than `limit` levels.

    Each level takes a bracket that opens and one that closes. So a text of at most twice the limit's characters cannot
    nest deeper, nor one that begins with `head` and has at most `longest` characters: the brackets of the head are
    counted, and behind it there is no room for more. To compare a head is much quicker than to count brackets.
    """

    def __init__(self, limit: int) -> None:
        self.head = ""
        self.longest = 2 * limit
        self._limit = limit

    def passes(self, text: str) -> bool:
        """True if the text has no more brackets than the limit allows; its head is remembered then."""
        if len(text) > 2 * self._limit and text.count("[") + text.count("{") > self._limit:
            return False
        self.head = text[: max(0, len(text) - _TAIL)]
        self.longest = len(self.head) + 2 * self._limit - self.head.count("[") - self.head.count("{")
        return True
