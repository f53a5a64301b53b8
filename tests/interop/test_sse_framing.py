"""Server-sent events by httpx-sse and by ours, on generated streams cut anywhere. What differs, and who is right:

- A byte order mark at the start: the standard takes one off (WHATWG HTML, section 9.2.6); httpx-sse leaves it in the
  name of the first field.
- A frame without data: the standard gives none ("if the data buffer is an empty string"); httpx-sse gives one with
  empty data if an event name, an id or a retry stands in it, and ever after an id was set.
- `retry`: the standard takes ASCII digits alone; httpx-sse takes what `int` takes. Ours takes nine digits at most.
- What is pending at the end of the body: both give no frame of it; ours hands it out as `terminated=False`, for
  providers that leave out the last blank line.
"""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deltawire.framing.sse import SSEDecoder, SSEFrame
from deltawire.testing import cut

httpx = pytest.importorskip("httpx", reason="needs httpx (extra `interop`)")
httpx_sse = pytest.importorskip("httpx_sse", reason="needs httpx-sse (extra `interop`)")

BOM = b"\xef\xbb\xbf"
PIECES = [
    *(b"data: ", b"data:", b"data", b"event: ", b"event: x", b"event", b"id: 7", b"id: \0", b"id", b"retry: 5"),
    *(b": c", b":", b"other: z", b"x", b" ", b'{"a":1}', b"[DONE]", b"\n", b"\n\n", b"\r", b"\r\n", b"\r\n\r\n"),
    *(b"data: x\n\n", b"data: y\r\n\r\n", b"data: z\r\r", b"data:  two\n", "é\u2028\u0085\x0b\x0c\x1c".encode()),
    *(b"\xff", b"\xf0\x9f\x8c", b"\x8d", b"\xe2\x82\n", b"\xef\xbb", b"\xbf"),
]
BODIES = st.lists(st.sampled_from(PIECES), max_size=24).map(b"".join)
PLACES = st.lists(st.integers(min_value=0), max_size=8)
RETRIES = ["5", "0", "007", "999999999"]
OTHER_RETRIES = ["1000000000", "-5", "+5", " 5", "5 ", "1_000", "\u0663", "", "x", "1.5"]


class _Chunks(httpx.SyncByteStream):  # type: ignore[misc, name-defined]
    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self):
        return iter(self._chunks)


def theirs(chunks: list[bytes]) -> list[SSEFrame]:
    """The frames of httpx-sse."""
    response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=_Chunks(chunks))
    return [SSEFrame(one.event, one.data, one.id, one.retry) for one in httpx_sse.EventSource(response).iter_sse()]


def ours(chunks: list[bytes]) -> list[SSEFrame]:
    """Our frames, without what was pending at the end."""
    decoder = SSEDecoder()
    frames = [frame for chunk in chunks for frame in decoder.feed(chunk)] + decoder.end()
    assert decoder.failure is None
    return [frame for frame in frames if frame.terminated]


def with_data(frames: list[SSEFrame]) -> list[SSEFrame]:
    """httpx-sse gives more frames without data than the standard."""
    return [frame for frame in frames if frame.data]


@given(BODIES, PLACES)
@example(b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", [9, 10, 11])
@example(b"data: x\r\r", [8])
@example(b"data: x\n\nid: 7\n\n\n\ndata: y\n\n", [])
def test_the_frames_are_those_of_httpx_sse(body: bytes, places: list[int]) -> None:
    while body.startswith(BOM):  # the stated difference has its own test
        body = body.removeprefix(BOM)
    chunks = cut(body, places)
    assert with_data(ours(chunks)) == with_data(theirs(chunks))


def test_a_byte_order_mark_is_taken_off() -> None:
    body = BOM + b"data: a\n\ndata: b\n\n"
    assert [frame.data for frame in ours([body])] == ["a", "b"]
    assert [frame.data for frame in theirs([body])] == ["b"]


def test_a_frame_without_data_is_none() -> None:
    body = b"event: ping\n\nid: 7\n\n\nretry: 5\n\n"
    assert ours([body]) == []
    assert len(theirs([body])) == 4


@pytest.mark.parametrize("value", RETRIES)
def test_a_retry_of_digits_is_the_same(value: str) -> None:
    body = f"retry: {value}\ndata: x\n\n".encode()
    assert ours([body]) == theirs([body]) == [SSEFrame("message", "x", "", int(value))]


@pytest.mark.parametrize("value", OTHER_RETRIES)
def test_a_retry_of_anything_else_is_none(value: str) -> None:
    [frame] = ours([f"retry: {value}\ndata: x\n\n".encode()])
    assert frame.retry is None


def test_what_is_pending_at_the_end_is_no_frame() -> None:
    body = b"data: a\n\ndata: b\n"
    assert [frame.data for frame in theirs([body])] == [frame.data for frame in ours([body])] == ["a"]
    decoder = SSEDecoder()
    decoder.feed(body)
    assert decoder.end() == [SSEFrame("message", "b", "", None, terminated=False)]
