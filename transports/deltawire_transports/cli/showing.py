"""What a command prints of a stream: its answer as it comes, its events, or how it ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from deltawire import Accumulator, Event, Failed, Message, event_to_dict
from deltawire.policy import PolicyEvent

from .outcome import Tally, exit_code
from .render import AnswerPrinter

__all__ = ["FORMAT", "INTERRUPTED", "Showing"]

INTERRUPTED = 130
FORMAT = click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["text", "json", "jsonl", "summary"]),
    default="text",
    show_default=True,
    help="The answer as text, all of it as one JSON object, every event as a JSON line, or only how it ended.",
)
"""The option that says what is printed."""


class Showing:
    """Shows the events of one stream as `form` says, a value of FORMAT."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._tally = Tally()
        self._printer = AnswerPrinter(sys.stdout, sys.stderr)
        self._accumulator = Accumulator() if form == "json" else None

    def feed(self, events: Iterable[Event | PolicyEvent]) -> None:
        """Shows the next events."""
        for event in events:
            self._tally.feed([event])
            if self._accumulator is not None and isinstance(event, Event):
                self._accumulator.feed(event)
            elif self._form == "jsonl":
                click.echo(json.dumps(event_to_dict(event), ensure_ascii=False))
            elif self._form == "text" and not isinstance(event, Failed):
                self._printer.feed(event)

    def end(self) -> int:
        """Says how the stream ended, and gives the process's exit code."""
        self._printer.close()
        if self._accumulator is not None:
            click.echo(json.dumps(_whole(self._accumulator.message(), self._tally.terminal), ensure_ascii=False))
        for line in self._tally.lines():
            click.echo(line, err=self._form != "summary")
        return exit_code(self._tally.terminal)

    def interrupted(self) -> int:
        """Ends the line that is open, says that the user stopped it, and gives the exit code."""
        self._printer.close()
        click.echo("deltawire: interrupted", err=True)
        return INTERRUPTED

    def watch(self, batches: Iterable[Iterable[Any]]) -> int:
        """Shows every batch of events and the end; gives the exit code, also of a Ctrl-C."""
        try:
            for events in batches:
                self.feed(events)
        except KeyboardInterrupt:
            return self.interrupted()
        return self.end()


def _whole(message: Message, terminal: Any) -> dict[str, Any]:
    """The first choice of the answer, for programs such as jq."""
    end = {} if terminal is None else event_to_dict(terminal)
    return {
        "provider": message.provider,
        "model": message.model,
        "complete": message.complete,
        "finish_reason": message.finish_reason,
        "text": message.text,
        "reasoning": message.reasoning,
        "refusal": message.refusal,
        "tool_calls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments, "complete": call.complete}
            for call in message.tool_calls
        ],
        "usage": end.get("usage"),
        "error": end.get("error"),
    }
