"""The asynchronous shim, on asyncio and trio: a model's stream as an asynchronous iterator of events.

All decisions are the session's; this module opens, reads, waits and closes. It is the twin of `blocking`.
"""

from __future__ import annotations

import inspect
import ssl
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self, Unpack

import anyio

from deltawire import Message, TextDelta, UsageError
from deltawire.policy import CancellationToken, OpenRequest, Plan, StreamSession
from deltawire.policy.content import TERMINAL_EVENTS
from deltawire.requests import Target

from ._aio_connection import AsyncConnection
from ._arrivals import Arrival
from ._common import Errors, SessionOptions, StreamOptions, checked_pool, open_session
from ._event_loop import EventLoop
from ._forwarding import Feeder, says_full
from ._stream import BaseStream, used_twice
from .options import StreamEvent
from .queues import CAPACITY, AsyncEventQueue, ForwardSummary, HostEvents, QueueClosed

__all__ = [
    "ForwardSummary",
    "HostEvents",
    "QueueClosed",
    "Stream",
    "complete",
    "forward",
    "make_queue",
    "open_stream",
]

# How often a queue between threads is asked for room.
_POLL_SECONDS = 0.005


class Stream(BaseStream):
    """One stream. `async with` begins it, leaving closes the connection at once.

    Iterate for the events, once, in one task at a time, of the loop that entered it; `aclose` may come from any task of
    that loop, `cancel` and `pause` from any thread. A cancellation of the task that iterates closes the connection too.
    """

    def __init__(
        self,
        session: StreamSession,
        *,
        pool: Any = None,
        token: CancellationToken | None = None,
        ssl_context: ssl.SSLContext | None = None,
        errors: Errors = "raise",
    ) -> None:
        """`session` has not been started; the others are those of `open_stream`."""
        super().__init__(session, errors)
        self._pool = checked_pool(pool, "handle_async_request", ssl_context)
        self._token = token
        self._ssl_context = ssl_context
        self._loop: EventLoop | None = None
        self._inbox: deque[Arrival] = deque()
        self._connections: list[AsyncConnection] = []
        self._iterating = False

    async def __aenter__(self) -> Self:
        if self._loop is not None:
            raise UsageError("a stream is entered once")
        self._loop = EventLoop.current()
        self._woken = anyio.Event()
        self._begin(self._token)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamEvent:
        self._check_loop()
        if self._iterating:
            raise used_twice()
        self._iterating = True
        try:
            while (event := self._next_ready()) is None and not self._stopped:
                await self._step()
        except BaseException:
            self._abandon()
            raise
        finally:
            self._iterating = False
        if event is None:
            raise self._pop_error() or StopAsyncIteration
        return event

    def text(self) -> AsyncIterator[str]:
        """The pieces of the first choice's text; raises StreamError at the end of a stream that failed."""
        return TextPieces(self)

    def close(self) -> None:
        """Ends the stream and closes its connection with the next steps of the loop. Idempotent; in the loop only."""
        if self._loop is None:
            self._loop = EventLoop.current()
            self._woken = anyio.Event()
        self._check_loop()
        self._abandon()
        self._woken.set()

    async def aclose(self) -> None:
        """The same, and returns when the connection is closed; the server is not waited for."""
        self.close()
        for connection in self._connections:
            await connection.wait_closed()

    async def _step(self) -> None:
        seconds = self._turn(self._inbox.popleft() if self._inbox else None)
        if seconds is not None:
            with anyio.move_on_after(seconds):
                await self._woken.wait()
            self._woken = anyio.Event()

    def _check_loop(self) -> None:
        if self._loop is None:
            raise UsageError("the stream has not begun: use `async with open_stream(...) as stream`")
        if not self._loop.runs_here:
            raise UsageError("the stream belongs to another event loop: open one stream for each")

    def _now(self) -> float:
        return anyio.current_time()

    def _connect(self, request: OpenRequest) -> AsyncConnection:
        assert self._loop is not None
        connection = AsyncConnection(request, self._pool, self._ssl_context, self._loop, self._deliver)
        self._connections = [*(each for each in self._connections if not each.is_done), connection]
        return connection

    def _deliver(self, arrival: Arrival) -> None:
        self._inbox.append(arrival)
        self._woken.set()

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.call_soon(lambda: self._woken.set())  # noqa: PLW0108 - the event of then, not of now

    def _interrupt(self) -> None:
        if self._loop is not None:
            self._loop.call_soon(self._interrupt_here)

    def _interrupt_here(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._woken.set()


class TextPieces:
    """The text of a stream's first choice, piece by piece."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            event = await anext(self._stream)
            if isinstance(event, TextDelta) and event.choice == 0:
                return event.text


def open_stream(
    plan: Plan | Target,
    prompt: str | None = None,
    *,
    token: CancellationToken | None = None,
    pool: Any = None,
    ssl_context: ssl.SSLContext | None = None,
    errors: Errors = "raise",
    **session: Unpack[SessionOptions],
) -> Stream:
    """A stream for a plan or a single target; the request goes out when `async with` is entered.

    The keywords are those of `blocking.open_stream`; `pool` is an asynchronous pool of httpcore or httpcore2. asyncio
    reads up to 256 KiB for itself, of which the shim has at most 64 KiB in hand.
    """
    running = open_session(plan, prompt, session)
    return Stream(running, pool=pool, token=token, ssl_context=ssl_context, errors=errors)


async def complete(plan: Plan | Target, prompt: str | None = None, **options: Unpack[StreamOptions]) -> Message:
    """The whole message. Raises StreamError if the response failed. `options` are those of `open_stream`."""
    async with open_stream(plan, prompt, **options) as stream:
        async for _ in stream:
            pass
        return stream.message()


def make_queue(capacity: int = CAPACITY) -> AsyncEventQueue:
    """A bounded queue for `forward`, on asyncio and trio, that the consumer can close."""
    return AsyncEventQueue(capacity)


async def forward(stream: Stream, queue: Any, *, host_events: HostEvents | None = None) -> ForwardSummary:
    """Puts every event of the stream into `queue`, the terminal one last, and says what became of them.

    The stream must have been entered. `queue` is one of `make_queue`, an `asyncio.Queue`, the sending end of a memory
    channel of anyio or trio, or a queue between threads. The rest is as in `blocking.forward`.
    """
    with Feeder(stream, queue, host_events) as feeder:
        async for event in stream:
            seconds = feeder.offer(event)
            if seconds is not None:
                with feeder.waiting(event), anyio.fail_after(seconds):
                    await _put(queue, event)
            if feeder.closed or type(event) in TERMINAL_EVENTS:
                break
    if feeder.closed:
        await stream.aclose()
    return feeder.summary()


async def _put(queue: Any, event: Any) -> None:
    """Waits for room as that kind of queue has it done."""
    put = getattr(queue, "put", None) or queue.send
    if hasattr(queue, "put_nowait") and not inspect.iscoroutinefunction(put):
        while True:
            try:
                queue.put_nowait(event)
            except Exception as error:
                if not says_full(error):
                    raise
            else:
                return
            await anyio.sleep(_POLL_SECONDS)
    done = put(event)
    if inspect.isawaitable(done):
        await done
