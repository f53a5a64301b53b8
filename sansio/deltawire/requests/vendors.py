"""Where each provider is by default, and how it takes a key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from ..dialects import DIALECTS, Dialect

__all__ = ["VENDORS", "Vendor"]

EVENT_STREAM = "text/event-stream"


@attrs.frozen
class Vendor:
    """The facts of one provider that do not depend on what is asked."""

    name: str
    """The provider name of targets and parsers."""
    base_url: str | None
    """What the vendor's own SDK uses; None where the user or a region decides."""
    key_variables: tuple[str, ...]
    """Environment variables of the key, in order of preference."""
    bearer_variables: tuple[str, ...] = ()
    """Environment variables of a token that goes into `Authorization: Bearer` in place of a key."""
    base_url_variables: tuple[str, ...] = ()
    """Environment variables of the base URL."""
    key_required: bool = True
    """False if the server usually runs without a key."""
    key_header: str = "Authorization"
    """The header of the key. In `Authorization` the word Bearer stands before it."""
    accept: str = EVENT_STREAM
    """The media type of the stream."""


def _of_dialect(dialect: Dialect) -> Vendor:
    azure = dialect.name == "azure"
    return Vendor(
        dialect.name,
        dialect.base_url,
        dialect.key_variables,
        bearer_variables=("AZURE_OPENAI_AD_TOKEN",) if azure else (),
        base_url_variables=(dialect.base_url_variable,) if dialect.base_url_variable else (),
        key_required=dialect.key_required,
        key_header="api-key" if azure else "Authorization",
    )


_GOOGLE = "https://generativelanguage.googleapis.com"
_GOOGLE_KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
_BEDROCK_KEYS = ("AWS_BEARER_TOKEN_BEDROCK",)
_BEDROCK_BASES = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME",)
_AWS_EVENT_STREAM = "application/vnd.amazon.eventstream"

_NATIVE = (
    Vendor(
        "openai-responses",
        "https://api.openai.com/v1",
        ("OPENAI_API_KEY",),
        base_url_variables=("OPENAI_BASE_URL",),
    ),
    Vendor(
        "anthropic",
        "https://api.anthropic.com",
        ("ANTHROPIC_API_KEY",),
        bearer_variables=("ANTHROPIC_AUTH_TOKEN",),
        base_url_variables=("ANTHROPIC_BASE_URL",),
        key_header="x-api-key",
    ),
    Vendor(
        "gemini",
        _GOOGLE,
        _GOOGLE_KEYS,
        base_url_variables=("GOOGLE_GEMINI_BASE_URL",),
        key_header="x-goog-api-key",
    ),
    Vendor(
        "gemini-interactions",
        _GOOGLE,
        _GOOGLE_KEYS,
        base_url_variables=("GOOGLE_GEMINI_BASE_URL",),
        key_header="x-goog-api-key",
    ),
    Vendor(
        "ollama",
        "http://127.0.0.1:11434",
        ("OLLAMA_API_KEY",),
        base_url_variables=("OLLAMA_HOST",),
        key_required=False,
        accept="application/x-ndjson",
    ),
    Vendor("bedrock", None, _BEDROCK_KEYS, base_url_variables=_BEDROCK_BASES, accept=_AWS_EVENT_STREAM),
    Vendor("bedrock-invoke", None, _BEDROCK_KEYS, base_url_variables=_BEDROCK_BASES, accept=_AWS_EVENT_STREAM),
    Vendor(
        "cohere",
        "https://api.cohere.com",
        ("CO_API_KEY", "COHERE_API_KEY"),
        base_url_variables=("CO_API_URL",),
    ),
)

VENDORS: Mapping[str, Vendor] = MappingProxyType(
    {vendor.name: vendor for vendor in (*map(_of_dialect, DIALECTS.values()), *_NATIVE)}
)
"""Every provider that a request can be built for, dialects included, by name."""
