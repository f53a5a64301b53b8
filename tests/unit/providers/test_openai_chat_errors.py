"""Chat Completions: errors inside a stream that began well."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.chat_chunks import (
    DONE,
    call,
    called,
    calls,
    chunk,
    events_of,
    events_of_body,
    failure,
    finished,
    only,
    spoken,
    sse,
    text,
)

from deltawire.events import Failed, ResponseStarted, UsageUpdate
from deltawire.failures import FailureKind


def field(name: str, value: Any) -> bytes:
    """A frame with that field, as servers send errors past the `data` field."""
    return f"{name}: {json.dumps(value)}\n\n".encode()


def named_error(value: Any) -> bytes:
    """An SSE event of the name `error`."""
    return b"event: error\n" + field("data", value)


OPENROUTER = {
    "id": "gen-1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "m",
    "provider": "OpenAI",
    "error": {"code": 502, "message": "Provider disconnected", "metadata": {"provider_name": "OpenAI"}},
    "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error", "native_finish_reason": "error"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1},
}

# The frame, then (kind, status, code, retryable) and a text that the message holds.
SHAPES: dict[str, tuple[Any, tuple[FailureKind, int | None, str | None, bool], str]] = {
    "OpenAI": (
        {"error": {"message": "The server had an error", "type": "server_error", "param": None, "code": None}},
        (FailureKind.SERVER, 500, "server_error", True),
        "The server had an error",
    ),
    "OpenAI, a rate limit": (
        {"error": {"message": "Slow down", "type": "tokens", "code": "rate_limit_exceeded"}},
        (FailureKind.RATE_LIMIT, 429, "rate_limit_exceeded", True),
        "Slow down",
    ),
    "OpenAI, a quota": (
        {"error": {"message": "You exceeded your quota", "type": "insufficient_quota", "code": "insufficient_quota"}},
        (FailureKind.QUOTA, 429, "insufficient_quota", False),
        "quota",
    ),
    "a context that is too long": (
        {"error": {"message": "too long", "type": "invalid_request_error", "code": "context_length_exceeded"}},
        (FailureKind.CONTEXT_OVERFLOW, 400, "context_length_exceeded", False),
        "too long",
    ),
    "a wrong key": (
        {"error": {"message": "Incorrect API key", "type": "authentication_error", "code": None}},
        (FailureKind.AUTHENTICATION, 401, "authentication_error", False),
        "Incorrect API key",
    ),
    "no such model": (
        {"error": {"message": "gone", "code": "model_not_found"}},
        (FailureKind.NOT_FOUND, 404, "model_not_found", False),
        "gone",
    ),
    "too many at once": (
        {"error": {"message": "The engine is overloaded", "type": "engine_overloaded_error"}},
        (FailureKind.OVERLOADED, 503, "engine_overloaded_error", True),
        "overloaded",
    ),
    "vLLM and SGLang, a code of HTTP": (
        {"error": {"object": "error", "message": "Internal error", "type": "InternalServerError", "code": 500}},
        (FailureKind.SERVER, 500, "InternalServerError", True),
        "Internal error",
    ),
    "LiteLLM, a code of HTTP as text": (
        {"error": {"message": "bad gateway", "type": "None", "param": "None", "code": "502"}},
        (FailureKind.SERVER, 502, "502", True),
        "bad gateway",
    ),
    "Groq": (
        {
            "error": {
                "message": "Failed to call a function",
                "type": "invalid_request_error",
                "code": "tool_use_failed",
                "failed_generation": "<function=f>",
                "status_code": 400,
            }
        },
        (FailureKind.MODEL_OUTPUT, 400, "tool_use_failed", True),
        "Failed to call a function",
    ),
    "Groq, JSON that does not validate": (
        {"error": {"message": "Failed to generate JSON", "code": "json_validate_failed"}},
        (FailureKind.MODEL_OUTPUT, 400, "json_validate_failed", True),
        "Failed to generate JSON",
    ),
    "Groq, in its own field": (
        {"id": "c", "choices": [], "x_groq": {"id": "req_1", "error": "the model exploded"}},
        (FailureKind.PROVIDER, None, None, True),
        "the model exploded",
    ),
    "OpenRouter": (OPENROUTER, (FailureKind.SERVER, 502, "502", True), "Provider disconnected"),
    "LM Studio, an event of the name error": (
        named_error({"error": {"message": "The model has crashed"}}),
        (FailureKind.PROVIDER, None, None, True),
        "The model has crashed",
    ),
    "gateways, an event of the name error, flat": (
        named_error({"message": "upstream timeout", "code": 504, "details": "x"}),
        (FailureKind.TIMEOUT, 504, "504", True),
        "upstream timeout",
    ),
    "an event of the name error with text": (
        b"event: error\ndata: it broke\n\n",
        (FailureKind.PROVIDER, None, None, True),
        "it broke",
    ),
    "llama.cpp, a field of the name error": (
        field("error", {"code": 400, "message": "the request exceeds the available context size", "type": "x"}),
        (FailureKind.CONTEXT_OVERFLOW, 400, "x", False),
        "exceeds the available context size",
    ),
    "vLLM until 2025, flat": (
        {"object": "error", "message": "bad input", "type": "BadRequestError", "param": None, "code": 400},
        (FailureKind.INVALID_REQUEST, 400, "BadRequestError", False),
        "bad input",
    ),
    "vLLM until 2025, with an empty list of choices": (
        {"object": "error", "message": "bad input", "code": 400, "choices": []},
        (FailureKind.INVALID_REQUEST, 400, "400", False),
        "bad input",
    ),
    "Fireworks and FastChat, text": ({"error": "model busy"}, (FailureKind.PROVIDER, None, None, True), "model busy"),
    "xAI": (
        {"code": "The service is currently unavailable", "error": "Try again later"},
        (FailureKind.OVERLOADED, 503, "The service is currently unavailable", True),
        "Try again later",
    ),
    "FastChat": (
        {"text": "NETWORK ERROR DUE TO HIGH TRAFFIC", "error_code": 50001},
        (FailureKind.OVERLOADED, 500, "50001", True),
        "HIGH TRAFFIC",
    ),
    "Cerebras, flat": (
        {
            "message": "Too many requests",
            "type": "too_many_requests_error",
            "param": "quota",
            "code": "request_quota_exceeded",
        },
        (FailureKind.RATE_LIMIT, 429, "request_quota_exceeded", True),
        "Too many requests",
    ),
    "Perplexity": (
        {"error": {"code": 400, "message": "Invalid model", "type": "invalid_model"}},
        (FailureKind.INVALID_REQUEST, 400, "invalid_model", False),
        "Invalid model",
    ),
    "Z.ai, a rate limit in digits": (
        {"error": {"code": "1302", "message": "High concurrency"}},
        (FailureKind.RATE_LIMIT, 429, "1302", True),
        "High concurrency",
    ),
    "Z.ai, a balance in digits": (
        {"error": {"code": "1113", "message": "Insufficient balance"}},
        (FailureKind.QUOTA, 429, "1113", False),
        "Insufficient balance",
    ),
    "Moonshot, a quota": (
        {"error": {"type": "exceeded_current_quota_error", "message": "no balance"}},
        (FailureKind.QUOTA, 429, "exceeded_current_quota_error", False),
        "no balance",
    ),
    "FastAPI": (
        {"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required"}]},
        (FailureKind.PROVIDER, None, None, True),
        "body.model: Field required",
    ),
    "bare JSON past the frames": (
        b'{"error":{"message":"context canceled","type":"server_error"}}\n\n',
        (FailureKind.SERVER, 500, "server_error", True),
        "context canceled",
    ),
}


@pytest.mark.parametrize(("frame", "expected", "said"), SHAPES.values(), ids=SHAPES.keys())
class TestErrorsInsideAStream:
    def test_what_failed(
        self, frame: Any, expected: tuple[FailureKind, int | None, str | None, bool], said: str
    ) -> None:
        error = failure(events_of(text("a"), frame))
        assert (error.kind, error.status, error.code, error.retryable) == expected
        assert said in error.message

    def test_what_came_before_stays(self, frame: Any, expected: Any, said: str) -> None:
        entry = call(0, '{"x"', id="a", name="f")
        events = events_of(text("Hel"), text("lo"), calls(entry), frame, text("never"), {"error": "again"})
        assert spoken(events) == "Hello"
        assert called(events) == [("a", "f", '{"x"', False)]
        assert failure(events).after_content

    def test_the_error_as_sent_stays(self, frame: Any, expected: Any, said: str) -> None:
        raw = failure(events_of(frame)).raw
        assert raw is not None
        if isinstance(frame, dict):
            assert json.loads(raw) == frame
        else:
            assert raw in frame.decode()

    def test_done_after_it_changes_nothing(self, frame: Any, expected: Any, said: str) -> None:
        assert events_of_body(sse(text("a"), frame)) == events_of_body(sse(text("a"), frame, DONE))

    def test_before_any_content(self, frame: Any, expected: Any, said: str) -> None:
        error = failure(events_of(frame))
        assert error.kind is expected[0]
        assert not error.after_content

    def test_it_holds_no_secret(self, frame: Any, expected: Any, said: str) -> None:
        error = failure(events_of(text("a"), frame, redact=[said]))
        assert said not in error.message
        assert said not in (error.raw or "")


class TestErrorsBesideContent:
    def test_what_the_failing_chunk_says_is_told_first(self) -> None:
        last = {**OPENROUTER, "choices": [{"index": 0, "delta": {"content": "lo"}, "finish_reason": "error"}, None]}
        events = events_of(text("Hel"), last)
        assert spoken(events) == "Hello"
        assert only(events, UsageUpdate).usage.input_tokens == 3
        assert failure(events).code == "502"

    def test_the_response_begins_with_it_if_it_comes_first(self) -> None:
        events = events_of(OPENROUTER)
        assert only(events, ResponseStarted) == ResponseStarted("gen-1", "m", "openai-chat")
        assert failure(events).message == "Provider disconnected"

    def test_an_error_alone_begins_nothing(self) -> None:
        events = events_of({"error": {"message": "x"}, "id": "gen-1"})
        assert [type(event) for event in events] == [Failed]

    def test_after_the_finish_reason_it_is_still_an_error(self) -> None:
        events = events_of(text("a"), chunk({}, "stop"), {"error": {"message": "x", "code": 500}})
        assert failure(events).status == 500


class TestNoErrors:
    @pytest.mark.parametrize(
        "payload",
        [
            pytest.param(chunk({"content": "b"}, error=None), id="null"),
            pytest.param(chunk({"content": "b"}, message="fine", type="message"), id="a message beside choices"),
            pytest.param(chunk({"content": "b"}, object="error"), id="the word beside choices"),
            pytest.param({"choices": [], "message": "x", "type": "info", "status": "PENDING"}, id="news"),
            pytest.param({"choices": None, "message": "x", "code": 0}, id="null choices"),
            pytest.param({"choices": [], "error_code": 0}, id="a code of 0"),
            pytest.param(chunk(x_groq={"id": "x", "error": None}), id="null at Groq"),
        ],
    )
    def test_payload(self, payload: dict[str, Any]) -> None:
        assert finished(events_of(text("a"), payload, chunk({}, "stop"))).reason == "stop"
