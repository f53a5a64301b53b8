"""Token budgets."""

from __future__ import annotations

import pytest

from deltawire.policy import TokenBudget
from deltawire.usage import Usage


@pytest.mark.parametrize(
    ("estimated", "percentage", "status"),
    [
        (0, 0, "green"),
        (699, 69.9, "green"),
        (700, 70, "yellow"),
        (899, 89.9, "yellow"),
        (900, 90, "red"),
        (1500, 150, "red"),
    ],
)
def test_the_colour_follows_the_percentage(estimated: int, percentage: float, status: str) -> None:
    update = TokenBudget(1000).update(estimated, 0.5)
    assert (update.estimated, update.limit, update.status, update.estimated_cost) == (estimated, 1000, status, 0.5)
    assert update.percentage == pytest.approx(percentage)


def test_the_colours_can_be_moved() -> None:
    assert TokenBudget(100, yellow=10, red=20).update(15).status == "yellow"


class TenDollars:
    def cost(self, provider: str, model: str, usage: Usage) -> float | None:
        return 10.0 if (provider, model) == ("p", "m") else None


@pytest.mark.parametrize(
    ("usage", "estimated", "cost"),
    [
        (Usage(total_tokens=12, input_tokens=1, cost=2.0), 12, 2.0),
        (Usage(input_tokens=3, output_tokens=4), 7, 10.0),
        (Usage(output_tokens=4), 4, 10.0),
    ],
)
def test_a_providers_count_is_taken_over(usage: Usage, estimated: int, cost: float) -> None:
    update = TokenBudget(100).update_by(usage, TenDollars(), provider="p", model="m")
    assert update is not None
    assert (update.estimated, update.estimated_cost) == (estimated, cost)


def test_without_a_pricer_the_cost_is_unknown() -> None:
    update = TokenBudget(100).update_by(Usage(input_tokens=3))
    assert update is not None
    assert update.estimated_cost is None


def test_without_a_count_there_is_no_news() -> None:
    assert TokenBudget(100).update_by(Usage()) is None


@pytest.mark.parametrize("limit", [0, -5])
def test_a_budget_of_nothing_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        TokenBudget(limit)
