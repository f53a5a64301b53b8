"""How Bedrock's ConverseStream fails, ends, and comes in other forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.bedrock_frames import TALK, body_of, chunk, events_of, frame, stop, text
from tests.helpers import codes, failure_of, message_of
from tests.provider_laws import hold_laws, of_payloads

from deltawire.events import (
    Finished,
)
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser


class TestErrors:
    @pytest.mark.parametrize(
        ("name", "kind", "status", "retryable"),
        [
            ("internalServerException", FailureKind.SERVER, 500, True),
            ("modelStreamErrorException", FailureKind.SERVER, 424, True),
            ("validationException", FailureKind.INVALID_REQUEST, 400, False),
            ("throttlingException", FailureKind.RATE_LIMIT, 429, True),
            ("serviceUnavailableException", FailureKind.OVERLOADED, 503, True),
            ("modelTimeoutException", FailureKind.TIMEOUT, 408, True),
            ("anExceptionOfAnotherDay", FailureKind.PROVIDER, None, True),
        ],
    )
    @pytest.mark.parametrize("content", [False, True], ids=["first", "later"])
    def test_an_exception_ends_the_stream(
        self, name: str, kind: FailureKind, status: int | None, retryable: bool, content: bool
    ) -> None:
        before = body_of(TALK[:2]) if content else b""
        events = parse("bedrock", before + frame(name, {"message": "That went wrong."}, "exception") + body_of(TALK))
        hold_laws(events)
        failure = failure_of(events)
        assert (failure.kind, failure.code, failure.status, failure.retryable) == (kind, name, status, retryable)
        assert (failure.message, failure.after_content) == ("That went wrong.", content)
        assert failure.raw == '{"message": "That went wrong."}'

    def test_a_prompt_that_is_too_long(self) -> None:
        body = frame("validationException", {"message": "Input is too long for requested model."}, "exception")
        assert failure_of(parse("bedrock", body)).kind is FailureKind.CONTEXT_OVERFLOW

    def test_nothing_follows_an_exception_beside_other_events(self) -> None:
        payload = {"throttlingException": {"message": "Slow down."}, **text(0, "late")}
        events = of_payloads(parser("bedrock"), [*TALK[:2], payload])
        assert failure_of(events).kind is FailureKind.RATE_LIMIT
        assert message_of(events).text == ""

    def test_what_the_model_said_stays_in_the_raw_text(self) -> None:
        error = {"message": "It broke.", "originalStatusCode": 500, "originalMessage": "CUDA"}
        assert "CUDA" in failure_of(parse("bedrock", frame("modelStreamErrorException", error, "exception"))).raw

    @pytest.mark.parametrize(
        "payload",
        [
            {"throttlingException": {"message": "Slow down."}},
            {"message": "Slow down.", "__type": "com.amazonaws.bedrock#ThrottlingException"},
            {"error": {"message": "Slow down.", "type": "ThrottlingException"}},
        ],
        ids=["member", "flat", "error"],
    )
    def test_an_error_in_another_form(self, payload: dict[str, Any]) -> None:
        events = of_payloads(parser("bedrock"), [*TALK[:2], payload])
        assert (failure_of(events).kind, failure_of(events).message) == (FailureKind.RATE_LIMIT, "Slow down.")

    @pytest.mark.parametrize(
        "body",
        [
            {"message": "Too many tokens, please wait before trying again."},
            {"Message": "Too many tokens, please wait before trying again."},
            {"Output": {"__type": "com.amazon.coral.service#UnknownOperationException"}, "Version": "1.0"},
        ],
        ids=["message", "Message", "coral"],
    )
    def test_a_document_without_an_answer_is_an_error(self, body: dict[str, Any]) -> None:
        failure = failure_of(parse("bedrock", json.dumps(body).encode()))
        assert failure.kind is not FailureKind.TRUNCATED
        assert failure.raw == json.dumps(body, separators=(",", ":"))

    def test_the_status_of_the_response_counts(self) -> None:
        response = parser("bedrock")
        response.receive_head(429, {"x-amzn-errortype": "ThrottlingException:http://x", "x-amzn-requestid": "r"})
        response.receive_data(b'{"message":"Too many requests"}')
        failure = failure_of(response.receive_eof())
        assert (failure.kind, failure.code, failure.request_id) == (FailureKind.RATE_LIMIT, "ThrottlingException", "r")

    def test_another_schema_is_named(self) -> None:
        failure = failure_of(parse("bedrock", chunk({"type": "message_start", "message": {}})))
        assert failure.kind is FailureKind.WRONG_MEDIA
        assert "'anthropic'" in failure.message


class TestTheEndOfTheBody:
    @pytest.mark.parametrize("length", range(len(TALK) - 2))
    def test_a_stream_without_its_stop_is_truncated(self, length: int) -> None:
        expected = FailureKind.TRUNCATED if length else FailureKind.EMPTY
        assert failure_of(events_of(*TALK[:length])).kind is expected

    def test_the_stop_and_a_clean_end_are_proof(self) -> None:
        response = parser("bedrock")
        response.receive_data(body_of(TALK[:-2]))
        assert not response.can_finish
        response.receive_data(body_of([stop()]))
        assert response.can_finish
        assert not response.ended
        assert isinstance(response.receive_eof()[-1], Finished)

    def test_the_counts_that_come_after_the_stop_are_waited_for(self) -> None:
        assert events_of(*TALK)[-1].usage.total_tokens == 12

    def test_a_break_after_the_stop_is_noted(self) -> None:
        response = parser("bedrock")
        response.receive_data(body_of(TALK[:-1]))
        events = response.receive_error(Failure(FailureKind.READ, "reset"))
        assert codes(events) == [NoteCode.UNCLEAN_END]
        assert isinstance(events[-1], Finished)

    def test_an_exception_after_the_stop_is_a_failure(self) -> None:
        body = body_of(TALK[:-1]) + frame("internalServerException", {"message": "No."}, "exception")
        assert failure_of(parse("bedrock", body)).kind is FailureKind.SERVER


class TestOtherForms:
    @pytest.mark.parametrize("named", [True, False], ids=["wrapped", "bare"])
    def test_a_gateway_may_send_server_sent_events(self, named: bool) -> None:
        payloads = TALK if named else [event for payload in TALK for event in payload.values()]
        body = "".join(f"data: {json.dumps(payload)}\n\n" for payload in payloads).encode()
        assert parse("bedrock", body) == events_of(*TALK)

    def test_the_done_of_a_gateway_is_no_proof(self) -> None:
        body = b"".join(b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in TALK[:-2])
        assert failure_of(parse("bedrock", body + b"data: [DONE]\n\n")).kind is FailureKind.TRUNCATED

    def test_dicts_as_botocore_gives_them(self) -> None:
        assert of_payloads(parser("bedrock"), TALK) == events_of(*TALK)
