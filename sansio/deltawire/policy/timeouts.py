"""How long a session waits for what."""

from __future__ import annotations

import math
from typing import Any

import attrs

__all__ = ["Timeouts"]


def _wait(_record: object, field: Any, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{field.name} must be a number of seconds from 0 up, or None for no end, not {value!r}")


def _interval(_record: object, field: Any, value: float | None) -> None:
    if value is not None and not (math.isfinite(value) and value > 0):
        raise ValueError(f"{field.name} must be a number of seconds above 0, or None for never, not {value!r}")


@attrs.frozen
class Timeouts:
    """The longest waits of a session in seconds; None means no end. Raises ValueError for what is no wait."""

    connect: float | None = attrs.field(default=10.0, validator=_wait)
    """For the connection. The session only passes it on: the caller watches it and reports a `connect` failure."""
    first_byte: float | None = attrs.field(default=120.0, validator=_wait)
    """From the request to the first byte of the body."""
    local_first_byte: float | None = attrs.field(default=600.0, validator=_wait)
    """The same for servers on the user's own machine, which load the model first and send nothing meanwhile."""
    silence: float | None = attrs.field(default=300.0, validator=_wait)
    """For any byte after the first one, heartbeats included."""
    progress: float | None = attrs.field(default=None, validator=_wait)
    """For content, from the first byte on: heartbeats do not count. Models that reason in secret need long ones."""
    total: float | None = attrs.field(default=None, validator=_wait)
    """For the whole session, every attempt and wait included."""
    finish_grace: float | None = attrs.field(default=2.0, validator=_wait)
    """For the rest of an answer that is already proved complete, or of an error's body, before it is taken as it is."""
    status_every: float | None = attrs.field(default=30.0, validator=_interval)
    """The time without content after which a `Status` says that the session still waits."""
