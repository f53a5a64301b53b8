"""Server-sent events by the standard (WHATWG HTML, section 9.2), at any split."""

from __future__ import annotations

import copy
import itertools
import pickle
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import PLACES, bytewise, cut
from tests.sse_ways import ARBITRARY, BODIES, BOM, LIMITS, assert_both_ways_agree

from deltawire.failures import Failure
from deltawire.framing.lines import too_large
from deltawire.framing.sse import SSEDecoder, SSEFrame


def frame(data: str, event: str = "message", last_event_id: str = "", retry: int | None = None) -> SSEFrame:
    return SSEFrame(event, data, last_event_id, retry)


def frames_of(chunks: list[bytes], limit: int = 10_000) -> tuple[list[SSEFrame], list[SSEFrame], Failure | None]:
    decoder = SSEDecoder(limit)
    return [one for chunk in chunks for one in decoder.feed(chunk)], decoder.end(), decoder.failure


def by_the_standard(body: bytes) -> list[SSEFrame]:
    """Section 9.2.6 on the whole text."""
    frames: list[SSEFrame] = []
    data, event, identifier, retry = "", "", "", None
    for line in re.split("\r\n|\r|\n", body.decode("utf-8", "replace").removeprefix("\ufeff"))[:-1]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                frames.append(SSEFrame(event or "message", data[:-1], identifier, retry))
            data, event, retry = "", "", None
        elif name == "data":
            data += value + "\n"
        elif name == "event":
            event = value
        elif name == "id" and "\0" not in value:
            identifier = value
        elif name == "retry" and value.isascii() and value.isdecimal():
            retry = int(value)
    return frames


