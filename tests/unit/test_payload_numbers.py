"""Numbers that JSON has no word for, in values that are written again."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from deltawire.payload import compact_json, is_finite


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": math.inf}, '{"a":1e999}'),
        ([-math.inf, 1.5], "[-1e999,1.5]"),
        ([math.nan], "[null]"),
        ({"Infinity": "NaN, -Infinity"}, '{"Infinity":"NaN, -Infinity"}'),
        ({"a": 'say "Infinity"', "b": math.inf}, '{"a":"say \\"Infinity\\"","b":1e999}'),
        ({"é": [1, None, True]}, '{"é":[1,null,true]}'),
    ],
    ids=["infinity", "minus", "no number", "words", "words beside", "plain"],
)
def test_are_written_as_what_reads_the_same(value: Any, text: str) -> None:
    assert compact_json(value) == text
    read = json.loads(text)
    assert read == value or text == "[null]"


@pytest.mark.parametrize(
    ("value", "finite"),
    [
        *((1.5, True), (10**400, True), ("Infinity", True), (None, True), ({"a": [1.0, {}]}, True)),
        *((math.inf, False), (math.nan, False), ({"a": [1.0, -math.inf]}, False), ((math.nan,), False)),
    ],
)
def test_are_found_wherever_they_stand(value: Any, finite: bool) -> None:
    assert is_finite(value) is finite
