"""What a response's headers say of the rate limits: how much there is, how much is left, when it is full again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import attrs

from .http_date import http_date
from .retry_after import duration_seconds

__all__ = ["RateLimit", "RateLimits", "rate_limits"]


@attrs.frozen
class RateLimit:
    """One limit. A field is None if the provider does not say it, or says a placeholder such as Azure's -1."""

    limit: int | None = None
    """How many are allowed in the provider's window: with Groq a day of requests, a minute of tokens."""
    remaining: int | None = None
    """How many are left in it."""
    reset_after: float | None = None
    """Seconds from the response until the window is full again. A point in time counts against the `Date` header."""


@attrs.frozen
class RateLimits:
    """The rate limits of one response."""

    requests: RateLimit | None = None
    """Requests; a family without a subject (OpenRouter, Moonshot) counts as this."""
    tokens: RateLimit | None = None
    """Tokens, of input and output together."""
    input_tokens: RateLimit | None = None
    """Tokens of input alone (Anthropic)."""
    output_tokens: RateLimit | None = None
    """Tokens of output alone (Anthropic)."""
    raw: dict[str, str] = attrs.field(factory=dict[str, str], hash=False)
    """Every header of these families as sent, names lower-case: also windows and plans that have no field here."""


# `x-ratelimit-remaining-tokens` (OpenAI, Azure, Groq, xAI, Cerebras, Mistral, OpenRouter) and the IETF draft's
# `ratelimit-remaining`.
_FIELD_FIRST = re.compile(r"(?:x-)?ratelimit-(?P<field>limit|remaining|reset)(?:-(?P<subject>.+))?", re.ASCII)
# `anthropic-ratelimit-input-tokens-remaining`: platform.claude.com/docs/en/api/rate-limits.
_SUBJECT_FIRST = re.compile(r"anthropic-ratelimit-(?P<subject>.+)-(?P<field>limit|remaining|reset)", re.ASCII)
_RAW = re.compile(r"(?:x-|anthropic-)?ratelimit(?:-.*)?|anthropic-priority-.*", re.ASCII)

# Where a provider sends several windows of one subject, the first name here is taken.
_REQUESTS = ("requests", "requests-minute", "req-minute", "requests-hour", "requests-day", "")
_TOKENS = ("tokens", "tokens-minute", "project-tokens", "tokens_usage_based", "tokens-hour", "tokens-day")

_COUNT = re.compile(r"\d{1,15}", re.ASCII)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_FIRST_EPOCH_SECOND = 1e9
_FIRST_EPOCH_MILLISECOND = 1e12


def rate_limits(headers: Mapping[str, str]) -> RateLimits:
    """The rate limits in a response's headers (names lower-case); without any, a record that is empty throughout."""
    raw = {name: value for name, value in headers.items() if _RAW.fullmatch(name)}
    subjects: dict[str, dict[str, str]] = {}
    for name, value in raw.items():
        found = _FIELD_FIRST.fullmatch(name) or _SUBJECT_FIRST.fullmatch(name)
        if found is not None:
            subjects.setdefault(found["subject"] or "", {})[found["field"]] = value
    received = http_date(headers.get("date", ""))
    return RateLimits(
        requests=_limit(subjects, _REQUESTS, received),
        tokens=_limit(subjects, _TOKENS, received),
        input_tokens=_limit(subjects, ("input-tokens",), received),
        output_tokens=_limit(subjects, ("output-tokens",), received),
        raw=raw,
    )


def _limit(subjects: dict[str, dict[str, str]], names: tuple[str, ...], received: float | None) -> RateLimit | None:
    for name in names:
        if name in subjects:
            fields = subjects[name]
            return RateLimit(
                limit=_count(fields.get("limit", "")),
                remaining=_count(fields.get("remaining", "")),
                reset_after=_reset_after(fields.get("reset", ""), received),
            )
    return None


def _count(text: str) -> int | None:
    text = text.strip(" \t")
    return int(text) if _COUNT.fullmatch(text) else None


def _reset_after(text: str, received: float | None) -> float | None:
    """Seconds of a duration (OpenAI `6m0s`, Azure `12`), of RFC 3339 (Anthropic), of epoch seconds or milliseconds."""
    seconds = duration_seconds(text)
    if seconds is not None and seconds < _FIRST_EPOCH_SECOND:
        return seconds
    until = _rfc_3339(text) if seconds is None else seconds
    if until is None or received is None:
        return None
    if until >= _FIRST_EPOCH_MILLISECOND:
        until /= 1_000
    return max(0.0, until - received)


def _rfc_3339(text: str) -> float | None:
    text = text.strip(" \t").upper()
    if not _RFC_3339.fullmatch(text):
        return None
    try:
        # Python keeps six digits of a second and refuses 60, the leap second.
        moment = datetime.fromisoformat(text)
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