@pytest.mark.parametrize(
    ("body", "frames"),
    [
        pytest.param(b"data: x\n\n", [frame("x")], id="LF"),
        pytest.param(b"data: x\r\n\r\n", [frame("x")], id="CRLF"),
        pytest.param(b"data: x\r\r", [frame("x")], id="CR, the last one at the end of the body"),
        pytest.param(b"data: x\r\n\ndata: y\n\r\ndata: z\r\r\n", [frame("x"), frame("y"), frame("z")], id="mixed"),
        pytest.param(b"data: A\r\ndata: B\r\ndata: C\r\n\r\n", [frame("A\nB\nC")], id="CRLF does not end twice"),
        pytest.param(b"data:x\n\n", [frame("x")], id="no space"),
        pytest.param(b"data:  x \n\n", [frame(" x ")], id="one space is taken off"),
        pytest.param(b"data:\tx\n\n", [frame("\tx")], id="a tab is no space"),
        pytest.param(b"data\n\n", [frame("")], id="no colon"),
        pytest.param(b"data:\n\n", [frame("")], id="empty data"),
        pytest.param(b"data\ndata\n\n", [frame("\n")], id="two empty lines of data"),
        pytest.param(b'data: {\ndata: "a":1\ndata: }\n\n', [frame('{\n"a":1\n}')], id="lines of data are joined"),
        pytest.param(b"data: a:b: c\n\n", [frame("a:b: c")], id="colons in the data"),
        pytest.param(b"Data: x\n data: y\ndata : z\n\n", [], id="names are exact"),
        pytest.param(b"other: x\n{}: y\n\ndata: x\n\n", [frame("x")], id="unknown fields"),
        pytest.param(b": a\n:\ndata: x\n: b\n\n: c\n\n", [frame("x")], id="comments"),
        pytest.param(b"event: a\ndata: x\n\ndata: y\n\n", [frame("x", "a"), frame("y")], id="the name is reset"),
        pytest.param(b"event: a\n\ndata: y\n\n", [frame("y")], id="a name without data is reset too"),
        pytest.param(b"event: a\nevent: b\ndata: x\n\n", [frame("x", "b")], id="the last name counts"),
        pytest.param(b"event:\ndata: x\n\n", [frame("x")], id="an empty name is none"),
        pytest.param(b"event: error\ndata: x\n\n", [frame("x", "error")], id="an error by its name"),
        pytest.param(
            b"id: 1\ndata: x\n\ndata: y\n\n",
            [frame("x", last_event_id="1"), frame("y", last_event_id="1")],
            id="id stays",
        ),
        pytest.param(b"id: 1\nid\ndata: x\n\n", [frame("x")], id="an empty id takes it back"),
        pytest.param(b"id: 1\nid: a\0b\ndata: x\n\n", [frame("x", last_event_id="1")], id="an id with NUL is ignored"),
        pytest.param(b"retry: 250\ndata: x\n\ndata: y\n\n", [frame("x", retry=250), frame("y")], id="retry"),
        pytest.param(b"retry: 999999999\ndata: x\n\n", [frame("x", retry=999_999_999)], id="retry of nine digits"),
        pytest.param(b"retry: 1000000000\ndata: x\n\n", [frame("x")], id="retry of ten digits is not believed"),
        pytest.param(b"retry: 2s\nretry: -1\nretry: 1.5\nretry:\ndata: x\n\n", [frame("x")], id="retry is digits only"),
        pytest.param("retry: ١٢\nretry:  5\ndata: x\n\n".encode(), [frame("x")], id="ASCII digits only"),
        pytest.param(b"retry: " + b"9" * 5_000 + b"\ndata: x\n\n", [frame("x")], id="retry of 5,000 digits"),
        pytest.param(BOM + b"data: x\n\n", [frame("x")], id="byte order mark"),
        pytest.param(BOM + BOM + b"data: x\n\ndata: y\n\n", [frame("y")], id="a second one belongs to the name"),
        pytest.param(b"data: x\n\n" + BOM + b"data: y\n\n", [frame("x")], id="one in the middle too"),
        pytest.param(b"\n\n\r\n\rdata: x\n\n", [frame("x")], id="blank lines first"),
        pytest.param("data: né\u2028🌍\x85\n\n".encode(), [frame("né\u2028🌍\x85")], id="beyond ASCII"),
        pytest.param(b"data: a\xff\xe2\x82b\n\n", [frame("a\ufffd\ufffdb")], id="invalid UTF-8"),
        pytest.param(b'data: x\n{"a": 1}\n\n', [frame("x")], id="JSON behind data is an unknown field"),
        pytest.param(b'{"a":\ndata: x\n\n', [frame("x")], id="JSON before data hides nothing"),
        pytest.param(
            b'error: {"code":400}\n\ndata: x\n\n', [frame("x")], id="a field named error is none to the standard"
        ),
        pytest.param(b"", [], id="nothing"),
        pytest.param(BOM, [], id="byte order mark only"),
        pytest.param(BOM[:2], [], id="half a byte order mark"),
        pytest.param(BOM[:2] + b"data: x\n\ndata: y\n\n", [frame("y")], id="half a byte order mark before a field"),
        pytest.param(b"\n", [], id="a blank line"),
    ],
)
def test_frames_of_the_standard(body: bytes, frames: list[SSEFrame]) -> None:
    assert frames_of([body]) == (frames, [], None)
    assert frames_of(bytewise(body)) == (frames, [], None)
    for place in range(min(len(body), 200)):
        assert frames_of([body[:place], body[place:]]) == (frames, [], None)


@given(BODIES | ARBITRARY, PLACES)
def test_agrees_with_the_standard_on_the_whole_text(body: bytes, places: list[int]) -> None:
    assert frames_of(cut(body, places), 10_000)[0] == by_the_standard(body)


@given(BODIES | ARBITRARY, PLACES, LIMITS)
def test_no_split_changes_the_frames_nor_the_verdict(body: bytes, places: list[int], limit: int) -> None:
    assert frames_of(cut(body, places), limit) == frames_of([body], limit)
    assert frames_of(bytewise(body), limit) == frames_of([body], limit)


