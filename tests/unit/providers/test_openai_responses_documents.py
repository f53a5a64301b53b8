"""Whole responses of the Responses API in place of a stream, and payloads that come decoded."""

from __future__ import annotations

import json

import pytest
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.provider_laws import of_payloads
from tests.responses_wire import (
    CALLS,
    CLIENT,
    ERROR,
    FAILING,
    HELLO,
    NAME,
    RESPONSE,
    SOURCES,
    TALK,
    THINKING,
    Payload,
    body_of,
    both_ways,
    events_of,
    function,
    hold_laws,
)

from deltawire.events import (
    Event,
    Finished,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser


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
        assert of_kind(events, Finished)[0].raw_reason == "completed"

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
