"""What a dialect cannot say, kept as a list in place of silence."""

from __future__ import annotations

import attrs

__all__ = ["Lost"]

_MOST = 256
_LONGEST = 120


@attrs.frozen
class Lost:
    """Something of the events that is not on the wire, or stands there as something else."""

    event: str
    """The event that held it, as `event_to_dict` names its type: `citation`, `tool_call_finished`."""
    what: str
    """The part of the event: a field, a kind, a choice."""
    reason: str
    """Why, and what stands in its place if anything does."""
    count: int = 1
    """How many events lost it."""


class LostList:
    """Counts what is lost; the same loss again is one record. Holds at most 256 of them and counts the rest in one."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], int] = {}

    def add(self, event: str, what: str, reason: str) -> None:
        """Counts one loss."""
        key = (event, what[:_LONGEST], reason)
        if key not in self._counts and len(self._counts) >= _MOST - 1:
            key = ("", "", "more different losses than are kept apart")
        self._counts[key] = self._counts.get(key, 0) + 1

    def records(self) -> tuple[Lost, ...]:
        """All of them, in order of their first time."""
        return tuple(Lost(*key, count) for key, count in self._counts.items())
