"""One HTTP exchange of the asynchronous shim: a task that opens and reads, and is interrupted where that is safe."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any, Self

import anyio

from deltawire.policy import OpenRequest

from ._arrivals import Arrival, Data, End, Head
from ._common import AFTER_WHICH_A_STREAM_MAY_BE_LEFT, LeftError, failure_of, request_extensions
from ._event_loop import EventLoop
from ._pools import own_async_pool

__all__ = ["AsyncConnection"]

# The end of a body is waited for so long behind a whole answer, so that the next request may use the connection.
_REST_SECONDS = 0.05
# An end that takes longer is not waited for.
_CLOSE_SECONDS = 1.0


class Body:
    """A request's body in one piece.

    httpcore would send bytes by an asynchronous generator, which a cancellation leaves to the garbage collector.
    """

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __aiter__(self) -> BodyPieces:
        return BodyPieces(self._body)


class BodyPieces:
    """The one piece, then the end."""

    def __init__(self, body: bytes) -> None:
        self._left = [body]

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


class AsyncConnection:
    """Runs one request in a task of its own and hands what arrives to `deliver`.

    One chunk of 64 KiB at most is read, and the next one when `take_next` is called. httpcore loses connections of a
    pool when a request is cancelled at the wrong moment (https://github.com/encode/httpcore/issues/1093), so the task
    is cancelled only where that is known to be safe, and turned back at the next step of the request elsewhere.
    """

    def __init__(
        self,
        opened: OpenRequest,
        pool: Any,
        ssl_context: ssl.SSLContext | None,
        loop: EventLoop,
        deliver: Callable[[Arrival], None],
    ) -> None:
        self.attempt = opened.attempt
        self._opened = opened
        self._given_pool = pool
        self._ssl_context = ssl_context
        self._deliver = deliver
        self._may_read = anyio.Event()
        self._may_read.set()
        self._done = anyio.Event()
        self._scope: anyio.CancelScope | None = None
        self._interruptible = pool is None
        self._deadline: float | None = None
        self._closed = False
        self.connected = False
        self._unowned: Any = None
        loop.spawn(self._run)

    def take_next(self) -> None:
        """The events of the last chunk were taken: one more may be read."""
        self._may_read.set()

    def close(self) -> None:
        """Ends the exchange at once; what arrives later is dropped. Idempotent. Only in the loop's thread."""
        self._closed = True
        self._deadline = None
        self._may_read.set()
        if self._scope is not None and self._interruptible:
            self._scope.cancel()

    def leave(self, *, ended: bool) -> None:
        """The same; behind a whole answer a connection of the caller's pool has a moment to come to its end."""
        if not (ended and self._given_pool is not None and self._interruptible):
            self.close()
            return
        self._closed = True
        self._deadline = anyio.current_time() + _REST_SECONDS
        self._may_read.set()
        if self._scope is not None:
            self._scope.deadline = self._deadline

    @property
    def is_done(self) -> bool:
        """True once everything is closed."""
        return self._done.is_set()

    async def wait_closed(self) -> None:
        """Returns when everything is closed. What still waits for the caller's pool is not waited for."""
        if self._interruptible:
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                await self._done.wait()

    async def _run(self) -> None:
        try:
            await self._exchange()
        except Exception as error:  # noqa: BLE001 - whatever the network stack raises becomes a failure of ours
            self._put(End(failure_of(error, connected=self.connected, url=self._opened.request.url)))
        except BaseException as error:
            self._put(End(failure_of(error, connected=self.connected, url=self._opened.request.url)))
            raise
        finally:
            self._done.set()

    async def _exchange(self) -> None:
        request = self._opened.request
        extensions = request_extensions(self._opened.connect_timeout, self._trace)
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in request.headers]
        if not any(name.lower() == b"content-length" for name, _ in headers):
            headers.append((b"Content-Length", b"%d" % len(request.body)))
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._close_unowned)
            response: Any = None
            with self._interruptible_scope():
                pool: Any = self._given_pool
                if pool is None:
                    pool = await own_async_pool(request.url, self._ssl_context)
                    stack.push_async_callback(_close, pool)
                response = await stack.enter_async_context(
                    pool.stream(
                        request.method, request.url, headers=headers, content=Body(request.body), extensions=extensions
                    )
                )
            if response is None:
                return
            self._put(Head(response.status, list(response.headers)))
            chunks = aiter(response.aiter_stream())
            while (chunk := await self._next(chunks)) is not None:
                self._put(Data(chunk))
            self._put(End())

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        """The next chunk, None at the end, or if the exchange was closed."""
        try:
            await self._may_read.wait()
        except BaseException:
            # From outside, as at the end of a loop.
            self.close()
            await self._read(chunks)
            raise
        self._may_read = anyio.Event()
        return await self._read(chunks)

    async def _read(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        with self._interruptible_scope():
            chunk = await anext(chunks, None)
            while self._closed and chunk is not None:
                # To the end or into the cancellation, which unwinds what httpcore has suspended.
                chunk = await anext(chunks, None)
            return chunk
        return None

    def _interruptible_scope(self) -> anyio.CancelScope:
        scope = self._scope = anyio.CancelScope()
        if self._deadline is not None:
            scope.deadline = self._deadline
        elif self._closed and self._interruptible:
            scope.cancel()
        return scope

    async def _close_unowned(self) -> None:
        stream, self._unowned = self._unowned, None
        if stream is not None:
            await _close(stream)

    def _put(self, arrival: Head | Data | End) -> None:
        if not self._closed:
            self._deliver((self.attempt, arrival))

    async def _trace(self, name: str, info: dict[str, Any]) -> None:
        if name.endswith((".connect_tcp.complete", ".start_tls.complete")):
            # Between here and the first byte sent nobody else knows of the stream, and a cancellation would lose it.
            self.connected = True
            self._unowned = info.get("return_value")
            self._interruptible = self._given_pool is None
        if self._closed and name.endswith(AFTER_WHICH_A_STREAM_MAY_BE_LEFT):
            raise LeftError
        if name.endswith(".send_request_headers.started"):
            self.connected = True
            self._unowned = None  # the pool's connection has it
            self._interruptible = True
        elif name.endswith((".connect_tcp.started", ".start_tls.started")):
            self._interruptible = True


async def _close(closable: Any) -> None:
    with anyio.CancelScope(shield=True):
        await closable.aclose()
