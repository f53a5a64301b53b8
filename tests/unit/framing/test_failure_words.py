"""What the failure of each framer says to a person: every violation in its own words, at any split."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import pytest
from tests.provider_laws import bytewise

from deltawire.failures import FailureKind
from deltawire.framing.document import DocumentDecoder
from deltawire.framing.event_stream import EventStreamDecoder, encode_message
from deltawire.framing.json_array import JSONArrayDecoder
from deltawire.framing.lines import LineDecoder
from deltawire.framing.ndjson import NDJSONDecoder
from deltawire.framing.sse import SSEDecoder

MESSAGE = encode_message({"a": "b"}, b"payload")
MALFORMED = "The headers of a message are malformed: "


def checksummed(prelude: bytes, rest: bytes = b"") -> bytes:
    """A message of these lengths, with sound checksums."""
    whole = prelude + zlib.crc32(prelude).to_bytes(4, "big") + rest
    return whole + zlib.crc32(whole).to_bytes(4, "big")


def with_headers(block: bytes) -> bytes:
    """A message whose headers are these bytes."""
    return checksummed((16 + len(block)).to_bytes(4, "big") + len(block).to_bytes(4, "big"), block)


def sized(limit: str, what: str, size: str = "8") -> str:
    return f"{what} is longer than the limit {limit} allows: {size} bytes"


@pytest.mark.parametrize(
    ("decoder", "body", "message"),
    [
        (lambda: LineDecoder(8), b"123456789", sized("frame_bytes", "A line")),
        (lambda: NDJSONDecoder(8), b'{"a": "12345"}\n', sized("frame_bytes", "A line")),
        (lambda: SSEDecoder(8), b"data: 123456789\n\n", sized("frame_bytes", "An event")),
        (lambda: DocumentDecoder(8), b'{"a": "12345"}', sized("frame_bytes", "The document")),
        (lambda: JSONArrayDecoder(8), b'[{"a": "12345"}]', sized("frame_bytes", "An array element")),
        (lambda: JSONArrayDecoder(8), b"[] 123456789", sized("frame_bytes", "What follows the array")),
        (JSONArrayDecoder, b"{}", "The body is no JSON array: it does not begin with a bracket"),
        (JSONArrayDecoder, b"\x0c[]", "The body is no JSON array: it does not begin with a bracket"),
        (lambda: EventStreamDecoder(20), MESSAGE, sized("frame_bytes", "A message", "20")),
        (
            lambda: EventStreamDecoder(1_000, 4),
            MESSAGE,
            sized("event_stream_header_bytes", "The headers of a message", "4"),
        ),
        (
            EventStreamDecoder,
            b"data: {}\n\ndata",
            "The checksum of a message's prelude does not match: this is no event stream",
        ),
        (EventStreamDecoder, checksummed(bytes(8)), "A message is shorter than its own parts"),
        (EventStreamDecoder, MESSAGE[:-1] + b"\0", "The checksum of a message does not match"),
        (EventStreamDecoder, with_headers(b"\x00\x00"), MALFORMED + "one has no name"),
        (EventStreamDecoder, with_headers(b"\x01h\x00\x01h\x00"), MALFORMED + "one comes twice"),
        (EventStreamDecoder, with_headers(b"\x01h\x0a"), MALFORMED + "one has an unknown type"),
        (EventStreamDecoder, with_headers(b"\x01\xff\x00"), MALFORMED + "one is not UTF-8"),
        (EventStreamDecoder, with_headers(b"\x05h"), MALFORMED + "one runs past their end"),
        (EventStreamDecoder, MESSAGE[:-1], "The body ends inside a message"),
    ],
)
def test_every_violation_has_its_words(decoder: Callable[[], Any], body: bytes, message: str) -> None:
    for chunks in ([body], bytewise(body)):
        framer = decoder()
        for chunk in chunks:
            framer.feed(chunk)
        framer.end()
        assert framer.failure.message == message
        assert (framer.failure.kind is FailureKind.TOO_LARGE) is ("longer than the limit" in message)
