"""Faults of the answer: the network carries it well, and it is not what it says, or not what was asked for."""

from __future__ import annotations

import json
import time
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import formatdate
from itertools import chain, repeat
from types import MappingProxyType
from typing import ClassVar, Literal

import attrs

from .fault_positions import Body, Position, cut_pieces
from .fault_wire import Act, Fault, Pairs, Send, Step, Wait, Wire

__all__ = [
    "RETRY_AFTER_FORMS",
    "BrokenChunk",
    "EarlyEnd",
    "Empty",
    "EndlessHeaders",
    "Gzip",
    "Html",
    "KeepAlives",
    "LongLength",
    "NoLastChunk",
    "RateLimit",
    "Redirect",
    "ShortLength",
]


class _FramingFault(Fault):
    usual: ClassVar[Position] = Position.BEFORE_TERMINAL


@attrs.frozen
class LongLength(_FramingFault):
    """Content-Length states more than the connection brings before it closes."""

    missing: int = 1
    """By how many bytes."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """The body up to the position."""
        length = len(wire.body.data) + self.missing
        return [*attrs.evolve(wire, framing="content-length", length=length).before(position), Act.CLOSE]


@attrs.frozen
class ShortLength(_FramingFault):
    """Content-Length ends the body at the position; the rest comes behind it all the same."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """The whole body, with the wrong length."""
        return attrs.evolve(wire, framing="content-length", length=wire.body.offset(position)).steps()


@attrs.frozen
class EarlyEnd(_FramingFault):
    """The body ends at the position, properly: nothing but its content tells that the rest is missing."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """The body up to the position, and its end."""
        return attrs.evolve(wire, body=Body(_frames(wire, position)[0])).steps()


@attrs.frozen
class BrokenChunk(_FramingFault):
    """What stands in place of the size of a chunk is none."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """Chunks up to the position, nonsense, and the rest."""
        before, behind = _frames(wire, position)
        broken = attrs.evolve(wire, framing="chunked", body=Body((*before, *behind), proof=len(before)))
        place = Position.BEFORE_TERMINAL
        return [*broken.before(place), Send(b"no size\r\n"), *broken.behind(place)]


@attrs.frozen
class NoLastChunk(_FramingFault):
    """The connection is closed behind a whole chunk that is not the last one."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """Chunks up to the position."""
        cut = attrs.evolve(wire, framing="chunked", body=Body(_frames(wire, position)[0]))
        return [*cut.before(Position.AFTER_TERMINAL), Act.CLOSE]


@attrs.frozen
class KeepAlives(_FramingFault):
    """From the position on, signs of life and nothing else, for ever."""

    seconds: float = 0.1
    """Seconds between two of them."""

    def steps(self, wire: Wire, position: Position) -> Iterator[Step]:
        """Interim responses, digits, headers; in the body what its kind of stream has, between two events."""
        if position is Position.CONNECT:
            position = Position.AFTER_REQUEST
        sign = {
            Position.AFTER_REQUEST: b"HTTP/1.1 102 Processing\r\n\r\n",
            Position.MID_STATUS_LINE: b"0",
            Position.MID_HEADERS: b" \r\nX-Alive: yes",
        }.get(position)
        if sign is None:
            sign = wire.framed(wire.body.keep_alive)
            begun = wire.body.whole_frames_before(wire.body.offset(position))
            whole = attrs.evolve(wire, body=Body(cut_pieces(wire.body.frames, begun)[0]))
            before = whole.before(Position.AFTER_TERMINAL)
        else:
            before = wire.before(position)
        return chain(before, chain.from_iterable(repeat((Wait(self.seconds), Send(sign)))))


class _WholeAnswer(Fault):
    usual: ClassVar[Position] = Position.AFTER_REQUEST
    movable: ClassVar[bool] = False

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:  # noqa: ARG002 - it is all one answer
        """The same at every position."""
        return self.answer(wire)

    @abstractmethod
    def answer(self, wire: Wire) -> Iterable[Step]:
        """What is answered."""


@attrs.frozen
class EndlessHeaders(_WholeAnswer):
    """Headers that never end, as fast as they are read."""

    def answer(self, wire: Wire) -> Iterator[Step]:
        """4 KiB of headers at a time."""
        lines = b"".join(b"X-Header-%03d: %b\r\n" % (number, b"x" * 46) for number in range(64))
        return chain([Act.READ_REQUEST, Send(wire.status_line)], repeat(Send(lines)))


@attrs.frozen
class Gzip(_WholeAnswer):
    """The body is compressed, whatever the request said."""

    def answer(self, wire: Wire) -> Iterable[Step]:
        """Every event is flushed."""
        encoder = zlib.compressobj(wbits=31)
        frames = [encoder.compress(frame) + encoder.flush(zlib.Z_SYNC_FLUSH) for frame in wire.body.frames]
        headers = (*wire.headers, ("Content-Encoding", "gzip"))
        return attrs.evolve(wire, headers=headers, body=Body((*frames, encoder.flush()))).steps()


@attrs.frozen
class Redirect(_WholeAnswer):
    """The answer is to be had elsewhere."""

    status: int = 307
    """The HTTP status."""
    location: str | None = None
    """Where; another name of this server if None, which is another origin."""

    def answer(self, wire: Wire) -> Iterable[Step]:
        """A status and a Location."""
        headers = (("Location", self.location or wire.elsewhere),)
        return _answer(wire, self.status, headers, b"")


RETRY_AFTER_FORMS: Mapping[str, Callable[[float], Pairs]] = MappingProxyType(
    {
        "seconds": lambda _: (("Retry-After", "2"),),
        "fraction": lambda _: (("Retry-After", "1.5"),),
        "milliseconds": lambda _: (("retry-after-ms", "1500"),),
        "both": lambda _: (("retry-after-ms", "250"), ("Retry-After", "1")),
        "http-date": lambda now: (("Date", _date(now)), ("Retry-After", _date(now + 2))),
        "date-without-clock": lambda now: (("Retry-After", _date(now + 2)),),
        "past-date": lambda now: (("Date", _date(now)), ("Retry-After", _date(now - 3600))),
        "zero": lambda _: (("Retry-After", "0"),),
        "negative": lambda _: (("Retry-After", "-5"),),
        "not-a-number": lambda _: (("Retry-After", "nan"),),
        "infinite": lambda _: (("Retry-After", "inf"),),
        "a-day": lambda _: (("Retry-After", "86400"),),
        "huge": lambda _: (("Retry-After", "9" * 400),),
        "list": lambda _: (("Retry-After", "3, 5"),),
        "words": lambda _: (("Retry-After", "soon"),),
        "empty": lambda _: (("Retry-After", ""),),
        "none": lambda _: (),
    }
)
"""The headers of a 429 by the form of its wait, from the time in seconds since 1970 (RFC 9110, 10.2.3, and what is no
wait by it)."""


@attrs.frozen
class RateLimit(_WholeAnswer):
    """Too many requests: 429, with one form of Retry-After."""

    form: str = attrs.field(default="seconds", validator=attrs.validators.in_(RETRY_AFTER_FORMS))
    """One of RETRY_AFTER_FORMS."""

    def answer(self, wire: Wire) -> Iterable[Step]:
        """A JSON error, in the shape that most providers use."""
        error = {"message": "Rate limit reached.", "type": "rate_limit_error", "code": "rate_limit_exceeded"}
        headers = (("Content-Type", "application/json"), *RETRY_AFTER_FORMS[self.form](time.time()))
        return _answer(wire, 429, headers, json.dumps({"error": error}).encode())


@attrs.frozen
class Html(_WholeAnswer):
    """A page for people, with status 200: a proxy, a portal, a wrong path."""

    status: int = 200
    """The HTTP status."""

    def answer(self, wire: Wire) -> Iterable[Step]:
        """A small page."""
        page = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n"
        return _answer(wire, self.status, (("Content-Type", "text/html; charset=utf-8"),), page)


@attrs.frozen
class Empty(_WholeAnswer):
    """Status 200, and nothing in it."""

    framing: Literal["chunked", "content-length", "close"] | None = None
    """How the nothing is framed; as the answer would be if None."""

    def answer(self, wire: Wire) -> Iterable[Step]:
        """The head and the end."""
        return attrs.evolve(wire, body=Body(()), framing=self.framing or wire.framing).steps()


def _date(seconds: float) -> str:
    return formatdate(seconds, usegmt=True)


def _answer(wire: Wire, status: int, headers: Pairs, content: bytes) -> list[Step]:
    body = Body((content,) if content else ())
    return attrs.evolve(wire, status=status, headers=headers, body=body, framing="content-length").steps()


def _frames(wire: Wire, position: Position) -> tuple[list[bytes], list[bytes]]:
    """The events before and behind the position; one that it is inside of is cut in two."""
    return cut_pieces(wire.body.frames, wire.body.offset(position))
