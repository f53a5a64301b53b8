"""The scanner of JSON structure: where arrays and objects end, at any split."""

import copy
import itertools
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.nesting import ArgumentExtent, NestingScanner, StringScanner

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text(alphabet='\\"{}[],:u'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='\\"{}[]a'), inner, max_size=4),
    max_leaves=12,
)
CONTAINERS = st.lists(JSON_VALUES, max_size=4) | st.dictionaries(st.text(), JSON_VALUES, max_size=4)
CHAOS = st.text(alphabet='{}[]"\\ ,:a\n')


def cut(text: str, places: list[int]) -> list[str]:
    marks = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[here:there] for here, there in itertools.pairwise(marks)]


def ends_of(pieces: list[str]) -> list[int]:
    scanner = NestingScanner()
    ends: list[int] = []
    before = 0
    for piece in pieces:
        offset = scanner.feed(piece)
        while offset >= 0:
            ends.append(before + offset)
            offset = scanner.feed(piece, offset)
        before += len(piece)
    return ends


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        pytest.param("{}", [2], id="object"),
        pytest.param("[]", [2], id="array"),
        pytest.param('{"a":[1,{"b":2}]}', [17], id="nested"),
        pytest.param("{}{}", [2, 4], id="two"),
        pytest.param(" [1]\n, [2] ", [4, 10], id="white space and commas between"),
        pytest.param('{"a":"}"}', [9], id="bracket in a string"),
        pytest.param('{"a":"\\"}"}', [11], id="bracket after an escaped quote"),
        pytest.param('{"a":"\\\\"}', [10], id="escaped backslash before the closing quote"),
        pytest.param('{"a":"\\\n}"}', [11], id="escaped line end"),
        pytest.param('"{}" {}', [7], id="a string outside any bracket"),
        pytest.param('{"a":"\u2028\u00e9"}', [10], id="characters beyond ASCII"),
        pytest.param("]}{}", [4], id="stray closing brackets"),
        pytest.param('{"a":"' + '\\"' * 3000 + '}"}', [6009], id="thousands of escapes"),
        pytest.param('["' + "\\\\" * 999 + '"]', [2002], id="as many escapes as one step takes"),
        pytest.param('["' + "\\\\" * 1000 + '"]', [2004], id="one escape more than one step takes"),
        pytest.param("[" + '"]",' * 3000 + "1]", [12003], id="thousands of strings"),
        pytest.param("[" + '"]",' * 999 + "1]", [3999], id="as many strings as one step takes"),
        pytest.param("{]", [2], id="brackets are counted, not paired"),
        pytest.param('{"a":1', [], id="open"),
        pytest.param('{"a":"}', [], id="open string"),
        pytest.param('{"a":"\\', [], id="open escape"),
        pytest.param("", [], id="nothing"),
        pytest.param("null 12", [], id="scalars"),
    ],
)
def test_ends_are_found_whole_and_character_by_character(text: str, ends: list[int]) -> None:
    assert ends_of([text]) == ends
    assert ends_of(list(text)) == ends


def test_state_is_visible_while_a_value_grows() -> None:
    scanner = NestingScanner()
    assert (scanner.depth, scanner.begun, scanner.closed) == (0, False, False)
    assert scanner.feed('{"a":[') == -1
    assert (scanner.depth, scanner.begun, scanner.closed) == (2, True, False)
    assert scanner.feed("]} {") == 2
    assert (scanner.depth, scanner.begun, scanner.closed) == (0, False, True)
    assert scanner.feed("]} {", 2) == -1
    assert (scanner.depth, scanner.begun, scanner.closed) == (1, True, False)


def test_scanning_starts_at_the_given_offset() -> None:
    scanner = NestingScanner()
    assert scanner.feed('"[{}]', 2) == 4


