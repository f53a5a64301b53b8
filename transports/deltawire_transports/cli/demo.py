"""`deltawire demo`: hand-written streams, over real HTTP from a server on this machine."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from deltawire.requests import Target

from ..blocking import open_stream
from ..replay import ReplayServer, Reply, pace, provider_rules
from .demo_bodies import SCENES, Scene
from .view import StreamView

__all__ = ["demo", "play_scene"]

_SECONDS_PER_FRAME = 0.03
_KEY = "demo-key"
_STYLES = {"reasoning": "dim italic", "text": "default", "finished": "green", "FAILED": "bold red"}


@click.command()
@click.option("--fast", is_flag=True, help="Without the natural pauses.")
def demo(fast: bool) -> None:
    """Play three streams and show what comes out: parallel tool calls, an answer, and a cut connection.

    No network and no key are needed: a server on this machine's loopback plays them over HTTP.

    \b
    Example:  deltawire demo
    """
    console = Console(highlight=False, soft_wrap=True)
    for scene in SCENES:
        play_scene(scene, console, 0.0 if fast else _SECONDS_PER_FRAME)
    console.print("The last one was cut on purpose: a cut stream is never a success.", style="dim")


def play_scene(scene: Scene, console: Console, seconds_per_frame: float) -> ReplayServer:
    """Plays one scene and shows it; the server, closed, still has its record."""
    console.print(f"{scene.provider} · {scene.title}", style="bold")
    pieces = pace(scene.body, seconds_per_frame, scene.split_points())
    reply = Reply(pieces, end="cut" if scene.cut else "clean")
    view = StreamView()
    with ReplayServer(reply, rules=provider_rules(scene.provider, key=_KEY)) as server, _live(console) as live:
        base_url = server.base_url + ("/v1" if scene.provider == "openai-chat" else "")
        target = Target(scene.provider, scene.model, _KEY, base_url)
        begun = time.monotonic()
        with open_stream(target, scene.prompt, errors="events") as stream:
            for event in stream:
                view.feed(event, time.monotonic() - begun)
                if live is not None:
                    live.update(_picture(view))
    if live is None:
        console.print(_picture(view))
    return server


def _live(console: Console) -> AbstractContextManager[Live | None]:
    return Live(console=console, refresh_per_second=20) if console.is_terminal else nullcontext()


def _picture(view: StreamView) -> Text:
    picture = Text()
    ending = view.ending()
    for label, text in [*view.lines(), *([ending] if ending is not None else [])]:
        if picture:
            picture.append("\n")
        picture.append(f"  {label:<10} ", "cyan")
        picture.append(text, _STYLES.get(label, "default"))
    return picture
