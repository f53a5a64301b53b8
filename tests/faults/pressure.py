"""A server at line rate against a slow consumer: what is read ahead, and what stays in memory."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable

import anyio
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
# The event that a read begins with may have begun in the one before, and the headers stand before them all.
_CUT = 2 * 1024
# asyncio reads so much at a time, whoever asks for how little (`max_size` of its transports); the shim has it from
# there 64 KiB at a time, as on trio.
_ASYNCIO = 256 * 1024
READ_AHEAD = {"blocking": 64 * 1024 + _CUT, "aio": _ASYNCIO + _CUT, "trio": 64 * 1024 + _CUT}
"""Bytes that the process may have read and the consumer not taken."""
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


def _press_blocking(hose: Firehose, pause: float, consumed: Callable[[], None], enough: Callable[[], bool]) -> None:
    asked = target("openai-chat", hose.base_url, key_for(0))
    with blocking.open_stream(asked, "hi", policy=RetryPolicy.never()) as stream:
        for event in stream:
            if isinstance(event, TextDelta):
                consumed()
                time.sleep(pause)
            if enough():
                break


async def _press_aio(hose: Firehose, pause: float, consumed: Callable[[], None], enough: Callable[[], bool]) -> None:
    asked = target("openai-chat", hose.base_url, key_for(0))
    async with aio.open_stream(asked, "hi", policy=RetryPolicy.never()) as stream:
        async for event in stream:
            if isinstance(event, TextDelta):
                consumed()
                await anyio.sleep(pause)
            if enough():
                break


def press(shim: str, framing: str, seconds: float, events_per_second: float) -> Pressure:
    """Takes so many events a second, for so many seconds, from a server that always has more."""
    pressure = Pressure(shim, framing)
    with firehose(framing) as hose:
        gauge = _Gauge(pressure, hose)
        until, pause = time.monotonic() + seconds, 1 / events_per_second

        def enough() -> bool:
            # On a busy machine little happens in little time.
            return time.monotonic() > until and pressure.looks > 0

        if shim == "blocking":
            _press_blocking(hose, pause, gauge.consumed, enough)
        else:
            backend = "trio" if shim == "trio" else "asyncio"
            anyio.run(_press_aio, hose, pause, gauge.consumed, enough, backend=backend)
        gauge.end()
    return pressure
