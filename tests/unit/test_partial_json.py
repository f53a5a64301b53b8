"""Growing JSON: every view extends the one before, and the last one is what `json.loads` gives."""

import copy
import itertools
import json
import pickle
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.partial_json import PartialJson, extends
from deltawire.payload import PayloadError, decode_json
from deltawire.surrogates import replace_surrogates

STRINGS = st.text(max_size=6) | st.text(alphabet='\\"{}[],:ué😀\ud83d\ude00\n', max_size=6)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | STRINGS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=8,
)
DOCUMENTS = st.builds(
    lambda value, ascii_only, indent: json.dumps(value, ensure_ascii=ascii_only, indent=indent),
    # Keys that differ only in lone surrogates would become one.
    JSON_VALUES.map(replace_surrogates) | st.lists(STRINGS),
    st.booleans(),
    st.sampled_from([None, 1]),
)
CHAOS = st.text(alphabet='{}[]",:\\u0aetrufalsn1-.+E d83\n', max_size=24)
PLACES = st.lists(st.integers(min_value=0), max_size=8)


def cut(text: str, places: list[int]) -> list[str]:
    marks = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[here:there] for here, there in itertools.pairwise(marks)]


def read(pieces: list[str]) -> tuple[Any, bool, str | None]:
    reader = PartialJson()
    for piece in pieces:
        reader.feed(piece)
    return reader.value, reader.complete, reader.error


def views(text: str) -> list[Any]:
    """The value after each character, copied."""
    reader = PartialJson()
    seen = [reader.value]
    for character in text:
        reader.feed(character)
        seen.append(copy.deepcopy(reader.value))
    return seen


def same(one: Any, other: Any) -> bool:
    """Equal in value and type, -0.0 and 0 apart."""
    return repr(one) == repr(other)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param(" \n", None, id="white space"),
        pytest.param('"', "", id="quote"),
        pytest.param('"ab', "ab", id="string"),
        pytest.param('"ab\\', "ab", id="backslash"),
        pytest.param('"ab\\u00', "ab", id="half an escape"),
        pytest.param('"ab\\ud83d', "ab", id="half a surrogate pair"),
        pytest.param("-", None, id="sign"),
        pytest.param("[", [], id="bracket"),
        pytest.param("[1", [], id="number that may go on"),
        pytest.param("[1 ", [1], id="finished number"),
        pytest.param("[1,", [1], id="comma"),
        pytest.param("[tru", [], id="part of a word"),
        pytest.param("[true", [True], id="word"),
        pytest.param('["a","', ["a", ""], id="second string"),
        pytest.param("{", {}, id="brace"),
        pytest.param('{"a', {}, id="part of a key"),
        pytest.param('{"a"', {}, id="key"),
        pytest.param('{"a":', {}, id="key and colon"),
        pytest.param('{"a":nul', {}, id="key and part of a word"),
        pytest.param('{"a":null', {"a": None}, id="key and null"),
        pytest.param('{"a":"', {"a": ""}, id="key and quote"),
        pytest.param('{"a":{"b":[[', {"a": {"b": [[]]}}, id="nested"),
        pytest.param('{"a":1,"b":"x"', {"a": 1, "b": "x"}, id="all but the brace"),
    ],
)
def test_an_unfinished_text_shows_what_is_certain(text: str, value: Any) -> None:
    assert same(read([text])[0], value)
    assert read([text])[1:] == (False, None)
    assert same(read(list(text))[0], value)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":"😀\\ud83d\\ude00\\\\x","n":-1.5e+3}',
        "0",
        "-12.5e-3 ",
        "null",
        "true",
        " false\n",
        '""',
        "[]",
        "{}",
        '[1,-0,0.5,2E+5,true,false,null,"",[],{}]',
        '\t{ "a" : [ { "b" : "\\n" } , 2 ] }\r\n',
        '{"":{"":""}}',
        '{"a":1,"a":[2]}',
        "1e400",
        '"\\u0000"',
        "[" * 128 + "]" * 128,
        "9" * 4300,
        "-" + "9" * 4300,
        "[" + "9" * 4300 + "]",
    ],
)
def test_a_whole_text_reads_as_json_loads_reads_it(text: str) -> None:
    for pieces in ([text], list(text)):
        value, complete, error = read(pieces)
        assert same(value, json.loads(text))
        assert complete
        assert error is None


def test_every_prefix_extends_the_one_before() -> None:
    seen = views('{"a":"😀\\ud83d\\ude00\\\\x","n":-1.5e+3}')
    assert all(itertools.starmap(extends, itertools.pairwise(seen)))
    strings = list(dict.fromkeys(view["a"] for view in seen if view and "a" in view))
    assert strings == ["", "😀", "😀😀", "😀😀\\", "😀😀\\x"]
    assert [view.get("n") for view in seen[-2:]] == [None, -1500.0]


