"""What a replay server plays, and what it writes down of each exchange."""

from __future__ import annotations

import json
import re
import struct
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias, cast
from urllib.parse import unquote

import attrs
import h11

__all__ = ["Ending", "Exchange", "Framing", "Reply", "Script", "frame_ends", "json_reply", "pace"]

Framing: TypeAlias = Literal["chunked", "content-length", "close"]
"""How the client learns where the body ends: a closing chunk, a stated length, or the end of the connection."""
Ending: TypeAlias = Literal["clean", "hold", "cut", "reset", "silent"]
"""What follows the last piece; see `Reply.end`."""

Pieces: TypeAlias = tuple[tuple[float, bytes], ...]
Pairs: TypeAlias = tuple[tuple[str, str], ...]
Headers: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]


def _pieces(body: bytes | Iterable[tuple[float, bytes]]) -> Pieces:
    if isinstance(body, bytes):
        return ((0.0, body),) if body else ()
    return tuple(body)


def _pairs(headers: Headers) -> Pairs:
    return tuple(headers.items()) if isinstance(headers, Mapping) else tuple(headers)


@attrs.frozen
class Reply:
    """One response: what to send, cut where, how fast, and how it ends.

    Raises ValueError for an impossible reply, h11.LocalProtocolError for a status or header that HTTP does not allow.
    """

    body: Pieces = attrs.field(default=(), converter=_pieces)
    """Pairs of (seconds to wait, bytes to send), or the bytes alone. Each piece is one send, and one chunk of its own
    in a chunked body; a piece without bytes only waits."""
    status: int = 200
    """The HTTP status, 200 or above."""
    headers: Pairs = attrs.field(default=(("Content-Type", "text/event-stream"),), converter=_pairs)
    """The headers, as pairs or a mapping, without those that say how the body is framed."""
    framing: Framing = "chunked"
    """How the body is framed. To a client of HTTP/1.0 a chunked body is sent as one that ends with the connection."""
    end: Ending = "clean"
    """clean: the body ends as its framing says, and the connection stays for the next request if it can.
    hold: the last piece is sent, the end is not, and the connection stays open until the client closes it.
    cut: the same, but the connection is closed at once. reset: the same, with a TCP reset.
    silent: the request is read and nothing is ever sent.
    The end that is not sent is the closing chunk, or the last byte of a stated length; a body that ends with the
    connection has no other end than the close itself."""
    delay: float = 0.0
    """Seconds before the status line."""

    def __attrs_post_init__(self) -> None:
        h11.Response(status_code=self.status, headers=list(self.headers))
        if {name.lower() for name, _ in self.headers} & {"content-length", "transfer-encoding"}:
            raise ValueError("the headers of the framing are written by the server: choose `framing`")
        if self.end == "silent" and (self.body or self.delay):
            raise ValueError("a silent reply has no body and no delay")


def json_reply(status: int, payload: Any, headers: Headers = ()) -> Reply:
    """A reply that is one JSON document, such as a provider's error. `headers` come after Content-Type."""
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Reply(body, status, (("Content-Type", "application/json"), *_pairs(headers)), framing="content-length")


_MODEL_IN_PATH = re.compile(r"/models/([^/]+):\w+$|/model/([^/]+)/")


@attrs.define(eq=False)
class Exchange:
    """One request, and how its reply went. The connection's thread writes it; anyone may read it at any time."""

    method: str
    """The HTTP method as sent."""
    path: str
    """The path as sent, still quoted."""
    query: str = attrs.field(repr=False)
    """What follows the `?`, which may hold a key."""
    headers: Pairs = attrs.field(repr=False)
    """As sent, in order; h11 gives the names in lower case."""
    body: bytes = attrs.field(repr=False)
    """The body as sent, its framing taken off."""
    received_at: float = attrs.field(factory=time.monotonic)
    """When the request had been read, by `time.monotonic`."""
    reply: Reply | None = attrs.field(default=None, repr=False)
    """What was answered, None until it is known."""
    written: int = 0
    """Bytes of the body that were handed to the network, without the framing. A client may have read a piece a moment
    before it is counted; once `finished` is set, nothing is added."""
    complete: bool = False
    """True once the whole reply with its end was written."""
    closed_at: float | None = None
    """When the connection ended, whoever ended it, by `time.monotonic`."""
    client_closed: threading.Event = attrs.field(factory=threading.Event, repr=False)
    """Set when the client closed the connection, if this was the last exchange on it."""
    finished: threading.Event = attrs.field(factory=threading.Event, repr=False)
    """Set when the reply is complete or its connection has ended."""

    def header(self, name: str) -> str | None:
        """The first value of a request header, whatever its case; None if it is absent."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    def payload(self) -> dict[str, Any] | None:
        """The request's body if it is a JSON object, else None."""
        try:
            value: Any = json.loads(self.body)
        except ValueError:
            return None
        return cast("dict[str, Any]", value) if isinstance(value, dict) else None

    @property
    def model(self) -> str | None:
        """The model asked for: in the body, or in the path for Gemini and Bedrock."""
        named = (self.payload() or {}).get("model")
        if isinstance(named, str):
            return named
        found = _MODEL_IN_PATH.search(self.path)
        return unquote(found[1] or found[2]) if found else None


Script: TypeAlias = Reply | Sequence[Reply] | Mapping[str, Reply | Sequence[Reply]] | Callable[[Exchange], Reply | None]
"""What to answer: always the same; one reply after the other, each once; by path or model; or what
a function of the exchange gives, called in the connection's thread, None for what it has no answer to."""

_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINE_END = re.compile(rb"\n")


def frame_ends(body: bytes) -> list[int]:
    """Offsets behind each frame: AWS messages by their length, else blank lines, else lines."""
    if body[:1] == b"\x00":
        ends = [0]
        while ends[-1] + 12 <= len(body):
            (length,) = struct.unpack_from(">I", body, ends[-1])
            ends.append(ends[-1] + max(length, 16))
        return ends[1:]
    ends = [found.end() for found in _BLANK_LINE.finditer(body)]
    return ends or [found.end() for found in _LINE_END.finditer(body)]


def pace(body: bytes, seconds_per_frame: float = 0.0, split_points: Iterable[int] | None = None) -> Pieces:
    """Cuts `body` for `Reply.body`: behind each frame, or exactly at the byte offsets `split_points`.

    A piece waits `seconds_per_frame` for every frame that begins in it, so that the frames keep their pace however they
    are cut. Offsets outside the body do nothing. The pieces joined are `body`.
    """
    begins = [0, *frame_ends(body)]
    cuts = {offset for offset in (begins if split_points is None else split_points) if 0 < offset < len(body)}
    bounds = [0, *sorted(cuts), len(body)]
    return tuple(
        (seconds_per_frame * (bisect_left(begins, high) - bisect_left(begins, low)), body[low:high])
        for low, high in pairwise(bounds)
        if low < high
    )
