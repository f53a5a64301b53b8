"""AWS event-stream messages: built by hand, damaged, cut anywhere, and the recorded vectors."""

import copy
import itertools
import json
import pathlib
import pickle
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.failures import FailureKind
from deltawire.framing.event_stream import EventStreamDecoder, EventStreamMessage, HeaderType, encode_message

PLACES = st.lists(st.integers(min_value=0), max_size=8)


def frame(
    headers: bytes, payload: bytes = b"", *, total: int | None = None, headers_length: int | None = None
) -> bytes:
    """A message built apart from the encoder, with sound checksums over whatever lengths it is told to state."""
    total = 16 + len(headers) + len(payload) if total is None else total
    prelude = struct.pack(">II", total, len(headers) if headers_length is None else headers_length)
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


def header(name: bytes, kind: int, value: bytes) -> bytes:
    return struct.pack(">B", len(name)) + name + struct.pack(">B", kind) + value


def text_header(name: bytes, value: bytes) -> bytes:
    return header(name, 7, struct.pack(">H", len(value)) + value)


EVENT_HEADERS = (
    text_header(b":event-type", b"contentBlockDelta")
    + text_header(b":content-type", b"application/json")
    + text_header(b":message-type", b"event")
)
EVENT = frame(EVENT_HEADERS, b'{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abc"}')
OTHER = frame(text_header(b":message-type", b"event"), b"{}")


