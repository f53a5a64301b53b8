"""Ids of calls: as the provider's API accepts them, and never two alike in one history."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from ..message import Message, MessageChoice, ToolCallPart
from ..payload import is_list, is_object

__all__ = ["accepted_id", "distinct_ids"]


@attrs.frozen
class _IdRule:
    """What an API accepts as the id of a call."""

    accepted: re.Pattern[str]
    refused_characters: re.Pattern[str]
    longest: int


def _rule(characters: str, longest: int, shortest: int = 1) -> _IdRule:
    return _IdRule(re.compile(f"[{characters}]{{{shortest},{longest}}}"), re.compile(f"[^{characters}]"), longest)


_RULES: Mapping[str, _IdRule] = MappingProxyType(
    {
        # "Expected a string with maximum length 40": github.com/agno-agi/agno/issues/5382.
        **dict.fromkeys(("openai-chat", "azure", "openrouter", "litellm"), _rule("\\x20-\\U0010ffff", 40)),
        # The same with 64, which ChatGPT's own backend passes: github.com/RooCodeInc/Roo-Code/pull/10763.
        "openai-responses": _rule("\\x20-\\U0010ffff", 64),
        # github.com/maximhq/bifrost/issues/5097; Kimi's ids are `functions.name:0`.
        **dict.fromkeys(("anthropic", "bedrock", "bedrock-invoke"), _rule("a-zA-Z0-9_-", 64)),
        # "must be a-z, A-Z, 0-9, with a length of 9": github.com/langchain-ai/langchain/pull/24668.
        "mistral": _rule("a-zA-Z0-9", 9, 9),
    }
)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MARK_LENGTH = 9
_ID_FIELDS = ("id", "call_id", "tool_call_id", "tool_use_id", "toolUseId")


def accepted_id(identifier: str, provider: str) -> str:
    """The id itself if the provider's API accepts it, else one made of it: the same for the call and for its result."""
    rule = _RULES.get(provider)
    if rule is None or rule.accepted.fullmatch(identifier):
        return identifier
    mark = _mark(identifier)
    room = rule.longest - _MARK_LENGTH - 1
    return f"{rule.refused_characters.sub('_', identifier)[:room]}_{mark}" if room > 0 else mark


def distinct_ids(message: Message, history: Iterable[Any], provider: str = "") -> Message:
    """The message with another id for every call whose id the history has already.

    Servers begin anew with `call_0` in every answer, and APIs refuse a history with two calls of one id. `history` is
    what came before: messages, or turns and results in any provider's form. `provider` is who is asked next, the
    message's own if not said. Take the calls for the results from the message that is returned.
    """
    provider = provider or message.provider
    used = _used_ids(history)
    used |= {accepted_id(identifier, provider) for identifier in used}
    choices = tuple(_distinct(choice, set(used), provider) for choice in message.choices)
    return message if choices == message.choices else attrs.evolve(message, choices=choices)


def _distinct(choice: MessageChoice, used: set[str], provider: str) -> MessageChoice:
    parts = list(choice.parts)
    for place, part in enumerate(parts):
        if isinstance(part, ToolCallPart):
            identifier = _unused(part.id, used, provider)
            used |= {identifier, accepted_id(identifier, provider)}
            if identifier != part.id:
                parts[place] = attrs.evolve(part, id=identifier)
    return attrs.evolve(choice, parts=tuple(parts))


def _unused(identifier: str, used: set[str], provider: str) -> str:
    candidate, number = identifier, 1
    while candidate in used or accepted_id(candidate, provider) in used:
        number += 1
        candidate = f"{identifier}_{number}"
    return candidate


def _used_ids(history: Iterable[Any]) -> set[str]:
    used: set[str] = set()
    waiting: list[Any] = list(history)
    while waiting:
        value = waiting.pop()
        if isinstance(value, Message):
            used |= {part.id for choice in value.choices for part in choice.tool_calls}
        elif is_list(value):
            waiting += value
        elif is_object(value):
            used |= {value[field] for field in _ID_FIELDS if isinstance(value.get(field), str)}
            waiting += value.values()
    return used


def _mark(text: str) -> str:
    """Nine digits of base 62 that depend on every character."""
    data = text.encode("utf-8", "surrogatepass")
    number = zlib.crc32(data) << 32 | zlib.crc32(data[::-1])
    digits: list[str] = []
    for _ in range(_MARK_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(digits)
