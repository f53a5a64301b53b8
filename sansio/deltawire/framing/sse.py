"""Server-sent events (WHATWG HTML, section 9.2): bytes to frames.

Two ways through: line by line, which is the standard's algorithm and the reference, and whole blocks at once, for the
frames that providers really send. A test holds the two equal.

Beyond the standard the decoder also reports what providers say outside of it: comments (a server's sign of life), a
field named `error` (llama.cpp: github.com/ggml-org/llama.cpp/issues/16109), bare JSON between the frames (Gemini:
github.com/vercel/ai/issues/5217), and lines that a wrong byte has made another field of: the standard ignores those,
and with them a part of the answer.
"""

from __future__ import annotations

import re
from typing import Literal

import attrs

from ..failures import Failure
from ..limits import Limits
from .as_bytes import as_bytes
from .lines import LineDecoder, too_large

__all__ = ["SSEDecoder", "SSEFrame"]

_BOM = b"\xef\xbb\xbf"
_PENDING_BYTES = 64
_LF = 10
_CR = 13

# A field of an unknown name with JSON as its value, or JSON before any colon: `dat: {`, `data; {`.
_UNKNOWN_JSON = re.compile(rb"[^{\[:]*(?:\{|:\s*[{\[])")
# The line of data whose line end is gone, in the value of another field.
_SWALLOWED_DATA = re.compile(rb"data: ?[{\[]")


@attrs.frozen
class SSEFrame:
    """One server-sent event."""

    event: str
    """The event's name, `message` when it has none."""
    data: str
    """The data lines, joined by LF. Invalid UTF-8 is U+FFFD."""
    last_event_id: str
    """The last id that the stream set, `""` if none."""
    retry: int | None
    """Milliseconds to wait before reconnecting, if this frame says so in at most nine digits."""
    terminated: bool = True
    """False for what was pending when the body ended: the standard would discard it."""


@attrs.define
class SSEBlock:
    """What stands between two blank lines, as bytes, with what the standard's frame cannot carry."""

    kind: Literal["data", "comment", "error", "bare", "event", "lost"]
    """Data of a frame, a comment, the value of an `error` field, bare JSON, a frame with a name and no data, or a line
    that the standard ignores but that holds JSON."""
    data: bytes | bytearray
    """A bytearray where a line of data came in pieces: it may be long, and is not copied."""
    event: str = ""
    last_event_id: str = ""
    retry: int | None = None
    terminated: bool = True

    def frame(self) -> SSEFrame:
        """This block as the standard sees it."""
        text = self.data.decode("utf-8", "replace")
        return SSEFrame(self.event or "message", text, self.last_event_id, self.retry, self.terminated)