def cut(body: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({place % (len(body) + 1) for place in places} | {0, len(body)})
    return [body[here:there] for here, there in itertools.pairwise(marks)]


def bytewise(body: bytes) -> list[bytes]:
    return [body[place : place + 1] for place in range(len(body))]


def decode(chunks: list[bytes], **limits: int):
    """Everything that can be seen of a decoder: its messages, and the failure after the end."""
    decoder = EventStreamDecoder(**limits)
    messages = [message for chunk in chunks for message in decoder.feed(chunk)]
    assert decoder.end() == []
    return messages, decoder.failure


def test_a_message_is_read_whole_and_byte_by_byte() -> None:
    expected = EventStreamMessage(
        {":event-type": "contentBlockDelta", ":content-type": "application/json", ":message-type": "event"},
        b'{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abc"}',
    )
    assert decode([EVENT]) == ([expected], None)
    assert decode(bytewise(EVENT)) == ([expected], None)


def test_a_message_is_given_with_its_last_byte() -> None:
    decoder = EventStreamDecoder()
    assert decoder.feed(EVENT[:-1]) == []
    assert len(decoder.feed(EVENT[-1:] + OTHER + EVENT[:20])) == 2
    assert len(decoder.feed(EVENT[20:])) == 1


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_a_message_may_be_cut_anywhere(pieces: int) -> None:
    body = OTHER * 2
    whole = decode([body])
    assert len(whole[0]) == 2
    for places in itertools.combinations(range(1, len(body)), pieces - 1):
        assert decode(cut(body, list(places))) == whole


@pytest.mark.parametrize(
    ("kind", "encoded", "value"),
    [
        pytest.param(HeaderType.TRUE, b"", True, id="true"),
        pytest.param(HeaderType.FALSE, b"", False, id="false"),
        pytest.param(HeaderType.BYTE, b"\xfe", -2, id="byte"),
        pytest.param(HeaderType.SHORT, b"\x80\x00", -(2**15), id="short"),
        pytest.param(HeaderType.INTEGER, b"\x7f\xff\xff\xff", 2**31 - 1, id="integer"),
        pytest.param(HeaderType.LONG, b"\x80" + bytes(7), -(2**63), id="long"),
        pytest.param(HeaderType.BYTES, b"\x00\x02\xff\x00", b"\xff\x00", id="bytes"),
        pytest.param(HeaderType.BYTES, b"\x00\x00", b"", id="no bytes"),
        pytest.param(HeaderType.STRING, b"\x00\x03\xe2\x82\xac", "€", id="string"),
        pytest.param(HeaderType.STRING, b"\xff\xff" + b"a" * 65535, "a" * 65535, id="longest string"),
        pytest.param(HeaderType.TIMESTAMP, b"\x00\x00\x01\x8b\xcf\xe5\x68\x00", 1700000000000, id="timestamp"),
        pytest.param(HeaderType.UUID, bytes(range(16)), bytes(range(16)), id="uuid"),
    ],
)
def test_every_header_type_is_read_and_written(kind: HeaderType, encoded: bytes, value) -> None:
    body = frame(header(b"h", kind, encoded), b"x")
    messages, failure = decode([body])
    assert failure is None
    assert messages == [EventStreamMessage({"h": value}, b"x")]
    assert type(messages[0].headers["h"]) is type(value)
    assert encode_message({"h": (kind, value)}, b"x") == body


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, HeaderType.TRUE),
        (False, HeaderType.FALSE),
        (2**31 - 1, HeaderType.INTEGER),
        (-(2**31), HeaderType.INTEGER),
        (2**31, HeaderType.LONG),
        (-(2**31) - 1, HeaderType.LONG),
        (b"a", HeaderType.BYTES),
        ("a", HeaderType.STRING),
    ],
)
def test_a_plain_value_is_written_with_its_natural_type(value, kind: HeaderType) -> None:
    assert encode_message({"h": value}, b"") == encode_message({"h": (kind, value)}, b"")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("", "a", id="no name"),
        pytest.param("é" * 128, "a", id="name too long"),
        pytest.param("h", "a" * 65536, id="string too long"),
        pytest.param("h", b"a" * 65536, id="bytes too long"),
        pytest.param("h", 2**63, id="integer too large"),
        pytest.param("h", (HeaderType.BYTE, 128), id="byte too large"),
        pytest.param("h", (HeaderType.UUID, b"a" * 15), id="uuid too short"),
        pytest.param("h", (HeaderType.STRING, b"a"), id="bytes as string"),
        pytest.param("h", (HeaderType.TRUE, False), id="false as true"),
        pytest.param("h", (HeaderType.INTEGER, True), id="true as integer"),
        pytest.param("h", (HeaderType.BYTES, 1), id="integer as bytes"),
        pytest.param("h", 1.5, id="number of no type"),
        pytest.param("h", None, id="nothing"),
    ],
)
def test_what_does_not_fit_is_not_written(name: str, value) -> None:
    with pytest.raises(ValueError, match=r"header|name"):
        encode_message({name: value}, b"")


def test_it_says_whether_it_holds_part_of_a_message() -> None:
    body = encode_message({"h": "v"}, b"payload")
    for size in range(1, len(body)):
        decoder = EventStreamDecoder()
        assert not decoder.inside_message
        assert decoder.feed(body[:size]) == []
        assert decoder.inside_message
        assert len(decoder.feed(body[size:])) == 1
        assert not decoder.inside_message


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        (":message-type", "message_type"),
        (":event-type", "event_type"),
        (":exception-type", "exception_type"),
        (":error-code", "error_code"),
        (":error-message", "error_message"),
    ],
)
def test_the_well_known_headers_have_names(name: str, attribute: str) -> None:
    assert getattr(EventStreamMessage({name: "word"}, b""), attribute) == "word"
    assert getattr(EventStreamMessage({}, b""), attribute) is None
    assert getattr(EventStreamMessage({name: 1}, b""), attribute) is None


