"""Ways to leave a stream, chosen by chance, and what came of them."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import attrs

from deltawire import Failed, Finished
from deltawire.policy import CancellationToken, Cancelled, ContextOverflow, Paused, RetryPolicy, Timeouts

__all__ = ["SLOTS", "Chance", "Left"]

SLOTS = 10
"""The connections of the pool that half of the streams share."""

_TERMINALS = (Finished, Failed, ContextOverflow, Cancelled, Paused)
_TIMEOUTS = Timeouts(connect=1.0, local_first_byte=0.3, silence=0.3, finish_grace=0.1)
_PATIENT = RetryPolicy(max_attempts=2, initial_delay=0.05)


@attrs.define
class Left:
    """How many streams were left how, and what is left of them."""

    ways: Counter[str] = attrs.field(factory=Counter)
    ends: Counter[str] = attrs.field(factory=Counter)
    leaks: dict[str, int] = attrs.field(factory=dict)
    wrong: list[str] = attrs.field(factory=list)

    def count(self, way: str, events: list[Any]) -> None:
        """One more stream, with the events that it gave."""
        self.ways[way] += 1
        ends = [event for event in events if isinstance(event, _TERMINALS)]
        self.ends[type(ends[0]).__name__ if ends else "left open"] += 1
        if len(ends) > 1 or (ends and events[-1] is not ends[0]):
            self.wrong.append(f"{way}: ended in {ends!r}")


class Chance:
    """What one stream does: which way it is left, after how long or how many events."""

    def __init__(self, seed: int, ways: tuple[str, ...], *, pooled: bool) -> None:
        chance = random.Random(seed)
        self.way = chance.choice(ways)
        self.seconds = chance.choice((0.0, chance.uniform(0, 0.004), chance.uniform(0, 0.03), chance.uniform(0, 0.2)))
        self.events = chance.randrange(12)
        self.pooled = pooled and chance.random() < 0.5
        self.token = CancellationToken() if self.way == "token" else None

    def options(self, pool: Any) -> dict[str, Any]:
        """The keywords of its stream."""
        own = {"pool": pool} if self.pooled else {}
        return {"timeouts": _TIMEOUTS, "policy": _PATIENT, "errors": "events", "token": self.token, **own}