@pytest.mark.parametrize(
    ("rest", "end"),
    [
        pytest.param('"', 1, id="empty"),
        pytest.param('a",', 2, id="text"),
        pytest.param('\\"a"', 4, id="escaped quote"),
        pytest.param('\\\\"', 3, id="escaped backslash"),
        pytest.param("a", -1, id="open"),
        pytest.param('\\"', -1, id="open after an escaped quote"),
        pytest.param("", -1, id="nothing"),
    ],
)
def test_a_string_ends_at_its_first_quote_that_is_not_escaped(rest: str, end: int) -> None:
    assert StringScanner().feed(rest) == end
    assert StringScanner().feed('"' + rest, 1) == (end if end < 0 else end + 1)
    scanner = StringScanner()
    found = [scanner.feed(character) for character in (rest if end < 0 else rest[:end])]
    assert [place for place, offset in enumerate(found, 1) if offset == 1] == ([] if end < 0 else [end])


@given(st.lists(CONTAINERS, min_size=1, max_size=3), st.booleans(), st.lists(st.integers(min_value=0), max_size=8))
def test_every_container_ends_where_its_text_ends(values: list[object], ascii_only: bool, places: list[int]) -> None:
    texts = [json.dumps(value, ensure_ascii=ascii_only, indent=1) for value in values]
    ends = [sum(len(text) + 1 for text in texts[:count]) - 1 for count in range(1, len(texts) + 1)]
    assert ends_of(cut("\n".join(texts), places)) == ends


@given(CHAOS, st.lists(st.integers(min_value=0), max_size=8))
def test_no_split_changes_what_is_found(text: str, places: list[int]) -> None:
    assert ends_of(cut(text, places)) == ends_of([text])


@given(JSON_VALUES)
def test_offsets_of_latin_1_text_are_those_of_the_bytes(value: object) -> None:
    sent = json.dumps([value], ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert NestingScanner().feed((sent + b" ,").decode("latin-1")) == len(sent)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
def test_a_copy_goes_on_alone(again) -> None:
    scanner = NestingScanner()
    scanner.feed('{"a":"\\')
    other = again(scanner)
    assert other == scanner
    assert other.feed('""}') == 3
    assert scanner.feed('"}') == -1


@pytest.mark.parametrize(
    ("text", "full"),
    [
        pytest.param('{"a":1}', True, id="object"),
        pytest.param("[1]", True, id="array"),
        pytest.param(' \t\r\n{"a":{}} \n', True, id="white space around"),
        pytest.param('{"a":1}{"b":2}', False, id="two objects"),
        pytest.param("{} x", False, id="text after"),
        pytest.param("x {}", False, id="text before"),
        pytest.param('"{}"', False, id="a string"),
        pytest.param("{}\u00a0", False, id="white space that JSON does not have"),
        pytest.param('{"a":', False, id="open"),
        pytest.param("", False, id="nothing"),
        pytest.param("  ", False, id="white space"),
        pytest.param("null", False, id="scalar"),
    ],
)
def test_arguments_are_full_when_they_are_one_container(text: str, full: bool) -> None:
    for pieces in ([text], list(text), ["", text, ""]):
        extent = ArgumentExtent()
        for piece in pieces:
            extent.feed(piece)
        assert extent.full is full


@given(CHAOS, st.lists(st.integers(min_value=0), max_size=8))
def test_full_arguments_do_not_depend_on_the_split(text: str, places: list[int]) -> None:
    whole, split = ArgumentExtent(), ArgumentExtent()
    whole.feed(text)
    for piece in cut(text, places):
        split.feed(piece)
    assert whole.full is split.full
    stripped = text.strip(" \n")
    assert whole.full is (stripped[:1] in ("{", "[") and ends_of([stripped])[:1] == [len(stripped)])


def test_arguments_stop_being_full_when_more_comes() -> None:
    extent = ArgumentExtent()
    extent.feed("{}")
    assert extent.full
    extent.feed(" ")
    assert extent.full
    extent.feed("{")
    assert not extent.full
    extent.feed("}")
    assert not extent.full


@pytest.mark.parametrize(
    ("fragment", "starts"),
    [("{", True), (" \n[1", True), ("}", False), ("", False), ("  ", False), ('"{', False), ("x{", False)],
)
def test_a_fragment_that_begins_a_container_is_recognised(fragment: str, starts: bool) -> None:
    assert ArgumentExtent.starts(fragment) is starts
