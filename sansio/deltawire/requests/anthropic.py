"""Bodies of Anthropic Messages (platform.claude.com/docs/en/api/messages), at Anthropic, Vertex AI and Bedrock."""

from __future__ import annotations

from typing import Any

from .conversation import Conversation, Options, Tool, is_mapping
from .target import Target
from .urls import host_endpoint, vertex_endpoint

__all__ = ["anthropic_body", "anthropic_headers", "anthropic_url", "claude_body"]

# platform.claude.com, "Versioning": the first new version since 2023-06-01 changes requests only.
API_VERSION = "2026-10-21"
VERTEX_VERSION = "vertex-2023-10-16"
DEFAULT_MAX_TOKENS = 4_096
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}
_EFFORTS = {"minimal": "low"}


def anthropic_url(target: Target) -> str:
    """The URL of `/v1/messages`, or of the model at Vertex AI if the target names a project."""
    if target.project is not None:
        return vertex_endpoint(target, "anthropic", "streamRawPredict")
    return host_endpoint(target, ("/messages", "/v1"), "/v1/messages")


def anthropic_headers(target: Target) -> list[tuple[str, str]]:
    """The version header; Vertex AI has the version in the body."""
    return [] if target.project is not None else [("anthropic-version", target.api_version or API_VERSION)]


def anthropic_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of a streaming request."""
    head = (
        {"anthropic_version": target.api_version or VERTEX_VERSION}
        if target.project is not None
        else {"model": target.model}
    )
    return head | {"stream": True} | claude_body(conversation)


def claude_body(conversation: Conversation) -> dict[str, Any]:
    """The part of the body that every host of the schema takes."""
    options = conversation.options
    system, messages = conversation.system_and_rest()
    body: dict[str, Any] = {"max_tokens": answer_limit(options), "messages": messages}
    if system:
        blocks = [{"type": "text", "text": part} if isinstance(part, str) else part for part in system]
        body["system"] = system[0] if len(system) == 1 and isinstance(system[0], str) else blocks
    thinking = claude_thinking(options)
    if thinking:
        body["thinking"] = thinking
    if options.effort not in {None, "none"}:
        body["output_config"] = {"effort": _EFFORTS.get(str(options.effort), options.effort)}
    if conversation.tools:
        body["tools"] = [_tool(tool) if isinstance(tool, Tool) else tool for tool in conversation.tools]
        choice = _tool_choice(options)
        if choice:
            body["tool_choice"] = choice
    if options.stop:
        body["stop_sequences"] = list(options.stop)
    return body


def answer_limit(options: Options) -> int:
    """`max_tokens`, 4,096 unless said, and always above the thinking budget, which counts against it."""
    limit = options.max_tokens or DEFAULT_MAX_TOKENS
    budget = options.budget or 0
    return limit if limit > budget else budget + limit


def claude_thinking(options: Options) -> dict[str, Any]:
    """The `thinking` object, empty if nothing is to be said."""
    if options.budget is not None:
        return {"type": "enabled", "budget_tokens": options.budget}
    if options.thinking:
        # Newer models leave the text of their thinking out unless a summary is asked for.
        return {"type": "adaptive", "display": "summarized"}
    return {"type": "disabled"} if options.thinks is False else {}


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    strict = {"strict": tool.strict} if tool.strict is not None else {}
    return {"name": tool.name, **described, "input_schema": tool.schema, **strict}


def _tool_choice(options: Options) -> dict[str, Any]:
    choice = options.tool_choice
    if is_mapping(choice):
        return dict(choice)
    alone = options.parallel_tool_calls is False and choice != "none"
    if choice is None and not alone:
        return {}
    kind = _CHOICES.get(str(choice or "auto"))
    chosen: dict[str, Any] = {"type": kind} if kind else {"type": "tool", "name": choice}
    return chosen | ({"disable_parallel_tool_use": True} if alone else {})
