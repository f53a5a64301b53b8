"""Bytes to lines: CR, LF and CRLF end a line, wherever the network cuts (WHATWG HTML, section 9.2.5)."""

from __future__ import annotations

from ..failures import Failure, FailureKind
from ..limits import Limits
from .as_bytes import as_bytes

__all__ = ["LineDecoder", "too_large"]

_LF = 10
_CR = 13
_PENDING_BYTES = 64


def too_large(limit_name: str, allowed: int, what: str) -> Failure:
    """The failure of a passed limit: names the limit of `Limits` and the size that it allows."""
    message = f"{what} is longer than the limit {limit_name} allows: {allowed:,} bytes"
    return Failure(FailureKind.TOO_LARGE, message, code=limit_name, retryable=False)


class LineDecoder:
    """Cuts bytes into lines, in linear time and in memory of the size of the open line.

    `failure` is set once a line is longer than `limit` bytes; the lines before it were delivered, what follows is
    dropped. Lines come without their ends.
    """

    def __init__(self, limit: int = Limits().frame_bytes) -> None:
        self.failure: Failure | None = None
        self.open_line = bytearray()
        """What has come of the line that is open now."""
        self._limit = limit
        self.after_cr = False
        """True behind a CR that ended a line: a LF that follows belongs to it."""

    @property
    def pending(self) -> bytes:
        """The last bytes that are held of the open line."""
        return bytes(self.open_line[-_PENDING_BYTES:])

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """The lines that `data` completes, in order."""
        return [bytes(line) for line in self.feed_uncopied(as_bytes(data))]

    def feed_uncopied(self, data: bytes) -> list[bytes | bytearray]:
        """As `feed`; a line that was open before comes as the bytearray it grew in, which is the caller's now."""
        if not data or self.failure is not None:
            return []
        if self.after_cr:
            # The LF of a CRLF that was cut in two ends no second line.
            self.after_cr = False
            if data[0] == _LF:
                data = data[1:]
        if _CR in data:
            self.after_cr = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines: list[bytes | bytearray] = [*data.split(b"\n")]
        tail = lines.pop()
        if lines and self.open_line:
            self.open_line += lines[0]
            lines[0] = self.open_line
            self.open_line = bytearray()
        self.open_line += tail
        return self._within_limit(lines)

    def end(self) -> list[bytes]:
        """The last line if it has no line end; idempotent."""
        line = bytes(self.open_line)
        self.open_line.clear()
        return [line] if line else []

    def _within_limit(self, lines: list[bytes | bytearray]) -> list[bytes | bytearray]:
        for number, line in enumerate(lines):
            if len(line) > self._limit:
                self._overflow()
                return lines[:number]
        if len(self.open_line) > self._limit:
            self._overflow()
        return lines

    def _overflow(self) -> None:
        self.failure = too_large("frame_bytes", self._limit, "A line")
        self.open_line.clear()
