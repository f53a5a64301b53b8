"""How Gemini's streams end: finish reasons, blocked prompts, errors, and bodies that stop too early."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.gemini_chunks import (
    COUNTS,
    STOP,
    array,
    broken,
    call,
    chunk,
    end_of,
    events_of,
    failure_of,
    metadata_of,
    response,
    sse,
    text,
)
from tests.helpers import of_kind
from tests.provider_laws import hold_laws

from deltawire.events import ChoiceFinished, Event, Failed, Finished, FinishReason, Note, UsageUpdate
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.providers.gemini.words import block_word, failure_kind, finish_reason, finish_word
from deltawire.response import parser

REASONS = {
    "STOP": FinishReason.STOP,
    "FUNCTION_CALL": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "SAFETY": FinishReason.CONTENT_FILTER,
    "RECITATION": FinishReason.CONTENT_FILTER,
    "BLOCKLIST": FinishReason.CONTENT_FILTER,
    "PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
    "SPII": FinishReason.CONTENT_FILTER,
    "IMAGE_SAFETY": FinishReason.CONTENT_FILTER,
    "IMAGE_PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
    "IMAGE_RECITATION": FinishReason.CONTENT_FILTER,
    "MODEL_ARMOR": FinishReason.CONTENT_FILTER,
    "ESCALATION": FinishReason.CONTENT_FILTER,
    "PUP_LIMITED_DISABLED": FinishReason.CONTENT_FILTER,
    "CONTINUATION": FinishReason.PAUSED,
    "LANGUAGE": FinishReason.OTHER,
    "OTHER": FinishReason.OTHER,
    "IMAGE_OTHER": FinishReason.OTHER,
    "NO_IMAGE": FinishReason.OTHER,
    "FAKE_ENUM": FinishReason.OTHER,
}
FAILING = (
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "MALFORMED_RESPONSE",
    "TOO_MANY_TOOL_CALLS",
)


class TestFinishReasons:
    @pytest.mark.parametrize(("word", "reason"), REASONS.items())
    def test_every_word(self, word: str, reason: FinishReason) -> None:
        events = events_of(chunk(text("a")), chunk(finish=word))
        assert of_kind(events, ChoiceFinished) == [ChoiceFinished(reason, word)]
        assert events[-1] == Finished(reason, word, None, "gemini-tiny")

    @pytest.mark.parametrize("word", FAILING)
    def test_words_that_mean_a_failure(self, word: str) -> None:
        failing = chunk(finish=word, finishMessage="Malformed call: f(") | {"usageMetadata": COUNTS}
        events = events_of(chunk(text("a")), failing)
        assert of_kind(events, ChoiceFinished) == []
        assert of_kind(events, UsageUpdate)[0].usage.output_tokens == 5
        error = events[-1].error
        assert (error.kind, error.code, error.message) == (FailureKind.MODEL_OUTPUT, word, "Malformed call: f(")
        assert (error.retryable, error.after_content) == (True, True)

    def test_a_failure_without_a_message_names_the_word(self) -> None:
        assert "UNEXPECTED_TOOL_CALL" in failure_of(chunk(finish="UNEXPECTED_TOOL_CALL")).message

    def test_the_word_of_the_only_chunk_may_come_without_content(self) -> None:
        error = failure_of(response({"finishReason": "UNEXPECTED_TOOL_CALL"}))
        assert (error.kind, error.after_content) == (FailureKind.MODEL_OUTPUT, False)

    def test_what_a_word_does_not_say_is_in_the_metadata(self) -> None:
        events = events_of(chunk(text("a"), finish="OTHER", finishMessage="because"))
        assert metadata_of(events) == [{"choice": 0, "finishMessage": "because"}]

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["STOP", "STOP"], "STOP"),
            (["STOP", "RECITATION"], "RECITATION"),
            (["SAFETY", "STOP"], "SAFETY"),
            (["STOP", "MAX_TOKENS", "STOP"], "MAX_TOKENS"),
            ([None, "STOP", None], "STOP"),
            (["FINISH_REASON_UNSPECIFIED", "STOP"], "STOP"),
            ([0, 1], "STOP"),
            (["", "STOP"], "STOP"),
            (["Stop"], "Stop"),
        ],
        ids=str,
    )
    def test_of_several_words_any_counts_before_stop(self, words: list[Any], expected: str) -> None:
        payloads = [chunk(text("a"), finishReason=word) for word in words]
        assert [event.raw_reason for event in of_kind(events_of(*payloads), ChoiceFinished)] == [expected]

    @pytest.mark.parametrize("word", ["FINISH_REASON_UNSPECIFIED", 0, "", None, {}, -1])
    def test_an_unspecified_reason_is_none(self, word: Any) -> None:
        assert failure_of(chunk(text("a"), finishReason=word)).kind is FailureKind.TRUNCATED

    def test_an_empty_stop_is_noted(self) -> None:
        events = events_of(chunk({"thoughtSignature": "c2ln"}), STOP)
        assert [note.code for note in of_kind(events, Note)] == [NoteCode.EMPTY_ANSWER]
        assert events[-1].reason is FinishReason.STOP


NUMBERS = {
    1: ("STOP", "STOP"),
    2: ("MAX_TOKENS", "MAX_TOKENS"),
    3: ("SAFETY", "SAFETY"),
    4: ("RECITATION", "RECITATION"),
    5: ("OTHER", "OTHER"),
    6: ("LANGUAGE", "BLOCKLIST"),
    7: ("BLOCKLIST", "PROHIBITED_CONTENT"),
    8: ("PROHIBITED_CONTENT", "SPII"),
    9: ("SPII", "MALFORMED_FUNCTION_CALL"),
    10: ("MALFORMED_FUNCTION_CALL", "MODEL_ARMOR"),
    11: ("IMAGE_SAFETY", "IMAGE_SAFETY"),
    12: ("UNEXPECTED_TOOL_CALL", "IMAGE_PROHIBITED_CONTENT"),
    13: ("TOO_MANY_TOOL_CALLS", "IMAGE_RECITATION"),
    14: ("IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER"),
    15: ("IMAGE_OTHER", "UNEXPECTED_TOOL_CALL"),
    16: ("NO_IMAGE", "NO_IMAGE"),
    17: ("IMAGE_RECITATION", "17"),
    99: ("99", "99"),
}


class TestNumbers:
    @pytest.mark.parametrize(("number", "words"), NUMBERS.items(), ids=map(str, NUMBERS))
    def test_a_number_is_the_word_of_its_api(self, number: int, words: tuple[str, str]) -> None:
        assert (finish_word(number, vertex=False), finish_word(number, vertex=True)) == words
        assert finish_word(str(number), vertex=False) == words[0]
        assert finish_word(float(number), vertex=True) == words[1]

    @pytest.mark.parametrize("sign", [{"createTime": "2026"}, {"usageMetadata": {"trafficType": 1}}], ids=str)
    @pytest.mark.parametrize("first", [True, False])
    def test_vertex_shows_by_its_fields(self, sign: dict[str, Any], *, first: bool) -> None:
        payloads = [chunk(text("a")), chunk(finish=10)]
        payloads[0 if first else 1] |= sign
        assert end_of(*payloads).raw_reason == "MODEL_ARMOR"
        assert failure_of(chunk(text("a")), chunk(finish=10)).code == "MALFORMED_FUNCTION_CALL"

    @pytest.mark.parametrize("value", [True, None, [], {}, -1, 0.5])
    def test_what_is_no_reason_names_none(self, value: Any) -> None:
        assert finish_word(value, vertex=False) == ""

    @pytest.mark.parametrize(
        ("value", "word"),
        [("SAFETY", "SAFETY"), (1, "SAFETY"), (4, "PROHIBITED_CONTENT"), (7, "7"), (0, ""), ("X_UNSPECIFIED", "")],
    )
    def test_block_reasons(self, value: Any, word: str) -> None:
        assert block_word(value) == word

    def test_words_count_in_any_case(self) -> None:
        assert finish_reason("max_tokens") is FinishReason.LENGTH
        assert failure_kind("Malformed_Function_Call") is FailureKind.MODEL_OUTPUT
        assert failure_kind("STOP") is None


ERROR = {
    "code": 429,
    "message": "Quota exceeded for requests per minute.",
    "status": "RESOURCE_EXHAUSTED",
    "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3.5s"}],
}
ANSWERED = sse([chunk(text("a"))])
PRETTY = json.dumps({"error": ERROR}, indent=2).encode()
ERRORS = {
    "frame": ANSWERED + sse([{"error": ERROR}]),
    "frame, key not first": ANSWERED + sse([{"responseId": "r1", "usageMetadata": COUNTS, "error": ERROR}]),
    "bare behind the frames": ANSWERED + PRETTY + b"\n",
    "bare list behind the frames": ANSWERED + b"[" + PRETTY + b"]\n\n",
    "frame, in a list": ANSWERED + sse([[{"error": ERROR}]]),
    "in an envelope": ANSWERED + sse([{"response": {"error": ERROR}}]),
    "flat": ANSWERED + sse([ERROR]),
    "element": array([chunk(text("a")), {"error": ERROR}]),
    "only element": array([{"error": ERROR}]),
    "document": PRETTY,
    "after a finish reason": ANSWERED + sse([STOP, {"error": ERROR}]),
}


class TestErrors:
    @pytest.mark.parametrize("body", ERRORS.values(), ids=list(ERRORS))
    def test_an_error_in_the_body_ends_the_stream(self, body: bytes) -> None:
        events = parse("gemini", body)
        hold_laws(events)
        error = events[-1].error
        assert (error.kind, error.code, error.status) == (FailureKind.RATE_LIMIT, "RESOURCE_EXHAUSTED", 429)
        assert (error.retry_after, error.message) == (3.5, "Quota exceeded for requests per minute.")
        assert error.after_content is (b'"a"' in body)

    def test_usage_beside_an_error_is_kept(self) -> None:
        events = parse("gemini", ERRORS["frame, key not first"])
        assert of_kind(events, UsageUpdate)[0].usage.total_tokens == 14

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            ("INVALID_ARGUMENT", FailureKind.INVALID_REQUEST),
            ("UNAUTHENTICATED", FailureKind.AUTHENTICATION),
            ("PERMISSION_DENIED", FailureKind.PERMISSION),
            ("NOT_FOUND", FailureKind.NOT_FOUND),
            ("INTERNAL", FailureKind.SERVER),
            ("UNAVAILABLE", FailureKind.OVERLOADED),
            ("DEADLINE_EXCEEDED", FailureKind.TIMEOUT),
        ],
    )
    def test_an_error_without_a_code_goes_by_its_status(self, status: str, kind: FailureKind) -> None:
        assert failure_of({"error": {"message": "no", "status": status}}).kind is kind

    def test_an_error_that_says_nothing_is_none(self) -> None:
        assert isinstance(end_of(chunk(text("a"), finish="STOP") | {"error": None}), Finished)

    def test_a_healthy_chunk_with_a_null_error_does_not_hide_a_later_one(self) -> None:
        healthy = chunk(text("a")) | {"error": None}
        assert failure_of(healthy, healthy, chunk(text("b")) | {"error": ERROR}).code == "RESOURCE_EXHAUSTED"

    @pytest.mark.parametrize("status", [400, 429, 503])
    def test_an_http_error_on_either_transport(self, status: int) -> None:
        for body in (PRETTY, b"[" + PRETTY + b"]"):
            response_parser = parser("gemini")
            events = response_parser.receive_head(status) + response_parser.receive_data(body)
            (failed,) = events + response_parser.receive_eof()
            assert (failed.error.status, failed.error.message) == (status, ERROR["message"])


TOO_EARLY = {
    "no finish reason": sse([chunk(text("a")), chunk(text("b"))]),
    "one candidate of two": sse([response({"finishReason": "STOP"}, {"index": 1, "content": {"parts": [text("b")]}})]),
    "torn frame": sse([chunk(text("a"))]) + sse([STOP])[:-9],
    "usage only": sse([{"usageMetadata": COUNTS}]),
    "unknown only": sse([{"this": {"is": 1}}]),
    "array without its last element": array([chunk(text("a")), STOP])[:-30],
    "only [DONE]": b"data: [DONE]\n\n",
}


class TestEnds:
    @pytest.mark.parametrize("body", TOO_EARLY.values(), ids=list(TOO_EARLY))
    def test_without_proof_the_answer_is_truncated(self, body: bytes) -> None:
        events = parse("gemini", body)
        hold_laws(events)
        assert events[-1].error.kind is FailureKind.TRUNCATED
        assert of_kind(events, ChoiceFinished) == []

    def test_an_empty_body_is_empty(self) -> None:
        assert parse("gemini", b"")[-1].error.kind is FailureKind.EMPTY

    @pytest.mark.parametrize("tail", [b"data: [DONE]\n\n", b": bye\n\n", b"data:\n\n", b"\n\n"], ids=repr)
    def test_what_gateways_add_does_no_harm(self, tail: bytes) -> None:
        events = parse("gemini", sse([chunk(text("a")), STOP]) + tail)
        assert events[-1] == Finished(FinishReason.STOP, "STOP", None, "gemini-tiny")

    @pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", "\r\r"], ids=repr)
    def test_any_line_end(self, end: str) -> None:
        payloads = [chunk(text("a")), STOP]
        assert parse("gemini", sse(payloads, end)) == events_of(*payloads)

    def test_no_space_behind_the_colon(self) -> None:
        payloads = [chunk(text("a")), STOP]
        assert parse("gemini", sse(payloads).replace(b"data: ", b"data:")) == events_of(*payloads)

    def test_can_finish_only_with_every_finish_reason(self) -> None:
        response_parser = parser("gemini")
        known = []
        for payload in (
            response({"content": {"parts": [text("a")]}}, {"index": 1}),
            response({"finishReason": "STOP"}),
            response({"index": 1, "finishReason": "STOP"}),
            response({"index": 2}),
        ):
            response_parser.receive_data(sse([payload]))
            known.append(response_parser.can_finish)
        assert known == [False, False, True, False]

    def test_a_reset_after_the_counted_end_is_noted(self) -> None:
        for last in ([chunk(finish="STOP") | {"usageMetadata": COUNTS}], [STOP, {"usageMetadata": COUNTS}]):
            events = broken(sse([chunk(text("a")), *last]))
            assert events[-1].reason is FinishReason.STOP
            assert [note.code for note in of_kind(events, Note)] == [NoteCode.UNCLEAN_END]

    def test_a_reset_after_a_word_that_comes_with_every_chunk_is_a_failure(self) -> None:
        for count in (1, 3):
            events = broken(sse([chunk(text("a"), finish="STOP")] * count))
            assert events[-1].error.kind is FailureKind.READ
            assert events[-1].error.after_content

    def test_a_reset_before_any_finish_reason_is_a_failure(self) -> None:
        assert broken(sse([chunk(text("a"))]))[-1].error.kind is FailureKind.READ

    def test_a_provider_that_has_ended_says_nothing_more(self) -> None:
        response_parser = parser("gemini")
        response_parser.receive_data(sse([chunk(finish="MALFORMED_RESPONSE")]))
        events: list[Event] = []
        response_parser._provider.abort(Failure(FailureKind.READ, "reset"), events)
        response_parser._provider.end(events)
        assert events == []

    def test_what_comes_behind_the_terminal_event_is_dropped(self) -> None:
        response_parser = parser("gemini")
        response_parser.receive_data(sse([chunk(finish="MALFORMED_RESPONSE")]))
        assert response_parser.receive_data(sse([chunk(text("a"))])) == []
        assert response_parser.receive_error(Failure(FailureKind.READ, "reset")) == []
        assert response_parser.receive_eof() == []


FOREIGN = {
    "openai-chat": {"object": "chat.completion.chunk", "choices": []},
    "openai-responses": {"type": "response.created"},
    "anthropic": {"type": "message_start", "message": {}},
    "gemini-interactions": {"event_type": "interaction.created", "interaction": {}},
}


@pytest.mark.parametrize(("name", "payload"), FOREIGN.items())
def test_another_schema_is_named(name: str, payload: Any) -> None:
    error = failure_of(payload)
    assert (error.kind, error.retryable) == (FailureKind.WRONG_MEDIA, False)
    assert repr(name) in error.message


def test_nothing_of_the_caller_stands_in_a_failure() -> None:
    events = parse(
        "gemini", sse([{"error": {"message": "API key AIzaSecret not valid", "code": 400}}]), redact=["AIzaSecret"]
    )
    assert isinstance(events[-1], Failed)
    assert "AIzaSecret" not in repr(events)


def test_a_length_limit_stays_one_after_a_call() -> None:
    assert end_of(chunk(call("f", args={})), chunk(finish="MAX_TOKENS")).reason is FinishReason.LENGTH
