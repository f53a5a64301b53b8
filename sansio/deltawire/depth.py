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
    more beside it: a text of at most `longest` characters that has `known` at `place`. To compare this is much quicker
    than to count brackets, and the readers do it themselves.
    """

    def __init__(self, limit: int) -> None:
        self.known = ""
        self.place = slice(0)
        self.longest = 2 * limit
        self._limit = limit
        self._head = ""  # what the long texts so far begin with
        self._tail = ""  # and what they end with
        self._misses = 0

    def passes(self, text: str) -> bool:
        """True if the text has no more brackets than the limit allows; what it shares with others is remembered."""
        if len(text) <= 2 * self._limit:
            return True
        if text.count("[") + text.count("{") > self._limit:
            return False
        if self._misses < _PATIENCE and len(text) <= _LONGEST_LEARNED:
            self._misses += 1
            self._learn(text)
        return True

    def _learn(self, text: str) -> None:
        if not self._head:
            self._head = self._tail = text
            return
        head = text[: _shared(self._head, text)]
        rest = text[len(head) :]
        tail = rest[len(rest) - _shared(self._tail[::-1], rest[::-1]) :]
        if len(head) >= len(tail):
            self.known, self.place = head, slice(len(head))
        else:
            self.known, self.place = tail, slice(-len(tail), None)
        self.longest = len(self.known) + 2 * self._limit - sum(map(self.known.count, "[]{}"))
        self._head, self._tail = head or "\0", tail  # no text begins so


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
