"""One HTTP exchange of the blocking shim: a worker thread that opens, reads, and is woken by its socket."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from typing import Any

from deltawire.policy import OpenRequest

from ._arrivals import Arrival, Data, End, Head
from ._common import AFTER_WHICH_A_STREAM_MAY_BE_LEFT, LeftError, failure_of, request_extensions
from ._pools import own_pool
from ._seen_sockets import SeenSockets

__all__ = ["ThreadedConnection"]

# The thread is waited for so long, if it can be woken.
_JOIN_SECONDS = 0.5
# The end of a body is waited for so long behind a whole answer, so that the next request may use the connection.
_REST_SECONDS = 0.05
_SEEN = SeenSockets()


class ThreadedConnection:
    """Runs one request in a thread of its own and puts what arrives into `inbox`.

    One chunk of 64 KiB at most is read, and the next one when `take_next` is called. `close` shuts the socket down,
    which wakes a read that waits. A connection that is only being made, or waits for its pool, cannot be woken, nor
    one without a socket of its own that is known: its thread is left to find out by itself.
    """

    def __init__(
        self,
        opened: OpenRequest,
        pool: Any,
        ssl_context: ssl.SSLContext | None,
        inbox: queue.SimpleQueue[Arrival | None],
    ) -> None:
        self.attempt = opened.attempt
        self._opened = opened
        self._given_pool = pool
        self._ssl_context = ssl_context
        self._inbox = inbox
        self._may_read = threading.Semaphore(1)
        self._lock = threading.RLock()  # a handler of signals may close, too
        self._socket: socket.socket | None = None
        self._unowned: Any = None
        self._write_timeout = _SEEN.own_timeout(opened.connect_timeout)
        self._closed = False
        self.connected = False
        self._thread = threading.Thread(target=self._run, name=f"deltawire-{self.attempt}", daemon=True)
        self._thread.start()

    def take_next(self) -> None:
        """The events of the last chunk were taken: one more may be read."""
        self._may_read.release()

    def close(self) -> None:
        """Ends the exchange at once, from any thread; what arrives later is dropped. Idempotent."""
        with self._lock:
            self._closed = True
            if self._socket is not None:
                _shut_down(self._socket)
        self._may_read.release()

    def leave(self, *, ended: bool) -> None:
        """The same, and waits for the thread if it was woken."""
        if ended and self._given_pool is not None:
            self._may_read.release()
            self._thread.join(_REST_SECONDS)
        self.close()
        if self._socket is not None:
            self._thread.join(_JOIN_SECONDS)

    def _run(self) -> None:
        pool = self._given_pool
        try:
            if pool is None:
                pool = own_pool(self._opened.request.url, self._ssl_context)
            self._exchange(pool)
        except Exception as error:  # noqa: BLE001 - whatever the network stack raises becomes a failure of ours
            self._put(End(failure_of(error, connected=self.connected, url=self._opened.request.url)))
        finally:
            if self._unowned is not None:
                self._unowned.close()
            if self._given_pool is None and pool is not None:
                pool.close()

    def _exchange(self, pool: Any) -> None:
        request = self._opened.request
        extensions = request_extensions(self._opened.connect_timeout, self._trace)
        extensions["timeout"]["write"] = self._write_timeout
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in request.headers]
        with pool.stream(
            request.method, request.url, headers=headers, content=request.body, extensions=extensions
        ) as response:
            if response.extensions.get("http_version") in (b"HTTP/1.1", b"HTTP/1.0"):
                self._keep(_socket_of(response.extensions.get("network_stream")))
            self._put(Head(response.status, list(response.headers)))
            chunks = response.iter_stream()
            while True:
                self._may_read.acquire()
                chunk = None if self._closed else next(chunks, None)
                if chunk is None:
                    break
                self._put(Data(chunk))
            with self._lock:
                # The pool may give it to another request from now on.
                self._socket = None
        self._put(End())

    def _put(self, arrival: Head | Data | End) -> None:
        if not self._closed:
            self._inbox.put((self.attempt, arrival))

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        # The stream is known here before there is a response, so that a silent server can be left.
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            stream: Any = info.get("return_value")
            self._unowned = stream
            negotiated = stream.get_extra_info("ssl_object")
            # Over HTTP/2 the socket is not ours alone.
            shared = negotiated is not None and negotiated.selected_alpn_protocol() == "h2"
            self._keep(None if shared else _socket_of(stream))
        if self._closed and name.endswith(AFTER_WHICH_A_STREAM_MAY_BE_LEFT):
            raise LeftError
        if name.endswith(".send_request_headers.started"):
            self.connected = True
            self._unowned = None  # the pool's connection has it
        elif name == "http11.send_request_headers.complete" and self._socket is None:
            self._keep(_SEEN.find(self._write_timeout))

    def _keep(self, found: socket.socket | None) -> None:
        self.connected = True
        if found is not None and self._given_pool is not None:
            _SEEN.add(found)
        with self._lock:
            self._socket = found
            if self._closed and found is not None:
                _shut_down(found)


def _socket_of(stream: Any) -> socket.socket | None:
    return None if stream is None else stream.get_extra_info("socket")


def _shut_down(connected: socket.socket) -> None:
    try:
        if isinstance(connected, ssl.SSLSocket):
            # The TLS layer's own shutdown would wait for the peer.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)
        else:
            connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # closed already
