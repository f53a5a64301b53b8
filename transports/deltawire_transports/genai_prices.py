"""Prices from the package genai-prices, which knows many providers and is kept up to date.

Needs the package: `python -m pip install 'deltawire[prices]'`. It is imported when a `GenaiPrices` is made, not before.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from deltawire import Usage

__all__ = ["PROVIDER_IDS", "GenaiPrices"]

PROVIDER_IDS: Mapping[str, str] = MappingProxyType(
    {
        "openai-chat": "openai",
        "openai-responses": "openai",
        "azure": "azure",
        "anthropic": "anthropic",
        "gemini": "google",
        "gemini-interactions": "google",
        "gemini-openai": "google",
        "grok": "x-ai",
        "groq": "groq",
        "openrouter": "openrouter",
        "deepseek": "deepseek",
        "mistral": "mistral",
        "together": "together",
        "fireworks": "fireworks",
        "cerebras": "cerebras",
        "perplexity": "perplexity",
        "moonshot": "moonshotai",
        "zai": "zai",
        "cohere": "cohere",
        "bedrock": "aws",
        "bedrock-invoke": "aws",
    }
)
"""The package's names of our providers. Servers on the user's own machine have no price."""


class GenaiPrices:
    """A `Pricer` that asks genai-prices.

    Raises ModuleNotFoundError, saying what to install, if the package is missing.
    """

    def __init__(self, provider_ids: Mapping[str, str] = PROVIDER_IDS, at: datetime | None = None) -> None:
        try:
            self._prices: Any = importlib.import_module("genai_prices")
        except ModuleNotFoundError as error:
            if error.name != "genai_prices":
                raise
            hint = "genai-prices is not installed. Run: python -m pip install 'deltawire[prices]'"
            raise ModuleNotFoundError(hint, name="genai_prices") from None
        self._provider_ids = dict(provider_ids)
        self._at = at

    def cost(self, provider: str, model: str, usage: Usage) -> float | None:
        """The cost in US dollars at the time `at`, now if there was none.

        None for a provider or model that the package does not know, for a usage without its main counts, and for one
        whose counts contradict each other.
        """
        provider_id = self._provider_ids.get(provider)
        if provider_id is None or usage.input_tokens is None or usage.output_tokens is None:
            return None
        counts = self._prices.Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
        )
        try:
            price = self._prices.calc_price(counts, model, provider_id=provider_id, genai_request_timestamp=self._at)
        except (LookupError, ValueError):
            return None
        return float(price.total_price)
