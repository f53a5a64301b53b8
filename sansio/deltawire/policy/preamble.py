"""What an attempt says before its content, held until it is sure that the attempt counts."""

from __future__ import annotations

from typing import Any

from ..events import Event, Heartbeat, UsageUpdate
from ..payload import is_list, is_object
from ..usage import Usage
from .content import CONTENT_EVENTS

__all__ = ["Preamble"]

_MOST_EVENTS = 256
_MOST_WEIGHT = 1024 * 1024


class Preamble:
    """Holds the events before the first content event; heartbeats pass. More than 256 events or 1 MiB are let go."""

    def __init__(self) -> None:
        self.committed = False
        """True once a content event came through. Never false again."""
        self.usage: Usage | None = None
        """What this attempt has said of the tokens before its content."""
        self._held: list[Event] = []
        self._weight = 0
        self._released = False

    def take(self, events: list[Event]) -> list[Event]:
        """What of the held and the new events may be delivered now, in order."""
        if self.committed:
            return events
        passed: list[Event] = []
        for position, event in enumerate(events):
            kind = type(event)
            if kind in CONTENT_EVENTS:
                self.committed = True
                return [*passed, *self.flush(), *events[position:]]
            if kind is UsageUpdate and isinstance(event, UsageUpdate):
                self.usage = event.usage
            if kind is Heartbeat or self._released:
                passed.append(event)
                continue
            self._held.append(event)
            self._weight += weight(event)
            # By the events and not by the reads, so that the same bytes have the same effect however they come.
            if len(self._held) > _MOST_EVENTS or self._weight > _MOST_WEIGHT:
                self._released = True
                passed += self.flush()
        return passed

    def flush(self) -> list[Event]:
        """The held events, which are held no longer."""
        held, self._held = self._held, []
        return held

    def drop(self) -> None:
        """Forgets this attempt: another one begins."""
        self._held = []
        self._weight = 0
        self._released = False
        self.usage = None


def fields_of(record: Any) -> list[Any]:
    fields: tuple[Any, ...] = getattr(record, "__attrs_attrs__", ())
    return [getattr(record, field.name) for field in fields]


def weight(event: Any) -> int:
    """About how many bytes an event holds in its texts; every step of it counts, so that nothing is free."""
    total = 0
    open_values = [event]
    while open_values:
        value = open_values.pop()
        total += 1
        if isinstance(value, str | bytes):
            total += len(value)
        elif is_object(value):
            open_values += value.keys()
            open_values += value.values()
        elif is_list(value):
            open_values += value
        else:
            open_values += fields_of(value)
    return total
