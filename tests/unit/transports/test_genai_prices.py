"""Prices from the package genai-prices, and from a stand-in where it is not installed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from deltawire import Usage
from deltawire.registry import PROVIDERS
from deltawire.usage import Pricer
from deltawire_transports.genai_prices import PROVIDER_IDS, GenaiPrices

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class StandIn(ModuleType):
    """What the adapter uses of the package."""

    def __init__(self) -> None:
        super().__init__("genai_prices")
        self.asked: list[Any] = []
        self.error: Exception | None = None

    def Usage(self, **counts: int | None) -> dict[str, int | None]:
        return counts

    def calc_price(self, usage: Any, model: str, *, provider_id: str, genai_request_timestamp: Any) -> Any:
        self.asked.append((usage, model, provider_id, genai_request_timestamp))
        if self.error is not None:
            raise self.error
        return SimpleNamespace(total_price=Decimal("0.25"))


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    stand_in = StandIn()
    monkeypatch.setitem(sys.modules, "genai_prices", stand_in)
    return stand_in


def test_asks_with_the_packages_names(package: StandIn) -> None:
    pricer: Pricer = GenaiPrices(at=NOON)
    assert pricer.cost("grok", "grok-4", Usage(10, 5, 4, 3)) == 0.25
    counts = {"input_tokens": 10, "output_tokens": 5, "cache_read_tokens": 4, "cache_write_tokens": 3}
    assert package.asked == [(counts, "grok-4", "x-ai", NOON)]


@pytest.mark.parametrize(
    ("provider", "usage"),
    [("ollama", Usage(1, 1)), ("nobody", Usage(1, 1)), ("grok", Usage(None, 1)), ("grok", Usage(1, None))],
)
def test_what_has_no_price_is_not_asked_for(package: StandIn, provider: str, usage: Usage) -> None:
    assert GenaiPrices().cost(provider, "m", usage) is None
    assert package.asked == []


@pytest.mark.parametrize("error", [LookupError("no such model"), ValueError("more read than there was")])
def test_what_the_package_refuses_is_unknown(package: StandIn, error: Exception) -> None:
    package.error = error
    assert GenaiPrices().cost("grok", "m", Usage(1, 1)) is None


def test_other_names_can_be_given(package: StandIn) -> None:
    assert GenaiPrices({"vllm": "mine"}).cost("vllm", "m", Usage(1, 1)) == 0.25
    assert package.asked[0][2] == "mine"


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'deltawire\[prices\]'"):
        GenaiPrices()


def test_what_the_package_itself_is_missing_is_said_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'pydantic'", name="pydantic")

    monkeypatch.setattr("importlib.import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="pydantic"):
        GenaiPrices()


def test_names_only_providers_that_there_are() -> None:
    assert PROVIDER_IDS.keys() <= PROVIDERS.keys()


def test_agrees_with_the_package() -> None:
    pytest.importorskip("genai_prices", reason="needs the package genai-prices")
    prices = GenaiPrices(at=NOON)
    usage = Usage(1_000, 50, 400, 100)
    assert prices.cost("anthropic", "claude-opus-4-5", usage) == pytest.approx(0.004575)
    assert prices.cost("anthropic", "no-such-model", usage) is None
    assert prices.cost("anthropic", "claude-opus-4-5", Usage(1, 1, 400)) is None
