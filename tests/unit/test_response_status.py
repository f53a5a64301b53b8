"""HTTP statuses: what is no answer is one classified failure, whatever its body looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import CHAT, GZIPPED, failure_of, feed, split_invariant, sse
from tests.provider_laws import PLACES

from deltawire.events import Failed
from deltawire.failures import Failure, FailureKind
from deltawire.limits import Limits
from deltawire.response import parser

KEY = "sk-live-4711/ab+c"
RESET = Failure(FailureKind.READ, "reset")
SLOW = json.dumps(
    {"error": {"message": "Slow down", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}
).encode()
LIMIT = Limits().error_body_bytes


def failed(status: int, body: bytes = b"", headers: Any = (), **options: Any) -> Failure:
    """The failure of a response, after a look that no split changes it and nothing else comes."""
    events = split_invariant("openai-chat", body, [3, 50, 65_536, 65_537], status=status, headers=headers, **options)
    assert [type(event) for event in events] == [Failed]
    return failure_of(events)


class TestWithoutAnAnswer:
    @pytest.mark.parametrize("status", [100, 101, 103, 300, 301, 302, 303, 304, 307, 308, 399, 0, -1])
    def test_is_a_redirect_at_once(self, status: int) -> None:
        response = parser("openai-chat")
        [event] = response.receive_head(status)
        assert isinstance(event, Failed)
        assert (event.error.kind, event.error.status, event.error.retryable) == (FailureKind.REDIRECT, status, False)
        assert event.error.message == f"HTTP {status}"
        assert response.ended
        assert response.receive_data(CHAT["text"]) == response.receive_eof() == []
        assert response.dropped_bytes == len(CHAT["text"])

    def test_names_where_it_redirects_to_without_secrets(self) -> None:
        headers = [("Location", f"https://example.org/?key={KEY.replace('/', '%2F').replace('+', '%2B')}")]
        error = failed(307, headers=headers, redact=(KEY,))
        assert error.message == "HTTP 307 redirects to https://example.org/?key=[redacted]"

    def test_of_204_is_empty_at_once(self) -> None:
        error = failed(204, headers={"x-request-id": "req-1"})
        assert error == Failure(
            FailureKind.EMPTY, "HTTP 204: there is no body", 204, provider="openai-chat", request_id="req-1"
        )

    @pytest.mark.parametrize("status", [200, 201, 203, 206, 299])
    def test_any_other_success_is_read(self, status: int) -> None:
        assert feed("openai-chat", CHAT["text"], status=status) == feed("openai-chat", CHAT["text"])


class TestError:
    @pytest.mark.parametrize(
        ("status", "body", "kind", "message"),
        [
            pytest.param(
                401,
                b'{"error": {"message": "Bad key", "code": "invalid_api_key"}}',
                "authentication",
                "Bad key",
                id="401",
            ),
            pytest.param(403, b'{"error": {"message": "No"}}', "permission", "No", id="403"),
            pytest.param(404, b'{"error": {"message": "No such model"}}', "not_found", "No such model", id="404"),
            pytest.param(429, SLOW, "rate_limit", "Slow down", id="429"),
            pytest.param(500, b"", "server", "Internal Server Error", id="500 without a body"),
            pytest.param(500, b"oops", "server", "oops", id="500 with text"),
            pytest.param(
                500,
                b"event: error\r\ndata: " + SLOW + b"\r\n\r\n",
                "rate_limit",
                "Slow down",
                id="500 framed as events",
            ),
            pytest.param(500, sse(json.loads(SLOW), "[DONE]"), "rate_limit", "Slow down", id="500 as events with DONE"),
            pytest.param(
                502, b"<html><title>Bad Gateway</title></html>", "server", "Bad Gateway (HTML page)", id="502 with HTML"
            ),
            pytest.param(503, b"[" + SLOW + b"]", "rate_limit", "Slow down", id="503 with an array"),
            pytest.param(529, b" \r\n ", "overloaded", "Site Is Overloaded", id="529 with white space"),
            pytest.param(400, SLOW[:-5], "invalid_request", "Slow down", id="400 with JSON that is cut"),
            pytest.param(500, GZIPPED, "server", "", id="500 with compressed bytes"),
            pytest.param(500, b"\xff\xfe\x00", "server", "", id="500 with other bytes"),
            pytest.param(418, b"", "invalid_request", "HTTP 418", id="418"),
        ],
    )
    def test_is_one_classified_failure(self, status: int, body: bytes, kind: str, message: str) -> None:
        error = failed(status, body)
        assert (error.status, error.provider, error.after_content) == (status, "openai-chat", False)
        assert error.kind == kind
        assert message in error.message

    def test_body_that_is_a_whole_answer_is_still_an_error(self) -> None:
        assert failed(500, CHAT["text"]).kind is FailureKind.SERVER

    def test_wait_and_request_id_come_from_the_headers(self) -> None:
        error = failed(429, SLOW, [(b"Retry-After", b"12"), (b"X-Request-Id", b"req-1")])
        assert (error.kind, error.retry_after, error.request_id) == (FailureKind.RATE_LIMIT, 12.0, "req-1")

    @pytest.mark.parametrize("place", [0, 1, 20, len(SLOW) - 1])
    def test_body_that_is_cut_keeps_the_classification_and_the_wait(self, place: int) -> None:
        error = failed(429, SLOW[:place], {"retry-after": "12"}, broken=RESET)
        assert (error.kind, error.status, error.retry_after) == (FailureKind.RATE_LIMIT, 429, 12.0)

    @pytest.mark.parametrize("quoted", [KEY, KEY.replace("/", "%2F").replace("+", "%2B"), KEY.replace("/", "\\/")])
    def test_never_shows_a_key_that_the_server_echoes(self, quoted: str) -> None:
        body = b'{"error": {"message": "Incorrect key %b", "code": "%b", "%b": 1}}' % ((quoted.encode(),) * 3)
        headers = {"x-request-id": quoted, "x-echo": quoted}
        for shown in (body, body[: body.index(b"4711") + 2], quoted.encode(), sse(json.loads(body))):
            error = failed(401, shown, headers, redact=(KEY,))
            assert "[redacted]" in error.message
            assert error.request_id == "[redacted]"
            assert not any(KEY[:size] in repr(error) for size in range(4, len(KEY)))


class TestErrorBodyLimit:
    def test_ends_at_the_end_of_the_body_up_to_the_limit(self) -> None:
        response = parser("openai-chat")
        assert response.receive_head(500) == []
        assert response.receive_data(b"x" * LIMIT) == []
        error = failure_of(response.receive_eof())
        assert error.raw == "x" * LIMIT

    def test_ends_at_once_one_byte_above_the_limit(self) -> None:
        response = parser("openai-chat")
        response.receive_head(500)
        assert response.receive_data(b"x" * LIMIT) == []
        error = failure_of(response.receive_data(b"y"))
        assert error.raw == "x" * LIMIT
        assert response.receive_data(b"z" * 10) == []
        assert response.dropped_bytes == 10

    def test_keeps_the_message_of_a_body_that_is_longer(self) -> None:
        body = SLOW[:-1] + b', "more": "' + b"x" * 2 * LIMIT + b'"}'
        error = failed(429, body)
        assert (error.message, error.kind) == ("Slow down", FailureKind.RATE_LIMIT)

    def test_can_be_chosen(self) -> None:
        limits = Limits(error_body_bytes=5)
        assert failed(500, b"12345", limits=limits).raw == "12345"
        assert failed(500, b"123456", limits=limits).raw == "12345"
        assert failed(500, b"1", limits=Limits(error_body_bytes=0)).raw == ""

    @pytest.mark.parametrize("shift", range(12))
    def test_shows_nothing_of_a_key_across_it(self, shift: int) -> None:
        body = b"x" * (30 - shift) + b"secret-key-4711" + b"y" * 20
        error = failed(500, body, redact=("secret-key-4711",), limits=Limits(error_body_bytes=30))
        assert not any("secret-key"[:size] in repr(error) for size in range(4, 11))

    @given(st.binary(max_size=30), PLACES, st.integers(0, 30), st.sampled_from([400, 429, 500]))
    def test_no_split_changes_the_failure(self, body: bytes, places: list[int], limit: int, status: int) -> None:
        options: dict[str, Any] = {"status": status, "limits": Limits(error_body_bytes=limit), "redact": ("abc",)}
        whole = feed("openai-chat", body, **options)
        assert feed("openai-chat", body, places, **options) == whole
        assert feed("openai-chat", body, places, broken=RESET, **options) == whole
