"""A server at line rate against a slow consumer: what is read ahead, and what stays in memory."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable

import attrs

from deltawire import TextDelta
from deltawire.policy import RetryPolicy
from deltawire_transports import aio, blocking
from tests.faults.canary import key_for
from tests.faults.peer import Firehose, firehose
from tests.faults.shims import target
from tests.faults.system import Taken, memory

__all__ = ["FRAMINGS", "GROWTH", "READ_AHEAD", "Pressure", "press"]

FRAMINGS = ("close", "chunked", "large chunks")
_READ = 64 * 1024
# One read whose events are being taken, and one ahead of them. asyncio reads 256 KiB for itself on top
# (`max_size` of its transports), before anybody asks.
READ_AHEAD = {"blocking": 2 * _READ, "aio": 2 * _READ + 256 * 1024}
"""Bytes that a shim may have read and its consumer not taken."""
GROWTH = 8 * 1024 * 1024
"""Bytes of memory that a stream without end may add."""
_WARM_UP = 20
_LOOKS_PER_SECOND = 20


@attrs.define
class Pressure:
    """What a slow consumer saw of its process."""

    shim: str
    framing: str
    events: int = 0
    sent: int = 0
    """Bytes that the server's kernel took."""
    held_by_system: int = 0
    """The most that waited in the kernel's buffer of this process."""
    read_ahead: int = 0
    """The most that the process had read before its consumer had come so far, in bytes."""
    looks: int = 0
    """How often it was looked at."""
    growth: int = 0
    """Bytes of memory more than after the first events, at most."""


class _Gauge:
    """Looks at the process while it works."""

    def __init__(self, pressure: Pressure, hose: Firehose) -> None:
        self._pressure = pressure
        self._hose = hose
        self._before = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def consumed(self) -> None:
        """One more event was taken."""
        self._pressure.events += 1
        if self._pressure.events == _WARM_UP:
            gc.collect()
            self._before = memory()
            self._taken = Taken(self._hose.port)
            self._thread.start()

    def end(self) -> None:
        """The last event was taken."""
        self._done.set()
        self._thread.join()
        self._taken.close()
        self._pressure.sent = self._hose.sent

    def _watch(self) -> None:
        pressure, hose = self._pressure, self._hose
        while not self._done.wait(1 / _LOOKS_PER_SECOND):
            consumed = pressure.events * hose.event_bytes
            taken, waiting = self._taken.look()
            if self._taken.look() == (taken, waiting):  # else the numbers are not of one moment
                pressure.looks += 1
                pressure.held_by_system = max(pressure.held_by_system, waiting)
                pressure.read_ahead = max(pressure.read_ahead, int(taken - consumed))
            pressure.growth = max(pressure.growth, memory() - self._before)


def _press_blocking(hose: Firehose, until: float, pause: float, consumed: Callable[[], None]) -> None:
    asked = target("openai-chat", hose.base_url, key_for(0))
    with blocking.open_stream(asked, "hi", policy=RetryPolicy.never()) as stream:
        for event in stream:
            if isinstance(event, TextDelta):
                consumed()
                time.sleep(pause)
            if time.monotonic() > until:
                break


async def _press_aio(hose: Firehose, until: float, pause: float, consumed: Callable[[], None]) -> None:
    asked = target("openai-chat", hose.base_url, key_for(0))
    async with aio.open_stream(asked, "hi", policy=RetryPolicy.never()) as stream:
        async for event in stream:
            if isinstance(event, TextDelta):
                consumed()
                await asyncio.sleep(pause)
            if time.monotonic() > until:
                break


def press(shim: str, framing: str, seconds: float, events_per_second: float) -> Pressure:
    """Takes so many events a second, for so many seconds, from a server that always has more."""
    pressure = Pressure(shim, framing)
    with firehose(framing) as hose:
        gauge = _Gauge(pressure, hose)
        until, pause = time.monotonic() + seconds, 1 / events_per_second
        if shim == "aio":
            asyncio.run(_press_aio(hose, until, pause, gauge.consumed))
        else:
            _press_blocking(hose, until, pause, gauge.consumed)
        gauge.end()
    return pressure
