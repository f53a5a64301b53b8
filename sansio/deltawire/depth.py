"""A quick proof that a frame does not nest too deep, for frames that begin and end as those before."""

from __future__ import annotations

__all__ = ["DepthCheck"]

# So many frames in a row that fit no common head and tail, and it is not tried any more.
_PATIENCE = 16
_LONGEST_LEARNED = 4096


class DepthCheck:
    """Tells texts of which it is certain that their JSON nests no deeper than `limit` levels.

    Each level takes a bracket that opens and one that closes. So a text of at most twice the limit's characters cannot
    nest deeper, nor a longer one that begins or ends with a text whose brackets are counted, if there is no room for
    more beside it. To compare such a text is much quicker than to count brackets.
    """

    def __init__(self, limit: int) -> None:
        self.head = ""
        """What the long texts so far begin with."""
        self.tail = ""
        """What they end with."""
        self.short = 2 * limit
        """So long a text is never too deep."""
        self._limit = limit
        self._known = ""
        self._place = slice(0)
        self._longest = 0
        self._misses = 0

    def is_familiar(self, text: str) -> bool:
        """True if the text is like those that were seen before, and therefore not too deep."""
        return len(text) <= self._longest and text[self._place] == self._known

    def passes(self, text: str) -> bool:
        """True if the text has no more brackets than the limit allows; what it shares with others is remembered."""
        if len(text) <= self.short:
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
        if len(self.head) >= len(self.tail):
            self._known, self._place = self.head, slice(len(self.head))
        else:
            self._known, self._place = self.tail, slice(-len(self.tail), None)
        brackets = sum(map(self._known.count, "[]{}"))
        self._longest = len(self._known) + 2 * self._limit - brackets
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
