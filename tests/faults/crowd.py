"""Many streams at once: each has its own answer, and ends once."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import attrs

from deltawire import Finished, TextDelta
from deltawire.policy import RetryPolicy, Timeouts
from deltawire.requests import Target
from deltawire_transports import aio, blocking
from tests.faults.canary import key_for
from tests.faults.peer import answer_to, peer
from tests.faults.system import allow_many_files

__all__ = ["Crowd", "crowd_aio", "crowd_threads"]

_PATIENT = Timeouts(connect=60.0, local_first_byte=60.0, silence=60.0)


@attrs.define
class Crowd:
    """What became of many streams."""

    streams: int = 0
    at_once: int = 0
    """The most that had begun and not ended."""
    wrong: list[str] = attrs.field(factory=list)
    seconds: float = 0.0
    first_text: list[float] = attrs.field(factory=list)
    """Seconds from opening a stream to its first text, one for each."""


class _Counter:
    """Streams that run now. One thread at a time."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._running = 0

    def begin(self) -> None:
        self._running += 1
        self._crowd.at_once = max(self._crowd.at_once, self._running)

    def end(self, model: str, events: list[Any], first: float) -> None:
        self._running -= 1
        crowd = self._crowd
        crowd.streams += 1
        crowd.first_text.append(first)
        ends = [event for event in events if isinstance(event, Finished)]
        text = "".join(event.text for event in events if isinstance(event, TextDelta))
        if len(ends) != 1 or events[-1] is not ends[0]:
            crowd.wrong.append(f"{model}: ended in {events[-1:]!r}")
        elif text != answer_to(model):
            crowd.wrong.append(f"{model}: got {text[:60]!r}")


def _options() -> dict[str, Any]:
    return {"policy": RetryPolicy.never(), "timeouts": _PATIENT, "errors": "events"}


def _asked(base_url: str, model: str) -> Target:
    return Target("openai-chat", model, key_for(0), base_url + "/v1")


def crowd_aio(streams: int, seconds_per_frame: float) -> Crowd:
    """So many streams at once on one loop."""
    crowd = Crowd()
    counter = _Counter(crowd)
    allow_many_files(2 * streams + 256)

    async def one(base_url: str, number: int) -> None:
        model, events, begun, first = f"model-{number:05}", [], time.monotonic(), 0.0
        counter.begin()
        async with aio.open_stream(_asked(base_url, model), "hi", **_options()) as stream:
            async for event in stream:
                if not first and isinstance(event, TextDelta):
                    first = time.monotonic() - begun
                events.append(event)
        counter.end(model, events, first)

    async def all_of_them(base_url: str) -> None:
        await asyncio.gather(*(one(base_url, number) for number in range(streams)))

    with peer("echo", seconds_per_frame) as base_url:
        begun = time.monotonic()
        asyncio.run(all_of_them(base_url))
        crowd.seconds = time.monotonic() - begun
    return crowd


def crowd_threads(threads: int, streams: int, seconds_per_frame: float) -> Crowd:
    """So many threads, each with so many streams one after the other."""
    crowd, lock = Crowd(), threading.Lock()
    counter = _Counter(crowd)
    together = threading.Barrier(threads)
    allow_many_files(4 * threads + 256)

    def work(base_url: str, number: int) -> None:
        together.wait()
        for turn in range(streams):
            model, events, begun, first = f"model-{number:03}-{turn:03}", [], time.monotonic(), 0.0
            with lock:
                counter.begin()
            with blocking.open_stream(_asked(base_url, model), "hi", **_options()) as stream:
                for event in stream:
                    if not first and isinstance(event, TextDelta):
                        first = time.monotonic() - begun
                    events.append(event)
            with lock:
                counter.end(model, events, first)

    with peer("echo", seconds_per_frame) as base_url:
        begun = time.monotonic()
        workers = [threading.Thread(target=work, args=(base_url, number)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        crowd.seconds = time.monotonic() - begun
    return crowd
