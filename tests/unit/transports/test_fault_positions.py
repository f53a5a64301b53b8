"""Positions of faults in a body."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire_transports.fault_positions import Body, Position, cut_pieces

EVENTS = b"data: 1\n\ndata: \xe6\x9d\xb1 here\n\ndata: 3\n\ndata: [DONE]\n\n"
LINES = b'{"a":1}\n{"b":2}\n{"c":3}\n'
MESSAGE = struct.pack(">II", 20, 0) + b"pre!" + b"load" + b"crc!"


@pytest.mark.parametrize(
    ("body", "sizes"),
    [
        (EVENTS, [9, 16, 9, 14]),
        (EVENTS.replace(b"\n", b"\r\n"), [11, 18, 11, 16]),
        (LINES, [8, 8, 8]),
        (MESSAGE * 3, [20, 20, 20]),
        (MESSAGE * 2 + MESSAGE[:7], [20, 20, 7]),
        (b"data: 1\n\ndata: 2", [9, 7]),
        (b'{"whole": 1}', [12]),
        (b"", []),
    ],
    ids=["events", "CRLF", "lines", "AWS", "a cut message", "a cut event", "one document", "empty"],
)
def test_a_body_is_cut_behind_its_events(body: bytes, sizes: list[int]) -> None:
    assert [len(frame) for frame in Body.of(body).frames] == sizes
    assert Body.of(body).data == body


@given(st.binary(max_size=80))
def test_any_body_keeps_all_its_bytes(body: bytes) -> None:
    assert Body.of(body).data == body


@pytest.mark.parametrize(
    ("position", "offset"),
    [
        (Position.CONNECT, 0),
        (Position.AFTER_REQUEST, 0),
        (Position.MID_STATUS_LINE, 0),
        (Position.MID_HEADERS, 0),
        (Position.AFTER_HEADERS, 0),
        (Position.AFTER_EVENT_1, 9),
        (Position.MID_EVENT, 9 + 16 + 4),
        (Position.MID_UTF8, 9 + 8),
        (Position.BEFORE_TERMINAL, 9 + 16 + 9),
        (Position.AFTER_TERMINAL, len(EVENTS)),
    ],
)
def test_every_position_has_its_offset(position: Position, offset: int) -> None:
    assert Body.of(EVENTS).offset(position) == offset


def test_the_proof_may_come_before_the_last_event() -> None:
    body = Body([b"1\n", b"2\n", b"3\n", b"4\n"], proof=1)
    assert body.offset(Position.BEFORE_TERMINAL) == 2
    assert body.offset(Position.AFTER_TERMINAL) == 8
    assert Body(body.frames, middle=0).offset(Position.MID_EVENT) == 1


@pytest.mark.parametrize("position", Position)
def test_an_empty_body_has_every_position_at_its_start(position: Position) -> None:
    assert Body(()).offset(position) == 0


@pytest.mark.parametrize("body", [b"data: plain\n\n", "data: é\n\n".encode()])
def test_a_body_without_wide_characters_has_no_place_inside_one(body: bytes) -> None:
    with pytest.raises(ValueError, match="three bytes"):
        Body.of(body).offset(Position.MID_UTF8)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (EVENTS, "text/event-stream"),
        (LINES, "application/x-ndjson"),
        (b"[{}]", "application/json"),
        (MESSAGE, "application/vnd.amazon.eventstream"),
        (b"", "text/event-stream"),
    ],
)
def test_the_first_byte_tells_the_media_type(body: bytes, media_type: str) -> None:
    assert Body.of(body).media_type == media_type


def test_each_kind_of_body_has_its_sign_of_life() -> None:
    assert Body.of(EVENTS).keep_alive.startswith(b":")
    assert Body.of(LINES).keep_alive == b"\n"
    blank = Body.of(MESSAGE).keep_alive
    length, headers, prelude, whole = struct.unpack(">IIII", blank)
    assert (length, headers) == (16, 0)
    assert (prelude, whole) == (zlib.crc32(blank[:8]), zlib.crc32(blank[:12]))


@pytest.mark.parametrize(("offset", "end"), [(0, 0), (8, 0), (9, 9), (24, 9), (25, 25), (99, 48)])
def test_the_last_whole_frame_ends_at_or_before_an_offset(offset: int, end: int) -> None:
    assert Body.of(EVENTS).whole_frames_before(offset) == end


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=6), st.integers(0, 40))
def test_cutting_pieces_loses_nothing(pieces: list[bytes], offset: int) -> None:
    before, behind = cut_pieces(pieces, offset)
    whole = b"".join(pieces)
    assert b"".join(before) == whole[:offset]
    assert b"".join(behind) == whole[offset:]
    assert all(before)
    assert all(behind)
    assert set(pieces) >= {*before[:-1], *behind[1:]}
