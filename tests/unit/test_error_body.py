"""Errors inside streams and whole error responses become failures."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.error_values import SHAPES, VALUES

from deltawire.error_body import error_failure, http_failure
from deltawire.failures import Failure, FailureKind

OPENAI_429 = {"error": {"message": "Slow down.", "type": "requests", "param": None, "code": "rate_limit_exceeded"}}


def json_failure(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Failure:
    return http_failure(status, headers or {}, json.dumps(value).encode(), provider="openai-chat")


def test_a_whole_failure() -> None:
    failure = json_failure(429, OPENAI_429, {"retry-after": "12", "x-request-id": "req_1"})
    assert failure == Failure(
        FailureKind.RATE_LIMIT,
        "Slow down.",
        429,
        "rate_limit_exceeded",
        True,
        12,
        "openai-chat",
        "req_1",
        json.dumps(OPENAI_429),
        False,
    )
    assert str(failure) == (
        "openai /v1/chat/completions HTTP 429: Slow down. Provider suggested retrying after 12 seconds."
    )


def test_an_error_inside_a_stream_has_the_status_of_a_response_of_its_own() -> None:
    for status in (None, 200):
        failure = error_failure(OPENAI_429, provider="groq", status=status, after_content=True, request_id="r")
        assert (failure.kind, failure.status, failure.after_content) == ("rate_limit", 429, True)
        assert failure.request_id == "r"
        assert json.loads(failure.raw or "") == OPENAI_429


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({"error": {"code": 418, "message": "x"}}, 418),
        ({"error": {"message": "x", "type": "overloaded_error"}}, 529),
        ({"error": {"message": "x", "code": 502, "type": "overloaded_error"}}, 502),
        ({"error": "Rate limit reached"}, 429),
        ({"error": "x"}, None),
        ("x", None),
        (None, None),
    ],
)
def test_the_inferred_status_is_the_stated_one_or_that_of_the_word_or_of_the_kind(
    value: Any, status: int | None
) -> None:
    assert error_failure(value, provider="p").status == status
    assert error_failure(value, provider="p", status=500).status == 500


# The kind of every shape; those with a telling word are in the tests of classification.
KINDS = {
    "openai": "server",
    "openai websocket": "rate_limit",
    "anthropic": "overloaded",
    "anthropic details": "rate_limit",
    "gemini": "overloaded",
    "gemini list": "overloaded",
    "gemini interactions": "quota",
    "azure": "rate_limit",
    "azure gateway": "authentication",
    "text": "provider",
    "ollama cloud": "server",
    "ollama signin": "authentication",
    "cerebras": "authentication",
    "vllm old": "invalid_request",
    "vllm": "invalid_request",
    "llama.cpp": "context_overflow",
    "mistral": "rate_limit",
    "mistral validation": "invalid_request",
    "fastchat": "server",
    "fastchat rate": "rate_limit",
    "zai": "rate_limit",
    "minimax": "quota",
    "aws type": "authentication",
    "groq": "model_output",
    "openrouter": "rate_limit",
    "openrouter choice": "server",
    "only a type": "overloaded",
    "nothing": "provider",
    "null": "provider",
}


@pytest.mark.parametrize(("shape", "kind"), KINDS.items())
def test_the_kind_of_an_error_inside_a_stream(shape: str, kind: str) -> None:
    assert error_failure(SHAPES[shape][0], provider="p").kind == kind


@pytest.mark.parametrize("value", [shape[0] for shape in SHAPES.values()], ids=SHAPES)
def test_every_shape_makes_a_failure_that_compares_pickles_and_reads(value: Any) -> None:
    failure = error_failure(value, provider="p", status=400)
    assert failure.message
    assert failure == error_failure(copy.deepcopy(value), provider="p", status=400)
    assert pickle.loads(pickle.dumps(failure)) == failure
    assert len({failure, copy.copy(failure)}) == 1
    assert str(failure).startswith("p HTTP 400: ")


def test_a_balance_that_is_used_up_is_no_rate_limit() -> None:
    value = {"error": {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": None}}
    failure = json_failure(429, value)
    assert (failure.kind, failure.retryable, failure.code) == ("quota", False, "insufficient_quota")


def test_a_days_quota_of_gemini_is_used_up_and_a_minutes_is_not() -> None:
    def gemini(quota: str) -> Failure:
        details = [
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"},
        ]
        error = {"code": 429, "message": "You exceeded your current quota.", "status": "RESOURCE_EXHAUSTED"}
        return json_failure(429, [{"error": {**error, "details": details}}])

    assert gemini("GenerateRequestsPerDayPerProjectPerModel-FreeTier").kind == "quota"
    minute = gemini("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")
    assert (minute.kind, minute.retry_after, minute.code) == ("rate_limit", 37, "RESOURCE_EXHAUSTED")


def test_a_blocked_prompt_of_azure_is_a_content_filter() -> None:
    error = {
        "message": "The response was filtered due to the prompt triggering a policy.",
        "code": "content_filter",
        "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}},
    }
    assert json_failure(400, {"error": error}).kind == "content_filter"


def test_a_flagged_input_of_openrouter_is_a_content_filter() -> None:
    metadata = {"reasons": ["violence"], "flagged_input": "...", "provider_name": "P"}
    assert json_failure(403, {"error": {"code": 403, "message": "No.", "metadata": metadata}}).kind == "content_filter"


def test_a_generation_that_groq_could_not_use_is_model_output() -> None:
    error = {"message": "Bad.", "type": "invalid_request_error", "failed_generation": "<function=f>{"}
    failure = json_failure(400, {"error": error})
    assert (failure.kind, failure.retryable) == ("model_output", True)


def test_openrouters_upstream_decides_the_kind_and_the_message() -> None:
    raw = json.dumps(
        {"error": {"message": "prompt is too long: 9 tokens > 8 maximum", "type": "invalid_request_error"}}
    )
    metadata = {"raw": raw, "provider_name": "Anthropic"}
    error = {"error": {"code": 400, "message": "Provider returned error", "metadata": metadata}}
    failure = error_failure(error, provider="openrouter")
    assert failure.kind == "context_overflow"
    assert failure.message == "prompt is too long: 9 tokens > 8 maximum"


def test_aws_names_its_exception_in_a_header_or_a_frame() -> None:
    headers = {"x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/", "x-amzn-requestid": "r"}
    failure = json_failure(400, {"message": "Too many tokens, please wait before trying again."}, headers)
    assert (failure.kind, failure.code, failure.request_id) == ("rate_limit", "ThrottlingException", "r")
    frame = error_failure({"message": "x"}, provider="bedrock", code="modelStreamErrorException")
    assert (frame.kind, frame.status, frame.code) == ("server", 424, "modelStreamErrorException")
    long = error_failure(
        {"message": "Input is too long for requested model."}, provider="p", code="validationException"
    )
    assert (long.kind, long.status) == ("context_overflow", 400)


def test_a_finish_word_that_means_an_error_comes_as_the_code() -> None:
    failure = error_failure("The model ended its answer.", provider="gemini", code="MALFORMED_FUNCTION_CALL")
    assert (failure.kind, failure.status, failure.code) == ("model_output", None, "MALFORMED_FUNCTION_CALL")
    assert error_failure(None, provider="p", code="insufficient_system_resource").kind == "overloaded"
    assert error_failure(None, provider="p", code="error").kind == "provider"


@pytest.mark.parametrize(
    ("headers", "retryable"), [({"x-should-retry": "false"}, False), ({"x-should-retry": " TRUE "}, True), ({}, None)]
)
def test_the_server_may_say_whether_to_retry(headers: dict[str, str], *, retryable: bool | None) -> None:
    assert json_failure(429, OPENAI_429, headers).retryable is (True if retryable is None else retryable)
    assert json_failure(400, {}, headers).retryable is (False if retryable is None else retryable)


def test_a_request_larger_than_its_whole_rate_limit_is_not_retryable() -> None:
    message = "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 14368."
    error = {"error": {"message": message, "type": "tokens", "code": "rate_limit_exceeded"}}
    failure = json_failure(413, error)
    assert (failure.kind, failure.status, failure.retryable) == ("rate_limit", 413, False)
    assert json_failure(413, error, {"x-should-retry": "true"}).retryable


WAITING = {"error": {"message": "Please try again in 5.2s.", "details": [{"retryDelay": "3.5s"}], "type": "x"}}


@pytest.mark.parametrize(
    ("status", "headers", "value", "seconds"),
    [
        (429, {"retry-after": "7", "retry-after-ms": "250"}, WAITING, 0.25),
        (429, {"retry-after": "7"}, WAITING, 7),
        (429, {"retry-after": "nan"}, WAITING, 3.5),
        (429, {}, {"error": {"message": "Please try again in 5.2s."}}, 5.2),
        (503, {}, {"error": {"message": "Please retry after 2 seconds."}}, 2),
        (504, {}, {"error": {"message": "Please retry after 2 seconds."}}, 2),
        (500, {}, {"error": {"message": "Please retry after 2 seconds."}}, 2),
        (400, {}, {"error": {"message": "Please retry after 2 seconds."}}, None),
        (401, {"retry-after": "7"}, {"error": {"message": "No."}}, 7),
        (429, {"retry-after": "0"}, WAITING, 0),
        (200, {}, {"error": {"message": "x", "headers": {"Retry-After": "4"}}}, 4),
        (429, {}, {}, None),
    ],
)
def test_the_wait_is_in_the_headers_the_fields_or_the_message(
    status: int, headers: dict[str, str], value: Any, seconds: float | None
) -> None:
    assert json_failure(status, value, headers).retry_after == seconds


def test_the_request_id_of_the_body_is_the_last_choice() -> None:
    value = {"type": "error", "error": {"message": "x"}, "request_id": "body"}
    assert error_failure(value, provider="p").request_id == "body"
    assert error_failure(value, provider="p", headers={"request-id": "header"}).request_id == "header"
    assert error_failure(value, provider="p", headers={"request-id": "header"}, request_id="own").request_id == "own"


@pytest.mark.parametrize(
    ("body", "status", "kind", "message"),
    [
        (b"", 502, "server", "Bad Gateway"),
        (b"", 429, "rate_limit", "Too Many Requests"),
        (b"", 529, "overloaded", "Site Is Overloaded"),
        (b"", 599, "timeout", "HTTP 599"),
        (b"{}", 404, "not_found", "Not Found"),
        (b"null", 400, "invalid_request", "null"),
        (b'{"odd": [1]}', 422, "invalid_request", 'Unprocessable Content: {"odd":[1]}'),
        (b'{"error": {"type": "overloaded_error"}}', 529, "overloaded", "Site Is Overloaded: overloaded_error"),
        (b"<html><title>502 Bad Gateway</title>", 502, "server", "502 Bad Gateway (HTML page)"),
        (b"<html><title>Access denied</title>", 403, "permission", "Access denied (HTML page)"),
        (b"<Error><Code>Throttling</Code><Message>Slow</Message></Error>", 400, "rate_limit", "Slow"),
        (b'data: {"error": {"message": "Boom", "type": "server_error"}}\n\n', 500, "server", "Boom"),
        (b'{"error":{"message":"Wait a bit","type":"rate_l', 429, "rate_limit", "Wait a bit"),
        (b"no healthy upstream", 503, "overloaded", "no healthy upstream"),
        (b"\xff\xfe", 500, "server", "\ufffd\ufffd"),
        (b'{"detail": "Context size has been exceeded."}', 500, "context_overflow", "Context size has been exceeded."),
    ],
)
def test_bodies_of_every_form(body: bytes, status: int, kind: str, message: str) -> None:
    failure = http_failure(status, {}, body, provider="p")
    assert (failure.kind, failure.status, failure.message) == (kind, status, message)
    assert failure.raw == body.decode("utf-8", "replace")


def test_messages_are_one_line_without_control_characters() -> None:
    message = "one\r\n two\t\x1b[31mthree\u2028four\x00 \ud83d"
    failure = error_failure({"error": {"message": message, "code": "a\nb"}}, provider="p")
    assert failure.message == "one two [31mthree four \ufffd"
    assert failure.code == "a b"


def test_long_texts_are_cut() -> None:
    failure = error_failure({"error": {"message": "x" * 9_000, "code": "y" * 9_000}}, provider="p")
    assert failure.message == "x" * 1_999 + "…"
    assert len(failure.code or "") == 200
    body = b"z" * 100_000
    assert len(http_failure(500, {}, body, provider="p").raw or "") == 64 * 1024
    assert error_failure({"error": {"message": "x" * 2_000}}, provider="p").message == "x" * 2_000


def test_what_is_no_json_value_is_survived() -> None:
    circle: dict[str, Any] = {}
    circle["error"] = circle
    for value in (
        object(),
        {"error": object()},
        {"error": {1: 2}},
        circle,
        {"error": 10**5000},
        b"bytes",
        {("a",): "b"},
    ):
        assert error_failure(value, provider="p").message


HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "date", "x-should-retry", "x-amzn-errortype", "x-request-id"]) | st.text(),
    st.text() | st.sampled_from(["1", "true", "Wed, 21 Oct 2026 07:28:00 GMT"]),
)


def assert_sound(failure: Failure) -> None:
    assert failure.message
    assert len(failure.message) <= 2_000
    assert "\n" not in failure.message
    assert failure.retry_after is None or failure.retry_after >= 0
    for text in (failure.message, failure.code, failure.raw, str(failure)):
        (text or "").encode()


@given(VALUES, st.none() | st.integers(100, 700), HEADERS, st.none() | st.text())
def test_no_value_raises(value: Any, status: int | None, headers: dict[str, str], code: str | None) -> None:
    failure = error_failure(value, provider="p", status=status, headers=headers, code=code)
    assert_sound(failure)
    assert failure == error_failure(value, provider="p", status=status, headers=headers, code=code)


@given(st.integers(100, 700), HEADERS, st.binary() | VALUES.map(json.dumps).map(str.encode))
def test_no_body_raises(status: int, headers: dict[str, str], body: bytes) -> None:
    failure = http_failure(status, headers, body, provider="p")
    assert_sound(failure)
    assert (failure.status == status) is not (200 <= status < 300 and failure.status != status)


# What the recorded error bodies are, by the number of their file.
RECORDED = {
    "001": ("not_found", None),
    "002": ("not_found", "model_not_found"),
    "003": ("authentication", "authentication_error"),
    "004": ("not_found", "NOT_FOUND"),
    "005": ("not_found", "NOT_FOUND"),
    "006": ("invalid_request", "invalid_json_schema"),
    "007": ("not_found", "NOT_FOUND"),
    "008": ("not_found", "model_not_found"),
    "009": ("authentication", "UNAUTHENTICATED"),
    "010": ("authentication", None),
    "011": ("invalid_request", "INVALID_ARGUMENT"),
    "012": ("authentication", "INVALID_ARGUMENT"),
    "013": ("authentication", "invalid_api_key"),
    "014": ("authentication", "authentication_error"),
    "015": ("authentication", "invalid_api_key"),
    "016": ("not_found", "model_not_found"),
    "017": ("permission", "FAILED_PRECONDITION"),
    "018": ("authentication", "INVALID_ARGUMENT"),
}


def test_recorded_error_bodies_have_their_kinds(streams: Path) -> None:
    rows = map(json.loads, (streams / "manifest.jsonl").read_text("utf-8").splitlines())
    found = {}
    for row in rows:
        if row["dialect"] == "http-error":
            path = streams / row["file"]
            status = row["http_status"] or 400
            failure = http_failure(status, {"content-type": row["content_type"]}, path.read_bytes(), provider="p")
            found[path.name[:3]] = (str(failure.kind), failure.code)
            assert failure.status == status
            assert " " in failure.message
            assert not failure.retryable
    assert found == RECORDED
