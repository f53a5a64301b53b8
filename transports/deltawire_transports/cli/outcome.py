"""How a stream ended, for the shell and for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from deltawire import Event, Failed, FailureKind, Finished, Usage

__all__ = ["FAILED", "FINISHED", "TRUNCATED", "Tally", "exit_code", "usage_line"]

FINISHED, TRUNCATED, FAILED = 0, 3, 4


def exit_code(terminal: Event | None) -> int:
    """The process's exit code for the event that ended the stream."""
    if isinstance(terminal, Finished):
        return FINISHED
    if isinstance(terminal, Failed) and terminal.error.kind in (FailureKind.TRUNCATED, FailureKind.EMPTY):
        return TRUNCATED
    return FAILED


class Tally:
    """Counts what came and keeps the terminal event."""

    def __init__(self) -> None:
        self.terminal: Event | None = None
        self.counts: Counter[str] = Counter()

    def feed(self, events: Iterable[Event]) -> None:
        """Takes the next events."""
        for event in events:
            self.counts[type(event).__name__] += 1
            if isinstance(event, Finished | Failed):
                self.terminal = event

    def lines(self) -> list[str]:
        """The outcome, the finish reason, the tokens and the number of events, a line each."""
        lines: list[str] = []
        match self.terminal:
            case Finished(reason=reason, raw_reason=raw_reason, usage=usage, damaged=damaged):
                lines.append("outcome: finished" + (" (damaged on the way)" if damaged else ""))
                lines.append(f"finish reason: {reason.value}" + (f" ({raw_reason})" if raw_reason else ""))
                lines.append(f"usage: {usage_line(usage)}")
            case Failed(error=error):
                lines.append(f"outcome: failed ({error.kind.value})")
                lines.append(f"error: {error}")
                if error.after_content:
                    lines.append("what came before the failure is valid and was printed")
            case _:
                lines.append("outcome: no end")
        named = ", ".join(f"{count} {name}" for name, count in self.counts.most_common())
        return [*lines, f"events: {named}"]


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
