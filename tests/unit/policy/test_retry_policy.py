"""The table of failures, the decision for one, and the waits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.failures import RETRYABLE_KINDS, Failure, FailureKind
from deltawire.policy import RetryPolicy, Verdict
from deltawire.policy.retry import VERDICTS

TABLE = {
    "connect": Verdict.RETRY,
    "read": Verdict.RETRY,
    "stalled": Verdict.RETRY,
    "timeout": Verdict.RETRY,
    "server": Verdict.RETRY,
    "overloaded": Verdict.RETRY,
    "rate_limit": Verdict.RETRY,
    "truncated": Verdict.RETRY,
    "empty": Verdict.RETRY,
    "malformed": Verdict.RETRY,
    "wrong_media": Verdict.RETRY,
    "model_output": Verdict.RETRY,
    "provider": Verdict.RETRY,
    "unconfigured": Verdict.NEXT_TARGET,
    "authentication": Verdict.NEXT_TARGET,
    "permission": Verdict.NEXT_TARGET,
    "quota": Verdict.NEXT_TARGET,
    "not_found": Verdict.NEXT_TARGET,
    "invalid_request": Verdict.DELIVER,
    "content_filter": Verdict.DELIVER,
    "too_large": Verdict.DELIVER,
    "context_overflow": Verdict.DELIVER,
    "redirect": Verdict.DELIVER,
}


def verdict(
    failure: Failure, *, attempt: int = 1, most: int = 3, committed: bool = False, targets_left: bool = True
) -> Verdict:
    return RetryPolicy().verdict(failure, attempt, max_attempts=most, committed=committed, targets_left=targets_left)


@pytest.mark.parametrize("kind", FailureKind)
def test_every_kind_has_its_verdict(kind: FailureKind) -> None:
    assert VERDICTS[kind] is TABLE[kind]
    assert verdict(Failure(kind, "")) is TABLE[kind]


def test_the_table_and_the_kinds_that_are_retryable_agree() -> None:
    assert {kind for kind, what in VERDICTS.items() if what is Verdict.RETRY} == RETRYABLE_KINDS


@pytest.mark.parametrize("kind", FailureKind)
def test_after_content_everything_is_delivered(kind: FailureKind) -> None:
    assert verdict(Failure(kind, ""), committed=True) is Verdict.DELIVER


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("retryable", [False, True])
def test_retryable_moves_between_the_first_two_only(kind: FailureKind, retryable: bool) -> None:
    moved = Verdict.RETRY if retryable else Verdict.NEXT_TARGET
    expected = Verdict.DELIVER if TABLE[kind] is Verdict.DELIVER else moved
    assert verdict(Failure(kind, "", retryable=retryable)) is expected


@pytest.mark.parametrize(
    ("attempt", "wait", "targets_left", "expected"),
    [
        (2, None, True, Verdict.RETRY),
        (3, None, True, Verdict.NEXT_TARGET),
        (3, None, False, Verdict.DELIVER),
        (1, 60, True, Verdict.RETRY),
        (1, 60.1, True, Verdict.NEXT_TARGET),
        (1, 60.1, False, Verdict.DELIVER),
        (1, None, False, Verdict.RETRY),
    ],
    ids=["attempts left", "none left", "nor a target", "hint at the cap", "over it", "nor a target", "last target"],
)
def test_what_a_retry_depends_on(attempt: int, wait: float | None, targets_left: bool, expected: Verdict) -> None:
    failure = Failure(FailureKind.RATE_LIMIT, "", retry_after=wait)
    assert verdict(failure, attempt=attempt, targets_left=targets_left) is expected


@pytest.mark.parametrize("attempt", [1, 2, 3, 4, 5, 9, 5_000])
def test_waits_double_up_to_the_longest(attempt: int) -> None:
    delay = RetryPolicy().delay(attempt, Failure(FailureKind.SERVER, ""))
    assert delay == (1, 2, 4, 8)[min(attempt, 4) - 1]


@pytest.mark.parametrize(
    ("kind", "hint", "expected"),
    [
        (FailureKind.RATE_LIMIT, None, 5),
        (FailureKind.RATE_LIMIT, 0, 1),
        (FailureKind.RATE_LIMIT, 3.5, 3.5),
        (FailureKind.OVERLOADED, 12, 12),
        (FailureKind.OVERLOADED, 0.2, 1),
        (FailureKind.SERVER, None, 1),
    ],
)
def test_a_hint_and_the_floor_of_rate_limits(kind: FailureKind, hint: float | None, expected: float) -> None:
    assert RetryPolicy().delay(1, Failure(kind, "", retry_after=hint)) == expected


@pytest.mark.parametrize(("jitter", "expected"), [(0, 1), (0.5, 0.95), (1, 0.9), (-3, 1), (7, 0.9), (math.nan, 1)])
def test_jitter_shortens_by_a_tenth_at_most(jitter: float, expected: float) -> None:
    assert RetryPolicy().delay(1, Failure(FailureKind.SERVER, ""), jitter) == pytest.approx(expected)


POLICIES = st.builds(
    RetryPolicy,
    initial_delay=st.floats(0, 1e6),
    multiplier=st.floats(1, 1e6),
    max_delay=st.floats(0, 1e6),
    jitter_factor=st.floats(0, 1),
    rate_limit_floor=st.floats(0, 1e3),
)


@given(
    policy=POLICIES,
    attempt=st.integers(1, 10_000),
    kind=st.sampled_from(FailureKind),
    hint=st.none() | st.floats(0, 1e6),
    jitter=st.floats(),
)
def test_no_wait_is_below_the_hint_or_above_the_cap(
    policy: RetryPolicy, attempt: int, kind: FailureKind, hint: float | None, jitter: float
) -> None:
    delay = policy.delay(attempt, Failure(kind, "", retry_after=hint), jitter)
    floor = policy.rate_limit_floor if kind is FailureKind.RATE_LIMIT else 0
    assert (floor if hint is None else hint) <= delay <= max(policy.max_delay, floor if hint is None else hint)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_attempts", 0),
        ("fallback_attempts", 0),
        ("initial_delay", -1),
        ("multiplier", 0.5),
        ("max_delay", math.inf),
        ("jitter_factor", 1.1),
        ("max_retry_after", math.nan),
        ("rate_limit_floor", -0.1),
    ],
)
def test_a_setting_without_sense_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        RetryPolicy(**{name: value})


def test_the_defaults_are_those_for_streaming() -> None:
    assert RetryPolicy.for_streaming() == RetryPolicy() == RetryPolicy(3, 1, 2, 8, 0.1, 60, 5, 1)


def test_never_is_one_attempt() -> None:
    assert RetryPolicy.never().max_attempts == RetryPolicy.never().fallback_attempts == 1
