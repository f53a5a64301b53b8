"""Keeps secrets out of what a parser reports, even when the provider echoes them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_plus

from .payload import is_list, is_object

__all__ = ["Redactor"]

_MASK = "[redacted]"


class Redactor:
    """Replaces every occurrence of the given secrets, URL-quoted ones too, by `[redacted]`."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote_plus(secret))}
        # Longest first, so that a secret inside another leaves no rest.
        self._forms = sorted(forms, key=lambda form: (-len(form), form))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def text(self, text: str) -> str:
        """The text without the secrets."""
        for form in self._forms:
            text = text.replace(form, _MASK)
        return text

    def raw(self, raw: bytes) -> bytes:
        """The bytes without the secrets."""
        for form in self._forms:
            raw = raw.replace(form.encode(), _MASK.encode())
        return raw

    def payload(self, value: Any) -> Any:
        """The JSON value with no secret in its strings and keys."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if is_list(value):
            return [self.payload(item) for item in value]
        if is_object(value):
            return {self.text(key): self.payload(item) for key, item in value.items()}
        return value
