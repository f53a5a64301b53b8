"""The elements of one streamed JSON array, at any split."""

import copy
import itertools
import json
import pickle
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.failures import FailureKind
from deltawire.framing.json_array import JSONArrayDecoder

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.text(alphabet='\\"{}[],'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
CHAOS = st.lists(
    st.sampled_from([b"[", b"]", b"{", b"}", b'"', b"\\", b",", b" ", b"\n", b"a", b"1", b"\xef", b"\xbb"])
)
PLACES = st.lists(st.integers(min_value=0), max_size=8)


def cut(body: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({place % (len(body) + 1) for place in places} | {0, len(body)})
    return [body[here:there] for here, there in itertools.pairwise(marks)]


def decode(chunks: list[bytes], limit: int = 1000):
    """Everything that can be seen of a decoder: elements, what came at the end, failure, closed."""
    decoder = JSONArrayDecoder(limit)
    elements = [frame for chunk in chunks for frame in decoder.feed(chunk)]
    closed_in_time = decoder.closed
    return elements, decoder.end(), decoder.failure, closed_in_time


def bytewise(body: bytes) -> list[bytes]:
    return [body[place : place + 1] for place in range(len(body))]


@pytest.mark.parametrize(
    ("body", "elements", "rest", "closed"),
    [
        pytest.param(b'[{"a":1},{"b":2}]', [b'{"a":1}', b'{"b":2}'], [], True, id="objects"),
        pytest.param(
            b'[{\n  "a": 1\n}\n,\r\n{\n  "b": 2\n}\n]\n', [b'{\n  "a": 1\n}', b'{\n  "b": 2\n}'], [], True, id="pretty"
        ),
        pytest.param(b"\xef\xbb\xbf[{}]", [b"{}"], [], True, id="BOM"),
        pytest.param(b"\xef\xbb\xbf \r\n[{}]", [b"{}"], [], True, id="BOM and white space"),
        pytest.param(b" \n\t[ ] ", [], [], True, id="empty"),
        pytest.param(
            b'[1 , -2.5e3,null,true,"a,]"]', [b"1", b"-2.5e3", b"null", b"true", b'"a,]"'], [], True, id="scalars"
        ),
        pytest.param(b'["\\"", "\\\\", ""]', [b'"\\""', b'"\\\\"', b'""'], [], True, id="escapes in strings"),
        pytest.param(b'[[1,[2]],{"a":"]}"}]', [b"[1,[2]]", b'{"a":"]}"}'], [], True, id="nested"),
        pytest.param(b"[,{},,{}\n{},]", [b"{}", b"{}", b"{}"], [], True, id="commas too many and too few"),
        pytest.param(b'[a"b"{}c]', [b"a", b'"b"', b"{}", b"c"], [], True, id="nothing between"),
        pytest.param(b"[}]", [b"}"], [], True, id="stray brace"),
        pytest.param(b'[{},{"a":', [b"{}"], [b'{"a":'], False, id="cut in an object"),
        pytest.param(b'[{},"a', [b"{}"], [b'"a'], False, id="cut in a string"),
        pytest.param(b"[{},12", [b"{}"], [b"12"], False, id="cut in a number"),
        pytest.param(b"[{}\n,", [b"{}"], [], False, id="cut after a comma"),
        pytest.param(b"[", [], [], False, id="cut after the bracket"),
        pytest.param(b" \n", [], [], False, id="only white space"),
        pytest.param(b"\xef\xbb", [], [], False, id="cut in the BOM"),
        pytest.param(b"", [], [], False, id="nothing"),
        pytest.param(
            b'[{}]\n {"error": 1}\n<p> \r\n', [b"{}"], [b'{"error": 1}\n<p>'], True, id="more after the array"
        ),
        pytest.param(b"[{}]]", [b"{}"], [b"]"], True, id="one bracket too many"),
        pytest.param('["é€😀"]'.encode(), ['"é€😀"'.encode()], [], True, id="characters of several bytes"),
    ],
)
def test_an_array_is_cut_into_its_elements(body: bytes, elements: list[bytes], rest: list[bytes], closed: bool) -> None:
    assert decode([body]) == (elements, rest, None, closed)
    assert decode(bytewise(body)) == (elements, rest, None, closed)


@pytest.mark.parametrize(
    "body",
    [b"{}", b"data: {}\n\n", b"\xff", b"\xef\xbbx[", b" \xef\xbb\xbf[", b"\xef\xbb\xbf\xef\xbb\xbf[", b"]"],
)
def test_a_body_that_is_no_array_fails(body: bytes) -> None:
    for chunks in ([body + b"[{}]"], bytewise(body + b"[{}]")):
        elements, rest, failure, closed = decode(chunks)
        assert (elements, rest, closed) == ([], [], False)
        assert failure is not None
        assert (failure.kind, failure.retryable) == (FailureKind.MALFORMED, True)


def test_an_object_is_given_with_its_closing_brace() -> None:
    decoder = JSONArrayDecoder()
    assert decoder.feed(b'[{"a":') == []
    assert decoder.feed(b"1}") == [b'{"a":1}']
    assert not decoder.closed
    assert decoder.feed(b"\n]") == []
    assert decoder.closed


def test_the_last_piece_of_what_is_open_can_be_seen() -> None:
    decoder = JSONArrayDecoder()
    seen = []
    for chunk in (b"[", b'{"a"', b":", b"1}", b",12", b"]", b" x", b"y"):
        decoder.feed(chunk)
        seen.append(decoder.pending)
    assert seen == [b"", b'{"a"', b":", b"", b"12", b"", b"x", b"y"]


def test_a_word_waits_for_what_ends_it() -> None:
    decoder = JSONArrayDecoder()
    assert decoder.feed(b"[1") == []
    assert decoder.feed(b"2") == []
    assert decoder.feed(b",") == [b"12"]


def test_end_is_idempotent() -> None:
    decoder = JSONArrayDecoder()
    decoder.feed(b'[{"a":1')
    assert decoder.end() == [b'{"a":1']
    assert decoder.end() == []


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_bytes_is_copied(kind) -> None:
    buffer = bytearray(b'[{"a":')
    decoder = JSONArrayDecoder()
    decoder.feed(kind(buffer))
    buffer[:] = b"x" * 6
    assert decoder.feed(b"1}]") == [b'{"a":1}']


@pytest.mark.parametrize(
    "element",
    [b'{"a":"567"}', b'"234567890"', b"1234567890", b"[1,2,3, 4]", b'{"a":      '],
    ids=["object", "string", "word", "array", "open object"],
)
@pytest.mark.parametrize("closing", [b"]", b"\n , {}]"], ids=["last", "in the middle"])
def test_an_element_of_exactly_the_limit_passes_and_one_byte_more_fails(element: bytes, closing: bytes) -> None:
    body = b"[{} ," + element + closing
    allowed = len(element) if element.endswith((b"}", b'"', b"0", b"]")) else len(element + closing)
    for chunks in ([body], bytewise(body), cut(body, [7, 9])):
        elements, rest, failure, _ = decode(chunks, allowed)
        assert failure is None
        assert max(map(len, elements + rest)) <= allowed
        elements, rest, failure, _ = decode(chunks, allowed - 1)
        assert (elements, rest) == ([b"{}"], [])
        assert failure is not None
        assert failure.kind is FailureKind.TOO_LARGE
        assert "frame_bytes" in failure.message
        assert str(allowed - 1) in failure.message


def test_what_follows_the_array_has_the_same_limit_and_white_space_at_its_end_does_not_count() -> None:
    for body, passes in [
        (b"[] \n1 3 5" + b" " * 20, True),
        (b"[] \n1 3 56", False),
        (b"[] \n1 3 " + b" " * 20, True),
        (b"[] \n1 3 " + b" " * 20 + b"x", False),
    ]:
        for chunks in ([body], bytewise(body), cut(body, [12])):
            _, rest, failure, closed = decode(chunks, 5)
            assert closed
            assert (failure is None) is passes
            assert rest == ([body[4:9].strip()] if passes else [])


def test_bytes_after_a_failure_are_dropped() -> None:
    decoder = JSONArrayDecoder(3)
    assert decoder.feed(b'[{},{"a":1}') == [b"{}"]
    failure = decoder.failure
    assert failure is not None
    assert decoder.feed(b",{}]{}") == []
    assert decoder.end() == []
    assert decoder.failure is failure


def test_endless_white_space_is_not_kept() -> None:
    decoder = JSONArrayDecoder(100)
    space = b" " * 10_000
    tracemalloc.start()
    try:
        for opening in (b"", b"[", b"{},", b"]x"):
            decoder.feed(opening)
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(20):
                decoder.feed(space)
            assert tracemalloc.get_traced_memory()[0] - before < 3 * len(space)
    finally:
        tracemalloc.stop()
    assert decoder.end() == [b"x"]


@given(st.lists(JSON_VALUES, max_size=5), st.booleans(), st.sampled_from([None, 2]), PLACES)
def test_every_array_gives_back_its_elements(values, ascii_only: bool, indent: int | None, places: list[int]) -> None:
    texts = [json.dumps(value, ensure_ascii=ascii_only, indent=indent) for value in values]
    elements = [text.encode("utf-8", "surrogatepass") for text in texts]
    body = b"[" + b"\n,\r\n".join(elements) + b"]\n"
    assert decode(cut(body, places), limit=1_000_000) == (elements, [], None, True)


@given(CHAOS, PLACES, st.integers(min_value=1, max_value=12))
def test_no_split_changes_anything(parts: list[bytes], places: list[int], limit: int) -> None:
    body = b"[" + b"".join(parts)
    assert decode(cut(body, places), limit) == decode([body], limit)
    assert decode(cut(body[1:], places), limit) == decode([body[1:]], limit)


@given(st.binary(), PLACES)
def test_no_bytes_make_it_raise(body: bytes, places: list[int]) -> None:
    assert decode(cut(b"[" + body, places)) == decode([b"[" + body])
    assert decode(cut(body, places)) == decode([body])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
@pytest.mark.parametrize("begun", [b"\xef", b"[", b'[{"a":"\\', b'["', b"[12", b"[]x"])
def test_a_copy_goes_on_alone(again, begun: bytes) -> None:
    decoder = JSONArrayDecoder()
    decoder.feed(begun)
    other = again(decoder)
    more = b'\xbb\xbf[""}", {}'
    assert (other.feed(more), other.end()) == (decoder.feed(more), decoder.end())
