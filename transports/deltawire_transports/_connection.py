"""One HTTP exchange of the blocking shim: a worker thread that opens, reads, and is woken by its socket."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from typing import Any, TypeAlias

import attrs
import httpcore

from deltawire import Failure
from deltawire.requests import Request

from ._common import failure_of, proxy_for, request_extensions

__all__ = ["Arrival", "Connection", "own_pool"]


@attrs.frozen
class Head:
    """The response's status and headers."""

    status: int
    headers: list[tuple[bytes, bytes]]


@attrs.frozen
class Data:
    """The next bytes of the body."""

    chunk: bytes


@attrs.frozen
class End:
    """The body has ended, well or, with a failure, badly."""

    failure: Failure | None = None


Arrival: TypeAlias = tuple[int, Head | Data | End]
"""The attempt that something arrived for, and what."""


def own_pool(url: str) -> httpcore.ConnectionPool:
    """A pool of one connection for one stream: the environment's proxy, the system's certificates, HTTP/1.1."""
    proxy = proxy_for(url)
    context = ssl.create_default_context()
    if proxy is None:
        return httpcore.ConnectionPool(ssl_context=context, max_connections=1, http1=True, http2=False)
    return httpcore.ConnectionPool(
        ssl_context=context, max_connections=1, http1=True, http2=False, proxy=httpcore.Proxy(proxy)
    )


class Connection:
    """Runs one request in a thread of its own and puts what arrives into `inbox`.

    One read is done ahead, no more: the next one begins when `take_next` is called. `close` may come from any thread,
    at any time; it shuts the socket down, which wakes a read that waits.
    """

    def __init__(
        self,
        request: Request,
        attempt: int,
        connect_timeout: float | None,
        pool: httpcore.ConnectionPool | None,
        inbox: queue.SimpleQueue[Arrival | None],
    ) -> None:
        self.attempt = attempt
        self._request = request
        self._connect_timeout = connect_timeout
        self._given_pool = pool
        self._inbox = inbox
        self._may_read = threading.Semaphore(1)
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._closed = False
        self._connected = False
        self._thread = threading.Thread(target=self._run, name=f"deltawire-{attempt}", daemon=True)
        self._thread.start()

    def take_next(self) -> None:
        """The last chunk was taken: one more may be read."""
        self._may_read.release()

    def close(self) -> None:
        """Ends the exchange at once. Idempotent; what arrives later is dropped."""
        with self._lock:
            self._closed = True
            if self._socket is not None:
                _shut_down(self._socket)
        self._may_read.release()

    def join(self, seconds: float) -> None:
        """Waits for the thread, if only so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        pool = self._given_pool or own_pool(self._request.url)
        try:
            self._exchange(pool)
        except Exception as error:  # noqa: BLE001 - whatever the network stack raises becomes a failure of ours
            self._put(End(failure_of(error, connected=self._connected)))
        finally:
            if self._given_pool is None:
                pool.close()

    def _exchange(self, pool: httpcore.ConnectionPool) -> None:
        request = self._request
        extensions = request_extensions(self._connect_timeout, self._trace)
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in request.headers]
        with pool.stream(
            request.method, request.url, headers=headers, content=request.body, extensions=extensions
        ) as response:
            self._keep(response.extensions.get("network_stream"), response.extensions.get("http_version"))
            self._put(Head(response.status, list(response.headers)))
            for chunk in response.iter_stream():
                self._may_read.acquire()
                if self._closed:
                    return
                self._put(Data(chunk))
            self._put(End())

    def _put(self, arrival: Head | Data | End) -> None:
        if not self._closed:
            self._inbox.put((self.attempt, arrival))

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        # The stream is known here before there is a response, so that a silent server can be left.
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._connected = True
            self._keep(info.get("return_value"), b"HTTP/1.1")

    def _keep(self, stream: Any, version: Any) -> None:
        self._connected = True
        if version not in (b"HTTP/1.1", b"HTTP/1.0") or stream is None:
            return  # over HTTP/2 the socket is not ours alone
        found = stream.get_extra_info("socket")
        with self._lock:
            self._socket = found
            if self._closed and found is not None:
                _shut_down(found)


def _shut_down(connected: socket.socket) -> None:
    try:
        if isinstance(connected, ssl.SSLSocket):
            # The TLS layer's own shutdown would wait for the peer.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)
        else:
            connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # closed already
