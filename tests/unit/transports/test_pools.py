"""Pools of the caller's, of httpcore and of its continuation httpcore2, in both shims."""

from __future__ import annotations

import importlib
import threading
import time
from typing import Any

import anyio
import pytest
from tests.replay_client import eventually
from tests.shim_bodies import HELLO, text
from tests.unit.transports.scenarios import HOLD, ONCE, SCENARIOS, at
from tests.unit.transports.test_parity import play

import deltawire
from deltawire.policy import Timeouts
from deltawire_transports import aio, blocking
from deltawire_transports.replay import ReplayServer, Reply


@pytest.fixture(params=["httpcore", "httpcore2"])
def http(request: pytest.FixtureRequest) -> Any:
    """The library that the pool is of."""
    return pytest.importorskip(request.param, reason=f"{request.param} is not installed")


ANSWERS = [scenario for scenario in SCENARIOS if scenario.name in {"an answer frame by frame", "tool calls", "cut"}]


class TestOfTheBlockingShim:
    def test_give_what_an_own_one_gives(self, http: Any) -> None:
        for scenario in ANSWERS:
            with (
                ReplayServer(scenario.replies) as server,
                http.ConnectionPool() as pool,
                blocking.open_stream(at(server), "hi", pool=pool, **scenario.session()) as stream,
            ):
                assert list(stream) == play(scenario, "blocking").events

    def test_have_their_connection_used_again(self, http: Any) -> None:
        with ReplayServer(Reply(HELLO)) as server, http.ConnectionPool(max_connections=1) as pool:
            for _ in range(5):
                assert blocking.complete(at(server), "hi", pool=pool).text == "Hello"
            assert len(server.record) == 5
            # The end of a body is waited for shortly only, too shortly perhaps for a busy machine.
            assert sum(exchange.client_closed.is_set() for exchange in server.record) <= 2

    def test_get_their_place_back_from_a_stream_that_is_left(self, http: Any) -> None:
        replies = [HOLD, Reply((), end="silent"), Reply(HELLO)]
        with ReplayServer(replies) as server, http.ConnectionPool(max_connections=1) as pool:
            with blocking.open_stream(at(server), "hi", pool=pool) as stream:
                next(event for event in stream if isinstance(event, deltawire.TextDelta))
            with blocking.open_stream(at(server), "hi", pool=pool) as stream:
                server.wait_for_requests(2)
            assert server.record[1].client_closed.wait(5)
            assert blocking.complete(at(server), "hi", pool=pool).text == "Hello"

    def test_get_their_place_back_from_a_silent_server_on_a_connection_used_before(self, http: Any) -> None:
        script = [Reply(HELLO), Reply((), end="silent"), Reply(HELLO)]
        with ReplayServer(script) as server, http.ConnectionPool(max_connections=1) as pool:
            assert blocking.complete(at(server), "hi", pool=pool).text == "Hello"
            with blocking.open_stream(at(server), "hi", pool=pool) as stream:
                server.wait_for_requests(2)
            assert server.record[1].client_closed.wait(5)
            stream.close()
            assert blocking.complete(at(server), "hi", pool=pool).text == "Hello"

    def test_lose_only_the_connection_that_was_left(self, http: Any) -> None:
        def reply(exchange: Any) -> Reply:
            # The first ones wait, so that each of them has a connection of its own.
            return Reply((), end="silent") if exchange.model == "silent" else Reply(HELLO, delay=0.2)

        with ReplayServer(reply) as server, http.ConnectionPool(max_connections=6) as pool:
            for stream in [blocking.open_stream(at(server), "hi", pool=pool) for _ in range(6)]:
                with stream:
                    assert "".join(stream.text()) == "Hello"
            silent = [blocking.open_stream(at(server, model="silent"), "hi", pool=pool) for _ in range(6)]
            record = server.wait_for_requests(12)[6:]
            closed = lambda: sum(exchange.client_closed.is_set() for exchange in record)  # noqa: E731
            silent[3].close()
            assert eventually(lambda: closed() == 1)
            time.sleep(0.05)
            assert closed() == 1
            for stream in silent:
                stream.close()
            assert eventually(lambda: closed() == 6)

    def test_without_a_place_end_in_a_failure_that_says_so(self, http: Any) -> None:
        with (
            ReplayServer(HOLD) as server,
            http.ConnectionPool(max_connections=1) as pool,
            blocking.open_stream(at(server), "hi", pool=pool) as stream,
        ):
            next(event for event in stream if isinstance(event, deltawire.TextDelta))
            with pytest.raises(deltawire.StreamError, match="no connection of the pool became free"):
                blocking.complete(at(server), "hi", pool=pool, policy=ONCE, timeouts=Timeouts(connect=0.05))

    def test_are_not_asked_for_a_stream_that_was_left_in_their_queue(
        self, http: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("deltawire_transports._connection._JOIN_SECONDS", 30)
        with ReplayServer([HOLD, Reply(HELLO)]) as server, http.ConnectionPool(max_connections=1) as pool:
            with blocking.open_stream(at(server), "hi", pool=pool) as first:
                next(event for event in first if isinstance(event, deltawire.TextDelta))
                begun = time.monotonic()
                blocking.open_stream(at(server), "hi", pool=pool).close()
                assert time.monotonic() - begun < 5
            assert blocking.complete(at(server), "hi", pool=pool).text == "Hello"
            assert len(server.record) == 2


class TestOfTheAsynchronousShim:
    def test_give_what_an_own_one_gives(self, http: Any, backend: str) -> None:
        async def main(scenario: Any) -> list[Any]:
            async with (
                http.AsyncConnectionPool() as pool,
                aio.open_stream(at(server), "hi", pool=pool, **scenario.session()) as stream,
            ):
                return [event async for event in stream]

        for scenario in ANSWERS:
            with ReplayServer(scenario.replies) as server:
                assert anyio.run(main, scenario, backend=backend) == play(scenario, "blocking").events

    def test_have_their_connection_used_again(self, http: Any, backend: str) -> None:
        async def main() -> None:
            async with http.AsyncConnectionPool(max_connections=1) as pool:
                for _ in range(5):
                    assert (await aio.complete(at(server), "hi", pool=pool)).text == "Hello"
                assert sum(exchange.client_closed.is_set() for exchange in server.record) <= 2

        with ReplayServer(Reply(HELLO)) as server:
            anyio.run(main, backend=backend)
            assert len(server.record) == 5

    def test_get_their_place_back_from_a_stream_that_is_left(self, http: Any, backend: str) -> None:
        async def main() -> None:
            async with http.AsyncConnectionPool(max_connections=1) as pool:
                for _ in range(3):
                    async with aio.open_stream(at(server), "hi", pool=pool) as stream:
                        async for event in stream:
                            if isinstance(event, deltawire.TextDelta):
                                break
                assert (await aio.complete(at(server), "hi", pool=pool)).text == "Hello"

        with ReplayServer([HOLD, HOLD, HOLD, Reply(HELLO)]) as server:
            anyio.run(main, backend=backend)

    def test_without_a_place_end_in_a_failure_that_says_so(self, http: Any, backend: str) -> None:
        async def main() -> None:
            async with (
                http.AsyncConnectionPool(max_connections=1) as pool,
                aio.open_stream(at(server), "hi", pool=pool) as stream,
            ):
                async for event in stream:
                    if isinstance(event, deltawire.TextDelta):
                        break
                with pytest.raises(deltawire.StreamError, match="no connection of the pool became free"):
                    await aio.complete(at(server), "hi", pool=pool, policy=ONCE, timeouts=Timeouts(connect=0.05))

        with ReplayServer(HOLD) as server:
            anyio.run(main, backend=backend)

    def test_are_not_asked_for_a_stream_that_was_left_in_their_queue(self, http: Any, backend: str) -> None:
        async def main() -> None:
            async with http.AsyncConnectionPool(max_connections=1) as pool:
                async with aio.open_stream(at(server), "hi", pool=pool) as first:
                    async for event in first:
                        if isinstance(event, deltawire.TextDelta):
                            break
                    for _ in range(3):
                        with anyio.move_on_after(0.02):
                            await aio.complete(at(server), "hi", pool=pool)
                assert (await aio.complete(at(server), "hi", pool=pool)).text == "Hello"

        with ReplayServer([HOLD, Reply(HELLO)]) as server:
            anyio.run(main, backend=backend)
            assert len(server.record) == 2


def test_streams_of_many_threads_share_a_pool() -> None:
    httpcore = importlib.import_module("httpcore")
    texts: list[str] = []
    with ReplayServer(Reply(text("a") + HELLO)) as server, httpcore.ConnectionPool(max_connections=4) as pool:
        ask = lambda: texts.append(blocking.complete(at(server), "hi", pool=pool).text)  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    assert texts == ["aHello"] * 12
