"""What a stream spent its time on: phases, gaps, stalls and retries, from its events and their times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import attrs

from .attempt_recorder import AttemptRecorder, Moment
from .attempt_timeline import AttemptTimeline, CallTimeline, Ending, Mark, Phase, Span, Step, percentile
from .events import Event, Failed, Finished
from .failures import FailureKind
from .policy.events import (
    AttemptStarted,
    Cancelled,
    ContextOverflow,
    FallbackStarted,
    Paused,
    RetryAttempt,
)

__all__ = [
    "AttemptTimeline",
    "CallTimeline",
    "Ending",
    "Mark",
    "Moment",
    "Phase",
    "Span",
    "Step",
    "Timeline",
    "TimelineRecorder",
    "percentile",
]

_OF_A_RESPONSE = frozenset({*get_args(Event), Mark})


@attrs.frozen
class Timeline:
    """A session's attempts, in order. Times are seconds on the caller's clock."""

    attempts: tuple[AttemptTimeline, ...] = ()
    """The attempts, one for each request."""

    @classmethod
    def of(cls, moments: Iterable[tuple[Moment, float]], *, stall: float = 1.0, begin: float = 0.0) -> Timeline:
        """The timeline of pairs of an event or a mark and its time; the rest as in `TimelineRecorder`."""
        recorder = TimelineRecorder(stall=stall, begin=begin)
        for moment, seconds in moments:
            recorder.feed(moment, seconds)
        return recorder.timeline()

    @property
    def begin(self) -> float:
        """When the first request went out; 0 without one."""
        return self.attempts[0].begin if self.attempts else 0.0

    @property
    def end(self) -> float:
        """The last that is known; 0 without any attempt."""
        return self.attempts[-1].end if self.attempts else 0.0

    @property
    def seconds(self) -> float:
        """How long the session took, its waits between attempts included."""
        return self.end - self.begin

    @property
    def time_to_first_byte(self) -> float | None:
        """Seconds from the first request to the first byte of the body of the attempt that answered.

        That is the first one with content; while there is none, the last one.
        """
        answered = next((attempt for attempt in self.attempts if attempt.first_content is not None), None)
        attempt = answered or (self.attempts[-1] if self.attempts else None)
        return None if attempt is None or attempt.first_byte is None else attempt.first_byte - self.begin

    @property
    def time_to_first_content(self) -> float | None:
        """Seconds from the first request to the first content of any attempt."""
        times = (attempt.first_content for attempt in self.attempts)
        return next((seconds - self.begin for seconds in times if seconds is not None), None)

    @property
    def retries(self) -> int:
        """How many attempts were made beyond the first."""
        return max(0, len(self.attempts) - 1)

    @property
    def stalls(self) -> tuple[Span, ...]:
        """The stretches of all attempts in which nothing came."""
        return tuple(span for attempt in self.attempts for span in attempt.stalls)

    def gaps(self) -> list[float]:
        """The waits between one piece of content and the next, those of each attempt by themselves."""
        return [gap for attempt in self.attempts for gap in attempt.gaps()]


class TimelineRecorder:
    """Takes events as they come and gives the timeline so far.

    Times are seconds of any clock that never goes back; one that does counts as the time before it. `stall` is the
    silence in seconds, once a body has begun, above which it is a stall. `begin` is when the request went out where no
    `AttemptStarted` says it. Linear in the events; what a host adds to them says nothing here.
    """

    def __init__(self, *, stall: float = 1.0, begin: float = 0.0) -> None:
        self._stall = stall
        self._begin = begin
        self._done: list[AttemptTimeline] = []
        self._attempt: AttemptRecorder | None = None

    def feed(self, moment: Moment, seconds: float) -> None:
        """Takes what happened at a time."""
        if isinstance(moment, AttemptStarted):
            self._close()
            self._attempt = self._next(seconds, moment.provider, moment.model)
        elif isinstance(
            moment, Finished | Failed | RetryAttempt | FallbackStarted | ContextOverflow | Cancelled | Paused
        ):
            self._end(moment, seconds)
        elif isinstance(moment, Mark) or type(moment) in _OF_A_RESPONSE:
            self._opened().feed(moment, seconds)

    def timeline(self) -> Timeline:
        """The timeline of what was fed so far; an attempt that goes on ends at the last that is known of it."""
        running = [] if self._attempt is None else [self._attempt.timeline()]
        return Timeline((*self._done, *running))

    def _end(
        self,
        event: Finished | Failed | RetryAttempt | FallbackStarted | ContextOverflow | Cancelled | Paused,
        seconds: float,
    ) -> None:
        attempt = self._attempt
        if attempt is None:
            # A target that could not be asked has no attempt; a response without content is one.
            unasked = isinstance(event, Failed) and event.error.kind is FailureKind.UNCONFIGURED
            if self._done or unasked or not isinstance(event, Finished | Failed):
                return
            attempt = self._opened()
        match event:
            case Finished(usage=usage):
                attempt.end(Ending.FINISHED, seconds, usage=usage)
            case Failed(error=failure):
                attempt.end(Ending.FAILED, seconds, failure=failure)
            case RetryAttempt(error=failure, usage=usage, delay_ms=delay):
                attempt.end(Ending.RETRIED, seconds, failure=failure, usage=usage, retry_delay=delay / 1000)
            case FallbackStarted(error=failure):
                attempt.end(Ending.REPLACED, seconds, failure=failure)
            case ContextOverflow(error=failure):
                attempt.end(Ending.CONTEXT_OVERFLOW, seconds, failure=failure)
            case Cancelled():
                attempt.end(Ending.CANCELLED, seconds)
            case Paused():  # pragma: no branch - the last of the union, as type checkers see
                attempt.end(Ending.PAUSED, seconds)
        self._close()

    def _opened(self) -> AttemptRecorder:
        if self._attempt is None:
            self._attempt = self._next(self._done[-1].end if self._done else self._begin, "", "")
        return self._attempt

    def _next(self, begin: float, provider: str, model: str) -> AttemptRecorder:
        return AttemptRecorder(len(self._done) + 1, begin, provider, model, self._stall)

    def _close(self) -> None:
        if self._attempt is not None:
            self._done.append(self._attempt.timeline())
            self._attempt = None
