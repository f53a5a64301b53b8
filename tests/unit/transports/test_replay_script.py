"""Replies, and the pace of their pieces."""

from __future__ import annotations

import struct
from typing import Any

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire_transports.replay import Reply, json_reply, pace

SSE = b"event: a\r\ndata: 1\r\n\r\ndata: 2\n\ndata: 3\r\rdata: rest"
NDJSON = b'{"a":1}\n{"b":2}\n{"c":3}'
AWS = b"".join(struct.pack(">I", length) + bytes(length - 4) for length in (16, 40, 20)) + b"\0\0"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"headers": {"Content-Length": "3"}}, ValueError),
        ({"headers": {"transfer-encoding": "chunked"}}, ValueError),
        ({"body": b"x", "end": "silent"}, ValueError),
        ({"status": 99}, h11.LocalProtocolError),
        ({"headers": {"X": "a\r\nb"}}, h11.LocalProtocolError),
    ],
    ids=["length", "encoding", "silent body", "status", "header"],
)
def test_an_impossible_reply_is_refused_when_it_is_made(arguments: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Reply(**arguments)


def test_bytes_are_one_piece_at_once() -> None:
    assert Reply(b"body").body == ((0.0, b"body"),)
    assert Reply(b"").body == ()


def test_a_json_reply_is_one_document_with_its_headers() -> None:
    reply = json_reply(429, {"error": "é"}, {"Retry-After": "2"})
    assert reply.body == ((0.0, '{"error": "é"}'.encode()),)
    assert reply.status == 429
    assert reply.headers == (("Content-Type", "application/json"), ("Retry-After", "2"))


@pytest.mark.parametrize(
    ("body", "frames"),
    [
        (SSE, [b"event: a\r\ndata: 1\r\n\r\n", b"data: 2\n\n", b"data: 3\r\r", b"data: rest"]),
        (NDJSON, [b'{"a":1}\n', b'{"b":2}\n', b'{"c":3}']),
        (AWS, [AWS[:16], AWS[16:56], AWS[56:76], AWS[76:]]),
        (b"{}", [b"{}"]),
        (b"", []),
    ],
    ids=["sse", "ndjson", "aws", "document", "empty"],
)
def test_a_body_is_paced_by_its_frames(body: bytes, frames: list[bytes]) -> None:
    assert pace(body, 0.5) == tuple((0.5, frame) for frame in frames)


def test_split_points_cut_exactly_there_and_the_frames_keep_their_pace() -> None:
    assert pace(b"a\n\nb\n\nc\n\n", 0.5, [1, 7, 99, -3, 1]) == (
        (0.5, b"a"),
        (1.0, b"\n\nb\n\nc"),
        (0.0, b"\n\n"),
    )


@given(st.binary(max_size=200) | st.sampled_from([SSE, NDJSON, AWS]), st.none() | st.lists(st.integers(-5, 210)))
def test_the_pieces_are_the_body_and_none_is_empty(body: bytes, split_points: list[int] | None) -> None:
    pieces = pace(body, 1.0, split_points)
    assert b"".join(piece for _, piece in pieces) == body
    assert all(piece for _, piece in pieces)
    assert sum(seconds for seconds, _ in pieces) == sum(seconds for seconds, _ in pace(body, 1.0))
