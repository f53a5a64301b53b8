"""What arrives for a request on its way, and what can be done about the request."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import attrs

from deltawire import Failure

__all__ = ["Arrival", "Connection", "Data", "End", "Head"]


@attrs.frozen
class Head:
    """The response's status and headers."""

    status: int
    headers: list[tuple[bytes, bytes]]


@attrs.frozen
class Data:
    """The next bytes of the body."""

    chunk: bytes


@attrs.frozen
class End:
    """The body has ended, well or, with a failure, badly."""

    failure: Failure | None = None


Arrival: TypeAlias = tuple[int, Head | Data | End]
"""The attempt that something arrived for, and what."""


class Connection(Protocol):
    """One request of a stream on its way."""

    @property
    def attempt(self) -> int:
        """The number of the request in the session."""
        ...

    @property
    def connected(self) -> bool:
        """True once there was a connection for it."""
        ...

    def take_next(self) -> None:
        """The events of the last chunk were taken: one more may be read."""
        ...

    def close(self) -> None:
        """Ends the exchange at once, from any thread; what arrives later is dropped. Idempotent."""
        ...

    def leave(self, *, ended: bool) -> None:
        """The same from the stream's owner; `ended` says that the answer is whole, so the body's end is near."""
        ...
