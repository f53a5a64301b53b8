"""The id that a provider gave the request, for its support."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["request_id"]

# The first that is there: the provider's own before its gateway's, and Cloudflare's last.
_HEADERS = (
    "x-request-id",  # OpenAI and most that follow it
    "request-id",  # Anthropic
    "apim-request-id",  # Azure API Management
    "x-amzn-requestid",  # AWS
    "x-amz-request-id",
    "x-generation-id",  # OpenRouter
    "mistral-correlation-id",
    "x-ms-request-id",
    "x-litellm-call-id",
    "cf-ray",
)
_LONGEST = 200


def request_id(headers: Mapping[str, str]) -> str | None:
    """The request's id from the response's headers (names lower-case), None if none is there."""
    for name in _HEADERS:
        value = headers.get(name, "").strip()
        if value:
            return value[:_LONGEST]
    return None
