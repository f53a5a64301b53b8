"""Server-sent events as the parser takes them: by every way through the decoder the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import recorded
from tests.provider_laws import PLACES, bytewise, cut
from tests.sse_ways import ARBITRARY, BODIES, BOM, CHUNKS, LIMITS, Blocks, assert_both_ways_agree, blocks_at_once

from deltawire.framing.sse import SSEBlock, SSEDecoder


@given(BODIES | ARBITRARY, PLACES, LIMITS | st.just(10_000))
def test_whole_blocks_are_what_the_lines_are(body: bytes, places: list[int], limit: int) -> None:
    assert_both_ways_agree([body], limit)
    assert_both_ways_agree(cut(body, places), limit)
    assert_both_ways_agree(bytewise(body), limit)


@given(CHUNKS, LIMITS | st.just(10_000))
def test_frames_that_come_alone_are_what_the_lines_are(chunks: list[bytes], limit: int) -> None:
    assert_both_ways_agree(chunks, limit)
    assert_both_ways_agree([b"".join(chunks)], limit)


def test_a_lone_cr_ends_a_line_among_lines_that_end_in_crlf() -> None:
    body = b"event: x\r\ndata: a\rdata: b\r\n\r\n"
    assert_both_ways_agree([body], 10_000)
    assert_both_ways_agree([body, body + body], 10_000)


@pytest.mark.parametrize(
    ("chunks", "taken"),
    [
        pytest.param([b"data: x\n\n"], ["x"], id="data"),
        pytest.param([b"data: x\n\n"] * 3, ["x"] * 3, id="again"),
        pytest.param([b"event: a\ndata: x\n\n"] * 3, [None, "x", "x"], id="a name once it is known"),
        pytest.param([b"event: a\r\ndata: x\r\n\r\n"] * 2, [None, "x"], id="CRLF once it is known"),
        pytest.param([b"event: error\ndata: x\n\n"] * 2, [None, None], id="an error never"),
        pytest.param([b"data: x\n\ndata: y\n\n"], [None], id="two"),
        pytest.param([b"data: x\n", b"\ndata: y\n\n", b"data: z\n\n"], [None, None, "z"], id="behind an open one"),
        pytest.param([b"data: x\r", b"data: y\n\n"], [None, None], id="behind CR"),
        pytest.param([b"data: " + b"x" * 90 + b"\n\n"], [None], id="beyond the limit"),
        pytest.param([b"data: \xff\n\n"], [None], id="invalid UTF-8"),
    ],
)
def test_a_frame_that_comes_alone_is_taken_at_once(chunks: list[bytes], taken: list[str | None]) -> None:
    decoder = SSEDecoder(90, past_bom=True)
    found: list[str | None] = []
    for chunk in chunks:
        found.append(decoder.feed_one(chunk))
        if found[-1] is None:
            decoder.feed_blocks(chunk)
    assert found == taken


def test_parts_of_a_line_are_appended() -> None:
    decoder = SSEDecoder(13)
    assert not decoder.append(b"d")  # it may be the start of a byte order mark
    decoder.feed_blocks(b"data: ")
    assert decoder.append(b"ab")
    assert not decoder.append(b"c\n")
    assert not decoder.append(b"c\r")
    assert decoder.append(b"12345")
    assert not decoder.append(b"6")
    assert decoder.feed_blocks(b"\n\n") == [SSEBlock("data", b"ab12345")]
    assert decoder.append(b"data: 1")
    assert decoder.feed_blocks(b"\r") == []
    assert not decoder.append(b"d")  # behind CR
    assert decoder.feed_blocks(b"\n\n") == [SSEBlock("data", b"1")]
    decoder.feed_blocks(b"x" * 14)
    assert not decoder.append(b"d")  # beyond the limit
    assert not decoder.pending


def test_whole_blocks_are_what_the_lines_are_in_recorded_streams(streams: Path) -> None:
    files = [row["file"] for row in recorded(streams, ".sse")][::20]
    assert len(files) > 40
    for file in files:
        body = (streams / file).read_bytes()
        frames = [match.end() for match in re.finditer(rb"\r?\n\r?\n", body)]
        for places in ([], frames, range(0, len(body), 1_460), range(0, len(body), 97)):
            assert_both_ways_agree(cut(body, places))


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        pytest.param(b"data: x\n\n", ["x"], id="plain"),
        pytest.param(BOM + b"data: x\n\n", ["x"], id="byte order mark"),
        pytest.param(b"event: a\ndata: x\n\n", ["x"], id="plain with a name"),
        pytest.param(b"event: error\ndata: x\n\n", [SSEBlock("data", b"x", "error")], id="an error by its name"),
        pytest.param(b"event: ping\n\n", [SSEBlock("event", b"", "ping")], id="a name and no data"),
        pytest.param(b":  hi \n\n:\n", [SSEBlock("comment", b"hi"), SSEBlock("comment", b"")], id="comments"),
        pytest.param(b":hi\n", [SSEBlock("comment", b"hi")], id="a comment without a space"),
        pytest.param(b"error: a\nerror: b\n\n", [SSEBlock("error", b"a\nb")], id="a field named error"),
        pytest.param(
            b"data: x\nerror: e\n\n", [SSEBlock("data", b"x"), SSEBlock("error", b"e")], id="data and then the error"
        ),
        pytest.param(
            b'data: x\n\n{\n "error": {\n  "code": 5\n }\n}\n\n',
            ["x", SSEBlock("bare", b'{\n "error": {\n  "code": 5\n }\n}')],
            id="pretty-printed JSON between the frames",
        ),
        pytest.param(
            b"{\n}\n\ndata: x\nerror: e\n\n[\n]\n\n",
            [SSEBlock("bare", b"{\n}"), SSEBlock("data", b"x"), SSEBlock("error", b"e"), SSEBlock("bare", b"[\n]")],
            id="nothing stays for the next frame",
        ),
        pytest.param(b"[{}]\n: c\n\n", [SSEBlock("comment", b"c"), SSEBlock("bare", b"[{}]")], id="comment inside"),
        pytest.param(
            b'event: error\n{"a":1}\n\n', [SSEBlock("bare", b'{"a":1}', "error")], id="named, and no data field"
        ),
        pytest.param(b"id: 3\ndata: x\n\n", [SSEBlock("data", b"x", "", "3")], id="an id"),
        pytest.param(b"retry: 3\ndata: x\n\n", [SSEBlock("data", b"x", "", "", 3)], id="retry"),
        pytest.param(b"data: a\xff\n\n", [SSEBlock("data", b"a\xff")], id="invalid UTF-8 stays bytes"),
        pytest.param(b"data: x\rdata: y\r\n\r\n", [SSEBlock("data", b"x\ny")], id="CR inside a CRLF block"),
        pytest.param(b"other: x\n\n", [], id="nothing of interest"),
    ],
)
def test_blocks_say_more_than_the_standard(body: bytes, blocks: Blocks) -> None:
    assert blocks_at_once([body], 1_000) == (blocks, None)
    for place in range(len(body)):
        assert_both_ways_agree([body[:place], body[place:]])


def test_pending_blocks_come_unterminated() -> None:
    body = b'event: a\n\nerror: e\n\ndata: x\nerror: e\n\n: c\nevent: b\nerror: f\n{"a":'
    blocks = blocks_at_once([body], 1_000)[0]
    assert blocks[-3:] == [
        SSEBlock("comment", b"c"),
        SSEBlock("error", b"f", terminated=False),
        SSEBlock("bare", b'{"a":', "b", terminated=False),
    ]
    assert blocks_at_once([b"event: b"], 1_000)[0] == [SSEBlock("event", b"", "b", terminated=False)]
