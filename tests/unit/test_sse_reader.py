"""Server-sent events to payloads: data, comments, names, errors, and JSON outside of any event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import PLACES, bytewise, cut
from tests.recorder import DONE, read, reader_of

from deltawire.events import Event, Failed, Finished, FinishReason, Heartbeat, Malformed, Note, Raw, Unknown
from deltawire.failures import FailureKind
from deltawire.framing.lines import too_large
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.sse_reader import SSEReader

PRETTY = b'{\n  "error": {\n    "code": 400,\n    "message": "too long"\n  }\n}'


def events_of(body: bytes, **options: Any) -> list[Event]:
    """The events, after a look that no single cut changes them."""
    whole = read(SSEReader, [body], **options)
    assert read(SSEReader, bytewise(body), **options) == whole
    for place in range(len(body)):
        assert read(SSEReader, [body[:place], body[place:]], **options) == whole
    return whole


def error_of(events: list[Event]) -> Any:
    assert isinstance(events[-1], Failed)
    return events[-1].error


@pytest.mark.parametrize(
    ("body", "events"),
    [
        pytest.param(b'data: {"a": 1}\n\n', [Unknown({"a": 1})], id="data"),
        pytest.param(b'data:{"a": 1}\n\n', [Unknown({"a": 1})], id="data without a space"),
        pytest.param(b'data: {"a":\ndata: 1}\n\n', [Unknown({"a": 1})], id="two lines of data"),
        pytest.param(b'event: x\ndata: {"a": 1}\n\n', [Unknown({"a": 1})], id="the name says nothing"),
        pytest.param(b"data: [DONE]\n\n", [DONE], id="done"),
        pytest.param(b": hi\n\n:\n", [Heartbeat("comment"), Heartbeat("comment")], id="comments"),
        pytest.param(b"data:\n\n", [Heartbeat("blank")], id="empty data"),
        pytest.param(b"event: ping\n\n", [Heartbeat("ping")], id="ping without data"),
        pytest.param(b"event: keepalive\n\n", [Heartbeat("ping")], id="keepalive without data"),
        pytest.param(b"event: other\n\n", [Heartbeat("blank")], id="another name without data"),
        pytest.param(b"event: ping\ndata:\n\n", [Heartbeat("blank")], id="ping with empty data"),
        pytest.param(b"id: 1\nretry: 5\nother: x\n\n", [], id="nothing for us"),
        pytest.param(
            b'data: {"end": 1}\n\ndata: {}\n\n: x\n\n', [Unknown({"end": 1}), Finished(FinishReason.STOP)], id="the end"
        ),
    ],
)
def test_each_kind_of_frame(body: bytes, events: list[Event]) -> None:
    assert events_of(body) == events


@pytest.mark.parametrize("data", [b"{bad", b"[DONE] not really", b"null", b"[1, 2]"])
def test_data_that_cannot_be_read_is_skipped(data: bytes) -> None:
    malformed, *rest = events_of(b"data: " + data + b"\n\ndata: {}\n\n")
    assert isinstance(malformed, Malformed)
    assert (malformed.raw, rest) == (data, [Unknown({})])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b'event: error\ndata: {"message": "busy"}\n\n', "busy", id="named"),
        pytest.param(b"event: error\ndata: plain words\n\n", "plain words", id="named, plain text"),
        pytest.param(b'event: error\n{"message": "busy"}\n\n', "busy", id="named, JSON without a field"),
        pytest.param(b'error: {"code":400,"message":"ctx"}\n\ndata: {}\n\n', "ctx", id="a field named error"),
        pytest.param(b"error: plain words\n\n", "plain words", id="a field named error, plain text"),
        pytest.param(b"data: {}\n\n" + PRETTY + b"\n\ndata: {}\n\n", "too long", id="pretty-printed between frames"),
        pytest.param(b"data: {}\n\n" + PRETTY, "too long", id="pretty-printed at the end"),
        pytest.param(b'data: {}\n\n[{"error": {"message": "x"}}]\n\n', "x", id="in an array"),
        pytest.param(b'data: {}\n\n{"error": "busy"}\n', "busy", id="one line at the end"),
        pytest.param(b'event: error\ndata: {"message": "busy"}', "busy", id="named and unterminated"),
        pytest.param(b'event: error\ndata: "busy"\n', "busy", id="named and unterminated text in JSON"),
    ],
)
def test_errors_end_the_stream(body: bytes, message: str) -> None:
    error = error_of(events_of(body))
    assert (error.message, error.provider, error.request_id) == (message, "recorder", "req")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"data: {bad\n\n", id="no JSON"),
        pytest.param(b'data: {"a": "\xff\n\n', id="no UTF-8"),
        pytest.param(b'data: {}\n\n{"a": 1}\n\n', id="outside of an event"),
        pytest.param(b'data: {}\n\ndat: {"a": 1}\n\n', id="a field that nobody knows"),
    ],
)
def test_what_is_malformed_is_bytes_also_if_it_came_in_pieces(body: bytes) -> None:
    skipped = [event for event in read(SSEReader, bytewise(body)) if isinstance(event, Malformed)]
    assert [type(event.raw) for event in skipped] == [bytes]


def test_an_error_shows_itself_if_asked() -> None:
    assert events_of(b"error: x\n\n", raw=True)[0] == Raw("x")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b'{"a": 1}\n\n', "JSON outside of an event", id="no error in it"),
        pytest.param(b'{"error": null}\n\n', "JSON outside of an event", id="no error, but null"),
        pytest.param(b"[]\n\n", "JSON outside of an event", id="an empty array"),
        pytest.param(b"[1]\n\n", "JSON outside of an event", id="an array of something else"),
        pytest.param(b'{"a": \n\n', "JSON outside of an event: ", id="cut"),
    ],
)
def test_json_outside_of_an_event_without_an_error_is_malformed(body: bytes, reason: str) -> None:
    for last in (b"", b"data: {}\n\n"):
        malformed = events_of(b"data: {}\n\n" + body + last)[1]
        assert isinstance(malformed, Malformed)
        assert malformed.raw == body.removesuffix(b"\n\n")
        assert malformed.reason.startswith(reason)


class TestEnd:
    @pytest.mark.parametrize("body", [b'data: {"a": 1}\n', b'data: {"a": 1}', b'data: {"a": 1}\r'])
    def test_takes_a_complete_frame_with_a_note(self, body: bytes) -> None:
        assert events_of(body) == [Note(NoteCode.UNTERMINATED_FRAME, "8 bytes"), Unknown({"a": 1})]

    def test_takes_done(self) -> None:
        assert events_of(b"data: [DONE]") == [Note(NoteCode.UNTERMINATED_FRAME, "6 bytes"), DONE]

    @pytest.mark.parametrize(
        ("body", "left"),
        [
            (b'data: {"a": ', b'{"a": '),
            (b"event: error\ndata: {", b"{"),
            (b"error: plain words", b"plain words"),
            (b'{"error": {"mess', b'{"error": {"mess'),
            (b"data:", b""),
        ],
    )
    def test_leaves_the_rest_over(self, body: bytes, left: bytes) -> None:
        reader = reader_of(SSEReader)
        events: list[Event] = []
        reader.feed(body, events)
        reader.end(events)
        assert (events, reader.residual) == ([], left)

    def test_takes_a_comment_and_a_name(self) -> None:
        assert events_of(b": hi") == [Heartbeat("comment")]
        assert events_of(b"event: ping") == [Heartbeat("ping")]

    def test_stops_at_the_end_of_the_answer(self) -> None:
        assert events_of(b'data: {"end": 1}\nerror: x')[1:] == [Unknown({"end": 1}), Finished(FinishReason.STOP)]

    def test_tells_of_a_frame_too_large(self) -> None:
        body = b"data: 1\ndata: 2"
        error = error_of(events_of(body, limits=Limits(frame_bytes=14)))
        assert error.message == too_large("frame_bytes", 14, "An event").message
        assert events_of(body, limits=Limits(frame_bytes=15)) == []


def test_a_frame_too_large_ends_the_stream_and_keeps_what_came() -> None:
    body = b'data: {"a": 1}\n\ndata: {"b": "xxxxxx"}\n\ndata: {}\n\n'
    events = events_of(body, limits=Limits(frame_bytes=20))
    assert events[0] == Unknown({"a": 1})
    error = error_of(events)
    assert (error.kind, error.code, error.provider, error.request_id) == (
        *(FailureKind.TOO_LARGE, "frame_bytes"),
        *("recorder", "req"),
    )


def test_a_frame_too_large_is_told_at_once() -> None:
    reader = reader_of(SSEReader, limits=Limits(frame_bytes=5))
    events: list[Event] = []
    reader.feed(b"data: ", events)
    assert error_of(events).code == "frame_bytes"


def test_the_start_of_the_body_is_past() -> None:
    mark = b"\xef\xbb\xbfdata: {}"
    assert events_of(mark + b"\n\ndata: {}\n\n") == [Malformed(mark, LOST), Unknown({})]


LOST = "JSON in a field that is not data"


def test_a_damaged_field_line_is_malformed_and_no_frame() -> None:
    body = b'dat: {"key": 4711}\n\n'
    events = events_of(body + b"data: {}\n\n", redact=["4711"])
    assert events == [Malformed(b'dat: {"key": [redacted]}', LOST), Unknown({})]
    reader = reader_of(SSEReader)
    reader.feed(body, [])
    assert (reader.seen, reader.provider.damaged) == (False, True)


def test_what_is_pending_is_visible() -> None:
    reader = reader_of(SSEReader)
    reader.feed(b'data: {"a": 1}', [])
    assert (reader.pending, reader.may_be_whole) == (b'data: {"a": 1}', True)
    reader.feed(b" x", [])
    assert not reader.may_be_whole
    reader = reader_of(SSEReader)
    reader.feed(b"data: {}" + b" " * 99, [])
    assert reader.may_be_whole


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                b'data: {"a": 1}\n\n',
                b'event: x\ndata: {"b": "\\u00e9"}\n\n',
                b'data: {"c": "\\ud83d"}\r\n\r\n',
                b"data: ",
            ),
            *(b": c\n", b"event: error\n", b"error: e\n", b'{"error": 1}\n', b"data: [DONE]\n\n", b'{"end": 1}', b"\n"),
            *(
                b"\r\n",
                b"\r",
                "é🌍".encode(),
                b"\xff",
                b"[[[",
                b'{"d": [[[[[[0]]]]]]}',
                b"5",
                b'{"a": 1}{"b": 2}',
                b"event: ping\n",
            ),
        ]
    ),
    max_size=12,
)


@given(PIECES, PLACES, st.sampled_from([{}, {"raw": True}, {"limits": Limits(frame_bytes=30, json_depth=4)}]))
def test_no_split_changes_the_events_and_nothing_raises(pieces: list[bytes], places: list[int], options: Any) -> None:
    body = b"".join(pieces)
    whole = read(SSEReader, [body], **options)
    assert read(SSEReader, cut(body, places), **options) == whole
    assert read(SSEReader, bytewise(body), **options) == whole
