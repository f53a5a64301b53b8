"""What one attempt spent its time on: records of phases, pieces, calls and waits."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from itertools import pairwise

import attrs

from .events import ToolKind
from .failures import Failure
from .usage import Usage

__all__ = ["AttemptTimeline", "CallTimeline", "Ending", "Mark", "Phase", "Span", "Step", "percentile"]


class Mark(enum.StrEnum):
    """What the owner of the connection knows and no event says. Marks make a timeline exact; none is needed."""

    CONNECTED = "connected"
    """The connection stands, TLS included."""
    HEADERS = "headers"
    """The response's status and headers are there."""
    BYTES = "bytes"
    """Bytes of the body came, whatever they are; before the events that they complete."""


class Phase(enum.StrEnum):
    """What an attempt is doing. Time counts for the phase of what ends it: the wait for a piece of text is text."""

    CONNECT = "connect"
    """From the request to the connection."""
    HEADERS = "headers"
    """From there to the response's headers."""
    WAITING = "waiting"
    """From there to the first content."""
    HEARTBEATS = "heartbeats"
    """The server said that it is alive, and no more."""
    REASONING = "reasoning"
    """Reasoning came."""
    TEXT = "text"
    """Text came, or a refusal."""
    TOOL_ARGUMENTS = "tool_arguments"
    """A tool call of the client's came."""
    OTHER = "other"
    """Media, citations and tools of the server's came."""
    STALLED = "stalled"
    """Nothing came for longer than a stall takes, though the body had begun."""
    CLOSING = "closing"
    """From the last content to the end."""


class Ending(enum.StrEnum):
    """How an attempt ended."""

    FINISHED = "finished"
    """The answer was whole."""
    FAILED = "failed"
    """It failed, and nobody was asked again."""
    RETRIED = "retried"
    """It failed before content, and its target was asked again."""
    REPLACED = "replaced"
    """It failed before content, and the next target was asked."""
    CONTEXT_OVERFLOW = "context_overflow"
    """The prompt did not fit."""
    CANCELLED = "cancelled"
    """The consumer wanted no more."""
    PAUSED = "paused"
    """The consumer will start again."""
    OPEN = "open"
    """It goes on, or nobody saw its end."""


@attrs.frozen
class Span:
    """A stretch of one phase. One that a single read brought has no length."""

    phase: Phase
    """What the attempt was doing."""
    begin: float
    """Seconds on the caller's clock."""
    end: float
    """Seconds on the caller's clock."""
    pieces: int = 0
    """Content events in it, or heartbeats."""
    characters: int = 0
    """Characters of content in it."""


@attrs.frozen
class Step:
    """Content of one phase that came at one time."""

    seconds: float
    """When it came, on the caller's clock."""
    phase: Phase
    """What kind of content it was."""
    characters: int
    """How many characters of content came."""
    pieces: int = 1
    """How many events brought it."""


@attrs.frozen
class CallTimeline:
    """One tool call of the client's. Times are seconds on the caller's clock."""

    index: int
    """The number of the call in the response, in order of appearance."""
    choice: int
    id: str
    """The call's id."""
    name: str
    """The tool's name."""
    kind: ToolKind
    """The kind of the tool."""
    begin: float
    """When it was started."""
    end: float | None = None
    """None while it is open."""
    arguments: str = ""
    """The raw text of the arguments, known at the end."""
    complete: bool = False
    """True if it may be run."""


@attrs.frozen
class AttemptTimeline:
    """One request and what came back. Times are seconds on the caller's clock, None for what did not happen."""

    number: int
    """Which attempt of the session, from 1."""
    provider: str
    """Who was asked; empty where no event said it."""
    model: str
    """Which model was asked; empty where no event said it."""
    begin: float
    """When the request went out."""
    end: float
    """Its end, or the last that is known of it."""
    ending: Ending = Ending.OPEN
    """How it ended."""
    failure: Failure | None = None
    """Why it failed."""
    retry_delay: float | None = None
    """Seconds until the next attempt at the same target."""
    connected: float | None = None
    """When the connection stood."""
    headers: float | None = None
    """When status and headers were there."""
    first_byte: float | None = None
    """The first bytes of the body; without marks, the first event."""
    first_content: float | None = None
    """When the first content came."""
    spans: tuple[Span, ...] = ()
    """What it did, in order, from begin to end."""
    steps: tuple[Step, ...] = ()
    """Its content, in order."""
    heartbeats: tuple[float, ...] = ()
    """When the server said that it was alive."""
    calls: tuple[CallTimeline, ...] = ()
    """The client's tool calls, in order."""
    usage: Usage | None = None
    """The tokens that it reported."""

    @property
    def time_to_first_byte(self) -> float | None:
        """Seconds from the request to the first bytes of the body."""
        return None if self.first_byte is None else self.first_byte - self.begin

    @property
    def time_to_first_content(self) -> float | None:
        """Seconds from the request to the first content."""
        return None if self.first_content is None else self.first_content - self.begin

    @property
    def stalls(self) -> tuple[Span, ...]:
        """The stretches in which nothing came."""
        return tuple(span for span in self.spans if span.phase is Phase.STALLED)

    @property
    def characters(self) -> int:
        """Characters of content: text, reasoning and arguments."""
        return sum(step.characters for step in self.steps)

    @property
    def characters_per_second(self) -> float | None:
        """The pace from the first content to the last one; None if it came at once."""
        if not self.steps:
            return None
        seconds = self.steps[-1].seconds - self.steps[0].seconds
        return self.characters / seconds if seconds > 0 else None

    def seconds(self, phase: Phase) -> float:
        """How long the attempt was in a phase, all its stretches together."""
        return math.fsum(span.end - span.begin for span in self.spans if span.phase is phase)

    def gaps(self) -> list[float]:
        """The waits between one piece of content and the next, in order. What came at one time has none in between."""
        times = [step.seconds for step in self.steps]
        return [later - earlier for earlier, later in pairwise(times) if later > earlier]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest of `values` that at least `share` of them (0 to 1) do not pass; None of no values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