def test_no_flipped_bit_gives_a_message() -> None:
    for place, bit in itertools.product(range(len(EVENT)), range(8)):
        damaged = bytearray(EVENT)
        damaged[place] ^= 1 << bit
        messages, failure = decode([OTHER, bytes(damaged), OTHER])
        assert messages == decode([OTHER])[0]
        assert failure is not None
        assert failure.kind is FailureKind.MALFORMED


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(frame(b"", total=0), FailureKind.MALFORMED, id="length 0"),
        pytest.param(frame(b"", total=15), FailureKind.MALFORMED, id="length 15"),
        pytest.param(frame(b"", total=2**32 - 1), FailureKind.TOO_LARGE, id="longest length"),
        pytest.param(frame(b"", headers_length=1), FailureKind.MALFORMED, id="headers over the checksum"),
        pytest.param(frame(b"", headers_length=2**32 - 1), FailureKind.MALFORMED, id="headers longer than the message"),
        pytest.param(frame(b"\x00\x00"), FailureKind.MALFORMED, id="header without a name"),
        pytest.param(frame(header(b"h", 10, b"")), FailureKind.MALFORMED, id="unknown header type"),
        pytest.param(frame(b"\x01h"), FailureKind.MALFORMED, id="headers end before the type"),
        pytest.param(frame(b"\x05h"), FailureKind.MALFORMED, id="headers end inside the name"),
        pytest.param(frame(header(b"h", 5, bytes(7)), b"x"), FailureKind.MALFORMED, id="headers end inside the value"),
        pytest.param(
            frame(header(b"h", 7, b"\x00\x02a"), b"x"), FailureKind.MALFORMED, id="string runs into the payload"
        ),
        pytest.param(frame(header(b"h", 9, bytes(15))), FailureKind.MALFORMED, id="headers end inside a uuid"),
        pytest.param(frame(text_header(b"h", b"\xff")), FailureKind.MALFORMED, id="string is not UTF-8"),
        pytest.param(frame(header(b"\xff", 0, b"")), FailureKind.MALFORMED, id="name is not UTF-8"),
        pytest.param(frame(header(b"h", 0, b"") * 2), FailureKind.MALFORMED, id="header comes twice"),
        pytest.param(b"data: {}\n\ndata: {}\n\n", FailureKind.MALFORMED, id="server-sent events"),
        pytest.param(b"<html><body>502</body></html>", FailureKind.MALFORMED, id="HTML"),
        pytest.param(b"\x00", FailureKind.TRUNCATED, id="cut in the prelude"),
        pytest.param(EVENT[:12], FailureKind.TRUNCATED, id="cut after the prelude"),
        pytest.param(EVENT[:-1], FailureKind.TRUNCATED, id="cut before the last byte"),
    ],
)
def test_a_violation_ends_the_stream_with_its_failure(body: bytes, kind: FailureKind) -> None:
    messages, failure = decode([OTHER + body])
    assert messages == decode([OTHER])[0]
    assert failure is not None
    assert failure.kind is kind
    assert failure.retryable is (kind is not FailureKind.TOO_LARGE)
    assert decode(bytewise(OTHER + body)) == (messages, failure)


def test_bytes_after_a_failure_are_dropped() -> None:
    decoder = EventStreamDecoder()
    decoder.feed(b"x" * 12)
    failure = decoder.failure
    assert failure is not None
    assert decoder.feed(OTHER) == []
    assert decoder.end() == []
    assert decoder.failure is failure


def test_nothing_and_whole_messages_end_well_however_often_they_end() -> None:
    decoder = EventStreamDecoder()
    assert (decoder.feed(b""), decoder.end(), decoder.failure) == ([], [], None)
    decoder = EventStreamDecoder()
    decoder.feed(OTHER)
    assert (decoder.end(), decoder.end(), decoder.failure) == ([], [], None)


def test_a_message_of_exactly_the_limit_passes_and_one_byte_more_fails() -> None:
    for chunks in ([OTHER, EVENT], bytewise(OTHER + EVENT)):
        assert len(decode(chunks, frame_limit=len(EVENT))[0]) == 2
        messages, failure = decode(chunks, frame_limit=len(EVENT) - 1)
        assert len(messages) == 1
        assert failure is not None
        assert failure.kind is FailureKind.TOO_LARGE
        assert "frame_bytes" in failure.message
        assert str(len(EVENT) - 1) in failure.message


