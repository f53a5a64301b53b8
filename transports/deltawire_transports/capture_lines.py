"""The lines of a capture: one JSON object each, and the records that they stand for.

Times are whole microseconds in the records and `ms` with three decimals in the file, so that they come back exactly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias, get_args

import attrs

from deltawire import Failure
from deltawire.payload import is_object
from deltawire.policy import Outcome

from .capture_errors import DamagedCaptureError
from .capture_fields import FIELD_KINDS

__all__ = [
    "AttemptLine",
    "Broken",
    "Connected",
    "Ended",
    "Left",
    "Line",
    "Rang",
    "Received",
    "Refused",
    "Requested",
    "Responded",
    "Started",
    "Stopped",
    "Varied",
    "object_of",
    "read_line",
    "write_line",
]


@attrs.frozen
class Started:
    """The session began. Times of a session count from here."""

    tag: ClassVar[str] = "start"

    at: int
    """Always 0."""


@attrs.frozen
class Refused:
    """A target could not be asked: no request to it could be built."""

    tag: ClassVar[str] = "refused"

    at: int
    """Since the start."""
    failure: Failure
    """Why."""


@attrs.frozen
class Requested:
    """A request went out. Times of its attempt count from here."""

    tag: ClassVar[str] = "request"

    at: int
    """Since the start."""
    attempt: int
    """The number of the request in the session, from 1."""
    method: str
    """The method of HTTP."""
    url: str
    """The address, without secrets."""
    headers: tuple[tuple[str, str], ...]
    """Names and values, in order, without secrets."""
    body_bytes: int
    """The size of the body, which is not kept."""
    masks: tuple[str, ...]
    """What stands in the place of secrets from here on."""


@attrs.frozen
class Connected:
    """The connection of an attempt stands."""

    tag: ClassVar[str] = "connected"

    attempt: int
    """The number of the request."""
    at: int
    """Since the request."""


@attrs.frozen
class Responded:
    """The status and the headers of the response came."""

    tag: ClassVar[str] = "head"

    attempt: int
    """The number of the request."""
    at: int
    """Since the request."""
    status: int
    """The status of HTTP."""
    headers: tuple[tuple[str, str], ...]
    """Names and values, in order, without secrets."""
    wait: int | None
    """For how long the consumer had waited; None if it had not."""


@attrs.frozen
class Received:
    """One read of the body."""

    tag: ClassVar[str] = "read"

    attempt: int
    """The number of the request."""
    at: int
    """Since the request."""
    data: bytes
    """The bytes, without secrets."""
    wait: int | None
    """For how long the consumer had waited; None if it had not."""


@attrs.frozen
class Ended:
    """The body ended as HTTP says that it ends."""

    tag: ClassVar[str] = "end"

    attempt: int
    """The number of the request."""
    at: int
    """Since the request."""
    wait: int | None
    """For how long the consumer had waited; None if it had not."""


@attrs.frozen
class Broken:
    """The request failed, or the body broke off."""

    tag: ClassVar[str] = "broken"

    attempt: int
    """The number of the request."""
    at: int
    """Since the request."""
    failure: Failure
    """What broke."""
    wait: int | None
    """For how long the consumer had waited; None if it had not."""


@attrs.frozen
class Rang:
    """A wait of the session was over."""

    tag: ClassVar[str] = "timer"

    at: int
    """Since the start."""
    wait: int | None
    """For how long the consumer had waited; None if it had not."""


@attrs.frozen
class Varied:
    """The random number by which a wait before another attempt was varied, from 0 to 1."""

    tag: ClassVar[str] = "jitter"

    value: float
    """From 0 to 1."""


@attrs.frozen
class Left:
    """The consumer ended the session."""

    tag: ClassVar[str] = "left"

    at: int
    """Since the start."""
    how: str
    """cancel or pause."""


@attrs.frozen
class Stopped:
    """The session ended: the last line."""

    tag: ClassVar[str] = "outcome"

    at: int
    """Since the start."""
    outcome: Outcome
    """How."""
    attempts: int
    """How many requests went out."""


AttemptLine: TypeAlias = Connected | Responded | Received | Ended | Broken
"""What happened to a request that went out."""
Line: TypeAlias = AttemptLine | Started | Refused | Requested | Rang | Varied | Left | Stopped
"""Every line but the first."""

_LINES: Mapping[str, type[Any]] = MappingProxyType({kind.tag: kind for kind in get_args(Line)})


def write_line(line: Line) -> str:
    """The line's JSON, without a line end."""
    values: dict[str, Any] = {"type": line.tag}
    for field in attrs.fields(type(line)):
        kind = FIELD_KINDS[field.name]
        value = kind.write(getattr(line, field.name))
        if value is not None:
            values[kind.key] = value
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def object_of(text: str, number: int) -> dict[str, Any]:
    """The JSON object of line `number`. Raises DamagedCaptureError for anything else."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not is_object(value):
        raise DamagedCaptureError(number, "it is no JSON object")
    return value


def read_line(values: dict[str, Any], number: int) -> Line | None:
    """The record of a line's object; None for a type that this version does not know.

    Raises DamagedCaptureError for fields that are missing or have another type.
    """
    tag = values.get("type")
    if not isinstance(tag, str):
        raise DamagedCaptureError(number, "it has no type")
    kind = _LINES.get(tag)
    if kind is None:
        return None
    fields: dict[str, Any] = {}
    for field in attrs.fields(kind):
        wanted = FIELD_KINDS[field.name]
        try:
            fields[field.name] = wanted.read(values.get(wanted.key))
        except (ValueError, TypeError) as error:
            raise DamagedCaptureError(number, f"{wanted.key}: {error}") from None
    line: Line = kind(**fields)
    return line
