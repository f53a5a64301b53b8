"""Bodies of Cohere's chat API, version 2 (docs.cohere.com/reference/chat-stream)."""

from __future__ import annotations

from typing import Any

from .chat import chat_messages, chat_tools
from .conversation import Conversation
from .credentials import unconfigured
from .target import Target
from .urls import host_endpoint

__all__ = ["cohere_body", "cohere_url"]

_CHOICES = {"none": "NONE", "required": "REQUIRED"}


def cohere_url(target: Target) -> str:
    """The URL of `/v2/chat`."""
    return host_endpoint(target, ("/chat", "/v1", "/v2"), "/v2/chat")


def cohere_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of a streaming request."""
    options = conversation.options
    body: dict[str, Any] = {"model": target.model, "messages": chat_messages(conversation), "stream": True}
    if conversation.tools:
        body["tools"] = chat_tools(conversation)
        choice = options.tool_choice
        if choice not in {None, "auto"}:
            if choice not in _CHOICES:
                raise unconfigured(target.provider, "Cohere cannot be told to call one certain tool")
            body["tool_choice"] = _CHOICES[str(choice)]
        if conversation.one_call_at_a_time:
            raise unconfigured(target.provider, "Cohere has no request field against parallel tool calls")
    if options.max_tokens is not None:
        body["max_tokens"] = options.max_tokens
    if options.stop:
        body["stop_sequences"] = list(options.stop)
    if options.thinks is not None:
        budget = {"token_budget": options.budget} if options.budget is not None else {}
        body["thinking"] = {"type": "enabled" if options.thinks else "disabled"} | budget
    return body