def test_headers_of_exactly_the_limit_pass_and_one_byte_more_fails() -> None:
    for chunks in ([OTHER, EVENT], bytewise(OTHER + EVENT)):
        assert len(decode(chunks, header_limit=len(EVENT_HEADERS))[0]) == 2
        messages, failure = decode(chunks, header_limit=len(EVENT_HEADERS) - 1)
        assert len(messages) == 1
        assert failure is not None
        assert failure.kind is FailureKind.TOO_LARGE
        assert "event_stream_header_bytes" in failure.message
        assert str(len(EVENT_HEADERS) - 1) in failure.message


def test_the_default_limits_are_exact() -> None:
    for total, kind in [(16 * 1024**2, FailureKind.TRUNCATED), (16 * 1024**2 + 1, FailureKind.TOO_LARGE)]:
        _, failure = decode([frame(b"", total=total)])
        assert failure is not None
        assert failure.kind is kind
    for size, kind in [(128 * 1024, FailureKind.TRUNCATED), (128 * 1024 + 1, FailureKind.TOO_LARGE)]:
        _, failure = decode([frame(b"", total=1024**2, headers_length=size)])
        assert failure is not None
        assert failure.kind is kind


def test_a_length_over_its_limit_fails_with_the_prelude() -> None:
    decoder = EventStreamDecoder()
    decoder.feed(frame(b"", total=2**32 - 1)[:12])
    assert decoder.failure is not None
    assert decoder.failure.kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_bytes_is_copied(kind) -> None:
    buffer = bytearray(OTHER[:20])
    decoder = EventStreamDecoder()
    decoder.feed(kind(buffer))
    buffer[:] = bytes(20)
    assert decoder.feed(kind(OTHER[20:])) == decode([OTHER])[0]


HEADER_VALUES = (
    st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.binary(max_size=20)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
HEADER_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
MESSAGES = st.builds(
    EventStreamMessage, st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=4), st.binary(max_size=40)
)


@given(st.lists(MESSAGES, max_size=4), PLACES)
def test_what_is_written_is_read_again_at_any_split(messages: list[EventStreamMessage], places: list[int]) -> None:
    body = b"".join(encode_message(message.headers, message.payload) for message in messages)
    assert decode(cut(body, places)) == (messages, None)


@given(st.binary(max_size=60), st.binary(max_size=20), PLACES)
def test_no_header_bytes_make_it_raise_and_no_split_changes_anything(
    headers: bytes, payload: bytes, places: list[int]
) -> None:
    body = OTHER + frame(headers, payload) + OTHER
    assert decode(cut(body, places)) == decode([body])


@given(st.binary(max_size=60), PLACES)
def test_no_bytes_make_it_raise(body: bytes, places: list[int]) -> None:
    assert decode(cut(body, places)) == decode([body])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
def test_a_copy_goes_on_alone(again) -> None:
    decoder = EventStreamDecoder()
    decoder.feed(EVENT[:40])
    other = again(decoder)
    assert other.feed(EVENT[40:]) == decode([EVENT])[0]
    assert decoder.feed(EVENT[40:]) == decode([EVENT])[0]


def test_the_recorded_vectors_decode_or_fail_as_they_should(streams: pathlib.Path) -> None:
    rows = map(json.loads, (streams / "manifest.jsonl").read_text().splitlines())
    verdicts = {row["file"]: row["framing"]["valid"] for row in rows if row["dialect"] == "eventstream-vectors"}
    assert sorted(verdicts.values()) == [False] * 12 + [True] * 8
    found = {}
    for name in verdicts:
        body = (streams / name).read_bytes()
        messages, failure = decode([body])
        assert decode(bytewise(body)) == (messages, failure), name
        found[name] = len(messages) == 1 and failure is None
        assert found[name] or (messages == [] and failure.kind is FailureKind.MALFORMED), name
    assert found == verdicts
