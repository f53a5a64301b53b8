"""Payloads of events that stand in a provider's shape: which one, and how another provider writes the same."""

from __future__ import annotations

from typing import Any

from ..payload import as_object, as_text, is_object

__all__ = ["are_openai_tokens", "url_citation"]

_URL_FIELDS = ("url", "title", "start_index", "end_index")


def url_citation(payload: Any) -> dict[str, Any] | None:
    """The `url_citation` of an OpenAI source, nested (Chat Completions) or flat (Responses); None for any other."""
    fields = as_object(payload)
    if fields.get("type") not in (None, "url_citation"):
        return None
    fields = as_object(fields.get("url_citation")) or fields
    if not as_text(fields.get("url")):
        return None
    return {name: fields[name] for name in _URL_FIELDS if fields.get(name) is not None}


def are_openai_tokens(tokens: list[Any]) -> bool:
    """True for log probabilities in the shape of OpenAI's APIs and Ollama's."""
    return all(is_object(token) and isinstance(token.get("token"), str) and "logprob" in token for token in tokens)
