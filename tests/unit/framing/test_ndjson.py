"""Lines of newline-delimited JSON, at any split, by both ways through the decoder."""

from __future__ import annotations

import copy
import itertools
import pickle
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.failures import Failure, FailureKind
from deltawire.framing.ndjson import NDJSONDecoder

BOM = b"\xef\xbb\xbf"
PIECES = st.sampled_from(
    [
        *(b"\n", b"\n", b"\r", b"\r\n", b" ", b"\t", b'{"a":1}', b'{"b":', b"}", b"[DONE]", b"x" * 9),
        *(BOM, b"\xef", b"\xbb\xbf", "é\u2028\x85😀".encode(), b"\xff", b"\xf0\x9f", b"\\u00e9"),
    ]
)
BODIES = st.lists(PIECES, max_size=14).map(b"".join)
PLACES = st.lists(st.integers(min_value=0), max_size=8)
LIMITS = st.integers(min_value=0, max_value=24)

Seen = tuple[list[bytes], list[bytes], Failure | None]


def by_bytes(chunks: list[bytes], limit: int = 1000) -> Seen:
    decoder = NDJSONDecoder(limit)
    lines = [line for chunk in chunks for line in decoder.feed(chunk)]
    return lines, decoder.end(), decoder.failure


def by_texts(chunks: list[bytes], limit: int = 1000) -> Seen:
    decoder = NDJSONDecoder(limit)
    lines = [line for chunk in chunks for line in decoder.feed_texts(chunk)]
    return [line.encode() if isinstance(line, str) else line for line in lines], decoder.end(), decoder.failure


def one_by_one(chunks: list[bytes], limit: int = 1000) -> Seen:
    decoder = NDJSONDecoder(limit)
    lines: list[bytes | str] = []
    for chunk in chunks:
        if decoder.append(chunk):
            continue
        line = decoder.feed_one(chunk)
        lines += [line] if line else decoder.feed_texts(chunk)
    return [line.encode() if isinstance(line, str) else line for line in lines], decoder.end(), decoder.failure


WAYS = pytest.mark.parametrize("decode", [by_bytes, by_texts, one_by_one])
Decode = Callable[..., Seen]


def cut(body: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({place % (len(body) + 1) for place in places} | {0, len(body)})
    return [body[here:there] for here, there in itertools.pairwise(marks)]


def bytewise(body: bytes) -> list[bytes]:
    return [body[place : place + 1] for place in range(len(body))]


def halves(body: bytes) -> list[list[bytes]]:
    return [[body[:place], body[place:]] for place in range(len(body) + 1)]


@WAYS
@pytest.mark.parametrize(
    ("body", "lines", "rest"),
    [
        pytest.param(b"", [], [], id="nothing"),
        pytest.param(b'{"a":1}\n', [b'{"a":1}'], [], id="one line"),
        pytest.param(b'{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}'], [], id="two lines"),
        pytest.param(b'{"a":1}\n{"b":2}', [b'{"a":1}'], [b'{"b":2}'], id="last line without LF"),
        pytest.param(b'{"a":1}', [], [b'{"a":1}'], id="one document without LF"),
        pytest.param(b'{"a":1}\n{"b"', [b'{"a":1}'], [b'{"b"'], id="half a line at the end"),
        pytest.param(b'\n\n{"a":1}\n \t\n\r\n{"b":2}\n\n', [b'{"a":1}', b'{"b":2}'], [], id="blank lines"),
        pytest.param(b"\n \n\r", [], [], id="blank lines only"),
        pytest.param(b'  {"a":1} \t\n', [b'{"a":1}'], [], id="white space around a line"),
        pytest.param(b'{"a":1}\r\n{"b":2}\r\n', [b'{"a":1}', b'{"b":2}'], [], id="CRLF"),
        pytest.param(b'{"a":\r1}\n', [b'{"a":\r1}'], [], id="CR inside a line ends nothing"),
        pytest.param(b'{"a":1}\r{"b":2}\r', [], [b'{"a":1}\r{"b":2}'], id="CR alone is no line end"),
        pytest.param(
            '{"a":"\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"}\n'.encode(),
            ['{"a":"\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"}'.encode()],
            [],
            id="the line ends of str.splitlines",
        ),
        pytest.param(BOM + b'{"a":1}\n', [b'{"a":1}'], [], id="BOM"),
        pytest.param(BOM + b'\n{"a":1}\n', [b'{"a":1}'], [], id="BOM on a line of its own"),
        pytest.param(b"\n" + BOM + b'{"a":1}\n', [b'{"a":1}'], [], id="BOM after a blank line"),
        pytest.param(BOM + b'{"a":1}', [], [b'{"a":1}'], id="BOM and no LF"),
        pytest.param(b'{"a":1}\n' + BOM + b'{"b":2}\n', [b'{"a":1}', BOM + b'{"b":2}'], [], id="second BOM stays"),
        pytest.param(BOM + BOM + b"{}\n", [BOM + b"{}"], [], id="only one BOM is taken"),
        pytest.param('{"a":"né😀"}\n'.encode(), ['{"a":"né😀"}'.encode()], [], id="characters of several bytes"),
        pytest.param(b'{"a":"\xff"}\n{"b":2}\n', [b'{"a":"\xff"}', b'{"b":2}'], [], id="invalid UTF-8"),
        pytest.param(b"data: {}\n<p>\n", [b"data: {}", b"<p>"], [], id="what is no JSON"),
    ],
)
def test_a_body_is_cut_at_line_feeds_only(decode: Decode, body: bytes, lines: list[bytes], rest: list[bytes]) -> None:
    assert decode([body]) == (lines, rest, None)
    assert decode(bytewise(body)) == (lines, rest, None)
    for chunks in halves(body):
        assert decode(chunks) == (lines, rest, None)


