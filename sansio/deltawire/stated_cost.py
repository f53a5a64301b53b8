"""The price of a response where its `usage` states one."""

from __future__ import annotations

from typing import Any

from .payload import is_object

__all__ = ["stated_cost"]

# xAI states prices in ticks of 10^-10 US dollars.
_TICKS_PER_DOLLAR = 1e10
# Above it a number is no price, and above 1e308 it is no float either.
_HIGHEST_PRICE = 1e18


def stated_cost(usage: dict[str, Any]) -> float | None:
    """The price in US dollars, or in the provider's credits, None if the counts state none.

    `cost` is a number (OpenRouter) or an object with its parts and their sum (Perplexity).
    """
    said = usage.get("cost")
    cost = _price(said.get("total_cost") if is_object(said) else said)
    if cost is None:
        cost = _price(usage.get("cost_in_usd_ticks"))
        cost = None if cost is None else cost / _TICKS_PER_DOLLAR
    return cost


def _price(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _HIGHEST_PRICE:
        return None
    return float(value)
