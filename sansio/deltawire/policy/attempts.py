"""The attempts of a session: where in the plan it is, and what became of the ones before."""

from __future__ import annotations

import math

import attrs

from ..failures import Failure
from ..requests import Target
from ..usage import Usage
from .events import AttemptStarted, FallbackStarted, RetryAttempt
from .plan import Plan
from .retry import RetryPolicy, Verdict

__all__ = ["Attempt", "Attempts"]


@attrs.frozen
class Attempt:
    """One attempt, finished or not."""

    number: int | None
    """The number of its request in the session, from 1; None if no request could be built."""
    attempt: int
    """Which attempt at its target, from 1."""
    provider: str
    """The provider or dialect name of its target."""
    model: str
    """The model that was asked."""
    failure: Failure | None = None
    """Why it ended; None while it goes on, and for one that gave the answer or was cancelled."""


class Attempts:
    """Goes through the targets of a plan, each up to the attempts that the policy gives it."""

    def __init__(self, plan: Plan, policy: RetryPolicy) -> None:
        self._targets = plan.targets
        self._policy = policy
        self._index = 0
        self.secrets = tuple(secret for target in plan.targets for secret in target.secrets)
        """The keys of all targets: a gateway may be several of them, and echo the key of another one."""
        self.made: tuple[Attempt, ...] = ()
        """All attempts so far, in order."""
        self.attempt = 0
        """Which attempt at the present target; 0 before the first one."""
        self.number = 0
        """How many requests have gone out."""

    @property
    def target(self) -> Target:
        """Who is asked now."""
        return self._targets[self._index]

    @property
    def max_attempts(self) -> int:
        """How many attempts the present target gets."""
        return self._policy.fallback_attempts if self._index else self._policy.max_attempts

    @property
    def targets_left(self) -> bool:
        """True if the plan has another target."""
        return self._index + 1 < len(self._targets)

    def begin(self) -> AttemptStarted:
        """A request goes out to the present target."""
        self.attempt += 1
        self.number += 1
        self._add(self.number)
        return AttemptStarted(self.attempt, self.max_attempts, self.target.provider, self.target.model)

    def refuse(self, failure: Failure) -> None:
        """No request to the present target can be built."""
        self.attempt += 1
        self._add(None)
        self.fail(failure)

    def fail(self, failure: Failure) -> None:
        """The last attempt ended in `failure`."""
        self.made = (*self.made[:-1], attrs.evolve(self.made[-1], failure=failure))

    def verdict(self, failure: Failure, *, committed: bool) -> Verdict:
        """What to do about the failure of the present attempt."""
        return self._policy.verdict(
            failure,
            self.attempt,
            max_attempts=self.max_attempts,
            committed=committed,
            targets_left=self.targets_left,
        )

    def retry(self, failure: Failure, delay: float, usage: Usage | None) -> RetryAttempt:
        """The present target will be asked again in `delay` seconds."""
        milliseconds = math.ceil(delay * 1000)
        return RetryAttempt(self.attempt + 1, self.max_attempts, milliseconds, str(failure), failure, usage)

    def fall_back(self, failure: Failure) -> FallbackStarted:
        """Gives the present target up for the next one, which there must be."""
        self._index += 1
        self.attempt = 0
        return FallbackStarted(self.target.provider, self.target.model, failure)

    def _add(self, number: int | None) -> None:
        self.made = (*self.made, Attempt(number, self.attempt, self.target.provider, self.target.model))
