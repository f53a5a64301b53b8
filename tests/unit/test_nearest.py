"""What is proposed for the name of a provider that does not exist."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire.nearest import did_you_mean
from deltawire.registry import PROVIDERS


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("openai", ["openai-chat", "openai-responses"]),
        ("ChatGPT", ["openai-chat", "openai-responses"]),
        ("claude", ["anthropic"]),
        ("Anthropic", ["anthropic"]),
        ("google", ["gemini"]),
        ("Vertex AI", ["gemini"]),
        ("xai", ["grok"]),
        ("azure_openai", ["azure"]),
        ("aws", ["bedrock"]),
        ("qwen", ["dashscope"]),
        ("kimi", ["moonshot"]),
        ("llama.cpp", ["llama-cpp"]),
    ],
    ids=str,
)
def test_what_people_call_a_provider_leads_to_its_name(name: str, meant: list[str]) -> None:
    assert did_you_mean(name, PROVIDERS) == f"; did you mean {' or '.join(map(repr, meant))}?"


def test_only_known_names_are_proposed() -> None:
    assert did_you_mean("claude", ["gemini"]) == ""
    assert did_you_mean("bedrock", ["grok", "gemini"]) == ""
    assert did_you_mean("openai", ["openai", "openai-chat"]) == "; did you mean 'openai'?"


@pytest.mark.parametrize("name", [None, 5, b"anthropic"], ids=repr)
def test_a_name_is_text(name: Any) -> None:
    with pytest.raises(TypeError, match="a provider is given by its name, a str, not "):
        did_you_mean(name, PROVIDERS)
