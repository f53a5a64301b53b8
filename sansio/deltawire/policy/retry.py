"""When a failed attempt is made again, and after which wait."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

import attrs

from ..failures import Failure, FailureKind

__all__ = ["VERDICTS", "RetryPolicy", "Verdict"]


class Verdict(enum.StrEnum):
    """What to do about a failure."""

    RETRY = "retry"
    """Ask the same target again after a wait; once its attempts are used up, the next one."""
    NEXT_TARGET = "next_target"
    """Asking this target again is of no use: ask the next one at once."""
    DELIVER = "deliver"
    """Nobody else would answer either: the failure goes to the consumer."""


VERDICTS: Mapping[FailureKind, Verdict] = MappingProxyType(
    {
        FailureKind.TRUNCATED: Verdict.RETRY,
        FailureKind.MALFORMED: Verdict.RETRY,
        FailureKind.WRONG_MEDIA: Verdict.RETRY,
        FailureKind.EMPTY: Verdict.RETRY,
        FailureKind.RATE_LIMIT: Verdict.RETRY,
        FailureKind.OVERLOADED: Verdict.RETRY,
        FailureKind.SERVER: Verdict.RETRY,
        FailureKind.TIMEOUT: Verdict.RETRY,
        FailureKind.MODEL_OUTPUT: Verdict.RETRY,
        FailureKind.PROVIDER: Verdict.RETRY,
        FailureKind.CONNECT: Verdict.RETRY,
        FailureKind.READ: Verdict.RETRY,
        FailureKind.STALLED: Verdict.RETRY,
        FailureKind.QUOTA: Verdict.NEXT_TARGET,
        FailureKind.AUTHENTICATION: Verdict.NEXT_TARGET,
        FailureKind.PERMISSION: Verdict.NEXT_TARGET,
        FailureKind.NOT_FOUND: Verdict.NEXT_TARGET,
        FailureKind.UNCONFIGURED: Verdict.NEXT_TARGET,
        FailureKind.TOO_LARGE: Verdict.DELIVER,
        FailureKind.REDIRECT: Verdict.DELIVER,
        FailureKind.INVALID_REQUEST: Verdict.DELIVER,
        FailureKind.CONTEXT_OVERFLOW: Verdict.DELIVER,
        FailureKind.CONTENT_FILTER: Verdict.DELIVER,
    }
)
"""By kind, before anything else is known of the failure."""


def _at_least(least: float) -> Any:
    def check(_record: object, field: Any, value: Any) -> None:
        if not math.isfinite(value) or value < least:
            raise ValueError(f"{field.name} must be a number from {least:g} up, not {value!r}")

    return check


def _share(_record: object, field: Any, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{field.name} must be a share from 0 to 1, not {value!r}")


@attrs.frozen
class RetryPolicy:
    """How often and after which waits a target is asked again. All times in seconds.

    Only attempts without content are ever made again; that is the session's rule and no setting. Raises ValueError
    for a value that makes no sense.
    """

    max_attempts: int = attrs.field(default=3, validator=_at_least(1))
    """Attempts at the first target, the first one included."""
    initial_delay: float = attrs.field(default=1.0, validator=_at_least(0))
    """The wait after the first failed attempt."""
    multiplier: float = attrs.field(default=2.0, validator=_at_least(1))
    """How much longer each further wait is."""
    max_delay: float = attrs.field(default=8.0, validator=_at_least(0))
    """The longest wait that is not the provider's own wish."""
    jitter_factor: float = attrs.field(default=0.1, validator=_share)
    """By which share a wait may be shorter, so that clients which failed together do not come back together."""
    max_retry_after: float = attrs.field(default=60.0, validator=_at_least(0))
    """The longest wait that a provider may ask for; if it asks for more, the next target is asked at once."""
    rate_limit_floor: float = attrs.field(default=5.0, validator=_at_least(0))
    """The shortest wait after a rate limit that names none."""
    fallback_attempts: int = attrs.field(default=1, validator=_at_least(1))
    """Attempts at each fallback."""

    @classmethod
    def for_streaming(cls) -> Self:
        """What suits an answer that a person waits for: three attempts, with waits of at most 8 seconds."""
        return cls(max_attempts=3, initial_delay=1.0, multiplier=2.0, max_delay=8.0, jitter_factor=0.1)

    @classmethod
    def never(cls) -> Self:
        """One attempt at each target."""
        return cls(max_attempts=1, fallback_attempts=1)

    def delay(self, attempt: int, failure: Failure, jitter: float = 0.0) -> float:
        """Seconds to wait after `attempt`, counted from 1, ended in `failure`.

        `jitter` is a random number from 0 to 1; what is outside is taken as the nearer end. The wait is never shorter
        than what the provider asked for, and else never longer than `max_delay`, or `rate_limit_floor` if that is more.
        """
        try:
            backoff = min(self.initial_delay * self.multiplier ** (attempt - 1), self.max_delay)
        except OverflowError:
            backoff = self.max_delay
        # max() with the constant first: it takes the place of a NaN.
        backoff *= 1 - self.jitter_factor * min(1.0, max(0.0, jitter))
        floor = self.rate_limit_floor if failure.kind is FailureKind.RATE_LIMIT else 0.0
        return max(floor if failure.retry_after is None else failure.retry_after, backoff)

    def verdict(
        self, failure: Failure, attempt: int, *, max_attempts: int, committed: bool, targets_left: bool
    ) -> Verdict:
        """What to do about `failure`, in which `attempt` of `max_attempts` at its target ended.

        `committed` says that content was delivered, `targets_left` that the plan has another target. `x-should-retry`
        has its effect through `failure.retryable`.
        """
        if committed:
            return Verdict.DELIVER
        verdict = VERDICTS[failure.kind]
        if verdict is Verdict.DELIVER:
            return verdict
        wait = failure.retry_after
        too_long = wait is not None and wait > self.max_retry_after
        if failure.retryable and attempt < max_attempts and not too_long:
            return Verdict.RETRY
        return Verdict.NEXT_TARGET if targets_left else Verdict.DELIVER
