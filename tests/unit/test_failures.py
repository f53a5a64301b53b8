"""The record of what went wrong, and the exception that carries it."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import attrs
import pytest
from tests.event_samples import FAILURE

from deltawire.failures import RETRYABLE_KINDS, Failure, FailureKind, StreamError, UsageError

RETRYABLE = (
    "truncated malformed wrong_media empty rate_limit overloaded server timeout model_output provider connect read "
    "stalled"
)
FINAL = (
    "too_large redirect quota authentication permission not_found invalid_request context_overflow content_filter "
    "unconfigured"
)


def test_kinds_are_their_words() -> None:
    assert {str(kind) for kind in FailureKind} == {*RETRYABLE.split(), *FINAL.split()}


@pytest.mark.parametrize("kind", FailureKind)
def test_the_kind_says_what_may_be_retried(kind: FailureKind) -> None:
    assert Failure(kind, "m").retryable is (kind in RETRYABLE_KINDS) is (kind in RETRYABLE.split())
    assert Failure(kind, "m", retryable=False).retryable is False
    assert Failure(kind, "m", retryable=True).retryable is True


def test_a_failure_needs_no_more_than_a_kind_and_a_message() -> None:
    assert attrs.astuple(Failure(FailureKind.QUOTA, "m")) == (
        *(FailureKind.QUOTA, "m", None, None, False, None),
        *(None, None, None, False),
    )


def test_kinds_are_taken_as_words() -> None:
    assert Failure("quota", "m").kind is FailureKind.QUOTA  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="broken"):
        Failure("broken", "m")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [
        *((None, None), (0, 0.0), (-0.0, 0.0), (5, 5.0), (1.25, 1.25), (1e300, 1e300), (True, 1.0)),
        *((-1, None), (-1e-9, None), (math.inf, None), (-math.inf, None), (math.nan, None), (10**400, None)),
    ],
)
def test_a_wait_is_a_finite_number_that_is_not_negative(wait: Any, seconds: float | None) -> None:
    failure = Failure(FailureKind.RATE_LIMIT, "m", retry_after=wait)
    assert repr(failure.retry_after) == repr(seconds)
    assert repr(attrs.evolve(failure, retry_after=wait).retry_after) == repr(seconds)


def test_failures_are_equal_by_value_and_hash_so() -> None:
    again = Failure(**{field.name: getattr(FAILURE, field.name) for field in attrs.fields(Failure)})
    assert again == FAILURE
    assert {again, FAILURE, copy.deepcopy(FAILURE)} == {FAILURE}
    for field in attrs.fields(Failure):
        value = FailureKind.SERVER if field.name == "kind" else 8.0 if field.name == "retry_after" else "other"
        assert attrs.evolve(FAILURE, **{field.name: value}) != FAILURE
    zero, minus = (Failure(FailureKind.SERVER, "m", retry_after=wait) for wait in (0.0, -0.0))
    assert (zero, hash(zero), repr(zero)) == (minus, hash(minus), repr(minus))


def test_a_failure_is_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        FAILURE.message = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param({}, "Slow down.", id="message"),
        pytest.param({"message": "Really?"}, "Really?", id="question"),
        pytest.param({"message": "Stop!\n"}, "Stop!", id="call"),
        pytest.param({"message": "Done."}, "Done.", id="sentence"),
        pytest.param({"message": " "}, "rate limit.", id="no message"),
        pytest.param({"status": 429}, "HTTP 429: Slow down.", id="status"),
        pytest.param({"status": 307, "message": "HTTP 307 redirects to x"}, "HTTP 307 redirects to x.", id="said once"),
        pytest.param({"provider": "groq"}, "groq: Slow down.", id="dialect"),
        pytest.param({"provider": "anthropic", "status": 429}, "anthropic /v1/messages HTTP 429: Slow down.", id="all"),
        pytest.param({"provider": "openai-chat"}, "openai /v1/chat/completions: Slow down.", id="Chat"),
        pytest.param({"provider": "openai-responses"}, "openai /v1/responses: Slow down.", id="Responses"),
        pytest.param({"provider": "gemini"}, "gemini streamGenerateContent: Slow down.", id="Gemini"),
        pytest.param({"provider": "gemini-interactions"}, "gemini /v1beta/interactions: Slow down.", id="Interactions"),
        pytest.param({"provider": "ollama"}, "ollama /api/chat: Slow down.", id="Ollama"),
        pytest.param({"provider": "bedrock"}, "bedrock converse-stream: Slow down.", id="Bedrock"),
        pytest.param(
            {"provider": "bedrock-invoke"}, "bedrock invoke-with-response-stream: Slow down.", id="Bedrock invoke"
        ),
        pytest.param({"provider": "cohere"}, "cohere /v2/chat: Slow down.", id="Cohere"),
        pytest.param({"retry_after": 12}, "Slow down. Provider suggested retrying after 12 seconds.", id="wait"),
        pytest.param({"retry_after": 1}, "Slow down. Provider suggested retrying after 1 second.", id="one second"),
        pytest.param({"retry_after": 0}, "Slow down. Provider suggested retrying after 0 seconds.", id="no wait"),
        pytest.param({"retry_after": 5.25}, "Slow down. Provider suggested retrying after 5.25 seconds.", id="part"),
    ],
)
def test_the_text_is_one_line_for_a_person(fields: dict[str, Any], text: str) -> None:
    failure = attrs.evolve(Failure(FailureKind.RATE_LIMIT, "Slow down"), **fields)
    assert str(failure) == text
    assert str(StreamError(failure)) == text


class TestStreamError:
    @pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
    def test_pickles(self, protocol: int) -> None:
        again = pickle.loads(pickle.dumps(StreamError(FAILURE), protocol))
        assert type(again) is StreamError
        assert again.failure == FAILURE
        assert (str(again), again.args) == (str(FAILURE), (FAILURE,))

    @pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
    def test_copies(self, way: Any) -> None:
        assert way(StreamError(FAILURE)).failure == FAILURE

    def test_subclasses_come_back_as_themselves(self) -> None:
        again = pickle.loads(pickle.dumps(Special(FAILURE)))
        assert type(again) is Special

    def test_is_an_exception_that_says_why(self) -> None:
        with pytest.raises(StreamError, match="Slow down") as caught:
            raise StreamError(FAILURE)
        assert caught.value.failure is FAILURE


class Special(StreamError):
    pass


def test_a_usage_error_is_an_exception_of_its_own() -> None:
    assert issubclass(UsageError, Exception)
    assert not issubclass(UsageError, StreamError | ValueError)
    assert str(pickle.loads(pickle.dumps(UsageError("why")))) == "why"
