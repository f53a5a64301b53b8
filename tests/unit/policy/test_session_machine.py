"""Any order of heads, bytes, ends, errors, timers, stale inputs and cancels keeps every promise of the session.

Most promises are checked by the driver at each action; see there.
"""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.policy_driver import DONE, FINISH, KEY, PING, START, Driver, chunk, error, target, text, usage

from deltawire.failures import Failure, FailureKind
from deltawire.policy import OpenRequest, Plan, RetryAttempt, RetryPolicy, StreamSession, Timeouts
from deltawire.policy.states import TRANSITIONS, State
from deltawire.requests import Target

CALL = chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a":'}}]})
FRAMES = [
    START,
    PING,
    usage(3),
    text("a"),
    CALL,
    FINISH,
    DONE,
    error(),
    error(KEY),
    b"data: {bad\n\n",
    b"<html>",
    b"\n",
]
OVERFLOW = b'{"error":{"message":"too long","code":"context_length_exceeded"}}'
TARGETS = [
    target(),
    target("groq", "g"),
    Target("openrouter", "no-key"),
    target("ollama-openai", "qwen3:8b"),
]
HEADS: list[tuple[int, dict[str, str]]] = [
    (200, {}),
    (200, {}),
    (204, {}),
    (302, {"location": "/elsewhere"}),
    (400, {}),
    (401, {"x-should-retry": "true"}),
    (404, {}),
    (429, {"retry-after": "9"}),
    (429, {"retry-after": "3600"}),
    (429, {}),
    (503, {"retry-after-ms": "250"}),
    (503, {"x-should-retry": "false"}),
]
FAILURES = [
    Failure(FailureKind.CONNECT, f"refused Bearer {KEY}"),
    Failure(FailureKind.READ, "reset"),
    Failure(FailureKind.STALLED, "too slow", retry_after=70),
    Failure(FailureKind.AUTHENTICATION, "certificate"),
    Failure(FailureKind.TOO_LARGE, "too much"),
]
PLANS = st.lists(st.sampled_from(TARGETS), min_size=1, max_size=3).map(lambda each: Plan(each[0], each[1:]))
POLICIES = st.builds(RetryPolicy, max_attempts=st.integers(1, 3), fallback_attempts=st.integers(1, 2))
TIMEOUTS = st.builds(
    Timeouts,
    first_byte=st.sampled_from([None, 120]),
    silence=st.sampled_from([None, 300]),
    progress=st.sampled_from([None, 60]),
    total=st.sampled_from([None, 20, 1_000]),
    finish_grace=st.sampled_from([None, 0, 2]),
    status_every=st.sampled_from([None, 30]),
)
WHICH = st.sampled_from([None, None, 0])
"""Names no attempt, the present one, or the one before."""


