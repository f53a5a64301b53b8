"""The asynchronous shim is cancelled: by whoever runs it, and by wish, on asyncio and trio."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import anyio
import anyio.to_thread
import httpcore
import pytest
from tests.aio_client import first_text, opened, run
from tests.shim_bodies import HELLO, text
from tests.unit.transports.scenarios import BUSY, HOLD, LATER, at

from deltawire.policy import CancellationToken, Cancelled, Paused, RetryAttempt, Timeouts
from deltawire_transports.aio import Stream, complete
from deltawire_transports.replay import ReplayServer, Reply

pytestmark = pytest.mark.usefixtures("nothing_left_to_the_garbage_collector")


class TestCancelledFromOutside:
    @pytest.mark.parametrize("reply", [Reply((), end="silent"), HOLD, BUSY], ids=["silent", "content", "backoff"])
    def test_closes_the_connection_and_goes_on_outwards(self, reply: Reply, backend: str) -> None:
        async def main() -> None:
            begun = time.monotonic()
            with anyio.move_on_after(0.05) as scope:
                async with opened(server, policy=LATER) as stream:
                    async for _ in stream:
                        pass
            assert scope.cancelled_caught
            assert time.monotonic() - begun < 5
            assert stream.outcome == "cancelled"

        with ReplayServer(reply) as server:
            run(main, backend)
            assert reply is BUSY or all(exchange.client_closed.wait(5) for exchange in server.record)

    def test_raises_cancelled_error_in_asyncio(self) -> None:
        async def consume(stream: Stream) -> None:
            async for _ in stream:
                pass

        async def main() -> None:
            async with opened(server) as stream:
                await first_text(stream)
                task = asyncio.create_task(consume(stream))
                await asyncio.sleep(0.02)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert server.record[0].client_closed.wait(5)

        with ReplayServer(HOLD) as server:
            asyncio.run(main())

    def test_while_it_connects(self, backend: str) -> None:
        class Nowhere(httpcore.AsyncNetworkBackend):
            async def connect_tcp(self, *args: Any, **options: Any) -> Any:
                await anyio.sleep_forever()

        async def main() -> None:
            pool = httpcore.AsyncConnectionPool(network_backend=Nowhere(), max_connections=1)
            for _ in range(2):
                begun = time.monotonic()
                with anyio.move_on_after(0.05) as scope:
                    async with opened(server, pool=pool, timeouts=Timeouts(connect=30)) as stream:
                        async for _ in stream:
                            pass
                assert scope.cancelled_caught
                assert time.monotonic() - begun < 5
            assert pool.connections == []

        with ReplayServer(HOLD) as server:
            run(main, backend)

    def test_leaves_every_connection_of_a_pool_free(self, backend: str) -> None:
        async def one(pool: Any, seconds: float) -> None:
            with anyio.move_on_after(seconds):
                async with opened(server, pool=pool) as stream:
                    async for _ in stream:
                        pass

        async def main() -> None:
            async with httpcore.AsyncConnectionPool(max_connections=3) as pool:
                for step in range(4):
                    async with anyio.create_task_group() as tasks:
                        for number in range(15):
                            tasks.start_soon(one, pool, (number * 7 + step) % 15 * 0.0007)
                with anyio.fail_after(2):
                    for _ in range(4):
                        assert (await complete(at(server), "hi", pool=pool)).text == "xxxHello"

        with ReplayServer(Reply([(0.001, text("x"))] * 3 + [(0, HELLO)])) as server:
            run(main, backend)


class TestCancelledByWish:
    @pytest.mark.parametrize("by", ["stream", "token"])
    def test_from_a_thread_wakes_a_silent_read(self, by: str, backend: str) -> None:
        async def main() -> None:
            token = CancellationToken()
            async with opened(server, token=token) as stream:
                await first_text(stream)
                wish = stream.cancel if by == "stream" else token.cancel
                threading.Timer(0.03, wish).start()
                events = [event async for event in stream]
            assert isinstance(events[-1], Cancelled)

        with ReplayServer(HOLD) as server:
            run(main, backend)
            assert server.record[0].client_closed.wait(5)

    def test_shows_at_the_server_though_nobody_reads(self, backend: str) -> None:
        async def main() -> None:
            async with opened(server) as stream:
                await first_text(stream)
                stream.pause()
                assert await anyio.to_thread.run_sync(server.record[0].client_closed.wait, 5)
                assert isinstance([event async for event in stream][-1], Paused)

        with ReplayServer(HOLD) as server:
            begun = time.monotonic()
            run(main, backend)
            assert time.monotonic() - begun < 5

    def test_in_the_wait_for_another_try_ends_at_once(self, backend: str) -> None:
        async def main() -> float:
            async with opened(server, policy=LATER) as stream:
                async for event in stream:
                    if isinstance(event, RetryAttempt):
                        begun = time.monotonic()
                        threading.Timer(0.01, stream.cancel).start()
                assert isinstance(event, Cancelled)
                return time.monotonic() - begun

        with ReplayServer(BUSY) as server:
            assert run(main, backend) < 0.5

    def test_behind_the_end_of_its_loop_does_nothing(self, backend: str) -> None:
        async def main() -> Stream:
            async with opened(server) as stream:
                return stream

        with ReplayServer(HOLD) as server:
            run(main, backend).cancel()
