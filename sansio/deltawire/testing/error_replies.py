"""Refusals over HTTP: status, headers and body, in the shape of each provider and of the proxies before it."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from hypothesis import strategies as st

__all__ = ["error_replies"]

_Parts: TypeAlias = tuple[int, tuple[tuple[str, str], ...], bytes]

_STATUSES = (400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 529, 204, 302)
_WORDS = (
    *("Overloaded", "Rate limit reached. Please try again in 5.2s.", "Incorrect API key provided", ""),
    *("This model's maximum context length is 8192 tokens.", "You exceeded your current quota"),
)
_FROM_PROXIES = (b"", b"<html><body>502 Bad Gateway</body></html>", b"upstream connect error", b"\x1f\x8b\x08", b"null")
_WAITS = ("0", "12", "1.5", "-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999")


@st.composite
def error_replies(draw: st.DrawFn, provider: str) -> _Parts:
    """The status, the headers and the body of a refusal."""
    status = draw(st.sampled_from(_STATUSES))
    headers = [("Content-Type", "application/json"), ("x-request-id", "req-1")]
    if draw(st.booleans()):
        headers.append(("Retry-After", draw(st.sampled_from(_WAITS))))
    if status == 302:
        headers.append(("Location", "https://example.org/login"))
    if draw(st.sampled_from([True, True, False])):
        body = json.dumps(_document(provider, status, draw(st.sampled_from(_WORDS)))).encode()
    else:
        body = draw(st.sampled_from(_FROM_PROXIES))
    return status, tuple(headers), b"" if status == 204 else body


def _document(provider: str, status: int, message: str) -> Any:
    match provider:
        case "anthropic":
            return {"type": "error", "error": {"type": "api_error", "message": message}, "request_id": "req-1"}
        case "gemini" | "gemini-interactions":
            return {"error": {"code": status, "message": message, "status": "UNAVAILABLE"}}
        case "ollama":
            return {"error": message}
        case "bedrock" | "bedrock-invoke" | "cohere":
            return {"message": message}
        case _:
            return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}
