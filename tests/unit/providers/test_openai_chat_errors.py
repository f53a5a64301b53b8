"""Chat Completions: errors inside a stream that began well, HTTP errors, and bodies of another schema."""

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
    events_of_document,
    failure,
    finished,
    of,
    only,
    spoken,
    sse,
    text,
)

from deltawire.events import Event, Failed, ResponseStarted, Unknown, UsageUpdate
from deltawire.failures import FailureKind
from deltawire.response import parser


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


class TestHTTPErrors:
    """Bodies of refused requests, through the parser."""

    @staticmethod
    def fail(status: int, body: Any, headers: dict[str, str] | None = None, **options: Any) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = parser(options.pop("provider", "openai-chat"), **options)
        events = response.receive_head(status, headers or {})
        for place in range(len(data)):
            events += response.receive_data(data[place : place + 1])
        events += response.receive_eof()
        (event,) = events
        assert isinstance(event, Failed)
        return event.error

    @pytest.mark.parametrize(
        ("status", "body", "kind", "said"),
        [
            (
                401,
                {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}},
                "authentication",
                "Incorrect",
            ),
            (402, {"error": {"message": "Insufficient Balance"}}, "quota", "Insufficient Balance"),
            (404, {"error": {"message": "no model", "code": "model_not_found"}}, "not_found", "no model"),
            (413, {"error": {"message": "Request too large"}}, "invalid_request", "Request too large"),
            (422, {"detail": [{"loc": ["body", "n"], "msg": "bad", "type": "x"}]}, "invalid_request", "body.n: bad"),
            (429, {"error": {"message": "slow", "code": "rate_limit_exceeded"}}, "rate_limit", "slow"),
            (429, {"error": {"message": "pay", "code": "insufficient_quota"}}, "quota", "pay"),
            (400, {"code": "Client specified an invalid argument", "error": "bad"}, "invalid_request", "bad"),
            (
                400,
                {
                    "error": {
                        "code": "content_filter",
                        "message": "filtered",
                        "innererror": {"code": "ResponsibleAIPolicyViolation"},
                    }
                },
                "content_filter",
                "filtered",
            ),
            (
                429,
                [
                    {
                        "error": {
                            "code": 429,
                            "message": "Quota",
                            "details": [{"@type": "x/RetryInfo", "retryDelay": "14s"}],
                        }
                    }
                ],
                "rate_limit",
                "Quota",
            ),
            (498, {"error": {"message": "flex", "code": "capacity_exceeded"}}, "overloaded", "flex"),
            (502, b"<html><title>502 Bad Gateway</title></html>", "server", "Bad Gateway"),
            (503, b"", "overloaded", "Service Unavailable"),
            (500, b'data: {"error":{"message":"framed","type":"server_error"}}\n\n', "server", "framed"),
            (529, {"error": {"message": "overloaded"}}, "overloaded", "overloaded"),
        ],
    )
    def test_body(self, status: int, body: Any, kind: str, said: str) -> None:
        error = self.fail(status, body)
        assert (error.kind, error.status) == (kind, status)
        assert said in error.message
        assert not error.after_content

    def test_a_wait_in_the_header_or_the_body(self) -> None:
        limited = {"error": {"message": "Please try again in 5.2s.", "code": "rate_limit_exceeded"}}
        assert self.fail(429, limited, {"Retry-After": "7"}).retry_after == 7
        assert self.fail(429, limited).retry_after == 5.2
        google = [{"error": {"code": 429, "message": "Q", "details": [{"retryDelay": "14s"}]}}]
        assert self.fail(429, google, provider="gemini-openai").retry_after == 14

    def test_the_dialect_and_the_request_are_named(self) -> None:
        error = self.fail(500, b"x", {"x-request-id": "req_9"}, provider="groq")
        assert (error.provider, error.request_id, error.raw) == ("groq", "req_9", "x")


class TestErrorsAsDocuments:
    """Status 200, Content-Type application/json, and an error in place of the stream (xAI and gateways)."""

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({"error": {"message": "Model not found", "code": "model_not_found"}}, "Model not found"),
            ({"code": "invalid-argument", "error": "Bad"}, "Bad"),
            ({"error": "text"}, "text"),
            ({"object": "error", "message": "flat", "code": 400}, "flat"),
            ({"detail": "Not Found"}, "Not Found"),
            ({"message": "flat", "type": "invalid_request_error", "param": None, "code": "x"}, "flat"),
        ],
    )
    def test_document(self, body: dict[str, Any], said: str) -> None:
        error = failure(events_of_document(body))
        assert said in error.message
        assert json.loads(error.raw or "") == body

    def test_a_list_of_one(self) -> None:
        events = events_of_body(
            b'[{"error":{"code":400,"message":"Bad","status":"INVALID_ARGUMENT"}}]', "gemini-openai"
        )
        assert failure(events).kind is FailureKind.INVALID_REQUEST


RESPONSES = [
    {"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1", "status": "in_progress"}},
    {"type": "response.output_text.delta", "delta": "Hi", "item_id": "m", "output_index": 0, "content_index": 0},
]
ANTHROPIC = [
    {"type": "message_start", "message": {"id": "msg_1", "type": "message", "content": [], "usage": {}}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
]
GEMINI = [{"candidates": [{"content": {"parts": [{"text": "Hi"}]}}], "usageMetadata": {"promptTokenCount": 1}}]
OLLAMA = [{"model": "m", "created_at": "x", "message": {"role": "assistant", "content": "Hi"}, "done": False}]
COHERE = [{"type": "message-start", "id": "x", "delta": {"message": {"role": "assistant"}}}]
INTERACTIONS = [{"event_type": "interaction.created", "interaction": {"id": "i"}}]


class TestOtherSchemas:
    @pytest.mark.parametrize(
        ("payloads", "name"),
        [
            (RESPONSES, "openai-responses"),
            (RESPONSES[1:], "openai-responses"),
            (ANTHROPIC, "anthropic"),
            (ANTHROPIC[1:], "anthropic"),
            ([{"type": "ping"}, *ANTHROPIC], "anthropic"),
            (GEMINI, "gemini"),
            (OLLAMA, "ollama"),
            (COHERE, "cohere"),
            (INTERACTIONS, "gemini-interactions"),
        ],
    )
    def test_streams(self, payloads: list[Any], name: str) -> None:
        error = failure(events_of(*payloads))
        assert (error.kind, error.retryable) == (FailureKind.WRONG_MEDIA, False)
        assert repr(name) in error.message
        assert "'openai-chat'" in error.message

    @pytest.mark.parametrize(
        ("body", "name"),
        [
            (
                {"id": "resp_1", "object": "response", "status": "completed", "output": [], "usage": {}},
                "openai-responses",
            ),
            ({"id": "m", "type": "message", "role": "assistant", "content": [], "usage": {}}, "anthropic"),
            (GEMINI[0], "gemini"),
            (OLLAMA[0] | {"done": True}, "ollama"),
        ],
    )
    def test_documents(self, body: dict[str, Any], name: str) -> None:
        error = failure(events_of_document(body))
        assert error.kind is FailureKind.WRONG_MEDIA
        assert repr(name) in error.message

    def test_once_the_answer_has_begun_they_are_only_unknown(self) -> None:
        events: list[Event] = events_of(text("a"), ANTHROPIC[1], GEMINI[0], chunk({}, "stop"))
        assert [event.payload for event in of(events, Unknown)] == [ANTHROPIC[1], GEMINI[0]]
        assert finished(events).reason == "stop"
