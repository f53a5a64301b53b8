"""One attempt while it goes on: moments in, its timeline so far out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import attrs

from .attempt_timeline import AttemptTimeline, CallTimeline, Ending, Mark, Phase, Span, Step
from .events import (
    Citation,
    Event,
    Heartbeat,
    MediaDelta,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from .failures import Failure, FailureKind
from .policy.events import PolicyEvent
from .policy.host_events import HostEvent
from .usage import Usage

__all__ = ["AttemptRecorder", "Moment"]

Moment: TypeAlias = Event | PolicyEvent | HostEvent | Mark
"""What happens at a time."""

_PHASES: Mapping[type, Phase] = MappingProxyType(
    {
        TextDelta: Phase.TEXT,
        RefusalDelta: Phase.TEXT,
        ReasoningDelta: Phase.REASONING,
        ToolCallStarted: Phase.TOOL_ARGUMENTS,
        ToolCallDelta: Phase.TOOL_ARGUMENTS,
        ToolCallFinished: Phase.TOOL_ARGUMENTS,
        MediaDelta: Phase.OTHER,
        Citation: Phase.OTHER,
        ServerToolUsed: Phase.OTHER,
    }
)


@attrs.define(eq=False)
class _Call:
    started: ToolCallStarted
    begin: float
    pieces: list[str] = attrs.field(factory=list[str])
    end: float | None = None
    complete: bool = False

    def timeline(self) -> CallTimeline:
        call = self.started
        arguments = "".join(self.pieces)
        return CallTimeline(
            call.index, call.choice, call.id, call.name, call.kind, self.begin, self.end, arguments, self.complete
        )


@attrs.define(eq=False)
class _Span:
    phase: Phase
    begin: float
    end: float
    pieces: int = 0
    characters: int = 0


class AttemptRecorder:
    """Records one attempt. Every moment's time counts for the phase of the moment, from the last one that has a phase.

    `stall` is as in `TimelineRecorder`.
    """

    def __init__(self, number: int, begin: float, provider: str, model: str, stall: float) -> None:
        self._number, self._begin, self._stall = number, begin, stall
        self._provider, self._model = provider, model
        self._last = self._counted = begin
        self._marks: dict[str, float] = {}
        self._spans: list[_Span] = []
        self._steps: list[Step] = []
        self._heartbeats: list[float] = []
        self._calls: dict[tuple[int, int], _Call] = {}
        self._usage: Usage | None = None
        self._ending = Ending.OPEN
        self._failure: Failure | None = None
        self._retry_delay: float | None = None

    def feed(self, moment: Moment, seconds: float) -> None:
        """Takes a mark, or an event of the response that does not end it."""
        now = self._arrive(seconds)
        if isinstance(moment, Mark):
            self._mark(moment, now)
            return
        self._marks.setdefault("first_byte", now)
        phase = _PHASES.get(type(moment))
        if phase is not None:
            self._content(moment, phase, now)
        elif isinstance(moment, Heartbeat):
            self._heartbeats.append(now)
            self._count(Phase.HEARTBEATS, now).pieces += 1
        elif isinstance(moment, UsageUpdate):
            self._usage = moment.usage
        elif isinstance(moment, ResponseStarted):
            self._provider, self._model = self._provider or moment.provider, self._model or moment.model

    def end(
        self,
        ending: Ending,
        seconds: float,
        *,
        failure: Failure | None = None,
        usage: Usage | None = None,
        retry_delay: float | None = None,
    ) -> None:
        """The attempt ended: why, after which tokens, and how long before the next one."""
        now = self._arrive(seconds)
        if now > self._counted:
            self._count(self._last_phase(failure), now)
        self._ending, self._failure, self._retry_delay = ending, failure, retry_delay
        self._usage = usage or self._usage

    def timeline(self) -> AttemptTimeline:
        """What is known so far."""
        marks = self._marks
        return AttemptTimeline(
            self._number,
            self._provider,
            self._model,
            self._begin,
            self._last,
            self._ending,
            self._failure,
            self._retry_delay,
            marks.get(Mark.CONNECTED),
            marks.get(Mark.HEADERS),
            marks.get("first_byte"),
            self._steps[0].seconds if self._steps else None,
            tuple(Span(span.phase, span.begin, span.end, span.pieces, span.characters) for span in self._spans),
            tuple(self._steps),
            tuple(self._heartbeats),
            tuple(call.timeline() for call in self._calls.values()),
            self._usage,
        )

    def _arrive(self, seconds: float) -> float:
        now = max(seconds, self._last)
        # Before the body a server thinks; silence in its middle is another thing.
        if "first_byte" in self._marks and now - self._last > self._stall:
            if self._last > self._counted:
                self._count(self._spans[-1].phase if self._steps else Phase.WAITING, self._last)
            self._count(Phase.STALLED, now).pieces += 1
        self._last = now
        return now

    def _mark(self, mark: Mark, now: float) -> None:
        if mark is Mark.BYTES:
            self._marks.setdefault("first_byte", now)
        elif mark not in self._marks:
            self._marks[mark] = now
            self._count(Phase.CONNECT if mark is Mark.CONNECTED else Phase.HEADERS, now)

    def _content(self, event: Moment, phase: Phase, now: float) -> None:
        characters = 0
        if isinstance(event, TextDelta | ReasoningDelta | RefusalDelta):
            characters = len(event.text)
        elif isinstance(event, ToolCallStarted):
            self._calls[event.choice, event.index] = _Call(event, now)
        elif isinstance(event, ToolCallDelta | ToolCallFinished):
            characters = self._call(event, now)
        if not self._steps and now > self._counted:
            self._count(Phase.WAITING, now)
        span = self._count(phase, now)
        span.pieces += 1
        span.characters += characters
        last = self._steps[-1] if self._steps else None
        if last is not None and last.seconds == now and last.phase is phase:
            self._steps[-1] = Step(now, phase, last.characters + characters, last.pieces + 1)
        else:
            self._steps.append(Step(now, phase, characters))

    def _call(self, event: ToolCallDelta | ToolCallFinished, now: float) -> int:
        call = self._calls.get((event.choice, event.index))
        if isinstance(event, ToolCallDelta):
            if call is not None:
                call.pieces.append(event.arguments)
            return len(event.arguments)
        if call is not None:
            call.end, call.complete = now, event.complete
        return 0

    def _last_phase(self, failure: Failure | None) -> Phase:
        """What the time behind the last moment was spent on."""
        if self._steps:
            return Phase.CLOSING
        if failure is not None and failure.kind is FailureKind.CONNECT:
            return Phase.CONNECT
        return Phase.HEADERS if Mark.CONNECTED in self._marks and Mark.HEADERS not in self._marks else Phase.WAITING

    def _count(self, phase: Phase, now: float) -> _Span:
        """The time since the last count belongs to `phase`."""
        span = self._spans[-1] if self._spans else None
        if span is None or span.phase is not phase or phase is Phase.STALLED:
            span = _Span(phase, self._counted, now)
            self._spans.append(span)
        span.end = self._counted = now
        return span