def test_what_is_pending_at_the_end_comes_unterminated() -> None:
    assert frames_of([b"data: x\n"]) == ([], [SSEFrame("message", "x", "", None, terminated=False)], None)
    assert frames_of([b"id: 4\nevent: a\ndata: x\ndata: y"]) == (
        [],
        [SSEFrame("a", "x\ny", "4", None, terminated=False)],
        None,
    )
    assert frames_of([b"event: a\n"]) == ([], [], None)


def test_the_end_comes_once() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"data: x")
    assert [one.data for one in decoder.end()] == ["x"]
    assert decoder.end() == []
    assert SSEDecoder().end() == []


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_takes_every_kind_of_bytes(kind: type) -> None:
    assert SSEDecoder().feed(kind(b"data: x\n\n")) == [frame("x")]


def test_a_body_whose_start_was_seen_has_no_byte_order_mark() -> None:
    for decoder in (SSEDecoder(past_bom=True), SSEDecoder(past_bom=True)):
        assert decoder.feed_blocks(BOM + b"data: x\n\ndata: y\n\n") == ["y"]


class TestLimit:
    """A frame passes at the limit and ends the stream one byte above it, at any split."""

    @pytest.mark.parametrize(
        ("open_frame", "size"),
        [
            pytest.param(b"data: 12345", 11, id="one line"),
            pytest.param(b"data: 1\ndata: 2\ndata", 20, id="lines count with one byte between them"),
            pytest.param(b"data: 1\r\ndata: 2\r\ndata", 20, id="CRLF counts one byte"),
            pytest.param(b"data: 1\rdata: 2\rdata", 20, id="CR counts one byte"),
            pytest.param(b"data: 1\n: why\n:", 15, id="comments inside a frame"),
            pytest.param(b"other: x\nname\n:c", 16, id="unknown fields"),
            pytest.param(b"event: a\nid: b\nretry: 3", 23, id="other fields"),
            pytest.param(b'{\n"a":1\n}', 9, id="bare JSON"),
            pytest.param("data: é🌍".encode(), 12, id="bytes, not characters"),
        ],
    )
    @pytest.mark.parametrize("blank", [b"\n\n", b"\r\n\r\n", b"\r\r"])
    def test_is_exact(self, open_frame: bytes, size: int, blank: bytes) -> None:
        before, after = b"data: ok" + blank, b"data: no" + blank
        body = before + open_frame + blank + after
        for places in ([], *([place] for place in range(len(body))), range(len(body))):
            frames, end, failure = frames_of(cut(body, places), size)
            assert (frames[0].data, frames[-1].data, end, failure) == ("ok", "no", [], None)
            assert frames_of(cut(body, places), size - 1) == (
                [frame("ok")] if size > 8 else [],
                [],
                too_large("frame_bytes", size - 1, "An event"),
            )
            assert_both_ways_agree(cut(body, places), size)
            assert_both_ways_agree(cut(body, places), size - 1)

    @pytest.mark.parametrize("open_frame", [b"data: 12345", b"data: 1\ndata: 2\ndata", b"other: 123"])
    def test_holds_for_what_is_pending_at_the_end(self, open_frame: bytes) -> None:
        size = len(open_frame)
        for place in range(size):
            assert frames_of(cut(open_frame, [place]), size)[2] is None
            assert frames_of(cut(open_frame, [place]), size - 1) == (
                [],
                [],
                too_large("frame_bytes", size - 1, "An event"),
            )

    def test_counts_no_keep_alives(self) -> None:
        for chunks in (
            [b": still here\n\n" * 1_000],
            [b": still here\n"] * 1_000,
            [b":\r\n\r\n"] * 1_000,
            [b"\n"] * 99,
        ):
            assert frames_of(chunks, 12)[2] is None
            assert_both_ways_agree(chunks, 12)

    def test_holds_for_one_comment(self) -> None:
        for limit, failed in ((12, False), (11, True)):
            assert (frames_of(bytewise(b": still here\n"), limit)[2] is not None) is failed
            assert_both_ways_agree([b": still here\n"], limit)

    def test_drops_what_follows(self) -> None:
        decoder = SSEDecoder(5)
        assert decoder.feed_blocks(b"data: 1") == []
        assert decoder.failure == too_large("frame_bytes", 5, "An event")
        assert decoder.feed_blocks(b"\n\ndata\n\n") == []
        assert decoder.feed(b"\n\ndata\n\n") == []
        assert decoder.end() == []
        assert not decoder.pending

    @pytest.mark.parametrize("chunk", [b"data: 1\ndata", b"data: 1\nid: 2\n", b"{\n1234567\n89", b"error: 1\n:234"])
    def test_holds_before_the_line_ends_and_leaves_nothing_behind(self, chunk: bytes) -> None:
        decoder = SSEDecoder(10)
        assert decoder.feed_blocks(chunk) == []
        assert decoder.failure == too_large("frame_bytes", 10, "An event")
        assert (decoder.pending, decoder.end_blocks()) == (b"", [])

    def test_bounds_the_memory_of_an_event_of_tiny_lines(self) -> None:
        size = 200_000
        decoder = SSEDecoder(size)
        tracemalloc.start()
        while decoder.failure is None:
            decoder.feed(b"data: x\n" * 100)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3 * size


