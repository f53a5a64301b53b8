"""Token counts of the Responses API."""

from __future__ import annotations

from typing import Any

from ...payload import as_count, as_object
from ...stated_cost import stated_cost
from ...usage import Usage

__all__ = ["responses_usage", "uncounted"]


def _first(*values: Any) -> int | None:
    return next((count for count in map(as_count, values) if count is not None), None)


def responses_usage(raw: dict[str, Any]) -> Usage:
    """The merged `usage` object with our meaning: cached tokens are part of the input, reasoning of the output.

    Gateways that translate from Chat Completions leave its names in.
    """
    input_details = as_object(raw.get("input_tokens_details")) or as_object(raw.get("prompt_tokens_details"))
    output_details = as_object(raw.get("output_tokens_details")) or as_object(raw.get("completion_tokens_details"))
    prompt = _first(raw.get("input_tokens"), raw.get("prompt_tokens"))
    output = _first(raw.get("output_tokens"), raw.get("completion_tokens"))
    total = as_count(raw.get("total_tokens"))
    if total is None and prompt is not None and output is not None:
        total = prompt + output
    return Usage(
        prompt,
        output,
        as_count(input_details.get("cached_tokens")),
        as_count(input_details.get("cache_write_tokens")),
        as_count(output_details.get("reasoning_tokens")),
        total,
        stated_cost(raw),
        raw,
    )


def uncounted(said: dict[str, Any]) -> str:
    """The names of main counts that are there and no whole numbers, comma-separated."""
    names = ("input_tokens", "output_tokens", "total_tokens")
    return ", ".join(name for name in names if said.get(name) is not None and as_count(said[name]) is None)
