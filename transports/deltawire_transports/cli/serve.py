"""`deltawire serve`: a provider on this machine that plays a recording, or goes wrong on purpose."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import click

from deltawire import parser, sniff
from deltawire.dialects import DIALECTS

from ..capture import Capture, CaptureError, NotACaptureError, read_capture
from ..capture_lines import Received
from ..capture_replies import capture_script
from ..faults import FAULTS, SAMPLES, Body, Fault, FaultServer, Position
from ..replay import ReplayServer, Reply, pace
from .names import PARSED_PROVIDER
from .serving import exchanges, faults_by_name, how_to_ask

__all__ = ["serve"]

Server: TypeAlias = ReplayServer | FaultServer

_LOOK_SECONDS = 0.1


def _list_faults(ctx: click.Context, _: click.Parameter, wanted: Any) -> None:
    if wanted and not ctx.resilient_parsing:
        for line in faults_by_name():
            click.echo(line)
        ctx.exit()


@click.command(
    short_help="Play a body, capture or fault to any client.",
    epilog="Only clients on this machine can connect. Ctrl-C ends it. Exit codes: 0, 2 for wrong use.",
)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--provider",
    "-p",
    type=PARSED_PROVIDER,
    metavar="NAME",
    help="Whose protocol: what FILE looks like, else openai-chat.",
)
@click.option("--fault", type=click.Choice(list(FAULTS)), metavar="NAME", help="What goes wrong: see --list.")
@click.option(
    "--position", type=click.Choice([each.value for each in Position]), metavar="PLACE", help="Where: see --list."
)
@click.option("--times", type=click.IntRange(min=0), metavar="N", help="Only the first N answers are faulty.")
@click.option("--seconds", type=click.FloatRange(min=0), metavar="S", help="How long: delay, stall, keep-alives.")
@click.option(
    "--pace", "per_event", type=click.FloatRange(min=0), default=0.0, metavar="S", help="Seconds before every event."
)
@click.option("--list", is_flag=True, expose_value=False, is_eager=True, callback=_list_faults, help="Faults, places.")
def serve(
    file: Path | None,
    provider: str | None,
    fault: str | None,
    position: str | None,
    times: int | None,
    seconds: float | None,
    per_event: float,
) -> None:
    """Answer like a provider: with the recorded body or capture in FILE, or with a sample of its protocol.

    With --fault the answer goes wrong, at any of ten places, so that you can see what a client makes of it.

    \b
    Example:  deltawire serve --provider anthropic --fault reset --position mid-event
              deltawire serve run.jsonl
              deltawire serve body.sse --pace 0.05
    """
    if fault is None and (position, times, seconds) != (None, None, None):
        raise click.UsageError("--position, --times and --seconds say more of a --fault, and there is none")
    if fault is not None and per_event:
        raise click.UsageError("--pace is for whole answers; the fault that takes its time is --fault drip")
    try:
        played = _Played.of(file, provider)
        server = played.healthy(per_event) if fault is None else played.faulty(_fault(fault, seconds), position, times)
    except (CaptureError, ValueError) as error:
        raise click.UsageError(str(error)) from None
    with server:
        for line in how_to_ask(played.provider, played.model, server.base_url):
            click.echo(line)
        try:
            for line in _happenings(server):
                click.echo(line)
        except KeyboardInterrupt:
            click.echo()


@attrs.frozen
class _Played:
    """What is served."""

    provider: str
    model: str
    body: Body
    capture: Capture | None = None

    @classmethod
    def of(cls, file: Path | None, provider: str | None) -> _Played:
        """The capture or body in a file, or a sample. Raises CaptureError or ValueError if there is none."""
        if file is None:
            return cls._sample(provider or "openai-chat")
        try:
            capture = read_capture(file)
        except NotACaptureError:
            whole = file.read_bytes()
            provider = provider or sniff(whole) or "openai-chat"
            return cls(provider, "any", _body(whole, provider))
        asked = capture.header.targets[0]
        last = capture.requests[-1].attempt if capture.requests else 0
        data = [line.data for line in capture.of_attempt(last) if isinstance(line, Received)]
        provider = provider or asked.provider
        return cls(provider, asked.model, _body(b"".join(data), provider), capture)

    @classmethod
    def _sample(cls, provider: str) -> _Played:
        sample = SAMPLES.get("openai-chat" if provider in DIALECTS else provider)
        if sample is None:
            raise ValueError(f"there is no sample of {provider}: name the FILE of a body")
        return cls(provider, sample.model, sample.body)

    def healthy(self, per_event: float) -> ReplayServer:
        """A server that plays it as it is."""
        if self.capture is not None:
            return ReplayServer(capture_script(self.capture))
        return ReplayServer(Reply(pace(self.body.data, per_event), headers={"Content-Type": self.body.media_type}))

    def faulty(self, fault: Fault, position: str | None, times: int | None) -> FaultServer:
        """A server that plays it with the fault. Raises ValueError for a body without such a place."""
        return FaultServer(self.body, fault, position, times=times)


def _body(data: bytes, provider: str) -> Body:
    """The body, with the event that the parser takes as its proof."""
    body, reader = Body.of(data), parser(provider)
    for number, frame in enumerate(body.frames):
        reader.receive_data(frame)
        if reader.ended or reader.can_finish:
            return attrs.evolve(body, proof=number)
    return body


def _fault(name: str, seconds: float | None) -> Fault:
    """The fault of that name, which takes so long. Raises ValueError for one that has no length."""
    fault: Any = FAULTS[name]
    if seconds is None:
        return FAULTS[name]
    if not hasattr(fault, "seconds"):
        raise ValueError(f"{name} does not take --seconds")
    changed: Fault = attrs.evolve(fault, seconds=seconds)
    return changed


def _happenings(server: Server) -> Iterator[str]:
    """A line for every exchange that has ended, for ever."""
    told: set[int] = set()
    while True:
        ended = exchanges(server)
        yield from (line for number, line in ended.items() if number not in told)
        told |= ended.keys()
        time.sleep(_LOOK_SECONDS)
