"""Every event of a stream: what it begins, carries and ends, and what else may come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import codes, failure_of, of_kind
from tests.messages_wire import (
    CALLS,
    COUNTS,
    NAME,
    PING,
    SEARCHED,
    STARTED,
    STOP,
    TALK,
    Payload,
    begin,
    change,
    events_of,
    finished,
    natives,
    open_call,
    sse,
    start,
    stop,
    talk,
    text,
    told,
    whole,
)

from deltawire.events import (
    ChoiceFinished,
    Finished,
    FinishReason,
    Heartbeat,
    Metadata,
    Note,
    PartFinished,
    Raw,
    ResponseStarted,
    TextDelta,
    ToolCallFinished,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.usage import Usage

STOPPED = FinishReason.STOP
TEXT_BLOCK = {"type": "text", "text": ""}


def test_a_whole_stream_event_by_event() -> None:
    counts = {**COUNTS, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 4, "service_tier": "standard"}
    last = Usage(16, 15, 4, 3, None, 31, None, {**counts, "output_tokens": 15})
    assert events_of(*TALK) == [
        STARTED,
        UsageUpdate(Usage(16, 1, 4, 3, None, 17, None, counts)),
        Heartbeat("ping"),
        TextDelta("Hel"),
        TextDelta("lo"),
        TextDelta(" ✓"),
        PartFinished("text", TEXT_BLOCK),
        UsageUpdate(last),
        ChoiceFinished(STOPPED, "end_turn"),
        finished(STOPPED, "end_turn", last),
    ]


class TestTheFrames:
    def test_the_names_of_the_frames_do_not_matter(self) -> None:
        named = parse(NAME, sse(*CALLS))
        assert parse(NAME, sse(*CALLS, names=False)) == named
        assert parse(NAME, sse(*CALLS).replace(b"event: content_block_delta", b"event: message_stop")) == named

    @pytest.mark.parametrize("end", ["\r\n", "\r"])
    def test_any_line_ends(self, end: str) -> None:
        assert parse(NAME, sse(*SEARCHED, end=end)) == parse(NAME, sse(*SEARCHED))

    @pytest.mark.parametrize("padding", [b"   ", b" \t "])
    def test_padding_before_the_closing_brace_and_behind_it(self, padding: bytes) -> None:
        body = sse(*TALK).replace(b"}\n\n", padding + b"}" + padding + b"\n\n")
        assert parse(NAME, body) == parse(NAME, sse(*TALK))

    def test_a_byte_order_mark_and_separators_of_other_scripts(self) -> None:
        payloads = whole(*talk("a\u2028b\u2029c\x85d\x0b\x0ce"))
        assert parse(NAME, b"\xef\xbb\xbf" + sse(*payloads)) == events_of(*payloads)
        assert of_kind(events_of(*payloads), TextDelta) == [TextDelta("a\u2028b\u2029c\x85d\x0b\x0ce")]

    @pytest.mark.parametrize("place", [0, 3, len(TALK)])
    def test_done_means_nothing(self, place: int) -> None:
        frames = [sse(payload) for payload in TALK]
        body = b"".join([*frames[:place], b"data: [DONE]\n\n", *frames[place:]])
        assert parse(NAME, body) == events_of(*TALK)

    def test_a_comment_is_a_heartbeat(self) -> None:
        assert parse(NAME, b": waiting\n\n" + sse(*TALK)) == [Heartbeat("comment"), *events_of(*TALK)]

    def test_a_frame_that_is_no_json_is_skipped_and_told(self) -> None:
        events = parse(NAME, sse(*TALK[:4]) + b"event: content_block_delta\ndata: {*}\n\n" + sse(*TALK[4:]))
        assert [type(event).__name__ for event in events].count("Malformed") == 1
        assert "".join(event.text for event in of_kind(events, TextDelta)) == "Hello ✓"
        assert events[-1].damaged

    def test_a_frame_that_is_lost_inside_a_call_makes_it_incomplete(self) -> None:
        frames = [sse(payload) for payload in whole(open_call(0), stop(0), reason="tool_use")]
        events = parse(NAME, frames[0] + frames[1] + b"data: {\n\n" + b"".join(frames[2:]))
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [False]
        assert (events[-1].reason, events[-1].damaged) == (STOPPED, True)

    @pytest.mark.parametrize("value", [b"null", b"[1,2]", b'"text"', b"7"])
    def test_a_payload_that_is_no_object_is_malformed(self, value: bytes) -> None:
        events = parse(NAME, sse(TALK[0]) + b"data: " + value + b"\n\n" + sse(*TALK[1:]))
        assert [event.raw for event in events if type(event).__name__ == "Malformed"] == [value]

    def test_raw_payloads_come_before_their_events(self) -> None:
        events = parse(NAME, sse(*TALK), raw=True)
        assert [event.payload for event in of_kind(events, Raw)] == TALK
        assert [event for event in events if not isinstance(event, Raw)] == events_of(*TALK)


class TestMessageStart:
    def test_it_names_the_answer_at_once(self) -> None:
        response = parser(NAME)
        response.receive_head(200, {"request-id": "req_9"})
        expected = ResponseStarted("msg_1", "claude-small", NAME, "req_9")
        assert response.receive_data(sse(begin())) == [expected]

    def test_without_it_the_answer_begins_with_its_content_and_a_note(self) -> None:
        events = events_of(*talk("a"), change(), STOP)
        assert events[:4] == [
            Note(NoteCode.MISSING_START, "message_start never came"),
            ResponseStarted("", "", NAME),
            TextDelta("a"),
            PartFinished("text", TEXT_BLOCK),
        ]
        assert events[-1] == Finished(STOPPED, "end_turn")

    @pytest.mark.parametrize(
        "payloads",
        [
            [open_call(0), stop(0)],
            [start(0, "redacted_thinking", data="eA=="), stop(0)],
            [start(0, "mcp_tool_listing", mcp_server_name="files", tools=[])],
            [text(0, "a")],
            [change(usage={"output_tokens": 3})],
            [STOP],
        ],
        ids=["call", "redacted thinking", "listing", "delta", "message_delta", "message_stop"],
    )
    def test_whatever_comes_in_its_place_is_noted_once(self, payloads: list[Payload]) -> None:
        events = events_of(*payloads, change(), STOP)
        assert codes(events).count(NoteCode.MISSING_START) == 1
        assert of_kind(events, ResponseStarted) == [ResponseStarted("", "", NAME)]

    def test_counts_before_the_answer_begins_are_told_behind_its_start(self) -> None:
        events = events_of(change(usage={"output_tokens": 3}), *talk("a"), STOP)
        assert [type(event) for event in events[:4]] == [Note, ResponseStarted, UsageUpdate, TextDelta]

    def test_it_may_come_late(self) -> None:
        events = events_of(text(0, "a"), begin(call_of_hours(), usage=COUNTS), text(0, "b"), stop(0), change(), STOP)
        assert codes(events) == [NoteCode.MISSING_PART_START, NoteCode.MISSING_START, NoteCode.SECOND_START]
        assert of_kind(events, TextDelta) == [TextDelta("a"), TextDelta("b")]
        assert [call.name for call in of_kind(events, ToolCallFinished)] == ["hours"]
        assert (events[-1].model, events[-1].usage.input_tokens) == ("claude-small", 9)

    @pytest.mark.parametrize("identifier", ["msg_1", "", None], ids=["same id", "blank id", "no id"])
    def test_the_same_start_again_changes_nothing(self, identifier: Any) -> None:
        again = begin(call_of_hours(), id=identifier, usage=COUNTS, model="other")
        payloads = [begin(call_of_hours(), usage=COUNTS), *talk("a"), change(usage={"output_tokens": 15})]
        once, twice = events_of(*payloads, STOP), events_of(*payloads, again, STOP)
        assert [event for event in twice if not isinstance(event, Note)] == once
        assert codes(twice) == [NoteCode.SECOND_START]

    def test_a_start_again_adds_what_the_first_one_left_out(self) -> None:
        events = events_of(begin(id="", model=None), begin(*[call_of_hours()], usage=COUNTS), change("tool_use"), STOP)
        assert of_kind(events, ResponseStarted) == [ResponseStarted("", "", NAME)]
        assert [call.name for call in of_kind(events, ToolCallFinished)] == ["hours"]
        assert (events[-1].model, events[-1].usage.output_tokens) == ("claude-small", 1)

    @pytest.mark.parametrize("reason", ["end_turn", None])
    def test_another_message_inside_the_first_fails(self, reason: Any) -> None:
        events = events_of(begin(), *talk("a"), change(reason), begin(id="msg_2", surprise=1), *talk("b"), STOP)
        error = failure_of(events)
        assert (error.kind, error.after_content) == (FailureKind.MALFORMED, True)
        assert "msg_1" in error.message
        assert "msg_2" in error.message
        assert of_kind(events, TextDelta) == [TextDelta("a")]
        assert not of_kind(events, Metadata)

    def test_vendor_fields_of_the_message_come_as_metadata(self) -> None:
        extra = {
            "container": {"id": "c_1"},
            "diagnostics": {"x": 1},
            "context_management": None,
            "service_tier": "batch",
        }
        events = told({**begin(**extra), "gateway": "g"})
        assert of_kind(events, Metadata) == [
            Metadata({"container": {"id": "c_1"}, "diagnostics": {"x": 1}, "service_tier": "batch"}),
            Metadata({"gateway": "g"}),
        ]

    @pytest.mark.parametrize("value", [None, "text", 7, [1]], ids=str)
    def test_a_message_that_is_no_object(self, value: Any) -> None:
        events = events_of({"type": "message_start", "message": value}, *talk("a"), change(), STOP)
        assert events[0] == ResponseStarted("", "", NAME)
        assert of_kind(events, Metadata) == ([] if value is None else [Metadata({"message": value})])

    def test_fields_of_another_type_are_kept_as_metadata(self) -> None:
        events = told(begin(id=7, usage=[1], stop_reason=5))
        assert of_kind(events, Metadata) == [Metadata({"id": 7, "stop_reason": 5, "usage": [1]})]

    def test_an_element_of_its_content_that_is_no_block_is_unknown(self) -> None:
        assert of_kind(told(begin("text", 7)), Unknown) == [Unknown("text"), Unknown(7)]


class TestMessageDelta:
    def test_vendor_fields_come_once(self) -> None:
        management = {"applied_edits": []}
        said = {**change(None, container={"id": "c_1"}), "context_management": management}
        events = events_of(
            begin(), *talk("a"), said, {**said, "safeguard_results": {"verdict": "fine"}}, change(), STOP
        )
        assert of_kind(events, Metadata) == [
            Metadata({"context_management": management, "container": {"id": "c_1"}}),
            Metadata({"safeguard_results": {"verdict": "fine"}}),
        ]

    def test_the_stop_sequence_is_metadata(self) -> None:
        events = events_of(begin(), *talk("a"), change("stop_sequence", stop_sequence="END"), STOP)
        assert of_kind(events, Metadata) == [Metadata({"stop_sequence": "END"})]
        assert events[-1] == finished(STOPPED, "stop_sequence")

    def test_what_a_verdict_says_first_as_null_is_told_when_it_is_filled(self) -> None:
        verdict = {"safeguard_results": {"verdict": "fine"}}
        payloads = [{**change(), "safeguard_results": None}, {**change(None), **verdict}]
        assert of_kind(events_of(begin(), *talk("a"), *payloads, STOP), Metadata) == [Metadata(verdict)]

    @pytest.mark.parametrize("said", [None, "text", [1]], ids=str)
    def test_a_delta_that_is_no_object(self, said: Any) -> None:
        events = events_of(begin(), *talk("a"), {"type": "message_delta", "delta": said}, STOP)
        assert events[-1] == finished(FinishReason.UNKNOWN)
        assert of_kind(events, Metadata) == ([] if said is None else [Metadata({"delta": said})])


class TestMessageStop:
    def test_it_is_the_end_at_once(self) -> None:
        response = parser(NAME)
        assert isinstance(response.receive_data(sse(*TALK))[-1], Finished)
        assert response.receive_data(sse(*TALK)) == []
        assert response.receive_eof() == []

    def test_it_may_carry_measurements_and_counts(self) -> None:
        metrics = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 12}}
        events = told(begin(), *talk("a"), change(), {**STOP, **metrics, "usage": {"output_tokens": 7}})
        assert of_kind(events, Metadata) == [Metadata(metrics)]
        assert events[-1].usage == Usage(None, 7, raw={"output_tokens": 7})


class TestPing:
    @pytest.mark.parametrize("place", range(len(TALK)))
    def test_it_may_come_anywhere(self, place: int) -> None:
        events = events_of(*TALK[:place], PING, *TALK[place:])
        assert [event for event in events if not isinstance(event, Heartbeat)] == [
            event for event in events_of(*TALK) if not isinstance(event, Heartbeat)
        ]
        assert of_kind(events, Heartbeat) == [Heartbeat("ping")] * 2

    def test_what_it_carries_is_told_once(self) -> None:
        events = events_of(begin(), {**PING, "cost": "0.1"}, {**PING, "cost": "0.1"}, *talk("a"), change(), STOP)
        assert of_kind(events, Metadata) == [Metadata({"cost": "0.1"})]

    def test_a_named_frame_without_data_is_one_too(self) -> None:
        assert parse(NAME, b"event: ping\n\n" + sse(*TALK)) == [Heartbeat("ping"), *events_of(*TALK)]


class TestBlockEvents:
    def test_vendor_fields_of_their_frames_are_metadata(self) -> None:
        payloads = [{**payload, "trace": payload["type"]} for payload in (*talk("a"), text(1, "b"))]
        events = events_of(begin(), *payloads, change(), STOP)
        kinds = ["content_block_start", "content_block_delta", "content_block_stop", "content_block_delta"]
        assert of_kind(events, Metadata) == [Metadata({"trace": kind}) for kind in kinds]

    @pytest.mark.parametrize("block", [None, "text", [TEXT_BLOCK], 1], ids=str)
    def test_a_start_without_a_block_is_unknown_and_its_deltas_begin_one(self, block: Any) -> None:
        lost = {"type": "content_block_start", "index": 0, "content_block": block}
        events = events_of(begin(), lost, text(0, "a"), stop(0), change(), STOP)
        assert of_kind(events, Unknown) == [Unknown(lost)]
        assert natives(events) == [{"type": "text"}]

    def test_a_stop_without_a_block_is_noted(self) -> None:
        events = events_of(begin(), *talk("a"), stop(0), stop(5), change(), STOP)
        assert codes(events) == [NoteCode.MISSING_PART_START]
        assert natives(events) == [TEXT_BLOCK]


class TestUnknownEvents:
    @pytest.mark.parametrize(
        "payload",
        [{"type": "vertex_event"}, {"type": "message_pause", "x": 1}, {"x": 1}, {}, {"type": None}, {"type": ["ping"]}],
        ids=json.dumps,
    )
    def test_they_are_kept_and_the_stream_goes_on(self, payload: Payload) -> None:
        events = events_of(*TALK[:4], payload, *TALK[4:])
        assert of_kind(events, Unknown) == [Unknown(payload)]
        assert [event for event in events if not isinstance(event, Unknown)] == events_of(*TALK)


class TestAnotherSchema:
    @pytest.mark.parametrize(
        ("payload", "name"),
        [
            ({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "a"}}]}, "openai-chat"),
            ({"type": "response.created", "response": {"id": "resp_1"}}, "openai-responses"),
            ({"candidates": [{"content": {"parts": [{"text": "a"}]}}]}, "gemini"),
            ({"model": "m", "message": {"role": "assistant", "content": "a"}, "done": False}, "ollama"),
            ({"type": "content-delta", "index": 0}, "cohere"),
        ],
        ids=["chat", "responses", "gemini", "ollama", "cohere"],
    )
    def test_it_is_named(self, payload: Payload, name: str) -> None:
        error = failure_of(events_of(payload, payload))
        assert (error.kind, error.retryable, error.after_content) == (FailureKind.WRONG_MEDIA, False, False)
        assert repr(name) in error.message

    def test_a_stray_payload_behind_content_is_unknown(self) -> None:
        stray = {"object": "chat.completion.chunk", "choices": []}
        events = events_of(begin(), *talk("a"), stray, change(), STOP)
        assert of_kind(events, Unknown) == [Unknown(stray)]
        assert isinstance(events[-1], Finished)

    def test_html_and_compressed_bodies(self) -> None:
        for body in (b"<html>", b"\x1f\x8b\x08\x00"):
            assert failure_of(parse(NAME, body)).kind is FailureKind.WRONG_MEDIA


def call_of_hours() -> Payload:
    return {"type": "tool_use", "id": "toolu_h", "name": "hours", "input": {"n": 1}}
