"""Every provider and dialect by name."""

from __future__ import annotations

from typing import get_args

import pytest

from deltawire.dialects import DIALECTS
from deltawire.providers.base import Provider, ProviderOptions
from deltawire.registry import PROVIDERS, Framing, ProviderRow, provider_row


def test_dialects_are_providers() -> None:
    assert set(DIALECTS) <= set(PROVIDERS)
    assert {"openai-chat", "anthropic", "groq", "openrouter", "azure"} <= set(PROVIDERS)


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_row_is_found_and_whole(name: str) -> None:
    row = provider_row(name)
    assert row.name == name
    assert row.framing in get_args(Framing)
    assert row.think in ("off", "leading")
    provider = row.schema(ProviderOptions(name))
    assert isinstance(provider, Provider)
    assert provider.name == name
    assert provider.proof
    assert provider.can_finish is False


def test_rows_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        PROVIDERS["new"] = PROVIDERS["anthropic"]  # type: ignore[index]
    assert ProviderRow("x", Provider).framing == "sse"


@pytest.mark.parametrize(
    ("name", "near"),
    [("antropic", "anthropic"), ("OpenAI_Chat", "openai-chat"), ("open-router", "openrouter"), ("Groq", "groq")],
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"no provider '{name}'; did you mean '{near}'\\? Known: anthropic, "):
        provider_row(name)


@pytest.mark.parametrize("name", ["", "xxxxxxxx", "42"])
def test_a_name_like_none_is_refused_without_a_guess(name: str) -> None:
    with pytest.raises(ValueError, match=f"no provider '{name}'\\. Known: anthropic, "):
        provider_row(name)
