"""How hard an event is delivered to a consumer that has no room."""

from __future__ import annotations

import enum

__all__ = ["Delivery"]


class Delivery(enum.StrEnum):
    """What becomes of an event while the consumer's queue is full. An event class names it as `delivery`."""

    LOSSLESS = "lossless"
    """It waits for room: that is the back-pressure. Every event without a `delivery` counts as this."""
    BEST_EFFORT = "best_effort"
    """It waits for 100 ms and is dropped then."""
    IF_ROOM = "if_room"
    """It is dropped at once."""
