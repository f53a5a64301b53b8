"""JSON texts to values: what is refused, in how much memory, and the total accessors."""

from __future__ import annotations

import json
import pickle
import re
import tracemalloc
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.payload import (
    PayloadError,
    as_count,
    as_list,
    as_object,
    as_text,
    compact_json,
    decode_json,
    escapes_surrogate,
    fields_of,
    is_list,
    is_object,
    json_ready,
    nests_deeper,
    raw_decode,
    value_nests_deeper,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS | st.text(alphabet='\\"[]{}'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='\\"{}[]a'), inner, max_size=4),
    max_leaves=20,
)
CHAOS = st.text(alphabet='{}[]"\\ ,:1a\n\ud800é')


def depth_of(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


def plain_depth(text: str) -> int:
    """How deep a decoder comes in the text, character by character."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == "\\" or (character in "]}" and not depth):
            break  # no JSON any more: a decoder stops here
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


@given(VALUES)
def test_decoding_gives_the_value(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=2)):
        assert decode_json(f" \t\r\n{text}\n", 50) == value


@given(VALUES, st.booleans())
def test_nesting_is_that_of_the_value(value: Any, indented: bool) -> None:
    text = json.dumps(value, indent=2 if indented else None)
    depth = depth_of(value)
    assert not nests_deeper(text, depth)
    assert not value_nests_deeper(value, depth)
    if depth:
        assert nests_deeper(text, depth - 1)
        assert value_nests_deeper(value, depth - 1)


@given(CHAOS, st.integers(0, 4))
def test_no_decoder_comes_deeper_than_allowed_in_any_text(text: str, limit: int) -> None:
    if not nests_deeper(text, limit):
        assert plain_depth(text) <= limit


@pytest.mark.parametrize("length", range(65_530, 65_542))
def test_nesting_is_seen_across_the_steps_of_the_scan(length: int) -> None:
    string = json.dumps("[" * length)
    for text in (f"[{string}, [[], {string}]]", '["é\\"' + "[" * length + '\\\\", [[], "\\\\\\"["]]'):
        assert not nests_deeper(text, 3)
        assert nests_deeper(text, 2)
    assert not nests_deeper("[" + "[]," * length + "[]]", 2)
    assert nests_deeper("[" + "[]," * length + "[]]", 1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 200 + '"' + '\\"[' * 700_000 + '"', id="escaped quotes"),
        pytest.param("[" * 200 + '"' + "\\\\" * 1_000_000 + '"', id="escaped backslashes"),
        pytest.param("[" + '"",[],' * 300_000 + "0]", id="strings and brackets"),
        pytest.param("[" * 2_000_000, id="brackets"),
    ],
)
def test_memory_of_the_nesting_scan_follows_the_text(text: str) -> None:
    tracemalloc.start()
    nests_deeper(text, 128)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * len(text) + 6_000_000


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_the_depth_limit_is_exact(opening: str, closing: str) -> None:
    count = 128 // len(closing)
    text = opening * count + "0" + closing * count
    assert decode_json(text, 128)
    with pytest.raises(PayloadError, match=r"^nested deeper than 128 levels$"):
        decode_json(f"[{text}]", 128)


@pytest.mark.parametrize("closed", [True, False])
def test_a_hundred_thousand_levels_are_refused(closed: bool) -> None:
    with pytest.raises(PayloadError, match="nested deeper"):
        decode_json("[" * 100_000 + "]" * (100_000 * closed), 128)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param(" \n\t", "empty", id="blank"),
        pytest.param("NaN", "NaN is not JSON", id="NaN"),
        pytest.param('{"a": [Infinity]}', "Infinity is not JSON", id="Infinity"),
        pytest.param("-Infinity", "-Infinity is not JSON", id="minus Infinity"),
        pytest.param('{"a": ' + "9" * 5_000 + "}", r"Exceeds the limit \(4300 digits\)[^;]*", id="5,000 digits"),
        pytest.param('{"a":', ".* at character 5", id="cut"),
        pytest.param("{a: 1}", ".* at character 1", id="no JSON"),
        pytest.param("{}{}", "more text after the JSON value at character 2", id="two documents"),
        pytest.param("{} x", "more text after the JSON value at character 2", id="text behind"),
        pytest.param("\ufeff{}", ".* at character 0", id="byte order mark"),
        pytest.param("\u00a0{}", ".* at character 0", id="white space that is none in JSON"),
        pytest.param('"\n"', ".* at character 1", id="control character"),
        pytest.param("[1,]", ".* at character [23]", id="comma too many"),
    ],
)
def test_what_is_no_json_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(PayloadError) as refused:
        decode_json(text, 128)
    assert re.fullmatch(reason, str(refused.value))


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ('{"a": "\\ud83d"}', True),
        ('{"a": "\\uDE00"}', True),
        ('{"a": "\\u00e9"}', False),
        ('{"a": "\\n"}', False),
        ('{"ud83d": 1}', False),
        ("", False),
    ],
)
def test_escapes_of_half_pairs_are_seen(text: str, may: bool) -> None:
    assert escapes_surrogate(text) is may


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_the_bare_decoder_refuses_what_is_no_number(constant: str) -> None:
    with pytest.raises(PayloadError):
        raw_decode(f"[{constant}]")


def test_the_last_of_equal_keys_counts() -> None:
    assert decode_json('{"a": 1, "a": {"b": 2}}', 128) == {"a": {"b": 2}}


class TestDecoderOfTheCaller:
    def test_gets_the_stripped_text_and_gives_the_value(self) -> None:
        seen: list[str] = []
        assert decode_json(" {} \n", 128, lambda text: (seen.append(text), 7)[1]) == 7
        assert seen == ["{}"]

    @pytest.mark.parametrize(("text", "depth"), [("", 128), ("[[]]", 1)])
    def test_is_not_asked_for_what_is_refused_anyway(self, text: str, depth: int) -> None:
        with pytest.raises(PayloadError):
            decode_json(text, depth, lambda _: pytest.fail("asked"))

    def test_refuses_with_value_errors(self) -> None:
        def refuse(_: str) -> None:
            raise ValueError("not today")

        with pytest.raises(PayloadError, match=r"^not today$"):
            decode_json("{}", 128, refuse)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None, True]}, '{"a":[1,null,true]}'),
        ("é🌍", '"é🌍"'),
        ({"b": b"x"}, '{"b":"b\'x\'"}'),
    ],
)
def test_compact_json(value: Any, text: str) -> None:
    assert compact_json(value) == text


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "x", [], [1], {}, {"a": 1}, (), b"x"])
def test_accessors_are_total(value: Any) -> None:
    assert is_object(value) is isinstance(value, dict)
    assert is_list(value) is isinstance(value, list)
    assert as_object(value) == (value if isinstance(value, dict) else {})
    assert as_list(value) == (value if isinstance(value, list) else [])
    assert as_text(value) == (value if isinstance(value, str) else "")


@pytest.mark.parametrize(
    ("value", "count"),
    [
        *(
            (0, 0),
            (12, 12),
            (12.0, 12),
            ("12", 12),
            ("0", 0),
            (str(2**53), 2**53),
            (2**53, 2**53),
            (float(2**53), 2**53),
        ),
        *((None, None), (True, None), (False, None), (-1, None), (2.25, None), (-0.5, None), (2**53 + 1, None)),
        *((float("nan"), None), (float("inf"), None), (1e300, None), ("1.5", None), ("-1", None), ("", None)),
        *(("١٢", None), ("9" * 17, None), ("0" * 17, None), (" 1", None), ([1], None), ({}, None)),
    ],
)
def test_counts_are_whole_numbers_up_to_two_to_the_53(value: Any, count: int | None) -> None:
    found = as_count(value)
    assert found == count
    assert type(found) in (int, type(None))


@pytest.mark.parametrize(
    ("names", "values"), [((), None), (("a",), 1), (("a", "b"), (1, [2])), (iter(("b", "a")), ([2], 1))]
)
def test_fields_are_taken_at_once(names: Any, values: Any) -> None:
    take = fields_of(names)
    assert take({"a": 1, "b": [2], "c": 3}) == values
    assert pickle.loads(pickle.dumps(take))({"a": 1, "b": [2]}) == values


def test_a_missing_field_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        fields_of(("a", "z"))({"a": 1})


def test_a_value_in_a_circle_is_too_deep() -> None:
    value: list[Any] = []
    value.append(value)
    assert value_nests_deeper(value, 128)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"la", "bGE="),
        (bytearray(b"la"), "bGE="),
        ((1, (2,)), [1, [2]]),
        ({1: 2, None: [b""]}, {"1": 2, "None": [""]}),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (date(2026, 1, 2), "2026-01-02"),
        (Decimal("1.50"), "1.50"),
    ],
    ids=repr,
)
def test_values_of_clients_become_json(value: Any, expected: Any) -> None:
    assert json_ready({"a": [value]}) == {"a": [expected]}


@given(VALUES)
def test_json_is_ready(value: Any) -> None:
    assert json_ready(value) == value
    assert json.dumps(json_ready(value)) == json.dumps(value)


def test_tuples_nest_as_lists_do() -> None:
    assert value_nests_deeper({"a": (((),),)}, 3)
    assert not value_nests_deeper({"a": (((),),)}, 4)
