"""Payloads of events that stand in a provider's shape: which one, and how another provider writes the same."""

from __future__ import annotations

import json
from typing import Any

from ..events import ToolCallFinished
from ..payload import as_object, as_text, is_object

__all__ = [
    "are_gemini_tokens",
    "are_openai_tokens",
    "arguments_value",
    "is_anthropic_citation",
    "reads_as_object",
    "url_citation",
]

_ANTHROPIC_LOCATIONS = frozenset(
    {
        "char_location",
        "page_location",
        "content_block_location",
        "web_search_result_location",
        "search_result_location",
    }
)


def url_citation(payload: Any) -> dict[str, Any] | None:
    """The `url_citation` of an OpenAI source, nested (Chat Completions) or flat (Responses); None for any other."""
    fields = as_object(payload)
    if fields.get("type") not in (None, "url_citation"):
        return None
    fields = as_object(fields.get("url_citation")) or fields
    if not as_text(fields.get("url")):
        return None
    return {name: value for name, value in fields.items() if name != "type" and value is not None}


def is_anthropic_citation(payload: Any) -> bool:
    """True for a source in one of Anthropic's shapes."""
    return as_object(payload).get("type") in _ANTHROPIC_LOCATIONS


def are_openai_tokens(tokens: list[Any]) -> bool:
    """True for log probabilities in the shape of OpenAI's APIs and Ollama's."""
    return all(is_object(token) and isinstance(token.get("token"), str) and "logprob" in token for token in tokens)


def are_gemini_tokens(tokens: list[Any]) -> bool:
    """True for log probabilities in Gemini's shape."""
    return all(is_object(token) and "logProbability" in token for token in tokens)


def reads_as_object(arguments: str) -> bool:
    """True for text that whoever is lenient takes for the arguments of a call."""
    try:
        return not arguments.strip() or isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False


def arguments_value(call: ToolCallFinished) -> dict[str, Any]:
    """The arguments of a call that has ended properly, as an object; free text stands in one as `input`."""
    if call.kind == "function":
        return call.arguments_object()
    try:
        value = json.loads(call.arguments) if call.kind == "other" else None
    except (ValueError, RecursionError):
        value = None
    return value if is_object(value) else {"input": call.arguments}
