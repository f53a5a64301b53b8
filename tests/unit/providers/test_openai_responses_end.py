"""How a response of the Responses API ends: statuses, errors, cut streams, lost events, whole documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.provider_laws import of_payloads
from tests.responses_wire import (
    BARE,
    CALLS,
    CLIENT,
    CREATED,
    ERROR,
    FAILING,
    HELLO,
    NAME,
    RESPONSE,
    SOURCES,
    TALK,
    THINKING,
    USAGE,
    Payload,
    added,
    arguments_delta,
    body_of,
    both_ways,
    codes,
    completed,
    done,
    event,
    events_of,
    failed,
    failure_of,
    function,
    hold_laws,
    incomplete,
    message,
    message_of,
    numbered,
    of_type,
    place,
    text_delta,
    told,
    without_notes,
)

from deltawire.events import (
    ChoiceFinished,
    Event,
    Failed,
    Finished,
    Heartbeat,
    Metadata,
    Note,
    ResponseStarted,
    TextDelta,
    ToolCallFinished,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.usage import Usage

SAID = [CREATED, added(message()), text_delta("a")]


def ended(status: str | None, event_name: str = "completed", **fields: Any) -> Payload:
    return event(event_name, response={**RESPONSE, "status": status, **fields})


class TestStatus:
    @pytest.mark.parametrize(
        ("last", "reason", "raw"),
        [
            (ended("completed"), "stop", "completed"),
            (ended(None), "stop", "completed"),
            (ended("in_progress"), "stop", "completed"),
            (ended("completed", "done"), "stop", "completed"),
            (ended("completed", "failed"), "stop", "completed"),
            (event("completed"), "stop", "completed"),
            (incomplete("max_output_tokens"), "length", "max_output_tokens"),
            (incomplete("content_filter"), "content_filter", "content_filter"),
            (incomplete("max_messages"), "other", "max_messages"),
            (incomplete("steered"), "other", "steered"),
            (incomplete("of tomorrow"), "other", "of tomorrow"),
            (incomplete(None), "other", "incomplete"),
            (ended("incomplete", incomplete_details={"reason": "max_output_tokens"}), "length", "max_output_tokens"),
            (ended("completed", incomplete_details={"reason": "max_output_tokens"}), "length", "max_output_tokens"),
            (ended(None, "incomplete"), "other", "incomplete"),
        ],
    )
    def test_the_responses_own_status_counts(self, last: Payload, reason: str, raw: str) -> None:
        events = both_ways([*SAID, last])
        (choice,), (finished,) = of_type(events, ChoiceFinished), of_type(events, Finished)
        assert (choice.reason, choice.raw_reason) == (finished.reason, finished.raw_reason) == (reason, raw)

    @pytest.mark.parametrize(
        ("last", "kind", "code", "retryable"),
        [
            (failed(code="server_error", message="m"), "server", "server_error", True),
            (failed(code="rate_limit_exceeded", message="m"), "rate_limit", "rate_limit_exceeded", True),
            (failed(code="invalid_prompt", message="m"), "invalid_request", "invalid_prompt", False),
            (failed(code="context_length_exceeded", message="m"), "context_overflow", "context_length_exceeded", False),
            (failed(code="insufficient_quota", message="m"), "quota", "insufficient_quota", False),
            (failed(code="bio_policy", message="m"), "content_filter", "bio_policy", False),
            (failed(code="vector_store_timeout", message="m"), "timeout", "vector_store_timeout", True),
            (failed(), "provider", "failed", True),
            (ended("failed"), "provider", "failed", True),
            (ended(None, "failed"), "provider", "failed", True),
            (ended("completed", error={"code": "server_error", "message": "m"}), "server", "server_error", True),
            (
                ended("failed", incomplete_details={"reason": "content_filter"}),
                "content_filter",
                "content_filter",
                False,
            ),
            (ended("cancelled"), "provider", "cancelled", False),
            (ended("cancelled", "cancelled"), "provider", "cancelled", False),
            (event("cancelled"), "provider", "cancelled", False),
        ],
    )
    def test_a_failed_or_cancelled_response_is_a_failure(
        self, last: Payload, kind: str, code: str, retryable: bool
    ) -> None:
        events = both_ways([*SAID, last])
        failure = failure_of(events)
        assert (failure.kind, failure.code, failure.retryable) == (kind, code, retryable)
        assert failure.after_content
        assert message_of(events).text == "a"

    def test_a_call_that_only_a_failed_response_has_counts_if_it_says_so(self) -> None:
        whole, half = function('{"a":1}', 1), function("{}", 2, status="in_progress")
        events = both_ways([*SAID, failed(whole, half, message="Sorry.")])
        assert [call.complete for call in of_type(events, ToolCallFinished)] == [True, False]

    def test_a_refusal_gives_way_to_a_call(self) -> None:
        refusal = event("refusal.delta", **place("msg_1", content_index=0), delta="no")
        assert both_ways([CREATED, refusal, completed()])[-1].reason == "refusal"  # type: ignore[union-attr]
        events = both_ways([CREATED, refusal, done(function("{}"), 1), completed()])
        assert events[-1].reason == "tool_calls"  # type: ignore[union-attr]

    def test_a_proved_end_without_content_says_so(self) -> None:
        events = both_ways([CREATED, completed()])
        assert codes(events) == [NoteCode.EMPTY_ANSWER]
        assert isinstance(events[-1], Finished)

    def test_what_comes_behind_the_end_is_dropped(self) -> None:
        events = both_ways([*SAID, completed(), text_delta("b"), failed(message="late"), event("done")])
        assert isinstance(events[-1], Finished)
        assert message_of(events).text == "a"


class TestUsage:
    def test_counts_come_with_the_end_and_their_details(self) -> None:
        events = both_ways([*SAID, completed(usage={**USAGE, "num_sources_used": 2})])
        usage = Usage(9, 7, 4, 2, 3, 16, None, {**USAGE, "num_sources_used": 2})
        assert of_type(events, UsageUpdate) == [UsageUpdate(usage)]
        assert of_type(events, Finished)[0].usage == usage

    @pytest.mark.parametrize(
        "last", [incomplete("max_output_tokens"), failed(message="m")], ids=["incomplete", "failed"]
    )
    def test_counts_of_an_answer_that_was_cut_are_told(self, last: Payload) -> None:
        last["response"]["usage"] = USAGE
        assert of_type(both_ways([*SAID, last]), UsageUpdate)

    def test_null_is_no_count(self) -> None:
        events = both_ways([*SAID, completed(usage=None)])
        assert of_type(events, Finished)[0].usage is None

    @pytest.mark.parametrize(
        ("raw", "usage"),
        [
            ({"prompt_tokens": 3, "completion_tokens": 4}, (3, 4, 7, None)),
            ({"input_tokens": 3}, (3, None, None, None)),
            ({"input_tokens": 3, "output_tokens": 4, "cost": 0.25}, (3, 4, 7, 0.25)),
            ({"input_tokens": 3, "output_tokens": 4, "cost_in_usd_ticks": 5_000_000_000}, (3, 4, 7, 0.5)),
            ({"input_tokens": 3, "output_tokens": 4, "total_tokens": 9, "cost": True}, (3, 4, 9, None)),
        ],
        ids=["names of Chat Completions", "half", "OpenRouter's price", "xAI's price", "no price"],
    )
    def test_other_servers_count_alike(self, raw: Payload, usage: tuple[Any, ...]) -> None:
        said = of_type(both_ways([*SAID, completed(usage=raw)]), Finished)[0].usage
        assert (said.input_tokens, said.output_tokens, said.total_tokens, said.cost) == usage

    def test_a_count_that_is_no_number_is_noted(self) -> None:
        events = both_ways([*SAID, completed(usage={"input_tokens": "many", "output_tokens": 4})])
        assert codes(events) == [NoteCode.USAGE_NOT_A_NUMBER]
        assert of_type(events, Finished)[0].usage.input_tokens is None

    def test_what_else_the_end_says_is_metadata(self) -> None:
        more = {"service_tier": "ultrafast", "tool_usage": {"web_search": {"num_requests": 1}}, "completed_at": 5}
        (metadata,) = of_type(told(*SAID, completed(usage=None, **more)), Metadata)
        assert metadata.payload == {"status": "completed", **more}


class TestErrors:
    @pytest.mark.parametrize(
        ("payload", "kind", "code", "status"),
        [
            ({"type": "error", "code": "server_error", "message": "m", "param": None}, "server", "server_error", 500),
            ({"type": "error", "code": None, "message": "m", "sequence_number": 0}, "provider", None, None),
            (
                {"type": "error", "error": {"type": "too_many_requests", "code": "too_many_requests", "message": "m"}},
                "rate_limit",
                "too_many_requests",
                429,
            ),
            ({"error": {"code": "context_length_exceeded", "message": "m"}}, "context_overflow", None, 400),
            ({"type": "response.error", "error": {"code": "server_error", "message": "m"}}, "server", None, 500),
            ({"type": "error", "status": 400, "error": {"message": "m"}}, "invalid_request", None, 400),
            ({"object": "error", "type": "BadRequestError", "message": "m", "code": 400}, "invalid_request", None, 400),
            ({"type": "server_error", "message": "m"}, "server", None, 500),
            ({"error": "m"}, "provider", None, None),
        ],
        ids=["flat", "no code", "nested", "of Chat", "response.error", "WebSocket", "vLLM", "named", "text"],
    )
    def test_every_shape_is_one_failure(
        self, payload: Payload, kind: str, code: str | None, status: int | None
    ) -> None:
        events = both_ways([*numbered(SAID), payload, failed(code="server_error", message="again")])
        failure = failure_of(events)
        assert (failure.kind, failure.message, failure.status) == (kind, "m", status)
        assert code in (None, failure.code)
        assert message_of(events).text == "a"
        assert events == events_of(*numbered(SAID), payload)

    def test_a_null_error_is_none(self) -> None:
        assert told(*SAID, text_delta("b", error=None)) == [TextDelta("b")]

    def test_the_wait_inside_an_error_is_kept(self) -> None:
        error = {"type": "rate_limit_exceeded", "message": "m", "headers": {"retry-after": "3"}}
        failure = failure_of(both_ways([*SAID, {"type": "error", "status": 429, "error": error}]))
        assert (failure.kind, failure.retry_after) == ("rate_limit", 3.0)

    def test_an_error_event_without_json_is_an_error(self) -> None:
        events = parse(NAME, body_of(SAID) + b"event: error\ndata: upstream is gone\n\n")
        hold_laws(events)
        assert failure_of(events).message == "upstream is gone"

    def test_secrets_are_hidden(self) -> None:
        last = {"type": "error", "code": "invalid_api_key", "message": "Wrong key sk-secret."}
        failure = failure_of(events_of(*SAID, last, redact=("sk-secret",)))
        assert "sk-secret" not in repr(failure)


class TestForeignBodies:
    @pytest.mark.parametrize(
        ("payload", "name"),
        [
            ({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "a"}}]}, "openai-chat"),
            ({"object": "chat.completion", "choices": []}, "openai-chat"),
            ({"type": "message_start", "message": {}}, "anthropic"),
            ({"candidates": [{"content": {}}]}, "gemini"),
            ({"model": "tiny", "done": False, "message": {}}, "ollama"),
        ],
        ids=["chunk", "completion", "anthropic", "gemini", "ollama"],
    )
    def test_another_schema_is_named(self, payload: Payload, name: str) -> None:
        for events in (events_of(payload), events_of(*SAID, payload), parse(NAME, json.dumps(payload).encode())):
            failure = failure_of(events)
            assert failure.kind is FailureKind.WRONG_MEDIA
            assert repr(name) in failure.message
            assert not failure.retryable

    @pytest.mark.parametrize(
        "payload",
        [event("of_tomorrow.delta", delta="x"), {"type": "of tomorrow"}, {}, {"type": ["x"]}, {"type": None, "x": 1}],
        ids=["event", "type", "nothing", "list", "null"],
    )
    def test_what_nobody_knows_is_passed_through(self, payload: Payload) -> None:
        assert Unknown(payload) in told(*SAID, payload)

    def test_done_of_chat_completions_is_no_end(self) -> None:
        events = parse(NAME, body_of(SAID) + b"data: [DONE]\n\n")
        assert failure_of(events).kind is FailureKind.TRUNCATED
        events = parse(NAME, body_of([*SAID, completed()]) + b"data: [DONE]\n\n")
        assert isinstance(events[-1], Finished)


class TestBadEnds:
    @pytest.mark.parametrize(
        "fixture", [TALK, THINKING, CALLS, BARE, CLIENT], ids=["talk", "thinking", "calls", "bare", "client"]
    )
    def test_a_stream_without_its_last_event_is_truncated(self, fixture: list[Payload]) -> None:
        events = events_of(*fixture[:-1])
        assert failure_of(events).kind is FailureKind.TRUNCATED
        assert not of_type(events, ChoiceFinished)

    def test_an_empty_body_is_empty(self) -> None:
        assert failure_of(parse(NAME, b"")).kind is FailureKind.EMPTY
        assert failure_of(parse(NAME, b": ping\n\n")).kind is FailureKind.EMPTY

    def test_a_heartbeat_alone_is_truncated(self) -> None:
        events = events_of({"type": "keepalive", "sequence_number": 0})
        assert events[0] == Heartbeat("ping")
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_a_reset_is_its_own_failure(self) -> None:
        response = parser(NAME)
        response.receive_data(body_of([*SAID, added(function(""), 1), arguments_delta("{}", index=1)]))
        call, last = response.receive_error(Failure(FailureKind.READ, "reset"))
        assert isinstance(call, ToolCallFinished)
        assert not call.complete
        assert isinstance(last, Failed)
        assert last.error.kind is FailureKind.READ

    def test_nothing_but_the_last_event_proves_the_end(self) -> None:
        response = parser(NAME)
        response.receive_data(body_of(TALK[:-1]))
        assert not response.can_finish
        response.receive_data(body_of(TALK[-1:]))
        assert response.ended

    def test_a_last_event_without_its_blank_line_counts(self) -> None:
        response = parser(NAME)
        response.receive_data(body_of(TALK).rstrip())
        assert response.can_finish
        events = response.receive_eof()
        assert isinstance(events[-1], Finished)
        assert codes(events) == [NoteCode.UNTERMINATED_FRAME]

    def test_a_frame_that_cannot_be_read_damages_open_calls(self) -> None:
        before, after = [CREATED, added(function("")), arguments_delta("{}")], [done(function("{}")), completed()]
        events = parse(NAME, body_of(before) + b"data: {oops\n\n" + body_of(after))
        (call,), (last,) = of_type(events, ToolCallFinished), of_type(events, Finished)
        assert (call.complete, last.damaged, last.reason) == (False, True, "stop")

    def test_an_opening_event_that_never_came_is_made_up(self) -> None:
        events = both_ways([text_delta("a"), completed()])
        assert NoteCode.MISSING_START in codes(events)
        assert without_notes(events)[0] == ResponseStarted("", "", NAME)
        assert of_type(events, Finished)[0].model == "tiny"

    def test_a_second_response_inside_the_first_is_malformed(self) -> None:
        other = event("created", response={**RESPONSE, "id": "resp_2"})
        assert failure_of(both_ways([*SAID, other, text_delta("b")])).kind is FailureKind.MALFORMED
        assert failure_of(both_ways([*numbered(SAID), *numbered([other])])).kind is FailureKind.MALFORMED

    def test_a_second_response_before_any_content_goes_on(self) -> None:
        other = event("created", response={**RESPONSE, "id": "resp_2"})
        events = both_ways([CREATED, other, CREATED, text_delta("a"), completed()])
        assert codes(events)[:1] == [NoteCode.SECOND_START]
        assert message_of(events).text == "a"


class TestSequenceNumbers:
    def test_events_that_come_again_are_dropped_with_one_note(self) -> None:
        payloads = numbered([*SAID, text_delta("b"), text_delta("c"), completed()])
        events = both_ways([*payloads[:4], *payloads[2:5], *payloads[4:]])
        assert message_of(events).text == "abc"
        assert codes(events) == [NoteCode.DUPLICATE_DROPPED]

    def test_a_gap_is_noted_and_damages_open_calls(self) -> None:
        payloads = numbered(
            [
                CREATED,
                added(function("", 1)),
                done(function("{}", 1)),
                added(function("", 2), 1),
                arguments_delta("{", 2, 1),
                arguments_delta(" ", 2, 1),
                arguments_delta("}", 2, 1),
                done(function("{ }", 2), 1),
                completed(),
            ]
        )
        events = both_ways([*payloads[:5], *payloads[6:]])
        assert [call.complete for call in of_type(events, ToolCallFinished)] == [True, False]
        assert [note.detail for note in of_type(events, Note) if note.code is NoteCode.SEQUENCE_GAP] == ["5 to 5"]
        assert of_type(events, Finished)[0].damaged

    def test_heartbeats_are_counted(self) -> None:
        payloads = numbered([*SAID, {"type": "keepalive"}, text_delta("b"), completed()])
        assert codes(both_ways(payloads)) == []
        assert codes(both_ways([*payloads[:3], *payloads[4:]])) == [NoteCode.SEQUENCE_GAP]

    @pytest.mark.parametrize("first", [0, 1, 7])
    def test_the_first_event_may_have_any_number(self, first: int) -> None:
        assert codes(both_ways(numbered([*SAID, completed()], first))) == []

    def test_a_stream_that_begins_in_the_middle_has_a_gap(self) -> None:
        events = both_ways(numbered([added(message()), text_delta("a"), completed()], 3))
        assert NoteCode.SEQUENCE_GAP in codes(events)

    @pytest.mark.parametrize("number", [0, 5, -1, None, "3", [1]])
    def test_numbers_that_do_not_count_are_passed_over(self, number: Any) -> None:
        payloads = [{**payload, "sequence_number": number} for payload in [*SAID, text_delta("b"), completed()]]
        events = both_ways(payloads)
        assert message_of(events).text == "ab"
        assert codes(events) == []

    @pytest.mark.parametrize("last", [completed(), {"type": "error", "message": "m"}], ids=["completed", "error"])
    def test_the_end_counts_whatever_its_number(self, last: Payload) -> None:
        events = both_ways([*numbered(SAID), {**last, "sequence_number": 0}])
        assert type(events[-1]) is (Failed if last["type"] == "error" else Finished)

    def test_events_without_a_number_are_taken_between_others(self) -> None:
        payloads = numbered([*SAID, text_delta("b"), completed()])
        events = both_ways([*payloads[:3], text_delta("x"), *payloads[3:]])
        assert message_of(events).text == "axb"
        assert codes(events) == []


class TestWebSocketLanes:
    def test_the_lane_of_the_first_event_counts(self) -> None:
        mine = [{**payload, "stream_id": "s1"} for payload in [*SAID, text_delta("b"), completed()]]
        other = {**text_delta("x"), "stream_id": "s2"}
        events = both_ways([*mine[:4], other, *mine[4:]])
        assert of_type(events, Unknown) == [Unknown(other)]
        assert message_of(events).text == "ab"
        assert Metadata({"stream_id": "s1"}) in events

    def test_an_error_of_another_lane_is_not_ours(self) -> None:
        mine = [{**payload, "stream_id": "s1"} for payload in [*SAID, completed()]]
        other = {"type": "error", "stream_id": "s2", "error": {"message": "m"}}
        assert isinstance(both_ways([*mine[:3], other, mine[3]])[-1], Finished)


class TestDocuments:
    @pytest.mark.parametrize(
        "fixture",
        [TALK, SOURCES, THINKING, CALLS, CLIENT],
        ids=["talk", "sources", "thinking", "calls", "client"],
    )
    def test_a_whole_response_is_the_message_of_its_stream(self, fixture: list[Payload]) -> None:
        document = fixture[-1]["response"]
        events = parse(NAME, json.dumps(document).encode())
        hold_laws(events)
        streamed = message_of(events_of(*fixture))
        whole = message_of(events)
        assert [part.native for part in whole.parts] == [part.native for part in streamed.parts]
        assert (whole.text, whole.reasoning, whole.tool_calls) == (
            streamed.text,
            streamed.reasoning,
            streamed.tool_calls,
        )
        assert (whole.usage, whole.finish_reason, whole.id) == (streamed.usage, streamed.finish_reason, streamed.id)
        assert codes(events) == [NoteCode.ONE_DOCUMENT]

    def test_a_whole_response_inside_a_stream_is_taken(self) -> None:
        events = events_of({**RESPONSE, "status": "completed", "output": [HELLO]})
        assert message_of(events).text == "Hello!"
        assert isinstance(events[-1], Finished)

    @pytest.mark.parametrize("status", ["queued", "in_progress"])
    def test_one_that_is_not_finished_is_truncated(self, status: str) -> None:
        document = {**RESPONSE, "status": status, "output": [HELLO, function("{}", status="in_progress")]}
        events = parse(NAME, json.dumps(document).encode())
        hold_laws(events)
        assert failure_of(events).kind is FailureKind.TRUNCATED
        assert message_of(events).text == "Hello!"
        assert not message_of(events).tool_calls[0].complete

    def test_one_without_a_status_is_taken_with_a_note(self) -> None:
        document = {"id": "resp_1", "output": [HELLO]}
        events = parse(NAME, json.dumps(document).encode())
        assert NoteCode.UNMAPPED_SHAPE in codes(events)
        assert of_type(events, Finished)[0].raw_reason == "completed"

    @pytest.mark.parametrize(
        "document",
        [
            {**RESPONSE, "status": "failed", "error": {"code": "server_error", "message": "m"}},
            {"error": {"code": "server_error", "message": "m"}},
        ],
        ids=["failed response", "error"],
    )
    def test_an_error_document_is_a_failure(self, document: Payload) -> None:
        failure = failure_of(parse(NAME, json.dumps(document).encode()))
        assert (failure.kind, failure.message) == ("server", "m")

    def test_a_status_of_400_or_above_is_the_failure_of_its_body(self) -> None:
        response = parser(NAME)
        response.receive_head(429, {"retry-after": "7", "x-request-id": "req_1"})
        response.receive_data(b'{"error":{"code":"rate_limit_exceeded","message":"m"}}')
        failure = failure_of(response.receive_eof())
        assert (failure.kind, failure.retry_after, failure.request_id) == ("rate_limit", 7.0, "req_1")


def test_payloads_may_come_decoded_with_done_between() -> None:
    events: list[Event] = of_payloads(parser(NAME), [*TALK[:-1], "[DONE]", TALK[-1]])
    assert events == both_ways(TALK)


@pytest.mark.parametrize("fixture", [FAILING, ERROR], ids=["failed", "error"])
def test_raw_payloads_come_first(fixture: list[Payload]) -> None:
    events = parse(NAME, body_of(fixture), raw=True)
    assert [event for event in events if type(event).__name__ != "Raw"] == parse(NAME, body_of(fixture))
