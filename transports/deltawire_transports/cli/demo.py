"""`deltawire demo`: hand-written streams of six providers at once, over real HTTP from servers on this machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from deltawire import Usage
from deltawire.pricing import ListPrices, Price

from ..report import Story, report_page
from .demo_picture import picture
from .demo_scenes import Scene, scenes
from .demo_stage import Pace, Played, perform
from .demo_table import streams_table
from .demo_tools import play_loops
from .view import StreamView

__all__ = ["demo"]

_FAST = 0.02
_SECONDS_PER_FRAME = 0.03
# Prices for models that do not exist.
_PRICES = ListPrices(
    {
        "openai-chat": {"": Price(1.0, 4.0)},
        "anthropic": {"": Price(3.0, 15.0)},
        "openai-responses": {"": Price(2.0, 8.0)},
        "gemini": {"": Price(0.5, 2.0)},
        "ollama": {"": Price(0.0, 0.0)},
        "bedrock": {"": Price(1.0, 4.0)},
    },
    as_of="",
    sources=(),
)


@click.command(short_help="Play six providers at once, without a network.")
@click.option("--fast", is_flag=True, help="Without the natural pauses.")
@click.option(
    "--seed", type=int, metavar="N", help="Other pauses for each N, and times of the script: always the same."
)
@click.option("--tools", is_flag=True, help="Two turns with each provider, and a tool of this machine's between them.")
@click.option("--capture", type=click.Path(file_okay=False), metavar="DIR", help="Keep captures there.")
@click.option(
    "--report", type=click.File("w", encoding="utf-8", lazy=True), metavar="FILE", help="Write a report page."
)
def demo(fast: bool, seed: int | None, tools: bool, capture: str | None, report: IO[str] | None) -> None:
    """Play six providers at once: tool calls, a retry, a fallback, a cut connection.

    No network and no key are needed: servers on this machine's loopback play them over HTTP. One refuses with 429 and
    is asked again, one falls silent and the next target takes over, one breaks off. With --tools each provider gets
    two turns, and refuses the second if a signature, an id or anything else is not as its first answer had it.

    \b
    Example:  deltawire demo
              deltawire demo --fast --seed 1
              deltawire demo --fast --capture captures --report report.html
              deltawire demo --tools --fast
    """
    console = Console(highlight=False, soft_wrap=True)
    if tools:
        sys.exit(0 if play_loops(console, 0.0 if fast else _SECONDS_PER_FRAME) else 1)
    pace = Pace(_FAST if fast else 1.0, scripted=seed is not None)
    played = _show(scenes(1 if seed is None else seed), pace, console)
    stories = [Story.of(each.capture, pricer=_PRICES, prices="made-up price") for each in played]
    console.print(_sum(stories))
    console.print("One was cut on purpose: a cut stream is never a success.", style="dim")
    kept = [*_keep(played, capture), *_write(stories, report)]
    told = "Written: " + ", ".join(kept) if kept else "Keep it: deltawire demo --capture captures --report report.html"
    console.print(told, style="dim")


def _show(played: Sequence[Scene], pace: Pace, console: Console) -> list[Played]:
    """Plays the scenes: as a table that grows, or, without a terminal, each as soon as it is over, in their order."""
    views = [StreamView() for _ in played]
    names = [scene.provider for scene in played]
    if console.is_terminal:
        with Live(console=console, refresh_per_second=20) as live:

            def tell(number: int, event: Any, seconds: float) -> None:
                views[number].feed(event, seconds)
                live.update(streams_table(views, names, console.width))

            return perform(played, pace, tell)
    shown = 0

    def tell_lines(number: int, event: Any, seconds: float) -> None:
        nonlocal shown
        views[number].feed(event, seconds)
        while shown < len(played) and views[shown].terminal is not None:
            console.print(f"{names[shown]} · {played[shown].title}", style="bold")
            console.print(picture(views[shown]))
            shown += 1

    return perform(played, pace, tell_lines)


def _sum(stories: Sequence[Story]) -> Text:
    """All tokens and what they cost."""
    usages: list[Usage] = [story.usage for story in stories if story.usage is not None]
    read, written = (sum(getattr(usage, name) or 0 for usage in usages) for name in ("input_tokens", "output_tokens"))
    cost = sum(story.cost or 0.0 for story in stories)
    told = f"{len(stories)} streams, {len(usages)} told their tokens: {read:,} in, {written:,} out"
    return Text(f"{told} · ${cost:.6f} at made-up prices")


def _keep(played: Sequence[Played], folder: str | None) -> list[str]:
    if folder is None:
        return []
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(played, 1):
        (place / f"{number}-{each.scene.provider}.jsonl").write_text(each.text, encoding="utf-8", newline="\n")
    return [f"{len(played)} captures in {folder}"]


def _write(stories: Sequence[Story], file: IO[str] | None) -> list[str]:
    if file is None:
        return []
    file.write(report_page(stories))
    return [file.name]
