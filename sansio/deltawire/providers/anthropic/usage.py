"""The counts of a Messages response."""

from __future__ import annotations

from typing import Any

from ...payload import as_count, as_object
from ...usage import Usage

__all__ = ["messages_usage", "uncounted"]

_COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def messages_usage(raw: dict[str, Any]) -> Usage:
    """The merged `usage` object with our meaning.

    The three input counts are disjoint, so the prompt is their sum; thinking is part of the output
    (platform.claude.com/docs/en/build-with-claude/prompt-caching).
    """
    bare, output, written, read = (as_count(raw.get(name)) for name in _COUNTS)
    prompt = None if bare is None else bare + (written or 0) + (read or 0)
    thinking = as_count(as_object(raw.get("output_tokens_details")).get("thinking_tokens"))
    total = prompt + output if prompt is not None and output is not None else None
    return Usage(prompt, output, read, written, thinking, total, None, raw)


def uncounted(usage: dict[str, Any]) -> str:
    """The names of the counts that are no whole numbers, `""` if there are none."""
    return ", ".join(name for name in _COUNTS if usage.get(name) is not None and as_count(usage[name]) is None)
