"""Failures in each provider's own words: the inverse of reading an error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from ..failures import Failure, FailureKind

__all__ = ["UPSTREAM", "anthropic_error", "gemini_error", "openai_error", "retry_headers", "status_of"]


@attrs.frozen
class _Words:
    status: int
    openai_type: str
    openai_code: str | None
    anthropic: str
    gemini: str


# developers.openai.com/docs/guides/error-codes, platform.claude.com/docs/en/api/errors, google.rpc.Code.
_WORDS: Mapping[FailureKind, _Words] = MappingProxyType(
    {
        FailureKind.RATE_LIMIT: _Words(
            429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED"
        ),
        FailureKind.QUOTA: _Words(
            429, "insufficient_quota", "insufficient_quota", "billing_error", "RESOURCE_EXHAUSTED"
        ),
        FailureKind.OVERLOADED: _Words(503, "server_error", "server_overloaded", "overloaded_error", "UNAVAILABLE"),
        FailureKind.SERVER: _Words(500, "server_error", None, "api_error", "INTERNAL"),
        FailureKind.TIMEOUT: _Words(504, "server_error", "timeout", "timeout_error", "DEADLINE_EXCEEDED"),
        FailureKind.AUTHENTICATION: _Words(
            401, "invalid_request_error", "invalid_api_key", "authentication_error", "UNAUTHENTICATED"
        ),
        FailureKind.PERMISSION: _Words(
            403, "invalid_request_error", "permission_denied", "permission_error", "PERMISSION_DENIED"
        ),
        FailureKind.NOT_FOUND: _Words(404, "invalid_request_error", "model_not_found", "not_found_error", "NOT_FOUND"),
        FailureKind.INVALID_REQUEST: _Words(
            400, "invalid_request_error", None, "invalid_request_error", "INVALID_ARGUMENT"
        ),
        FailureKind.CONTEXT_OVERFLOW: _Words(
            400, "invalid_request_error", "context_length_exceeded", "invalid_request_error", "INVALID_ARGUMENT"
        ),
        FailureKind.CONTENT_FILTER: _Words(
            400, "invalid_request_error", "content_filter", "invalid_request_error", "INVALID_ARGUMENT"
        ),
        FailureKind.STALLED: _Words(504, "server_error", "timeout", "timeout_error", "DEADLINE_EXCEEDED"),
        FailureKind.UNCONFIGURED: _Words(500, "server_error", None, "api_error", "INTERNAL"),
    }
)
UPSTREAM = "upstream_"
"""Begins the codes of failures that no provider tells of itself."""
_ANTHROPIC_OVERLOADED = 529
_GOOGLE_RPC = "type.googleapis.com/google.rpc."
# Anthropic and Google have one word for these and for requests that are simply wrong.
_NAMED_IN_DETAILS = frozenset({FailureKind.CONTEXT_OVERFLOW, FailureKind.CONTENT_FILTER})
_CODES = frozenset({FailureKind.MODEL_OUTPUT, FailureKind.PROVIDER})


def _words(kind: FailureKind) -> _Words:
    """The words of a kind; those that no provider says of itself are a server's failure."""
    words = _WORDS.get(kind)
    if words is not None:
        return words
    code = None if kind in _CODES else f"{UPSTREAM}{kind}"
    return _Words(502, "server_error", code, "api_error", "INTERNAL")


def status_of(failure: Failure, *, anthropic: bool = False) -> int:
    """The HTTP status of a response that says nothing but this failure: its own, else the one of its kind."""
    if failure.status is not None and 400 <= failure.status <= 599:
        return failure.status
    if anthropic and failure.kind is FailureKind.OVERLOADED:
        return _ANTHROPIC_OVERLOADED
    return _words(failure.kind).status


def _message(failure: Failure) -> str:
    return failure.message.strip() or failure.kind.replace("_", " ")


def openai_error(failure: Failure) -> dict[str, Any]:
    """The error object of OpenAI's APIs."""
    words = _words(failure.kind)
    return {"message": _message(failure), "type": words.openai_type, "param": None, "code": words.openai_code}


def anthropic_error(failure: Failure) -> dict[str, Any]:
    """The `error` of an Anthropic error event or body; the details name what the type does not."""
    words = _words(failure.kind)
    error: dict[str, Any] = {"type": words.anthropic, "message": _message(failure)}
    if failure.kind in _NAMED_IN_DETAILS and words.openai_code is not None:
        error["details"] = {"error_code": words.openai_code}
    return error


def gemini_error(failure: Failure) -> dict[str, Any]:
    """A google.rpc.Status as Gemini shows it; the wait is a RetryInfo, what the status does not name an ErrorInfo."""
    words = _words(failure.kind)
    error: dict[str, Any] = {"code": status_of(failure), "message": _message(failure), "status": words.gemini}
    details: list[dict[str, Any]] = []
    if failure.kind in _NAMED_IN_DETAILS and words.openai_code is not None:
        details.append({"@type": f"{_GOOGLE_RPC}ErrorInfo", "reason": words.openai_code.upper()})
    if failure.retry_after is not None:
        details.append({"@type": f"{_GOOGLE_RPC}RetryInfo", "retryDelay": f"{failure.retry_after:g}s"})
    if details:
        error["details"] = details
    return error


def retry_headers(failure: Failure, *, should_retry: bool) -> list[tuple[str, str]]:
    """`retry-after` in whole seconds, rounded up (RFC 9110, section 10.2.3), if the failure names a wait; and, where
    the dialect's clients heed it (`should_retry`), that the same request need not come again."""
    headers = [] if failure.retry_after is None else [("retry-after", str(math.ceil(failure.retry_after)))]
    if should_retry and not failure.retryable:
        headers.append(("x-should-retry", "false"))
    return headers
