"""What a provider says in an error value, whatever its shape.

The shapes in use: `{"error": {"message", "type", "code"}}` (OpenAI and most that follow it), the same inside
`{"type": "error", "request_id"}` (Anthropic), inside `{"response": ...}` (Responses) or inside a list of one (Gemini);
`{"error": "text", "code"}` (xAI, Ollama, proxies); flat `{"message", "type", "code"}` (Cerebras, Mistral, vLLM, Cohere,
AWS); `{"detail": text | list}` (FastAPI servers); `{"text", "error_code"}` (FastChat); and any of them as JSON text
inside another one's message (gateways).
"""

from __future__ import annotations

from typing import Any

import attrs

from .failures import FailureKind
from .payload import PayloadError, as_list, as_object, as_text, decode_json, is_list, is_object
from .retry_after import duration_seconds

__all__ = ["ErrorValue", "read_error_value"]

_DEEPEST = 8
_LONGEST_LIST = 5
_LONGEST_NESTED_TEXT = 64 * 1024

_WRAPPERS = ("error", "errors", "detail")
# Objects of an event that may hold an `error`, among much else.
_HOLDERS = ("response", "x_groq", "delta")
_TEXTS = ("message", "Message", "error_message", "errorMessage", "error_description", "originalMessage", "msg", "title")
_STATUSES = ("code", "status", "status_code", "statusCode", "StatusCode", "http_code")
_REQUEST_IDS = ("request_id", "requestId", "RequestId")
_WAITS = ("retryDelay", "retry_after", "retry_after_seconds", "resets_in_seconds")
# Types of the event around an error, and words that say only that there is one, or nothing (LiteLLM's `str(None)`).
_EMPTY_WORDS = frozenset(
    {"error", "errors", "response.failed", "response.error", "message-end", "failed", "about:blank", "none", "null"}
)
# Messages that any other text of the same error says better; so does a message of one word.
_EMPTY_MESSAGES = frozenset(
    {
        "provider returned error",
        "upstream error",
        "bad request",
        "not found",
        "too many requests",
        "unprocessable entity",
        "internal server error",
        "bad gateway",
        "service unavailable",
    }
)


@attrs.define
class ErrorValue:
    """What the fields of an error value say; filled from the innermost error outward."""

    message: str = ""
    """The most specific text for a person, as sent, `""` if there is none."""
    code: str | None = None
    """The error's own code or type."""
    words: list[str] = attrs.field(factory=list[str])
    """All its codes, types and reasons, the most specific first."""
    status: int | None = None
    """The HTTP status from 400 to 599 that the fields state."""
    retry_after: float | None = None
    """Seconds to wait, from a field of its own such as google.rpc.RetryInfo."""
    request_id: str | None = None
    evidence: FailureKind | None = None
    """What fields other than words prove, such as a `failed_generation`."""
    remark: str = ""
    """A text for the provider's own developers, for want of a better message."""
    headers: dict[str, str] = attrs.field(factory=dict[str, str])
    """Response headers inside the error (WebSocket mode of OpenAI's Responses), names lower-case."""


def read_error_value(value: Any) -> ErrorValue:
    """Reads a decoded error value of any shape; text and null too. Never raises."""
    found = ErrorValue()
    _read(value, found, 0)
    _say(found.remark, found)
    return found


