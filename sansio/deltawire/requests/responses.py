"""Bodies of the Responses API (platform.openai.com/docs/api-reference/responses)."""

from __future__ import annotations

from typing import Any

from .conversation import Conversation, Options, Tool, is_mapping
from .credentials import unconfigured
from .target import Target
from .urls import base_of, is_openai, openai_endpoint

__all__ = ["responses_body", "responses_url"]


def responses_url(target: Target) -> str:
    """The URL of `responses`."""
    return openai_endpoint(target, "responses")


def responses_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of a streaming request; usage comes unasked."""
    options = conversation.options
    if options.stop:
        raise unconfigured(target.provider, "The Responses API has no stop sequences")
    body: dict[str, Any] = {"model": target.model, "input": list(conversation.messages), "stream": True}
    if conversation.system:
        body["instructions"] = conversation.system
    if is_openai(base_of(target)):
        body["stream_options"] = {"include_obfuscation": False}
    if conversation.tools:
        body["tools"] = [_tool(tool) if isinstance(tool, Tool) else tool for tool in conversation.tools]
        choice = options.tool_choice
        if choice is not None:
            named = not is_mapping(choice) and choice not in {"auto", "none", "required"}
            body["tool_choice"] = {"type": "function", "name": choice} if named else choice
        if options.parallel_tool_calls is not None:
            body["parallel_tool_calls"] = options.parallel_tool_calls
    if options.max_tokens is not None:
        body["max_output_tokens"] = options.max_tokens
    reasoning = _reasoning(options)
    return body | ({"reasoning": reasoning} if reasoning else {})


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    # Here strict is the default, and would make every optional argument a required one.
    return {
        "type": "function",
        "name": tool.name,
        **described,
        "parameters": tool.schema,
        "strict": bool(tool.strict),
    }


def _reasoning(options: Options) -> dict[str, Any]:
    if options.thinking is not None and not options.thinking:
        return {"effort": "none"}
    effort = options.level or ("medium" if options.thinks else None)
    # Without a summary there is no text of the reasoning at all.
    summary = {"summary": "auto"} if options.thinking else {}
    return ({"effort": effort} if effort else {}) | summary
