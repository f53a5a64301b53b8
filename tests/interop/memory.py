"""HTTP answers out of memory, for the HTTP clients that the vendors' clients are built on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs


@attrs.frozen
class Reply:
    """What a server answers."""

    body: tuple[bytes, ...] = ()
    """The chunks as they arrive."""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/event-stream"),)
    after: str = "end"
    """What follows the last chunk: `end` (the body is over), `reset` (the connection breaks) or `open` (nothing comes,
    until the client's read timeout)."""
    again: bytes = b""
    """What is sent over and over after the chunks, `AGAIN` times at most, before `after`."""

    @property
    def whole(self) -> bytes:
        """All the bytes of the body, in one piece."""
        return b"".join(self.body) + self.again * (AGAIN if self.again else 0)


LOGIN = "/login"
"""Where redirects lead to."""
LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>"
"""What is there."""
AGAIN = 5_000
"""How often `Reply.again` is repeated: a client that has not ended by then waits without end."""


class StillReadingError(BaseException):
    """A client went on reading after `AGAIN` repetitions. No Exception, so that no client takes it for one of HTTP."""


def chunks(reply: Reply, reset: Exception, timeout: Exception) -> Iterator[bytes]:
    """The chunks of a body, and what follows them."""
    yield from reply.body
    if reply.again:
        for _ in range(AGAIN):
            yield reply.again
        raise StillReadingError
    if reply.after == "reset":
        raise reset
    if reply.after == "open":
        raise timeout


class Wire:
    """Stands for the network of one vendor's client: every request is answered with `reply`."""

    def __init__(self) -> None:
        self.reply = Reply()

    def httpx(self, http: Any, **options: Any) -> Any:
        """A client of `httpx` or `httpx2` whose answers come from here; it follows redirects, as the vendors' do."""
        transport = http.MockTransport(self._answer(http))
        return http.Client(transport=transport, follow_redirects=True, **options)

    def _answer(self, http: Any) -> Callable[[Any], Any]:
        wire = self

        class Body(http.SyncByteStream):  # type: ignore[misc, name-defined]
            def __iter__(self) -> Iterator[bytes]:
                reset = http.ReadError("the connection was reset")
                return chunks(wire.reply, reset, http.ReadTimeout("nothing came"))

        def answer(request: Any) -> Any:
            if request.url.path == LOGIN:
                return http.Response(200, headers={"content-type": "text/html"}, content=LOGIN_PAGE)
            return http.Response(wire.reply.status, headers=list(wire.reply.headers), stream=Body())

        return answer
