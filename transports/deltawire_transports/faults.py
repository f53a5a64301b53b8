"""A loopback server that plays a provider's stream with one fault at one position, byte by byte on a bare socket.

For tests, and to see what a client makes of it::

    with FaultServer(body, "reset", "mid-event") as server:
        ...  # a request to server.base_url
    assert server.record[0].client_closed.is_set()

Where `replay` plays what HTTP allows, this breaks HTTP too. It needs `select.poll`, which Windows does not have.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType

from .fault_answers import (
    RETRY_AFTER_FORMS,
    BrokenChunk,
    EarlyEnd,
    Empty,
    EndlessHeaders,
    Gzip,
    Html,
    KeepAlives,
    LongLength,
    NoLastChunk,
    RateLimit,
    Redirect,
    ShortLength,
)
from .fault_connection import FaultConnection, Visit
from .fault_network import (
    BlackHole,
    Close,
    Corrupt,
    Delay,
    Drip,
    Duplicate,
    HalfClose,
    OpenSocket,
    Reset,
    Slices,
    Stall,
)
from .fault_positions import Body, Position
from .fault_samples import SAMPLES, Sample
from .fault_wire import Fault, Pairs, Step, Wire
from .replay_listener import LoopbackServer
from .replay_script import Exchange, Framing

__all__ = [
    "FAULTS",
    "RETRY_AFTER_FORMS",
    "SAMPLES",
    "BlackHole",
    "Body",
    "BrokenChunk",
    "Close",
    "Corrupt",
    "Delay",
    "Drip",
    "Duplicate",
    "EarlyEnd",
    "Empty",
    "EndlessHeaders",
    "Fault",
    "FaultServer",
    "Gzip",
    "HalfClose",
    "Html",
    "KeepAlives",
    "LongLength",
    "NoLastChunk",
    "OpenSocket",
    "Position",
    "RateLimit",
    "Redirect",
    "Reset",
    "Sample",
    "ShortLength",
    "Slices",
    "Stall",
    "Visit",
]

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "delay": Delay(),
        "drip": Drip(),
        "slices": Slices(),
        "reset": Reset(),
        "close": Close(),
        "half-close": HalfClose(),
        "black-hole": BlackHole(),
        "stall": Stall(),
        "corrupt": Corrupt(),
        "duplicate": Duplicate(),
        "long-length": LongLength(),
        "short-length": ShortLength(),
        "early-end": EarlyEnd(),
        "broken-chunk": BrokenChunk(),
        "no-last-chunk": NoLastChunk(),
        "open-socket": OpenSocket(),
        "keep-alives": KeepAlives(),
        "endless-headers": EndlessHeaders(),
        "gzip": Gzip(),
        "redirect": Redirect(),
        "rate-limit": RateLimit(),
        "html": Html(),
        "empty": Empty(),
    }
)
"""Every fault by name, as it is if nothing else is said."""


class FaultServer(LoopbackServer):
    """Answers every request with `body`, and every answer has the fault, the first `times` of them if that is given.

    `fault` is a name of FAULTS or a record such as `Reset()`, `position` where it strikes (its usual place if None).
    `framing` is that of the healthy answer, `headers` are added to its Content-Type. Raises KeyError or ValueError for
    unknown names and for a position that the body does not have, and what `LoopbackServer` raises.
    """

    def __init__(
        self,
        body: bytes | Body,
        fault: Fault | str = "reset",
        position: Position | str | None = None,
        *,
        framing: Framing = "chunked",
        headers: Pairs = (("Cache-Control", "no-cache"), ("X-Request-Id", "req-fault")),
        times: int | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        super().__init__(host)
        body = body if isinstance(body, Body) else Body.of(body)
        self.fault = FAULTS[fault] if isinstance(fault, str) else fault
        """What goes wrong."""
        self.position = self.fault.usual if position is None else Position(position)
        """Where."""
        if self.fault.movable:
            body.offset(self.position)
        self._body = body
        self._framing: Framing = framing
        self._headers = (("Content-Type", body.media_type), *headers)
        self._left = times
        self._record: list[Visit] = []

    @property
    def record(self) -> list[Visit]:
        """The connections so far, in the order in which they were accepted."""
        with self._changed:
            return list(self._record)

    @property
    def requests(self) -> list[Exchange]:
        """The requests that were read, by connection."""
        return [request for visit in self.record for request in visit.requests]

    @property
    def elsewhere(self) -> str:
        """A URL of another origin that leads here as well."""
        return f"http://localhost:{self._port}/elsewhere"

    def steps(self) -> Iterable[Step]:
        """What the server does for the first request of a connection; the fault is in it."""
        return self.fault.steps(self._wire(), self.position)

    def _wire(self) -> Wire:
        return Wire(self._body, self._framing, self._headers, elsewhere=self.elsewhere)

    def _next_steps(self, visit: Visit) -> Iterable[Step]:
        with self._changed:
            if self._left == 0:
                return self._wire().steps()
            if self._left is not None:
                self._left -= 1
        if self.position is Position.CONNECT and visit.requests:
            # Who is connected already has no other connection to come.
            return self.fault.steps(self._wire(), Position.AFTER_REQUEST)
        return self.steps()

    def _connect(self, accepted: socket.socket) -> FaultConnection:
        visit = Visit()
        self._record.append(visit)
        return FaultConnection(accepted, visit, partial(self._next_steps, visit), self._leave)
