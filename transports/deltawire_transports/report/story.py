"""What a capture tells, gathered once for every part of a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from deltawire import Accumulator, Event, Malformed, Message, Note, Pricer, Unknown, Usage
from deltawire.attempt_timeline import Phase
from deltawire.policy.content import TERMINAL_EVENTS
from deltawire.timeline import Timeline, TimelineRecorder

from ..capture import Capture
from ..capture_replay import replay

__all__ = ["Story", "phases_of"]


@attrs.frozen
class Story:
    """One capture, replayed: its events with their times, its timeline, its message and what it cost."""

    title: str
    """What the report calls it."""
    capture: Capture
    """What was recorded."""
    timeline: Timeline
    """What it spent its time on."""
    message: Message
    """What the answer was, as far as it came."""
    terminal: Any
    """The last event, None if the capture ends before it."""
    notes: tuple[tuple[Any, float], ...]
    """Notes, malformed frames and unknown payloads, each with its time in seconds from the start."""
    cost: float | None
    """US dollars (or the provider's credits), None if it is not known."""
    cost_stated: bool
    """True if the provider itself said what it cost."""
    prices: str = "list price"
    """What the prices of the pricer are called."""

    @classmethod
    def of(
        cls,
        capture: Capture,
        *,
        title: str = "",
        stall: float = 1.0,
        pricer: Pricer | None = None,
        prices: str = "list price",
    ) -> Story:
        """The story of a capture. Silence above `stall` seconds is a stall; `pricer` knows what are called `prices`.

        Raises DamagedCaptureError as `replay` does.
        """
        recorder, accumulator = TimelineRecorder(stall=stall), Accumulator()
        terminal: Any = None
        notes: list[tuple[Any, float]] = []
        for moment, seconds in replay(capture):
            recorder.feed(moment, seconds)
            if isinstance(moment, Event):
                accumulator.feed(moment)
            if type(moment) in TERMINAL_EVENTS:
                terminal = moment
            elif isinstance(moment, Note | Malformed | Unknown):
                notes.append((moment, seconds))
        timeline, message = recorder.timeline(), accumulator.message()
        usage = usage_of(timeline, message)
        stated = usage is not None and usage.cost is not None
        cost = usage.cost if stated and usage is not None else _priced(timeline, message, usage, pricer)
        name = title or capture.header.title or _named(timeline, capture)
        return cls(name, capture, timeline, message, terminal, tuple(notes), cost, stated, prices)

    @property
    def usage(self) -> Usage | None:
        """The tokens of the answer, or of the last attempt that said something of them."""
        return usage_of(self.timeline, self.message)


def phases_of(stories: Iterable[Story]) -> frozenset[Phase]:
    """What the attempts of the stories spent their time on."""
    attempts = (attempt for story in stories for attempt in story.timeline.attempts)
    return frozenset(span.phase for attempt in attempts for span in attempt.spans)


def usage_of(timeline: Timeline, message: Message) -> Usage | None:
    """The tokens of the message, else of the last attempt that reported any."""
    reported = (attempt.usage for attempt in reversed(timeline.attempts))
    return message.usage or next((usage for usage in reported if usage is not None), None)


def _named(timeline: Timeline, capture: Capture) -> str:
    if timeline.attempts:
        return f"{timeline.attempts[-1].provider} · {timeline.attempts[-1].model}"
    return f"{capture.header.targets[0].provider} · {capture.header.targets[0].model}"


def _priced(timeline: Timeline, message: Message, usage: Usage | None, pricer: Pricer | None) -> float | None:
    """What the last attempt cost by the model that answered, else by the one that was asked."""
    if pricer is None or usage is None or not timeline.attempts:
        return None
    attempt = timeline.attempts[-1]
    costs = (pricer.cost(attempt.provider, model, usage) for model in (message.model, attempt.model) if model)
    return next((cost for cost in costs if cost is not None), None)
