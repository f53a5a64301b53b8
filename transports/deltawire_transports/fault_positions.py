"""Where a response can go wrong: ten positions, and where they are in a body."""

from __future__ import annotations

import enum
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Self

import attrs

from .replay_script import frame_ends

__all__ = ["Body", "Position", "cut_pieces"]


class Position(enum.StrEnum):
    """Where in the exchange a fault strikes: right before the byte, or the step, that the name says."""

    CONNECT = "connect"
    """The connection is accepted and nothing is read."""
    AFTER_REQUEST = "after-request"
    """The request was read and nothing is answered."""
    MID_STATUS_LINE = "mid-status-line"
    """Between the digits of the status."""
    MID_HEADERS = "mid-headers"
    """In the middle of the headers."""
    AFTER_HEADERS = "after-headers"
    """The headers are complete, the body has not begun."""
    AFTER_EVENT_1 = "after-event-1"
    """Behind the first event of the body."""
    MID_EVENT = "mid-event"
    """In the middle of an event."""
    MID_UTF8 = "mid-utf8"
    """Inside a character of several bytes."""
    BEFORE_TERMINAL = "before-terminal"
    """Before the first event that proves the answer complete."""
    AFTER_TERMINAL = "after-terminal"
    """The body is whole, its end is not sent."""

    @property
    def in_head(self) -> bool:
        """True for a position before the body."""
        return self in _IN_HEAD


_IN_HEAD = frozenset(
    {
        Position.CONNECT,
        Position.AFTER_REQUEST,
        Position.MID_STATUS_LINE,
        Position.MID_HEADERS,
        Position.AFTER_HEADERS,
    }
)

# Of three or four bytes: what has two may be a checksum.
_WIDE_CHARACTER = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _blank_message() -> bytes:
    """An AWS message without headers and payload: two lengths and two checksums."""
    message = b""
    for lengths in (struct.pack(">II", 16, 0), b""):
        message += lengths
        message += struct.pack(">I", zlib.crc32(message))
    return message


_AWS = b"\x00"
_MEDIA_TYPES = {_AWS: "application/vnd.amazon.eventstream", b"{": "application/x-ndjson", b"[": "application/json"}
_KEEP_ALIVES = {_AWS: _blank_message(), b"{": b"\n", b"[": b"\n"}


def _frames(frames: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(frames)


@attrs.frozen
class Body:
    """A provider's stream, cut behind its events."""

    frames: tuple[bytes, ...] = attrs.field(converter=_frames)
    """The events as they are sent, each with what ends it."""
    proof: int = -1
    """Which of them is the first that proves the answer complete."""
    middle: int | None = None
    """Which of them `mid-event` is inside; the one in the middle if None."""

    @classmethod
    def of(cls, body: bytes) -> Self:
        """Any body, cut behind server-sent events, AWS messages or lines; its last event is taken as the proof."""
        ends = [0, *(end for end in frame_ends(body) if end < len(body)), len(body)]
        return cls(tuple(body[begin:end] for begin, end in pairwise(ends) if begin < end))

    @property
    def data(self) -> bytes:
        """The whole body."""
        return b"".join(self.frames)

    @property
    def media_type(self) -> str:
        """The Content-Type, by the first byte."""
        return _MEDIA_TYPES.get(self.data[:1], "text/event-stream")

    @property
    def keep_alive(self) -> bytes:
        """What keeps the connection of such a body open: a comment, a blank line, a message without content."""
        return _KEEP_ALIVES.get(self.data[:1], b": keep-alive\n\n")

    def offset(self, position: Position) -> int:
        """The bytes of the body before `position`. Raises ValueError if the body has no such place."""
        if position.in_head or not self.frames:
            return 0
        match position:
            case Position.AFTER_EVENT_1:
                return len(self.frames[0])
            case Position.MID_EVENT:
                proof = range(len(self.frames))[self.proof]
                middle = (1 + proof) // 2 if self.middle is None else self.middle
                middle = min(middle, len(self.frames) - 1)
                return _length(self.frames[:middle]) + len(self.frames[middle]) // 2
            case Position.MID_UTF8:
                wide = _WIDE_CHARACTER.search(self.data)
                if wide is None:
                    raise ValueError("no character of the body has three bytes or four")
                return wide.start() + 2
            case Position.BEFORE_TERMINAL:
                return _length(self.frames[: self.proof])
            case _:
                return len(self.data)

    def whole_frames_before(self, offset: int) -> int:
        """The end of the last frame that is whole at `offset`."""
        end = 0
        for frame in self.frames:
            if end + len(frame) > offset:
                break
            end += len(frame)
        return end


def _length(frames: Sequence[bytes]) -> int:
    return sum(map(len, frames))


def cut_pieces(pieces: Sequence[bytes], offset: int) -> tuple[list[bytes], list[bytes]]:
    """The pieces before and behind `offset`; one that it is inside of is cut in two."""
    before: list[bytes] = []
    behind: list[bytes] = []
    begin = 0
    for piece in pieces:
        place = min(max(offset - begin, 0), len(piece))
        before.append(piece[:place])
        behind.append(piece[place:])
        begin += len(piece)
    return list(filter(None, before)), list(filter(None, behind))
