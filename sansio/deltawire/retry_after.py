"""How long a provider asks to wait: the headers, durations as text, and hints inside an error's message.

Whatever a server sends, the answer is a finite number of seconds from 0 up, or None. The core has no clock, so a date
counts only against the response's own `Date` header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .http_date import http_date

__all__ = ["duration_seconds", "hint_in_message", "retry_after"]

# At most 15 digits: a float holds them exactly, and nothing overflows.
_NUMBER = r"\d{1,15}(?:\.\d{0,15})?"
_PLAIN_NUMBER = re.compile(_NUMBER, re.ASCII)
_DURATION = re.compile(
    rf"(?:({_NUMBER})d)?(?:({_NUMBER})h)?(?:({_NUMBER})m)?(?:({_NUMBER})s)?"
    rf"(?:({_NUMBER})ms)?(?:({_NUMBER})[uµμ]s)?(?:({_NUMBER})ns)?",
    re.ASCII,
)
_SCALES = (86_400.0, 3_600.0, 60.0, 1.0, 1e-3, 1e-6, 1e-9)

_WORDS = {
    "ms": r"milliseconds?|msecs?|ms",
    "s": r"seconds?|secs?|s",
    "m": r"minutes?|mins?|m",
    "h": r"hours?|hrs?|h",
    "d": r"days?|d",
}
_SCALE_OF_WORD = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_UNIT = "|".join(rf"(?P<{unit}>{words})" for unit, words in _WORDS.items())
_AMOUNT = re.compile(rf"(?P<number>\d{{1,9}}(?:\.\d{{1,9}})?) ?(?:{_UNIT})(?![a-z])", re.ASCII | re.IGNORECASE)
_HINT = re.compile(
    r"\b(?:try again|retry(?:ing)?(?: (?:your|the|this) request)?(?: again)?|resets?|wait)"
    r"(?: (?:in|after|for|at least|about)){0,2} (?=\d)",
    re.ASCII | re.IGNORECASE,
)
_JOINT = re.compile(r",? (?:and )?(?=\d)", re.ASCII | re.IGNORECASE)
_LONGEST_MESSAGE = 4_000


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the response asks to wait before the next request; None if it does not say, or not validly.

    Header names are lower-case. First `retry-after-ms` (OpenAI, Azure, Anthropic) with milliseconds, then
    `retry-after` with seconds or an HTTP-date (RFC 9110, section 10.2.3). A date in the past is 0.
    """
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        milliseconds = _plain_number(headers.get(name, ""))
        if milliseconds is not None:
            return milliseconds / 1_000
    text = headers.get("retry-after", "")
    seconds = _plain_number(text)
    if seconds is not None:
        return seconds
    received = http_date(headers.get("date", ""))
    if received is None:
        return None
    until = http_date(text, received)
    return None if until is None else max(0.0, until - received)


def duration_seconds(text: str) -> float | None:
    """Seconds of a duration: `12ms`, `1s`, `6m0s`, `2m59.56s`, `1h2m3s` (Go), `3.5s` (protobuf) or a plain number."""
    text = text.strip(" \t")
    number = _plain_number(text)
    if number is not None:
        return number
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        return None
    return sum(float(amount) * scale for amount, scale in zip(found.groups(), _SCALES, strict=True) if amount)


def hint_in_message(message: str) -> float | None:
    """Seconds of the first hint in an error's message, such as `Please try again in 6m0s` or `retry after 12 seconds`.

    Some 429s of OpenAI, Groq, Gemini and Azure carry their hint only there. A number without a unit is no hint.
    """
    message = message[:_LONGEST_MESSAGE]
    for hint in _HINT.finditer(message):
        amount = _AMOUNT.match(message, hint.end())
        if amount is None:
            continue
        seconds = 0.0
        while amount is not None:
            seconds += float(amount["number"]) * _SCALE_OF_WORD[str(amount.lastgroup)]
            joint = _JOINT.match(message, amount.end())
            amount = _AMOUNT.match(message, joint.end() if joint is not None else amount.end())
        return seconds
    return None


def _plain_number(text: str) -> float | None:
    """The number of ASCII digits, without sign, exponent or anything else that `float` would take."""
    text = text.strip(" \t")
    return float(text) if _PLAIN_NUMBER.fullmatch(text) else None