class SSEDecoder:
    """Bytes of an event stream to frames, at any split.

    Feed it every chunk, then call `end`. `failure` is set once a frame is larger than `limit` bytes (see
    `Limits.frame_bytes`); the frames before it were delivered, what follows is dropped. `past_bom` says that the start
    of the body, where one byte order mark may stand, was taken off before.
    """

    def __init__(self, limit: int = Limits().frame_bytes, *, past_bom: bool = False) -> None:
        self.failure: Failure | None = None
        self._limit = limit
        self._lines = LineDecoder(limit)
        self._head = None if past_bom else b""  # what came before it is known whether there is a BOM
        self._size = 0  # bytes of the frame that is open
        # The only line of data so far, as it is: it may be long, and mostly no other follows.
        self._line: bytes | bytearray | None = None
        # Values of the open frame, each closed by LF as in the standard's algorithm.
        self._data = bytearray()
        self._errors = bytearray()
        self._bare = bytearray()
        self._event = ""
        self._retry: int | None = None
        self._last_event_id = ""
        # What stood around the data of the newest plain frame: the next one mostly looks the same.
        self._lead = "data: "
        self._ending = "\n\n"

    @property
    def pending(self) -> bytes:
        """The last bytes of what a clean end now would deliver, white space included."""
        data = self._data if self._line is None else self._line[-_PENDING_BYTES:] + b"\n"
        if data and bytes(self._lines.open_line[:5]) not in (b"data:", b"data"):
            # An open line of another field leaves the data as it is.
            return bytes(data[-_PENDING_BYTES:])
        return self._lines.pending or bytes((self._errors or self._bare)[-_PENDING_BYTES:])

    def feed(self, data: bytes | bytearray | memoryview) -> list[SSEFrame]:
        """The frames that `data` completes, in order."""
        blocks: list[SSEBlock | str] = []
        self._feed_lines(self._past_bom(as_bytes(data)), blocks)
        return _frames(blocks)

    def end(self) -> list[SSEFrame]:
        """What is pending at the end of the body, with `terminated=False`."""
        return _frames(self.end_blocks())

    def append(self, data: bytes) -> bool:
        """As `feed_blocks`, for a part of one line: the quick way for tiny chunks.

        False for anything else; then nothing was taken.
        """
        line = self._lines.open_line
        held = len(line)
        # A byte is looked for ten times faster as a number.
        if _LF in data or _CR in data or self._size + held + len(data) > self._limit:
            return False
        if not held and (self._lines.after_cr or self._head is not None or self.failure is not None):
            return False
        line += data
        return True

    def feed_one(self, data: bytes) -> str | None:
        """As `feed_blocks`, if `data` is exactly one plain frame that looks like the one before; gives its data.

        None for anything else; then nothing was taken.
        """
        lines = self._lines
        if self._size or lines.open_line or lines.after_cr or len(data) > self._limit or self._head is not None:
            return None
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return None
        # Slices are compared in half the time of `startswith`.
        lead, ending = self._lead, self._ending
        if text[: len(lead)] != lead or text[-len(ending) :] != ending or self.failure is not None:
            return None
        frame = text[len(lead) : -len(ending)]
        return None if "\n" in frame or "\r" in frame else frame

    def feed_blocks(self, data: bytes) -> list[SSEBlock | str]:
        """As `feed`, for the parser: plain frames as the text of their data, all else as blocks.

        A plain frame has at most an `event` line (other than `error`) and one data line of valid UTF-8.
        """
        if self._head is not None:
            data = self._past_bom(data)
        lines = self._lines
        blocks: list[SSEBlock | str] = []
        if self._size or lines.open_line or lines.after_cr:
            # The frame that straddles two chunks: what is short is put before the chunk, all else goes line by line.
            blank = b"\r\n\r\n" if _CR in data else b"\n\n"
            cut = data.find(blank) + len(blank)
            if cut < len(blank):
                self._feed_lines(data, blocks)
                return blocks
            if self._size or lines.after_cr or len(lines.open_line) > len(data):
                self._feed_lines(data[:cut], blocks)
                data = data[cut:]
            else:
                data = bytes(lines.open_line) + data
                lines.open_line.clear()
        if len(data) > self._limit or self.failure is not None:
            self._feed_lines(data, blocks)
            return blocks
        returns = _CR in data
        ending = b"\r\n\r\n" if returns else b"\n\n"
        cut = data.rfind(ending)
        if cut < 0:
            self._feed_lines(data, blocks)
            return blocks
        try:
            text = data[:cut].decode()
        except UnicodeDecodeError:
            self._feed_lines(data, blocks)
            return blocks
        self._ending = ending.decode()
        self._cut_frames(text, returns, blocks)
        cut += len(ending)
        if cut < len(data):
            self._feed_lines(data[cut:], blocks)
        return blocks

    def end_blocks(self) -> list[SSEBlock | str]:
        """As `end`, for the parser: what is pending at the end of the body."""
        blocks: list[SSEBlock | str] = []
        for line in self._lines.end():
            self._take_line(line, blocks)
        if self.failure is None:
            self._dispatch(blocks, terminated=False)
        return blocks

    def _past_bom(self, data: bytes) -> bytes:
        if self._head is None:
            return data
        data = self._head + data
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._head = data
            return b""
        self._head = None
        return data.removeprefix(_BOM)

    def _cut_frames(self, text: str, returns: bool, blocks: list[SSEBlock | str]) -> None:
        # Mostly all frames of a chunk have the same lead, and a long separator is found much faster than a short one.
        lead, ending = self._lead, self._ending
        if text[: len(lead)] != lead:
            self._cut_blocks(text, returns, blocks)
            return
        pieces = text[len(lead) :].split(ending + lead)
        inside = "".join(pieces)
        if "\n" not in inside and not (returns and "\r" in inside):
            blocks += pieces
            return
        for piece in pieces:
            if "\n" in piece or (returns and "\r" in piece):
                self._cut_blocks(lead + piece, returns, blocks)
            else:
                blocks.append(piece)

    def _cut_blocks(self, text: str, returns: bool, blocks: list[SSEBlock | str]) -> None:
        for block in text.split(self._ending):
            lead = _lead_of(block)
            frame = block[len(lead) :]
            if not lead or "\n" in frame or (returns and "\r" in frame):
                self._take_block(block, blocks)
            else:
                self._lead = lead
                blocks.append(frame)

    def _take_block(self, block: str, blocks: list[SSEBlock | str]) -> None:
        for line in block.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            self._take_line(line.encode(), blocks)
        self._take_line(b"", blocks)

    def _feed_lines(self, data: bytes, blocks: list[SSEBlock | str]) -> None:
        if self.failure is not None:
            return
        for line in self._lines.feed_uncopied(data):
            self._take_line(line, blocks)
            if self.failure is not None:
                return
        if self._lines.failure is not None or self._size + len(self._lines.open_line) > self._limit:
            self._overflow()

    def _take_line(self, line: bytes | bytearray, blocks: list[SSEBlock | str]) -> None:
        if not line:
            self._dispatch(blocks, terminated=True)
            return
        comment = line.startswith(b":")
        if self._size or not comment:
            # A comment counts only inside a frame: keep-alives may come for ever.
            self._size += len(line) + (self._size > 0)
            if self._size > self._limit:
                self._overflow()
                return
        if comment:
            line = bytes(line)
            blocks.append(SSEBlock("comment", line[1:].strip()))
            _report_loss(_SWALLOWED_DATA.search(line), blocks)
        elif line.startswith(b"data:"):
            lead = 6 if line.startswith(b"data: ") else 5
            if isinstance(line, bytearray):
                # This moves no bytes.
                del line[:lead]
                self._add_data(line)
            else:
                self._add_data(line[lead:])
        else:
            self._take_field(bytes(line), blocks)

    def _take_field(self, line: bytes, blocks: list[SSEBlock | str]) -> None:
        name, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        if name == b"data":
            self._add_data(b"")
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id":
            if b"\0" not in value:
                self._last_event_id = value.decode("utf-8", "replace")
            _report_loss(_SWALLOWED_DATA.search(line), blocks)
        elif name == b"retry":
            if value.isdigit() and len(value) < 10:
                self._retry = int(value)
            else:
                _report_loss(_SWALLOWED_DATA.search(line), blocks)
        elif name == b"error":
            self._errors += value
            self._errors += b"\n"
        elif self._bare or line[0] in b"{[":
            # No line of JSON begins as a field that the standard knows.
            self._bare += line
            self._bare += b"\n"
        else:
            _report_loss(_UNKNOWN_JSON.match(line), blocks)

    def _add_data(self, value: bytes | bytearray) -> None:
        if self._line is None and not self._data:
            self._line = value
            return
        for line in (self._line, value):
            if line is not None:
                self._data += line
                self._data += b"\n"
        self._line = None

    def _dispatch(self, blocks: list[SSEBlock | str], *, terminated: bool) -> None:
        if not self._size:
            return
        event, identifier, retry = self._event, self._last_event_id, self._retry
        data = _value(self._data) if self._data else self._line
        if data is not None:
            blocks.append(SSEBlock("data", data, event, identifier, retry, terminated))
        elif event and not self._bare:
            blocks.append(SSEBlock("event", b"", event, identifier, retry, terminated))
        if event and data is None:
            # With data behind it the quick way does not look at the name, and nor does this one.
            _report_loss(_SWALLOWED_DATA.search(event.encode()), blocks)
        if self._errors:
            blocks.append(SSEBlock("error", _value(self._errors), terminated=terminated))
        if self._bare:
            blocks.append(SSEBlock("bare", _value(self._bare), event, terminated=terminated))
        self._reset()

    def _reset(self) -> None:
        self._size = 0
        self._line = None
        self._data.clear()
        self._errors.clear()
        self._bare.clear()
        self._event, self._retry = "", None

    def _overflow(self) -> None:
        self.failure = too_large("frame_bytes", self._limit, "An event")
        self._reset()
        self._lines.end()


def _report_loss(found: re.Match[bytes] | None, blocks: list[SSEBlock | str]) -> None:
    if found is not None:
        blocks.append(SSEBlock("lost", found.string))


def _lead_of(block: str) -> str:
    """What stands before the data of a plain frame, `""` for any other."""
    name, end, _ = block.partition("\n")
    if name.startswith("data: "):
        return "data: "
    lead = f"{name}{end}data: "
    named = name.startswith("event: ") and not name.startswith("event: e") and "\r" not in name.removesuffix("\r")
    return lead if named and block.startswith(lead) else ""


def _value(lines: bytearray) -> bytes:
    lines.pop()
    return bytes(lines)


def _frames(blocks: list[SSEBlock | str]) -> list[SSEFrame]:
    return [block.frame() for block in blocks if isinstance(block, SSEBlock) and block.kind == "data"]