class SessionMachine(RuleBasedStateMachine):
    run: Driver

    @precondition(lambda self: not hasattr(self, "run"))
    @rule(plan=PLANS, policy=POLICIES, timeouts=TIMEOUTS, jitter=st.none() | st.floats(0, 1))
    def begin(self, plan: Plan, policy: RetryPolicy, timeouts: Timeouts, jitter: float | None) -> None:
        self.policy, self.targets = policy, plan.targets
        said = None if jitter is None else lambda: jitter
        self.run = Driver(StreamSession(plan, "hi", policy=policy, timeouts=timeouts, jitter=said))

    def named(self, which: int | None) -> int | None:
        """The number of an attempt to name with an input; only the present one's inputs may have an effect."""
        return None if which is None else len(self.run.requests) + which

    def check_stale(self, call: Any) -> None:
        before = (self.run.session.state, len(self.run.events), self.run.session.deadline)
        assert call(len(self.run.requests) - 1) == []
        assert before == (self.run.session.state, len(self.run.events), self.run.session.deadline)

    begun = precondition(lambda self: hasattr(self, "run"))

    @begun
    @rule()
    def start(self) -> None:
        if self.run.session.state in (State.NEW, State.ENDED):
            self.run.start()

    @begun
    @rule(head=st.sampled_from(HEADS), which=WHICH)
    def head(self, head: tuple[int, dict[str, str]], which: int | None) -> None:
        if self.run.session.state not in (State.ANSWERED, State.STREAMING):
            self.run.head(*head, attempt=self.named(which))

    @begun
    @rule(pieces=st.lists(st.sampled_from(FRAMES), max_size=4), cut=st.integers(0, 40), which=WHICH)
    def data(self, pieces: list[bytes], cut: int, which: int | None) -> None:
        whole = b"".join(pieces)
        attempt = self.named(which)
        for piece in (whole[:-cut], whole[-cut:]) if cut % 3 else (whole,):
            # A failure in the first piece may have opened the next request, which the second is not of.
            if attempt is None or attempt == len(self.run.requests):
                self.run.data(piece, attempt=attempt)

    @begun
    @rule(body=st.sampled_from([b"", b"slow down", OVERFLOW, b'{"error":{"message":"bad key"}}']))
    def error_body(self, body: bytes) -> None:
        self.run.data(body)
        self.run.eof()

    @begun
    @rule(which=WHICH)
    def eof(self, which: int | None) -> None:
        self.run.eof(self.named(which))

    @begun
    @rule(failure=st.sampled_from(FAILURES), which=WHICH)
    def fail(self, failure: Failure, which: int | None) -> None:
        self.run.error(failure, self.named(which))

    @begun
    @rule(which=WHICH)
    def reading(self, which: int | None) -> None:
        self.run.reading(self.named(which))

    @begun
    @rule(failure=st.sampled_from(FAILURES))
    def stale(self, failure: Failure) -> None:
        self.check_stale(lambda old: self.run.head(200, (), old))
        self.check_stale(lambda old: self.run.data(text("old"), attempt=old))
        self.check_stale(self.run.eof)
        self.check_stale(lambda old: self.run.error(failure, old))
        self.check_stale(self.run.reading)

    @begun
    @rule(seconds=st.sampled_from([0.0, 0.1, 3.0, 70.0, 10_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.run.now += seconds

    @begun
    @rule(late=st.sampled_from([0.0, 0.0, 0.0, 50.0]))
    def deadline(self, late: float) -> None:
        if self.run.session.deadline is not None:
            self.run.now += late
            self.run.wait()

    @begun
    @rule()
    def timer(self) -> None:
        deadline = self.run.session.deadline
        said = self.run.timer()
        if deadline is None or self.run.now < deadline:
            assert said == []

    @begun
    @rule(how=st.sampled_from(["cancel", "pause"]), sure=st.integers(0, 3))
    def stop(self, how: str, sure: int) -> None:
        if sure == 0:
            getattr(self.run, how)()
            assert self.run.outcome is not None

    @begun
    @invariant()
    def the_table_covers_what_happens(self) -> None:
        for before, name, after in self.run.edges:
            assert after in TRANSITIONS[before][name]

    @begun
    @invariant()
    def every_request_is_closed_once(self) -> None:
        assert self.run.closed == len(self.run.requests) - (self.run.open is not None)
        assert (self.run.open is not None) is (self.run.session.state in ("opening", "answered", "streaming"))

    @begun
    @invariant()
    def waits_are_within_hint_and_cap(self) -> None:
        for event in self.run.of(RetryAttempt):
            hint, policy = event.error.retry_after, self.policy
            least = policy.rate_limit_floor if event.error.kind is FailureKind.RATE_LIMIT else 0
            least = least if hint is None else hint
            assert least * 1000 <= event.delay_ms <= math.ceil(1000 * max(policy.max_delay, least))
            assert least <= policy.max_retry_after

    @begun
    @invariant()
    def a_wait_ends_by_itself(self) -> None:
        if self.run.session.state is State.BACKOFF:
            assert self.run.session.deadline is not None

    @begun
    @invariant()
    def no_target_is_asked_more_often_than_allowed(self) -> None:
        made = self.run.session.attempts
        assert len(made) <= self.policy.max_attempts + self.policy.fallback_attempts * (len(self.targets) - 1)
        assert [each.number for each in made if each.number] == list(range(1, len(self.run.requests) + 1))
        assert all(each.failure is not None for each in made[:-1])

    def teardown(self) -> None:
        """Whatever has happened, the session comes to its end within the attempts that there are."""
        if not hasattr(self, "run"):
            return
        if self.run.session.state is State.NEW:
            self.run.start()
        for _ in range(40):
            if self.run.outcome is not None:
                break
            if self.run.open is not None:
                self.run.error(FAILURES[1])
            else:
                self.run.wait()
        assert self.run.outcome is not None
        assert len(self.run.terminals) == 1
        assert self.run.closed == len(self.run.requests)
        shown = (self.run.events, self.run.session, self.run.session.attempts, self.run.requests)
        assert KEY not in repr(shown)
        assert self.run.timer(1e6) == self.run.cancel() == self.run.data(DONE) == []


TestSessionMachine = SessionMachine.TestCase


@st.composite
def split(draw: Any) -> tuple[bytes, list[bytes]]:
    """A body, and the same body in pieces."""
    whole = b"".join(draw(st.lists(st.sampled_from(FRAMES), max_size=8)))
    cuts = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=6)))
    return whole, [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


@given(body=split(), status=st.sampled_from([200, 200, 503]))
def test_the_split_of_a_body_changes_nothing(body: tuple[bytes, list[bytes]], status: int) -> None:
    def course(pieces: list[bytes]) -> Any:
        run = Driver(StreamSession(target(), "hi"))
        run.start()
        run.head(status)
        run.data(*pieces)
        run.eof()
        return run.events, run.closed, run.session.state, run.session.attempts, run.session.deadline

    whole, pieces = body
    assert course(pieces) == course([whole])


def test_a_request_is_asked_for_before_it_is_sent() -> None:
    run = Driver(StreamSession(target(), "hi"))
    actions = run.session.start(0)
    assert isinstance(actions[-1], OpenRequest)
