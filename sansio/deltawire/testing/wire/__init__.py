"""Answers as the bytes of each provider: small writers for tests, one a schema, that write what servers write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from ...payload import is_object
from ...providers.anthropic import Anthropic
from ...providers.base import Provider
from ...providers.bedrock import Bedrock
from ...providers.bedrock_invoke import BedrockInvoke
from ...providers.cohere import Cohere
from ...providers.gemini import Gemini
from ...providers.gemini_interactions import GeminiInteractions
from ...providers.ollama import Ollama
from ...providers.openai_chat import OpenAIChat
from ...providers.openai_responses import OpenAIResponses
from ...registry import provider_row
from ..answer import Answer, Style
from . import anthropic, bedrock, chat, cohere, gemini, interactions, ollama, responses
from .frames import array, carried, event_stream, lines, messages

__all__ = ["content_type", "payloads_of", "wire"]

Writer: TypeAlias = Callable[[Answer, Style], list[Any]]

_WRITERS: Mapping[type[Provider], Writer] = MappingProxyType(
    {
        OpenAIChat: chat.payloads,
        OpenAIResponses: responses.payloads,
        Anthropic: anthropic.payloads,
        Gemini: gemini.payloads,
        GeminiInteractions: interactions.payloads,
        Ollama: ollama.payloads,
        Bedrock: bedrock.payloads,
        Cohere: cohere.payloads,
    }
)
_VENDORS: Mapping[str, Writer] = MappingProxyType(
    {
        "anthropic": anthropic.payloads,
        "openai-chat": chat.payloads,
        "cohere": cohere.payloads,
        "bedrock": bedrock.payloads,
    }
)
_CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "sse": "text/event-stream",
        "ndjson": "application/x-ndjson",
        "event-stream": "application/vnd.amazon.eventstream",
    }
)


def payloads_of(provider: str, answer: Answer, style: Style | None = None) -> list[Any]:
    """The payloads in which the provider would stream the answer: what `receive_payload` takes, one after the other.

    Bedrock's are written `{kind: event}`. Raises ValueError for an unknown provider.
    """
    style = Style() if style is None else style
    schema = provider_row(provider).schema
    if schema is not BedrockInvoke:
        return _with_extra(_WRITERS[schema](answer, style), style, inside=schema is Bedrock)
    # What InvokeModel carries are objects; an error is a message of its own.
    payloads = [payload for payload in _VENDORS[style.vendor](answer, style) if is_object(payload)]
    payloads = _with_extra(payloads, style, inside=style.vendor == "bedrock")
    return payloads if answer.error is None else [*payloads[:-1], {"throttlingException": {"message": answer.error}}]


def wire(provider: str, answer: Answer, style: Style | None = None) -> bytes:
    """The whole body in which the provider would stream the answer. Raises ValueError for an unknown provider."""
    style = Style() if style is None else style
    payloads = payloads_of(provider, answer, style)
    row = provider_row(provider)
    if row.framing == "event-stream":
        return carried(payloads, style) if row.schemas else messages(payloads, style)
    if row.framing == "ndjson":
        return lines(payloads, style)
    if style.array and row.schema is Gemini:
        return array(payloads, style)
    return event_stream(payloads, style)


def _with_extra(payloads: list[Any], style: Style, *, inside: bool) -> list[Any]:
    if not style.extra:
        return payloads
    extra = dict(style.extra)
    if inside:
        return [{kind: {**event, **extra} for kind, event in payload.items()} for payload in payloads]
    return [{**payload, **extra} if is_object(payload) else payload for payload in payloads]


def content_type(provider: str, style: Style | None = None) -> str:
    """The Content-Type that such a body comes with."""
    row = provider_row(provider)
    if row.framing == "sse" and style is not None and style.array and row.schema is Gemini:
        return "application/json; charset=UTF-8"
    return _CONTENT_TYPES[row.framing]
