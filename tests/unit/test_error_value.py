"""What error values of every known shape say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from tests.error_values import SHAPES, TEXT, VALUES

from deltawire.error_value import read_error_value
from deltawire.failures import FailureKind


@pytest.mark.parametrize(("value", "message", "code", "status"), SHAPES.values(), ids=SHAPES)
def test_message_code_and_status_of_every_shape(value: Any, message: str, code: str | None, status: int | None) -> None:
    found = read_error_value(value)
    assert (found.message, found.code, found.status) == (message, code, status)


def test_words_are_ordered_from_the_most_specific() -> None:
    value = {
        "error": {
            "code": 400,
            "status": "INVALID_ARGUMENT",
            "message": TEXT,
            "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
        }
    }
    assert read_error_value(value).words == ["API_KEY_INVALID", "400", "INVALID_ARGUMENT"]


def test_azure_inner_errors_add_their_word() -> None:
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"hate": {"filtered": True}}}
    for name in ("innererror", "inner_error"):
        found = read_error_value({"error": {"code": "content_filter", "message": TEXT, name: inner}})
        assert found.code == "content_filter"
        assert "ResponsibleAIPolicyViolation" in found.words
        assert found.evidence is FailureKind.CONTENT_FILTER


@pytest.mark.parametrize(
    ("fields", "evidence"),
    [
        ({"failed_generation": "<function=f>{"}, FailureKind.MODEL_OUTPUT),
        ({"metadata": {"flagged_input": "x", "provider_name": "P"}}, FailureKind.CONTENT_FILTER),
        ({"metadata": {"reasons": ["violence"]}}, FailureKind.CONTENT_FILTER),
        ({"details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}]}, FailureKind.QUOTA),
        ({"details": [{"violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}]}]}, None),
        ({"metadata": {"reasons": []}}, None),
        ({}, None),
    ],
)
def test_fields_prove_a_kind(fields: dict[str, Any], evidence: FailureKind | None) -> None:
    assert read_error_value({"error": {"message": TEXT, **fields}}).evidence is evidence


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}]}, 37),
        ({"details": [{"retryDelay": "3.5s"}, {"retryDelay": "1s"}]}, 3.5),
        ({"details": [{"retryDelay": "-1s"}]}, None),
        ({"details": [{"retryDelay": {"seconds": 3}}]}, None),
        ({"retry_after": 12}, 12),
        ({"retry_after": "1.5"}, 1.5),
        ({"retry_after": True}, None),
        ({"retry_after": -3}, None),
        ({"retry_after": float("nan")}, None),
        pytest.param({"retry_after": 10**5000}, None, id="huge"),
        ({"resets_in_seconds": 7200}, 7200),
        ({}, None),
    ],
)
def test_waits_in_fields(fields: dict[str, Any], seconds: float | None) -> None:
    assert read_error_value({"error": {"message": TEXT, **fields}}).retry_after == seconds


def test_openrouters_upstream_adds_its_words_and_wait() -> None:
    raw = json.dumps([{"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "9s"}], "message": "m"}}])
    found = read_error_value({"error": {"code": 429, "message": "Busy upstream.", "metadata": {"raw": raw}}})
    assert found.message == "Busy upstream."
    assert "RESOURCE_EXHAUSTED" in found.words
    assert found.retry_after == 9
    typed = {"error": {"code": 500, "message": TEXT, "metadata": {"error_type": "provider_overloaded"}}}
    assert "provider_overloaded" in read_error_value(typed).words


def test_a_text_for_developers_stands_in_for_a_message_that_is_none() -> None:
    detail = {"@type": "type.googleapis.com/google.rpc.DebugInfo", "detail": "User location is not supported."}
    assert read_error_value({"error": {"message": "$msg", "details": [detail]}}).message == detail["detail"]
    assert read_error_value({"error": {"message": "A sentence.", "details": [detail]}}).message == "A sentence."


@pytest.mark.parametrize("name", ["request_id", "requestId", "RequestId"])
def test_the_request_id_is_read(name: str) -> None:
    assert read_error_value({"type": "error", "error": {"message": TEXT}, name: " req_1 "}).request_id == "req_1"
    assert read_error_value({"error": {"message": TEXT, name: "req_1"}}).request_id == "req_1"
    assert read_error_value({name: 3}).request_id is None


def test_headers_inside_an_error_are_read() -> None:
    value = {"type": "error", "error": {"message": TEXT, "headers": {"Retry-After": "3", "X": 1}}}
    assert read_error_value(value).headers == {"retry-after": "3"}


@pytest.mark.parametrize(
    "code", [True, 10**12, pytest.param(10**5000, id="huge"), -1, 4.5, "", " ", "error", "https://x", [], {}]
)
def test_what_is_no_code_is_none(code: Any) -> None:
    found = read_error_value({"error": {"message": TEXT, "code": code}})
    assert found.code in (None, "-1")
    assert found.status is None


@pytest.mark.parametrize("text", ['{"detail": "no"', "{not json}", '["a",]', '{"a": ' + "[" * 99 + "]" * 99 + "}"])
def test_text_that_only_looks_like_json_is_the_message(text: str) -> None:
    assert read_error_value({"error": {"message": text}}).message == text


def test_json_text_nested_without_end_is_given_up() -> None:
    value: Any = TEXT
    for _ in range(12):
        value = {"error": {"message": value}}
    assert read_error_value(value).message == ""
    text = TEXT
    for _ in range(3):
        text = json.dumps({"detail": text})
    assert read_error_value(text).message == TEXT


@given(VALUES)
def test_no_value_raises(value: Any) -> None:
    found = read_error_value(value)
    assert found.status is None or 400 <= found.status < 600
    assert found.retry_after is None or found.retry_after >= 0
    assert found.code is None or found.code
