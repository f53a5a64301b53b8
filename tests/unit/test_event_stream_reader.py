"""Messages of the AWS event stream on their way to a provider."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bedrock_frames import STARTED, TALK, body_of, chunk, events_of, frame, metadata, start, stop, text
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.provider_laws import PLACES, bytewise, cut, hold_laws, of_chunks, of_payloads

from deltawire.events import Failed, Finished, Heartbeat, Malformed, Raw, TextDelta, Unknown
from deltawire.failures import FailureKind
from deltawire.framing.event_stream import HeaderValue, encode_message
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser

BODY = body_of(TALK)
CLAUDE = {"type": "message_start", "message": {"id": "msg_1", "model": "claude"}}


def error_frame(**headers: HeaderValue) -> bytes:
    named = {f":{name.replace('_', '-')}": value for name, value in headers.items()}
    return encode_message({":message-type": "error", **named}, b"")


class TestMessages:
    def test_an_event_is_handed_over_under_its_type(self) -> None:
        events = parse("bedrock", BODY, raw=True)
        assert [event.payload for event in of_kind(events, Raw)] == TALK

    def test_raw_changes_nothing_else(self) -> None:
        events = parse("bedrock", BODY, raw=True)
        assert [event for event in events if not isinstance(event, Raw)] == parse("bedrock", BODY)

    def test_an_error_of_the_service_ends_the_stream(self) -> None:
        body = body_of(TALK[:2]) + error_frame(error_code="InternalFailure", error_message="It broke.") + BODY
        failure = failure_of(parse("bedrock", body))
        assert (failure.kind, failure.code, failure.message) == (FailureKind.SERVER, "InternalFailure", "It broke.")
        assert failure.after_content

    def test_an_error_that_says_nothing(self) -> None:
        assert failure_of(parse("bedrock", error_frame())).kind is FailureKind.PROVIDER

    def test_an_exception_that_is_no_json(self) -> None:
        failure = failure_of(parse("bedrock", frame("throttlingException", b"Slow down, please.", "exception")))
        assert (failure.kind, failure.message) == (FailureKind.RATE_LIMIT, "Slow down, please.")

    def test_errors_come_as_raw_too(self) -> None:
        body = frame("throttlingException", {"message": "Slow."}, "exception")
        assert parse("bedrock", body, raw=True)[0] == Raw({"message": "Slow."})

    def test_secrets_are_redacted_in_errors(self) -> None:
        body = frame("validationException", {"message": "The key sk-1 is wrong."}, "exception")
        failure = failure_of(parse("bedrock", body, redact=["sk-1"]))
        assert "sk-1" not in repr(failure)

    def test_a_message_of_another_kind_is_kept(self) -> None:
        headers: dict[str, HeaderValue] = {":message-type": "song"}
        events = parse("bedrock", body_of(TALK[:2]) + encode_message(headers, b"la") + body_of(TALK[2:]))
        assert of_kind(events, Unknown) == [Unknown({"headers": headers, "payload": "bGE="})]
        assert isinstance(events[-1], Finished)

    def test_an_event_without_its_type_is_known_by_its_fields(self) -> None:
        bodies = [event for payload in TALK for event in payload.values()]
        frames = [encode_message({":message-type": "event"}, json.dumps(body).encode()) for body in bodies]
        assert parse("bedrock", b"".join(frames)) == events_of(*TALK)

    @pytest.mark.parametrize("payload", [b"{", b"", b"[1]", b'"a"', b"{} {}"], ids=repr)
    def test_a_payload_that_is_no_object_is_malformed(self, payload: bytes) -> None:
        events = parse("bedrock", body_of(TALK[:2]) + frame("contentBlockDelta", payload) + body_of(TALK[2:]))
        hold_laws(events)
        assert [event.raw for event in of_kind(events, Malformed)] == [payload]
        assert events[-1].damaged  # type: ignore[union-attr]

    def test_a_payload_that_nests_too_deep_is_malformed(self) -> None:
        deep = b'{"delta":' + b"[" * 300 + b"]" * 300 + b"}"
        events = parse("bedrock", body_of([start()]) + frame("contentBlockDelta", deep) + body_of([stop()]))
        assert len(of_kind(events, Malformed)) == 1

    def test_white_space_around_a_payload_is_no_matter(self) -> None:
        padded = b"".join(
            frame(name, b" \n" + json.dumps(member).encode() + b"\n") for item in TALK for name, member in item.items()
        )
        assert parse("bedrock", padded) == events_of(*TALK)

    def test_invalid_utf_8_is_replaced_and_noted(self) -> None:
        broken = frame("contentBlockDelta", b'{"contentBlockIndex":0,"delta":{"text":"a\xffb"}}')
        events = parse("bedrock", body_of([start()]) + broken + body_of([stop()]))
        assert message_of(events).text == "a\ufffdb"
        assert codes(events) == [NoteCode.REPLACED_CHARACTERS]

    def test_half_surrogate_pairs_of_two_messages_are_joined(self) -> None:
        halves = [b'{"delta":{"text":"\\ud83d"}}', b'{"delta":{"text":"\\ude00"}}']
        frames = b"".join(frame("contentBlockDelta", half) for half in halves)
        assert message_of(parse("bedrock", body_of([start()]) + frames + body_of([stop()]))).text == "\U0001f600"

    def test_another_decoder_may_read_the_payloads(self) -> None:
        seen: list[str] = []

        def loads(payload: str) -> Any:
            seen.append(payload)
            return json.loads(payload)

        assert parse("bedrock", BODY, loads=loads) == parse("bedrock", BODY)
        assert len(seen) == len(TALK)


class TestBrokenBytes:
    @pytest.mark.parametrize("place", range(12), ids=lambda place: f"byte {place}")
    @pytest.mark.parametrize("bit", [0, 7])
    def test_a_flipped_bit_of_the_first_lengths_is_a_failure(self, place: int, bit: int) -> None:
        body = bytearray(BODY)
        body[place] ^= 1 << bit
        events = parse("bedrock", bytes(body))
        assert len(events) <= 2
        assert failure_of(events).kind in (FailureKind.MALFORMED, FailureKind.EMPTY)

    def test_a_flipped_bit_later_ends_the_stream_behind_what_was_whole(self) -> None:
        first = body_of(TALK[:2])
        body = bytearray(BODY)
        body[len(first) + 30] ^= 1
        events = parse("bedrock", bytes(body))
        assert events[:2] == events_of(*TALK)[:2]
        assert failure_of(events).kind is FailureKind.MALFORMED
        assert len(events) == 3

    @given(st.integers(min_value=0), st.integers(0, 7), PLACES)
    def test_no_flipped_bit_goes_unnoticed(self, place: int, bit: int, places: list[int]) -> None:
        body = bytearray(BODY)
        body[place % len(body)] ^= 1 << bit
        events = parse("bedrock", bytes(body))
        hold_laws(events)
        assert isinstance(events[-1], Failed)
        assert of_chunks(parser("bedrock"), cut(bytes(body), places)) == events

    @given(st.binary(max_size=200), PLACES)
    def test_any_bytes_give_one_terminal_event(self, body: bytes, places: list[int]) -> None:
        for name in ("bedrock", "bedrock-invoke"):
            events = parse(name, body)
            hold_laws(events)
            assert of_chunks(parser(name), cut(body, places)) == events

    @pytest.mark.parametrize("lost", [1, 5, 20])
    def test_bytes_of_a_message_that_is_left_over_are_no_clean_end(self, lost: int) -> None:
        events = parse("bedrock", BODY[:-lost])
        assert failure_of(events).kind is FailureKind.TRUNCATED
        assert message_of(events).text == "Hello"

    def test_the_parser_cannot_finish_inside_a_message(self) -> None:
        response = parser("bedrock")
        response.receive_data(body_of(TALK[:-1]))
        assert response.can_finish
        response.receive_data(body_of([metadata()])[:20])
        assert not response.can_finish

    @pytest.mark.parametrize(
        ("limits", "code"),
        [(Limits(frame_bytes=100), "frame_bytes"), (Limits(event_stream_header_bytes=10), "event_stream_header_bytes")],
    )
    def test_limits(self, limits: Limits, code: str) -> None:
        failure = failure_of(parse("bedrock", BODY, limits=limits))
        assert (failure.kind, failure.code) == (FailureKind.TOO_LARGE, code)

    def test_a_limit_that_the_provider_keeps_ends_the_stream(self) -> None:
        call = {"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "c", "name": "f"}}}}
        events = parse("bedrock", body_of([start(), call]), limits=Limits(tool_calls=0))
        hold_laws(events)
        assert (failure_of(events).kind, failure_of(events).code) == (FailureKind.TOO_LARGE, "tool_calls")

    def test_an_absurd_length_is_refused_before_it_is_waited_for(self) -> None:
        response = parser("bedrock")
        assert response.receive_data(b"\xff\xff\xff\xff" + bytes(8))[-1].error.kind is FailureKind.MALFORMED  # type: ignore[union-attr]


class TestChunks:
    def test_a_chunk_is_handed_over_as_what_it_carries(self) -> None:
        assert parse("bedrock-invoke", chunk(CLAUDE), raw=True)[0] == Raw(CLAUDE)

    @pytest.mark.parametrize(
        "carried",
        ["!!!", "AAA", "é", 5, None, base64.b64encode(b"{").decode(), base64.b64encode(b"[1]").decode()],
        ids=["alphabet", "padding", "not ascii", "number", "null", "cut json", "array"],
    )
    def test_bytes_that_cannot_be_read_are_malformed(self, carried: Any) -> None:
        body = chunk(CLAUDE) + frame("chunk", {"bytes": carried})
        events = parse("bedrock-invoke", body)
        hold_laws(events)
        assert len(of_kind(events, Malformed)) == 1
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_a_call_open_then_is_never_complete(self) -> None:
        block = {"type": "tool_use", "id": "a", "name": "f", "input": {}}
        payloads = [CLAUDE, {"type": "content_block_start", "index": 0, "content_block": block}]
        body = b"".join(map(chunk, payloads)) + frame("chunk", {"bytes": "!"})
        body += chunk({"type": "content_block_stop", "index": 0})
        events = parse("bedrock-invoke", body)
        assert [event.complete for event in events if hasattr(event, "complete")] == [False]

    def test_empty_bytes_are_a_heartbeat(self) -> None:
        assert parse("bedrock-invoke", chunk(b""))[0] == Heartbeat("blank")

    @pytest.mark.parametrize("carried", [json.dumps(CLAUDE).encode(), bytearray(json.dumps(CLAUDE).encode())])
    def test_bytes_as_botocore_gives_them(self, carried: Any) -> None:
        events = parser("bedrock-invoke").receive_payload({"chunk": {"bytes": carried}})
        assert events == parse("bedrock-invoke", chunk(CLAUDE))[:1]

    def test_chunks_inside_chunks_are_not_unpacked(self) -> None:
        inner = {"chunk": {"bytes": base64.b64encode(json.dumps(CLAUDE).encode()).decode()}}
        assert parse("bedrock-invoke", chunk(inner))[0] == Unknown(inner)

    def test_an_object_that_stands_bare_in_a_chunk_is_taken_for_what_it_carries(self) -> None:
        assert parse("bedrock-invoke", frame("chunk", CLAUDE), raw=True)[0] == Raw(CLAUDE)
        assert parse("bedrock-invoke", frame("chunk", CLAUDE)) == parse("bedrock-invoke", chunk(CLAUDE))
        assert parse("bedrock", frame("chunk", {}))[0] == Unknown({"chunk": {}})

    def test_half_surrogate_pairs_of_two_chunks_are_joined(self) -> None:
        halves = [b'{"generation":"\\ud83d"}', b'{"generation":"\\ude00"}', b'{"generation":"","stop_reason":"stop"}']
        assert message_of(parse("bedrock-invoke", b"".join(map(chunk, halves)))).text == "\U0001f600"


class TestOpening:
    def test_the_content_type_is_checked(self) -> None:
        response = parser("bedrock")
        response.receive_head(200, {"content-type": "application/json"})
        assert codes(of_chunks(response, [BODY])) == [NoteCode.WRONG_CONTENT_TYPE]

    def test_the_right_content_type_needs_no_note(self) -> None:
        response = parser("bedrock")
        response.receive_head(200, {"content-type": "application/vnd.amazon.eventstream"})
        assert codes(of_chunks(response, [BODY])) == []

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"", FailureKind.EMPTY),
            (b"<html>", FailureKind.WRONG_MEDIA),
            (b"\x1f\x8b\x08\x00", FailureKind.WRONG_MEDIA),
            (b"Service Unavailable", FailureKind.EMPTY),
            (b'{"message":"no', FailureKind.TRUNCATED),
            (b"\x00", FailureKind.TRUNCATED),
        ],
        ids=["nothing", "html", "gzip", "text", "cut document", "cut prelude"],
    )
    def test_bodies_that_are_none(self, body: bytes, kind: FailureKind) -> None:
        assert failure_of(parse("bedrock", body)).kind is kind

    def test_the_body_may_be_a_json_array(self) -> None:
        assert parse("bedrock", json.dumps(TALK).encode()) == events_of(*TALK)


def test_a_parser_can_be_copied_and_pickled_anywhere() -> None:
    events = parse("bedrock", BODY)
    for place in range(0, len(BODY), 97):
        response = parser("bedrock")
        before = response.receive_data(BODY[:place])
        for other in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
            assert before + other.receive_data(BODY[place:]) + other.receive_eof() == events


def test_byte_by_byte_with_an_exception() -> None:
    body = body_of(TALK[:3]) + frame("throttlingException", {"message": "Slow."}, "exception")
    assert of_chunks(parser("bedrock"), bytewise(body)) == parse("bedrock", body)


def test_payloads_and_messages_give_the_same_events() -> None:
    payloads = [start(), text(0, "\ud83d"), text(0, "\ude00"), stop()]
    assert of_kind(of_payloads(parser("bedrock"), payloads), TextDelta) == [TextDelta("\U0001f600")]
    assert of_payloads(parser("bedrock"), TALK)[0] == STARTED


def test_a_parser_of_payloads_says_whether_it_can_finish() -> None:
    for name in ("bedrock", "anthropic"):
        response = parser(name)
        response.receive_payload({"type": "ping"})
        assert not response.can_finish
