"""`deltawire replay`: a capture once more, as it came."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from typing import Any

import click

from deltawire.timeline import Mark

from ..capture import Capture, CaptureError
from ..capture_replay import replay as moments_of
from .captures import CAPTURE, SPEED
from .showing import FORMAT, Showing

__all__ = ["replay"]


@click.command(
    short_help="Play a capture once more, as it came.",
    epilog="Exit codes are those of the stream: 0 finished, 3 truncated, or a capture that breaks off, "
    "4 failed, 130 interrupted; 2 for a file that is no capture.",
)
@click.argument("capture", type=CAPTURE)
@click.option(
    "--speed",
    type=SPEED,
    default=1.0,
    show_default=True,
    metavar="N",
    help="How many times faster than it came; inf for no pauses at all.",
)
@FORMAT
def replay(capture: Capture, speed: float, form: str) -> None:
    """Play CAPTURE, made by `deltawire stream --capture`: the same events at the same pace.

    \b
    Example:  deltawire replay run.jsonl
              deltawire replay run.jsonl --speed inf --format jsonl
    """
    showing = Showing(form)
    try:
        sys.exit(showing.watch(_paced(capture, speed)))
    except CaptureError as error:
        raise click.ClickException(str(error)) from None


def _paced(capture: Capture, speed: float) -> Iterator[list[Any]]:
    begun = time.monotonic()
    for moment, seconds in moments_of(capture):
        if not isinstance(moment, Mark):
            pause = 0.0 if math.isinf(speed) else begun + seconds / speed - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            yield [moment]
