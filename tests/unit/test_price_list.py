"""What a usage costs at a price, and the table of prices."""

from __future__ import annotations

import pytest

from deltawire.pricing import Price
from deltawire.usage import Usage

PRICE = Price(2.0, 10.0, 0.5, 2.5)


@pytest.mark.parametrize(
    ("price", "usage", "dollars"),
    [
        pytest.param(PRICE, Usage(1_000_000, 100_000), 2.0 + 1.0, id="input and output"),
        pytest.param(PRICE, Usage(1_000_000, 0, 600_000), 0.4 * 2 + 0.6 * 0.5, id="read from a cache"),
        pytest.param(PRICE, Usage(1_000_000, 0, None, 200_000), 0.8 * 2 + 0.2 * 2.5, id="written to a cache"),
        pytest.param(PRICE, Usage(1_000_000, 0, 600_000, 400_000), 0.6 * 0.5 + 0.4 * 2.5, id="nothing but cached"),
        pytest.param(Price(2.0, 10.0), Usage(1_000_000, 0, 600_000, 200_000), 2.0, id="a cache without its price"),
        pytest.param(PRICE, Usage(0, 1_000_000, reasoning_tokens=900_000), 10.0, id="reasoning is output"),
        pytest.param(PRICE, Usage(100, 0, 1_000_000), 0.5, id="more read than there was"),
        pytest.param(PRICE, Usage(0, 0), 0.0, id="nothing"),
        pytest.param(PRICE, Usage(None, 5), None, id="no input count"),
        pytest.param(PRICE, Usage(5, None), None, id="no output count"),
    ],
)
def test_the_cost_of_a_usage(price: Price, usage: Usage, dollars: float | None) -> None:
    assert price.cost(usage) == (dollars if dollars is None else pytest.approx(dollars))


def test_a_long_prompt_has_another_price_for_all_of_it() -> None:
    price = Price(2.0, 10.0, long_above=200_000, long=Price(4.0, 15.0))
    assert price.cost(Usage(200_000, 100_000)) == pytest.approx(0.4 + 1.0)
    assert price.cost(Usage(200_001, 100_000)) == pytest.approx(0.800004 + 1.5)
