"""List prices of text models in US dollars for a million tokens, as the vendors' price pages had them.

Facts only, gathered from genai-prices 0.2.3 (github.com/pydantic/genai-prices), which reads those pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from .usage import Usage

__all__ = ["AS_OF", "PRICES", "SOURCES", "Price"]

AS_OF = "2026-11-20"
"""The day on which the prices held."""
SOURCES = (
    "https://developers.openai.com/api/docs/pricing",
    "https://platform.claude.com/docs/en/about-claude/pricing",
    "https://ai.google.dev/gemini-api/docs/pricing",
    "https://docs.x.ai/docs/models",
    "https://github.com/pydantic/genai-prices",
)
"""Where they come from."""

_MILLION = 1_000_000


@attrs.frozen
class Price:
    """List prices of one model in US dollars for a million tokens."""

    input: float
    """Prompt tokens that no cache served."""
    output: float
    """Answer and reasoning."""
    cache_read: float | None = None
    """Prompt tokens from a cache; None: as `input`."""
    cache_write: float | None = None
    """Prompt tokens written to a cache; None: as `input`."""
    long_above: int | None = None
    """The number of prompt tokens above which all of the response has the price `long`."""
    long: Price | None = None
    """The price of a response with a long prompt; None: no other price."""

    def cost(self, usage: Usage) -> float | None:
        """The cost in US dollars; None if the usage lacks its input or output count."""
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        if self.long is not None and self.long_above is not None and usage.input_tokens > self.long_above:
            return self.long.cost(usage)
        read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
        plain = max(0, usage.input_tokens - read - written)
        dollars = (
            plain * self.input
            + read * (self.input if self.cache_read is None else self.cache_read)
            + written * (self.input if self.cache_write is None else self.cache_write)
            + usage.output_tokens * self.output
        )
        return dollars / _MILLION


def _longer(price: Price, above: int, input_factor: float, output_factor: float) -> Price:
    """The price with that of long prompts: these times it."""
    read, write = price.cache_read, price.cache_write
    long = Price(
        price.input * input_factor,
        price.output * output_factor,
        None if read is None else read * input_factor,
        None if write is None else write * input_factor,
    )
    return attrs.evolve(price, long_above=above, long=long)


def _openai(
    prompt: float, output: float, read: float | None = None, write: float | None = None, *, long: bool = False
) -> Price:
    price = Price(prompt, output, read, write)
    return _longer(price, 272_000, 2, 1.5) if long else price


def _grok(prompt: float, output: float, read: float) -> Price:
    return _longer(Price(prompt, output, read), 199_999, 2, 2)


_OPENAI: Mapping[str, Price] = MappingProxyType(
    {
        "gpt-6.1-sol": _openai(2, 10, 0.1, 2.5, long=True),
        "gpt-6.1-terra": _openai(1, 5, 0.05, 1.25, long=True),
        "gpt-6-astra": _openai(10, 50, 1, 12.5, long=True),
        "gpt-6-sol": _openai(2, 10, 0.2, 2.5, long=True),
        "gpt-6-luna": _openai(0.1, 0.5, 0.01, 0.125, long=True),
        "gpt-5.6-sol": _openai(4, 20, 0.4, 5, long=True),
        "gpt-5.6-terra": _openai(2, 12, 0.2, 2.5, long=True),
        "gpt-5.6-luna": _openai(0.2, 1.2, 0.02, 0.25, long=True),
        "gpt-5.5": _openai(5, 30, 0.5, long=True),
        "gpt-5.5-pro": _openai(30, 180, long=True),
        "gpt-5.4": _openai(2.5, 15, 0.25, long=True),
        "gpt-5.4-mini": _openai(0.75, 4.5, 0.075),
        "gpt-5.4-nano": _openai(0.2, 1.25, 0.02),
        "gpt-5.4-pro": _openai(30, 180, long=True),
        "gpt-5.3": _openai(1.75, 14, 0.175),
        "gpt-5.3-codex": _openai(1.75, 14, 0.175),
        "gpt-5.2": _openai(1.75, 14, 0.175),
        "gpt-5.2-pro": _openai(21, 168),
        "gpt-5.1": _openai(1.25, 10, 0.125),
        "gpt-5.1-codex-mini": _openai(0.25, 2, 0.025),
        "gpt-5": _openai(1.25, 10, 0.125),
        "gpt-5-mini": _openai(0.25, 2, 0.025),
        "gpt-5-nano": _openai(0.05, 0.4, 0.005),
        "gpt-5-pro": _openai(15, 120),
        "gpt-4.1": _openai(2, 8, 0.5),
        "gpt-4.1-mini": _openai(0.4, 1.6, 0.1),
        "gpt-4.1-nano": _openai(0.1, 0.4, 0.025),
        "gpt-4o": _openai(2.5, 10, 1.25),
        "gpt-4o-2024-05-13": _openai(5, 15),
        "gpt-4o-mini": _openai(0.15, 0.6, 0.075),
        **dict.fromkeys(("gpt-4-turbo", "gpt-4-1106-preview", "gpt-4-0125-preview"), _openai(10, 30)),
        "gpt-4": _openai(30, 60),
        "gpt-3.5-turbo": _openai(0.5, 1.5),
        "gpt-3.5-turbo-0613": _openai(1.5, 2),
        "gpt-3.5-turbo-1106": _openai(1, 2),
        "o4-mini": _openai(1.1, 4.4, 0.275),
        "o3": _openai(2, 8, 0.5),
        "o3-mini": _openai(1.1, 4.4, 0.55),
        "o3-pro": _openai(20, 80),
        "o1": _openai(15, 60, 7.5),
        "o1-mini": _openai(1.1, 4.4, 0.55),
        "o1-pro": _openai(150, 600),
    }
)
_ANTHROPIC: Mapping[str, Price] = MappingProxyType(
    {
        "claude-fable-5-2": Price(8, 40, 0.2, 10),
        "claude-fable-5-1": Price(10, 50, 0.25, 12.5),
        "claude-fable-5": Price(10, 50, 1, 12.5),
        "claude-opus-5-5": Price(4, 20, 0.2, 5),
        **dict.fromkeys(
            ("claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-opus-4-5"),
            Price(5, 25, 0.5, 6.25),
        ),
        **dict.fromkeys(
            ("claude-opus-4-1", "claude-opus-4-0", "claude-opus-4", "claude-3-opus"), Price(15, 75, 1.5, 18.75)
        ),
        "claude-sonnet-5-5": Price(2, 10, 0.1, 2.5),
        "claude-sonnet-5": Price(2, 10, 0.2, 2.5),
        "claude-sonnet-4-5": _longer(Price(3, 15, 0.3, 3.75), 200_000, 2, 1.5),
        **dict.fromkeys(
            (
                "claude-sonnet-4-6",
                "claude-sonnet-4-0",
                "claude-sonnet-4",
                "claude-3-7-sonnet",
                "claude-3-5-sonnet",
                "claude-3-sonnet",
            ),
            Price(3, 15, 0.3, 3.75),
        ),
        "claude-haiku-5-5": _longer(Price(0.1, 0.5, 0.01, 0.125), 100_000, 5, 5),
        "claude-haiku-4-5": Price(1, 5, 0.1, 1.25),
        "claude-3-5-haiku": Price(0.8, 4, 0.08, 1),
        "claude-3-haiku": Price(0.25, 1.25, 0.03, 0.3),
    }
)
_GEMINI: Mapping[str, Price] = MappingProxyType(
    {
        "gemini-4-argon": Price(2, 10, 0.1),
        **dict.fromkeys(("gemini-3.8-flash", "gemini-3.7-flash", "gemini-3.6-flash"), Price(0.75, 3.75, 0.075)),
        "gemini-3.5-flash": Price(1.5, 9, 0.15),
        "gemini-3.5-flash-lite": Price(0.3, 2.5, 0.03),
        "gemini-3.1-pro": _longer(Price(2, 12, 0.2), 200_000, 2, 1.5),
        "gemini-3.1-flash-lite": Price(0.25, 1.5, 0.025),
        "gemini-3-flash": Price(0.5, 3, 0.05),
        "gemini-2.5-pro": _longer(Price(1.25, 10, 0.125), 200_000, 2, 1.5),
        "gemini-2.5-flash": Price(0.3, 2.5, 0.03),
        "gemini-2.5-flash-lite": Price(0.1, 0.4, 0.01),
    }
)
_GROK: Mapping[str, Price] = MappingProxyType(
    {
        **dict.fromkeys(("grok-4.7", "grok-4.6"), _grok(2, 6, 0.5)),
        "grok-4.5": _grok(2, 6, 0.3),
        **dict.fromkeys(
            ("grok-4.3", "grok-4.20", "grok-4.20-0309-reasoning", "grok-4.20-0309-non-reasoning"), _grok(1.25, 2.5, 0.2)
        ),
        **dict.fromkeys(
            (
                "grok-4-1-fast",
                "grok-4-1-fast-reasoning",
                "grok-4-1-fast-non-reasoning",
                "grok-4-fast",
                "grok-4-fast-reasoning",
                "grok-4-fast-non-reasoning",
            ),
            Price(0.2, 0.5, 0.05),
        ),
        "grok-4": Price(3, 15, 0.75),
        "grok-3": Price(3, 15, 0.75),
        "grok-3-mini": Price(0.3, 0.5, 0.075),
        "grok-code-fast-1": Price(0.2, 1.5, 0.02),
    }
)
# Whatever runs on the user's own machine.
_FREE: Mapping[str, Price] = MappingProxyType({"": Price(0, 0)})

PRICES: Mapping[str, Mapping[str, Price]] = MappingProxyType(
    {
        "openai-chat": _OPENAI,
        "openai-responses": _OPENAI,
        "anthropic": _ANTHROPIC,
        "gemini": _GEMINI,
        "gemini-interactions": _GEMINI,
        "gemini-openai": _GEMINI,
        "grok": _GROK,
        "ollama": _FREE,
        "ollama-openai": _FREE,
    }
)
"""By provider, then by the beginning of the model's name."""
