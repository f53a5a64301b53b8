"""Keeps secrets out of what a parser reports, even when the provider echoes them."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, quote_plus

from .payload import is_list, is_object

__all__ = ["Redactor"]

_MASK = "[redacted]"
# A beginning of a secret as long as this, at the end of a text that was cut, is hidden as well.
_SHORTEST_BEGINNING = 4
_PERCENT_CODE = re.compile("%[0-9A-F]{2}")


class Redactor:
    """Replaces every occurrence of the given secrets, quoted for URLs or JSON too, by `[redacted]`.

    Blank secrets are none. Of a secret that the end of a text cuts off, at most three characters stay.
    """

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        forms = {form for secret in secrets if secret.strip() for form in _forms(secret)}
        # Longest first, so that a secret inside another leaves no rest.
        self._forms = sorted(forms, key=lambda form: (-len(form), form))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def text(self, text: str) -> str:
        """The text without the secrets."""
        for form in self._forms:
            text = text.replace(form, _MASK)
        for form in self._forms:
            for size in range(min(len(form) - 1, len(text)), _SHORTEST_BEGINNING - 1, -1):
                if text.endswith(form[:size]):
                    return text[:-size] + _MASK
        return text

    def raw(self, raw: bytes) -> bytes:
        """The bytes without the secrets; what is not UTF-8 in them stays as it is."""
        if not self._forms:
            return raw
        return self.text(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def payload(self, value: Any) -> Any:
        """The JSON value with no secret in its strings and keys."""
        if not self._forms:
            return value
        if isinstance(value, str):
            return self.text(value)
        if is_list(value):
            return [self.payload(item) for item in value]
        if is_object(value):
            return {self.payload(key): self.payload(item) for key, item in value.items()}
        return value


def _forms(secret: str) -> set[str]:
    quoted = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    quoted |= {_PERCENT_CODE.sub(lambda code: code[0].lower(), form) for form in quoted}
    in_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    return quoted | in_json | {form.replace("/", "\\/") for form in in_json}