def _read(value: Any, found: ErrorValue, depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        _read_text(value, found, depth)
    elif is_object(value):
        _read_object(value, found, depth)
    elif is_list(value):
        _read_list(value, found, depth)


def _read_text(text: str, found: ErrorValue, depth: int) -> None:
    nested = _nested(text)
    if nested is not None:
        _read(nested, found, depth + 1)
    if nested is None or not found.message:
        _say(text.strip(), found)


def _say(text: str, found: ErrorValue) -> None:
    """Takes the text as the message, unless there is one already that says something."""
    if not found.message or (_is_poor(found.message) and not _is_poor(text)):
        found.message = text


def _is_poor(message: str) -> bool:
    return _is_word(message) or message.rstrip(".").lower() in _EMPTY_MESSAGES


def _is_word(text: str) -> bool:
    # Chinese and Japanese sentences have no spaces either.
    return text.isascii() and " " not in text


def _nested(text: str) -> Any:
    """The JSON object or array that a text consists of, else None."""
    text = text.strip()
    if text[:1] not in ("{", "[") or text[-1:] not in ("}", "]") or len(text) > _LONGEST_NESTED_TEXT:
        return None
    try:
        return decode_json(text, 64)
    except PayloadError:
        return None


def _read_list(items: list[Any], found: ErrorValue, depth: int) -> None:
    complaints = [complaint for complaint in map(_complaint, items[:_LONGEST_LIST]) if complaint]
    if complaints:
        _say("; ".join(complaints), found)
        return
    for item in items[:_LONGEST_LIST]:
        _read(item, found, depth + 1)


def _complaint(item: Any) -> str:
    """`body.max_tokens: Extra inputs are not permitted` of an entry of FastAPI's validation errors."""
    fields = as_object(item)
    text = as_text(fields.get("msg"))
    if not text or not is_list(fields.get("loc")):
        return ""
    place = ".".join(filter(None, map(_word, as_list(fields.get("loc")))))
    return f"{place}: {text}" if place else text


def _read_object(fields: dict[str, Any], found: ErrorValue, depth: int) -> None:
    for name in _WRAPPERS:
        if fields.get(name):
            _read(fields[name], found, depth + 1)
    for holder in (*map(fields.get, _HOLDERS), *as_list(fields.get("choices"))[:_LONGEST_LIST]):
        _read(as_object(holder).get("error"), found, depth + 1)
    for name in (*_TEXTS, "text") if "error_code" in fields else _TEXTS:
        _read(fields.get(name), found, depth + 1)
    _read_annexes(fields, found, depth)
    _read_words(fields, found)
    _read_numbers(fields, found)
    for name in _REQUEST_IDS:
        found.request_id = found.request_id or as_text(fields.get(name)).strip() or None
    if is_object(fields.get("headers")):
        found.headers = {
            name.lower(): value for name, value in as_object(fields.get("headers")).items() if isinstance(value, str)
        }


def _read_words(fields: dict[str, Any], found: ErrorValue) -> None:
    """The codes and types of one object. A word outranks a number, and a code the type."""
    error, status = as_text(fields.get("error")).strip(), as_text(fields.get("status"))
    said = (
        as_object(fields.get("details")).get("error_code"),
        fields.get("code"),
        fields.get("Code"),
        fields.get("error_code"),
        fields.get("error_type"),
        error if _is_word(error) else None,
        fields.get("type"),
        fields.get("__type"),
        None if status.isdecimal() else status,
    )
    words = [word for word in map(_word, said) if word]
    found.words.extend(words)
    if found.code is None or found.code.isdecimal():
        named = [word for word in words if not word.isdecimal()]
        found.code = next(iter([*named, *filter(None, [found.code]), *words]), None)


def _word(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**9 else ""
    # AWS: `com.amazonaws.bedrock#ThrottlingException:http://internal.amazon.com/coral/...`.
    word = as_text(value).rpartition("#")[2].partition(":http")[0].strip()
    return "" if word.lower() in _EMPTY_WORDS or "://" in word else word


def _read_numbers(fields: dict[str, Any], found: ErrorValue) -> None:
    for name in _STATUSES:
        status = _status(fields.get(name))
        if found.status is None and status is not None:
            found.status = status
    code = _word(fields.get("error_code"))
    if found.status is None and code.isdecimal() and len(code) == 5:
        # FastChat: the status and two digits more.
        found.status = _status(code[:3])
    for name in _WAITS:
        value = fields.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**9:
            value = str(value)
        if found.retry_after is None and isinstance(value, str):
            found.retry_after = duration_seconds(value)


def _status(value: Any) -> int | None:
    word = _word(value)
    if len(word) != 3 or not (word.isascii() and word.isdecimal()):
        return None
    return int(word) if 400 <= int(word) < 600 else None


def _read_annexes(fields: dict[str, Any], found: ErrorValue, depth: int) -> None:
    """What stands beside the error: Google's details, Azure's inner error, OpenRouter's metadata, Groq's generation."""
    for name in ("innererror", "inner_error"):
        inner = as_object(fields.get(name))
        found.words.extend(filter(None, [_word(inner.get("code"))]))
        if inner.get("content_filter_result") or inner.get("content_filter_results"):
            found.evidence = found.evidence or FailureKind.CONTENT_FILTER
    if fields.get("failed_generation") is not None:
        found.evidence = FailureKind.MODEL_OUTPUT
    for detail in as_list(fields.get("details"))[:20]:
        _read_google_detail(as_object(detail), found)
    _read_metadata(as_object(fields.get("metadata")), found, depth)


def _read_google_detail(detail: dict[str, Any], found: ErrorValue) -> None:
    """google.rpc error details: cloud.google.com/apis/design/errors#error_details."""
    reason = _word(detail.get("reason"))
    if reason:
        found.words.append(reason)
    if "retryDelay" in detail and found.retry_after is None:
        found.retry_after = duration_seconds(as_text(detail["retryDelay"]))
    found.remark = found.remark or as_text(detail.get("message")) or as_text(detail.get("detail"))
    for violation in as_list(detail.get("violations"))[:20]:
        # `GenerateRequestsPerDayPerProjectPerModel-FreeTier`: a day's budget, however short the RetryInfo beside it.
        if "PerDay" in as_text(as_object(violation).get("quotaId")):
            found.evidence = FailureKind.QUOTA


def _read_metadata(metadata: dict[str, Any], found: ErrorValue, depth: int) -> None:
    """OpenRouter: what the upstream said, and why an input was refused (openrouter.ai/docs/api/errors)."""
    if metadata.get("flagged_input") is not None or metadata.get("reasons"):
        found.evidence = FailureKind.CONTENT_FILTER
    found.words.extend(filter(None, [_word(metadata.get("error_type"))]))
    if "raw" not in metadata:
        return
    upstream = ErrorValue()
    _read(metadata["raw"], upstream, depth + 1)
    found.words.extend(upstream.words)
    found.retry_after = upstream.retry_after if found.retry_after is None else found.retry_after
    if not upstream.message.startswith("<"):
        _say(upstream.message, found)
