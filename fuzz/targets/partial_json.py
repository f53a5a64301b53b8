"""Growing JSON. Allowed: for text that is JSON its value, complete; for any other text a value that every further piece
extends, never complete. The same at any split."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Hashable
from typing import Any

from deltawire.partial_json import PartialJson, extends
from deltawire.surrogates import replace_surrogates

from ..harness import Choices, FindingError, Target, same

_DEPTH = 64
_NOTHING = object()
_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:')


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    text = data.decode("utf-8", "replace")
    whole, in_pieces = PartialJson(_DEPTH), PartialJson(_DEPTH)
    whole.feed(text)
    before: Any = _NOTHING
    for piece in choices.pieces(text):
        in_pieces.feed(piece)
        value = copy.deepcopy(in_pieces.value)
        if before is not _NOTHING and not extends(before, value) and not _repeats_a_key(text):
            raise FindingError(f"{value!r} does not extend {before!r}")
        before = value
    same(_state(in_pieces), _state(whole), "state")
    expected = _loaded(text)
    if expected is not _NOTHING:
        same(whole.complete, True, "complete")
        same(repr(whole.value), repr(replace_surrogates(expected)), "value")
    elif whole.complete:
        raise FindingError(f"complete, and no JSON: {whole.value!r}")
    return (type(whole.value).__name__, whole.complete, expected is not _NOTHING, (whole.error or "")[:30])


def _state(growing: PartialJson) -> Any:
    return (repr(growing.value), growing.complete, growing.error)


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _loaded(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_refuse)
        return value if _depth(value) <= _DEPTH else _NOTHING
    except (ValueError, RecursionError):
        return _NOTHING


def _repeats_a_key(text: str) -> bool:
    """True if a key may stand twice in one object: then its first value is replaced."""
    keys = [match[1].encode().decode("unicode_escape", "replace") for match in _KEY.finditer(text)]
    return len(set(keys)) < len(keys)


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


TARGET = Target("partial_json", check, "partial_json")
