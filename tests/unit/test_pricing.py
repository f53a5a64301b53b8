"""What a usage costs."""

from __future__ import annotations

import copy
import pickle
from datetime import date

import pytest

from deltawire.policy import TokenBudget
from deltawire.price_list import PRICES
from deltawire.pricing import ListPrices, Price
from deltawire.registry import PROVIDERS
from deltawire.usage import Pricer, Usage


@pytest.mark.parametrize(
    ("provider", "model", "dollars"),
    [
        # A million tokens in, of which half from a cache, and 100,000 out, by the vendors' pages.
        ("openai-responses", "gpt-5", 0.5 * 1.25 + 0.5 * 0.125 + 1.0),
        ("openai-chat", "gpt-5-mini-2025-08-07", 0.5 * 0.25 + 0.5 * 0.025 + 0.2),
        ("openai-chat", "gpt-5.5", 0.5 * 10 + 0.5 * 1 + 4.5),
        ("anthropic", "claude-opus-4-5-20251101", 0.5 * 5 + 0.5 * 0.5 + 2.5),
        ("anthropic", "claude-sonnet-4-5@20250929", 0.5 * 6 + 0.5 * 0.6 + 2.25),
        ("gemini", "models/gemini-2.5-pro", 0.5 * 2.5 + 0.5 * 0.25 + 1.5),
        ("gemini-interactions", "gemini-3-flash-preview", 0.5 * 0.5 + 0.5 * 0.05 + 0.3),
        ("grok", "grok-4.6", 0.5 * 4 + 0.5 * 1 + 1.2),
        ("ollama", "qwen3:8b", 0.0),
    ],
)
def test_list_prices(provider: str, model: str, dollars: float) -> None:
    usage = Usage(1_000_000, 100_000, 500_000)
    assert ListPrices().cost(provider, model, usage) == pytest.approx(dollars)


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4-0613", "gpt-4"),
        ("gpt-4-1106-preview", "gpt-4-turbo"),
        ("openai/gpt-4.1", "gpt-4.1"),
        ("gpt-4o-audio-preview", None),
        ("gpt-5.9", None),
        ("gpt-5-other", None),
        ("gpt-4o2024", None),
        ("ft:gpt-4o:acme", None),
        ("", None),
        ("g" * 100_000, None),
    ],
)
def test_the_longest_name_counts_and_only_a_release_may_follow(model: str, row: str | None) -> None:
    expected = None if row is None else PRICES["openai-chat"][row]
    assert ListPrices().price("openai-chat", model) == expected


@pytest.mark.parametrize(
    ("provider", "model"),
    [("anthropic", "gpt-5"), ("azure", "gpt-5"), ("vllm", "qwen3"), ("", ""), ("ollama", "gpt-oss:120b-cloud")],
)
def test_an_unknown_price_is_none(provider: str, model: str) -> None:
    assert ListPrices().price(provider, model) is None
    assert ListPrices().cost(provider, model, Usage(1, 1)) is None


def test_the_table_can_be_replaced() -> None:
    mine = ListPrices({"vllm": {"qwen": Price(1.0, 2.0), "": Price(3.0, 4.0)}}, as_of="2027-01-01", sources=("me",))
    assert mine.cost("vllm", "qwen-latest", Usage(1_000_000, 1_000_000)) == pytest.approx(3.0)
    assert mine.cost("vllm", "llama", Usage(1_000_000, 1_000_000)) == pytest.approx(7.0)
    assert mine.cost("openai-chat", "gpt-5", Usage(1, 1)) is None
    assert (mine.as_of, mine.sources) == ("2027-01-01", ("me",))


def test_the_table_is_dated_and_says_its_sources() -> None:
    prices = ListPrices()
    assert date.fromisoformat(prices.as_of).year >= 2026
    assert all(source.startswith("https://") for source in prices.sources)
    assert PRICES.keys() <= PROVIDERS.keys()


def test_every_row_is_a_price() -> None:
    for provider, models in PRICES.items():
        for model, price in models.items():
            assert ListPrices().price(provider, model or "any") == price
            assert 0 <= (price.cache_read or 0) <= price.input <= (price.cache_write or price.input)
            assert price.input <= price.output
            assert (price.long is None) is (price.long_above is None)
            assert price.long is None or price.long.input > price.input


def test_list_prices_are_plain_data() -> None:
    prices = ListPrices()
    for again in (copy.deepcopy(prices), pickle.loads(pickle.dumps(prices))):
        assert again == prices
        assert again.price("grok", "grok-3") == prices.price("grok", "grok-3")


@pytest.mark.parametrize(
    ("tokens", "status"), [(69_999, "green"), (70_000, "yellow"), (89_999, "yellow"), (90_000, "red"), (120_000, "red")]
)
def test_a_budget_takes_its_cost_from_a_pricer(tokens: int, status: str) -> None:
    pricer: Pricer = ListPrices()
    usage = Usage(tokens - 1_000, 1_000)
    news = TokenBudget(100_000).update_by(usage, pricer, provider="anthropic", model="claude-haiku-4-5")
    assert news is not None
    assert news.status == status
    assert news.estimated_cost == pytest.approx((tokens - 1_000) / 1e6 + 0.005)
