"""A budget of tokens, and how much of it is used."""

from __future__ import annotations

from typing import Any, Literal

import attrs

from ..usage import Pricer, Usage
from .events import TokenUsageUpdate

__all__ = ["TokenBudget"]


def _positive(_record: object, field: Any, value: Any) -> None:
    if not value > 0:
        raise ValueError(f"{field.name} must be above 0, not {value!r}")


@attrs.frozen
class TokenBudget:
    """A number of tokens that must not be passed, such as a model's context. Raises ValueError for a limit of none."""

    limit: int = attrs.field(validator=_positive)
    """Tokens that there are."""
    yellow: float = attrs.field(default=70.0, validator=_positive)
    """The percentage from which on the budget is yellow."""
    red: float = attrs.field(default=90.0, validator=_positive)
    """The percentage from which on it is red."""

    def update(self, estimated: int, estimated_cost: float | None = None) -> TokenUsageUpdate:
        """The news that `estimated` tokens are used, at `estimated_cost` US dollars if that is known."""
        percentage = 100 * estimated / self.limit
        return TokenUsageUpdate(estimated, self.limit, percentage, self._status(percentage), estimated_cost)

    def update_by(
        self, usage: Usage, pricer: Pricer | None = None, *, provider: str = "", model: str = ""
    ) -> TokenUsageUpdate | None:
        """The same from what a provider counted, priced by `pricer` if it states no cost; None if it counted nothing.

        The total counts: what was sent and what was answered both stay in the conversation.
        """
        counted = usage.total_tokens
        if counted is None:
            parts = [tokens for tokens in (usage.input_tokens, usage.output_tokens) if tokens is not None]
            if not parts:
                return None
            counted = sum(parts)
        cost = usage.cost
        if cost is None and pricer is not None:
            cost = pricer.cost(provider, model, usage)
        return self.update(counted, cost)

    def _status(self, percentage: float) -> Literal["green", "yellow", "red"]:
        if percentage >= self.red:
            return "red"
        return "yellow" if percentage >= self.yellow else "green"
