"""Errors inside streams of the Responses API, and bodies of another schema."""

from __future__ import annotations

import json

import pytest
from tests.helpers import failure_of, message_of
from tests.responses_wire import (
    CREATED,
    NAME,
    Payload,
    added,
    body_of,
    both_ways,
    completed,
    event,
    events_of,
    failed,
    hold_laws,
    message,
    numbered,
    text_delta,
    told,
)

from deltawire.events import (
    Finished,
    TextDelta,
    Unknown,
)
from deltawire.failures import FailureKind
from deltawire.parsing import parse

SAID = [CREATED, added(message()), text_delta("a")]


class TestErrors:
    @pytest.mark.parametrize(
        ("payload", "kind", "code", "status"),
        [
            ({"type": "error", "code": "server_error", "message": "m", "param": None}, "server", "server_error", 500),
            ({"type": "error", "code": None, "message": "m", "sequence_number": 0}, "provider", None, None),
            (
                {"type": "error", "error": {"type": "too_many_requests", "code": "too_many_requests", "message": "m"}},
                "rate_limit",
                "too_many_requests",
                429,
            ),
            ({"error": {"code": "context_length_exceeded", "message": "m"}}, "context_overflow", None, 400),
            ({"type": "response.error", "error": {"code": "server_error", "message": "m"}}, "server", None, 500),
            ({"type": "error", "status": 400, "error": {"message": "m"}}, "invalid_request", None, 400),
            ({"object": "error", "type": "BadRequestError", "message": "m", "code": 400}, "invalid_request", None, 400),
            ({"type": "server_error", "message": "m"}, "server", None, 500),
            ({"error": "m"}, "provider", None, None),
        ],
        ids=["flat", "no code", "nested", "of Chat", "response.error", "WebSocket", "vLLM", "named", "text"],
    )
    def test_every_shape_is_one_failure(
        self, payload: Payload, kind: str, code: str | None, status: int | None
    ) -> None:
        events = both_ways([*numbered(SAID), payload, failed(code="server_error", message="again")])
        failure = failure_of(events)
        assert (failure.kind, failure.message, failure.status) == (kind, "m", status)
        assert code in (None, failure.code)
        assert message_of(events).text == "a"
        assert events == events_of(*numbered(SAID), payload)

    def test_a_null_error_is_none(self) -> None:
        assert told(*SAID, text_delta("b", error=None)) == [TextDelta("b")]

    def test_the_wait_inside_an_error_is_kept(self) -> None:
        error = {"type": "rate_limit_exceeded", "message": "m", "headers": {"retry-after": "3"}}
        failure = failure_of(both_ways([*SAID, {"type": "error", "status": 429, "error": error}]))
        assert (failure.kind, failure.retry_after) == ("rate_limit", 3.0)

    def test_an_error_event_without_json_is_an_error(self) -> None:
        events = parse(NAME, body_of(SAID) + b"event: error\ndata: upstream is gone\n\n")
        hold_laws(events)
        assert failure_of(events).message == "upstream is gone"

    def test_secrets_are_hidden(self) -> None:
        last = {"type": "error", "code": "invalid_api_key", "message": "Wrong key sk-secret."}
        failure = failure_of(events_of(*SAID, last, redact=("sk-secret",)))
        assert "sk-secret" not in repr(failure)


class TestForeignBodies:
    @pytest.mark.parametrize(
        ("payload", "name"),
        [
            ({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "a"}}]}, "openai-chat"),
            ({"object": "chat.completion", "choices": []}, "openai-chat"),
            ({"type": "message_start", "message": {}}, "anthropic"),
            ({"candidates": [{"content": {}}]}, "gemini"),
            ({"model": "tiny", "done": False, "message": {}}, "ollama"),
        ],
        ids=["chunk", "completion", "anthropic", "gemini", "ollama"],
    )
    def test_another_schema_is_named(self, payload: Payload, name: str) -> None:
        for events in (events_of(payload), events_of(*SAID, payload), parse(NAME, json.dumps(payload).encode())):
            failure = failure_of(events)
            assert failure.kind is FailureKind.WRONG_MEDIA
            assert repr(name) in failure.message
            assert not failure.retryable

    @pytest.mark.parametrize(
        "payload",
        [event("of_tomorrow.delta", delta="x"), {"type": "of tomorrow"}, {}, {"type": ["x"]}, {"type": None, "x": 1}],
        ids=["event", "type", "nothing", "list", "null"],
    )
    def test_what_nobody_knows_is_passed_through(self, payload: Payload) -> None:
        assert Unknown(payload) in told(*SAID, payload)

    def test_done_of_chat_completions_is_no_end(self) -> None:
        events = parse(NAME, body_of(SAID) + b"data: [DONE]\n\n")
        assert failure_of(events).kind is FailureKind.TRUNCATED
        events = parse(NAME, body_of([*SAID, completed()]) + b"data: [DONE]\n\n")
        assert isinstance(events[-1], Finished)
