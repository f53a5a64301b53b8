"""Times, sizes and counts as a person reads them."""

from __future__ import annotations

import unicodedata

from deltawire.attempt_timeline import AttemptTimeline, Ending, Phase

__all__ = ["PHASE_NAMES", "bytes_words", "count_words", "ending_words", "seconds_words", "shortened"]

PHASE_NAMES = {
    Phase.CONNECT: "connecting",
    Phase.HEADERS: "headers",
    Phase.WAITING: "waiting",
    Phase.HEARTBEATS: "heartbeats",
    Phase.REASONING: "reasoning",
    Phase.TEXT: "text",
    Phase.TOOL_ARGUMENTS: "tool arguments",
    Phase.OTHER: "other content",
    Phase.STALLED: "stalled",
    Phase.CLOSING: "closing",
}


def seconds_words(seconds: float | None) -> str:
    """A time with about three digits: `1.25 s`, `320 ms`, `0 ms`; a dash for none."""
    if seconds is None:
        return "–"
    if seconds >= 100:
        return f"{seconds:,.0f} s"
    if seconds >= 0.9995:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    milliseconds = seconds * 1000
    return f"{milliseconds:.0f} ms" if milliseconds >= 9.95 or milliseconds == 0 else f"{milliseconds:.1f} ms"


def bytes_words(size: int) -> str:
    """A size: `512 B`, `1.5 kB`."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def count_words(count: int, noun: str) -> str:
    """`1 retry` in words: the number and the noun, with an s for all numbers but one."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def ending_words(attempt: AttemptTimeline) -> str:
    """How an attempt ended, in two words or three."""
    failure = attempt.failure
    why = "" if failure is None else f"HTTP {failure.status}" if failure.status else failure.kind.replace("_", " ")
    match attempt.ending:
        case Ending.RETRIED:
            return f"{why}, retried"
        case Ending.REPLACED:
            return f"{why}, fallback"
        case Ending.FAILED:
            return f"failed: {why}"
        case Ending.CONTEXT_OVERFLOW:
            return "context overflow"
        case _:
            return attempt.ending.value


def shortened(text: str, columns: int) -> str:
    """The text in at most so many columns, wide characters counting as two; what is cut off is an ellipsis."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > columns - (place < len(text) - 1):
            return text[:place] + "…"
    return text
