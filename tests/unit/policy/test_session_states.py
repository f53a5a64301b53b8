"""Every transition of the table can be taken, and nothing else happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.policy_driver import DONE, START, Driver, error, target, text

from deltawire.failures import Failure, FailureKind, UsageError
from deltawire.policy import Plan, RetryPolicy, StreamSession, Timeouts
from deltawire.policy.states import REFUSED, TRANSITIONS, Input, State
from deltawire.requests import Target

RESET = Failure(FailureKind.READ, "Connection reset")
OPEN = (State.OPENING, State.ANSWERED, State.STREAMING)
UNCONFIGURED = Target("groq", "m")
EDGES = [(state, name, after) for state in State for name, then in TRANSITIONS[state].items() for after in sorted(then)]

# What an attempt that ended leads to is decided by what else the plan and the policy have.
PLANS: dict[State, tuple[list[Target], RetryPolicy]] = {
    State.OPENING: ([target(), target("groq")], RetryPolicy.never()),
    State.BACKOFF: ([target()], RetryPolicy()),
    State.ENDED: ([target()], RetryPolicy.never()),
}


def session_in(state: State, after: State, name: Input) -> Driver:
    """A session in that state, which the end of an attempt takes to `after`."""
    targets, policy = PLANS.get(after, ([target()], RetryPolicy.never()))
    if state is State.BACKOFF:
        policy = RetryPolicy()
    if (state, after) == (State.NEW, State.ENDED):
        targets = [UNCONFIGURED]
    total = 500 if (state, name, after) == (State.BACKOFF, Input.TIMER, State.ENDED) else None
    timeouts = Timeouts(status_every=None, finish_grace=None, total=total)
    run = Driver(StreamSession(Plan(targets[0], targets[1:]), "hi", policy=policy, timeouts=timeouts))
    if state is not State.NEW:
        run.start()
    if state is State.BACKOFF:
        run.error(RESET)
    if state in (State.ANSWERED, State.STREAMING):
        run.head()
    if state is State.STREAMING:
        run.data(START)
    assert run.session.state is state
    return run


def timer(run: Driver, state: State, after: State) -> None:
    if after is state and state is not State.OPENING:
        run.timer()
    elif state is State.BACKOFF:
        run.timer(1_000 if after is State.ENDED else 1)
    else:
        run.reading()
        run.timer(1_000)


GIVE: dict[Input, Callable[[Driver, State, State], Any]] = {
    Input.START: lambda run, state, after: run.start(),
    Input.HEAD: lambda run, state, after: run.head(200 if after is State.ANSWERED else 204),
    Input.DATA: lambda run, state, after: run.data(START if after is State.STREAMING else error()),
    Input.EOF: lambda run, state, after: run.eof(),
    Input.ERROR: lambda run, state, after: run.error(RESET),
    Input.READING: lambda run, state, after: run.reading(),
    Input.TIMER: timer,
    Input.CANCEL: lambda run, state, after: run.cancel(),
    Input.PAUSE: lambda run, state, after: run.pause(),
}


@pytest.mark.parametrize(("state", "name", "after"), EDGES, ids=["-".join(edge) for edge in EDGES])
def test_every_transition_of_the_table_is_taken(state: State, name: Input, after: State) -> None:
    run = session_in(state, after, name)
    run.edges.clear()
    GIVE[name](run, state, after)
    assert run.session.state is after
    # Waiting on, reading on and a part of a frame leave no trace.
    assert (state, name, after) in run.edges or after is state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", Input)
def test_what_is_not_in_the_table_has_no_effect(state: State, name: Input) -> None:
    if name in TRANSITIONS[state]:
        return
    run = session_in(State.NEW if state is State.ENDED else state, State.BACKOFF, name)
    if state is State.ENDED:
        run.cancel()
    seen = len(run.events)
    if (state, name) in REFUSED:
        with pytest.raises(UsageError):
            GIVE[name](run, state, state)
    else:
        GIVE[name](run, state, state)
    assert run.session.state is state
    assert len(run.events) == seen


def test_what_is_refused_is_not_in_the_table() -> None:
    assert all(name not in TRANSITIONS[state] for state, name in REFUSED)


def test_the_table_speaks_of_every_state_and_leads_nowhere_else() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {after for edge in EDGES for after in [edge[2]]} == set(State) - {State.NEW}


def test_open_requests_can_always_be_ended() -> None:
    for state in OPEN:
        assert TRANSITIONS[state][Input.CANCEL] == TRANSITIONS[state][Input.PAUSE] == {State.ENDED}
        assert State.ENDED in TRANSITIONS[state][Input.EOF] & TRANSITIONS[state][Input.ERROR]


def test_an_answer_ends_the_session_in_any_open_state() -> None:
    for state in OPEN:
        run = session_in(state, State.ENDED, Input.DATA)
        run.data(text("a") + DONE)
        assert run.outcome == "finished"
