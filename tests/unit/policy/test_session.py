"""The session's way through a plan: attempts, commitment, ends."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from tests.policy_driver import DONE, FINISH, KEY, START, Driver, chunk, error, target, text, usage

from deltawire.events import (
    Failed,
    Finished,
    Note,
    ResponseStarted,
    TextDelta,
    ToolCallFinished,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind, UsageError
from deltawire.notes import NoteCode
from deltawire.policy import (
    AttemptStarted,
    ContextOverflow,
    FallbackStarted,
    Outcome,
    Plan,
    RetryAttempt,
    RetryPolicy,
    Status,
    StreamSession,
)
from deltawire.requests import Target

RESET = Failure(FailureKind.READ, "Connection reset")
REFUSED = Failure(FailureKind.CONNECT, "Connection refused")


def driver(*targets: Target, **options: Any) -> Driver:
    primary, *fallbacks = targets or (target(),)
    return Driver(StreamSession(Plan(primary, fallbacks), **{"prompt": "hi"} | options))


def test_one_attempt_gives_the_answer() -> None:
    run = driver()
    assert run.run("start", run.session.start) == ["AttemptStarted", "OpenRequest"]
    assert run.head() == []
    assert run.data(START) == []
    assert run.data(text("Hel")) == ["ResponseStarted", "TextDelta"]
    assert run.session.committed
    assert run.data(text("lo"), FINISH) == ["TextDelta", "ChoiceFinished"]
    assert run.data(DONE) == ["CloseRequest", "Finished", "Stop"]
    assert run.outcome is Outcome.FINISHED
    assert run.events[0] == AttemptStarted(1, 3, "openai-chat", "m")


def test_the_request_says_what_is_asked() -> None:
    run = driver(target(model="gpt-4o")).start()
    assert run.open is not None
    assert run.open.request.url == "https://api.openai.com/v1/chat/completions"
    assert b'"content":"hi"' in run.open.request.body
    assert run.open.connect_timeout == 10


def test_every_terminal_comes_at_once_although_the_server_keeps_the_connection() -> None:
    run = driver().start()
    run.head()
    assert run.data(text("a") + FINISH + DONE + text("never"))[0] == "CloseRequest"
    assert run.last.reason == "stop"
    assert run.data(text("late")) == []


@pytest.mark.parametrize("finish", ["eof", "reset"])
def test_a_failure_before_content_is_retried_after_a_wait(finish: str) -> None:
    run = driver().start()
    run.head()
    run.data(START, usage(7))
    began = run.now
    said = run.eof() if finish == "eof" else run.error(RESET)
    assert said == ["CloseRequest", "RetryAttempt"]
    retry = run.last
    assert (retry.attempt, retry.max_attempts, retry.delay_ms) == (2, 3, 1000)
    assert retry.usage.input_tokens == 7
    assert retry.error_message == str(retry.error)
    assert run.session.deadline == began + 1
    assert run.timer(0.5) == []
    assert run.wait() == ["AttemptStarted", "OpenRequest"]
    assert run.now == began + 1
    assert run.events[-1].attempt == 2


def test_a_retry_drops_what_was_held() -> None:
    run = driver().start()
    run.head()
    run.data(START)
    run.eof()
    run.wait()
    run.head()
    run.data(START.replace(b'"r"', b'"second"'), text("a"), DONE)
    assert [event.id for event in run.of(ResponseStarted)] == ["second"]


def test_a_failure_after_content_is_delivered() -> None:
    run = driver(target(), target("groq")).start()
    run.head()
    run.data(text("half"))
    assert run.eof() == ["CloseRequest", "Failed", "Stop"]
    assert run.last.error.kind is FailureKind.TRUNCATED
    assert run.last.error.after_content
    assert run.outcome is Outcome.FAILED


def test_content_and_failure_in_one_read_are_no_retry_either() -> None:
    run = driver().start()
    assert run.data(text("half") + error()) == ["CloseRequest", "ResponseStarted", "TextDelta", "Failed", "Stop"]


def test_attempts_end_with_the_last_failure_and_are_all_listed() -> None:
    run = driver(policy=RetryPolicy(max_attempts=2)).start()
    run.error(REFUSED)
    run.wait()
    run.head(503)
    assert run.eof()[-2:] == ["Failed", "Stop"]
    assert run.last.error.status == 503
    assert [(made.number, made.attempt, made.failure.kind) for made in run.session.attempts] == [
        (1, 1, "connect"),
        (2, 2, "overloaded"),
    ]


def test_a_fallback_begins_at_once_and_has_one_attempt() -> None:
    run = driver(target(), target("groq", "g"), policy=RetryPolicy(max_attempts=1)).start()
    assert run.error(REFUSED) == ["CloseRequest", "FallbackStarted", "AttemptStarted", "OpenRequest"]
    fallback, attempt = run.events[-2:]
    assert fallback == FallbackStarted("groq", "g", fallback.error)
    assert attempt == AttemptStarted(1, 1, "groq", "g")
    assert run.error(RESET) == ["CloseRequest", "Failed", "Stop"]
    assert run.last.error.message == "Connection reset"
    assert [made.provider for made in run.session.attempts] == ["openai-chat", "groq"]


def test_fallbacks_get_as_many_attempts_as_the_policy_says() -> None:
    run = driver(target(), target("groq"), policy=RetryPolicy(max_attempts=1, fallback_attempts=2)).start()
    run.error(REFUSED)
    assert run.error(REFUSED) == ["CloseRequest", "RetryAttempt"]


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_what_no_wait_can_mend_goes_to_the_next_target(status: int) -> None:
    run = driver(target(), target("groq")).start()
    run.head(status)
    assert run.eof() == ["CloseRequest", "FallbackStarted", "AttemptStarted", "OpenRequest"]


@pytest.mark.parametrize("status", [400, 302])
def test_what_nobody_would_answer_is_delivered(status: int) -> None:
    run = driver(target(), target("groq")).start()
    run.head(status)
    run.eof()
    assert run.outcome is Outcome.FAILED
    assert len(run.requests) == 1


def test_a_context_overflow_has_its_own_terminal_event() -> None:
    run = driver(target(), target("groq")).start()
    run.head(400)
    run.data(b'{"error":{"message":"too long","code":"context_length_exceeded"}}')
    assert run.eof() == ["CloseRequest", "ContextOverflow", "Stop"]
    assert isinstance(run.last, ContextOverflow)
    assert run.last.error.kind is FailureKind.CONTEXT_OVERFLOW
    assert run.outcome is Outcome.CONTEXT_OVERFLOW


def test_a_hint_is_waited_for_and_one_over_the_cap_is_not() -> None:
    run = driver(target(), target("groq")).start()
    began = run.now
    run.head(429, {"Retry-After": "12"})
    run.eof()
    assert run.session.deadline == began + 12
    run.wait()
    run.head(429, {"Retry-After": "86400"})
    assert run.eof() == ["CloseRequest", "FallbackStarted", "AttemptStarted", "OpenRequest"]
    assert run.events[-2].error.retry_after == 86400


@pytest.mark.parametrize(("status", "said", "next_event"), [(503, "false", "FallbackStarted"), (401, "true", "Retry")])
def test_x_should_retry_decides_between_a_retry_and_the_next_target(status: int, said: str, next_event: str) -> None:
    run = driver(target(), target("groq")).start()
    run.head(status, {"x-should-retry": said})
    assert run.eof()[1].startswith(next_event)


def test_the_wait_is_told_in_whole_milliseconds_and_not_shortened() -> None:
    run = driver().start()
    run.head(503, {"retry-after-ms": "1500.2"})
    run.eof()
    assert run.last.delay_ms == 1501


def test_each_retry_tells_the_tokens_of_its_own_attempt() -> None:
    run = driver().start()
    run.data(usage(7))
    run.eof()
    run.wait()
    run.error(RESET)
    assert [retry.usage and retry.usage.input_tokens for retry in run.of(RetryAttempt)] == [7, None]


def test_jitter_shortens_the_wait() -> None:
    run = driver(jitter=lambda: 1.0).start()
    run.error(REFUSED)
    assert run.last.delay_ms == 900


class TestUnconfiguredTargets:
    def test_the_next_target_is_asked_at_once(self) -> None:
        run = driver(Target("openai-chat", "m"), target("groq"))
        assert run.run("start", run.session.start) == ["Status", "FallbackStarted", "AttemptStarted", "OpenRequest"]
        status, fallback = run.events[:2]
        for said in (status.message, fallback.error.message):
            assert "not configured" in said
            assert "OPENAI_API_KEY" in said
        assert fallback.error.kind is FailureKind.UNCONFIGURED
        assert run.open is not None
        assert run.open.attempt == 1
        assert [(made.number, made.provider) for made in run.session.attempts] == [(None, "openai-chat"), (1, "groq")]

    def test_without_another_target_the_failure_is_delivered(self) -> None:
        run = driver(Target("anthropic", "m")).start()
        assert run.names == ["Status", "Failed"]
        assert "not configured" in run.last.error.message
        assert "ANTHROPIC_API_KEY" in str(run.last.error)

    def test_a_broken_key_is_not_shown(self) -> None:
        run = driver(target(api_key=f"{KEY}\n"))
        run.start()
        assert "line break" in run.last.error.message
        assert KEY not in repr(run.events)

    def test_as_a_fallback_it_does_not_hide_behind_the_first_failure(self) -> None:
        run = driver(target(), Target("groq", "m"), policy=RetryPolicy(max_attempts=1)).start()
        said = run.error(REFUSED)
        assert said == ["CloseRequest", "FallbackStarted", "Status", "Failed", "Stop"]
        assert run.last.error.kind is FailureKind.UNCONFIGURED
        assert [made.failure.kind for made in run.session.attempts] == ["connect", "unconfigured"]
        assert [(made.number, made.attempt) for made in run.session.attempts] == [(1, 1), (None, 1)]

    def test_messages_without_an_entry_for_a_provider_count_as_this(self) -> None:
        messages = {"groq": [{"role": "user", "content": "hi"}]}
        run = driver(target("anthropic"), target("groq"), prompt=None, messages=messages).start()
        assert "no entry for 'anthropic'" in run.events[0].message
        assert run.open is not None
        assert "groq" in run.open.request.url


class TestInputsThatCannotBe:
    @pytest.mark.parametrize("when", ["before the start", "between attempts", "after the end"])
    def test_do_nothing_without_an_open_request(self, when: str) -> None:
        run = driver()
        if when != "before the start":
            run.start().error(REFUSED)
        if when == "after the end":
            run.cancel()
        state = run.session.state
        assert run.head() == run.data(text("a")) == run.eof() == run.error(RESET) == run.reading() == []
        assert run.session.state is state

    def test_a_second_head_is_an_error_of_the_caller(self) -> None:
        run = driver().start()
        run.head()
        with pytest.raises(UsageError):
            run.head()
        run.data(text("a"))
        with pytest.raises(UsageError):
            run.head()

    @pytest.mark.parametrize("when", ["open", "between attempts"])
    def test_a_second_start_is_an_error_of_the_caller(self, when: str) -> None:
        run = driver().start()
        if when == "between attempts":
            run.error(REFUSED)
        with pytest.raises(UsageError):
            run.start()

    def test_inputs_of_another_attempt_are_passed_over(self) -> None:
        run = driver().start()
        run.head(attempt=1)
        run.error(RESET, attempt=1)
        run.wait()
        assert run.data(text("old"), attempt=1) == run.eof(attempt=1) == run.head(attempt=1) == []
        assert run.error(RESET, attempt=1) == run.reading(attempt=1) == []
        run.head(attempt=2)
        assert run.head(attempt=1) == []
        assert run.data(text("new"), attempt=2) == ["ResponseStarted", "TextDelta"]

    def test_empty_data_means_nothing(self) -> None:
        run = driver().start()
        run.data(b"")
        assert run.session.state == "opening"


class TestSecrets:
    def test_an_echoed_key_is_not_shown(self) -> None:
        run = driver(policy=RetryPolicy(max_attempts=2)).start()
        run.data(error(f"Incorrect key {KEY}"))
        run.wait()
        run.error(Failure(FailureKind.CONNECT, f"could not send Bearer {KEY}"))
        assert run.outcome is Outcome.FAILED
        assert "[redacted]" in run.of(RetryAttempt)[0].error_message
        assert KEY not in repr((run.events, run.session, run.session.attempts, run.requests))

    def test_a_key_of_another_target_is_not_shown_either(self) -> None:
        targets = target(api_key="sk-first-key"), target("groq", api_key="sk-second-key")
        run = driver(*targets, policy=RetryPolicy.never()).start()
        run.data(error("you sent sk-second-key"))
        assert run.of(FallbackStarted)[0].error.message == "you sent [redacted]"
        run.data(error("you sent sk-first-key"))
        assert run.last.error.message == "you sent [redacted]"

    def test_a_dummy_key_does_not_garble_messages(self) -> None:
        run = driver(target(api_key="x"), policy=RetryPolicy.never()).start()
        run.data(error("example text"))
        assert run.last.error.message == "example text"

    def test_a_session_is_neither_pickled_nor_copied(self) -> None:
        session = driver().session
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="StreamSession"):
                attempt(session)

    def test_the_repr_says_where_it_is(self) -> None:
        run = driver().start()
        assert repr(run.session) == "<StreamSession opening openai-chat m attempts=1>"


class TestEndpoints:
    def test_a_model_of_the_other_endpoint_is_told_with_both(self) -> None:
        message = "This is not a chat model and thus not supported in the v1/chat/completions endpoint"
        run = driver().start()
        run.head(404)
        run.data(b'{"error":{"message":"%s","type":"invalid_request_error"}}' % message.encode())
        run.eof()
        said = run.last.error.message
        assert said.startswith(message)
        assert "/v1/chat/completions" in said
        assert "/v1/responses" in said
        assert run.session.attempts[0].failure == run.last.error

    def test_any_other_404_stays_as_it_is(self) -> None:
        run = driver().start()
        run.head(404)
        run.data(b'{"error":{"message":"The model `x` does not exist"}}')
        run.eof()
        assert run.last.error.message == "The model `x` does not exist"


def test_a_target_alone_is_a_plan_of_one() -> None:
    run = Driver(StreamSession(target(), "hi")).start()
    assert run.open is not None


def test_parser_options_reach_the_parser() -> None:
    run = driver(raw=True, think="leading").start()
    run.data(text("<think>a</think>b"), DONE)
    assert {"Raw", "ReasoningDelta", "TextDelta"} <= set(run.names)
    call = chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{}"}}]}, "tool_calls")
    run = driver(id_prefix="mine").start()
    run.data(call)
    assert run.of(ToolCallFinished)[0].id.startswith("mine")


def test_a_failing_question_passes_through() -> None:
    session = StreamSession(target(), messages=[object()])
    with pytest.raises(TypeError):
        session.start(0)


def test_events_of_the_answer_are_those_of_the_parser() -> None:
    run = driver().start()
    run.head()
    run.data(START, text("a"), FINISH, usage(2))
    run.eof()
    assert isinstance(run.last, Finished)
    assert run.of(TextDelta) == [TextDelta("a")]
    assert run.of(UsageUpdate)
    assert [note.code for note in run.of(Note)] == [NoteCode.MISSING_TERMINATOR]
    assert not run.of(Status)
    assert not run.of(Failed)