@pytest.mark.parametrize(
    ("body", "pending"),
    [
        pytest.param(b"", b"", id="nothing"),
        pytest.param(b"data: x\n\n", b"", id="between frames"),
        pytest.param(b"data: {}", b"data: {}", id="open line"),
        pytest.param(b"data: {}\n", b"{}\n", id="data"),
        pytest.param(b"data: {}\nid: 5", b"{}\n", id="open line of another field behind data"),
        pytest.param(b"data: {\ndata: }", b"data: }", id="open line of data behind data"),
        pytest.param(b"data: {\ndata", b"data", id="open line of data without a colon"),
        pytest.param(b"event: error\nerror: {}\n", b"{}\n", id="error"),
        pytest.param(b"{\n}\n", b"{\n}\n", id="bare JSON"),
        pytest.param(b"{\n}", b"}", id="bare JSON, open line"),
        pytest.param(b"event: x\n", b"", id="a name only"),
        pytest.param(b"data: " + b"x" * 100 + b"\n", b"x" * 63 + b"\n", id="the end of it"),
    ],
)
def test_what_a_clean_end_would_deliver_is_visible(body: bytes, pending: bytes) -> None:
    for chunks in ([body], bytewise(body)):
        decoder = SSEDecoder()
        for chunk in chunks:
            decoder.feed_blocks(chunk)
        assert decoder.pending == pending


@given(BODIES, st.integers(0, 40), st.sampled_from(["pickle", "deepcopy"]))
def test_a_copy_goes_on_like_the_original(body: bytes, place: int, way: str) -> None:
    original = SSEDecoder(30)
    original.feed_blocks(body[:place])
    copied = pickle.loads(pickle.dumps(original)) if way == "pickle" else copy.deepcopy(original)
    rest = [(one.feed_blocks(body[place:]), one.end_blocks(), one.failure) for one in (original, copied)]
    assert rest[0] == rest[1]


def test_every_line_end_at_every_split() -> None:
    ends, expected = [b"\n", b"\r\n", b"\r"], None
    for first, second, third in itertools.product(ends, repeat=3):
        body = BOM + b"event: a" + first + b"data: x" + second + third + b"data: y" + first + first
        if (second, third) == (b"\r", b"\n"):
            continue  # that is one end
        expected = expected or frames_of([body])
        for here, there in itertools.combinations(range(len(body)), 2):
            assert frames_of([body[:here], body[here:there], body[there:]]) == expected
