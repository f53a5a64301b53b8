"""One whole JSON document in place of a stream: an error, or the complete answer of a server that cannot stream."""

from __future__ import annotations

from ..failures import Failure
from ..limits import Limits
from ..nesting import NestingScanner
from .as_bytes import as_bytes
from .lines import too_large

__all__ = ["DocumentDecoder"]

_PENDING_BYTES = 64


class DocumentDecoder:
    """Collects a body into one frame, given by `end`.

    `failure` is set once the body is longer than `limit` bytes. `closed` is true once the outermost array or object
    has closed: what follows can only be white space or a fault.
    """

    def __init__(self, limit: int = Limits().frame_bytes) -> None:
        self.failure: Failure | None = None
        self.closed = False
        self._limit = limit
        self._body = bytearray()
        self._scanner = NestingScanner()

    @property
    def pending(self) -> bytes:
        """The last bytes of the document, or nothing while it cannot be whole."""
        return bytes(self._body[-_PENDING_BYTES:]) if self.closed else b""

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Nothing: a document is given whole, at its end."""
        data = as_bytes(data)
        if data and self.failure is None:
            self._body += data
            if not self.closed:
                # Latin-1 keeps offsets and cannot fail; all structure of JSON is ASCII.
                self.closed = self._scanner.feed(data.decode("latin-1")) >= 0
            if len(self._body) > self._limit:
                self.failure = too_large("frame_bytes", self._limit, "The document")
                self._body.clear()
        return []

    def end(self) -> list[bytes]:
        """The document, if there is one. Idempotent."""
        body = bytes(self._body).strip(b" \t\r\n")
        self._body.clear()
        return [body] if body else []
