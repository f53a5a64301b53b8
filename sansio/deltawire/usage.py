"""Token counts of one response, with one meaning for every provider."""

from __future__ import annotations

from typing import Any, Protocol

import attrs

from .payload import as_count

__all__ = ["Pricer", "Usage", "merge_counts"]


@attrs.define
class _Usage:
    # Built mutable, then made frozen by a class swap where every frame brings counts: half the price of a frozen one.

    input_tokens: int | None = None
    """Tokens of the whole prompt, those read from or written to a cache included."""
    output_tokens: int | None = None
    """Tokens of the answer, reasoning included."""
    cache_read_tokens: int | None = None
    """Prompt tokens served from a cache."""
    cache_write_tokens: int | None = None
    """Prompt tokens written to a cache."""
    reasoning_tokens: int | None = None
    """Output tokens spent on reasoning."""
    total_tokens: int | None = None
    """The provider's own total, else input and output together when both are known."""
    cost: float | None = None
    """The price in US dollars (or the provider's credits) if the provider states it."""
    raw: dict[str, Any] = attrs.field(factory=dict[str, Any], hash=False)
    """The provider's own fields, merged over the response: per field the last value that was not null.

    A value that is no count does not take the place of one; a `Note` holds it."""


@attrs.frozen  # pyright: ignore[reportGeneralTypeIssues] # see _Usage
class Usage(_Usage):
    """What the provider has said of the tokens so far. A count that it did not state is None, never 0."""


class Pricer(Protocol):
    """Whoever knows prices: gives the cost of a usage in US dollars, or None for a model it does not know."""

    def cost(self, provider: str, model: str, usage: Usage) -> float | None:
        """The price of `usage` in US dollars, None if unknown."""
        ...


# What counts of tokens are named at all providers: `input_tokens`, `promptTokenCount`, `prompt_eval_count`.
_COUNT_ENDS = ("tokens", "tokencount", "token_count", "eval_count")


def merge_counts(merged: dict[str, Any], said: dict[str, Any], refused: dict[str, Any] | None = None) -> bool:
    """Adds what the provider says now to what it said before; True if anything changed.

    Running totals: per field the last value that is not null wins, a zero never overwrites a real count, and counts
    are never summed: vLLM, Perplexity, Anthropic and Gemini repeat growing totals. Objects merge by field. What is no
    count, or no object, never takes the place of one: it is put into `refused`, if given, under its name.
    """
    changed = False
    for name, value in said.items():
        before = merged.get(name)
        if value is None or value == before:
            continue
        if before is not None and _spoils(name, before, value):
            if refused is not None:
                refused[name] = value
        elif isinstance(value, dict):
            # A new object each time: what an earlier event shows stays as it was.
            inner: dict[str, Any] = dict(before) if isinstance(before, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
            changed |= merge_counts(inner, value, refused) or not isinstance(before, dict)  # pyright: ignore[reportUnknownArgumentType]
            merged[name] = inner
        elif value == 0 and isinstance(before, int | float) and before:
            continue
        else:
            merged[name] = value
            changed = True
    return changed


def _spoils(name: str, before: Any, value: Any) -> bool:
    if isinstance(before, dict):
        return not isinstance(value, dict)
    return as_count(value) is None and as_count(before) is not None and name.lower().endswith(_COUNT_ENDS)
