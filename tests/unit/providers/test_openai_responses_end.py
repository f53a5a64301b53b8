"""How a stream of the Responses API ends: statuses, counts, and ends that prove nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.responses_wire import (
    BARE,
    CALLS,
    CLIENT,
    CREATED,
    NAME,
    RESPONSE,
    TALK,
    THINKING,
    USAGE,
    Payload,
    added,
    arguments_delta,
    body_of,
    both_ways,
    completed,
    done,
    event,
    events_of,
    failed,
    function,
    incomplete,
    message,
    numbered,
    place,
    text_delta,
    told,
    without_notes,
)

from deltawire.events import (
    ChoiceFinished,
    Failed,
    Finished,
    Heartbeat,
    Metadata,
    ResponseStarted,
    ToolCallFinished,
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
        (choice,), (finished,) = of_kind(events, ChoiceFinished), of_kind(events, Finished)
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
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [True, False]

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
        assert of_kind(events, UsageUpdate) == [UsageUpdate(usage)]
        assert of_kind(events, Finished)[0].usage == usage

    @pytest.mark.parametrize(
        "last", [incomplete("max_output_tokens"), failed(message="m")], ids=["incomplete", "failed"]
    )
    def test_counts_of_an_answer_that_was_cut_are_told(self, last: Payload) -> None:
        last["response"]["usage"] = USAGE
        assert of_kind(both_ways([*SAID, last]), UsageUpdate)

    def test_null_is_no_count(self) -> None:
        events = both_ways([*SAID, completed(usage=None)])
        assert of_kind(events, Finished)[0].usage is None

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
        said = of_kind(both_ways([*SAID, completed(usage=raw)]), Finished)[0].usage
        assert (said.input_tokens, said.output_tokens, said.total_tokens, said.cost) == usage

    def test_a_count_that_is_no_number_is_noted(self) -> None:
        events = both_ways([*SAID, completed(usage={"input_tokens": "many", "output_tokens": 4})])
        assert codes(events) == [NoteCode.USAGE_NOT_A_NUMBER]
        assert of_kind(events, Finished)[0].usage.input_tokens is None

    def test_what_else_the_end_says_is_metadata(self) -> None:
        more = {"service_tier": "ultrafast", "tool_usage": {"web_search": {"num_requests": 1}}, "completed_at": 5}
        (metadata,) = of_kind(told(*SAID, completed(usage=None, **more)), Metadata)
        assert metadata.payload == {"status": "completed", **more}


class TestBadEnds:
    @pytest.mark.parametrize(
        "fixture", [TALK, THINKING, CALLS, BARE, CLIENT], ids=["talk", "thinking", "calls", "bare", "client"]
    )
    def test_a_stream_without_its_last_event_is_truncated(self, fixture: list[Payload]) -> None:
        events = events_of(*fixture[:-1])
        assert failure_of(events).kind is FailureKind.TRUNCATED
        assert not of_kind(events, ChoiceFinished)

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
        (call,), (last,) = of_kind(events, ToolCallFinished), of_kind(events, Finished)
        assert (call.complete, last.damaged, last.reason) == (False, True, "stop")

    def test_an_opening_event_that_never_came_is_made_up(self) -> None:
        events = both_ways([text_delta("a"), completed()])
        assert NoteCode.MISSING_START in codes(events)
        assert without_notes(events)[0] == ResponseStarted("", "", NAME)
        assert of_kind(events, Finished)[0].model == "tiny"

    def test_a_second_response_inside_the_first_is_malformed(self) -> None:
        other = event("created", response={**RESPONSE, "id": "resp_2"})
        assert failure_of(both_ways([*SAID, other, text_delta("b")])).kind is FailureKind.MALFORMED
        assert failure_of(both_ways([*numbered(SAID), *numbered([other])])).kind is FailureKind.MALFORMED

    def test_a_second_response_before_any_content_goes_on(self) -> None:
        other = event("created", response={**RESPONSE, "id": "resp_2"})
        events = both_ways([CREATED, other, CREATED, text_delta("a"), completed()])
        assert codes(events)[:1] == [NoteCode.SECOND_START]
        assert message_of(events).text == "a"
