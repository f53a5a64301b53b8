"""What to do with an event for a consumer that may have no room, as a pure decision."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

from .content import is_output
from .delivery import Delivery

__all__ = ["BEST_EFFORT_WAIT", "Forwarder", "Forwarding"]

BEST_EFFORT_WAIT = 0.1
"""Seconds that an event of best effort waits for room."""


class Forwarding(enum.StrEnum):
    """What to do with an event now."""

    PUT = "put"
    """Hand it over: there is room."""
    WAIT = "wait"
    """Wait for room, as long as it takes, then hand it over. Read nothing meanwhile: that is the back-pressure."""
    WAIT_BRIEFLY = "wait_briefly"
    """Wait for room for `BEST_EFFORT_WAIT` seconds at most, then hand it over or drop it."""
    DROP = "drop"
    """Drop it."""
    CANCEL = "cancel"
    """Nobody listens any more: cancel the stream."""


_WITHOUT_ROOM: Mapping[Delivery, Forwarding] = MappingProxyType(
    {
        Delivery.LOSSLESS: Forwarding.WAIT,
        Delivery.BEST_EFFORT: Forwarding.WAIT_BRIEFLY,
        Delivery.IF_ROOM: Forwarding.DROP,
    }
)


class Forwarder:
    """Decides for every event of a stream how it goes into a bounded queue, and keeps count.

    For each event ask `decide`, do what it says, and report what came of it with `put`, `dropped` or `closed`. Events
    are of any class; one with a `delivery` is treated by it, every other one is lossless.
    """

    def __init__(self) -> None:
        self._dropped: dict[str, int] = {}
        self._output_forwarded = False
        self._closed = False

    @property
    def output_forwarded(self) -> bool:
        """True once content or a host's `ToolCallResult` was handed over: the turn must not be run again by itself."""
        return self._output_forwarded

    @property
    def dropped_by_type(self) -> dict[str, int]:
        """How many events of which class were dropped."""
        return self._dropped.copy()

    def decide(self, event: object, *, room: bool) -> Forwarding:
        """What to do with `event` if the queue has `room` for it, or has not. Changes nothing."""
        if self._closed:
            return Forwarding.CANCEL
        if room:
            return Forwarding.PUT
        return _WITHOUT_ROOM.get(getattr(event, "delivery", Delivery.LOSSLESS), Forwarding.WAIT)

    def put(self, event: object) -> None:
        """`event` was handed over."""
        self._output_forwarded = self._output_forwarded or is_output(event)

    def dropped(self, event: object) -> None:
        """`event` was dropped."""
        name = type(event).__name__
        self._dropped[name] = self._dropped.get(name, 0) + 1

    def closed(self) -> None:
        """The queue is closed: every decision from now on is to cancel."""
        self._closed = True
