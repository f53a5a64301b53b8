"""The body of an HTTP error response, in whatever form it comes: JSON, SSE, HTML, XML, plain text or nothing."""

from __future__ import annotations

import re
from typing import Any

from .limits import Limits
from .payload import PayloadError, decode_json

__all__ = ["error_document"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_SSE_LINE = re.compile(r"(?:data|event|id|retry|error)?:", re.ASCII)
_HTML = re.compile(r"<(?:!doctype html|html|head|body|title|h1)\b", re.IGNORECASE)
_HEADLINES = (
    re.compile(r"<title[^<>]{0,200}>([^<]{1,500})</title", re.IGNORECASE),
    re.compile(r"<h1[^<>]{0,200}>([^<]{1,500})</h1", re.IGNORECASE),
)
# Errors of AWS services and of the gateways in front of them.
_XML_FIELD = re.compile(r"<(Code|Message|RequestId)>([^<]{1,2000})</\1>", re.IGNORECASE)
_XML_NAMES = {"code": "code", "message": "message", "requestid": "request_id"}
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&apos;": "'", "&nbsp;": " ", "&amp;": "&"}
_ENTITY = re.compile("|".join(_ENTITIES))
# JSON that was cut off still shows its message.
_MESSAGE = re.compile(r'"message"\s{0,10}:\s{0,10}"([^"\\]{1,2000})"')


def error_document(body: bytes) -> tuple[Any, str]:
    """The error value of a body, a JSON value or a message, `""` if there is none; and the body as text.

    The body's own form decides, since gateways mislabel their errors. What is not UTF-8 is U+FFFD in the text.
    """
    raw = body.decode("utf-8-sig", "replace")
    text = raw.strip()
    if text.startswith(("{", "[")):
        value = _json(text)
        cut = _MESSAGE.search(text) if value is None else None
        return (cut[1] if cut else text) if value is None else value, raw
    if text.startswith("<"):
        return _markup(text), raw
    if _SSE_LINE.match(text):
        return _first_in_stream(text) or text, raw
    return text, raw


def _json(text: str) -> Any:
    try:
        return decode_json(text, Limits().json_depth)
    except PayloadError:
        return None


def _first_in_stream(text: str) -> Any:
    """What the first frame of an SSE body carries (github.com/openclaw/openclaw/pull/76444), None if nothing."""
    data: list[str] = []
    for line in [*_LINE_END.split(text), ""]:
        name, _, value = line.partition(":")
        if name in ("data", "error") and value.strip() != "[DONE]":
            data.append(value)
        elif not line and "".join(data).strip():
            break
    joined = "\n".join(data).strip()
    return _json(joined) or joined


def _markup(text: str) -> Any:
    if _HTML.search(text[:2_000]):
        for headline in _HEADLINES:
            found = headline.search(text)
            if found is not None and found[1].strip():
                return f"{_unescaped(found[1]).strip()} (HTML page)"
        return "An HTML page without a title"
    fields = {_XML_NAMES[name.lower()]: _unescaped(value) for name, value in _XML_FIELD.findall(text)}
    return fields or text


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], text)
