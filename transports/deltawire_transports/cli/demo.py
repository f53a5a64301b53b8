"""`deltawire demo`: hand-written streams, over real HTTP from a server on this machine."""

from __future__ import annotations

import sys
import time

import click
from rich.console import Console

from deltawire.requests import Target

from ..blocking import open_stream
from ..replay import ReplayServer, Reply, pace, provider_rules
from .demo_bodies import SCENES, Scene
from .demo_picture import growing, picture
from .demo_tools import play_loops
from .view import StreamView

__all__ = ["demo", "play_scene"]

_SECONDS_PER_FRAME = 0.03
_KEY = "demo-key"


@click.command()
@click.option("--fast", is_flag=True, help="Without the natural pauses.")
@click.option("--tools", is_flag=True, help="Two turns with each provider, and a tool of this machine's between them.")
def demo(fast: bool, tools: bool) -> None:
    """Play three streams and show what comes out: parallel tool calls, an answer, and a cut connection.

    No network and no key are needed: a server on this machine's loopback plays them over HTTP. With --tools it refuses
    a second turn in which a signature, an id or anything else is not as the first answer had it.

    \b
    Example:  deltawire demo
              deltawire demo --tools --fast
    """
    console = Console(highlight=False, soft_wrap=True)
    seconds_per_frame = 0.0 if fast else _SECONDS_PER_FRAME
    if tools:
        sys.exit(0 if play_loops(console, seconds_per_frame) else 1)
    for scene in SCENES:
        play_scene(scene, console, seconds_per_frame)
    console.print("The last one was cut on purpose: a cut stream is never a success.", style="dim")


def play_scene(scene: Scene, console: Console, seconds_per_frame: float) -> ReplayServer:
    """Plays one scene and shows it; the server, closed, still has its record."""
    console.print(f"{scene.provider} · {scene.title}", style="bold")
    pieces = pace(scene.body, seconds_per_frame, scene.split_points())
    reply = Reply(pieces, end="cut" if scene.cut else "clean")
    view = StreamView()
    with ReplayServer(reply, rules=provider_rules(scene.provider, key=_KEY)) as server, growing(console) as live:
        base_url = server.base_url + ("/v1" if scene.provider == "openai-chat" else "")
        target = Target(scene.provider, scene.model, _KEY, base_url)
        begun = time.monotonic()
        with open_stream(target, scene.prompt, errors="events") as stream:
            for event in stream:
                view.feed(event, time.monotonic() - begun)
                if live is not None:
                    live.update(picture(view))
    if live is None:
        console.print(picture(view))
    return server
