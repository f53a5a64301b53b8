"""Arguments of tool calls are read strictly: nothing is repaired, nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire.arguments import parses_as_arguments, read_arguments

BLANK = ["", " ", "\n\t", "null", " null\n"]
OBJECTS = ["{}", ' {"a": 1}\n', '{"a": {"b": [1, null]}}', '{"é": "🌍"}', '{"a": 1, "a": 2}']
OTHERS = [
    *('{"q": "x', '{"a": 1}{"b": 2}', "[1]", "1", '"x"', "true", "nul", "{} x", "{'a': 1}", '{"a": NaN}', "\u00a0"),
    *('{"a": ' * 129 + "1" + "}" * 129, '{"a": ' + "9" * 5_000 + "}"),
]


@pytest.mark.parametrize("text", OBJECTS)
def test_exactly_one_object_is_complete(text: str) -> None:
    assert parses_as_arguments(text, 128)
    assert parses_as_arguments(text, 128, blank=False)


@pytest.mark.parametrize("text", BLANK)
def test_blank_is_complete_where_it_is_allowed_and_null_everywhere(text: str) -> None:
    assert parses_as_arguments(text, 128)
    assert parses_as_arguments(text, 128, blank=False) is ("null" in text)


@pytest.mark.parametrize("text", OTHERS)
def test_all_else_is_not_complete(text: str) -> None:
    if text.strip():
        assert not parses_as_arguments(text, 128)
        with pytest.raises(ValueError, match=r".+"):
            read_arguments(text, complete=True, kind="function")


def test_the_depth_limit_is_exact() -> None:
    text = '{"a": ' * 3 + "1" + "}" * 3
    assert parses_as_arguments(text, 3)
    assert not parses_as_arguments(text, 2)
    assert read_arguments(text, complete=True, kind="function", depth=3) == {"a": {"a": {"a": 1}}}
    with pytest.raises(ValueError, match="nested deeper than 2 levels"):
        read_arguments(text, complete=True, kind="function", depth=2)


@pytest.mark.parametrize(("text", "value"), [*((blank, {}) for blank in BLANK), ('{"a": [1]}', {"a": [1]})])
def test_reading(text: str, value: dict[str, Any]) -> None:
    assert read_arguments(text, complete=True, kind="function") == value


@pytest.mark.parametrize(
    ("complete", "kind", "reason"),
    [
        (False, "function", "incomplete"),
        (True, "custom", "'custom' are text"),
        (True, "other", "'other' are text"),
        (False, "custom", "incomplete"),
    ],
)
def test_other_calls_have_no_object(complete: bool, kind: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_arguments("{}", complete=complete, kind=kind)


def test_an_array_is_no_object() -> None:
    with pytest.raises(ValueError, match="no JSON object"):
        read_arguments("[{}]", complete=True, kind="function")
