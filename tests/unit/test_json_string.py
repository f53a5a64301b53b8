"""Strings in progress."""

import copy
import itertools
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.json_string import JSONString
from deltawire.surrogates import replace_surrogates

PARTS = st.lists(
    st.sampled_from(["a", "é", "😀", '\\"', "\\\\", "\\/", "\\n", "\\u0041", "\\uD83D", "\\ude00", "\\ud83d\\ude00"])
    | st.text(st.characters(min_codepoint=32, exclude_characters='"\\'), max_size=3)
)


def read(pieces: list[str]) -> tuple[str, bool, str | None, int]:
    """The text, whether the string closed, the error, and the offset where it stopped."""
    string = JSONString()
    before = 0
    text: list[str] = []
    for piece in pieces:
        stop = string.feed(piece)
        text.append(string.take())
        if string.closed or string.error is not None:
            return "".join(text), string.closed, string.error, before + stop
        assert stop == len(piece)
        before += len(piece)
    return "".join(text), string.closed, string.error, before


@pytest.mark.parametrize(
    ("rest", "decoded", "stop"),
    [
        pytest.param('"', "", 1, id="empty"),
        pytest.param('ab",', "ab", 3, id="text"),
        pytest.param('a\\"b\\\\"', 'a"b\\', 7, id="quote and backslash"),
        pytest.param('\\b\\f\\n\\r\\t\\/"', "\b\f\n\r\t/", 13, id="short escapes"),
        pytest.param('\\u00e9\\u20AC"', "é€", 13, id="long escapes"),
        pytest.param('\\ud83d\\ude00"', "😀", 13, id="surrogate pair"),
        pytest.param('\\ud83dx"', "\ufffdx", 8, id="high half alone"),
        pytest.param('\\ud83d"', "\ufffd", 7, id="high half at the end"),
        pytest.param('\\ude00"', "\ufffd", 7, id="low half alone"),
        pytest.param('\\ud83d\\ud83d\\ude00"', "\ufffd😀", 19, id="two high halves"),
        pytest.param('\ud83d\ude00"', "😀", 3, id="pair of raw halves"),
        pytest.param('\\ud83d\ude00"', "😀", 8, id="escaped and raw half"),
        pytest.param('\x7f\u2028"', "\x7f\u2028", 3, id="raw characters that JSON allows"),
        pytest.param("\\n" * 3000 + '"', "\n" * 3000, 6001, id="thousands of escapes"),
        pytest.param("\\n" * 1000 + '"', "\n" * 1000, 2001, id="one escape more than one step takes"),
    ],
)
def test_a_closed_string_is_decoded_at_any_split(rest: str, decoded: str, stop: int) -> None:
    assert read([rest]) == (decoded, True, None, stop)
    assert read(list(rest)) == (decoded, True, None, stop)


@pytest.mark.parametrize(
    ("rest", "decoded"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("ab", "ab", id="text"),
        pytest.param("ab\\", "ab", id="backslash"),
        pytest.param("ab\\u", "ab", id="escape letter"),
        pytest.param("ab\\u12e", "ab", id="escape but one digit"),
        pytest.param("ab\\ud83d", "ab", id="high half"),
        pytest.param("ab\\ud83d\\ude0", "ab", id="high half and part of the low one"),
        pytest.param("ab\ud83d", "ab", id="raw high half"),
    ],
)
def test_what_may_still_become_something_else_is_held_back(rest: str, decoded: str) -> None:
    assert read([rest]) == (decoded, False, None, len(rest))
    assert read(list(rest)) == (decoded, False, None, len(rest))


@pytest.mark.parametrize(
    ("rest", "decoded", "stop"),
    [
        pytest.param("ab\n", "ab", 2, id="line end"),
        pytest.param("\x00", "", 0, id="null character"),
        pytest.param("\x1f", "", 0, id="last control character"),
        pytest.param("a\\x41", "a", 1, id="unknown escape"),
        pytest.param("a\\u12g4", "a", 1, id="digit that is none"),
        pytest.param('a\\u12"', "a", 1, id="quote inside an escape"),
        pytest.param("a\\U0041", "a", 1, id="capital escape letter"),
        pytest.param("a\\u٠٠٤١", "a", 1, id="digits beyond ASCII"),
        pytest.param("a\\\n", "a", 1, id="escaped line end"),
    ],
)
def test_a_fault_stops_at_its_first_character(rest: str, decoded: str, stop: int) -> None:
    whole = read([rest])
    assert (whole[0], whole[1], whole[3]) == (decoded, False, stop)
    assert whole[2]
    assert read(list(rest))[:3] == whole[:3]


def test_a_fault_in_an_escape_that_began_before_has_a_negative_offset() -> None:
    string = JSONString()
    assert string.feed("ab\\u1") == 5
    assert string.feed("x") == -3


def test_reading_starts_at_the_given_offset() -> None:
    string = JSONString()
    assert string.feed('"ab\\', 1) == 4
    assert string.feed('--n"', 2) == 4
    assert string.take() == "ab\n"


def test_each_character_is_taken_once() -> None:
    string = JSONString()
    string.feed("ab")
    assert (string.take(), string.take()) == ("ab", "")
    string.feed("c")
    assert string.take() == "c"


@given(PARTS, st.lists(st.integers(min_value=0), max_size=8))
def test_strings_are_read_as_json_loads_does_but_for_lone_halves(parts: list[str], places: list[int]) -> None:
    rest = "".join(parts) + '"'
    marks = sorted({place % (len(rest) + 1) for place in places} | {0, len(rest)})
    pieces = [rest[here:there] for here, there in itertools.pairwise(marks)]
    assert read(pieces) == (replace_surrogates(json.loads('"' + rest)), True, None, len(rest))


@given(st.text(alphabet='"\\u0dD8cCn/x\n\ud83d\ude00é'))
def test_no_split_changes_anything(rest: str) -> None:
    assert read(list(rest))[:3] == read([rest])[:3]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
def test_a_copy_goes_on_alone(again) -> None:
    string = JSONString()
    string.feed("a\\ud83d\\ude")
    other = again(string)
    assert other.feed('00"') == string.feed('00"') == 3
    assert other.take() == string.take() == "a😀"
