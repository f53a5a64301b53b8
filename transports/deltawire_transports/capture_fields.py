"""The kinds of values in a capture's lines: how each is written to JSON and read back, strictly."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from deltawire import Failure, FailureKind
from deltawire.payload import is_list, is_object
from deltawire.policy import Outcome

__all__ = ["FIELD_KINDS", "FieldKind"]

_LONGEST_MS = 1e12


def _as_it_is(value: Any) -> Any:
    return value


@attrs.frozen
class FieldKind:
    """How a value stands in a line."""

    key: str
    """Under which key."""
    read: Callable[[Any], Any]
    """Gives the value; raises ValueError or TypeError for what is none."""
    write: Callable[[Any], Any] = _as_it_is
    """Gives the JSON of a value; None is left out."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("it is no text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("it is no count")
    return value


def _micros(value: Any) -> int:
    if type(value) not in (int, float) or not 0 <= value <= _LONGEST_MS:
        raise ValueError("it is no time")
    return round(float(value) * 1000)


def _micros_or_none(value: Any) -> int | None:
    return None if value is None else _micros(value)


def _milliseconds(micros: int | None) -> float | None:
    return None if micros is None else micros / 1000


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError("it is no number")
    return float(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not is_list(value):
        raise TypeError("it is no list")
    return tuple(map(_text, value))


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    if not is_list(value) or not all(is_list(item) and len(item) == 2 for item in value):
        raise TypeError("it is no list of pairs")
    return tuple((_text(name), _text(text)) for name, text in value)


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except binascii.Error:
        raise ValueError("it is no base64") from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


_FAILURE_TYPES: dict[str, tuple[type, ...]] = {
    "message": (str,),
    "status": (int, type(None)),
    "code": (str, type(None)),
    "retryable": (bool,),
    "retry_after": (int, float, type(None)),
    "provider": (str, type(None)),
    "request_id": (str, type(None)),
    "raw": (str, type(None)),
    "after_content": (bool,),
}


def _failure(value: Any) -> Failure:
    if not is_object(value) or "message" not in value:
        raise TypeError("it is no failure")
    known = {name: value[name] for name in _FAILURE_TYPES if name in value}
    for name, item in known.items():
        if type(item) not in _FAILURE_TYPES[name]:
            raise TypeError(f"{name} has another type")
    return Failure(FailureKind(str(value.get("kind"))), **known)


def _failure_fields(failure: Failure) -> dict[str, Any]:
    return {**attrs.asdict(failure), "kind": failure.kind.value}


def _leaving(value: Any) -> str:
    if value not in ("cancel", "pause"):
        raise ValueError("it is neither cancel nor pause")
    return str(value)


FIELD_KINDS: Mapping[str, FieldKind] = MappingProxyType(
    {
        "at": FieldKind("ms", _micros, _milliseconds),
        "wait": FieldKind("wait_ms", _micros_or_none, _milliseconds),
        "attempt": FieldKind("attempt", _count),
        "attempts": FieldKind("attempts", _count),
        "status": FieldKind("status", _count),
        "body_bytes": FieldKind("body_bytes", _count),
        "method": FieldKind("method", _text),
        "url": FieldKind("url", _text),
        "masks": FieldKind("masks", _texts),
        "headers": FieldKind("headers", _pairs),
        "data": FieldKind("data", _bytes, _base64),
        "failure": FieldKind("failure", _failure, _failure_fields),
        "value": FieldKind("value", _number),
        "how": FieldKind("how", _leaving),
        "outcome": FieldKind("outcome", Outcome, lambda outcome: outcome.value),
    }
)
"""The kinds by the names of the fields in the records of lines."""
