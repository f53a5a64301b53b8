"""Numbers in progress."""

import itertools
import json
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.json_number import MOST_DIGITS, JSONNumber


def taken(text: str) -> tuple[JSONNumber, int]:
    """The number, and how many characters of `text` it took."""
    number = JSONNumber()
    return number, len(list(itertools.takewhile(number.feed, text)))


def is_number(text: str) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return text == text.strip() and isinstance(value, int | float) and not isinstance(value, bool)


@pytest.mark.parametrize(
    ("text", "accepted", "value", "complete"),
    [
        pytest.param("", 0, None, False, id="nothing"),
        pytest.param("0", 1, 0, True, id="zero"),
        pytest.param("-0", 2, 0, True, id="minus zero"),
        pytest.param("-0.0", 4, -0.0, True, id="minus zero as a fraction"),
        pytest.param("-", 1, None, False, id="sign alone"),
        pytest.param("12", 2, 12, True, id="whole"),
        pytest.param("12.", 3, 12, False, id="point without digits"),
        pytest.param("12.50", 5, 12.5, True, id="fraction"),
        pytest.param("1e", 2, 1, False, id="exponent without digits"),
        pytest.param("-1.5e+", 6, -1.5, False, id="exponent sign without digits"),
        pytest.param("-1.5E+03", 8, -1500.0, True, id="exponent"),
        pytest.param("1e400", 5, math.inf, True, id="too large for a float"),
        pytest.param("01", 1, 0, True, id="leading zero"),
        pytest.param("-a", 1, None, False, id="letter after the sign"),
        pytest.param("1-", 1, 1, True, id="sign after a digit"),
        pytest.param("1.5.5", 3, 1.5, True, id="second point"),
        pytest.param("1e5e", 3, 100000.0, True, id="second exponent"),
        pytest.param("+1", 0, None, False, id="plus"),
        pytest.param(".5", 0, None, False, id="no digit before the point"),
        pytest.param("1٣", 1, 1, True, id="digit beyond ASCII"),
    ],
)
def test_a_number_shows_its_longest_sound_beginning(
    text: str, accepted: int, value: float | None, complete: bool
) -> None:
    number, count = taken(text)
    assert count == accepted
    assert (number.value, type(number.value)) == (value, type(value))
    assert number.complete is complete


def test_the_most_digits_pass_and_one_more_is_refused() -> None:
    for sign, tail in itertools.product(("", "-"), ("", "." + "5" * 100, "e" + "0" * 99 + "1")):
        text = sign + "9" * (MOST_DIGITS - len(tail)) + tail
        number, count = taken(text + "1")
        assert count == len(text)
        assert number.value == json.loads(text)
        assert number.complete


def test_digits_that_the_interpreter_may_not_convert_have_no_value() -> None:
    number, _ = taken("9" * 1000)
    allowed = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(999)
    try:
        assert number.value is None
    finally:
        sys.set_int_max_str_digits(allowed)
    assert number.value == int("9" * 1000)


@given(st.text(alphabet="-+.eE0123456789", max_size=12))
def test_a_number_is_complete_exactly_where_json_loads_takes_it(text: str) -> None:
    number, count = taken(text)
    assert (count == len(text) and number.complete) is is_number(text)
    sound = [text[:end] for end in range(count, 0, -1) if is_number(text[:end])]
    assert number.value == (json.loads(sound[0]) if sound else None)
