"""When one view of growing JSON extends an older one."""

from typing import Any

import pytest

from deltawire.partial_json import extends


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (None, None),
        (None, {"a": 1}),
        ("", "a"),
        ("ab", "abc"),
        ([], [1]),
        ([1], [1, 2]),
        (["a"], ["ab", "c"]),
        ([1, {}], [1, {"a": []}]),
        ({}, {"a": 1}),
        ({"a": "x"}, {"a": "xy", "b": 1}),
        ({"a": 1, "b": [1]}, {"a": 1, "b": [1, 2], "c": None}),
        (True, True),
        (1, 12),
        (1, 1.5),
    ],
)
def test_a_view_that_grew_extends_the_older_one(older: Any, newer: Any) -> None:
    assert extends(older, newer)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("a", None),
        ("a", "ba"),
        ("ab", "a"),
        ([1], []),
        ([1], [2]),
        ([1], [12]),
        (["a", 1], ["ab", 1]),
        ([[1], 2], [[1, 3], 2]),
        ([None], [1]),
        ([1], [True]),
        ([1], [1.0]),
        ({"a": 1}, {}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 2}),
        ({"a": "x", "b": 1}, {"a": "xy", "b": 1}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([], {}),
        (1, True),
        (True, 1),
        (True, False),
    ],
)
def test_a_view_that_changed_does_not_extend_the_older_one(older: Any, newer: Any) -> None:
    assert not extends(older, newer)
