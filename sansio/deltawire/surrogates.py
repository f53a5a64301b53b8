r"""Half surrogate pairs in decoded JSON: `"\ud83d"` in one delta, `"\ude00"` in the next.

Python keeps a lone surrogate in a string, and whoever encodes it later fails. Text that leaves a parser is always
encodable: halves that meet are joined, a half that stays alone becomes U+FFFD.
"""

from __future__ import annotations

import re
from typing import Any

from .payload import is_list, is_object

__all__ = ["SurrogateJoiner", "has_surrogate", "holds_surrogate", "replace_surrogates"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def has_surrogate(text: str) -> bool:
    """True if the text holds a lone surrogate."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def _joined(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def holds_surrogate(value: Any) -> bool:
    """True if a string or key of the JSON value holds a lone surrogate."""
    if isinstance(value, str):
        return has_surrogate(value)
    if is_list(value):
        return any(map(holds_surrogate, value))
    return is_object(value) and any(holds_surrogate(key) or holds_surrogate(item) for key, item in value.items())


class SurrogateJoiner:
    """Joins the halves over the pieces of one text."""

    def __init__(self) -> None:
        self.replaced = False
        """True once a half stayed alone."""
        self._half = ""

    @property
    def holds(self) -> bool:
        """True if a high half waits for its other half."""
        return bool(self._half)

    def feed(self, text: str) -> str:
        """The text with its halves joined; a high half at its end is held for the next piece."""
        text = self._half + text
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._half = text[-1]
            text = text[:-1]
        return self._mended(text)

    def end(self) -> str:
        """U+FFFD for a half that is still held."""
        half, self._half = self._half, ""
        return self._mended(half)

    def _mended(self, text: str) -> str:
        if has_surrogate(text):
            text = _joined(text)
            self.replaced = self.replaced or _REPLACEMENT in text
        return text


def replace_surrogates(value: Any) -> Any:
    """The JSON value with every lone surrogate in its strings and keys as U+FFFD."""
    if isinstance(value, str):
        return _joined(value) if has_surrogate(value) else value
    if is_list(value):
        return [replace_surrogates(item) for item in value]
    if is_object(value):
        return {replace_surrogates(key): replace_surrogates(item) for key, item in value.items()}
    return value
