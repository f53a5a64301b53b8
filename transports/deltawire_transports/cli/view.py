"""What a person sees of one stream: its reasoning, text and calls as they grow, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deltawire import (
    Failed,
    Finished,
    Heartbeat,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)

from .outcome import usage_line

__all__ = ["StreamView"]

_CONTENT = (TextDelta, ReasoningDelta, RefusalDelta, ToolCallStarted)


class StreamView:
    """Collects the events of one stream into labelled lines. Times are seconds since the request."""

    def __init__(self) -> None:
        self.first_content: float | None = None
        self.heartbeats = 0
        self.terminal: Any = None
        self._lines: dict[tuple[str, int], list[str]] = {}

    def feed(self, event: Any, seconds: float) -> None:
        """Takes the next event."""
        if self.first_content is None and isinstance(event, _CONTENT):
            self.first_content = seconds
        match event:
            case TextDelta(text=text) | RefusalDelta(text=text):
                self._add("text", 0, text)
            case ReasoningDelta(text=text):
                self._add("reasoning", 0, text)
            case ToolCallStarted(index=index, name=name):
                self._add("call", index, f"{name}(")
            case ToolCallDelta(index=index, arguments=arguments):
                self._add("call", index, arguments)
            case ToolCallFinished(index=index, complete=complete):
                self._add("call", index, ")" if complete else ") [incomplete]")
            case Heartbeat():
                self.heartbeats += 1
            case Finished() | Failed():
                self.terminal = event
            case _:
                pass

    def lines(self) -> Iterator[tuple[str, str]]:
        """(label, text) of each part so far, in order of appearance."""
        for (label, index), pieces in self._lines.items():
            yield (f"{label} {index}" if label == "call" else label), "".join(pieces)

    def ending(self) -> tuple[str, str] | None:
        """(label, text) of the end, None while it goes on."""
        waited = "" if self.first_content is None else f" · first content after {self.first_content:.2f} s"
        match self.terminal:
            case Finished(reason=reason, usage=usage):
                return "finished", f"{reason.value} · {usage_line(usage)}{waited}"
            case Failed(error=error):
                return "FAILED", f"{error.kind.value}: {error.message}{waited}"
            case _:
                return None

    def _add(self, label: str, index: int, text: str) -> None:
        self._lines.setdefault((label, index), []).append(text)
