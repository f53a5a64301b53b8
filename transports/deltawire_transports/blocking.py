"""The blocking shim: a model's stream as an iterator of events.

All decisions are the session's; this module opens, reads, waits and closes. `aio` is its twin.
"""

from __future__ import annotations

import asyncio
import math
import queue
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self, Unpack

from deltawire import Message, TextDelta
from deltawire.policy import CancellationToken, OpenRequest, Plan, StreamSession
from deltawire.policy.content import TERMINAL_EVENTS
from deltawire.requests import Target

from ._arrivals import Arrival
from ._common import Errors, SessionOptions, StreamOptions, checked_pool, open_session
from ._connection import ThreadedConnection
from ._forwarding import Feeder
from ._stream import BaseStream, used_twice
from .options import StreamEvent
from .queues import CAPACITY, EventQueue, ForwardSummary, HostEvents, QueueClosed

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


class Stream(BaseStream):
    """One running stream. Use it as a context manager: leaving it closes the connection at once.

    Iterate for the events, once, in one thread at a time; `cancel` and `pause` may come from any thread.
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
        """Starts `session`, which must be new; the others are those of `open_stream`."""
        super().__init__(session, errors)
        self._pool = checked_pool(pool, "handle_request", ssl_context)
        self._ssl_context = ssl_context
        self._inbox: queue.SimpleQueue[Arrival | None] = queue.SimpleQueue()
        self._iterating = threading.Lock()
        self._leaving = False
        self._begin(token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> StreamEvent:
        if not self._iterating.acquire(blocking=False) and not (self._leaving and self._iterating.acquire()):
            raise used_twice()
        try:
            arrival: Arrival | None = None
            while (event := self._next_ready()) is None and not self._stopped:
                arrival = self._step(arrival)
        except BaseException:
            self._abandon()
            raise
        finally:
            self._iterating.release()
            if self._leaving:
                # Closed meanwhile, by a thread that did not wait: nobody may ever come back to see to it.
                self._alone(self._obey)
        if event is None:
            raise self._pop_error() or StopIteration
        return event

    def text(self) -> Iterator[str]:
        """The pieces of the first choice's text; raises StreamError at the end of a stream that failed."""
        return (event.text for event in self if isinstance(event, TextDelta) and event.choice == 0)

    def close(self) -> None:
        """Closes the connection, whatever state the stream is in, without waiting for the server. Idempotent.

        A thread that waits for an event meanwhile gets `Cancelled`, one that asks for its next event behind this none.
        """
        self._leaving = True
        self._wishes.cancel()
        if not self._alone(self._abandon):
            self._interrupt()

    def __del__(self) -> None:
        if getattr(self, "_connection", None) is not None:
            message = f"{self!r} was not closed: use it as a context manager"
            warnings.warn(message, ResourceWarning, stacklevel=2, source=self)

    def _alone(self, act: Callable[[], object]) -> bool:
        """Does something that no thread may do beside another. False if one iterates just now."""
        if not self._iterating.acquire(blocking=False):
            return False
        try:
            act()
        finally:
            self._iterating.release()
        return True

    def _step(self, arrival: Arrival | None) -> Arrival | None:
        """Goes on with what arrived; else waits, and gives what arrives, None if the wait is over."""
        if arrival is None:
            arrival = self._arrived(0)
        seconds = self._turn(arrival)
        return None if seconds is None else self._arrived(seconds)

    def _arrived(self, seconds: float) -> Arrival | None:
        try:
            return self._inbox.get(timeout=seconds)
        except queue.Empty:
            return None

    def _now(self) -> float:
        return time.monotonic()

    def _connect(self, request: OpenRequest) -> ThreadedConnection:
        return ThreadedConnection(request, self._pool, self._ssl_context, self._inbox)

    def _wake(self) -> None:
        self._inbox.put(None)

    def _interrupt(self) -> None:
        # The socket is shut here, so that the server sees it though nobody iterates.
        connection = self._connection
        if connection is not None:
            connection.close()
        self._wake()


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
    """Opens a stream for a plan or a single target; the request begins at once, in a thread.

    `messages`, `tools`, `options`, `extra` and `system` are those of `build_request`, with `messages`, `tools` and
    `extra` also as mappings from provider names; `limits`, `think`, `loads`, `raw` and `id_prefix` are those of
    `parser`; `policy` and `timeouts` say how often and how long.

    64 KiB of the body at most are read and not taken yet; the next are read when the last event of those is taken.

    `token` cancels or pauses from elsewhere. `pool` is a connection pool of the caller's, of httpcore or httpcore2;
    without one each attempt has a connection of its own, over HTTP/1.1, through the proxy that the environment names,
    and checked against `ssl_context` or the system's certificates. `errors="events"` ends iteration behind a failure,
    where else StreamError is raised.

    Raises TypeError or ValueError for keywords that make no sense. A thread that is still connecting when the stream is
    closed, or waits for the pool, ends by itself within `timeouts.connect`. One that waits for the first byte on a
    connection of `pool` that something else has opened, or for any byte over HTTP/2, ends when one comes.
    """
    running = open_session(plan, prompt, session)
    return Stream(running, pool=pool, token=token, ssl_context=ssl_context, errors=errors)


def complete(plan: Plan | Target, prompt: str | None = None, **options: Unpack[StreamOptions]) -> Message:
    """The whole message. Raises StreamError if the response failed. `options` are those of `open_stream`."""
    with open_stream(plan, prompt, **options) as stream:
        for _ in stream:
            pass
        return stream.message()


def make_queue(capacity: int = CAPACITY) -> EventQueue:
    """A bounded queue for `forward` that the consumer can close, whatever the version of Python."""
    return EventQueue(capacity)


def forward(stream: Stream, queue: Any, *, host_events: HostEvents | None = None) -> ForwardSummary:
    """Puts every event of the stream into `queue`, the terminal one last, and says what became of them.

    `queue` is one of `make_queue`, a `queue.Queue`, or anything with their `put` and `put_nowait`; only a bounded one
    holds the server back. Without room, content and everything else that is lossless waits, and nothing is read
    meanwhile; events of best effort wait for 100 ms; the others are dropped at once. `host_events` come in between.

    A queue that is closed cancels the stream: one of `make_queue` at once, others with the next event, by `shutdown`
    (Python 3.13) or a `put` that raises QueueClosed. A failure is the last event in the queue and raises nothing here.

    Raises TypeError for an `asyncio.Queue`, which belongs to its event loop.
    """
    if isinstance(queue, asyncio.Queue):
        raise TypeError("an asyncio.Queue belongs to its event loop: use deltawire_transports.aio.forward")
    with Feeder(stream, queue, host_events) as feeder:
        for event in stream:
            seconds = feeder.offer(event)
            if seconds is not None:
                with feeder.waiting(event):
                    _put(queue, event, seconds)
            if feeder.closed or type(event) in TERMINAL_EVENTS:
                break
    return feeder.summary()


def _put(queue: Any, event: Any, seconds: float) -> None:
    if math.isinf(seconds):
        queue.put(event)
    else:
        queue.put(event, timeout=seconds)
