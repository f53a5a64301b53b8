"""The asynchronous shim: entering and leaving, on asyncio and trio. What comes out is the parity test's."""

from __future__ import annotations

import asyncio
import os
import time
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpcore
import pytest
from tests.aio_client import first_text, opened, run, settled
from tests.replay_client import held_back
from tests.shim_bodies import HELLO, STOP, text
from tests.unit.transports.scenarios import HOLD, KEY, at, error

import deltawire
from deltawire_transports.aio import Stream, complete, open_stream
from deltawire_transports.replay import ReplayServer, Reply, pace, provider_rules

pytestmark = pytest.mark.usefixtures("nothing_left_to_the_garbage_collector")


class TestAnAnswer:
    def test_arrives_whole_and_the_server_was_asked_as_the_vendor_wants(self, backend: str) -> None:
        async def main() -> None:
            async with opened(server) as stream:
                events = [event async for event in stream]
            assert isinstance(events[-1], deltawire.Finished)
            assert (stream.message().text, stream.status, len(stream.attempts)) == ("Hello", 200, 1)
            assert stream.headers["content-type"] == "text/event-stream"
            assert stream.rate_limits is not None

        with ReplayServer(Reply(pace(HELLO)), rules=provider_rules("openai-chat", key=KEY)) as server:
            run(main, backend)
            (exchange,) = server.record
        assert exchange.header("accept-encoding") == "identity"
        assert exchange.header("content-length") == str(len(exchange.body))
        assert exchange.header("transfer-encoding") is None

    def test_comes_as_text_and_as_one_message(self, backend: str) -> None:
        async def main() -> None:
            async with opened(server) as stream:
                assert [piece async for piece in stream.text()] == ["Hel", "lo"]
            assert (await complete(at(server), "hi")).text == "Hello"

        with ReplayServer(Reply(HELLO)) as server:
            run(main, backend)

    def test_raises_behind_the_terminal_event_once_unless_asked_not_to(self, backend: str) -> None:
        async def main() -> None:
            async with opened(server, errors="raise") as stream:
                seen: list[Any] = []
                with pytest.raises(deltawire.StreamError) as caught:
                    seen += [event async for event in stream]
                assert [event async for event in stream] == []
            assert caught.value.failure.kind is deltawire.FailureKind.AUTHENTICATION
            with pytest.raises(deltawire.StreamError):
                await complete(at(server), "hi")

        with ReplayServer(error(401, "no")) as server:
            run(main, backend)


class TestUsedWrongly:
    def test_without_async_with(self, backend: str) -> None:
        async def main() -> None:
            with pytest.raises(deltawire.UsageError, match="async with"):
                await anext(opened(server))

        with ReplayServer(Reply(HELLO)) as server:
            run(main, backend)
            assert not server.record

    def test_entered_twice(self, backend: str) -> None:
        async def main() -> None:
            async with opened(server) as stream:
                with pytest.raises(deltawire.UsageError, match="once"):
                    await stream.__aenter__()

        with ReplayServer(Reply(HELLO)) as server:
            run(main, backend)

    def test_iterated_by_two_tasks(self, backend: str) -> None:
        async def main() -> None:
            async with opened(server) as stream, anyio.create_task_group() as tasks:
                await first_text(stream)
                tasks.start_soon(anext, stream)
                await settled()
                with pytest.raises(deltawire.UsageError, match="one thread or task"):
                    await anext(stream)
                stream.cancel()

        with ReplayServer(HOLD) as server:
            run(main, backend)

    def test_in_another_loop(self, backend: str) -> None:
        held: list[Stream] = []

        async def main() -> None:
            held.append(await opened(server).__aenter__())

        async def other() -> None:
            with pytest.raises(deltawire.UsageError, match="another event loop"):
                await anext(held[0])
            with pytest.raises(deltawire.UsageError, match="another event loop"):
                await held[0].aclose()

        with ReplayServer(Reply(HELLO)) as server:
            anyio.run(main, backend=backend)
            anyio.run(other, backend=backend)
            held[0].cancel()

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"errors": "ignore"}, "errors is"),
            ({"think": "maybe"}, "maybe"),
            ({"pool": httpcore.ConnectionPool()}, "AsyncConnectionPool"),
            ({"surprise": 1}, "surprise"),
        ],
    )
    def test_with_keywords_that_make_no_sense(self, options: dict[str, Any], message: str, backend: str) -> None:
        async def main() -> None:
            with pytest.raises((TypeError, ValueError), match=message):
                async with open_stream(at(server), "hi", **options):
                    pass

        with ReplayServer(Reply(HELLO)) as server:
            run(main, backend)
            assert not server.record

    def test_with_a_message_that_is_no_json(self, backend: str) -> None:
        async def main() -> None:
            with pytest.raises(TypeError):
                async with opened(server, messages=[{"role": "user", "content": object()}]):
                    pass

        with ReplayServer(Reply(HELLO)) as server:
            run(main, backend)


