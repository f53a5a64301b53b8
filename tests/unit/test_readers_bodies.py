"""Whole bodies through the readers that need no more than a framer: arrays and single documents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import PLACES, cut
from tests.recorder import read, reader_of

from deltawire.events import Event, Failed, Finished, FinishReason, Malformed, Note, Unknown
from deltawire.failures import Failure, FailureKind
from deltawire.framing.lines import too_large
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.readers import DocumentReader, FrameReader, JSONArrayReader


class TestWholeFrames:
    def test_elements_of_an_array_are_taken_at_any_split(self) -> None:
        body = b'[{"a": 1}\n,\r\n{"b": [2]}, 5, {"c":'
        whole = read(JSONArrayReader, [body])
        assert whole == [Unknown({"a": 1}), Unknown({"b": [2]}), Malformed(b"5", "no JSON object")]
        for place in range(len(body)):
            assert read(JSONArrayReader, cut(body, [place])) == whole

    def test_the_answer_ends_where_its_end_is(self) -> None:
        assert read(JSONArrayReader, [b'[{"end": 1}, {"a": 1}]'])[-1] == Finished(FinishReason.STOP)

    def test_a_frame_too_large_ends_the_stream_and_keeps_what_came(self) -> None:
        events = read(JSONArrayReader, [b'[{"a": 1}, {"bbbbbb": 2}]'], limits=Limits(frame_bytes=9))
        assert events[0] == Unknown({"a": 1})
        [failed] = events[1:]
        assert isinstance(failed, Failed)
        assert (failed.error.kind, failed.error.code) == (FailureKind.TOO_LARGE, "frame_bytes")
        assert (failed.error.provider, failed.error.request_id) == ("recorder", "req")

    def test_an_element_that_is_not_closed_is_taken_if_it_is_complete(self) -> None:
        events = read(JSONArrayReader, [b'[{"a": 1}, 5'])
        note = Note(NoteCode.UNTERMINATED_FRAME, "1 bytes")
        assert events == [Unknown({"a": 1}), note, Malformed(b"5", "no JSON object")]

    @pytest.mark.parametrize(("kind", "body"), [(JSONArrayReader, b'[{"a": 1'), (DocumentReader, b'{"a": 1')])
    def test_a_frame_too_large_is_told_at_once(self, kind: Any, body: bytes) -> None:
        reader = reader_of(kind, limits=Limits(frame_bytes=5))
        events: list[Event] = []
        reader.feed(body, events)
        assert [type(event) for event in events] == [Failed]

    def test_a_body_is_cut_until_its_end_came(self) -> None:
        reader = reader_of(JSONArrayReader)
        for piece in (b"[", b'{"a": 1}', b" "):
            reader.feed(piece, [])
            assert reader.cut
        reader.feed(b"]", [])
        assert not reader.cut

    def test_a_frame_that_is_left_over_is_a_cut(self) -> None:
        reader = reader_of()
        assert not reader.cut
        reader.take(b'{"a": ', [], terminated=False)
        assert reader.cut

    def test_what_is_pending_is_visible(self) -> None:
        reader = reader_of(JSONArrayReader)
        reader.feed(b'[{"a": {}', [])
        assert reader.pending.endswith(b"{}")
        assert reader.may_be_whole
        reader.feed(b' "', [])
        assert not reader.may_be_whole
        assert not reader.inside_frame

    def test_a_reader_of_single_frames_takes_what_it_is_fed(self) -> None:
        assert read(FrameReader, [b'{"a": 1}', b"5"]) == [Unknown({"a": 1}), Malformed(b"5", "no JSON object")]
        assert reader_of().pending == b""


class TestDocument:
    def test_is_an_answer_with_a_note(self) -> None:
        body = b' {"a": {"b": 1}}\n'
        for chunks in ([body], cut(body, range(len(body)))):
            assert read(DocumentReader, chunks) == [Note(NoteCode.ONE_DOCUMENT), Unknown({"document": {"a": {"b": 1}}})]

    def test_is_an_error_without_a_note(self) -> None:
        assert read(DocumentReader, [b'{"error": "x"}']) == [Unknown({"document": {"error": "x"}})]

    @pytest.mark.parametrize("body", [b'{"a":', b'{"a": "}', b"{", b'{"k": "secret-key, secr'])
    def test_that_is_cut_is_truncated(self, body: bytes) -> None:
        [failed] = read(DocumentReader, [body], redact=("secret-key",))
        message = "The document ended before it was whole"
        raw = body.decode().replace("secret-key", "[redacted]").replace("secr", "[redacted]")
        failure = Failure(FailureKind.TRUNCATED, message, provider="recorder", request_id="req", raw=raw)
        assert failed == Failed(failure)

    def test_that_is_cut_shows_its_beginning(self) -> None:
        [failed] = read(DocumentReader, [b'{"a": "' + b"x" * 99], limits=Limits(error_body_bytes=9))
        assert isinstance(failed, Failed)
        assert failed.error.raw == '{"a": "xx'

    def test_that_is_closed_and_wrong_is_malformed(self) -> None:
        assert read(DocumentReader, [b'{"a": }']) == [Malformed(b'{"a": }', "Expecting value at character 6")]

    def test_that_is_two_is_taken_as_two(self) -> None:
        events = read(DocumentReader, [b'{"a": 1}\n{"b": 2}'])
        assert [type(event) for event in events] == [Note, Unknown, Note, Unknown, Note]

    def test_too_large_is_a_failure(self) -> None:
        [failed] = read(DocumentReader, [b'{"a": 1}'], limits=Limits(frame_bytes=7))
        assert isinstance(failed, Failed)
        assert failed.error.message == too_large("frame_bytes", 7, "The document").message

    def test_may_be_whole_once_it_is_closed(self) -> None:
        reader = reader_of(DocumentReader)
        reader.feed(b'{"a": 1', [])
        assert (reader.pending, reader.may_be_whole) == (b"", False)
        reader.feed(b"} and more", [])
        assert (reader.pending, reader.may_be_whole) == (b'{"a": 1} and more', True)


@given(st.binary(max_size=40) | st.text(alphabet='{}[]",: 1a\n', max_size=40).map(str.encode), PLACES)
@pytest.mark.parametrize("kind", [JSONArrayReader, DocumentReader])
def test_no_split_changes_the_events_and_nothing_raises(kind: Any, body: bytes, places: list[int]) -> None:
    opening = b"[" if kind is JSONArrayReader else b"{"
    assert read(kind, cut(opening + body, places)) == read(kind, [opening + body])
