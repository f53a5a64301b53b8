"""How a response can fail: one record for everything that went wrong, one exception that carries it."""

from __future__ import annotations

import enum
from typing import Any

import attrs

__all__ = ["Failure", "FailureKind", "StreamError", "UsageError"]


class FailureKind(enum.StrEnum):
    """What went wrong, coarse enough to decide what to do about it."""

    TRUNCATED = "truncated"
    """The body ended without the provider's own proof of completion."""
    MALFORMED = "malformed"
    """The bytes break the protocol in a way that cannot be skipped."""
    TOO_LARGE = "too_large"
    """A limit of `Limits` was passed."""
    WRONG_MEDIA = "wrong_media"
    """The body is something else: HTML, compressed bytes, another API's events."""
    EMPTY = "empty"
    """The body holds no event at all."""
    REDIRECT = "redirect"
    """An HTTP status below 200 or from 300 to 399: redirects are never followed."""
    RATE_LIMIT = "rate_limit"
    """Too many requests or tokens for now."""
    QUOTA = "quota"
    """A budget or a balance is used up: waiting does not help."""
    OVERLOADED = "overloaded"
    """The provider has no capacity at the moment."""
    SERVER = "server"
    """The provider failed."""
    TIMEOUT = "timeout"
    """The provider gave up waiting, or the session's total time is over."""
    AUTHENTICATION = "authentication"
    """The key is missing or wrong."""
    PERMISSION = "permission"
    """The key may not do this."""
    NOT_FOUND = "not_found"
    """No such model or endpoint."""
    INVALID_REQUEST = "invalid_request"
    """The provider refuses the request as it stands."""
    CONTEXT_OVERFLOW = "context_overflow"
    """The prompt does not fit the model's context."""
    CONTENT_FILTER = "content_filter"
    """The provider blocked the prompt or the answer."""
    MODEL_OUTPUT = "model_output"
    """The model produced something that the provider could not use, such as a malformed tool call."""
    PROVIDER = "provider"
    """The provider reported an error that says no more."""
    CONNECT = "connect"
    """No connection could be made."""
    READ = "read"
    """The connection broke while the body was read."""
    STALLED = "stalled"
    """No byte, or no content, came for too long."""
    UNCONFIGURED = "unconfigured"
    """A setting is missing, most often the key."""


RETRYABLE_KINDS = frozenset(
    {
        FailureKind.TRUNCATED,
        FailureKind.MALFORMED,
        FailureKind.WRONG_MEDIA,
        FailureKind.EMPTY,
        FailureKind.RATE_LIMIT,
        FailureKind.OVERLOADED,
        FailureKind.SERVER,
        FailureKind.TIMEOUT,
        FailureKind.MODEL_OUTPUT,
        FailureKind.PROVIDER,
        FailureKind.CONNECT,
        FailureKind.READ,
        FailureKind.STALLED,
    }
)

_ENDPOINTS = {
    "openai-chat": "openai /v1/chat/completions",
    "openai-responses": "openai /v1/responses",
    "anthropic": "anthropic /v1/messages",
    "gemini": "gemini streamGenerateContent",
    "gemini-interactions": "gemini /v1beta/interactions",
    "ollama": "ollama /api/chat",
    "bedrock": "bedrock converse-stream",
    "bedrock-invoke": "bedrock invoke-with-response-stream",
    "cohere": "cohere /v2/chat",
}


_LONGEST_WAIT = 1e300


def _seconds(value: float | None) -> float | None:
    """A wait in seconds, or None for what is no wait: negative, infinite or not a number."""
    # Adding zero makes -0.0 what it is equal to.
    return None if value is None or not 0 <= value <= _LONGEST_WAIT else float(value) + 0.0


def _retryable_by_kind(failure: Failure) -> bool:
    return failure.kind in RETRYABLE_KINDS


@attrs.frozen
class Failure:
    """Why a response failed. No field depends on how the bytes were split."""

    kind: FailureKind = attrs.field(converter=FailureKind)
    """What went wrong."""
    message: str
    """One sentence for a person: the provider's own words where it gave any."""
    status: int | None = None
    """The HTTP status; inside a stream, the status that the error would have had as a response of its own."""
    code: str | None = None
    """The provider's own error code or type."""
    retryable: bool = attrs.field(default=attrs.Factory(_retryable_by_kind, takes_self=True))
    """True if the same request may well succeed later."""
    retry_after: float | None = attrs.field(default=None, converter=_seconds)
    """Seconds that the provider asks to wait: finite and not negative."""
    provider: str | None = None
    """The provider or dialect name that the parser was made for."""
    request_id: str | None = None
    """The provider's id of this request, for its support."""
    raw: str | None = None
    """What the provider sent, as text, the first 64 KiB of it at most."""
    after_content: bool = False
    """True if content events came before."""

    def __str__(self) -> str:
        """One line: endpoint, status, message, and the wait if the provider named one."""
        where = [_ENDPOINTS.get(self.provider, self.provider)] if self.provider else []
        text = self.message.strip() or self.kind.replace("_", " ")
        if self.status is not None and f"HTTP {self.status}" not in text:
            where.append(f"HTTP {self.status}")
        if not text.endswith((".", "!", "?")):
            text += "."
        if where:
            text = f"{' '.join(where)}: {text}"
        if self.retry_after is not None:
            unit = "second" if self.retry_after == 1 else "seconds"
            text += f" Provider suggested retrying after {self.retry_after:g} {unit}."
        return text


class StreamError(Exception):
    """A response failed. Raised by the shims only, with the failure as `failure`; a parser gives `Failed` instead."""

    failure: Failure

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure

    def __str__(self) -> str:
        return str(self.failure)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.failure,)


class UsageError(Exception):
    """The caller used a parser or a session wrongly: data after the end, a second head, two ways of feeding mixed."""
