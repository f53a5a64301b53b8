"""Token counts of Chat Completions: one layout, many vendors' additions."""

from __future__ import annotations

from typing import Any

from ...dialects import Dialect
from ...payload import as_count, as_object
from ...stated_cost import stated_cost
from ...usage import Usage

__all__ = ["chat_usage", "uncounted"]


def _first(*values: Any) -> int | None:
    for value in values:
        count = as_count(value)
        if count is not None:
            return count
    return None


def chat_usage(raw: dict[str, Any], dialect: Dialect | None) -> Usage:
    """The merged `usage` object with our meaning.

    Cached tokens are part of the prompt and reasoning part of the completion, but for xAI and Perplexity, whose
    reasoning stands beside it (github.com/UKGovernmentBEIS/inspect_ai/issues/5528).
    """
    prompt_details = as_object(raw.get("prompt_tokens_details")) or as_object(raw.get("prompt_token_details"))
    output_details = as_object(raw.get("completion_tokens_details"))
    # Some Claude routes of GitHub Copilot use Anthropic's names.
    prompt = _first(raw.get("prompt_tokens"), raw.get("input_tokens"))
    output = _first(raw.get("completion_tokens"), raw.get("output_tokens"))
    read = _first(
        prompt_details.get("cached_tokens"),
        raw.get("prompt_cache_hit_tokens"),
        raw.get("cached_tokens"),
        raw.get("num_cached_tokens"),
        raw.get("cache_read_input_tokens"),
    )
    written = _first(
        prompt_details.get("cache_write_tokens"),
        prompt_details.get("cache_creation_input_tokens"),
        # LiteLLM: Anthropic's names beside OpenAI's.
        raw.get("cache_creation_input_tokens"),
    )
    reasoning = _first(output_details.get("reasoning_tokens"), raw.get("reasoning_tokens"))
    if dialect is not None and dialect.reasoning_outside_output:
        if output is not None and reasoning is not None:
            output += reasoning
        if prompt is not None and read is not None and read > prompt:
            # xAI: a cached count above the prompt's stands beside it.
            prompt += read
    total = _first(raw.get("total_tokens"))
    if total is None and prompt is not None and output is not None:
        total = prompt + output
    return Usage(prompt, output, read, written, reasoning, total, stated_cost(raw), raw)


def uncounted(said: dict[str, Any]) -> str:
    """The names of main counts that are there and no whole numbers, comma-separated."""
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return ", ".join(name for name in names if said.get(name) is not None and as_count(said[name]) is None)
