"""Which events a consumer can have acted on: after one of them nothing may be asked again."""

from __future__ import annotations

from ..events import (
    Citation,
    Failed,
    Finished,
    MediaDelta,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from .events import Cancelled, ContextOverflow, Paused

__all__ = ["CONTENT_EVENTS", "TERMINAL_EVENTS", "is_output"]

CONTENT_EVENTS: frozenset[type] = frozenset(
    {
        TextDelta,
        ReasoningDelta,
        RefusalDelta,
        ToolCallStarted,
        ToolCallDelta,
        ToolCallFinished,
        ServerToolUsed,
        MediaDelta,
        Citation,
    }
)
"""Parts of the answer. Everything else before them is preamble."""

TERMINAL_EVENTS: frozenset[type] = frozenset({Finished, Failed, ContextOverflow, Cancelled, Paused})
"""A session ends in exactly one of these."""


def is_output(event: object) -> bool:
    """True for content, and for any other event whose class says `commits = True`."""
    return type(event) in CONTENT_EVENTS or getattr(event, "commits", False) is True
