"""A whole HTTP response as data: what a server would send, and what becomes of it."""

from __future__ import annotations

from typing import Any

import attrs

from ..events import Event
from ..failures import Failure, FailureKind
from .checks import events_of

__all__ = ["HttpReply"]


@attrs.frozen
class HttpReply:
    """One HTTP response of one provider."""

    provider: str
    """The provider or dialect name."""
    status: int = 200
    """The HTTP status."""
    headers: tuple[tuple[str, str], ...] = ()
    """Name and value of each header, without those that say how the body is framed."""
    chunks: tuple[bytes, ...] = ()
    """The body as it arrives, piece by piece."""
    broken: bool = False
    """True if the connection breaks behind the last piece, before the body's end."""

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)

    def events(self, **options: Any) -> list[Event]:
        """What a parser makes of it; `options` are those of `deltawire.parser`."""
        broken = Failure(FailureKind.READ, "The connection was reset.", provider=self.provider) if self.broken else None
        return events_of(self.provider, self.chunks, status=self.status, headers=self.headers, broken=broken, **options)
