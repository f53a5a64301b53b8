"""`deltawire parse`: a recorded or running stream to its answer, its events or a summary."""

from __future__ import annotations

import io
import os
import stat
import sys
import time
from collections.abc import Iterator
from typing import BinaryIO

import click

from deltawire import Event, ResponseParser, parser, sniff
from deltawire.think_options import ThinkOptions

from .names import PARSED_PROVIDER
from .showing import FORMAT, Showing

__all__ = ["parse"]

_CHUNK_BYTES = 64 * 1024
_SNIFFED_BYTES = 4096
_POLL_SECONDS = 0.1
# A complete answer whose closing event never comes is taken as it is after so long.
_GRACE_SECONDS = 2.0
_CAPTURE_BEGINS = b'{"type":"capture"'


@click.command(
    short_help="Read a provider's response from a file or pipe.",
    epilog="Exit codes: 0 finished, 2 wrong use, 3 truncated, 4 failed, 130 interrupted.",
)
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--provider",
    "-p",
    type=PARSED_PROVIDER,
    metavar="NAME",
    help="openai-chat, anthropic, groq, …; without it the first bytes tell.",
)
@FORMAT
@click.option("--follow", is_flag=True, help="Wait for more at the end of FILE until the stream has its end.")
@click.option("--think", metavar="MODE", help="Where think blocks may stand: off, leading, anywhere or inside.")
def parse(file: BinaryIO, provider: str | None, form: str, think: str | None, *, follow: bool) -> None:
    """Read a provider's response body from FILE, or from a pipe as it grows.

    The answer goes to standard output; reasoning, tool calls and the outcome go to standard error.

    \b
    Example:  deltawire parse body.sse
              deltawire parse body.sse -p openai-chat --format jsonl
              deltawire parse body.sse --follow
              curl -sN https://… | deltawire parse - --provider anthropic
    """
    try:
        ThinkOptions.of(think, "off")
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--think") from None
    follow = follow and _may_grow(file)
    if file.isatty():
        click.echo("deltawire: reading what you type; Ctrl-D ends it", err=True)
    reads = _reads(file)
    showing = Showing(form)
    try:
        begun = _beginning(reads, follow=follow) if provider is None else next(reads)
        if begun.startswith(_CAPTURE_BEGINS):
            raise click.UsageError("This is a capture and no body: deltawire replay plays it.")
        provider = provider or _told_by(begun)
        response = parser(provider, think=think)
    except KeyboardInterrupt:
        sys.exit(showing.interrupted())
    sys.exit(showing.watch(_batches(response, begun, reads, follow=follow)))


def _reads(file: BinaryIO) -> Iterator[bytes]:
    """What the file has by now, `b""` whenever it has no more; endless."""
    # `read1` gives what the pipe has, where `read` would wait for a full buffer.
    read = file.read1 if isinstance(file, io.BufferedReader) else file.read
    while True:
        yield read(_CHUNK_BYTES)


def _may_grow(file: BinaryIO) -> bool:
    """True for a file on a disk: the end of a pipe is its end."""
    try:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except OSError:
        return False


def _beginning(reads: Iterator[bytes], *, follow: bool) -> bytes:
    """The first bytes: as many as it takes to tell whose they are."""
    begun = b""
    for chunk in reads:
        begun += chunk
        if len(begun) >= _SNIFFED_BYTES or sniff(begun) is not None or not (chunk or follow):
            break
        if not chunk:
            time.sleep(_POLL_SECONDS)
    return begun


def _told_by(begun: bytes) -> str:
    found = sniff(begun)
    if found is not None:
        click.echo(f"deltawire: the first bytes are those of {found}; --provider names another one", err=True)
        return found
    if not begun.strip():
        raise click.UsageError("There is nothing to read; an empty body is read with --provider NAME.")
    raise click.UsageError("The first bytes are of no provider that is known: name it with --provider NAME.")


def _batches(response: ResponseParser, begun: bytes, reads: Iterator[bytes], *, follow: bool) -> Iterator[list[Event]]:
    yield response.receive_data(begun)
    rested = 0.0
    for chunk in reads:
        if response.ended:
            return
        if chunk:
            rested = 0.0
            yield response.receive_data(chunk)
        elif not follow or (rested >= _GRACE_SECONDS and response.can_finish):
            yield response.receive_eof()
        else:
            time.sleep(_POLL_SECONDS)
            rested += _POLL_SECONDS
