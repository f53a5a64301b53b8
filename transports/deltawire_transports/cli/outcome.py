"""How a stream ended, for the shell and for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from deltawire import Failed, Failure, FailureKind, Finished, Usage
from deltawire.policy import Cancelled, ContextOverflow, Paused

__all__ = ["FAILED", "FINISHED", "LEFT", "TRUNCATED", "Tally", "exit_code", "usage_line"]

FINISHED, TRUNCATED, FAILED, LEFT = 0, 3, 4, 130
_TERMINALS = (Finished, Failed, ContextOverflow, Cancelled, Paused)


def exit_code(terminal: Any) -> int:
    """The process's exit code for the event that ended the stream, None if the end is not there."""
    if isinstance(terminal, Finished):
        return FINISHED
    cut = isinstance(terminal, Failed) and terminal.error.kind in (FailureKind.TRUNCATED, FailureKind.EMPTY)
    if terminal is None or cut:
        return TRUNCATED
    return LEFT if isinstance(terminal, Cancelled | Paused) else FAILED


class Tally:
    """Counts what came and keeps the terminal event."""

    def __init__(self) -> None:
        self.terminal: Any = None
        self.counts: Counter[str] = Counter()

    def feed(self, events: Iterable[Any]) -> None:
        """Takes the next events."""
        for event in events:
            self.counts[type(event).__name__] += 1
            if isinstance(event, _TERMINALS):
                self.terminal = event

    def lines(self) -> list[str]:
        """The outcome, the finish reason, the tokens and the number of events, a line each."""
        lines: list[str] = []
        match self.terminal:
            case Finished(reason=reason, raw_reason=raw_reason, usage=usage, damaged=damaged):
                lines.append("outcome: finished" + (" (damaged on the way)" if damaged else ""))
                lines.append(f"finish reason: {reason.value}" + (f" ({raw_reason})" if raw_reason else ""))
                lines.append(f"usage: {usage_line(usage)}")
            case Failed(error=error) | ContextOverflow(error=error):
                lines += _failure_lines(error)
            case Cancelled() | Paused():
                lines.append(f"outcome: {type(self.terminal).__name__.lower()}")
            case _:
                lines.append("outcome: unknown, the capture breaks off before the end of the stream")
        named = ", ".join(f"{count} {name}" for name, count in self.counts.most_common())
        return [*lines, f"events: {named}"]


def _failure_lines(error: Failure) -> list[str]:
    lines = [f"outcome: failed ({error.kind.value})", f"error: {error}"]
    return [*lines, "what came before the failure is valid and was printed"] if error.after_content else lines


def usage_line(usage: Usage | None) -> str:
    """The token counts in one line."""
    if usage is None:
        return "not reported"
    counts = [
        ("input", usage.input_tokens),
        ("output", usage.output_tokens),
        ("reasoning", usage.reasoning_tokens),
        ("cache read", usage.cache_read_tokens),
        ("cache write", usage.cache_write_tokens),
        ("total", usage.total_tokens),
    ]
    said = ", ".join(f"{count:,} {name}" for name, count in counts if count is not None)
    return f"{said} tokens" if said else "reported without token counts"
