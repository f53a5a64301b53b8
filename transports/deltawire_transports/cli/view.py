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
from deltawire.policy import AttemptStarted, FallbackStarted, RetryAttempt

from .outcome import usage_line

__all__ = ["StreamView"]

# Shorter times are told in milliseconds.
_LEAST_SECONDS = 0.1


class StreamView:
    """Collects the events of one stream into labelled lines. Times are seconds since the request."""

    def __init__(self) -> None:
        self.provider = ""
        """Who was asked last."""
        self.attempt = 0
        """How often somebody was asked."""
        self.state = "connecting"
        """What happens now, in a word or two."""
        self.first_content: float | None = None
        self.last_content: float | None = None
        self.characters = 0
        """Of content so far: text, reasoning and arguments."""
        self.heartbeats = 0
        self.terminal: Any = None
        self._lines: dict[tuple[str, int], list[str]] = {}
        self._newest: tuple[str, int] | None = None

    def feed(self, event: Any, seconds: float) -> None:
        """Takes the next event."""
        match event:
            case TextDelta(text=text) | RefusalDelta(text=text):
                self._content("writing", seconds, "text", 0, text)
            case ReasoningDelta(text=text):
                self._content("reasoning", seconds, "reasoning", 0, text)
            case ToolCallStarted(index=index, name=name):
                self._content(f"calling {name}", seconds, "call", index, f"{name}(", counted=False)
            case ToolCallDelta(index=index, arguments=arguments):
                self._content(self.state, seconds, "call", index, arguments)
            case ToolCallFinished(index=index, complete=complete):
                self._content(self.state, seconds, "call", index, ")" if complete else ") [incomplete]", counted=False)
            case Heartbeat():
                self.heartbeats += 1
            case AttemptStarted(provider=provider):
                self.provider, self.state = provider, "waiting"
                self.attempt += 1
            case RetryAttempt(attempt=attempt, max_attempts=most, delay_ms=delay, error=error):
                self.state = f"retry in {delay / 1000:g} s"
                why = f"HTTP {error.status}: {error.message}" if error.status else error.message
                self._add("retry", attempt, f"attempt {attempt} of {most} follows in {delay / 1000:g} s · {why}")
            case FallbackStarted(provider=provider, error=error):
                self.state = f"fallback: {provider}"
                self._add("fallback", len(self._lines), f"to {provider} · {error.message}")
            case Finished(reason=reason):
                self.terminal, self.state = event, f"finished: {reason.value}"
            case Failed(error=error):
                self.terminal, self.state = event, f"FAILED: {error.kind.value}"
            case _:
                pass

    @property
    def pace(self) -> float | None:
        """Characters a second from the first content to the last, None as long as there is no telling."""
        if self.first_content is None or self.last_content is None or self.last_content <= self.first_content:
            return None
        return self.characters / (self.last_content - self.first_content)

    def lines(self) -> Iterator[tuple[str, str]]:
        """(label, text) of each part so far, in order of appearance."""
        for (label, index), pieces in self._lines.items():
            yield (f"{label} {index}" if label == "call" else label), "".join(pieces)

    def newest(self) -> tuple[str, list[str]]:
        """(label, texts) of what grew last: one text, but of tool calls all."""
        if self._newest is None:
            return "", []
        label = self._newest[0]
        keys = [key for key in self._lines if key[0] == label] if label == "call" else [self._newest]
        return label, ["".join(self._lines[key]) for key in keys]

    def ending(self) -> tuple[str, str] | None:
        """(label, text) of the end, None while it goes on."""
        waited = "" if self.first_content is None else f" · first content after {_seconds(self.first_content)}"
        match self.terminal:
            case Finished(reason=reason, usage=usage):
                tokens = "" if usage is None else f" · {usage_line(usage)}"
                return "finished", f"{reason.value}{tokens}{waited}"
            case Failed(error=error):
                return "FAILED", f"{error.kind.value}: {error.message}{waited}"
            case _:
                return None

    def _content(self, state: str, seconds: float, label: str, index: int, text: str, *, counted: bool = True) -> None:
        self.state, self.last_content = state, seconds
        if self.first_content is None:
            self.first_content = seconds
        self.characters += len(text) if counted else 0
        self._add(label, index, text)

    def _add(self, label: str, index: int, text: str) -> None:
        self._newest = (label, index)
        self._lines.setdefault(self._newest, []).append(text)


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= _LEAST_SECONDS else f"{seconds * 1000:.0f} ms"
