"""How soon a cancel is seen: by who iterates, and by the server."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from deltawire import TextDelta
from deltawire.policy import AttemptStarted, Cancelled, RetryAttempt, RetryPolicy, Timeouts
from deltawire_transports import aio, blocking
from deltawire_transports.faults import SAMPLES, BlackHole, Fault, FaultServer, Position, RateLimit
from tests.faults.canary import key_for
from tests.faults.shims import target
from tests.faults.unreachable import unreachable

__all__ = ["MOMENTS", "Latency", "measure"]

# What the stream rests in when it is cancelled: the event behind which it does, and who makes it.
MOMENTS: dict[str, tuple[type, Fault, Position | None]] = {
    "connect": (AttemptStarted, BlackHole(), Position.CONNECT),
    "silent head": (AttemptStarted, BlackHole(), Position.AFTER_REQUEST),
    "silent body": (TextDelta, BlackHole(), Position.BEFORE_TERMINAL),
    "backoff": (RetryAttempt, RateLimit("seconds"), None),
}
_SETTLE = 0.03
_LONG = Timeouts(connect=5.0, local_first_byte=30.0, silence=30.0)


@attrs.define
class Latency:
    """Seconds from a cancel to what it brings, one for each stream."""

    shim: str
    moment: str
    consumer: list[float] = attrs.field(factory=list)
    """To the last event."""
    server: list[float] = attrs.field(factory=list)
    """To the end of the connection as the server sees it; none where there is no connection."""

    def figures(self, which: str) -> tuple[float, float, float] | None:
        """The median, the 95th percentile and the longest, in milliseconds."""
        values = [1000 * value for value in getattr(self, which)]
        if len(values) < 2:
            return None
        hundredths = statistics.quantiles(values, n=100, method="inclusive")
        return hundredths[49], hundredths[94], max(values)


class _Cancel:
    """Cancels a stream from another thread, a moment after the event that it waits for."""

    def __init__(self, behind: type) -> None:
        self._behind = behind
        self._timer: threading.Timer | None = None
        self.at = 0.0

    def see(self, stream: Any, event: Any) -> bool:
        """True for the event that ends the stream."""
        if self._timer is None and isinstance(event, self._behind):
            self._timer = threading.Timer(_SETTLE, self._cancel, (stream,))
            self._timer.start()
        return isinstance(event, Cancelled)

    def _cancel(self, stream: Any) -> None:
        self.at = time.monotonic()
        stream.cancel()


def _cancel_blocking(base_url: str, cancel: _Cancel) -> float:
    with blocking.open_stream(target("openai-chat", base_url, key_for(0)), "hi", **_options()) as stream:
        for event in stream:
            if cancel.see(stream, event):
                return time.monotonic() - cancel.at
    raise AssertionError(f"the stream ended in {event!r}")


async def _cancel_aio(base_url: str, cancel: _Cancel) -> float:
    async with aio.open_stream(target("openai-chat", base_url, key_for(0)), "hi", **_options()) as stream:
        async for event in stream:
            if cancel.see(stream, event):
                return time.monotonic() - cancel.at
    raise AssertionError(f"the stream ended in {event!r}")


def _options() -> dict[str, Any]:
    return {"timeouts": _LONG, "policy": RetryPolicy(max_attempts=2), "errors": "events"}


@contextmanager
def _server(moment: str) -> Iterator[tuple[str, FaultServer | None]]:
    _, fault, position = MOMENTS[moment]
    if moment == "connect":
        with unreachable() as base_url:
            yield base_url, None
    else:
        with FaultServer(SAMPLES["openai-chat"].body, fault, position) as server:
            yield server.base_url, server


def measure(shim: str, moment: str, count: int) -> Latency:
    """Cancels so many streams that rest in the moment."""
    latency = Latency(shim, moment)
    for _ in range(count):
        cancel = _Cancel(MOMENTS[moment][0])
        with _server(moment) as (base_url, server):
            if shim == "aio":
                latency.consumer.append(asyncio.run(_cancel_aio(base_url, cancel)))
            else:
                latency.consumer.append(_cancel_blocking(base_url, cancel))
            if server is not None and moment != "backoff":
                (visit,) = server.record
                closed = visit.client_closed.wait(2)
                assert visit.closed_at is not None or not closed
                latency.server.append(visit.closed_at - cancel.at if visit.closed_at else 2.0)
    return latency
