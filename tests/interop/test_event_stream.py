"""The AWS event stream by botocore and by ours: generated, damaged and recorded messages. What differs:

- Sizes: botocore allows 24 MiB of payload; ours holds a whole message against `Limits.frame_bytes`, 16 MiB.
- A header without a name: botocore takes it; ours refuses it, since the format's names have 1 to 255 bytes
  (smithy.io/2.0/aws/amazon-eventstream.html).
- A header whose text runs past the headers' end: botocore takes what is there; ours refuses it.
- A header of an unknown type, that is no UTF-8 or that is half a number raises an exception of Python's own in botocore
  (KeyError, UnicodeDecodeError, struct.error); ours tells it as a failure like any other.
- A body that ends inside a message: botocore's buffer waits for more; ours fails as truncated.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.framing.event_stream import EventStreamDecoder, HeaderType, encode_message
from deltawire.testing import cut
from tests.helpers import recorded
from tests.unit.framing.test_event_stream import frame, header, text_header

eventstream = pytest.importorskip("botocore.eventstream", reason="needs botocore (extra `interop`)")

PLACES = st.lists(st.integers(min_value=0), max_size=8)
VALUES = st.one_of(
    st.booleans(),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**7), 2**7 - 1).map(lambda number: (HeaderType.BYTE, number)),
    st.integers(-(2**15), 2**15 - 1).map(lambda number: (HeaderType.SHORT, number)),
    st.integers(-(2**31), 2**31 - 1).map(lambda number: (HeaderType.INTEGER, number)),
    st.integers(-(2**63), 2**63 - 1).map(lambda number: (HeaderType.TIMESTAMP, number)),
    st.binary(min_size=16, max_size=16).map(lambda value: (HeaderType.UUID, value)),
)
HEADERS = st.dictionaries(st.text("abc:-é", min_size=1, max_size=6), VALUES, max_size=5)
MESSAGES = st.lists(st.builds(encode_message, HEADERS, st.binary(max_size=40)), max_size=5)

Seen = tuple[list[tuple[dict[str, Any], bytes]], bool]


def theirs(chunks: list[bytes]) -> Seen:
    """botocore's messages, and whether it refused one."""
    buffer = eventstream.EventStreamBuffer()
    seen: list[tuple[dict[str, Any], bytes]] = []
    try:
        for chunk in chunks:
            buffer.add_data(chunk)
            for message in buffer:
                seen.append((message.headers, message.payload))  # noqa: PERF401 - those before a damaged one stay
    except (eventstream.ParserError, KeyError, UnicodeDecodeError, struct.error):
        return seen, True
    return seen, False


def ours(chunks: list[bytes]) -> Seen:
    """Our messages, and whether one was refused before the end."""
    decoder = EventStreamDecoder()
    messages = [message for chunk in chunks for message in decoder.feed(chunk)]
    return [(message.headers, message.payload) for message in messages], decoder.failure is not None


@given(MESSAGES, PLACES)
def test_messages_are_the_same(messages: list[bytes], places: list[int]) -> None:
    chunks = cut(b"".join(messages), places)
    seen = ours(chunks)
    assert seen == theirs(chunks)
    assert len(seen[0]) == len(messages)


@given(MESSAGES.filter(bool), st.integers(min_value=0), st.integers(0, 7))
def test_the_same_damaged_message_is_refused(messages: list[bytes], place: int, bit: int) -> None:
    body = bytearray(b"".join(messages))
    body[place % len(body)] ^= 1 << bit
    seen, refused = ours([bytes(body)])
    assert refused
    assert (seen, refused) == theirs([bytes(body)])


@given(st.binary(max_size=60), PLACES)
def test_bytes_that_are_no_event_stream_are_refused_by_both(body: bytes, places: list[int]) -> None:
    assert ours(cut(body, places))[0] == theirs(cut(body, places))[0] == []


@pytest.mark.parametrize(
    "headers",
    [
        text_header(b"a", b"x") * 2,
        header(b"a", 10, b""),
        header(b"a", 7, struct.pack(">H", 2) + b"\xff\xff"),
        header(b"a", 4, b"\0"),
    ],
    ids=["twice", "unknown type", "no UTF-8", "half a number"],
)
def test_broken_headers_are_refused_by_both(headers: bytes) -> None:
    assert ours([frame(headers)]) == theirs([frame(headers)]) == ([], True)


def test_a_header_without_a_name_is_refused_by_ours_alone() -> None:
    assert ours([frame(text_header(b"", b"x"))]) == ([], True)
    assert theirs([frame(text_header(b"", b"x"))]) == ([({"": "x"}, b"")], False)


def test_a_header_past_the_headers_end_is_refused_by_ours_alone() -> None:
    body = frame(header(b"a", 7, struct.pack(">H", 9) + b"x"))
    assert ours([body]) == ([], True)
    assert theirs([body]) == ([({"a": "x"}, b"")], False)


def test_a_body_that_ends_inside_a_message_fails_here() -> None:
    body = encode_message({"a": 1}, b"{}")[:-1]
    assert theirs([body]) == ([], False)
    decoder = EventStreamDecoder()
    decoder.feed(body)
    decoder.end()
    assert decoder.failure is not None


def test_every_recorded_message_is_the_same(streams: Path) -> None:
    rows = [row for row in recorded(streams, ".bin") if not row["dialect"].startswith("http")]
    compared = 0
    for row in rows:
        body = (streams / row["file"]).read_bytes()
        seen = ours([body])
        assert seen == theirs([body]), row["file"]
        compared += len(seen[0])
    assert compared > 1_000
