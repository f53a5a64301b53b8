"""What a payload of a Chat Completions stream is: a chunk, an error, or something else."""

from __future__ import annotations

from typing import Any

from ...payload import as_object, as_text, is_list

__all__ = ["is_chunk", "is_error"]

# What comes in chunks without choices: totals, filters, progress, sources and the server's own news.
_CHOICELESS_KEYS = frozenset(
    {
        "choices",
        "usage",
        "citations",
        "images",
        "metrics",
        "moderation",
        "nvext",
        "obfuscation",
        "prompt_filter_results",
        "prompt_progress",
        "prompt_token_ids",
        "provider",
        "search_results",
        "service_tier",
        "stats",
        "status",
        "system_fingerprint",
        "time_info",
        "timings",
        "x_groq",
    }
)


def is_error(payload: dict[str, Any]) -> bool:
    """True for the shapes of errors inside a stream."""
    # `"error": null` on healthy chunks: github.com/microsoft/foundry-local/issues/221.
    if payload.get("error") or as_object(payload.get("x_groq")).get("error"):
        return True
    if payload.get("choices"):
        return False
    # vLLM until 2025: github.com/vllm-project/vllm/issues/12886.
    if payload.get("object") == "error":
        return True
    if "choices" in payload:
        return False
    # Cerebras and gateways; FastChat (github.com/lm-sys/FastChat/issues/3367); FastAPI.
    flat = isinstance(payload.get("message"), str) and ("code" in payload or "type" in payload)
    return flat or bool(payload.get("error_code") or payload.get("detail"))


def is_chunk(payload: dict[str, Any]) -> bool:
    """True for what belongs to a stream of chunks, with or without choices."""
    named = as_text(payload.get("object")).startswith("chat.")
    return named or is_list(payload.get("choices")) or not payload.keys().isdisjoint(_CHOICELESS_KEYS)
