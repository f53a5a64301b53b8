"""A provider's error, a value inside a stream or a whole HTTP body, to the `Failure` that it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .classification import classify, exceeds_limit_alone
from .error_document import error_document
from .error_value import ErrorValue, read_error_value
from .failures import RETRYABLE_KINDS, Failure, FailureKind
from .limits import Limits
from .payload import compact_json
from .request_id import request_id as request_id_of
from .retry_after import hint_in_message, retry_after
from .surrogates import replace_surrogates

__all__ = ["error_failure", "http_failure"]

_LONGEST_MESSAGE = 2_000
_LONGEST_UNKNOWN = 300
_LONGEST_CODE = 200
_LONGEST_RAW = Limits().error_body_bytes

# Kinds for which a wait that stands only in the message is believed.
_TEMPORARY = frozenset({FailureKind.RATE_LIMIT, FailureKind.OVERLOADED, FailureKind.SERVER, FailureKind.TIMEOUT})

# RFC 9110 and RFC 6585, then what vendors and Cloudflare add.
_PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    411: "Length Required",
    413: "Content Too Large",
    414: "URI Too Long",
    415: "Unsupported Media Type",
    417: "Expectation Failed",
    421: "Misdirected Request",
    422: "Unprocessable Content",
    424: "Failed Dependency",
    425: "Too Early",
    426: "Upgrade Required",
    428: "Precondition Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    451: "Unavailable For Legal Reasons",
    498: "Capacity Exceeded",
    499: "Client Closed Request",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    520: "Web Server Returned an Unknown Error",
    521: "Web Server Is Down",
    522: "Connection Timed Out",
    523: "Origin Is Unreachable",
    524: "A Timeout Occurred",
    529: "Site Is Overloaded",
}

_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


def error_failure(
    payload: Any,
    *,
    provider: str,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    request_id: str | None = None,
    raw: str | None = None,
    after_content: bool = False,
    code: str | None = None,
) -> Failure:
    """The failure that a provider's error value describes: classified, with its message, code and wait.

    `payload` is the decoded error in any shape that a provider uses, also text or None. `status` and `headers` (names
    lower-case) are those of the HTTP response; with a 2xx status or none, `Failure.status` is the status that the
    error would have had as a response of its own, None if nothing says one. `code` is an error name from outside the
    payload, such as the exception of an AWS frame or a finish word that means an error. `raw` defaults to the payload
    as JSON. Never raises on any JSON value.
    """
    headers = headers or {}
    error = read_error_value(payload)
    code = code or _name_in_headers(headers) or error.code
    words = [code, *error.words] if code else error.words
    http_status = status if status is not None and not 200 <= status < 300 else None
    text = _one_line(" ".join([error.message, *(word for word in words if " " in word or "-" in word)]))
    kind, stated_status = classify(words, error.status or http_status, text)
    kind = error.evidence or kind
    message = _one_line(error.message) or _stand_in(payload, code, http_status)
    return Failure(
        kind,
        message,
        http_status or stated_status,
        _one_line(code)[:_LONGEST_CODE] if code else None,
        _retryable(kind, text, headers, error),
        _wait(kind, message, headers, error),
        provider,
        request_id or request_id_of(headers) or error.request_id,
        _clean(_json(payload) if raw is None else raw)[:_LONGEST_RAW],
        after_content,
    )


def http_failure(status: int, headers: Mapping[str, str], body: bytes, *, provider: str) -> Failure:
    """The failure that a whole HTTP error response describes.

    `headers` have lower-case names; `body` is what was read of the body, 64 KiB at most: JSON, SSE, HTML, XML, text or
    nothing, whatever its Content-Type says. `Failure.raw` is the body as text. Never raises.
    """
    value, raw = error_document(body[: Limits().error_body_bytes])
    return error_failure(value, provider=provider, status=status, headers=headers, raw=raw)


def _one_line(text: str) -> str:
    """The text as one line of at most 2,000 characters, without control characters or halves of surrogate pairs."""
    line = _CONTROLS.sub(" ", _clean(text[: 4 * _LONGEST_MESSAGE])).strip()
    return line if len(line) <= _LONGEST_MESSAGE else line[: _LONGEST_MESSAGE - 1] + "…"


def _status_phrase(status: int) -> str:
    """The reason phrase of an HTTP status, such as `Bad Gateway`; `HTTP 599` for one without."""
    return _PHRASES.get(status, f"HTTP {status}")


def _clean(text: str) -> str:
    return str(replace_surrogates(text))


def _name_in_headers(headers: Mapping[str, str]) -> str:
    """The exception that AWS names in a header: `ValidationException:http://internal.amazon.com/...`."""
    name = headers.get("x-amzn-errortype", "")
    return name.partition(":")[0].rpartition("#")[2].strip()


def _stand_in(payload: Any, code: str | None, http_status: int | None) -> str:
    """The message of an error that has none."""
    phrase = "" if http_status is None else _status_phrase(http_status)
    unknown = _one_line(_json(payload)[:_LONGEST_UNKNOWN]) if payload and not isinstance(payload, str) else ""
    detail = _one_line(code or "") or unknown
    return ": ".join(filter(None, [phrase, detail])) or "The provider reported an error and did not say which"


def _json(payload: Any) -> str:
    if payload is None or isinstance(payload, str):
        return payload or ""
    try:
        return compact_json(payload)
    except (TypeError, ValueError, RecursionError):  # no JSON value, as a caller of `receive_payload` may hand in
        return ""


def _retryable(kind: FailureKind, text: str, headers: Mapping[str, str], error: ErrorValue) -> bool:
    """`x-should-retry` (OpenAI, Anthropic) decides; a request larger than its whole rate limit will never pass."""
    said = (headers.get("x-should-retry") or error.headers.get("x-should-retry") or "").strip().lower()
    if said in ("true", "false"):
        return said == "true"
    if kind is FailureKind.RATE_LIMIT and exceeds_limit_alone(text):
        return False
    return kind in RETRYABLE_KINDS


def _wait(kind: FailureKind, message: str, headers: Mapping[str, str], error: ErrorValue) -> float | None:
    for seconds in (retry_after(headers), retry_after(error.headers), error.retry_after):
        if seconds is not None:
            return seconds
    return hint_in_message(message) if kind in _TEMPORARY else None
