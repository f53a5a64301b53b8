"""What a stream of either shim does between its waits: it drives the session and keeps what came of it."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Iterable, Mapping

from deltawire import Message, StreamError, UsageError
from deltawire.policy import (
    Action,
    Attempt,
    CancellationToken,
    CloseRequest,
    Deliver,
    Disposition,
    OpenRequest,
    Outcome,
    Stop,
    StreamSession,
)
from deltawire.rate_limits import RateLimits, rate_limits

from ._arrivals import Arrival, Connection, Data, End, Head
from ._common import Errors, failure_of
from ._outbox import Outbox
from .options import StreamEvent
from .queues import HostEvents

__all__ = ["BaseStream", "used_twice"]

# Waits are cut into pieces that every clock and lock can hold.
_LONGEST_WAIT = 3600.0
# The network stack has its own timeouts, one for each step; it is overruled when all of them together take longer.
_CONNECT_SLACK = 0.25


class BaseStream(abc.ABC):
    """A session, the response to it, and the events on their way to the consumer."""

    def __init__(self, session: StreamSession, errors: Errors) -> None:
        self.session = session
        """The state machine behind the stream."""
        self.status: int | None = None
        """The HTTP status of the newest response."""
        self.headers: Mapping[str, str] = {}
        """Its headers, with lower-case names."""
        self._outbox = Outbox(errors)
        self._wishes = CancellationToken()
        self._connection: Connection | None = None
        self._connect_by = math.inf
        self._url = ""
        self._unsubscribe: Callable[[], None] | None = None
        self._host_events: HostEvents | None = None
        self._chunk_is_taken = False
        self._stopped = False

    @property
    def rate_limits(self) -> RateLimits:
        """What the newest response's headers say of the limits."""
        return rate_limits(self.headers)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt so far, with its failure if it had one."""
        return self.session.attempts

    @property
    def outcome(self) -> Outcome | None:
        """How the stream ended, None while it goes on."""
        return self.session.outcome

    def message(self) -> Message:
        """The message so far. Never raises."""
        return self._outbox.message()

    def cancel(self) -> None:
        """Ends the stream, from any thread: the connection is closed at once, the last event is `Cancelled`."""
        self._wishes.cancel()
        self._interrupt()

    def pause(self) -> None:
        """Ends the stream so that the host may start again, from any thread: the last event is `Paused`."""
        self._wishes.pause()
        self._interrupt()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__qualname__} {self.session!r}>"

    @abc.abstractmethod
    def _now(self) -> float:
        """The time in seconds, of a clock that never goes back."""

    @abc.abstractmethod
    def _connect(self, request: OpenRequest) -> Connection:
        """Begins to send the request."""

    @abc.abstractmethod
    def close(self) -> None:
        """Closes the connection, whatever state the stream is in, without waiting for the server. Idempotent."""

    @abc.abstractmethod
    def _wake(self) -> None:
        """Has a consumer that waits look again. May be called from any thread."""

    @abc.abstractmethod
    def _interrupt(self) -> None:
        """Closes the connection and wakes. May be called from any thread."""

    def merge(self, host_events: HostEvents | None) -> None:
        """Has iteration give the host's events too, as they come, until None is given; `forward` does it.

        Type checkers know nothing of them: iteration is typed by what a stream gives by itself. Raises TypeError for
        another queue: it could not wake whoever waits for an event.
        """
        if host_events is not None and not isinstance(host_events, HostEvents):
            raise TypeError(f"host_events is a HostEvents, not {type(host_events).__name__}")
        before, self._host_events = self._host_events, host_events
        for events, listener in ((before, None), (host_events, self._wake)):
            if events is not None:
                events.listen(listener)

    def _begin(self, token: CancellationToken | None) -> None:
        """Sends the first request, unless the token is up already."""
        if token is not None:
            self._unsubscribe = token.subscribe(lambda: self._follow(token))
        try:
            if not self._obey():
                self._perform(self.session.start(self._now()))
        except BaseException:
            self._abandon()
            raise

    def _follow(self, token: CancellationToken) -> None:
        if token.disposition is Disposition.PAUSE:
            self.pause()
        else:
            self.cancel()

    def _next_ready(self) -> StreamEvent | None:
        """The next event, None if none is there yet or ever."""
        event: StreamEvent | None = None if self._host_events is None else self._host_events.take()
        if event is None:
            self._obey()
            event = self._outbox.take() if self._outbox else None
        return event

    def _pop_error(self) -> StreamError | None:
        """What to raise in place of the end of iteration, once. Its notes tell how the attempts before it went."""
        error = self._outbox.pop_error()
        if error is not None:
            for made in self.attempts[:-1]:
                where = f"{made.provider} (model {made.model!r})"
                error.add_note(f"Before, attempt {made.attempt} at {where}: {made.failure}")
        return error

    def _turn(self, arrival: Arrival | None) -> float | None:
        """Goes on with what arrived, or without. Gives the seconds to wait for more, None for no wait at all."""
        if self._obey():
            return None
        now = self._now()
        if arrival is not None:
            self._receive(*arrival, now)
            return None
        if self._chunk_is_taken and self._connection is not None:
            # Not before its events are: more than one read is never held.
            self._chunk_is_taken = False
            self._connection.take_next()
        self._perform(self.session.reading(now))
        deadline = self.session.deadline
        connecting = self._connection is not None and not self._connection.connected
        connect_by = self._connect_by if connecting else math.inf
        wait = min(math.inf if deadline is None else deadline, connect_by) - now
        if wait > 0:
            return min(wait, _LONGEST_WAIT)
        if connect_by <= now:
            late = failure_of(TimeoutError(), connected=False, url=self._url)
            self._perform(self.session.receive_error(late, now))
        else:
            self._perform(self.session.handle_timer(now))
        return None

    def _obey(self) -> bool:
        """Does what `cancel` or `pause` wished, unless the end is there already. True if there was something to do."""
        wish = self._wishes.disposition
        if wish is Disposition.RUN or self._stopped:
            return False
        self._outbox.cut()
        end = self.session.pause if wish is Disposition.PAUSE else self.session.cancel
        self._perform(end(self._now()))
        return True

    def _receive(self, attempt: int, arrival: Head | Data | End, now: float) -> None:
        connection, session = self._connection, self.session
        if connection is None or connection.attempt != attempt:
            return
        if isinstance(arrival, Data):
            self._chunk_is_taken = True
            self._perform(session.receive_data(arrival.chunk, now))
            # A server that always has more to say must not outlive the session's total time.
            deadline = session.deadline
            if deadline is not None and deadline <= now:
                self._perform(session.handle_timer(now))
        elif isinstance(arrival, Head):
            self.status = arrival.status
            self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in arrival.headers}
            self._perform(session.receive_head(arrival.status, arrival.headers, now))
        elif arrival.failure is None:
            self._perform(session.receive_eof(now))
        else:
            self._perform(session.receive_error(arrival.failure, now))

    def _perform(self, actions: Iterable[Action]) -> None:
        actions = list(actions)
        for action in actions:
            if isinstance(action, Deliver):
                self._outbox.put(action.event)
            elif isinstance(action, OpenRequest):
                limit = action.connect_timeout
                self._connect_by = math.inf if limit is None else self._now() + limit + _CONNECT_SLACK
                self._url = action.request.url
                self._connection = self._connect(action)
            elif isinstance(action, CloseRequest):
                last = actions[-1]
                self._disconnect(ended=isinstance(last, Stop) and last.outcome is Outcome.FINISHED)
            else:
                self._stop()

    def _disconnect(self, *, ended: bool = False) -> None:
        connection, self._connection = self._connection, None
        self._chunk_is_taken = False
        if connection is not None:
            connection.leave(ended=ended)

    def _stop(self) -> None:
        self._stopped = True
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()

    def _abandon(self) -> None:
        """Ends the stream without any more events. Idempotent."""
        if not self._stopped:
            self._perform(self.session.cancel(self._now()))
            self._stop()
        self._outbox.clear()
        self._disconnect()


def used_twice() -> UsageError:
    """The error of a second consumer."""
    return UsageError("the stream is being iterated already: one thread or task at a time")
