"""Token counts in each provider's own fields: the inverse of reading them. What nobody stated is left out."""

from __future__ import annotations

from typing import Any

from ..usage import Usage

__all__ = ["chat_counts", "gemini_counts", "messages_counts", "ollama_counts", "responses_counts"]


def _stated(counts: dict[str, Any]) -> dict[str, Any]:
    return {name: count for name, count in counts.items() if count is not None}


def chat_counts(usage: Usage) -> dict[str, Any]:
    """The `usage` of Chat Completions: cached tokens are part of the prompt, reasoning of the completion."""
    counts: dict[str, Any] = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
    }
    prompt, output = _details(usage)
    return _stated({**counts, "prompt_tokens_details": prompt or None, "completion_tokens_details": output or None})


def responses_counts(usage: Usage) -> dict[str, Any]:
    """The `usage` of Responses: the same under other names, its details always there."""
    prompt, output = _details(usage)
    return _stated(
        {
            "input_tokens": usage.input_tokens,
            "input_tokens_details": prompt,
            "output_tokens": usage.output_tokens,
            "output_tokens_details": output,
            "total_tokens": usage.total_tokens,
        }
    )


def messages_counts(usage: Usage) -> dict[str, Any]:
    """The `usage` of Messages: its three counts of the input are disjoint."""
    read, written, bare = usage.cache_read_tokens, usage.cache_write_tokens, usage.input_tokens
    thinking = usage.reasoning_tokens
    return _stated(
        {
            "input_tokens": None if bare is None else max(bare - (read or 0) - (written or 0), 0),
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
            "output_tokens": usage.output_tokens,
            "output_tokens_details": None if thinking is None else {"thinking_tokens": thinking},
        }
    )


def gemini_counts(usage: Usage) -> dict[str, Any]:
    """The `usageMetadata` of Gemini: thoughts stand beside the candidates."""
    output, thoughts = usage.output_tokens, usage.reasoning_tokens
    return _stated(
        {
            "promptTokenCount": usage.input_tokens,
            "candidatesTokenCount": None if output is None else max(output - (thoughts or 0), 0),
            "thoughtsTokenCount": thoughts,
            "cachedContentTokenCount": usage.cache_read_tokens,
            "totalTokenCount": usage.total_tokens,
        }
    )


def ollama_counts(usage: Usage) -> dict[str, Any]:
    """The counts of Ollama's last line."""
    return _stated({"prompt_eval_count": usage.input_tokens, "eval_count": usage.output_tokens})


def _details(usage: Usage) -> tuple[dict[str, Any], dict[str, Any]]:
    prompt = {"cached_tokens": usage.cache_read_tokens, "cache_write_tokens": usage.cache_write_tokens}
    return _stated(prompt), _stated({"reasoning_tokens": usage.reasoning_tokens})
