"""Bodies of Ollama's own chat API (docs.ollama.com/api/chat)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .chat import chat_messages, chat_tools
from .conversation import Conversation, Options
from .credentials import unconfigured
from .target import Target
from .urls import base_of, endpoint, mended_path

__all__ = ["ollama_body", "ollama_url"]

_THINK: Mapping[str, bool | str] = {"none": False, "minimal": "low", "xhigh": "max"}


def ollama_url(target: Target) -> str:
    """The URL of `/api/chat`."""
    base = urlsplit(base_of(target))
    return endpoint(base, mended_path(base.path, ("/chat", "/api", "/v1")) + "/api/chat")


def ollama_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of a streaming request."""
    options = conversation.options
    choice = options.tool_choice
    if conversation.tools and (choice not in {None, "auto", "none"} or conversation.one_call_at_a_time):
        raise unconfigured(target.provider, "Ollama cannot be told which tools to call")
    body: dict[str, Any] = {"model": target.model, "messages": chat_messages(conversation), "stream": True}
    if conversation.tools and choice != "none":
        body["tools"] = chat_tools(conversation)
    think = _think(options)
    if think is not None:
        body["think"] = think
    settings: dict[str, Any] = {}
    if options.max_tokens is not None:
        settings["num_predict"] = options.max_tokens
    if options.stop:
        settings["stop"] = list(options.stop)
    return body | ({"options": settings} if settings else {})


def _think(options: Options) -> bool | str | None:
    if options.effort is None or options.thinking is False:
        return options.thinks
    return _THINK.get(options.effort, options.effort)
