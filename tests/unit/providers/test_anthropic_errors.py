"""Errors: inside a stream, as its first frame, and as whole HTTP responses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import failure_of, of_kind
from tests.messages_wire import (
    FAILING,
    NAME,
    OVERLOADED,
    STOP,
    Payload,
    begin,
    change,
    content_of,
    events_of,
    open_call,
    open_text,
    open_thinking,
    part_of_input,
    signed,
    sse,
    stop,
    talk,
    text,
    told,
)

from deltawire.events import Failed, OpaqueState, ResponseStarted, TextDelta, ToolCallFinished
from deltawire.failures import Failure, FailureKind
from deltawire.parsing import parse
from deltawire.response import parser

TYPES = [
    ("invalid_request_error", FailureKind.INVALID_REQUEST, 400, False),
    ("authentication_error", FailureKind.AUTHENTICATION, 401, False),
    ("billing_error", FailureKind.QUOTA, 402, False),
    ("permission_error", FailureKind.PERMISSION, 403, False),
    ("not_found_error", FailureKind.NOT_FOUND, 404, False),
    ("request_too_large", FailureKind.INVALID_REQUEST, 413, False),
    ("rate_limit_error", FailureKind.RATE_LIMIT, 429, True),
    ("api_error", FailureKind.SERVER, 500, True),
    ("timeout_error", FailureKind.TIMEOUT, 504, True),
    ("overloaded_error", FailureKind.OVERLOADED, 529, True),
    ("request_timeout_error", FailureKind.TIMEOUT, 408, True),
    ("conflict_error", FailureKind.PROVIDER, 409, True),
]
OVERFLOWS = [
    "prompt is too long: 210000 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease one of them",
]


def error(kind: Any, message: Any = "It went wrong", **fields: Any) -> Payload:
    return {"type": "error", "error": {"type": kind, "message": message}, **fields}


class TestInsideAStream:
    @pytest.mark.parametrize(("word", "kind", "status", "retryable"), TYPES)
    @pytest.mark.parametrize("before", [[], [begin()], FAILING[:3]], ids=["first", "after the start", "after text"])
    def test_every_type(
        self, before: list[Payload], word: str, kind: FailureKind, status: int, retryable: bool
    ) -> None:
        found = failure_of(events_of(*before, error(word)))
        assert (found.kind, found.status, found.code, found.retryable) == (kind, status, word, retryable)
        assert (found.message, found.provider) == ("It went wrong", NAME)
        assert found.after_content is (len(before) > 1)

    def test_event_by_event(self) -> None:
        events = events_of(*FAILING)
        assert [type(event).__name__ for event in events[-2:]] == ["TextDelta", "Failed"]
        raw = json.dumps(OVERLOADED, separators=(",", ":"))
        assert events[-1].error.raw == raw
        assert str(events[-1].error) == "anthropic /v1/messages HTTP 529: Overloaded."

    def test_as_the_first_frame_nothing_has_begun(self) -> None:
        (only,) = events_of(OVERLOADED)
        assert only.error.kind is FailureKind.OVERLOADED
        assert not only.error.after_content

    def test_what_comes_behind_it_is_dropped(self) -> None:
        assert events_of(*FAILING, *talk("late", index=1), change(), STOP) == events_of(*FAILING)

    def test_open_calls_are_incomplete_and_held_state_is_told(self) -> None:
        events = events_of(
            begin(), open_thinking(0), signed(0, "c2ln"), open_call(1), part_of_input(1, '{"a"'), OVERLOADED
        )
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln")]
        assert [made.complete for made in of_kind(events, ToolCallFinished)] == [False]

    def test_after_the_stop_reason_it_still_fails(self) -> None:
        assert isinstance(events_of(begin(), *talk("a"), change(), OVERLOADED)[-1], Failed)

    def test_the_request_id_of_the_error_or_of_the_headers(self) -> None:
        assert failure_of(events_of(error("api_error", request_id="req_1"))).request_id == "req_1"
        response = parser(NAME)
        response.receive_head(200, {"request-id": "req_2"})
        assert failure_of(response.receive_data(sse(error("api_error", request_id="req_1")))).request_id == "req_2"

    def test_details_say_more_than_the_type(self) -> None:
        details = {"error_code": "ramp_limit_exceeded"}
        said = {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down", "details": details}}
        found = failure_of(events_of(said))
        assert (found.kind, found.code) == (FailureKind.RATE_LIMIT, "ramp_limit_exceeded")

    def test_a_code_that_is_new_keeps_the_kind_of_the_type(self) -> None:
        details = {"error_code": "tool_schema_novelty"}
        said = {"type": "error", "error": {"type": "invalid_request_error", "message": "No", "details": details}}
        assert failure_of(events_of(said)).kind is FailureKind.INVALID_REQUEST

    @pytest.mark.parametrize("message", OVERFLOWS)
    def test_a_prompt_that_is_too_long(self, message: str) -> None:
        found = failure_of(events_of(error("invalid_request_error", message)))
        assert (found.kind, found.status, found.retryable) == (FailureKind.CONTEXT_OVERFLOW, 400, False)

    def test_an_answer_that_the_policy_blocks(self) -> None:
        # github.com/vercel/ai/issues/2463
        said = error("invalid_request_error", "Output blocked by content filtering policy")
        assert failure_of(events_of(*FAILING[:3], said)).kind is FailureKind.CONTENT_FILTER

    @pytest.mark.parametrize(
        "payload",
        [
            {"error": {"type": "overloaded_error", "message": "Overloaded"}},
            {"type": "overloaded_error", "error": "Overloaded"},
            {"type": "content_block_delta", "index": 0, "error": {"type": "overloaded_error", "message": "Overloaded"}},
            {"type": "message_stop", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            {"type": "error", "error": {"type": "overloaded_error"}},
        ],
        ids=["no type", "error as text", "in a delta", "in the stop", "no message"],
    )
    def test_errors_of_other_shapes(self, payload: Payload) -> None:
        assert failure_of(events_of(*FAILING[:3], payload)).kind is FailureKind.OVERLOADED

    @pytest.mark.parametrize("value", [None, "", {}, 0, False], ids=str)
    def test_an_error_key_counts_by_its_truth(self, value: Any) -> None:
        delta = {**text(0, "b"), "error": value}
        events = events_of(begin(), open_text(0), text(0, "a"), delta, stop(0), change(), STOP)
        assert of_kind(events, TextDelta) == [TextDelta("a"), TextDelta("b")]

    @pytest.mark.parametrize("payload", [{"type": "error"}, {"type": "error", "error": None}], ids=str)
    def test_an_error_that_says_nothing(self, payload: Payload) -> None:
        found = failure_of(events_of(begin(), payload))
        assert found.kind is FailureKind.PROVIDER
        assert found.message

    @pytest.mark.parametrize(
        "body",
        [b"event: error\ndata: Overloaded\n\n", b'event: error\ndata: {"message":"Overloaded"}\n\n'],
        ids=["text", "an object"],
    )
    def test_a_frame_named_error_is_one_whatever_it_holds(self, body: bytes) -> None:
        found = failure_of(parse(NAME, sse(*FAILING[:3]) + body))
        assert (found.kind, found.message) == (FailureKind.OVERLOADED, "Overloaded")

    def test_a_frame_named_error_that_is_cut(self) -> None:
        body = sse(*FAILING[:3]) + sse(OVERLOADED)[:40]
        assert failure_of(parse(NAME, body)).kind is FailureKind.TRUNCATED

    def test_errors_that_come_before_the_counts_are_told(self) -> None:
        events = events_of(change(None, {"output_tokens": 3}), OVERLOADED)
        assert [type(event).__name__ for event in events] == ["Note", "ResponseStarted", "UsageUpdate", "Failed"]

    def test_keys_of_the_caller_are_redacted(self) -> None:
        body = sse(begin(), error("authentication_error", "invalid x-api-key sk-secret"))
        events = parse(NAME, body, redact=("sk-secret",))
        assert "sk-secret" not in repr(events)
        assert "[redacted]" in failure_of(events).message


class TestHTTPErrors:
    def response(self, status: int, payload: Any, headers: Any = ()) -> Failure:
        response = parser(NAME)
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        events = response.receive_head(status, [(b"content-type", b"application/json"), *headers])
        for place in range(len(body)):
            events += response.receive_data(body[place : place + 1])
        events += response.receive_eof()
        assert len(events) == 1
        return failure_of(events)

    @pytest.mark.parametrize(("word", "kind", "status", "retryable"), TYPES)
    def test_every_type(self, word: str, kind: FailureKind, status: int, retryable: bool) -> None:
        found = self.response(status, error(word, request_id="req_1"))
        assert (found.kind, found.status, found.code, found.retryable) == (kind, status, word, retryable)
        assert (found.request_id, found.provider) == ("req_1", NAME)

    def test_a_wrong_key(self) -> None:
        found = self.response(401, error("authentication_error", "invalid x-api-key"), [("Request-Id", "req_2")])
        assert (found.kind, found.request_id) == (FailureKind.AUTHENTICATION, "req_2")
        assert str(found) == "anthropic /v1/messages HTTP 401: invalid x-api-key."

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ([("retry-after", "12")], 12.0),
            ([("retry-after-ms", "1500"), ("retry-after", "2")], 1.5),
            ([], None),
        ],
        ids=["seconds", "milliseconds", "a spend cap without a wait"],
    )
    def test_a_rate_limit_and_its_wait(self, headers: list[Any], seconds: float | None) -> None:
        found = self.response(429, error("rate_limit_error", "Too many tokens"), headers)
        assert (found.kind, found.retry_after, found.retryable) == (FailureKind.RATE_LIMIT, seconds, True)

    @pytest.mark.parametrize(("said", "retryable"), [("true", True), ("false", False)])
    def test_the_header_that_decides_about_repeating(self, said: str, retryable: bool) -> None:
        assert self.response(400, error("api_error"), [("x-should-retry", said)]).retryable is retryable
        assert self.response(529, OVERLOADED, [("x-should-retry", said)]).retryable is retryable

    @pytest.mark.parametrize("body", [OVERLOADED, b"", b"<html>529</html>"], ids=["json", "nothing", "html"])
    def test_an_overload(self, body: Any) -> None:
        found = self.response(529, body)
        assert (found.kind, found.status, found.retryable) == (FailureKind.OVERLOADED, 529, True)

    @pytest.mark.parametrize("message", OVERFLOWS)
    def test_a_prompt_that_is_too_long(self, message: str) -> None:
        assert self.response(400, error("invalid_request_error", message)).kind is FailureKind.CONTEXT_OVERFLOW

    def test_a_body_that_is_framed_as_a_stream(self) -> None:
        assert self.response(500, sse(OVERLOADED)).kind is FailureKind.OVERLOADED

    def test_a_body_that_breaks_off(self) -> None:
        response = parser(NAME)
        response.receive_head(429, {"retry-after": "7"})
        response.receive_data(b'{"type":"error","error":{"type":"rate_limit_error","mess')
        found = failure_of(response.receive_error(Failure(FailureKind.READ, "connection reset")))
        assert (found.kind, found.retry_after) == (FailureKind.RATE_LIMIT, 7.0)

    def test_an_error_as_one_document_with_a_good_status(self) -> None:
        (only,) = parse(NAME, json.dumps(OVERLOADED).encode())
        assert (only.error.kind, only.error.status) == (FailureKind.OVERLOADED, 529)


def test_an_answer_that_failed_had_begun() -> None:
    assert of_kind(events_of(*FAILING), ResponseStarted)
    assert told(begin(), OVERLOADED)[-1].error.after_content is False
    assert content_of(*talk("a"))
