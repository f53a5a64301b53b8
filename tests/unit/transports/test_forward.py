"""Streams forwarded into queues: what waits, what is dropped, and what a closed queue does."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
import time
from typing import Any

import anyio
import attrs
import pytest
from tests.shim_bodies import CALLS, HELLO, STOP, text
from tests.unit.transports.scenarios import AGAIN, HOLD, ONCE, at, error

import deltawire
from deltawire.policy import Cancelled, Status, Timeouts
from deltawire.policy.host_events import Narration, ToolCallResult
from deltawire_transports import aio, blocking
from deltawire_transports.queues import ForwardSummary
from deltawire_transports.replay import ReplayServer, Reply

NARRATION = Narration("a", "b", "progress")
RESULT = ToolCallResult("t", success=True, output="", duration_ms=1)
CHATTY = Timeouts(status_every=0.02)
SHIMS = ["blocking", "asyncio", "trio"]


@attrs.define
class Forwarded:
    """What a run of `forward` left behind."""

    summary: ForwardSummary
    events: list[Any]
    seconds: float


def forwarded(server: ReplayServer, shim: str, *, capacity: int = 256, slow: float = 0.0, **options: Any) -> Forwarded:
    """Forwards one stream to a consumer that waits `slow` seconds before it takes anything."""
    host_events = options.pop("host_events", None)
    options = {"policy": ONCE, **options}
    return (
        _by_threads(server, capacity, slow, host_events, options)
        if shim == "blocking"
        else anyio.run(_by_tasks, server, capacity, slow, host_events, options, backend=shim)
    )


def _by_threads(server: ReplayServer, capacity: int, slow: float, host_events: Any, options: Any) -> Forwarded:
    events, taken = blocking.make_queue(capacity), list[Any]()

    def consume() -> None:
        time.sleep(slow)
        taken.extend(events)

    consumer = threading.Thread(target=consume)
    consumer.start()
    begun = time.monotonic()
    with blocking.open_stream(at(server), "hi", **options) as stream:
        summary = blocking.forward(stream, events, host_events=host_events)
    seconds = time.monotonic() - begun
    events.close()
    consumer.join()
    return Forwarded(summary, taken, seconds)


async def _by_tasks(server: ReplayServer, capacity: int, slow: float, host_events: Any, options: Any) -> Forwarded:
    events, taken = aio.make_queue(capacity), list[Any]()

    async def consume() -> None:
        await anyio.sleep(slow)
        taken.extend([event async for event in events])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(consume)
        begun = time.monotonic()
        async with aio.open_stream(at(server), "hi", **options) as stream:
            summary = await aio.forward(stream, events, host_events=host_events)
        seconds = time.monotonic() - begun
        events.close()
    return Forwarded(summary, taken, seconds)


@pytest.fixture(params=SHIMS)
def shim(request: pytest.FixtureRequest) -> str:
    if request.param == "trio":
        pytest.importorskip("trio", reason="trio is not installed")
    return str(request.param)


class TestForwards:
    def test_every_event_and_the_terminal_one_last(self, shim: str) -> None:
        with ReplayServer(Reply(HELLO)) as server:
            result = forwarded(server, shim)
        assert [type(event).__name__ for event in result.events] == [
            "AttemptStarted", "ResponseStarted", "TextDelta", "TextDelta", "ChoiceFinished", "Finished"
        ]  # fmt: skip
        assert result.summary == ForwardSummary(True, {}, False, deltawire.policy.Outcome.FINISHED)

    def test_a_failure_as_the_last_event_and_raises_nothing(self, shim: str) -> None:
        with ReplayServer(error(401, "no")) as server:
            result = forwarded(server, shim)
        assert isinstance(result.events[-1], deltawire.Failed)
        assert result.summary == ForwardSummary(False, {}, False, deltawire.policy.Outcome.FAILED)

    def test_lossless_events_wait_for_room(self, shim: str) -> None:
        with ReplayServer(Reply(text("x") * 50 + STOP)) as server:
            result = forwarded(server, shim, capacity=1, slow=0.15)
        assert result.seconds > 0.1
        assert sum(isinstance(event, deltawire.TextDelta) for event in result.events) == 50
        assert result.summary.dropped_by_type == {}

    def test_best_effort_waits_a_tenth_of_a_second_and_is_dropped(self, shim: str) -> None:
        with ReplayServer(Reply([(0.05, HELLO)])) as server:
            result = forwarded(server, shim, capacity=1, slow=0.6, timeouts=CHATTY)
        assert result.summary.dropped_by_type["Status"] >= 1
        assert result.seconds > 0.1
        assert isinstance(result.events[-1], deltawire.Finished)

    def test_best_effort_goes_in_where_there_is_room(self, shim: str) -> None:
        with ReplayServer(Reply([(0.05, HELLO)])) as server:
            result = forwarded(server, shim, timeouts=CHATTY)
        assert any(isinstance(event, Status) for event in result.events)
        assert result.summary.dropped_by_type == {}


class TestMergesTheHostsEvents:
    def test_in_order_before_the_terminal_one(self, shim: str) -> None:
        host = blocking.HostEvents()
        host.put(NARRATION)
        host.put(RESULT)
        with ReplayServer(Reply(HELLO)) as server:
            result = forwarded(server, shim, host_events=host)
        assert result.events[:2] == [NARRATION, RESULT]
        assert isinstance(result.events[-1], deltawire.Finished)

    def test_while_the_server_is_silent(self, shim: str) -> None:
        host = blocking.HostEvents()
        threading.Timer(0.05, host.put, [RESULT]).start()
        with ReplayServer(Reply([(0.15, HELLO)])) as server:
            result = forwarded(server, shim, host_events=host)
        names = [type(event).__name__ for event in result.events]
        assert names.index("ToolCallResult") < names.index("TextDelta")

    def test_a_tool_result_counts_as_output_though_the_stream_failed(self, shim: str) -> None:
        host = blocking.HostEvents()
        host.put(RESULT)
        with ReplayServer(error(401, "no")) as server:
            assert forwarded(server, shim, host_events=host).summary.output_forwarded

    def test_drops_at_once_what_goes_in_only_if_there_is_room(self, shim: str) -> None:
        host = blocking.HostEvents()
        for _ in range(5):
            host.put(NARRATION)
        with ReplayServer(Reply(HELLO)) as server:
            result = forwarded(server, shim, capacity=1, slow=0.1, host_events=host)
        assert result.summary.dropped_by_type == {"Narration": 4}

    def test_what_comes_behind_the_end_waits_for_the_next_stream(self, shim: str) -> None:
        host = blocking.HostEvents()
        with ReplayServer(Reply(HELLO)) as server:
            forwarded(server, shim, host_events=host)
            host.put(RESULT)
            assert forwarded(server, shim, host_events=host).events[0] == RESULT


class Closing:
    """A queue of somebody else's that closes after a number of events."""

    def __init__(self, room: int, error: type[Exception]) -> None:
        self._room = room
        self._error = error

    def put(self, event: object) -> None:
        self._room -= 1
        if self._room < 0:
            raise self._error


