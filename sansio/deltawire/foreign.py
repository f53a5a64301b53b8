"""Which schema a payload speaks, for the message when a parser is fed another provider's answer."""

from __future__ import annotations

from typing import Any

from .payload import as_text, is_list

__all__ = ["foreign_schema"]

_ANTHROPIC = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    }
)
_COHERE = frozenset({"message-start", "content-start", "content-delta", "tool-plan-delta", "tool-call-start"})


def foreign_schema(payload: dict[str, Any]) -> str:
    """The provider name of the schema that a stray payload was made by, `""` if it is none that shows."""
    kind = as_text(payload.get("type"))
    if kind.startswith("response.") or payload.get("object") == "response":
        return "openai-responses"
    if kind in _ANTHROPIC or (kind == "message" and is_list(payload.get("content"))):
        return "anthropic"
    if kind in _COHERE:
        return "cohere"
    if as_text(payload.get("object")).startswith("chat.completion") or is_list(payload.get("choices")):
        return "openai-chat"
    if as_text(payload.get("event_type")).startswith("interaction."):
        return "gemini-interactions"
    if is_list(payload.get("candidates")):
        return "gemini"
    if isinstance(payload.get("done"), bool) and "model" in payload:
        return "ollama"
    return ""
