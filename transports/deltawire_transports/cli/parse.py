"""`deltawire parse`: a recorded or running stream to its answer, its events or a summary."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

import click

from deltawire import Event, Failed, ResponseParser, event_to_dict, parser

from .outcome import Tally, exit_code
from .render import AnswerPrinter

__all__ = ["parse"]

_CHUNK_BYTES = 64 * 1024


@click.command(epilog="Exit codes: 0 finished, 2 wrong use, 3 truncated, 4 failed, 130 interrupted.")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--provider", "-p", required=True, metavar="NAME", help="openai-chat, anthropic, groq, …")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["text", "jsonl", "summary"]),
    default="text",
    show_default=True,
    help="The answer as text, every event as a JSON line, or only how it ended.",
)
@click.option("--think", metavar="MODE", help="Where think blocks may stand: off, leading, anywhere or inside.")
def parse(file: BinaryIO, provider: str, form: str, think: str | None) -> None:
    """Read a provider's response body from FILE, or from a pipe as it grows.

    The answer goes to standard output; reasoning, tool calls and the outcome go to standard error.

    \b
    Example:  curl -sN https://… | deltawire parse - --provider anthropic
              deltawire parse body.sse -p openai-chat --format jsonl
    """
    try:
        response = parser(provider, think=think)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    tally = Tally()
    printer = AnswerPrinter(sys.stdout, sys.stderr)
    try:
        for events in _batches(response, file):
            tally.feed(events)
            _show(events, form, printer)
    except KeyboardInterrupt:
        printer.close()
        click.echo("deltawire: interrupted", err=True)
        sys.exit(130)
    printer.close()
    for line in tally.lines():
        click.echo(line, err=form != "summary")
    sys.exit(exit_code(tally.terminal))


def _batches(response: ResponseParser, file: BinaryIO) -> Iterator[list[Event]]:
    # `read1` gives what the pipe has by now, where `read` would wait for a full buffer.
    read = file.read1 if isinstance(file, io.BufferedReader) else file.read
    while chunk := read(_CHUNK_BYTES):
        yield response.receive_data(chunk)
        if response.ended:
            return
    yield response.receive_eof()


def _show(events: list[Event], form: str, printer: AnswerPrinter) -> None:
    if form == "jsonl":
        for event in events:
            click.echo(json.dumps(event_to_dict(event), ensure_ascii=False))
        return
    if form == "text":
        for event in events:
            if not isinstance(event, Failed):
                printer.feed(event)
