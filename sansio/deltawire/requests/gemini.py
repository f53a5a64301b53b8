"""Bodies of Gemini's streamGenerateContent, at the Gemini API and at Vertex AI."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from .conversation import Conversation, Options, Tool, is_mapping, plain_text
from .credentials import unconfigured
from .target import Target
from .urls import base_of, endpoint, mended_path, path_segment, vertex_endpoint

__all__ = ["gemini_body", "gemini_url", "google_base"]

_VERSIONED = re.compile(r"/v\d[a-z0-9]*$")
_CHOICES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
_LEVELS = {"max": "XHIGH", "none": "MINIMAL"}
# ai.google.dev/gemini-api/docs/openai: what an effort means to the models that know budgets only.
_BUDGETS = {"none": 0, "minimal": 1_024, "low": 1_024, "medium": 8_192}
_HIGHEST_BUDGET = 24_576


def google_base(target: Target) -> str:
    """The path up to and with the API version."""
    path = mended_path(urlsplit(base_of(target)).path, ("/models", "/interactions", "/openai"))
    return path if _VERSIONED.search(path) else f"{path}/{target.api_version or 'v1beta'}"


def gemini_url(target: Target) -> str:
    """The URL of the model's SSE stream."""
    if target.project is not None:
        return vertex_endpoint(target, "google", "streamGenerateContent", "alt=sse")
    # A tuned model's name has its collection before it, and the SDK takes `models/` before any other.
    name = target.model if "/" in target.model else f"models/{target.model}"
    model = "/".join(path_segment(target, part) for part in name.split("/"))
    path = f"{google_base(target)}/{model}:streamGenerateContent"
    return endpoint(urlsplit(base_of(target)), path, "alt=sse")


def gemini_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of a request; that it streams is in the URL."""
    options = conversation.options
    if conversation.one_call_at_a_time:
        raise unconfigured(target.provider, "Gemini has no request field against parallel tool calls")
    system, messages = conversation.system_and_rest()
    body: dict[str, Any] = {"contents": [_content(message) for message in messages]}
    if is_mapping(conversation.system):
        body["systemInstruction"] = conversation.system
    elif system:
        body["systemInstruction"] = {"parts": [{"text": part} if isinstance(part, str) else part for part in system]}
    if conversation.tools:
        declared = [_declaration(tool) for tool in conversation.own_tools]
        native = [tool for tool in conversation.tools if not isinstance(tool, Tool)]
        body["tools"] = [*([{"functionDeclarations": declared}] if declared else []), *native]
        if options.tool_choice is not None:
            body["toolConfig"] = {"functionCallingConfig": _calling(options)}
    config: dict[str, Any] = {}
    if options.max_tokens is not None:
        config["maxOutputTokens"] = options.max_tokens
    if options.stop:
        config["stopSequences"] = list(options.stop)
    thinking = _thinking(target.model, options)
    if thinking:
        config["thinkingConfig"] = thinking
    return body | ({"generationConfig": config} if config else {})


def _content(message: Any) -> Any:
    plain = plain_text(message)
    if plain is None:
        return message
    role, text = plain
    return {"role": "model" if role == "assistant" else role, "parts": [{"text": text}]}


def _declaration(tool: Tool) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    # An object schema without properties is refused; a function without parameters has no schema.
    schema = {"parametersJsonSchema": tool.schema} if tool.parameters else {}
    return {"name": tool.name, **described, **schema}


def _calling(options: Options) -> dict[str, Any]:
    choice = options.tool_choice
    if is_mapping(choice):
        return dict(choice)
    mode = _CHOICES.get(str(choice))
    return {"mode": mode} if mode else {"mode": "ANY", "allowedFunctionNames": [choice]}


def _thinking(model: str, options: Options) -> dict[str, Any]:
    shown = {"includeThoughts": True} if options.thinking else {}
    if options.budget is not None:
        return shown | {"thinkingBudget": options.budget}
    effort = "none" if options.thinks is False else options.effort
    if effort is None:
        return shown
    if "gemini-2" in model:
        return shown | {"thinkingBudget": _BUDGETS.get(effort, _HIGHEST_BUDGET)}
    return shown | {"thinkingLevel": _LEVELS.get(effort, effort.upper())}
