"""The line decoder. Allowed: the lines that a regular expression finds; with a limit, `too_large` and fewer lines."""

from __future__ import annotations

import re
from collections.abc import Hashable

from deltawire.failures import FailureKind
from deltawire.framing import LineDecoder

from ..harness import Choices, Target, allowed, same
from .framers import LIMITS, UNLIMITED, at_any_split

ALLOWED = {FailureKind.TOO_LARGE}
_LINE_END = re.compile(rb"\r\n|\r|\n")


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    limit = choices.of(LIMITS) if choices.flag(3) else UNLIMITED
    lines, decoder = at_any_split(lambda: LineDecoder(limit), data, choices)
    allowed(decoder.failure, ALLOWED)
    expected = _LINE_END.split(data)
    if not expected[-1]:
        expected.pop()
    too_long = [number for number, line in enumerate(expected) if len(line) > limit]
    same(bool(decoder.failure), bool(too_long), "whether a line is too long")
    same(lines, expected[: too_long[0]] if too_long else expected, "lines")
    return (*(min(len(line), 3) for line in lines[:8]), bool(decoder.failure))


TARGET = Target("lines", check, "lines")