@WAYS
@given(BODIES, PLACES, LIMITS)
def test_any_split_gives_the_same_lines_and_the_same_verdict(
    decode: Decode, body: bytes, places: list[int], limit: int
) -> None:
    assert decode(cut(body, places), limit) == decode([body], limit)


@given(BODIES, PLACES, LIMITS)
def test_both_ways_give_the_same_lines(body: bytes, places: list[int], limit: int) -> None:
    for chunks in (cut(body, places), body.splitlines(keepends=True)):
        assert by_texts(chunks, limit) == one_by_one(chunks, limit) == by_bytes([body], limit)


@WAYS
@pytest.mark.parametrize("before", [b"", b'{"first":1}\n', BOM], ids=["alone", "after a line", "after a BOM"])
@pytest.mark.parametrize("after", [b"", b"\n", b'\n{"last":1}\n'], ids=["at the end", "terminated", "before a line"])
def test_a_line_of_the_limit_passes_and_one_byte_more_fails(decode: Decode, before: bytes, after: bytes) -> None:
    bom = len(before) if before == BOM else 0
    exact = b'"' + b"x" * (30 - bom - 2) + b'"'
    for chunks in [[before + exact + after], bytewise(before + exact + after), *halves(before + exact + after)]:
        lines, rest, failure = decode(chunks, 30)
        assert failure is None
        assert exact in lines + rest
    over = b'"' + b"x" * (30 - bom - 1) + b'"'
    for chunks in [[before + over + after], bytewise(before + over + after), *halves(before + over + after)]:
        lines, rest, failure = decode(chunks, 30)
        assert lines == ([] if bom or not before else [b'{"first":1}'])
        assert rest == []
        assert failure is not None
        assert (failure.kind, failure.code) == (FailureKind.TOO_LARGE, "frame_bytes")
        assert "30 bytes" in failure.message


@WAYS
def test_the_limit_is_of_a_line_and_not_of_a_chunk(decode: Decode) -> None:
    body = b'{"a":1}\n' * 50
    assert decode([body], 7) == ([b'{"a":1}'] * 50, [], None)


@WAYS
def test_nothing_is_held_after_the_limit_was_passed(decode: Decode) -> None:
    decoder = NDJSONDecoder(10)
    decoder.feed(b"x" * 11)
    assert decoder.pending == b""
    assert decoder.feed(b'\n{"a":1}\n') == decoder.feed_texts(b'\n{"a":1}\n') == []
    assert decoder.end() == []
    assert decode([b"x" * 11, b'\n{"a":1}\n'], 10)[:2] == ([], [])


def test_lines_are_text_but_for_the_first_a_long_one_over_two_chunks_and_no_utf_8() -> None:
    decoder = NDJSONDecoder()
    assert decoder.feed_texts(b"{}\n[1]\r\n\n[2]\n[") == [b"{}", "[1]", "[2]"]
    assert decoder.feed_texts(b"3]\n[4]\n[5]\n[0,0,0,") == ["[3]", "[4]", "[5]"]
    assert decoder.feed_texts(b"6]\n[]\n") == [b"[0,0,0,6]", "[]"]
    assert decoder.feed_texts(b"[8]\n\xff\n") == [b"[8]", b"\xff"]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_long_line_in_small_chunks_takes_little_more_memory_than_its_bytes(size: int) -> None:
    chunk, length = b"x" * size, 300_000
    decoder = NDJSONDecoder()
    tracemalloc.start()
    for _ in range(length // size):
        decoder.feed_texts(chunk)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert decoder.end() == [b"x" * length]
    assert held < 1.5 * length + 10_000


def test_the_end_is_idempotent() -> None:
    decoder = NDJSONDecoder()
    decoder.feed(b'{"a":')
    assert decoder.end() == [b'{"a":']
    assert decoder.end() == []


def test_pending_shows_the_end_of_the_open_line() -> None:
    decoder = NDJSONDecoder()
    assert decoder.pending == b""
    decoder.feed_texts(b'{}\n{"a":')
    decoder.feed_texts(b"1}")
    assert decoder.pending == b'{"a":1}'
    decoder.feed_texts(b"\n")
    assert decoder.pending == b""


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_is_taken_and_copied(kind: Callable[[bytes], bytes]) -> None:
    decoder = NDJSONDecoder()
    data = kind(b'{"a":1}\n{"b"')
    assert decoder.feed(data) == [b'{"a":1}']
    if isinstance(data, bytearray):
        data[:] = b"z" * len(data)
    assert decoder.feed(b":2}\n") == [b'{"b":2}']


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda decoder: pickle.loads(pickle.dumps(decoder))])
def test_a_decoder_is_copied_in_the_middle_of_a_line(duplicate: Callable[[NDJSONDecoder], NDJSONDecoder]) -> None:
    decoder = NDJSONDecoder()
    decoder.feed(b'{"a":')
    twin = duplicate(decoder)
    assert twin.feed_texts(b"1}\n") == [b'{"a":1}']
    assert decoder.feed(b"2}\n") == [b'{"a":2}']


def test_one_line_that_is_no_utf_8_is_left_to_the_plain_way() -> None:
    decoder = NDJSONDecoder()
    assert decoder.feed(b"1\n") == [b"1"]
    assert decoder.feed_one(b'"\xff"\n') == ""
    assert decoder.feed_one(b'"a"\n') == '"a"'
    assert decoder.feed_texts(b'"\xff"\n') == [b'"\xff"']
