"""Which connection of a caller's pool a request is on, while no answer is there to say so."""

from __future__ import annotations

import itertools
import math
import socket
import threading
import weakref

__all__ = ["SeenSockets"]

_DAY = 86_400
# Nobody else has a timeout that ends in these nanoseconds.
_ODD = 370e-9


class SeenSockets:
    """The sockets that requests were seen on, told apart by the timeouts that are set on them. For any thread.

    httpcore tells of a connection when it is made and when its answer comes, but not when it is used again. What it
    does then is to set the request's `timeout` on the socket before it writes, so a timeout of its own names a request.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._numbers = itertools.count()

    def add(self, connected: socket.socket) -> None:
        """A socket that a request is on. It is held weakly."""
        with self._lock:
            self._sockets.add(connected)

    def own_timeout(self, at_least: float | None) -> float:
        """A timeout in seconds that no other request has, up to a second longer than asked for; None asks for a day."""
        whole = _DAY if at_least is None else math.ceil(at_least)
        return whole + next(self._numbers) % 1_000_000 * 1e-6 + _ODD

    def find(self, timeout: float) -> socket.socket | None:
        """The socket with this timeout, None if none of those that were seen has it."""
        with self._lock:
            for each in self._sockets:
                if abs((each.gettimeout() or 0) - timeout) < 1e-7:
                    return each
        return None