class ShutDown(Exception):
    """Of the name that Python 3.13 has."""


@pytest.mark.parametrize("error_type", [blocking.QueueClosed, ShutDown])
def test_a_queue_that_closes_cancels_the_server_side(shim: str, error_type: type[Exception]) -> None:
    async def main() -> ForwardSummary:
        async with aio.open_stream(at(server), "hi") as stream:
            return await aio.forward(stream, Closing(2, error_type))

    with ReplayServer(HOLD) as server:
        if shim == "blocking":
            with blocking.open_stream(at(server), "hi") as stream:
                summary = blocking.forward(stream, Closing(2, error_type))
        else:
            summary = anyio.run(main, backend=shim)
        assert server.record[0].client_closed.wait(5)
    assert summary == ForwardSummary(False, {}, True, deltawire.policy.Outcome.CANCELLED)


class TestAClosedQueue:
    def test_cancels_a_forward_that_waits_for_the_server(self, shim: str) -> None:
        def leave_by_thread() -> None:
            next(event for event in between_threads if isinstance(event, deltawire.TextDelta))
            between_threads.close()

        async def main() -> ForwardSummary:
            events = aio.make_queue()

            async def leave() -> None:
                async for event in events:
                    if isinstance(event, deltawire.TextDelta):
                        events.close()

            async with anyio.create_task_group() as tasks, aio.open_stream(at(server), "hi") as stream:
                tasks.start_soon(leave)
                return await aio.forward(stream, events)
            raise AssertionError

        between_threads = blocking.make_queue()
        with ReplayServer(HOLD) as server:
            begun = time.monotonic()
            if shim == "blocking":
                threading.Thread(target=leave_by_thread).start()
                with blocking.open_stream(at(server), "hi") as stream:
                    summary = blocking.forward(stream, between_threads)
            else:
                summary = anyio.run(main, backend=shim)
            assert server.record[0].client_closed.wait(5)
            assert time.monotonic() - begun < 5
        assert summary == ForwardSummary(True, {}, True, deltawire.policy.Outcome.CANCELLED)

    def test_cancels_a_forward_that_waits_for_room(self, shim: str) -> None:
        async def main() -> ForwardSummary:
            events = aio.make_queue(1)
            async with anyio.create_task_group() as tasks, aio.open_stream(at(server), "hi") as stream:

                async def leave() -> None:
                    await anyio.sleep(0.05)
                    events.close()

                tasks.start_soon(leave)
                return await aio.forward(stream, events)
            raise AssertionError

        with ReplayServer(HOLD) as server:
            if shim == "blocking":
                events = blocking.make_queue(1)
                threading.Timer(0.05, events.close).start()
                with blocking.open_stream(at(server), "hi") as stream:
                    summary = blocking.forward(stream, events)
            else:
                summary = anyio.run(main, backend=shim)
            assert all(exchange.client_closed.wait(5) for exchange in server.record)
        assert summary == ForwardSummary(False, {}, True, deltawire.policy.Outcome.CANCELLED)

    @pytest.mark.skipif(sys.version_info < (3, 13), reason="queue.Queue.shutdown is of Python 3.13")
    def test_of_the_standard_library_by_shutdown(self) -> None:
        events: Any = queue.Queue(1)
        threading.Timer(0.05, events.shutdown, [True]).start()
        with ReplayServer(HOLD) as server, blocking.open_stream(at(server), "hi") as stream:
            assert blocking.forward(stream, events).queue_closed
            assert server.record[0].client_closed.wait(5)


