"""One connection of a replay server: requests in, scripted replies out."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Callable
from http.client import responses as reason_phrases
from typing import NoReturn, TypeAlias

import h11

from .replay_script import Exchange, Reply

__all__ = ["Connection"]

_NO_BODY = {204, 304}

Answer: TypeAlias = Callable[[Exchange], Reply]
"""Records a request and finds the reply to it."""
Leave: TypeAlias = Callable[["Connection"], bool]
"""Forgets a connection that ends; True if the server itself is closing."""


class _GoneError(Exception):
    """The connection has ended under the server's hands."""


class Connection:
    """One connection: reads requests and plays their replies until either side closes."""

    def __init__(self, accepted: socket.socket, answer: Answer, leave: Leave) -> None:
        with contextlib.suppress(OSError):  # macOS refuses it if the client is gone already
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer = answer
        self._leave = leave
        self._socket = accepted
        self._http = h11.Connection(h11.SERVER)
        self._exchange: Exchange | None = None

    def shut_down(self) -> None:
        """Wakes the connection's thread wherever it waits. The server's lock is held, so the socket is still ours."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        """Plays until the connection ends; the body of its thread."""
        gone = False
        try:
            while self._serve():
                self._http.start_next_cycle()
        except _GoneError:
            gone = True
        finally:
            closing = self._leave(self)
            self._socket.close()
            if self._exchange is not None:
                self._exchange.closed_at = time.monotonic()
                if gone and not closing:
                    self._exchange.client_closed.set()
                self._exchange.finished.set()

    def _serve(self) -> bool:
        """One request and its reply; True if the connection can take another."""
        try:
            exchange = self._read_request()
        except h11.RemoteProtocolError as error:
            self._refuse_protocol(str(error))
            return False
        self._exchange = exchange
        reply = self._answer(exchange)
        if reply.end == "silent":
            self._wait_for_close()
        self._play(exchange, reply)
        if reply.end == "hold":
            self._wait_for_close()
        if reply.end == "reset":
            # A linger time of zero turns the close into a reset.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply.end != "clean":
            return False
        exchange.complete = True
        exchange.finished.set()
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _read_request(self) -> Exchange:
        request: h11.Request | None = None
        body: list[bytes] = []
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._send(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
                self._read(None)
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                path, _, query = request.target.decode("latin-1").partition("?")
                headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers)
                return Exchange(request.method.decode("latin-1"), path, query, headers, b"".join(body))

    def _refuse_protocol(self, reason: str) -> None:
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(reason))), ("Connection", "close")]
            self._send(self._http.send(h11.Response(status_code=400, headers=headers)))
            self._send(self._http.send(h11.Data(data=reason.encode("ascii", "replace"))))

    def _play(self, exchange: Exchange, reply: Reply) -> None:
        self._pause(reply.delay)
        pieces = reply.body if exchange.method != "HEAD" and reply.status not in _NO_BODY else ()
        headers = list(reply.headers)
        if reply.framing == "close":
            # h11 frames so for clients of HTTP/1.0 only, which know nothing else.
            self._http = h11.Connection(h11.SERVER)
            self._http.receive_data(b"POST / HTTP/1.0\r\n\r\n")
            self._http.next_event()
        elif reply.framing == "content-length":
            missing = reply.end != "clean"
            headers.append(("Content-Length", str(sum(len(piece) for _, piece in pieces) + missing)))
        reason = reason_phrases.get(reply.status, "")
        self._send(self._http.send(h11.Response(status_code=reply.status, headers=headers, reason=reason)))
        for seconds, piece in pieces:
            self._pause(seconds)
            framed = self._http.send(h11.Data(data=piece))
            self._send(framed, exchange, len(piece))
        if reply.end == "clean":
            self._send(self._http.send(h11.EndOfMessage()))

    def _send(self, data: bytes, exchange: Exchange | None = None, length: int = 0) -> None:
        """Sends all of `data`, in one call unless the client is slow; counts the `length` bytes of body in it."""
        self._socket.settimeout(None)
        # A chunk stands between its size line and an empty line.
        before = max(len(data) - length - len(b"\r\n"), 0)
        written, sent = exchange.written if exchange else 0, 0
        while sent < len(data):
            try:
                sent += self._socket.send(memoryview(data)[sent:])
            except OSError as error:
                raise _GoneError from error
            if exchange:
                exchange.written = written + min(max(sent - before, 0), length)

    def _read(self, timeout: float | None) -> None:
        """Takes in what the client sends within `timeout` seconds, None for however long it takes."""
        self._socket.settimeout(timeout)
        try:
            data = self._socket.recv(65_536)
        except TimeoutError:
            return
        except OSError as error:
            raise _GoneError from error
        if not data:
            raise _GoneError
        self._http.receive_data(data)

    def _pause(self, seconds: float) -> None:
        """Waits, with an eye on the client."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._read(left)

    def _wait_for_close(self) -> NoReturn:
        while True:
            self._read(None)
