"""Bodies of Chat Completions, for OpenAI and every dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..dialects import DIALECTS, Dialect
from .conversation import Conversation, Options, Tool, is_mapping
from .target import Target
from .urls import base_of, is_openai, openai_endpoint

__all__ = ["chat_body", "chat_messages", "chat_tools", "chat_url"]


def chat_url(target: Target) -> str:
    """The URL of `chat/completions`."""
    return openai_endpoint(target, "chat/completions")


def chat_messages(conversation: Conversation) -> list[Any]:
    """The messages with the system prompt as the first of them."""
    system = conversation.system
    first = [] if system is None or system == "" else [{"role": "system", "content": system}]
    return [*first, *conversation.messages]


def chat_tools(conversation: Conversation) -> list[Any]:
    """The tools, functions nested under the key `function`."""
    return [_chat_tool(tool) if isinstance(tool, Tool) else tool for tool in conversation.tools]


def _chat_tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = tool.schema
    if tool.strict is not None:
        function["strict"] = tool.strict
    return {"type": "function", "function": function}


def chat_choice(choice: str | Mapping[str, Any]) -> Any:
    """The neutral tool choice in the words of this schema."""
    if is_mapping(choice) or choice in {"auto", "none", "required"}:
        return choice
    return {"type": "function", "function": {"name": choice}}


def chat_body(target: Target, conversation: Conversation) -> dict[str, Any]:
    """The body of a streaming request to the target's dialect."""
    dialect = DIALECTS[target.provider]
    body: dict[str, Any] = {"model": target.model, "messages": chat_messages(conversation), "stream": True}
    if dialect.stream_options:
        body["stream_options"] = {"include_usage": True}
        if dialect.name == "openai-chat" and is_openai(base_of(target)):
            # Padding against traffic analysis makes up half of a short chunk; other servers refuse the field.
            body["stream_options"]["include_obfuscation"] = False
    return body | chat_fields(dialect, conversation)


def chat_fields(dialect: Dialect, conversation: Conversation) -> dict[str, Any]:
    """Tools and options as fields of the body; a tool choice goes out only together with tools."""
    options = conversation.options
    fields: dict[str, Any] = {}
    if conversation.tools:
        fields["tools"] = chat_tools(conversation)
        if options.tool_choice is not None:
            fields["tool_choice"] = chat_choice(options.tool_choice)
        if options.parallel_tool_calls is not None:
            fields["parallel_tool_calls"] = options.parallel_tool_calls
    if options.max_tokens is not None:
        fields[dialect.max_tokens_field] = options.max_tokens
    if options.stop:
        fields["stop"] = list(options.stop)
    return fields | _REASONING[dialect.reasoning_style](options, dialect)


def _effort_field(options: Options, dialect: Dialect) -> dict[str, Any]:
    effort = options.level
    if effort is None and options.thinks is not None:
        effort = dialect.default_effort if options.thinks else "none"
    return {} if effort is None else {"reasoning_effort": effort}


def _effort_beside_switch(options: Options) -> dict[str, Any]:
    return {} if options.effort in {None, "none"} else {"reasoning_effort": options.effort}


def _reasoning_object(options: Options, _: Dialect) -> dict[str, Any]:
    # openrouter.ai/docs, "Reasoning Tokens": effort and max_tokens exclude each other.
    if options.effort is not None:
        return {"reasoning": {"effort": options.effort}}
    if options.budget is not None:
        return {"reasoning": {"max_tokens": options.budget}}
    return {} if options.thinks is None else {"reasoning": {"enabled": options.thinks}}


def _reasoning_switch(options: Options, _: Dialect) -> dict[str, Any]:
    switch = {} if options.thinks is None else {"reasoning": {"enabled": options.thinks}}
    return switch | _effort_beside_switch(options)


def _thinking_type(options: Options, _: Dialect) -> dict[str, Any]:
    switch = {} if options.thinks is None else {"thinking": {"type": "enabled" if options.thinks else "disabled"}}
    return switch | _effort_beside_switch(options)


def _enable_thinking(options: Options, _: Dialect) -> dict[str, Any]:
    if options.thinks is None:
        return {}
    budget = {} if options.budget is None else {"thinking_budget": options.budget}
    return {"enable_thinking": options.thinks} | budget


def _template_switch(options: Options, _: Dialect) -> dict[str, Any]:
    switch = {} if options.thinks is None else {"chat_template_kwargs": {"enable_thinking": options.thinks}}
    return switch | _effort_beside_switch(options)


def _template(options: Options, _: Dialect) -> dict[str, Any]:
    words = {} if options.thinks is None else {"enable_thinking": options.thinks}
    words |= _effort_beside_switch(options)
    return {"chat_template_kwargs": words} if words else {}


def _nothing(_options: Options, _: Dialect) -> dict[str, Any]:
    return {}


_REASONING: Mapping[str, Callable[[Options, Dialect], dict[str, Any]]] = {
    "reasoning_effort": _effort_field,
    "reasoning": _reasoning_object,
    "reasoning_switch": _reasoning_switch,
    "thinking": _thinking_type,
    "enable_thinking": _enable_thinking,
    "template_switch": _template_switch,
    "template": _template,
    "none": _nothing,
}
