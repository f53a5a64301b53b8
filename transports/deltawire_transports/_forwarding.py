"""Into a queue of any kind: what both shims' `forward` share. What happens without room is the Forwarder's to say."""

from __future__ import annotations

import math
from types import TracebackType
from typing import Any, Self

from deltawire.policy import BEST_EFFORT_WAIT, CancellationToken, Forwarder, Forwarding

from ._stream import BaseStream
from .queues import ForwardSummary, HostEvents, QueueClosed

__all__ = ["Feeder", "says_full"]

_NO_ROOM = frozenset({"Full", "QueueFull", "WouldBlock"})
_CLOSED = frozenset({"ShutDown", "QueueShutDown", "BrokenResourceError", "ClosedResourceError"})
_WAITS = {Forwarding.WAIT: math.inf, Forwarding.WAIT_BRIEFLY: BEST_EFFORT_WAIT}


def says_full(error: BaseException) -> bool:
    """True if a queue of any kind has no room. By name: each library has an exception of its own."""
    return type(error).__name__ in _NO_ROOM


def _says_closed(error: BaseException) -> bool:
    return isinstance(error, QueueClosed) or type(error).__name__ in _CLOSED


class Feeder:
    """Feeds a stream's events into a queue, as a context manager around the stream's iteration.

    For each event call `offer`; if it gives seconds, put the event inside `waiting`. Go on while not `closed`.
    """

    def __init__(self, stream: BaseStream, queue: Any, host_events: HostEvents | None) -> None:
        self._stream = stream
        self._host_events = host_events
        closing: Any = getattr(queue, "closing", None)
        self._closing = closing if isinstance(closing, CancellationToken) else CancellationToken()
        self._put_nowait = getattr(queue, "put_nowait", None) or getattr(queue, "send_nowait", None)
        if self._put_nowait is None and not hasattr(queue, "put"):
            raise TypeError(f"a queue has put or send, and {type(queue).__name__} has neither")
        self._forwarder = Forwarder()
        self.closed = False
        """True once the queue was found closed."""

    def __enter__(self) -> Self:
        self._stream.merge(self._host_events)
        # A consumer that leaves is noticed although the server is silent.
        self._unsubscribe = self._closing.subscribe(self._stream.cancel)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._unsubscribe()
        self._stream.merge(None)
        if error is not None or self.closed:
            self._stream.close()

    def offer(self, event: Any) -> float | None:
        """Puts the event if there is room, or drops it if it may not wait; else the seconds that it may wait."""
        if self._put_nowait is None:
            return math.inf
        try:
            self._put_nowait(event)
        except Exception as error:  # noqa: BLE001 - raised again below unless the queue is full or closed
            if not says_full(error):
                self.failed(event, error)
                return None
        else:
            self._forwarder.put(event)
            return None
        wait = _WAITS.get(self._forwarder.decide(event, room=False))
        if wait is None:
            self._forwarder.dropped(event)
        return wait

    def waiting(self, event: Any) -> Waiting:
        """A context to put the event in: notes whether it was put, came too late, or found the queue closed."""
        return Waiting(self, event)

    def put(self, event: Any) -> None:
        """The event was put."""
        self._forwarder.put(event)

    def failed(self, event: Any, error: BaseException) -> None:
        """Putting the event raised `error`, which is raised again unless it says that the queue is full or closed."""
        if _says_closed(error):
            self.closed = True
            self._forwarder.closed()
        elif says_full(error) or isinstance(error, TimeoutError):
            self._forwarder.dropped(event)
        else:
            raise error

    def summary(self) -> ForwardSummary:
        """What became of the stream's events."""
        forwarder = self._forwarder
        return ForwardSummary(forwarder.output_forwarded, forwarder.dropped_by_type, self.closed, self._stream.outcome)


class Waiting:
    """See `Feeder.waiting`."""

    def __init__(self, feeder: Feeder, event: Any) -> None:
        self._feeder = feeder
        self._event = event

    def __enter__(self) -> None:
        return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if error is None:
            self._feeder.put(self._event)
            return False
        if not isinstance(error, Exception):
            return False
        self._feeder.failed(self._event, error)
        return True
