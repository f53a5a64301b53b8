"""Streams that share a pool, and streams that several threads or tasks hold."""

from __future__ import annotations

import asyncio
import threading
import time

import httpcore

from deltawire.policy import Cancelled, RetryPolicy
from deltawire_transports import aio, blocking
from deltawire_transports.faults import SAMPLES, FaultServer
from deltawire_transports.replay import ReplayServer, Reply
from tests.faults.canary import key_for
from tests.faults.shims import target

BODY = SAMPLES["openai-chat"].body


def test_a_cancel_reaches_a_server_that_is_silent_on_a_connection_of_the_pool() -> None:
    script = [Reply(BODY.data), Reply(end="silent")]
    with ReplayServer(script) as server, httpcore.ConnectionPool(max_connections=1) as pool:
        asked = target("openai-chat", server.base_url, key_for(0))
        with blocking.open_stream(asked, "hi", pool=pool) as stream:
            assert list(stream)
        assert server.record[0].finished.wait(5)
        with blocking.open_stream(asked, "hi", pool=pool) as stream:
            canceller = threading.Timer(0.1, stream.cancel)
            canceller.start()
            assert isinstance(list(stream)[-1], Cancelled)
            canceller.join()
        assert server.record[1].client_closed.wait(5)


def test_a_cancel_reaches_a_server_that_is_silent_on_a_connection_of_the_loops_pool() -> None:
    async def main(server: ReplayServer) -> None:
        asked = target("openai-chat", server.base_url, key_for(0))
        async with httpcore.AsyncConnectionPool(max_connections=1) as pool:
            async with aio.open_stream(asked, "hi", pool=pool) as stream:
                assert [event async for event in stream]
            async with aio.open_stream(asked, "hi", pool=pool) as stream:
                asyncio.get_running_loop().call_later(0.1, stream.cancel)
                assert isinstance([event async for event in stream][-1], Cancelled)
            assert await asyncio.to_thread(server.record[1].client_closed.wait, 5)

    with ReplayServer([Reply(BODY.data), Reply(end="silent")]) as server:
        asyncio.run(main(server))


def test_two_tasks_may_close_a_stream_at_once() -> None:
    async def main(base_url: str) -> None:
        asked = target("openai-chat", base_url, key_for(0))
        async with aio.open_stream(asked, "hi") as stream:
            await anext(stream)
            await asyncio.sleep(0.05)
            await asyncio.gather(stream.aclose(), stream.aclose())

    with FaultServer(BODY, "black-hole", "mid-event") as server:
        asyncio.run(main(server.base_url))


def test_another_thread_may_close_a_stream_that_waits() -> None:
    with FaultServer(BODY, "black-hole", "before-terminal") as server:
        asked = target("openai-chat", server.base_url, key_for(0))
        with blocking.open_stream(asked, "hi", policy=RetryPolicy.never()) as stream:
            closer = threading.Timer(0.1, stream.close)
            closer.start()
            begun = time.monotonic()
            assert isinstance(list(stream)[-1], Cancelled)
            assert time.monotonic() - begun < 5
            closer.join()
        assert server.record[0].client_closed.wait(5)
