"""Moments of a stream, for the tests of timelines: an answer, its request, what one attempt makes of them."""

from __future__ import annotations

from typing import Any

from deltawire import (
    Failure,
    FailureKind,
    Finished,
    FinishReason,
    Heartbeat,
    ReasoningDelta,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Usage,
)
from deltawire.policy import (
    AttemptStarted,
)
from deltawire.timeline import (
    AttemptTimeline,
    Mark,
    Timeline,
)

BUSY = Failure(FailureKind.OVERLOADED, "busy", status=503)
END = Finished(FinishReason.STOP, usage=Usage(input_tokens=3, output_tokens=4))


def asked(attempt: int = 1) -> AttemptStarted:
    return AttemptStarted(attempt, 3, "groq", "small")


def only(*moments: tuple[Any, float], **options: float) -> AttemptTimeline:
    """The timeline of moments that are one attempt."""
    (attempt,) = Timeline.of(moments, **options).attempts
    return attempt


def phases(attempt: AttemptTimeline) -> list[tuple[str, float, float]]:
    return [(span.phase.value, span.begin, span.end) for span in attempt.spans]


ANSWER: list[tuple[Any, float]] = [
    (asked(), 10.0),
    (Mark.CONNECTED, 10.1),
    (Mark.HEADERS, 10.3),
    (Mark.BYTES, 10.4),
    (Heartbeat("comment"), 10.4),
    (Mark.BYTES, 10.6),
    (ResponseStarted("r", "small-1", "groq"), 10.6),
    (ReasoningDelta("Hm"), 10.6),
    (ReasoningDelta("."), 10.7),
    (TextDelta("Grüezi"), 10.9),
    (TextDelta("!"), 11.0),
    (ToolCallStarted(0, "c", "weather"), 11.1),
    (ToolCallDelta(0, '{"city":'), 11.2),
    (ToolCallDelta(0, '"Bern"}'), 11.4),
    (ToolCallFinished(0, "c", "weather", '{"city":"Bern"}', complete=True), 11.4),
    (END, 11.5),
]
