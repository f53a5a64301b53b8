"""Requests of Anthropic Messages clients (platform.claude.com/docs/en/api/messages)."""

from __future__ import annotations

from typing import Any

from deltawire.payload import as_object, compact_json
from deltawire.requests import Options

from .asked import Asked, RefusedError
from .reading import Conversation, objects, sampling, tool, whole, word, words

__all__ = ["read_anthropic"]

_OURS = frozenset({"model", "messages", "tools", "stream"})
# What other targets are told by other means.
_TOLD = frozenset(
    {"system", "max_tokens", "stop_sequences", "tool_choice", "thinking", "output_config", "temperature", "top_p"}
)
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_THINKING = ("thinking", "redacted_thinking")
# What would change the answer's form, not only its words.
_FORMS = ("mcp_servers", "container", "context_management")


def read_anthropic(body: dict[str, Any]) -> Asked:
    """The request in this body. Raises RefusedError for one that the API would not take either."""
    messages = objects(body.get("messages"), "messages")
    conversation = Conversation()
    conversation.say("system", conversation.text(body.get("system"), ("text",), "system"))
    for message in messages:
        _read(message, conversation)
    tools = objects(body.get("tools"), "tools")
    functions = [each for each in tools if each.get("type") in (None, "custom")]
    for each in tools:
        if each not in functions:
            conversation.keep_here(f"a tool of the type {each.get('type')!r}")
    for name in _FORMS:
        if body.get(name):
            conversation.keep_here(name)
    if as_object(body.get("output_config")).get("format"):
        conversation.keep_here("this output format")
    fields = {name: value for name, value in body.items() if name not in _OURS}
    choice = as_object(body.get("tool_choice"))
    limit = whole(body, "max_tokens")
    if limit is None:
        raise RefusedError.because("max_tokens: Field required")
    return Asked(
        "anthropic",
        str(body.get("model") or ""),
        body.get("stream") is True,
        conversation.turns,
        tuple(tool(each, "input_schema") for each in functions),
        Options(
            max_tokens=limit,
            thinking=_thinking(as_object(body.get("thinking"))),
            effort=word(as_object(body.get("output_config")), "effort"),
            tool_choice=word(choice, "name") or _CHOICES.get(str(choice.get("type"))),
            parallel_tool_calls=False if choice.get("disable_parallel_tool_use") is True else None,
            stop=words(body, "stop_sequences"),
        ),
        sampling(body),
        messages,
        tools,
        fields,
        conversation.only_here,
        tuple(sorted(fields.keys() - _TOLD)),
    )


def _arguments(block: dict[str, Any]) -> str:
    given = as_object(block.get("input"))
    return compact_json(given) if given else ""


def _thinking(thinking: dict[str, Any]) -> bool | int | None:
    match thinking.get("type"):
        case "enabled":
            return whole(thinking, "budget_tokens") or True
        case "adaptive":
            return True
        case "disabled":
            return False
        case _:
            return None


def _read(message: dict[str, Any], conversation: Conversation) -> None:
    role, content = message.get("role"), message.get("content")
    if role not in ("user", "assistant"):
        raise RefusedError.because(f"messages: a message has the role {role!r}, which is neither user nor assistant")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else objects(content, "content")
    for block in blocks:
        kind, text = block.get("type"), block.get("text")
        if kind == "text" and isinstance(text, str):
            if role == "user":
                conversation.say("user", text)
            else:
                conversation.answer(text)
        elif kind == "tool_use":
            conversation.call(block.get("id"), block.get("name"), _arguments(block))
        elif kind == "tool_result":
            output = conversation.text(block.get("content"), ("text",))
            conversation.result(block.get("tool_use_id"), output, is_error=block.get("is_error") is True)
        elif kind not in _THINKING:
            # Another model's reasoning means nothing to a target; all else would be missed.
            conversation.keep_here(f"content of the type {kind!r}")
