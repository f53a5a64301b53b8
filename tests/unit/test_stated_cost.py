"""Prices that counts state: numbers, sums and ticks, and what is no price."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire.parsing import parse
from deltawire.stated_cost import stated_cost


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ({}, None),
        ({"cost": None}, None),
        ({"cost": 0}, 0.0),
        ({"cost": 2}, 2.0),
        ({"cost": 1e18}, 1e18),
        ({"cost": 2e18}, None),
        ({"cost": "0.01"}, None),
        ({"cost": True}, None),
        ({"cost": -1}, None),
        ({"cost": 10**400}, None),
        ({"cost": float("inf")}, None),
        ({"cost": {"total_cost": 0.5}}, 0.5),
        ({"cost": {}}, None),
        ({"cost_in_usd_ticks": 10**10}, 1.0),
        ({"cost_in_usd_ticks": 5e9}, 0.5),
        ({"cost_in_usd_ticks": False}, None),
        ({"cost_in_usd_ticks": 10**400}, None),
        ({"cost": -1, "cost_in_usd_ticks": 10**10}, 1.0),
        ({"cost": 0.25, "cost_in_usd_ticks": 10**10}, 0.25),
    ],
)
def test_the_price(usage: dict[str, Any], cost: float | None) -> None:
    assert stated_cost(usage) == cost


@pytest.mark.parametrize("provider", ["openai-chat", "openai-responses"])
@pytest.mark.parametrize("field", ["cost", "cost_in_usd_ticks"])
@pytest.mark.parametrize("number", ["1" + "0" * 400, "1e999", "-1e999", "-5", "true"])
def test_a_price_beyond_all_numbers_raised(provider: str, field: str, number: str) -> None:
    frame = (
        '{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"%s":%s,"input_tokens":1}}'
        if provider == "openai-chat"
        else '{"type":"response.completed","response":{"status":"completed","usage":{"%s":%s,"input_tokens":1}}}'
    )
    end = parse(provider, f"data: {frame % (field, number)}\n\n".encode())[-1]
    assert (end.usage.cost, end.usage.input_tokens) == (None, 1)  # type: ignore[union-attr]