class TestOtherQueues:
    def test_of_the_standard_library_between_threads(self) -> None:
        events: queue.Queue[Any] = queue.Queue(256)
        with ReplayServer(Reply(CALLS)) as server, blocking.open_stream(at(server), "hi") as stream:
            assert blocking.forward(stream, events).output_forwarded
        assert isinstance(events.queue[-1], deltawire.Finished)

    def test_of_asyncio(self) -> None:
        async def main() -> list[Any]:
            events: asyncio.Queue[Any] = asyncio.Queue(2)
            taken: list[Any] = []

            async def consume() -> None:
                while not (taken and isinstance(taken[-1], deltawire.Finished)):
                    taken.append(await events.get())

            consumer = asyncio.create_task(consume())
            async with aio.open_stream(at(server), "hi") as stream:
                await aio.forward(stream, events)
            await consumer
            return taken

        with ReplayServer(Reply(HELLO)) as server:
            assert len(asyncio.run(main())) == 6

    def test_of_asyncio_is_refused_by_the_blocking_shim(self) -> None:
        with ReplayServer(Reply(HELLO)) as server, blocking.open_stream(at(server), "hi") as stream:
            with pytest.raises(TypeError, match="aio"):
                blocking.forward(stream, asyncio.Queue())
            with pytest.raises(TypeError, match="neither"):
                blocking.forward(stream, [])

    def test_memory_channels_and_their_end(self, backend: str) -> None:
        async def main() -> list[Any]:
            send, receive = anyio.create_memory_object_stream[Any](2)
            taken: list[Any] = []
            summaries: list[ForwardSummary] = []

            async def produce() -> None:
                async with send, aio.open_stream(at(server), "hi") as stream:
                    summaries.append(await aio.forward(stream, send))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(produce)
                async with receive:
                    async for event in receive:
                        taken.append(event)
                        if len(taken) == 3:
                            break
            assert summaries[0].queue_closed
            return taken

        with ReplayServer(Reply(text("x") * 50, end="hold")) as server:
            assert len(anyio.run(main, backend=backend)) == 3
            assert server.record[0].client_closed.wait(5)

    def test_a_queue_between_threads_from_a_loop(self, backend: str) -> None:
        async def main() -> None:
            async with aio.open_stream(at(server), "hi") as stream:
                await aio.forward(stream, events)

        events, taken = blocking.make_queue(1), list[Any]()
        consumer = threading.Thread(target=lambda: taken.extend(events))
        consumer.start()
        with ReplayServer(Reply(HELLO)) as server:
            anyio.run(main, backend=backend)
        events.close()
        consumer.join()
        assert len(taken) == 6


def test_what_a_queue_raises_otherwise_passes_and_closes_the_stream(shim: str) -> None:
    async def main() -> None:
        async with aio.open_stream(at(server), "hi") as stream:
            with pytest.raises(KeyError):
                await aio.forward(stream, Closing(2, KeyError))
            assert stream.outcome == "cancelled"

    with ReplayServer(HOLD) as server:
        if shim == "blocking":
            with blocking.open_stream(at(server), "hi") as stream:
                with pytest.raises(KeyError):
                    blocking.forward(stream, Closing(2, KeyError))
                assert stream.outcome == "cancelled"
        else:
            anyio.run(main, backend=shim)
        assert server.record[0].client_closed.wait(5)


def test_a_cancel_while_it_waits_for_the_server_ends_in_cancelled(shim: str) -> None:
    with ReplayServer(HOLD) as server:
        token = deltawire.policy.CancellationToken()
        threading.Timer(0.05, token.cancel).start()
        result = forwarded(server, shim, token=token, policy=AGAIN)
    assert isinstance(result.events[-1], Cancelled)
    assert result.summary.outcome == "cancelled"


def test_host_events_are_no_queue_of_another_kind() -> None:
    host: Any = queue.Queue()
    with (
        ReplayServer(Reply(HELLO)) as server,
        blocking.open_stream(at(server), "hi") as stream,
        pytest.raises(TypeError, match="host_events is a HostEvents, not Queue"),
    ):
        blocking.forward(stream, blocking.make_queue(), host_events=host)
