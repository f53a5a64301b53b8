"""The queues that either side can close, and the host's events on their way into one."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

import anyio
import pytest

from deltawire import TextDelta
from deltawire.policy.host_events import Narration, ToolCallResult
from deltawire_transports.queues import AsyncEventQueue, EventQueue, HostEvents, QueueClosed

NARRATION = Narration("a", "b", "progress")
RESULT = ToolCallResult("t", success=True, output="", duration_ms=1)


@pytest.mark.parametrize("kind", [EventQueue, AsyncEventQueue, HostEvents])
def test_a_queue_holds_at_least_one_event(kind: Any) -> None:
    with pytest.raises(ValueError, match="at least one"):
        kind(0)


class TestBetweenThreads:
    def test_keeps_the_order_and_says_when_there_is_no_room(self) -> None:
        events = EventQueue(2)
        events.put(1)
        events.put_nowait(2)
        with pytest.raises(queue.Full):
            events.put_nowait(3)
        with pytest.raises(queue.Full):
            events.put(3, timeout=0.01)
        assert len(events) == 2
        assert [events.get(), events.get()] == [1, 2]
        with pytest.raises(queue.Empty):
            events.get(timeout=0)

    def test_a_put_waits_for_room(self) -> None:
        events = EventQueue(1)
        events.put(1)
        threading.Timer(0.02, events.get).start()
        events.put(2, timeout=2)
        assert events.get() == 2

    def test_a_close_wakes_both_sides_and_leaves_what_is_in(self) -> None:
        events = EventQueue(1)
        events.put(1)
        threading.Timer(0.02, events.close).start()
        with pytest.raises(QueueClosed):
            events.put(2)
        assert list(events) == [1]
        with pytest.raises(QueueClosed):
            events.get()
        with pytest.raises(QueueClosed):
            events.put_nowait(3)
        events.close()


class TestBetweenTasks:
    def test_keeps_the_order_waits_for_room_and_closes(self, backend: str) -> None:
        async def main() -> None:
            events = AsyncEventQueue(2)
            await events.put(1)
            events.put_nowait(2)
            with pytest.raises(queue.Full):
                events.put_nowait(3)
            taken: list[Any] = []

            async def take() -> None:
                taken.extend([event async for event in events])

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(events.put, 3)
                await anyio.sleep(0.01)
                assert len(events) == 2
                tasks.start_soon(take)
                await anyio.sleep(0.01)
                events.close()
            assert taken == [1, 2, 3]
            with pytest.raises(QueueClosed):
                await events.get()

        anyio.run(main, backend=backend)

    def test_a_close_wakes_a_put_that_waits(self, backend: str) -> None:
        async def main() -> None:
            events = AsyncEventQueue(1)
            events.put_nowait(1)

            async def put() -> None:
                with pytest.raises(QueueClosed):
                    await events.put(2)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(put)
                await anyio.sleep(0.01)
                events.close()
            with pytest.raises(QueueClosed):
                events.put_nowait(3)

        anyio.run(main, backend=backend)

    def test_a_cancelled_wait_takes_nothing_with_it(self, backend: str) -> None:
        async def main() -> None:
            events = AsyncEventQueue(1)
            with anyio.move_on_after(0.01):
                await events.get()
            with anyio.move_on_after(0.01):
                await events.put(1)
                await events.put(2)
            assert await events.get() == 1
            assert len(events) == 0

        anyio.run(main, backend=backend)


class TestOfTheHost:
    def test_without_room_only_lossless_events_are_kept(self) -> None:
        events = HostEvents(1)
        assert events.put(NARRATION)
        assert not events.put(NARRATION)
        assert events.put(RESULT)
        assert events.put(TextDelta("x"))
        assert [events.take() for _ in range(4)] == [NARRATION, RESULT, TextDelta("x"), None]

    def test_a_listener_hears_of_each(self) -> None:
        events, heard = HostEvents(), list[float]()
        events.listen(lambda: heard.append(time.monotonic()))
        events.put(RESULT)
        events.listen(None)
        events.put(RESULT)
        assert len(heard) == 1
