"""Token counts of Converse."""

from __future__ import annotations

from typing import Any

from ...payload import as_count
from ...usage import Usage

__all__ = ["converse_usage", "uncounted"]

_COUNTS = ("inputTokens", "outputTokens", "totalTokens")


def converse_usage(raw: dict[str, Any]) -> Usage:
    """The merged `usage` object with our meaning.

    `inputTokens` leaves out what was read from or written to the cache, so that the prompt is the sum of the three
    (docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html; github.com/crmne/ruby_llm/pull/832). A stated
    total of input and output alone says that the input holds the cached tokens already. Nova names the cache counts
    with `Count` at the end.
    """
    bare, output = as_count(raw.get("inputTokens")), as_count(raw.get("outputTokens"))
    read = _first(raw, "cacheReadInputTokens", "cacheReadInputTokenCount")
    written = _first(raw, "cacheWriteInputTokens", "cacheWriteInputTokenCount")
    total = as_count(raw.get("totalTokens"))
    prompt = None if bare is None else bare + (read or 0) + (written or 0)
    if bare is not None and output is not None:
        if total == bare + output:
            prompt = bare
        elif total is None and prompt is not None:
            total = prompt + output
    return Usage(prompt, output, read, written, None, total, None, raw)


def uncounted(said: dict[str, Any]) -> str:
    """The names of main counts that are there and no whole numbers, comma-separated."""
    return ", ".join(name for name in _COUNTS if said.get(name) is not None and as_count(said[name]) is None)


def _first(raw: dict[str, Any], *names: str) -> int | None:
    counts = [as_count(raw.get(name)) for name in names]
    return next((count for count in counts if count is not None), None)
