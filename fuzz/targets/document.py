"""One whole document. Allowed: the body without the white space around it; with a limit, `too_large` and nothing."""

from __future__ import annotations

import json
from collections.abc import Hashable

from deltawire.failures import FailureKind
from deltawire.framing import DocumentDecoder

from ..harness import Choices, Target, allowed, same
from .framers import LIMITS, UNLIMITED, at_any_split

ALLOWED = {FailureKind.TOO_LARGE}


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    limit = choices.of(LIMITS) if choices.flag(3) else UNLIMITED
    frames, decoder = at_any_split(lambda: DocumentDecoder(limit), data, choices)
    allowed(decoder.failure, ALLOWED)
    same(bool(decoder.failure), len(data) > limit, "whether the document is too long")
    bare = data.strip(b" \t\r\n")
    same(frames, [bare] if bare and decoder.failure is None else [], "the document")
    is_container = _is_container(bare)
    if is_container and decoder.failure is None:
        same(decoder.closed, True, "closed")
    return (bare[:1], decoder.closed, bool(decoder.failure), is_container)


def _is_container(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data.decode()), dict | list)
    except (ValueError, RecursionError):
        return False


TARGET = Target("document", check, "document")
