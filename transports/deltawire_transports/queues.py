"""Queues between a stream and its consumer, which either of the two may close, and the host's own events.

`forward` of both shims puts the events of a stream into one of these, or into `queue.Queue` or `asyncio.Queue`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from queue import Empty, Full
from typing import Any, Self

import anyio
import attrs

from deltawire.policy import CancellationToken, Delivery, Outcome

__all__ = ["CAPACITY", "AsyncEventQueue", "EventQueue", "ForwardSummary", "HostEvents", "QueueClosed"]

CAPACITY = 256
"""How many events a queue holds unless told otherwise."""


class QueueClosed(Exception):  # noqa: N818 - the word of the standard library's QueueShutDown
    """Nothing goes into a queue any more, or comes out. A queue of any kind may raise it to cancel its stream."""


@attrs.frozen
class ForwardSummary:
    """What became of the events of a stream that was forwarded."""

    output_forwarded: bool
    """True if content, or a host's `ToolCallResult`, was handed over: the turn must not be run again by itself."""
    dropped_by_type: Mapping[str, int]
    """How many events of which class were dropped for want of room."""
    queue_closed: bool
    """True if the queue was closed before the last event was in it, which cancelled the stream."""
    outcome: Outcome | None
    """How the stream ended."""


class EventQueue:
    """A bounded queue between threads. Raises ValueError for a capacity below 1."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.closing = CancellationToken()
        """Goes up when the queue is closed, and so ends a stream that is opened with it or being forwarded."""
        self._capacity = _checked(capacity)
        self._events: deque[Any] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: Any, timeout: float | None = None) -> None:
        """Waits for room, `timeout` seconds at most. Raises `queue.Full` then, and QueueClosed."""
        with self._changed:
            room = self._changed.wait_for(lambda: self._closed or len(self._events) < self._capacity, timeout)
            if self._closed:
                raise QueueClosed
            if not room:
                raise Full
            self._events.append(event)
            self._changed.notify_all()

    def put_nowait(self, event: Any) -> None:
        """Raises `queue.Full` if there is no room, and QueueClosed."""
        self.put(event, 0)

    def get(self, timeout: float | None = None) -> Any:
        """Waits for an event, `timeout` seconds at most. Raises `queue.Empty` then; QueueClosed once none is left."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or bool(self._events), timeout):
                raise Empty
            if not self._events:
                raise QueueClosed
            event = self._events.popleft()
            self._changed.notify_all()
            return event

    def close(self) -> None:
        """Nothing goes in any more; what is in may still be taken. From either side; idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.closing.cancel()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return self.get()
        except QueueClosed:
            raise StopIteration from None


class AsyncEventQueue:
    """The same between the tasks of one event loop, asyncio's or trio's. Raises ValueError for a capacity below 1."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.closing = CancellationToken()
        """Goes up when the queue is closed, and so ends a stream that is opened with it or being forwarded."""
        self._capacity = _checked(capacity)
        self._events: deque[Any] = deque()
        self._waiting: list[anyio.Event] = []
        self._closed = False

    def __len__(self) -> int:
        return len(self._events)

    async def put(self, event: Any) -> None:
        """Waits for room. Raises QueueClosed."""
        while not self._closed and len(self._events) >= self._capacity:
            await self._change()
        self.put_nowait(event)

    def put_nowait(self, event: Any) -> None:
        """Raises `queue.Full` if there is no room, and QueueClosed."""
        if self._closed:
            raise QueueClosed
        if len(self._events) >= self._capacity:
            raise Full
        self._events.append(event)
        self._wake()

    async def get(self) -> Any:
        """Waits for an event. Raises QueueClosed once none is left."""
        while not self._events:
            if self._closed:
                raise QueueClosed
            await self._change()
        event = self._events.popleft()
        self._wake()
        return event

    def close(self) -> None:
        """Nothing goes in any more; what is in may still be taken. From either side; idempotent."""
        self._closed = True
        self._wake()
        self.closing.cancel()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self.get()
        except QueueClosed:
            raise StopAsyncIteration from None

    async def _change(self) -> None:
        event = anyio.Event()
        self._waiting.append(event)
        await event.wait()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            event.set()


class HostEvents:
    """Events of the host, such as an agent, on their way into the queue of a stream that is being forwarded.

    `put` may be called from any thread or task, also before `forward` and between two of them; what is not taken when
    a stream has ended goes into the next one's queue. They keep their order among themselves.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = _checked(capacity)
        self._events: deque[Any] = deque()
        self._listener: Callable[[], object] | None = None

    def put(self, event: Any) -> bool:
        """Takes an event; False if it was dropped: it is not lossless, and `capacity` events wait already."""
        lossless = getattr(event, "delivery", Delivery.LOSSLESS) is Delivery.LOSSLESS
        if not lossless and len(self._events) >= self._capacity:
            return False
        self._events.append(event)
        listener = self._listener
        if listener is not None:
            listener()
        return True

    def take(self) -> Any:
        """The first event that waits, None if none does."""
        try:
            return self._events.popleft()
        except IndexError:
            return None

    def listen(self, listener: Callable[[], object] | None) -> None:
        """Has `listener` called, in the thread of the put, behind every event; None for no more."""
        self._listener = listener


def _checked(capacity: int) -> int:
    if capacity < 1:
        raise ValueError(f"a queue holds at least one event, not {capacity}")
    return capacity
