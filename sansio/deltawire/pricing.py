"""What a usage costs: a small dated table of list prices that stands where a `Pricer` is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from .price_list import AS_OF, PRICES, SOURCES, Price
from .usage import Usage

__all__ = ["ListPrices", "Price"]

# What may follow the name of a model without making it another one: dates, numbers of a release, `latest`, `preview`.
_RELEASE = re.compile(r"(?:[-@](?:latest|preview|exp|beta|\d{2}-\d{2}|\d{3,4}|\d{6}|\d{8}|\d{4}-\d{2}-\d{2}))*")
# Ollama's own cloud runs these, and bills them by plan.
_HOSTED = ("-cloud", ":cloud")


def _copied(prices: Mapping[str, Mapping[str, Price]]) -> dict[str, dict[str, Price]]:
    return {provider: dict(models) for provider, models in prices.items()}


@attrs.frozen
class ListPrices:
    """List prices of OpenAI, Anthropic, Gemini, xAI and Ollama as of one day; a `Pricer`, and picklable.

    For text at the standard tier: batches, priority, audio, images, storage in caches and fees of the provider's tools
    are not in it, and neither is what clouds that resell the models ask for. The table ages: pass prices of your own,
    or another `Pricer`.
    """

    prices: Mapping[str, Mapping[str, Price]] = attrs.field(default=PRICES, converter=_copied, hash=False, repr=False)
    """By provider or dialect, then by the beginning of the model's name; `""` begins every name."""
    as_of: str = AS_OF
    """The day on which the prices held, `YYYY-MM-DD`."""
    sources: tuple[str, ...] = SOURCES
    """Where they come from."""

    def price(self, provider: str, model: str) -> Price | None:
        """The price of a model, None if it is not known.

        The longest name in the table with which the model's begins counts, if nothing but a date, `latest`, `preview`
        and the like follows: `gpt-5-2026-01-01` has the price of `gpt-5`, and `gpt-5-other` has none.
        """
        models = self.prices.get(provider, {})
        name = model.rpartition("/")[2]
        longest = max(map(len, models), default=0)
        for end in range(min(len(name), longest), 0, -1):
            price = models.get(name[:end])
            if price is not None:
                return price if _RELEASE.fullmatch(name, end) else None
        return None if name.endswith(_HOSTED) else models.get("")

    def cost(self, provider: str, model: str, usage: Usage) -> float | None:
        """The cost in US dollars; None for a model without a price and for a usage without its main counts."""
        price = self.price(provider, model)
        return None if price is None else price.cost(usage)
