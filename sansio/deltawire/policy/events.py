"""The events that a session adds to those of the parser."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

import attrs

from ..failures import Failure
from ..usage import Usage
from .delivery import Delivery

__all__ = [
    "AttemptStarted",
    "Cancelled",
    "ContextOverflow",
    "FallbackStarted",
    "Paused",
    "PolicyEvent",
    "RetryAttempt",
    "Status",
    "TokenUsageUpdate",
]


@attrs.frozen
class AttemptStarted:
    """A request goes out. What the consumer has of an attempt before, it may forget: none of it was content."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    attempt: int
    """Which attempt at this target, from 1."""
    max_attempts: int
    """How many the target gets at most."""
    provider: str
    """The provider or dialect name."""
    model: str
    """The model that is asked."""


@attrs.frozen
class RetryAttempt:
    """An attempt failed before any content; the same target is asked again after a wait."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    attempt: int
    """The attempt that follows, from 2."""
    max_attempts: int
    """How many the target gets at most."""
    delay_ms: int
    """Milliseconds until it starts."""
    error_message: str
    """Why the last one failed, one line for a person."""
    error: Failure
    """The same as a record."""
    usage: Usage | None = None
    """The tokens that the failed attempt reported, None if it said nothing of them."""


@attrs.frozen
class FallbackStarted:
    """A target is given up before any content; the next one of the plan is asked at once."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    provider: str
    """The provider or dialect name of the next target."""
    model: str
    """Its model."""
    error: Failure
    """Why the target before it was given up."""


@attrs.frozen
class Status:
    """News of the wait, for a person."""

    delivery: ClassVar[Delivery] = Delivery.BEST_EFFORT

    message: str
    """One line."""


@attrs.frozen
class TokenUsageUpdate:
    """How much of a token budget is used. Made by `TokenBudget`."""

    delivery: ClassVar[Delivery] = Delivery.BEST_EFFORT

    estimated: int
    """Tokens used so far, estimated or counted."""
    limit: int
    """Tokens that there are."""
    percentage: float
    """The share used, in per cent; above 100 past the limit."""
    status: Literal["green", "yellow", "red"]
    """green below 70 per cent, yellow below 90, red above, unless the budget says otherwise."""
    estimated_cost: float | None = None
    """What they cost in US dollars, None if unknown."""


@attrs.frozen
class ContextOverflow:
    """The prompt does not fit the model's context. Terminal, in place of `Failed`: shorten it and start again."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS

    error: Failure
    """What the provider said."""


@attrs.frozen
class Cancelled:
    """The caller cancelled. Terminal."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS


@attrs.frozen
class Paused:
    """The caller paused, which ends this stream; a new session may go on later. Terminal."""

    delivery: ClassVar[Delivery] = Delivery.LOSSLESS


PolicyEvent: TypeAlias = (
    AttemptStarted | RetryAttempt | FallbackStarted | Status | TokenUsageUpdate | ContextOverflow | Cancelled | Paused
)
"""What a session emits beside `Event`."""