class TestLeaving:
    @pytest.mark.parametrize("leave", ["break", "aclose", "close", "exception"])
    def test_early_closes_the_socket_and_the_server_sees_it(self, leave: str, backend: str) -> None:
        async def main() -> None:
            async with opened(server) as stream:
                await first_text(stream)
                if leave == "exception":
                    raise KeyError(leave)
                if leave == "aclose":
                    await stream.aclose()
                    await stream.aclose()
                if leave == "close":
                    stream.close()
                    stream.close()
            assert stream.message().text == "Hel"
            assert [event async for event in stream] == []

        with ReplayServer(HOLD) as server:
            begun = time.monotonic()
            try:
                run(main, backend)
            except KeyError:
                assert leave == "exception"
            assert server.record[0].client_closed.wait(5)
            assert time.monotonic() - begun < 5

    def test_by_another_task_ends_the_iteration(self, backend: str) -> None:
        async def main() -> None:
            async with opened(server) as stream, anyio.create_task_group() as tasks:
                await first_text(stream)

                async def rest() -> None:
                    assert [event async for event in stream] == []

                tasks.start_soon(rest)
                await settled()
                await stream.aclose()

        with ReplayServer(HOLD) as server:
            run(main, backend)
            assert server.record[0].client_closed.wait(5)

    def test_in_another_task_than_it_was_entered_in(self, backend: str) -> None:
        async def main() -> None:
            stream = opened(server)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stream.__aenter__)
            await first_text(stream)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(stream.aclose)

        with ReplayServer(HOLD) as server:
            run(main, backend)
            assert server.record[0].client_closed.wait(5)

    def test_to_the_end_of_an_asyncio_run_that_finalizes_a_generator(self) -> None:
        async def pieces() -> AsyncIterator[str]:
            async with opened(server) as stream:
                async for piece in stream.text():
                    yield piece

        async def main() -> None:
            async for piece in pieces():
                assert piece == "Hel"
                break

        with ReplayServer(HOLD) as server:
            asyncio.run(main())
            assert server.record[0].client_closed.wait(5)

    def test_to_the_end_of_the_loop_ends_the_reading_task(self, backend: str) -> None:
        async def main() -> Stream:
            stream = await opened(server).__aenter__()
            await first_text(stream)
            return stream

        with ReplayServer(HOLD) as server:
            stream = anyio.run(main, backend=backend)
            assert server.record[0].client_closed.wait(5)
        stream.cancel()

    def test_before_it_began(self, backend: str) -> None:
        async def main() -> None:
            await opened(server).aclose()

        with ReplayServer(Reply(HELLO)) as server:
            run(main, backend)
            assert not server.record

    def test_with_many_breaks_leaves_no_file_open(self, backend: str) -> None:
        async def main() -> int:
            before = len(os.listdir("/proc/self/fd"))
            for _ in range(20):
                async with opened(server) as stream:
                    await first_text(stream)
            for exchange in server.record:
                assert exchange.client_closed.wait(5)
            await anyio.sleep(0.05)
            return len(os.listdir("/proc/self/fd")) - before

        if not Path("/proc/self/fd").is_dir():
            pytest.skip("needs /proc to count open files")
        with ReplayServer(HOLD) as server:
            assert run(main, backend) <= 0


class TestBackPressure:
    def test_at_most_one_read_is_ahead_of_the_consumer(self, backend: str) -> None:
        async def main() -> None:
            async with opened(server) as stream:
                await first_text(stream)
                assert await anyio.to_thread.run_sync(held_back, server.record[0]) < len(body)
                assert len(stream._inbox) == 0

        body = text("x" * 8000) * 2_000
        with ReplayServer(Reply(pace(body + STOP, split_points=range(0, len(body), 65_536)))) as server:
            run(main, backend)


class TestTheKey:
    def test_is_in_no_repr_error_or_traceback(self, backend: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        shown: list[str] = []

        async def main() -> None:
            for _ in replies:
                async with opened(server, errors="raise") as stream:
                    try:
                        shown.extend([repr(event) async for event in stream])
                    except deltawire.StreamError as failed:
                        shown.extend([repr(failed), str(failed), "".join(traceback.format_exception(failed))])
                    shown.extend([repr(stream), repr(stream.session), repr(stream.message()), repr(stream.attempts)])

        replies = [error(401, f"bad key {KEY}"), error(400, KEY)]
        with ReplayServer(replies) as server:
            run(main, backend)
        assert "openai-chat" in "".join(shown)
        assert KEY not in "".join(shown) + caplog.text
