"""What a command prints of a stream: its answer as it comes, its events, or how it ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from deltawire import Event, Failed, event_to_dict
from deltawire.policy import PolicyEvent

from .outcome import Tally, exit_code
from .render import AnswerPrinter

__all__ = ["INTERRUPTED", "Showing"]

INTERRUPTED = 130


class Showing:
    """Shows the events of one stream as `form` says: text, jsonl or summary."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._tally = Tally()
        self._printer = AnswerPrinter(sys.stdout, sys.stderr)

    def feed(self, events: Iterable[Event | PolicyEvent]) -> None:
        """Shows the next events."""
        for event in events:
            self._tally.feed([event])
            if self._form == "jsonl":
                click.echo(json.dumps(event_to_dict(event), ensure_ascii=False))
            elif self._form == "text" and not isinstance(event, Failed):
                self._printer.feed(event)

    def end(self) -> int:
        """Says how the stream ended, and gives the process's exit code."""
        self._printer.close()
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
