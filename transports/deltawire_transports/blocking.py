"""The blocking shim: a model's stream as an iterator of events.

All decisions are the session's; this module opens, reads, waits and closes.
"""

from __future__ import annotations

import queue
import random
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpcore

from deltawire import Accumulator, Message, TextDelta
from deltawire.policy import (
    Action,
    CancellationToken,
    CloseRequest,
    Deliver,
    OpenRequest,
    Plan,
    RetryPolicy,
    Stop,
    StreamSession,
    Timeouts,
)
from deltawire.rate_limits import RateLimits, rate_limits
from deltawire.requests import Target

from ._common import FailurePolicy
from ._connection import Arrival, Connection, Data, Head

__all__ = ["Stream", "complete", "open_stream"]

_JOIN_SECONDS = 0.5


class Stream:
    """One running stream. Use it as a context manager: leaving it closes the connection at once.

    Iterate for the events, once, in one thread; `cancel` and `pause` may come from any thread.
    """

    def __init__(
        self,
        session: StreamSession,
        *,
        pool: httpcore.ConnectionPool | None = None,
        token: CancellationToken | None = None,
        errors: str = "raise",
    ) -> None:
        self.session = session
        """The state machine behind the stream."""
        self.status: int | None = None
        """The HTTP status of the newest response."""
        self.headers: Mapping[str, str] = {}
        """Its headers, with lower-case names."""
        self._pool = pool
        self._errors = FailurePolicy(errors)
        self._accumulator = Accumulator()
        self._ready: deque[Any] = deque()
        self._inbox: queue.SimpleQueue[Arrival | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._wish: str | None = None
        self._terminal: Any = None
        self._stopped = False
        self._unsubscribe = token.subscribe(lambda: self._wake(token)) if token is not None else None
        self._perform(session.start(time.monotonic()))

    @property
    def rate_limits(self) -> RateLimits:
        """What the newest response's headers say of the limits."""
        return rate_limits(self.headers)

    @property
    def attempts(self) -> Any:
        """Every attempt so far, with its failure if it had one."""
        return self.session.attempts

    def message(self) -> Message:
        """The message so far. Never raises."""
        return self._accumulator.message()

    def text(self) -> Iterator[str]:
        """The pieces of the first choice's text; raises StreamError at the end of a stream that failed."""
        return (event.text for event in self if isinstance(event, TextDelta) and event.choice == 0)

    def cancel(self) -> None:
        """Ends the stream: the connection is closed at once, the last event is `Cancelled`."""
        self._ask("cancel")

    def pause(self) -> None:
        """Ends the stream so that the host may start again: the last event is `Paused`."""
        self._ask("pause")

    def close(self) -> None:
        """Closes the connection, whatever state the stream is in. Idempotent."""
        if not self._stopped:
            self._ready.clear()
            self._perform(self.session.cancel(time.monotonic()))
            self._ready.clear()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        while not self._ready:
            if self._stopped:
                error = self._errors.error_behind(self._terminal)
                self._terminal = None
                if error is not None:
                    raise error
                raise StopIteration
            self._step()
        event = self._ready.popleft()
        self._accumulator.feed(event)
        return event

    def _step(self) -> None:
        now = time.monotonic()
        if self._wish is not None:
            self._perform(self.session.cancel(now) if self._wish == "cancel" else self.session.pause(now))
            return
        self._perform(self.session.reading(now))
        if self._ready or self._stopped:
            return
        deadline = self.session.deadline
        try:
            arrival = self._inbox.get(timeout=None if deadline is None else max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self._perform(self.session.handle_timer(time.monotonic()))
            return
        if arrival is not None:
            self._receive(*arrival)

    def _receive(self, attempt: int, arrival: Any) -> None:
        connection, session, now = self._connection, self.session, time.monotonic()
        if connection is None or connection.attempt != attempt:
            return
        if isinstance(arrival, Data):
            connection.take_next()
            self._perform(session.receive_data(arrival.chunk, now))
        elif isinstance(arrival, Head):
            self.status = arrival.status
            self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in arrival.headers}
            self._perform(session.receive_head(arrival.status, arrival.headers, now))
        elif arrival.failure is None:
            self._perform(session.receive_eof(now))
        else:
            self._perform(session.receive_error(arrival.failure, now))

    def _perform(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if isinstance(action, Deliver):
                self._ready.append(action.event)
                self._terminal = action.event
            elif isinstance(action, OpenRequest):
                self._connection = Connection(
                    action.request, action.attempt, action.connect_timeout, self._pool, self._inbox
                )
            elif isinstance(action, CloseRequest):
                self._disconnect()
            elif isinstance(action, Stop):
                self._stopped = True

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            connection.join(_JOIN_SECONDS)

    def _ask(self, wish: str) -> None:
        # A pause never undoes a cancel. The socket is shut here, so that the server sees it though nobody iterates.
        if self._wish != "cancel":
            self._wish = wish
        connection = self._connection
        if connection is not None:
            connection.close()
        self._inbox.put(None)

    def _wake(self, token: CancellationToken) -> None:
        self._ask("pause" if token.disposition == "pause" else "cancel")


def open_stream(
    plan: Plan | Target,
    prompt: str | None = None,
    *,
    messages: Any = None,
    tools: Any = (),
    options: Any = None,
    extra: Mapping[str, Any] | None = None,
    system: str | None = None,
    policy: RetryPolicy | None = None,
    timeouts: Timeouts | None = None,
    token: CancellationToken | None = None,
    pool: httpcore.ConnectionPool | None = None,
    errors: str = "raise",
) -> Stream:
    """Opens a stream for a plan or a single target; the request begins at once, in a thread.

    `prompt` or `messages`, `tools`, `options`, `extra` and `system` are those of `build_request`. `pool` is an
    httpcore connection pool of the caller's; without one each attempt has its own connection. `token` cancels or
    pauses from elsewhere. `errors="events"` ends iteration behind a failure, where else StreamError is raised.
    """
    session = StreamSession(
        plan,
        prompt=prompt,
        messages=messages,
        tools=tools,
        options=options,
        extra=extra,
        system=system,
        policy=RetryPolicy() if policy is None else policy,
        timeouts=Timeouts() if timeouts is None else timeouts,
        jitter=random.random,
    )
    return Stream(session, pool=pool, token=token, errors=errors)


def complete(plan: Plan | Target, prompt: str | None = None, **options: Any) -> Message:
    """The whole message. Raises StreamError if the response failed. `options` are those of `open_stream`."""
    with open_stream(plan, prompt, **options) as stream:
        for _ in stream:
            pass
        return stream.message()
