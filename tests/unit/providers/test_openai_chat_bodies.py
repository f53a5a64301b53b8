"""Chat Completions: bodies that are no answer: HTTP errors, errors in place of a stream, and other schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.chat_chunks import (
    chunk,
    events_of,
    events_of_body,
    events_of_document,
    failure,
    finished,
    of,
    text,
)

from deltawire.events import Event, Failed, Unknown
from deltawire.failures import FailureKind
from deltawire.response import parser


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


class TestNoAnswerAtAll:
    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"<!DOCTYPE html><title>Sign in</title>", FailureKind.WRONG_MEDIA),
            (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", FailureKind.WRONG_MEDIA),
            (b"upstream connect error", FailureKind.EMPTY),
            (b"data: upstream connect error\n\n", FailureKind.TRUNCATED),
            (b'"text"', FailureKind.EMPTY),
        ],
        ids=["HTML", "gzip", "text", "text in a frame", "a string"],
    )
    def test_body(self, body: bytes, kind: FailureKind) -> None:
        assert failure(events_of_body(body)).kind is kind


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
