"""What a session asks its caller to do."""

from __future__ import annotations

import enum
from typing import TypeAlias

import attrs

from ..events import Event
from ..requests import Request
from .events import PolicyEvent

__all__ = ["Action", "CloseRequest", "Deliver", "OpenRequest", "Outcome", "Stop"]


class Outcome(enum.StrEnum):
    """How a session ended; the event before says the details."""

    FINISHED = "finished"
    """With `Finished`."""
    FAILED = "failed"
    """With `Failed`."""
    CONTEXT_OVERFLOW = "context_overflow"
    """With `ContextOverflow`: the prompt does not fit."""
    CANCELLED = "cancelled"
    """With `Cancelled`."""
    PAUSED = "paused"
    """With `Paused`."""


@attrs.frozen
class OpenRequest:
    """Connect and send `request`; then hand over the head, the body and its end, or the error.

    Never more than one request is open. Follow no redirects, decompress nothing.
    """

    request: Request
    """What to send, as it is."""
    attempt: int
    """The number of this request in the session, from 1. Inputs that carry it cannot be mistaken for another's."""
    connect_timeout: float | None
    """Seconds that the connection may take; report a failure of kind `connect` then. None for no end."""


@attrs.frozen
class CloseRequest:
    """Close the open request and its connection at once, whatever is still to come; never wait for it."""


@attrs.frozen
class Deliver:
    """Hand `event` to the consumer; wait for room as its delivery says."""

    event: Event | PolicyEvent
    """An event of the parser or of the policy; core events have no `delivery` and are lossless."""


@attrs.frozen
class Stop:
    """The session is over; the terminal event was delivered just before. Always the last action."""

    outcome: Outcome
    """How it ended."""


Action: TypeAlias = OpenRequest | CloseRequest | Deliver | Stop
"""What to do next. The actions of a list are done in order, and all of them before the next input."""
