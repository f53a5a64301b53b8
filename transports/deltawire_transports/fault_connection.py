"""One connection of a fault server: plays steps on a bare socket."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeAlias

import attrs
import h11

from .fault_wire import Act, Send, Step, Wait
from .replay_script import Exchange

__all__ = ["FaultConnection", "Visit"]


@attrs.define(eq=False)
class Visit:
    """One connection to a fault server. Its thread writes it; anyone may read it at any time."""

    accepted_at: float = attrs.field(factory=time.monotonic)
    """When the client had connected, by `time.monotonic`."""
    requests: list[Exchange] = attrs.field(factory=list[Exchange])
    """The requests that were read on it; of their replies nothing is recorded."""
    sent: int = 0
    """Bytes handed to the network, with heads and framing."""
    closed_at: float | None = None
    """When the connection ended, whoever ended it, by `time.monotonic`."""
    client_closed: threading.Event = attrs.field(factory=threading.Event, repr=False)
    """Set when the client closed the connection before the server did."""
    finished: threading.Event = attrs.field(factory=threading.Event, repr=False)
    """Set when the connection has ended."""


NextSteps: TypeAlias = Callable[[], Iterable[Step]]
"""What to do for the next request of the connection."""
Leave: TypeAlias = Callable[["FaultConnection"], bool]
"""Forgets a connection that ends; True if the server itself is closing."""


class _GoneError(Exception):
    """The client has closed the connection, or the server is closing."""


class FaultConnection:
    """One connection: plays what it is told until either side closes."""

    def __init__(self, accepted: socket.socket, visit: Visit, next_steps: NextSteps, leave: Leave) -> None:
        with contextlib.suppress(OSError):  # macOS refuses it if the client is gone already
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = accepted
        self._visit = visit
        self._next_steps = next_steps
        self._leave = leave
        self._rest = b""  # of what the client sent, behind the last request

    def shut_down(self) -> None:
        """Wakes the connection's thread wherever it waits. The server's lock is held, so the socket is still ours."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        """Plays until the connection ends; the body of its thread."""
        gone = False
        try:
            while all(map(self._perform, self._next_steps())):
                pass
        except _GoneError:
            gone = True
        finally:
            closing = self._leave(self)
            self._socket.close()
            self._visit.closed_at = time.monotonic()
            if gone and not closing:
                self._visit.client_closed.set()
            self._visit.finished.set()

    def _perform(self, step: Step) -> bool:
        """Does one step; False if the connection ends with it."""
        match step:
            case Send(data):
                self._send(data)
            case Wait(seconds):
                self._wait(seconds)
            case Act.READ_REQUEST:
                self._read_request()
            case Act.FINISH:
                pass
            case Act.CLOSE:
                return False
            case Act.RESET:
                # A linger time of zero turns the close into a reset.
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            case Act.IGNORE:
                self._wait(None)
            case Act.HALF_CLOSE:
                with contextlib.suppress(OSError):  # reset by the client already
                    self._socket.shutdown(socket.SHUT_WR)
                self._read_on()
            case Act.HOLD:
                self._read_on()
        return True

    def _send(self, data: bytes) -> None:
        sent = 0
        while sent < len(data):
            try:
                count = self._socket.send(memoryview(data)[sent:])
            except OSError as error:
                raise _GoneError from error
            sent += count
            self._visit.sent += count

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(65_536)
        except OSError as error:
            raise _GoneError from error
        if not data:
            raise _GoneError
        return data

    def _read_on(self) -> None:
        while True:
            self._receive()

    def _wait(self, seconds: float | None) -> None:
        """Waits without reading, which `poll` alone can do and still see that the client has closed."""
        watch = select.poll()
        closed = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR
        watch.register(self._socket, closed)
        if watch.poll(None if seconds is None else seconds * 1000):
            raise _GoneError

    def _read_request(self) -> None:
        """Reads one request, with as much of the next one as comes along."""
        http = h11.Connection(h11.SERVER)
        http.receive_data(self._rest or self._receive())
        request: h11.Request | None = None
        body: list[bytes] = []
        while True:
            try:
                event = http.next_event()
            except h11.RemoteProtocolError as error:
                raise _GoneError from error
            if event is h11.NEED_DATA:
                if http.they_are_waiting_for_100_continue:
                    self._send(http.send(h11.InformationalResponse(status_code=100, headers=[])))
                http.receive_data(self._receive())
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                break
        self._rest = http.trailing_data[0]
        path, _, query = request.target.decode("latin-1").partition("?")
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)
        method = request.method.decode("latin-1")
        self._visit.requests.append(Exchange(method, path, query, headers, b"".join(body)))
