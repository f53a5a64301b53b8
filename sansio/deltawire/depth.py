"""A quick proof that a frame does not nest too deep, for frames that begin and end as those before."""

from __future__ import annotations

__all__ = ["DepthCheck"]

# So many frames in a row that fit no common head and tail, and it is not tried any more.
_PATIENCE = 16
_LONGEST_LEARNED = 4096


class DepthCheck:
    """Tells texts of which it is certain that their JSON nests no deeper than `limit` levels.

    Each level takes a bracket that opens and one that closes. So a text of at most twice the limit's characters cannot
    nest deeper, nor one that begins with `head`, ends with `tail` and has at most `longest` characters: the brackets of
    both are counted, and between them is no room for more. To compare them is much quicker than to count brackets.
    """

    def __init__(self, limit: int) -> None:
        self.head = ""
        self.tail = ""
        self._limit = limit
        self._short = 2 * limit
        self._shortest = 0
        self._longest = 0
        self._misses = 0

    def is_familiar(self, text: str) -> bool:
        """True if the text is short, or like those that were seen before."""
        size = len(text)
        return size <= self._short or (
            self._shortest <= size <= self._longest
            and text[: len(self.head)] == self.head
            and text[size - len(self.tail) :] == self.tail
        )

    def passes(self, text: str) -> bool:
        """True if the text has no more brackets than the limit allows; what it shares with others is remembered."""
        if len(text) <= self._short:
            return True
        if text.count("[") + text.count("{") > self._limit:
            return False
        if self._misses < _PATIENCE and len(text) <= _LONGEST_LEARNED:
            self._misses += 1
            self._learn(text)
        return True

    def _learn(self, text: str) -> None:
        if not self.head:
            self.head = self.tail = text
            return
        self.head = self.head[: _shared(self.head, text)]
        rest = text[len(self.head) :]
        shared = _shared(self.tail[::-1], rest[::-1])
        self.tail = rest[len(rest) - shared :]
        brackets = sum(part.count(bracket) for part in (self.head, self.tail) for bracket in "[]{}")
        self._shortest = len(self.head) + len(self.tail)
        self._longest = self._shortest + 2 * self._limit - brackets
        if not self.head:
            self.head = "\0"  # nothing in common: no text begins so


def _shared(one: str, other: str) -> int:
    """The length of the common beginning, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if other.startswith(one[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low
