"""Failures that a person can mend, said so that they can."""

from __future__ import annotations

import re

import attrs

from ..failures import Failure, FailureKind
from ..requests import Target

__all__ = ["not_configured", "with_endpoints"]

_ENDPOINTS = {"openai-chat": "/v1/chat/completions", "openai-responses": "/v1/responses"}
_OTHERS = {"openai-chat": "openai-responses", "openai-responses": "openai-chat"}
_REFUSALS = frozenset({FailureKind.NOT_FOUND, FailureKind.INVALID_REQUEST})
# OpenAI: "This is not a chat model and thus not supported in the v1/chat/completions endpoint", "This model is only
# supported in v1/responses and not in v1/chat/completions", "... is not supported with the Responses API".
_WRONG_ENDPOINT = re.compile(
    r"not a chat model|only supported in v1/|not supported (?:in|with) the (?:v1/|responses api)", re.IGNORECASE
)


def not_configured(target: Target, failure: Failure) -> Failure:
    """The failure of a target that cannot be asked as things are set up; names the setting that is missing."""
    message = f"{target.provider} (model '{target.model}') is not configured: {failure.message}"
    return attrs.evolve(failure, message=message, provider=target.provider)


def with_endpoints(failure: Failure, target: Target) -> Failure:
    """The failure; if it says that the model belongs to another endpoint, with both endpoints and how to choose."""
    other = _OTHERS.get(target.provider)
    refused = failure.kind in _REFUSALS and _WRONG_ENDPOINT.search(failure.message)
    if other is None or not refused:
        return failure
    text = failure.message.rstrip()
    text += "" if text.endswith((".", "!", "?")) else "."
    asked = f"It was asked at {_ENDPOINTS[target.provider]}; the provider name {other!r} asks at {_ENDPOINTS[other]}."
    return attrs.evolve(failure, message=f"{text} {asked}")