@pytest.mark.parametrize(
    ("text", "value", "place"),
    [
        pytest.param("x", None, 0, id="no value"),
        pytest.param("NaN", None, 0, id="NaN"),
        pytest.param("[Infinity]", [], 1, id="infinity"),
        pytest.param("-Infinity", None, 1, id="negative infinity"),
        pytest.param("[tru1]", [], 1, id="misspelt word"),
        pytest.param("True", None, 0, id="word of another language"),
        pytest.param("'a'", None, 0, id="single quotes"),
        pytest.param("\ufeff{}", None, 0, id="BOM"),
        pytest.param("\u00a0{}", None, 0, id="white space that JSON does not have"),
        pytest.param("[1,]", [1], 3, id="comma before the bracket"),
        pytest.param("[,1]", [], 1, id="comma first"),
        pytest.param("[1 2]", [1], 3, id="no comma"),
        pytest.param("[1}", [1], 2, id="array closed by a brace"),
        pytest.param("[}", [], 1, id="empty array closed by a brace"),
        pytest.param('{"a":1]', {"a": 1}, 6, id="object closed by a bracket"),
        pytest.param("{]", {}, 1, id="empty object closed by a bracket"),
        pytest.param('{"a":1,}', {"a": 1}, 7, id="comma before the brace"),
        pytest.param("{a:1}", {}, 1, id="bare key"),
        pytest.param('{"a" 1}', {}, 5, id="no colon"),
        pytest.param('{"a":}', {}, 5, id="no value after the colon"),
        pytest.param('{"a":]', {}, 5, id="bracket after the colon"),
        pytest.param("{}{}", {}, 2, id="second value"),
        pytest.param("[] x", [], 3, id="text after the value"),
        pytest.param("1 2", 1, 2, id="second number"),
        pytest.param("]", None, 0, id="closing bracket"),
        pytest.param("[01]", [], 2, id="leading zero"),
        pytest.param("[1.]", [], 3, id="point without digits"),
        pytest.param("[-]", [], 2, id="sign alone"),
        pytest.param("[1-", [], 2, id="sign after a digit"),
        pytest.param("12.x", 12, 3, id="broken number alone"),
        pytest.param('["ab\ncd"]', ["ab"], 4, id="line end in a string"),
        pytest.param('{"a\tb":1}', {}, 3, id="tab in a key"),
        pytest.param('["ab\\x41"]', ["ab"], 4, id="unknown escape"),
        pytest.param('["ab\\u12g4"]', ["ab"], 4, id="escape with a wrong digit"),
        pytest.param('["ab\\ud83d\\x"]', ["ab"], 10, id="unknown escape after a high half"),
        pytest.param("[" * 129, None, 128, id="nested too deep"),
        pytest.param('{"a":' * 129, None, 640, id="objects nested too deep"),
        pytest.param("[" + "9" * 4301, [], 4301, id="too many digits"),
        pytest.param("[0." + "9" * 5000, [], 4301, id="too long a fraction"),
    ],
)
def test_what_cannot_become_json_is_an_error_and_the_value_so_far_stays(text: str, value: Any, place: int) -> None:
    whole = read([text])
    assert whole[2] is not None
    assert whole[2].endswith(f" at character {place}")
    assert not whole[1]
    assert value is None or same(whole[0], value)
    assert same(read(list(text)), whole)
    assert same(read([text, '"}]', "1"]), whole)


def test_depth_is_configurable_and_exact() -> None:
    for depth in (1, 2, 5):
        reader = PartialJson(depth)
        reader.feed("[" * depth)
        assert reader.error is None
        reader.feed("[")
        assert reader.error is not None
        assert f"deeper than {depth} levels" in reader.error
    reader = PartialJson(1)
    reader.feed("[1,2]")
    assert reader.complete


def test_siblings_do_not_count_as_depth() -> None:
    reader = PartialJson(2)
    reader.feed("[[],[],{},[]]")
    assert reader.complete


def test_deep_nesting_does_not_exhaust_the_stack() -> None:
    reader = PartialJson(50_000)
    reader.feed("[" * 50_000 + "]" * 50_000)
    assert reader.complete


def test_the_containers_of_a_view_are_the_same_ones_and_grow() -> None:
    reader = PartialJson()
    reader.feed('{"a":["x')
    first = reader.value
    inner = first["a"]
    assert inner == ["x"]
    reader.feed('y"],"b":1}')
    assert reader.value is first
    assert inner == ["xy"]
    assert first == {"a": ["xy"], "b": 1}


