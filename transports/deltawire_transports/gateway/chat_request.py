"""Requests of Chat Completions clients (platform.openai.com/docs/api-reference/chat/create)."""

from __future__ import annotations

from typing import Any

from deltawire.payload import as_object
from deltawire.requests import Options

from .asked import Asked
from .reading import Conversation, flag, objects, sampling, tool, whole, word, words

__all__ = ["read_chat"]

# Told to every target by `Options`, in its own words, or set by us.
_NEUTRAL = frozenset(
    {
        "model",
        "messages",
        "tools",
        "tool_choice",
        "stream",
        "stream_options",
        "max_tokens",
        "max_completion_tokens",
        "parallel_tool_calls",
        "reasoning_effort",
        "stop",
    }
)
_SAMPLING = frozenset({"temperature", "top_p"})
_TEXTS = ("text", "refusal")
# What would change the answer's form, not only its words.
_FORMS = ("functions", "function_call", "audio", "modalities", "web_search_options", "prediction")


def read_chat(body: dict[str, Any]) -> Asked:
    """The request in this body. Raises RefusedError for one that no API would take."""
    conversation = Conversation()
    for message in objects(body.get("messages"), "messages"):
        _read(message, conversation)
    fields = {name: value for name, value in body.items() if name not in _NEUTRAL}
    _read_form(body, conversation)
    tools = objects(body.get("tools"), "tools")
    for each in tools:
        if each.get("type") != "function":
            conversation.keep_here(f"a tool of the type {each.get('type')!r}")
    choice = body.get("tool_choice")
    named = as_object(as_object(choice).get("function")).get("name")
    if choice is not None and not isinstance(choice, str) and not isinstance(named, str):
        conversation.keep_here("this tool_choice")
        fields["tool_choice"] = choice
        named = None
    return Asked(
        "openai-chat",
        str(body.get("model") or ""),
        body.get("stream") is True,
        conversation.turns,
        tuple(tool(as_object(each.get("function")), "parameters") for each in tools if each.get("type") == "function"),
        Options(
            max_tokens=whole(body, "max_completion_tokens", "max_tokens"),
            effort=word(body, "reasoning_effort"),
            tool_choice=choice if isinstance(choice, str) else named,
            parallel_tool_calls=flag(body, "parallel_tool_calls"),
            stop=words(body, "stop"),
        ),
        sampling(body),
        objects(body.get("messages"), "messages"),
        tools,
        fields,
        conversation.only_here,
        tuple(sorted(fields.keys() - _SAMPLING)),
        usage=as_object(body.get("stream_options")).get("include_usage") is True,
    )


def _read(message: dict[str, Any], conversation: Conversation) -> None:
    role = message.get("role")
    text = conversation.text(message.get("content"), _TEXTS)
    match role:
        case "system" | "developer":
            conversation.say("system", text)
        case "user":
            conversation.say("user", text)
        case "assistant":
            conversation.answer(text or str(message.get("refusal") or ""))
            for call in objects(message.get("tool_calls"), "tool_calls"):
                _read_call(call, conversation)
        case "tool":
            conversation.result(message.get("tool_call_id"), text)
        case _:
            conversation.keep_here(f"a message of the role {role!r}")


def _read_call(call: dict[str, Any], conversation: Conversation) -> None:
    custom = as_object(call.get("custom"))
    if custom:
        conversation.call(call.get("id"), custom.get("name"), str(custom.get("input") or ""), custom=True)
        return
    function = as_object(call.get("function"))
    conversation.call(call.get("id"), function.get("name"), str(function.get("arguments") or ""))


def _read_form(body: dict[str, Any], conversation: Conversation) -> None:
    if as_object(body.get("response_format")).get("type") not in (None, "text"):
        conversation.keep_here("this response_format")
    if body.get("n") not in (None, 1):
        conversation.keep_here("more than one choice")
    for name in _FORMS:
        if body.get(name):
            conversation.keep_here(name)
