"""Newline-delimited JSON: bytes to lines that end at LF only.

JSON text may hold CR as white space, and U+2028 or U+0085 inside strings: none of them ends a line, though they do for
`str.splitlines` (github.com/openai/openai-python/issues/1230).

Two ways through: line by line as bytes, which is the reference, and whole chunks at once as text. A test holds the two
equal.
"""

from __future__ import annotations

from ..failures import Failure
from ..limits import Limits
from .as_bytes import as_bytes
from .lines import too_large

__all__ = ["NDJSONDecoder"]

_BOM = b"\xef\xbb\xbf"
_WHITE_SPACE = b" \t\r"
_WHITE_SPACE_TEXT = _WHITE_SPACE.decode()
_PENDING_BYTES = 256
_LF = 10


class NDJSONDecoder:
    """Cuts bytes into lines at LF. Blank lines and a leading BOM are dropped, white space around a line as well.

    Feed it every chunk, then call `end`. `failure` is set once a line is longer than `limit` bytes; the lines before
    it were delivered, what follows is dropped.
    """

    def __init__(self, limit: int = Limits().frame_bytes) -> None:
        self.failure: Failure | None = None
        self._limit = limit
        self._open = bytearray()
        self._first = True

    @property
    def pending(self) -> bytes:
        """The last bytes that are held of the open line."""
        return bytes(self._open[-_PENDING_BYTES:])

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """The lines that `data` completes, each the bytes of one JSON value."""
        data = as_bytes(data)
        if self.failure is not None:
            return []
        lines = data.split(b"\n")
        tail = lines.pop()
        if lines and self._open:
            self._open += lines[0]
            lines[0] = bytes(self._open)
            self._open.clear()
        frames = self._trimmed(lines)
        self._hold(tail)
        return frames

    def append(self, data: bytes) -> bool:
        """As `feed_texts`, for a part of one line: the quick way for tiny chunks.

        False for anything else; then nothing was taken.
        """
        line = self._open
        # A byte is looked for ten times faster as a number.
        if _LF in data or len(line) + len(data) > self._limit or self.failure is not None:
            return False
        line += data
        return True

    def feed_one(self, data: bytes) -> str:
        """As `feed_texts`, if `data` is exactly one line of valid UTF-8, and not the first; gives it.

        Empty for anything else; then nothing was taken.
        """
        if self._open or self._first or len(data) > self._limit or self.failure is not None:
            return ""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return ""
        line = text[:-1]
        return "" if "\n" in line or text[-1:] != "\n" else line.strip(_WHITE_SPACE_TEXT)

    def feed_texts(self, data: bytes) -> list[bytes | str]:
        """As `feed`, for the parser: lines that begin and end in `data` as text where they are valid UTF-8."""
        lines: list[bytes | str] = []
        if self._open or self._first:
            # The line that straddles two chunks, and the first, which may begin with a BOM.
            cut = data.find(b"\n") + 1
            if not cut:
                self._hold(data)
                return lines
            if self._first or len(self._open) > len(data):
                lines += self.feed(data[:cut])
                data = data[cut:]
            else:
                data = bytes(self._open) + data
                self._open.clear()
        cut = data.rfind(b"\n")
        if cut < 0 or len(data) > self._limit or self._first or self.failure is not None:
            lines += self.feed(data)
            return lines
        try:
            text = data[:cut].decode()
        except UnicodeDecodeError:
            lines += self.feed(data)
            return lines
        lines += [bare for line in text.split("\n") if (bare := line.strip(_WHITE_SPACE_TEXT))]
        self._hold(data[cut + 1 :])
        return lines

    def end(self) -> list[bytes]:
        """The last line if it has no LF; the caller checks that it is complete. Idempotent."""
        line = bytes(self._open)
        self._open.clear()
        return self._trimmed([line])

    def _hold(self, data: bytes) -> None:
        if data and self.failure is None:
            self._open += data
            if len(self._open) > self._limit:
                self._overflow()

    def _trimmed(self, lines: list[bytes]) -> list[bytes]:
        frames: list[bytes] = []
        for line in lines:
            if len(line) > self._limit:
                self._overflow()
                break
            if self._first:
                line = line.removeprefix(_BOM)
            line = line.strip(_WHITE_SPACE)
            if line:
                self._first = False
                frames.append(line)
        return frames

    def _overflow(self) -> None:
        self.failure = too_large("frame_bytes", self._limit, "A line")
        self._open.clear()
