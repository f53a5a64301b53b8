"""A client's connection: HTTP requests in, responses out, and a look-out for its end."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from http.client import responses as reason_phrases
from typing import Any

import anyio
import attrs
import h11
from anyio.abc import ByteStream

from deltawire.payload import PayloadError, decode_json, is_object

from .asked import RefusedError

__all__ = ["ClientConnection", "ClientGoneError", "HTTPRequest"]

MOST_BODY_BYTES = 32 * 1024 * 1024
# What a client may send ahead while it is being answered; beyond that nobody looks whether it has left.
MOST_EARLY_BYTES = 64 * 1024
JSON_DEPTH = 128
# How long a connection may take for its next request.
IDLE_SECONDS = 75.0

LINGER_SECONDS = 1.0

_BROKEN = (anyio.BrokenResourceError, anyio.ClosedResourceError)

Headers = Sequence[tuple[str, str]]


class ClientGoneError(Exception):
    """The client has closed its connection."""


@attrs.frozen
class HTTPRequest:
    """One request."""

    method: str
    path: str
    """Without the query."""
    media_type: str
    """Of the body, in lower case, without parameters."""
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises RefusedError for any other.

        A page in a browser cannot send this media type to another origin without asking, and is never allowed to.
        """
        if self.media_type != "application/json":
            raise RefusedError.because("The Content-Type must be application/json")
        try:
            value = decode_json(self.body.decode(), JSON_DEPTH)
        except (UnicodeDecodeError, PayloadError):
            raise RefusedError.because("The body is no JSON") from None
        if not is_object(value):
            raise RefusedError.because("The body must be a JSON object")
        return value


class ClientConnection:
    """HTTP/1.1 over one connection, by h11. Every method raises ClientGoneError once the client has left."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._http = h11.Connection(h11.SERVER)
        self._early: list[bytes] = []

    @property
    def is_waiting(self) -> bool:
        """True if it has asked for something, and nothing of the response is out."""
        return self._http.our_state is h11.SEND_RESPONSE

    async def next_request(self) -> HTTPRequest:
        """The next request with its whole body. Raises RefusedError for one that is too large, or no HTTP."""
        if self._http.our_state is h11.DONE:
            if self._http.their_state is not h11.DONE:
                raise ClientGoneError
            self._http.start_next_cycle()
        elif self._http.our_state is not h11.IDLE:
            raise ClientGoneError
        request: h11.Request | None = None
        body: list[bytes] = []
        size = 0
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError:
                raise RefusedError.because("This is no HTTP") from None
            if event is h11.NEED_DATA:
                await self._receive()
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > MOST_BODY_BYTES:
                    raise RefusedError.because(f"The body is longer than {MOST_BODY_BYTES:,} bytes")
                body.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                return _request(request, b"".join(body))
            else:
                raise ClientGoneError

    async def start(self, status: int, headers: Headers) -> None:
        """The head of the response."""
        reason = reason_phrases.get(status, "")
        await self._send(h11.Response(status_code=status, headers=list(headers), reason=reason))

    async def send(self, data: bytes) -> None:
        """Some of its body; waits while the client is slow."""
        await self._send(h11.Data(data=data))

    async def finish(self) -> None:
        """Its end."""
        await self._send(h11.EndOfMessage())

    async def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """A whole response."""
        await self.start(status, [*headers, ("content-length", str(len(body)))])
        await self.send(body)
        await self.finish()

    async def leave(self) -> None:
        """Closes the response's side and lets the client finish its own for a moment: what it still sends would turn
        the close into a reset, and take the answer back (RFC 9112, section 9.6)."""
        with anyio.move_on_after(LINGER_SECONDS), contextlib.suppress(anyio.EndOfStream, *_BROKEN):
            await self._stream.send_eof()
            while True:
                await self._stream.receive()

    async def wait_until_gone(self) -> None:
        """Returns when the client closes its side. What it sends before is kept for its next request."""
        size = 0
        while size <= MOST_EARLY_BYTES:
            try:
                data = await self._stream.receive()
            except (anyio.EndOfStream, *_BROKEN):
                return
            size += len(data)
            self._early.append(data)
        await anyio.sleep_forever()

    async def _receive(self) -> None:
        if self._http.they_are_waiting_for_100_continue:
            await self._send(h11.InformationalResponse(status_code=100, headers=[]))
        if self._early:
            self._http.receive_data(self._early.pop(0))
            return
        try:
            with anyio.fail_after(IDLE_SECONDS):
                self._http.receive_data(await self._stream.receive())
        except (anyio.EndOfStream, TimeoutError, *_BROKEN):
            raise ClientGoneError from None

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if not data:
            return
        try:
            await self._stream.send(data)
        except _BROKEN:
            raise ClientGoneError from None


def _request(request: h11.Request, body: bytes) -> HTTPRequest:
    types = [value for name, value in request.headers if name == b"content-type"]
    media_type = types[0].decode("latin-1").partition(";")[0].strip().lower() if types else ""
    path = request.target.decode("latin-1").partition("?")[0]
    return HTTPRequest(request.method.decode("latin-1"), path, media_type, body)
