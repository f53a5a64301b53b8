"""Smaller inputs with the same finding."""

from __future__ import annotations

from collections.abc import Callable

_MOST_TRIALS = 3_000


def reduced(data: bytes, still_found: Callable[[bytes], bool]) -> bytes:
    """The input with every slice taken out that the finding does not need, large slices first."""
    trials = 0
    size = len(data) // 2
    while size:
        place = 0
        while place < len(data) and trials < _MOST_TRIALS:
            trials += 1
            without = data[:place] + data[place + size :]
            if still_found(without):
                data = without
            else:
                place += size
        size //= 2
    return data
