"""`deltawire report` and `deltawire compare`: captures as a page to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

import attrs
import click

from deltawire.pricing import ListPrices

from ..capture import Capture, CaptureError
from ..report import Story, comparison_page, report_page, report_picture
from .captures import CAPTURE

__all__ = ["compare", "report"]

_OUTPUT = click.option(
    "--output",
    "-o",
    type=click.File("w", encoding="utf-8", lazy=True),
    required=True,
    metavar="FILE",
    help="The page to write; - for standard output.",
)
_STALL = click.option(
    "--stall",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Silence above this is a stall.",
)


@click.command(short_help="Make a page of captures: times, tokens, bytes.")
@click.argument("captures", type=CAPTURE, nargs=-1, required=True, metavar="CAPTURE…")
@_OUTPUT
@click.option(
    "--svg", type=click.File("w", encoding="utf-8", lazy=True), metavar="FILE", help="The lanes alone, as a picture."
)
@_STALL
def report(captures: Sequence[Capture], output: IO[str], svg: IO[str] | None, stall: float) -> None:
    """Write one page about what was captured: no network, no script, light and dark.

    What each attempt spent its time on, gaps, growth, tool calls, tokens and cost, and the bytes behind a click. The
    same capture gives the same page.

    \b
    Example:  deltawire report run.jsonl -o report.html
              deltawire report run.jsonl other.jsonl -o report.html --svg lanes.svg
    """
    stories = [_story(capture, stall) for capture in captures]
    output.write(report_page(stories))
    if svg is not None:
        svg.write(report_picture(stories))


@click.command(short_help="Lay two captures over each other on a page.")
@click.argument("first", type=CAPTURE, metavar="A")
@click.argument("second", type=CAPTURE, metavar="B")
@_OUTPUT
@_STALL
def compare(first: Capture, second: Capture, output: IO[str], stall: float) -> None:
    """Write one page that lays the captures A and B over each other.

    \b
    Example:  deltawire compare run.jsonl other.jsonl -o compare.html
    """
    stories = [_story(capture, stall) for capture in (first, second)]
    named = [
        attrs.evolve(story, title=f"{letter} · {story.title}") for letter, story in zip("AB", stories, strict=True)
    ]
    output.write(comparison_page(*named))


def _story(capture: Capture, stall: float) -> Story:
    try:
        return Story.of(capture, stall=stall, pricer=ListPrices())
    except CaptureError as error:
        raise click.ClickException(str(error)) from None
