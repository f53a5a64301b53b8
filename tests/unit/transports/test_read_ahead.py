"""How much of a body is read before the consumer has come so far: one read of 64 KiB, and no next one meanwhile."""

from __future__ import annotations

import time
from typing import Any

import anyio
import anyio.lowlevel
import httpcore
from tests.shim_bodies import STOP, text
from tests.unit.transports.scenarios import at

import deltawire
from deltawire_transports import aio, blocking
from deltawire_transports.replay import ReplayServer, Reply

PIECE = text("x" * 900)
COUNT = 1_000
BODY = Reply(PIECE * COUNT + STOP, framing="close")


class Ahead:
    """Holds what was read of a body against what was taken of it."""

    def __init__(self) -> None:
        self.read = 0
        self.taken = 0

    def take(self, event: Any) -> None:
        if isinstance(event, deltawire.TextDelta):
            # The first event of a read may have begun in the one before, and headers may stand before them all.
            assert self.read - self.taken * len(PIECE) <= 65_536 + 2 * len(PIECE)
            self.taken += 1


class CountedStream(httpcore.NetworkStream):
    """Adds up what is read."""

    def __init__(self, stream: httpcore.NetworkStream, ahead: Ahead) -> None:
        self._stream = stream
        self._ahead = ahead

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, timeout)
        self._ahead.read += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class AsyncCountedStream(httpcore.AsyncNetworkStream):
    """The same for an event loop."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, ahead: Ahead) -> None:
        self._stream = stream
        self._ahead = ahead

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as httpcore has it
        data = await self._stream.read(max_bytes, timeout)
        self._ahead.read += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as httpcore has it
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def test_of_the_blocking_shim() -> None:
    ahead = Ahead()

    class Counted(httpcore.NetworkBackend):
        def connect_tcp(self, *args: Any, **options: Any) -> httpcore.NetworkStream:
            return CountedStream(httpcore.SyncBackend().connect_tcp(*args, **options), ahead)

    with (
        ReplayServer(BODY) as server,
        httpcore.ConnectionPool(network_backend=Counted()) as pool,
        blocking.open_stream(at(server), "hi", pool=pool) as stream,
    ):
        for event in stream:
            time.sleep(0.0003)  # so that whoever may read does
            ahead.take(event)
    assert ahead.taken == COUNT


def test_of_the_asynchronous_shim(backend: str) -> None:
    ahead = Ahead()

    class Counted(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
            own = httpcore.TrioBackend() if backend == "trio" else httpcore.AnyIOBackend()
            return AsyncCountedStream(await own.connect_tcp(*args, **options), ahead)

    async def main() -> None:
        async with (
            httpcore.AsyncConnectionPool(network_backend=Counted()) as pool,
            aio.open_stream(at(server), "hi", pool=pool) as stream,
        ):
            async for event in stream:
                await anyio.lowlevel.checkpoint()  # so that whoever may read does
                ahead.take(event)

    with ReplayServer(BODY) as server:
        anyio.run(main, backend=backend)
    assert ahead.taken == COUNT
