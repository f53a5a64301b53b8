"""Keys and credential headers: what is wrong with them, said without showing them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, Self, SupportsIndex, TypeAlias, cast

from ..failures import Failure, FailureKind

__all__ = ["ConfigurationError", "HeaderPairs", "HoldsSecrets", "shown_headers"]

HeaderPairs: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
"""Header names with their values, as a mapping or as pairs."""

MASK = "***"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CREDENTIAL = re.compile(r"auth|key|token|secret|cookie|credential|password|signature|^sig$", re.IGNORECASE)
_USER = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*://)?).*@", re.DOTALL)
# A shorter value is no key, and hiding it would hide half of the text.
_SHORTEST_SECRET = 6


class ConfigurationError(ValueError):
    """A request cannot be built as things are set up: a key, a region or a base URL is missing or wrong.

    `failure` has the kind `unconfigured`, and its message names what is wrong, never the value.
    """

    failure: Failure

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure

    def __str__(self) -> str:
        return str(self.failure)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.failure,)


def unconfigured(provider: str, message: str) -> ConfigurationError:
    """The error to raise when a request to `provider` cannot be built."""
    return ConfigurationError(Failure(FailureKind.UNCONFIGURED, message, provider=provider, retryable=False))


class HoldsSecrets:
    """A frozen record with a key in it: never pickled, and its copy is the record itself."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds credentials and cannot be pickled; build it where it is used")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


def is_credential(name: object) -> bool:
    """True if a header or query parameter of this name may carry a secret."""
    return _CREDENTIAL.search(str(name)) is not None


def header_pairs(headers: HeaderPairs) -> tuple[tuple[str, str], ...]:
    """The headers as pairs, in their order."""
    if isinstance(headers, Mapping):
        return tuple(cast("Mapping[str, str]", headers).items())
    return tuple((name, value) for name, value in headers)


def shown_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The headers with the values of credentials masked, for people."""
    return tuple((name, MASK if is_credential(name) else value) for name, value in headers)


def header_secrets(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The values of the credential headers, without the word for the scheme."""
    return tuple(str(value).rpartition(" ")[2] for name, value in headers if is_credential(name))


def shown_url(url: str) -> str:
    """The URL for people: without user name, password, query and fragment, any of which may hold a secret."""
    return _USER.sub(r"\1", re.split(r"[?#]", url, maxsplit=1)[0])


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets, wherever they stand in it."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    return text


def _stray_characters(value: str) -> str | None:
    # RFC 9110, section 5.5: a field value is visible ASCII with single white space inside. What an HTTP library would
    # say of the rest shows the value.
    if "\n" in value or "\r" in value:
        return "holds a line break"
    if not value.isascii():
        return "holds a character outside ASCII"
    if any(character < " " or character == "\x7f" for character in value.replace("\t", " ")):
        return "holds a control character"
    if value != value.strip():
        return "has white space around it"
    return None


def key_fault(key: object) -> str | None:
    """What is wrong with a key, in words that follow "the key", or None; never holds the key."""
    if not isinstance(key, str):
        return "is not text"
    if not key:
        return "is empty"
    stray = _stray_characters(key)
    if stray is not None:
        return stray
    if key.lower().startswith("bearer "):
        return "begins with `Bearer`, which is added to it anyway"
    if " " in key or "\t" in key:
        return "holds white space"
    if key[0] in "\"'" or key[-1] in "\"'":
        return "is in quotation marks"
    return None


def header_fault(name: object, value: object) -> str | None:
    """What is wrong with a header, or None; names the header at most, never its value."""
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        return "a header name holds characters that no header name may hold"
    if not isinstance(value, str):
        return f"the value of the header {name} is not text"
    stray = _stray_characters(value)
    return None if stray is None else f"the value of the header {name} {stray}"
