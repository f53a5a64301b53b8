"""Values to the text of a stream, and that text to bytes that no value can break out of."""

from __future__ import annotations

import json
import re
from typing import Any

from ..payload import is_list, is_object
from ..surrogates import replace_surrogates

__all__ = ["comment_frame", "event_frame", "json_text", "quoted", "to_bytes"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)

quoted = json.encoder.encode_basestring
"""The JSON string of a text. CR, LF, NUL and all other control characters are escaped (RFC 8259, section 7)."""

# Line ends to readers that split text and not bytes; the vendors' own clients for Python among them.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")


def json_text(value: Any) -> str:
    """The JSON text of a value, without white space. What JSON cannot hold becomes null or text."""
    try:
        return _ENCODER.encode(value)
    except ValueError:
        return _ENCODER.encode(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if is_list(value):
        return [_finite(item) for item in value]
    return {key: _finite(item) for key, item in value.items()} if is_object(value) else value


def event_frame(name: str, payload: Any) -> str:
    """A server-sent event with a name. The name is one of the dialect's, never of a value."""
    return f"event: {name}\ndata: {json_text(payload)}\n\n"


def comment_frame(text: str) -> str:
    """A comment of an event stream (WHATWG HTML, section 9.2.6). The text is one of ours."""
    return f": {text}\n\n"


def to_bytes(text: str) -> bytes:
    """The text in UTF-8. A lone half of a surrogate pair is U+FFFD; line ends of Unicode, which stand in JSON strings
    only, are escaped."""
    if text.isascii():
        return text.encode("ascii")
    if _LINE_ENDS.search(text):
        text = _LINE_ENDS.sub(_escaped, text)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return str(replace_surrogates(text)).encode()


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
