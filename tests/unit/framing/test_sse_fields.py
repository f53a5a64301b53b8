"""Fields of an event stream that are no UTF-8, and lines that are no fields."""

from __future__ import annotations

import pytest
from tests.provider_laws import bytewise

from deltawire.framing.sse import SSEBlock, SSEDecoder, SSEFrame


def frames(body: bytes) -> list[SSEFrame]:
    decoder = SSEDecoder()
    found = decoder.feed(body) + decoder.end()
    other = SSEDecoder()
    assert [frame for byte in bytewise(body) for frame in other.feed(byte)] + other.end() == found
    return found


def blocks(body: bytes) -> list[SSEBlock | str]:
    decoder = SSEDecoder()
    return decoder.feed_blocks(body) + decoder.end_blocks()


@pytest.mark.parametrize("value", [b"\xff", b"a\xc3", b"\xed\xa0\xbd"])
def test_bytes_that_are_no_text_are_replaced_in_every_field(value: bytes) -> None:
    said = value.decode("utf-8", "replace")
    assert "\ufffd" in said
    (frame,) = frames(b"event: " + value + b"\nid: " + value + b"\ndata: " + value + b"\n\n")
    assert (frame.event, frame.last_event_id) == (said, said)
    assert frame.data == said


@pytest.mark.parametrize("line", [b"X", b"x{", b"X[1]", b"]", b"data", b" data: a"])
def test_only_a_line_that_begins_as_json_is_bare_json(line: bytes) -> None:
    found = blocks(line + b"\n\n")
    assert not [block for block in found if isinstance(block, SSEBlock) and block.kind == "bare"]


@pytest.mark.parametrize("line", [b"{", b"[1]", b'{"a": 1}'])
def test_a_line_that_does_is(line: bytes) -> None:
    assert blocks(line + b"\n\n") == [SSEBlock("bare", line)]


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("head", [b"data: a", b"event: x\ndata: a", b"id: 1\ndata: a", b": c\ndata: a"])
@pytest.mark.parametrize("tail", [b"", b"\ndata: b", b"\nevent: y", b"\nretry: 5", b"\nid"])
def test_the_quick_way_and_the_slow_one_see_the_same(ends: bytes, head: bytes, tail: bytes) -> None:
    body = (head + tail + b"\n\ndata: next\n\n").replace(b"\n", ends)
    whole = frames(body)
    data = "a\nb" if tail == b"\ndata: b" else "a"
    assert [frame.data for frame in whole] == [data, "next"]
    assert whole[0].event == ("y" if b"event: y" in tail else "x" if b"event: x" in head else "message")
    assert whole[0].retry == (5 if b"retry" in tail else None)


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    "inner", [b"\r", b"\n", b"\r\n", b"\ndata: ", b"\r: "], ids=["CR", "LF", "CRLF", "data", "comment"]
)
def test_a_line_end_inside_a_frame_is_none_of_its_data(inner: bytes, end: bytes) -> None:
    decoder = SSEDecoder()
    # The first frame shows how the ones behind it look.
    assert decoder.feed_blocks(b"data: a" + end) == ["a"]
    assert decoder.feed_one(b"data: b" + end) == "b"
    chunk = b"data: b" + inner + b"c" + end
    assert decoder.feed_one(chunk) is None
    told = decoder.feed_blocks(chunk)
    assert "b" + inner.decode() + "c" not in told
    assert told
