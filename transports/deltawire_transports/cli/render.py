"""Events as lines of text, for terminals and pipes."""

from __future__ import annotations

from typing import TextIO

from deltawire import (
    Event,
    Malformed,
    MediaDelta,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallFinished,
)
from deltawire.policy import FallbackStarted, PolicyEvent, RetryAttempt, Status

__all__ = ["AnswerPrinter"]


class AnswerPrinter:
    """Writes the answer's text to one file and all else that a person wants to see to another, as it comes."""

    def __init__(self, answer: TextIO, aside: TextIO) -> None:
        self._answer = answer
        self._aside = aside
        self._open: TextIO | None = None

    def feed(self, event: Event | PolicyEvent) -> None:
        """Shows the next event."""
        match event:
            case TextDelta(text=text) | RefusalDelta(text=text):
                self._write(self._answer, text, "")
            case ReasoningDelta(text=text):
                self._write(self._aside, text, "reasoning: ")
            case ToolCallFinished(name=name, arguments=arguments, complete=complete):
                self._line(f"tool call: {name}({arguments})" + ("" if complete else " [incomplete]"))
            case ServerToolUsed(kind=kind, name=name):
                self._line(f"server tool: {name} ({kind})")
            case MediaDelta(kind=kind, media_type=media_type, uri=uri):
                self._line(f"{kind}: {uri or media_type or 'data'}")
            case Malformed(reason=reason, raw=raw):
                self._line(f"skipped a malformed frame of {len(raw)} bytes: {reason}")
            case RetryAttempt(attempt=attempt, max_attempts=most, delay_ms=delay, error_message=message):
                self._line(f"attempt {attempt} of {most} follows in {delay / 1000:g} s: {message}")
            case FallbackStarted(provider=provider, model=model, error=error):
                self._line(f"{provider} (model '{model}') is asked instead: {error}")
            case Status(message=message):
                self._line(message)
            case _:
                pass

    def close(self) -> None:
        """Ends the line that is open."""
        if self._open is not None:
            self._open.write("\n")
            self._open.flush()
            self._open = None

    def _write(self, file: TextIO, text: str, label: str) -> None:
        if self._open is not file:
            self.close()
            file.write(label)
            self._open = file
        file.write(text)
        file.flush()

    def _line(self, text: str) -> None:
        self.close()
        self._aside.write(text + "\n")
        self._aside.flush()
