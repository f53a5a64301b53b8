"""Bodies of Gemini's Interactions API (ai.google.dev/gemini-api/docs/interactions)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .conversation import Conversation, Options, Tool, is_mapping, plain_text
from .credentials import unconfigured
from .gemini import google_base
from .target import Target
from .urls import base_of, endpoint

__all__ = ["interactions_body", "interactions_headers", "interactions_url"]

# ai.google.dev, "Interactions API: breaking changes (May 2026)": the revision that answers in steps.
API_REVISION = "2026-05-20"
_STEPS = {"user": "user_input", "assistant": "model_output", "model": "model_output"}
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}
_LEVELS = {"max": "xhigh", "none": "minimal"}


def interactions_url(target: Target) -> str:
    """The URL of `interactions`."""
    return endpoint(urlsplit(base_of(target)), f"{google_base(target)}/interactions")


def interactions_headers(_: Target) -> list[tuple[str, str]]:
    """The revision that the parser knows."""
    return [("Api-Revision", API_REVISION)]


def interactions_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of a streaming request."""
    options = conversation.options
    if conversation.one_call_at_a_time:
        raise unconfigured(target.provider, "Gemini has no request field against parallel tool calls")
    system, messages = conversation.system_and_rest()
    steps = [_step(message) for message in messages]
    body: dict[str, Any] = {"model": target.model, "input": steps, "stream": True}
    if system:
        plain = all(isinstance(part, str) for part in system)
        body["system_instruction"] = "\n\n".join(system) if plain else conversation.system
    config: dict[str, Any] = {}
    if conversation.tools:
        body["tools"] = [_tool(tool) if isinstance(tool, Tool) else tool for tool in conversation.tools]
        if options.tool_choice is not None:
            config["tool_choice"] = _tool_choice(options)
    if options.max_tokens is not None:
        config["max_output_tokens"] = options.max_tokens
    if options.stop:
        config["stop_sequences"] = list(options.stop)
    level = "none" if options.thinks is False else options.level
    if level is not None:
        config["thinking_level"] = _LEVELS.get(level, level)
    if options.thinking:
        config["thinking_summaries"] = "auto"
    return body | ({"generation_config": config} if config else {})


def _step(message: Any) -> Any:
    plain = plain_text(message)
    if plain is None or plain[0] not in _STEPS:
        return message
    return {"type": _STEPS[plain[0]], "content": [{"type": "text", "text": plain[1]}]}


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    schema = {"parameters": tool.schema} if tool.parameters else {}
    return {"type": "function", "name": tool.name, **described, **schema}


def _tool_choice(options: Options) -> Any:
    choice = options.tool_choice
    if is_mapping(choice):
        return choice
    word = _CHOICES.get(str(choice))
    return word or {"allowed_tools": {"mode": "any", "tools": [choice]}}
