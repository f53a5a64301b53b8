"""Cuts, chaos and refusals of aimock end in typed failures in every dialect and both shims, never in half an answer."""

from __future__ import annotations

import uuid
from typing import Any

import attrs
import pytest

from deltawire import FailureKind
from deltawire.policy import FallbackStarted, Plan, RetryAttempt, RetryPolicy, Timeouts
from tests.faults.shims import Run
from tests.servers.asking import SHIM_NAMES, ask, failure, is_part, said, together
from tests.servers.dialects import CHAT, DIALECTS, Dialect
from tests.servers.fixtures import ANSWERS, BROKEN, CUT_AFTER, prompt

BOTH = [(dialect, shim) for dialect in DIALECTS for shim in SHIM_NAMES]
ONCE_MORE = RetryPolicy(max_attempts=2, initial_delay=0.01, max_delay=0.02, jitter_factor=0)
CUT = {FailureKind.TRUNCATED, FailureKind.READ}
QUICK = Timeouts(first_byte=0.2, local_first_byte=0.2)
"""For what comes after half a minute, so that no busy machine can make it come in time."""
QUIET = Timeouts(first_byte=10.0, silence=0.2)


def everywhere(base_url: str, name: str, **options: Any) -> list[tuple[Dialect, Run]]:
    """What this prompt gives in every dialect and both shims."""
    runs = together(lambda each: ask(each[1], each[0].target(base_url), prompt(name), **options), BOTH)
    return [(dialect, run) for (dialect, _), run in runs]


def kinds(runs: list[tuple[Dialect, Run]]) -> set[FailureKind]:
    """What they ended in."""
    return {failure(run).kind for _, run in runs}


@pytest.mark.parametrize("name", [*(f"cut after {count}" for count in CUT_AFTER), "cut at once", "cut in time"])
def test_what_is_cut_is_truncated_and_the_beginning_of_the_answer(aimock: str, name: str) -> None:
    runs = everywhere(aimock, name)
    assert kinds(runs) <= CUT
    assert [str(dialect) for dialect, run in runs if not is_part(run, ANSWERS["everything"], dialect)] == []


@pytest.mark.parametrize(
    ("name", "expected", "status"),
    [
        ("chaos: drop", {FailureKind.SERVER}, 500),
        ("chaos: disconnect", {FailureKind.READ}, None),
        ("chaos: rate limit", {FailureKind.RATE_LIMIT}, 429),
        # The beginning of an object, as a body of its own.
        ("chaos: malformed", {FailureKind.TRUNCATED}, None),
        ("nothing of the kind", {FailureKind.NOT_FOUND}, 404),
        ("status 400", {FailureKind.INVALID_REQUEST}, 400),
        ("status 401", {FailureKind.AUTHENTICATION}, 401),
        ("status 403", {FailureKind.PERMISSION}, 403),
        ("status 404", {FailureKind.NOT_FOUND}, 404),
        ("status 413", {FailureKind.INVALID_REQUEST}, 413),
        ("status 429", {FailureKind.RATE_LIMIT}, 429),
        ("status 500", {FailureKind.SERVER}, 500),
        ("status 503", {FailureKind.OVERLOADED}, 503),
        ("status 529", {FailureKind.OVERLOADED}, 529),
    ],
)
def test_what_is_refused_says_why(aimock: str, name: str, expected: set[FailureKind], status: int | None) -> None:
    runs = everywhere(aimock, name)
    failures = [failure(run) for _, run in runs]
    assert {each.kind for each in failures} == expected
    assert {each.status for each in failures} == {status}
    assert not any(each.after_content for each in failures)
    if name.startswith("status"):
        assert {each.message for each in failures} == {f"No, {status}."}
    if status == 429:
        assert {each.retry_after for each in failures} == {7.0 if name == "status 429" else 1.0}


@pytest.mark.parametrize(("name", "waits"), [("no head", QUICK), ("no body", QUICK), ("no end", QUIET)])
def test_silence_is_a_stall(aimock: str, name: str, waits: Timeouts) -> None:
    runs = everywhere(aimock, name, timeouts=waits)
    assert kinds(runs) == {FailureKind.STALLED}
    assert [str(dialect) for dialect, run in runs if not is_part(run, ANSWERS["everything"], dialect)] == []


def test_a_busy_server_is_asked_again(aimock: str) -> None:
    def asked(each: tuple[Dialect, str]) -> Run:
        dialect, shim = each
        # The server counts the requests of each test id by itself.
        target = dialect.target(aimock, headers={"X-Test-Id": uuid.uuid4().hex})
        return ask(shim, target, prompt("again"), policy=ONCE_MORE)

    for _, run in together(asked, BOTH):
        assert said(run).text == "At last 🌍."
        assert sum(isinstance(event, RetryAttempt) for event in run.events) == 1


def test_a_server_that_hangs_up_is_followed_by_the_fallback(aimock: str) -> None:
    def asked(each: tuple[Dialect, str]) -> Run:
        dialect, shim = each
        plan = Plan(attrs.evolve(CHAT, model=BROKEN).target(aimock), (dialect.target(aimock),))
        return ask(shim, plan, prompt("other"))

    for (dialect, _), run in together(asked, BOTH):
        assert said(run).text == "The other answers 🌍."
        assert [event.provider for event in run.events if isinstance(event, FallbackStarted)] == [dialect.provider]
