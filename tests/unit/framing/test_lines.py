"""Lines that end at CR, LF or CRLF, at any split."""

from __future__ import annotations

import copy
import pickle
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import PLACES, bytewise, cut

from deltawire.failures import Failure, FailureKind
from deltawire.framing.lines import LineDecoder, too_large
from deltawire.limits import Limits

BODIES = st.lists(
    st.sampled_from([b"\n", b"\r", b"\r\n", b"\n\r", b"", b"a", b"data: b", "é".encode(), b"\xff\x00", b"\x0b\x85"]),
    max_size=14,
).map(b"".join)


def lines_of(chunks: list[bytes], limit: int = 1_000) -> tuple[list[bytes], Failure | None]:
    decoder = LineDecoder(limit)
    return [line for chunk in chunks for line in decoder.feed(chunk)] + decoder.end(), decoder.failure


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        pytest.param(b"a\nb\n", [b"a", b"b"], id="LF"),
        pytest.param(b"a\rb\r", [b"a", b"b"], id="CR"),
        pytest.param(b"a\r\nb\r\n", [b"a", b"b"], id="CRLF"),
        pytest.param(b"a\rb\nc\r\nd", [b"a", b"b", b"c", b"d"], id="mixed"),
        pytest.param(b"a\n\rb", [b"a", b"", b"b"], id="LF and CR are two ends"),
        pytest.param(b"a\r\r\n\nb", [b"a", b"", b"", b"b"], id="CR, CRLF, LF"),
        pytest.param(b"\n\n", [b"", b""], id="blank lines"),
        pytest.param(b"a\r", [b"a"], id="CR at the end of the body"),
        pytest.param(b"a\r\r", [b"a", b""], id="two CR at the end of the body"),
        pytest.param(b"a", [b"a"], id="no line end"),
        pytest.param(b"", [], id="nothing"),
        pytest.param(
            "a\u2028b\x85c\x0bd\x0ce\x1cf\n".encode(), ["a\u2028b\x85c\x0bd\x0ce\x1cf".encode()], id="no other"
        ),
        pytest.param(b"\xff\xfe\xe2\x9c\n", [b"\xff\xfe\xe2\x9c"], id="not UTF-8"),
    ],
)
def test_cr_lf_and_crlf_end_a_line_and_nothing_else_does(body: bytes, lines: list[bytes]) -> None:
    assert lines_of([body]) == (lines, None)
    assert lines_of(bytewise(body)) == (lines, None)
    for place in range(len(body)):
        assert lines_of([body[:place], b"", body[place:]]) == (lines, None)


@given(BODIES, PLACES, st.integers(0, 12))
def test_no_split_changes_the_lines_nor_the_verdict(body: bytes, places: list[int], limit: int) -> None:
    assert lines_of(cut(body, places), limit) == lines_of([body], limit)
    assert lines_of(bytewise(body), limit) == lines_of([body], limit)


@given(BODIES)
def test_lines_are_those_of_the_text_with_one_kind_of_end(body: bytes) -> None:
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert lines_of([body])[0] == (lines if lines[-1] else lines[:-1])


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_takes_every_kind_of_bytes_and_keeps_a_copy(kind: type) -> None:
    source = bytearray(b"a\nb")
    decoder = LineDecoder()
    assert decoder.feed(source if kind is bytearray else kind(source)) == [b"a"]
    source[:] = b"x\ny"
    assert decoder.end() == [b"b"]


@pytest.mark.parametrize("after", [b"", b"\n", b"\r", b"\r\n"])
def test_a_line_passes_at_the_limit_and_no_longer(after: bytes) -> None:
    for body in (b"ok\n12345" + after, b"ok\r\n12345" + after):
        for place in range(len(body)):
            assert lines_of(cut(body, [place]), 5) == ([b"ok", b"12345"], None)
            assert lines_of(cut(body, [place]), 4) == ([b"ok"], too_large("frame_bytes", 4, "A line"))


def test_a_line_without_end_stops_at_the_limit() -> None:
    decoder = LineDecoder(5)
    assert decoder.feed(b"123456") == []
    assert decoder.failure is not None
    assert decoder.feed(b"\nb\n") == []
    assert not decoder.open_line
    assert decoder.end() == []


def test_the_failure_names_the_limit_and_the_size() -> None:
    assert too_large("frame_bytes", 16_777_216, "A line") == Failure(
        FailureKind.TOO_LARGE,
        "A line is longer than the limit frame_bytes allows: 16,777,216 bytes",
        code="frame_bytes",
        retryable=False,
    )


def test_the_default_limit_is_that_of_frames() -> None:
    decoder = LineDecoder()
    decoder.feed(b"x" * Limits().frame_bytes)
    assert decoder.failure is None
    assert decoder.feed(b"x") == []
    assert decoder.failure == too_large("frame_bytes", Limits().frame_bytes, "A line")


def test_what_is_held_is_visible() -> None:
    decoder = LineDecoder()
    assert (decoder.pending, decoder.after_cr) == (b"", False)
    decoder.feed(b"a\n" + b"x" * 100 + b"yz")
    assert decoder.pending.endswith(b"xyz")
    assert len(decoder.pending) < len(decoder.open_line) == 102
    decoder.feed(b"\r")
    assert (decoder.pending, decoder.after_cr) == (b"", True)


def test_end_gives_the_last_line_once() -> None:
    decoder = LineDecoder()
    decoder.feed(b"a\nb")
    assert decoder.end() == [b"b"]
    assert decoder.end() == []


@given(BODIES, st.integers(0, 20), st.sampled_from(["pickle", "deepcopy"]))
def test_a_copy_goes_on_like_the_original(body: bytes, place: int, way: str) -> None:
    original = LineDecoder(9)
    original.feed(body[:place])
    copied = pickle.loads(pickle.dumps(original)) if way == "pickle" else copy.deepcopy(original)
    rest = [(one.feed(body[place:]), one.end(), one.failure) for one in (original, copied)]
    assert rest[0] == rest[1]


def test_memory_follows_the_line_however_small_the_chunks() -> None:
    decoder = LineDecoder()
    decoder.feed(b"x")
    tracemalloc.start()
    for _ in range(100_000):
        decoder.feed(b"xy")
    line, peak = decoder.feed(b"\n"), tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(line[0]) == 200_001
    assert peak < 3 * 200_001


def test_a_line_that_came_in_pieces_is_bytes_too() -> None:
    decoder = LineDecoder()
    lines = [line for piece in (b"a", b"b\nc", b"d\n") for line in decoder.feed(piece)]
    assert [(type(line), line) for line in lines] == [(bytes, b"ab"), (bytes, b"cd")]


def test_an_uncopied_line_stays_as_it_is_while_others_come() -> None:
    decoder = LineDecoder()
    decoder.feed_uncopied(b"a")
    (line,) = decoder.feed_uncopied(b"b\nc")
    decoder.feed_uncopied(b"d\n")
    assert line == b"ab"
