"""A response as it crosses the wire, and the steps of a server that sends it."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Iterable
from http.client import responses as reason_phrases
from typing import ClassVar, TypeAlias

import attrs

from .fault_positions import Body, Position, cut_pieces
from .replay_script import Framing

__all__ = ["Act", "Fault", "Pairs", "Send", "Step", "Wait", "Wire"]

Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Headers: names and values, in order."""


@attrs.frozen
class Send:
    """Send these bytes, in one call unless the client is slow."""

    data: bytes
    """The bytes."""


@attrs.frozen
class Wait:
    """Neither send nor read for so many seconds."""

    seconds: float
    """How long."""


class Act(enum.Enum):
    """What else a server does. All but the first two end the connection."""

    READ_REQUEST = enum.auto()
    """Read one request to its end."""
    FINISH = enum.auto()
    """The response is complete: the connection is free for another request."""
    CLOSE = enum.auto()
    """Close both directions in the usual way, with a FIN."""
    RESET = enum.auto()
    """Close with a RST."""
    HALF_CLOSE = enum.auto()
    """Close the direction to the client, and read until it closes too."""
    HOLD = enum.auto()
    """Send nothing more, and read until the client closes."""
    IGNORE = enum.auto()
    """Neither send nor read until the client closes."""


Step: TypeAlias = Send | Wait | Act
"""What a server does next."""


@attrs.frozen
class Wire:
    """A healthy response, from which faults depart."""

    body: Body
    """What is sent, cut into its events."""
    framing: Framing = "chunked"
    """How HTTP says where the body ends."""
    headers: Pairs = ()
    """Those that do not frame the body."""
    status: int = 200
    """The status of HTTP."""
    length: int | None = None
    """What Content-Length states; the truth if None."""
    elsewhere: str = ""
    """A URL of another origin."""

    @property
    def status_line(self) -> bytes:
        """The first line of the response."""
        return f"HTTP/1.1 {self.status} {reason_phrases.get(self.status, '')}\r\n".encode()

    @property
    def header_lines(self) -> bytes:
        """The headers, the one of the framing and the blank line last."""
        length = len(self.body.data) if self.length is None else self.length
        framing = {
            "chunked": ("Transfer-Encoding", "chunked"),
            "content-length": ("Content-Length", str(length)),
            "close": ("Connection", "close"),
        }[self.framing]
        lines = [f"{name}: {value}\r\n" for name, value in (*self.headers, framing)]
        return "".join([*lines, "\r\n"]).encode("latin-1")

    def framed(self, data: bytes) -> bytes:
        """A piece of the body as it is sent: a chunk of its own, or as it is."""
        return b"%x\r\n%b\r\n" % (len(data), data) if self.framing == "chunked" else data

    @property
    def end(self) -> tuple[Step, ...]:
        """What follows the last event."""
        if self.framing == "close":
            return (Act.CLOSE,)
        return (Send(b"0\r\n\r\n"), Act.FINISH) if self.framing == "chunked" else (Act.FINISH,)

    def steps(self) -> list[Step]:
        """The whole exchange."""
        return self.behind(Position.CONNECT)

    def before(self, position: Position) -> list[Step]:
        """What happens before `position`."""
        pieces, _ = self._cut(position)
        return [*_reading(position is not Position.CONNECT), *map(Send, pieces)]

    def behind(self, position: Position) -> list[Step]:
        """What is still to come at `position`."""
        _, pieces = self._cut(position)
        return [*_reading(position is Position.CONNECT), *map(Send, pieces), *self.end]

    def _cut(self, position: Position) -> tuple[list[bytes], list[bytes]]:
        head = self.status_line + self.header_lines
        return cut_pieces([head, *map(self.framed, self.body.frames)], self._offset(position))

    def _offset(self, position: Position) -> int:
        """The bytes on the wire before `position`."""
        status_line, headers = len(self.status_line), len(self.header_lines)
        match position:
            case Position.CONNECT | Position.AFTER_REQUEST:
                return 0
            case Position.MID_STATUS_LINE:
                return len("HTTP/1.1 2")
            case Position.MID_HEADERS:
                return status_line + headers // 2
            case _:
                return status_line + headers + self._framed_offset(self.body.offset(position))

    def _framed_offset(self, offset: int) -> int:
        """The same place of the body with its framing."""
        framed = begin = 0
        for frame in self.body.frames:
            end = begin + len(frame)
            if end > offset:
                opening = self.framed(frame).index(frame)
                return framed + (opening + offset - begin if offset > begin else 0)
            framed += len(self.framed(frame))
            begin = end
        return framed


def _reading(here: bool) -> tuple[Step, ...]:
    return (Act.READ_REQUEST,) if here else ()


class Fault(ABC):
    """Something that goes wrong with a response."""

    usual: ClassVar[Position] = Position.MID_EVENT
    """Where it happens if nothing else is said."""
    movable: ClassVar[bool] = True
    """False if it concerns the whole answer: a position changes nothing then."""

    @abstractmethod
    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """What the server does instead; may go on for ever. Raises ValueError if the body has no such place."""
