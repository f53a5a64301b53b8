"""Requests of Responses clients (platform.openai.com/docs/api-reference/responses/create)."""

from __future__ import annotations

from typing import Any

from deltawire.payload import as_object
from deltawire.requests import Options

from .asked import Asked
from .reading import Conversation, flag, objects, sampling, tool, whole, word

__all__ = ["read_responses"]

_OURS = frozenset({"model", "input", "tools", "stream", "stream_options"})
# What other targets are told by other means.
_TOLD = frozenset(
    {
        "instructions",
        "max_output_tokens",
        "tool_choice",
        "parallel_tool_calls",
        "reasoning",
        "temperature",
        "top_p",
        "include",
        "store",
    }
)
_TEXTS = ("input_text", "output_text", "text", "refusal")
# What the server is to remember or to do by itself.
_FORMS = ("previous_response_id", "conversation", "prompt", "background")


def read_responses(body: dict[str, Any]) -> Asked:
    """The request in this body. Raises RefusedError for one that the API would not take either."""
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else objects(given, "input")
    conversation = Conversation()
    conversation.say("system", str(body.get("instructions") or ""))
    for item in items:
        _read(item, conversation)
    tools = objects(body.get("tools"), "tools")
    for each in tools:
        if each.get("type") != "function":
            conversation.keep_here(f"a tool of the type {each.get('type')!r}")
    for name in _FORMS:
        if body.get(name):
            conversation.keep_here(name)
    if as_object(as_object(body.get("text")).get("format")).get("type") not in (None, "text"):
        conversation.keep_here("this text format")
    choice = body.get("tool_choice")
    named = as_object(choice).get("name") if as_object(choice).get("type") == "function" else None
    if choice is not None and not isinstance(choice, str) and not isinstance(named, str):
        conversation.keep_here("this tool_choice")
    fields = {name: value for name, value in body.items() if name not in _OURS}
    reasoning = as_object(body.get("reasoning"))
    return Asked(
        "openai-responses",
        str(body.get("model") or ""),
        body.get("stream") is True,
        conversation.turns,
        tuple(tool(each, "parameters") for each in tools if each.get("type") == "function"),
        Options(
            max_tokens=whole(body, "max_output_tokens"),
            thinking=True if reasoning.get("summary") else None,
            effort=word(reasoning, "effort"),
            tool_choice=choice if isinstance(choice, str) else named,
            parallel_tool_calls=flag(body, "parallel_tool_calls"),
        ),
        sampling(body),
        items,
        tools,
        fields,
        conversation.only_here,
        tuple(sorted(fields.keys() - _TOLD)),
    )


def _read(item: dict[str, Any], conversation: Conversation) -> None:
    match item.get("type", "message"):
        case "message":
            text = conversation.text(item.get("content"), _TEXTS)
            match item.get("role"):
                case "assistant":
                    conversation.answer(text)
                case "system" | "developer":
                    conversation.say("system", text)
                case _:
                    conversation.say("user", text)
        case "function_call":
            conversation.call(item.get("call_id"), item.get("name"), str(item.get("arguments") or ""))
        case "custom_tool_call":
            conversation.call(item.get("call_id"), item.get("name"), str(item.get("input") or ""), custom=True)
        case "function_call_output" | "custom_tool_call_output":
            conversation.result(item.get("call_id"), conversation.text(item.get("output"), _TEXTS, "output"))
        case "reasoning":
            pass  # another model's reasoning means nothing to a target
        case kind:
            conversation.keep_here(f"an item of the type {kind!r}")
