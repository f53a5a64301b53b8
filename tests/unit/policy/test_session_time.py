"""The waits of a session: what expires when, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.policy_driver import DONE, FINISH, PING, START, Driver, error, target, text, usage

from deltawire.events import Note
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.policy import Outcome, Plan, RetryPolicy, Status, StreamSession, Timeouts
from deltawire.requests import Target

REFUSED = Failure(FailureKind.CONNECT, "Connection refused")
NO_STATUS = {"status_every": None}


def driver(*targets: Target, policy: RetryPolicy | None = None, **timeouts: Any) -> Driver:
    primary, *fallbacks = targets or (target(),)
    policy = policy or RetryPolicy.never()
    return Driver(StreamSession(Plan(primary, fallbacks), "hi", policy=policy, timeouts=Timeouts(**timeouts)))


def test_nothing_is_waited_for_before_the_start() -> None:
    assert driver().session.deadline is None


@pytest.mark.parametrize("head", [False, True])
def test_the_first_byte_is_waited_for_from_the_request_on(head: bool) -> None:
    run = driver(**NO_STATUS).start()
    began = run.now
    if head:
        run.now += 60
        run.head()
    assert run.session.deadline == began + 120
    assert run.wait() == ["CloseRequest", "Failed", "Stop"]
    assert run.last.error.kind is FailureKind.STALLED
    assert "120 seconds" in run.last.error.message


@pytest.mark.parametrize(
    "local",
    [
        Target("ollama", "m"),
        Target("openai-chat", "m", base_url="http://localhost:8000/v1"),
        Target("vllm", "m", base_url="http://gpu.example:8000/v1"),
    ],
    ids=["kind of server", "address", "kind of server elsewhere"],
)
def test_local_servers_have_longer_because_they_load_the_model(local: Target) -> None:
    run = driver(local, **NO_STATUS).start()
    assert run.session.deadline == run.now + 600
    assert run.wait() == ["CloseRequest", "Failed", "Stop"]
    assert "600 seconds" in run.last.error.message


def test_expiry_before_content_is_retried() -> None:
    run = driver(policy=RetryPolicy(), **NO_STATUS).start()
    assert run.wait() == ["CloseRequest", "RetryAttempt"]
    assert run.session.deadline == run.now + 1


def test_silence_counts_only_while_the_caller_reads() -> None:
    run = driver(finish_grace=None, **NO_STATUS).start()
    run.head()
    run.data(text("a"))
    run.now += 10_000
    assert run.session.deadline is None
    assert run.timer() == []
    run.reading()
    began = run.now
    run.now += 200
    run.reading()
    assert run.session.deadline == began + 300
    assert run.wait() == ["CloseRequest", "Failed", "Stop"]
    assert "300 seconds" in run.last.error.message


def test_any_byte_ends_a_silence() -> None:
    run = driver(finish_grace=None, **NO_STATUS).start()
    run.data(START)
    for byte in (PING, b"d", b"a"):
        run.reading()
        run.now += 299
        run.data(byte)
    run.reading()
    assert run.session.deadline == run.now + 300


def test_progress_counts_only_content() -> None:
    run = driver(progress=60, finish_grace=None, **NO_STATUS).start()
    run.now += 100
    run.data(PING)
    run.reading()
    assert run.session.deadline == run.now + 60
    run.now += 50
    run.data(PING)
    run.now += 1_000
    run.reading()
    assert run.session.deadline == run.now + 10
    run.data(text("a"))
    run.reading()
    assert run.session.deadline == run.now + 60
    assert run.wait() == ["CloseRequest", "Failed", "Stop"]
    assert "No content" in run.last.error.message


def test_pings_alone_do_not_go_on_for_ever_if_progress_is_limited() -> None:
    run = driver(progress=60, **NO_STATUS).start()
    pings = 0
    while run.outcome is None:
        assert pings < 1_000
        run.data(PING)
        run.reading()
        run.timer(0.3)
        pings += 1
    assert run.last.error.kind is FailureKind.STALLED


def test_an_early_timer_does_nothing() -> None:
    run = driver().start()
    assert run.timer(1) == []
    assert run.session.state == "opening"


class TestFinishGrace:
    def test_an_answer_that_is_complete_is_finished_with_a_note(self) -> None:
        run = driver().start()
        run.data(text("a"), FINISH)
        run.reading()
        assert run.session.deadline == run.now + 2
        assert run.wait() == ["CloseRequest", "Note", "Note", "Finished", "Stop"]
        assert run.of(Note)[0].code is NoteCode.PAUSED_FOR_FINISH
        assert run.outcome is Outcome.FINISHED

    def test_one_that_is_not_goes_on(self) -> None:
        run = driver(**NO_STATUS).start()
        run.data(text("a"))
        run.reading()
        began = run.now
        assert run.wait() == []
        assert run.session.deadline == began + 300

    def test_late_usage_is_waited_for(self) -> None:
        run = driver().start()
        run.data(text("a"), FINISH)
        run.reading()
        run.timer(1.5)
        assert run.data(usage(3)) == ["UsageUpdate"]
        run.reading()
        run.now += 1.5
        assert run.data(DONE) == ["CloseRequest", "Finished", "Stop"]
        assert run.last.usage.input_tokens == 3

    def test_pings_do_not_put_it_off(self) -> None:
        run = driver().start()
        run.data(text("a"), FINISH)
        for _ in range(4):
            run.reading()
            assert run.timer(0.5) == [] or run.outcome is not None
            run.data(PING)
        run.reading()
        run.timer()
        assert run.outcome is Outcome.FINISHED

    @pytest.mark.parametrize("pieces", [[PING], [PING[:1], PING[1:]], [PING[place : place + 1] for place in range(8)]])
    def test_pings_in_pieces_put_it_off_no_more_than_whole_ones(self, pieces: list[bytes]) -> None:
        run = driver().start()
        run.data(text("a"), FINISH)
        end = run.now + 2
        for _ in range(3):
            run.reading()
            run.now += 0.5
            run.data(*pieces)
        run.reading()
        assert run.session.deadline == end

    def test_of_an_error_is_put_off_by_every_byte_of_its_body(self) -> None:
        run = driver().start()
        run.head(503)
        run.now += 1.5
        run.data(b'{"error":')
        run.reading()
        assert run.session.deadline == run.now + 2

    def test_a_slow_consumer_does_not_use_it_up(self) -> None:
        run = driver().start()
        run.data(text("a"), FINISH)
        assert run.timer(60) == []
        run.reading()
        assert run.session.deadline == run.now + 2

    def test_it_can_be_switched_off(self) -> None:
        run = driver(finish_grace=None, **NO_STATUS).start()
        run.data(text("a"), FINISH)
        run.reading()
        assert run.session.deadline == run.now + 300

    def test_of_an_error_begins_with_its_head(self) -> None:
        run = driver().start()
        run.now += 25
        run.head(503)
        assert run.session.deadline == run.now + 2

    @pytest.mark.parametrize("body", [b"", b'{"error":{"message":"slow down"'], ids=["none", "cut"])
    def test_an_error_whose_body_does_not_end_is_taken_as_it_is(self, body: bytes) -> None:
        run = driver().start()
        run.head(429, {"retry-after": "7"})
        run.data(body)
        run.reading()
        assert run.session.deadline == run.now + 2
        assert run.wait() == ["CloseRequest", "Failed", "Stop"]
        assert run.last.error.kind is FailureKind.RATE_LIMIT
        assert run.last.error.retry_after == 7


class TestTotal:
    def test_ends_everything_without_a_retry(self) -> None:
        run = driver(target(), target("groq"), policy=RetryPolicy(), total=5).start()
        assert run.session.deadline == run.now + 5
        assert run.wait() == ["CloseRequest", "Failed", "Stop"]
        assert run.last.error.kind is FailureKind.TIMEOUT
        assert not run.last.error.retryable
        assert len(run.requests) == 1

    def test_counts_over_all_attempts(self) -> None:
        run = driver(policy=RetryPolicy(max_attempts=9), total=5).start()
        began = run.now
        run.error(REFUSED)
        run.wait()
        run.error(REFUSED)
        run.wait()
        assert run.session.deadline == began + 5

    def test_forbids_a_wait_that_would_pass_it(self) -> None:
        run = driver(policy=RetryPolicy(), total=1).start()
        assert run.error(REFUSED) == ["CloseRequest", "Failed", "Stop"]
        assert run.last.error.message == "Connection refused"

    def test_leaves_time_for_a_target_that_needs_no_wait(self) -> None:
        run = driver(target(), target("groq"), policy=RetryPolicy(), total=1).start()
        assert run.error(REFUSED)[1] == "FallbackStarted"
        run.now += 1
        assert run.error(REFUSED)[1] == "Failed"

    def test_that_is_over_forbids_another_target_too(self) -> None:
        run = driver(target(), target("groq"), policy=RetryPolicy(), total=1).start()
        run.now += 1
        assert run.error(REFUSED) == ["CloseRequest", "Failed", "Stop"]

    def test_that_passes_unnoticed_in_a_wait_forbids_the_attempt(self) -> None:
        run = driver(policy=RetryPolicy(), total=5).start()
        run.error(REFUSED)
        assert run.timer(60) == ["Failed", "Stop"]
        assert run.last.error.kind is FailureKind.TIMEOUT

    def test_does_not_take_a_complete_answer_away(self) -> None:
        run = driver(total=5).start()
        run.data(text("a"), FINISH)
        run.timer(60)
        assert run.outcome is Outcome.FINISHED

    def test_does_not_hide_an_error_that_is_known(self) -> None:
        run = driver(policy=RetryPolicy(), total=5, finish_grace=None).start()
        run.head(503)
        run.timer(60)
        assert run.last.error.status == 503
        assert run.outcome is Outcome.FAILED


class TestStatus:
    def messages(self, run: Driver) -> list[str]:
        return [status.message for status in run.of(Status)]

    def test_comes_after_every_30_seconds_without_content(self) -> None:
        run = driver().start()
        began = run.now
        for count in (1, 2, 3):
            assert run.wait() == ["Status"]
            assert run.now == began + 30 * count
        assert run.data(text("a")) == ["ResponseStarted", "TextDelta"]
        run.now += 500
        run.reading()
        reading = run.now
        run.timer(2)
        assert run.wait() == ["Status"]
        assert run.now == reading + 30

    def test_is_put_off_by_content_and_not_by_heartbeats(self) -> None:
        run = driver(finish_grace=None).start()
        run.data(PING)
        for piece in (PING, text("a"), PING):
            run.reading()
            run.now += 20
            run.data(piece)
        run.reading()
        assert run.session.deadline == run.now + 10

    def test_does_not_come_between_attempts(self) -> None:
        run = driver(policy=RetryPolicy(initial_delay=50, max_delay=50)).start()
        run.error(REFUSED)
        assert run.session.deadline == run.now + 50

    def test_says_what_is_waited_for(self) -> None:
        run = driver(target("groq", "llama")).start()
        run.wait()
        run.head()
        run.wait()
        assert self.messages(run) == ["Waiting for groq… (model 'llama')", "Working… (model 'llama')"]

    @pytest.mark.parametrize("provider", ["ollama", "ollama-openai"])
    def test_of_ollama_says_that_a_model_loads(self, provider: str) -> None:
        run = driver(Target(provider, "qwen3:8b")).start()
        run.wait()
        assert run.head() == ["Status"]
        run.wait()
        run.wait()
        assert self.messages(run) == [
            "Loading model 'qwen3:8b'…",
            "Connected to Ollama, loading 'qwen3:8b'…",
            "Working… (model 'qwen3:8b')",
            "Working… (model 'qwen3:8b')",
        ]

    def test_of_ollama_does_not_say_so_of_an_error(self) -> None:
        run = driver(Target("ollama-openai", "m")).start()
        assert run.head(404) == []
        run = driver(Target("ollama-openai", "m")).start()
        assert run.head(204) == ["CloseRequest", "Failed", "Stop"]

    def test_can_be_switched_off(self) -> None:
        run = driver(status_every=None, first_byte=None).start()
        assert run.session.deadline is None


def test_a_timer_that_is_very_late_does_the_weightiest_thing_once() -> None:
    run = driver().start()
    run.data(text("a"))
    run.reading()
    assert run.timer(100_000) == ["CloseRequest", "Failed", "Stop"]
    assert "300 seconds" in run.last.error.message


def test_the_next_attempt_has_all_its_waits_again() -> None:
    run = driver(policy=RetryPolicy(), progress=200, finish_grace=None).start()
    for attempt in (1, 2):
        began = run.now
        assert run.session.deadline == began + 30
        run.now += 25
        run.data(START)
        assert run.session.deadline is None
        run.reading()
        assert run.wait() == ["Status"]
        assert run.now == began + 30
        while run.session.state == "streaming":
            run.wait()
        assert (len(run.requests), run.now) == (attempt, began + 225)
        run.wait()


def test_a_timer_that_is_very_late_first_sees_that_the_answer_is_complete() -> None:
    run = driver(total=10).start()
    run.data(text("a"), FINISH)
    run.reading()
    run.timer(100_000)
    assert NoteCode.PAUSED_FOR_FINISH in [note.code for note in run.of(Note)]


def test_a_failing_stream_that_was_proved_complete_is_finished() -> None:
    run = driver(finish_grace=None, **NO_STATUS).start()
    run.data(text("a"), FINISH)
    run.reading()
    assert run.wait() == ["CloseRequest", "Note", "Finished", "Stop"]


def test_an_error_inside_the_stream_does_not_wait_for_anything() -> None:
    run = driver().start()
    assert run.data(error()) == ["CloseRequest", "Failed", "Stop"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("connect", -1), ("total", float("nan")), ("silence", float("inf")), ("status_every", 0)],
)
def test_a_wait_that_is_none_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        Timeouts(**{name: value})


def test_the_defaults_are_the_documented_ones() -> None:
    assert Timeouts() == Timeouts(10, 120, 600, 300, None, None, 2, 30)
    assert Timeouts(status_every=0.5, silence=0).status_every == 0.5
