"""One streamed JSON array: bytes to the bytes of its elements.

Gemini's `streamGenerateContent` answers so without `alt=sse`: the objects are pretty-printed over many lines, the
brackets and commas come whenever they come, so neither lines nor chunks are frames
(github.com/BerriAI/litellm/issues/10410).
"""

from __future__ import annotations

import re
from typing import TypeAlias

from ..failures import Failure, FailureKind
from ..limits import Limits
from ..nesting import NestingScanner, StringScanner
from .as_bytes import as_bytes
from .lines import too_large

__all__ = ["JSONArrayDecoder"]

_BOM = b"\xef\xbb\xbf"
_WHITE_SPACE = b" \t\r\n"
_SIGNIFICANT = re.compile(rb"[^ \t\r\n,]")
_WORD_END = re.compile(r'[ \t\r\n,\[\]{"]')


class _WordScanner:
    """Follows a number, a literal, or whatever else stands unquoted where an element belongs."""

    def feed(self, text: str, start: int = 0) -> int:
        found = _WORD_END.search(text, start)
        return -1 if found is None else found.start()


_Scanner: TypeAlias = NestingScanner | StringScanner | _WordScanner
_SCANNERS: dict[bytes, type[_Scanner]] = {b"{": NestingScanner, b"[": NestingScanner, b'"': StringScanner}


class JSONArrayDecoder:
    """Cuts one top-level JSON array into its elements, each as sent and given as soon as it ends.

    Only brackets, strings and commas are looked at: the caller decodes the frames and finds what is wrong in them.
    Commas too many or too few are passed over. What follows the array is one frame more, given by `end`.

    `failure` is set once an element is longer than `limit` bytes, or if the body is no array; the elements before were
    delivered, what follows is dropped. `closed` is true once the array's own `]` has come: without it the body is cut.
    """

    def __init__(self, limit: int = Limits().frame_bytes) -> None:
        self.failure: Failure | None = None
        self.closed = False
        self._limit = limit
        self._opened = False
        self._bom_begun: bytes | None = b""
        self._element: _Scanner | None = None
        self._parts: list[bytes] = []
        self._held = 0

    @property
    def pending(self) -> bytes:
        """The last piece that is held of the open element, or of what follows the array."""
        return self._parts[-1] if self._parts else b""

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """The elements that `data` completes, in order."""
        data = as_bytes(data)
        if not self._opened and self.failure is None:
            data = self._open(data)
        if not self._opened or self.failure is not None:
            return []
        # Latin-1 keeps offsets and cannot fail; all structure of JSON is ASCII.
        text = data.decode("latin-1")
        frames: list[bytes] = []
        position = 0
        while not self.closed:
            start = position
            if self._element is None:
                found = _SIGNIFICANT.search(data, position)
                if found is None:
                    break
                start = position = found.start()
                if found[0] == b"]":
                    self.closed = True
                    position += 1
                    break
                self._element = _SCANNERS.get(found[0], _WordScanner)()
                start += found[0] == b'"'
            end = self._element.feed(text, start)
            self._hold(data[position:end] if end >= 0 else data[position:])
            if end < 0 or self.failure is not None:
                break
            frames.append(self._release())
            position = end
        if self.closed:
            self._hold_rest(data[position:])
        return frames

    def end(self) -> list[bytes]:
        """The last element if it was cut, or what followed the array; the caller checks what it is. Idempotent."""
        frame = self._release().rstrip(_WHITE_SPACE)
        return [frame] if frame else []

    def _open(self, data: bytes) -> bytes:
        """What follows the opening bracket in `data`; white space, and one BOM at the very start, may precede it."""
        if self._bom_begun is not None:
            data = self._bom_begun + data
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._bom_begun = data
                return b""
            self._bom_begun = None
            data = data.removeprefix(_BOM)
        data = data.lstrip(_WHITE_SPACE)
        if data.startswith(b"["):
            self._opened = True
        elif data:
            message = "The body is no JSON array: it does not begin with a bracket"
            self.failure = Failure(FailureKind.MALFORMED, message, retryable=True)
        return data[1:]

    def _hold(self, piece: bytes) -> None:
        self._parts.append(piece)
        self._held += len(piece)
        if self._held > self._limit:
            self._overflow("An array element")

    def _hold_rest(self, data: bytes) -> None:
        if not self._parts:
            data = data.lstrip(_WHITE_SPACE)
        content = data.rstrip(_WHITE_SPACE)
        if content and self._held + len(content) > self._limit:
            self._overflow("What follows the array")
        elif data and self._held <= self._limit:
            # White space counts only if more content follows, but endless white space is not kept either.
            self._parts.append(data)
            self._held += len(data)

    def _release(self) -> bytes:
        frame = b"".join(self._parts)
        self._parts.clear()
        self._held = 0
        self._element = None
        return frame

    def _overflow(self, what: str) -> None:
        self.failure = too_large("frame_bytes", self._limit, what)
        self._release()
