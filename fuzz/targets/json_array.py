"""One streamed JSON array. Allowed: the elements of the array if the body is one, whatever stands between them
otherwise; `malformed` for a body that is no array; with a limit, `too_large`."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any

from deltawire.failures import FailureKind
from deltawire.framing import JSONArrayDecoder

from ..harness import Choices, FindingError, Target, allowed, same
from .framers import LIMITS, UNLIMITED, at_any_split

ALLOWED = {FailureKind.TOO_LARGE, FailureKind.MALFORMED}


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    limit = choices.of(LIMITS) if choices.flag(3) else UNLIMITED
    frames, decoder = at_any_split(lambda: JSONArrayDecoder(limit), data, choices)
    allowed(decoder.failure, ALLOWED)
    value = _array(data)
    if value is not None and decoder.failure is None:
        same(decoder.closed, True, "closed")
        same(repr([json.loads(frame) for frame in frames]), repr(value), "elements")
    elif value is not None and decoder.failure.kind is not FailureKind.TOO_LARGE:
        raise FindingError(f"an array is refused: {decoder.failure!r}")
    return (*(frame[:1] for frame in frames[:6]), decoder.closed, bool(decoder.failure), value is not None)


def _array(data: bytes) -> list[Any] | None:
    try:
        value = json.loads(data.removeprefix(b"\xef\xbb\xbf").decode())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


TARGET = Target("json_array", check, "json_array")
