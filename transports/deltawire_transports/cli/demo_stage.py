"""Plays the scenes of the demo all at once, each over real HTTP from a server of its own on this machine."""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from deltawire.policy import Plan, RetryPolicy, Timeouts
from deltawire.requests import Target

from ..blocking import Stream
from ..capture import Capture, read_capture
from ..capture_pool import WatchedPool
from ..replay import PROVIDER_RULES, Exchange, ReplayServer, provider_rules
from .demo_scenes import Answer, Scene
from .demo_session import ScriptedSession, WatchfulSession

__all__ = ["Pace", "Played", "perform", "play_scene"]

_KEY = "demo-key-4711"
_SILENCE = 1.2
# What stands in a capture in place of the port, which is another one each time.
_ADDRESS = "http://127.0.0.1:8000"

Tell = Callable[[Any, float], None]
"""Takes an event and the seconds since the first request."""


@attrs.frozen
class Pace:
    """How fast the scenes are played, and whose clock counts."""

    seconds: float = 1.0
    """How many real seconds a second of the script takes."""
    scripted: bool = False
    """True if times are those of the script and not of this machine."""

    @property
    def told(self) -> float:
        """How many seconds a second of the script is on the clock that counts."""
        return 1.0 if self.scripted else self.seconds


@attrs.frozen
class Played:
    """What came of a scene."""

    scene: Scene
    text: str
    """The capture, as a file holds it."""
    record: tuple[Exchange, ...]
    """What the server saw."""

    @property
    def capture(self) -> Capture:
        """The capture."""
        return read_capture(io.StringIO(self.text))


def play_scene(scene: Scene, pace: Pace, tell: Tell) -> Played:
    """Plays one scene and tells its events as they come."""
    file = io.StringIO()
    replies = [answer.reply(pace.seconds, pace.told) for answer in scene.answers]
    providers = dict.fromkeys(_schema(provider) for provider, _ in scene.targets)
    with ReplayServer(replies, rules=provider_rules(*providers, key=_KEY)) as server:
        session = _session(scene, pace, file, server.base_url)
        pool = None if pace.scripted else WatchedPool(session.connected)
        with Stream(session, pool=pool, errors="events") as stream:
            for event in stream:
                tell(event, session.seconds)
    text = file.getvalue().replace(server.base_url, _ADDRESS) if pace.scripted else file.getvalue()
    return Played(scene, text, tuple(server.record))


def perform(scenes: Sequence[Scene], pace: Pace, tell: Callable[[int, Any, float], None]) -> list[Played]:
    """Plays all scenes at once; tells their events with the number of the scene, all in the caller's thread."""
    happened: queue.SimpleQueue[tuple[int, Any, float]] = queue.SimpleQueue()
    played: dict[int, Played | BaseException] = {}

    def run(number: int) -> None:
        try:
            played[number] = play_scene(scenes[number], pace, lambda event, at: happened.put((number, event, at)))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            played[number] = error
        happened.put((number, None, 0.0))

    for number in range(len(scenes)):
        threading.Thread(target=run, args=(number,), name=f"demo-{number}", daemon=True).start()
    ended = 0
    while ended < len(scenes):
        number, event, seconds = happened.get()
        ended += event is None
        if event is not None:
            tell(number, event, seconds)
    results: list[Played] = []
    for number in range(len(scenes)):
        result = played[number]
        if isinstance(result, BaseException):
            raise result
        results.append(result)
    return results


def _session(scene: Scene, pace: Pace, file: io.StringIO, base_url: str) -> WatchfulSession:
    primary, *fallbacks = (_target(provider, model, base_url) for provider, model in scene.targets)
    unit = pace.told
    once = len(scene.targets) > 1
    options: dict[str, Any] = {
        "title": f"{scene.provider} · {scene.title}",
        "timeouts": Timeouts(silence=_SILENCE * unit),
        "policy": RetryPolicy(
            max_attempts=1 if once else 3,
            initial_delay=0.1 * unit,
            max_delay=0.1 * unit,
            rate_limit_floor=0.1 * unit,
            jitter_factor=0,
        ),
    }
    plan = Plan(primary, fallbacks)
    answers: Sequence[Answer] = scene.answers
    if pace.scripted:
        return ScriptedSession(file, plan, scene.prompt, answers, pace=pace.seconds, **options)
    return WatchfulSession(file, plan, scene.prompt, answers, **options)


def _target(provider: str, model: str, base_url: str) -> Target:
    return Target(provider, model, _KEY, base_url + ("/v1" if _schema(provider).startswith("openai") else ""))


def _schema(provider: str) -> str:
    return provider if provider in PROVIDER_RULES else "openai-chat"