def test_a_string_that_was_kept_does_not_change() -> None:
    for begun, look in (('"', lambda view: view), ('["', lambda view: view[-1]), ('{"k":"', lambda view: view["k"])):
        reader = PartialJson()
        reader.feed(begun)
        kept = []
        for _ in range(50):
            reader.feed("abcé")
            kept.append(look(reader.value))
        assert kept == ["abcé" * (count + 1) for count in range(50)]


def test_the_last_of_two_equal_keys_counts() -> None:
    assert read(['{"a":{"x":1},"b":2,"a":"n'])[0] == {"a": "n", "b": 2}
    assert list(read(['{"a":1,"b":2,"a":3}'])[0]) == ["a", "b"]


def test_a_number_alone_is_complete_at_each_digit() -> None:
    reader = PartialJson()
    seen = []
    for character in "-1.5e3 ":
        reader.feed(character)
        seen.append((reader.value, reader.complete))
    assert seen == [
        (None, False),
        (-1, True),
        (-1, False),
        (-1.5, True),
        (-1.5, False),
        (-1500.0, True),
        (-1500.0, True),
    ]


@given(DOCUMENTS)
def test_each_view_extends_the_one_before_and_the_last_is_the_document(text: str) -> None:
    seen = views(text)
    assert all(itertools.starmap(extends, itertools.pairwise(seen)))
    assert same(seen[-1], replace_surrogates(json.loads(text)))
    json.dumps(seen[-1], ensure_ascii=False).encode()


@given(DOCUMENTS, st.integers(min_value=0), st.text(alphabet='}]",\\ux1- \nn', max_size=6))
def test_views_of_a_broken_text_extend_each_other_too(text: str, place: int, junk: str) -> None:
    seen = views(text[: place % (len(text) + 1)] + junk)
    assert all(itertools.starmap(extends, itertools.pairwise(seen)))


@given(DOCUMENTS, PLACES)
def test_a_document_reads_the_same_at_any_split(text: str, places: list[int]) -> None:
    value, complete, error = read(cut(text, places))
    assert same(value, replace_surrogates(json.loads(text)))
    assert complete
    assert error is None


@given(DOCUMENTS, st.integers(min_value=0), CHAOS, PLACES)
def test_no_split_changes_value_verdict_or_error(text: str, place: int, junk: str, places: list[int]) -> None:
    broken = text[: place % (len(text) + 1)] + junk
    assert same(read(cut(broken, places)), read([broken]))
    assert same(read(list(broken)), read([broken]))


@given(st.one_of(CHAOS, DOCUMENTS, st.builds(str.__add__, DOCUMENTS, CHAOS), st.text()))
def test_complete_is_what_the_strict_decoder_takes(text: str) -> None:
    try:
        decoded = decode_json(text, 128)
    except PayloadError:
        assert not read([text])[1]
    else:
        assert same(read([text]), (replace_surrogates(decoded), True, None))


WORD_ENDS = ("rue", "ue", "e", "alse", "lse", "se", "ull", "ll", "l")
STRING_ENDS = ('"', 'n"', '0000"', '000"', '00"', '0"', '"":0', '":0', 'n":0', '0000":0', '000":0', '00":0', '0":0')


def open_brackets(text: str) -> list[str]:
    """The closing brackets that are due, innermost last; for text that is the beginning of JSON."""
    due: list[str] = []
    for token in re.findall(r'"(?:[^"\\]|\\.?)*"?|[\[\]{}]', text):
        if token in "[{":
            due.append("]" if token == "[" else "}")
        elif token in "]}":
            due.pop()
    return due


@given(CHAOS | st.builds(str.__add__, DOCUMENTS, CHAOS))
def test_an_error_comes_with_the_first_character_that_no_text_can_mend(text: str) -> None:
    reader = PartialJson()
    before = ""
    for character in text:
        reader.feed(character)
        if reader.error is not None:
            break
        before += character
    brackets = "".join(reversed(open_brackets(before)))
    ends = ("", "0", ":0", *WORD_ENDS, *STRING_ENDS)
    assert any(read([before + end + brackets])[1] for end in ends)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
@pytest.mark.parametrize(
    ("begun", "rest"),
    [
        ('{"a":["x\\ud83d\\u', 'de00"]}'),
        ('{"a', 'b":1}'),
        ("[1", "2]"),
        ("-", "1"),
        ("[tr", "ue]"),
        ('{"a":{"b":[]', '},"c":"d"}'),
    ],
)
def test_a_copy_goes_on_alone(again, begun: str, rest: str) -> None:
    reader = PartialJson()
    reader.feed(begun)
    before = copy.deepcopy(reader.value)
    other = again(reader)
    other.feed(rest)
    assert same(other.value, json.loads(begun + rest))
    assert other.complete
    assert same(reader.value, before)
    reader.feed(rest)
    assert same(reader.value, other.value)
