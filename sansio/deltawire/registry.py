"""The providers by name: one row each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

import attrs

from .dialects import DIALECTS
from .nearest import did_you_mean
from .providers.anthropic import Anthropic
from .providers.base import Provider
from .providers.bedrock import Bedrock, Nova
from .providers.bedrock_invoke import BedrockInvoke
from .providers.cohere import Cohere
from .providers.gemini import Gemini
from .providers.gemini_interactions import GeminiInteractions
from .providers.ollama import Ollama
from .providers.openai_chat import OpenAIChat
from .providers.openai_responses import OpenAIResponses

__all__ = ["PROVIDERS", "ProviderRow", "provider_row"]

Framing: TypeAlias = Literal["sse", "ndjson", "event-stream"]


@attrs.frozen
class ProviderRow:
    """One provider's schema and how its bodies are framed."""

    name: str
    """The name that a parser is made with."""
    schema: type[Provider]
    """What maps its payloads."""
    framing: Framing = "sse"
    """The framing of its streams; one document in place of a stream is always understood."""
    think: Literal["off", "leading"] = "off"
    """Whether think blocks are looked for in the text when the caller does not say."""
    schemas: tuple[tuple[str, type[Provider]], ...] = ()
    """The schemas of the vendors whose answers this one only carries, by name."""


_SCHEMAS = (
    ProviderRow("anthropic", Anthropic),
    ProviderRow("bedrock", Bedrock, framing="event-stream"),
    ProviderRow(
        "bedrock-invoke",
        BedrockInvoke,
        framing="event-stream",
        think="leading",
        schemas=(("anthropic", Anthropic), ("cohere", Cohere), ("nova", Nova), ("openai-chat", OpenAIChat)),
    ),
    ProviderRow("cohere", Cohere),
    ProviderRow("gemini", Gemini),
    ProviderRow("gemini-interactions", GeminiInteractions),
    ProviderRow("ollama", Ollama, framing="ndjson", think="leading"),
    ProviderRow("openai-responses", OpenAIResponses),
    *(ProviderRow(name, OpenAIChat, think="leading") for name in DIALECTS),
)

PROVIDERS: Mapping[str, ProviderRow] = MappingProxyType({row.name: row for row in _SCHEMAS})
"""Every provider and dialect name."""


def provider_row(name: str) -> ProviderRow:
    """The row of that name; raises ValueError with the nearest name for one that does not exist."""
    row = PROVIDERS.get(name)
    if row is None:
        hint = did_you_mean(name, PROVIDERS) or "."
        raise ValueError(f"no provider {name!r}{hint} Known: {', '.join(sorted(PROVIDERS))}")
    return row
