"""Which schema a provider's messages are written in."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from ..dialects import DIALECTS
from ..message import Message, MessagePart
from ..payload import as_object, as_text
from ..registry import PROVIDERS, provider_row
from ..requests.bedrock import vendor_of

__all__ = ["Family", "comes_from", "family_of"]


class Family(enum.Enum):
    """A schema of messages."""

    CHAT = enum.auto()
    RESPONSES = enum.auto()
    ANTHROPIC = enum.auto()
    GEMINI = enum.auto()
    INTERACTIONS = enum.auto()
    OLLAMA = enum.auto()
    CONVERSE = enum.auto()
    COHERE = enum.auto()
    COHERE_CHAT = enum.auto()
    """Cohere's first chat API, which Command R speaks on Bedrock."""


_FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        **dict.fromkeys(DIALECTS, Family.CHAT),
        "openai-responses": Family.RESPONSES,
        "anthropic": Family.ANTHROPIC,
        "gemini": Family.GEMINI,
        "gemini-interactions": Family.INTERACTIONS,
        "ollama": Family.OLLAMA,
        "bedrock": Family.CONVERSE,
        "cohere": Family.COHERE,
    }
)
_VENDORS: Mapping[str, Family] = MappingProxyType({"anthropic": Family.ANTHROPIC, "amazon.nova": Family.CONVERSE})
# What only one schema's blocks have; both Anthropic and Cohere have texts with a type.
_BLOCK_TYPES: Mapping[str, Family] = MappingProxyType(
    {
        "function": Family.COHERE,
        "tool_use": Family.ANTHROPIC,
        "redacted_thinking": Family.ANTHROPIC,
        "server_tool_use": Family.ANTHROPIC,
    }
)
_CONVERSE_BLOCKS = frozenset({"text", "toolUse", "reasoningContent", "image", "toolResult", "citationsContent"})


def family_of(provider: str, parts: Iterable[MessagePart], model: str = "") -> Family:
    """The schema of a provider; raises ValueError, with the nearest name, for one that does not exist.

    InvokeModel carries every vendor's own: the model's id tells whose, else the blocks of the message, else it is that
    of Chat Completions, which most vendors there speak.
    """
    provider_row(provider)
    family = _FAMILIES.get(provider)
    return _invoked(parts, model) if family is None else family


def comes_from(message: Message, parts: Iterable[MessagePart], provider: str, family: Family) -> bool:
    """True if the message was an answer of this schema, so that its state means something to the provider.

    Dialects of Chat Completions do not know each other's state.
    """
    if message.provider not in PROVIDERS:
        return False
    if family is Family.CHAT:
        return message.provider == provider
    return family_of(message.provider, parts, message.model) is family


def _invoked(parts: Iterable[MessagePart], model: str) -> Family:
    vendor = vendor_of(model)
    if vendor is not None:
        return _VENDORS.get(vendor, Family.CHAT)
    if "cohere.command-r" in model:
        return Family.COHERE_CHAT
    if "claude" in model:
        return Family.ANTHROPIC
    shown = [_shown_by(as_object(part.native)) for part in parts]
    return next((family for family in shown if family is not None), Family.CHAT)


def _shown_by(native: dict[str, Any]) -> Family | None:
    kind = as_text(native.get("type"))
    if "tool_plan" in native:
        return Family.COHERE
    if kind in ("text", "thinking"):
        return Family.ANTHROPIC if kind == "thinking" and "signature" in native else None
    if kind:
        return _BLOCK_TYPES.get(kind)
    return Family.CONVERSE if native and _CONVERSE_BLOCKS.issuperset(native) else None
