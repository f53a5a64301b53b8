"""The families of rate-limit headers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.rate_limits import RateLimit, RateLimits, rate_limits

DATE = {"date": "Wed, 21 Oct 2026 07:28:00 GMT"}
EPOCH_OF_DATE = 1_792_567_680


def test_openai_and_groq_send_durations() -> None:
    limits = rate_limits(
        {
            "x-ratelimit-limit-requests": "14400",
            "x-ratelimit-remaining-requests": "14399",
            "x-ratelimit-reset-requests": "2m59.56s",
            "x-ratelimit-limit-tokens": "18000",
            "x-ratelimit-remaining-tokens": "17997",
            "x-ratelimit-reset-tokens": "12ms",
            "content-type": "application/json",
        }
    )
    assert limits.requests == RateLimit(14_400, 14_399, pytest.approx(179.56))
    assert limits.tokens == RateLimit(18_000, 17_997, pytest.approx(0.012))
    assert limits.input_tokens is None
    assert limits.output_tokens is None
    assert "content-type" not in limits.raw
    assert limits.raw["x-ratelimit-reset-tokens"] == "12ms"


def test_azure_sends_whole_seconds_and_placeholders() -> None:
    limits = rate_limits({"x-ratelimit-reset-requests": "12", "x-ratelimit-remaining-tokens": "-1"})
    assert limits.requests == RateLimit(reset_after=12)
    assert limits.tokens == RateLimit()
    assert limits.raw["x-ratelimit-remaining-tokens"] == "-1"


def test_anthropic_sends_points_in_time() -> None:
    limits = rate_limits(
        {
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": "2026-10-21T07:28:30Z",
            "anthropic-ratelimit-tokens-remaining": "1000",
            "anthropic-ratelimit-input-tokens-limit": "40000",
            "anthropic-ratelimit-output-tokens-reset": "2026-10-21T09:28:01.5+02:00",
            **DATE,
        }
    )
    assert limits.requests == RateLimit(50, 49, 30)
    assert limits.tokens == RateLimit(remaining=1_000)
    assert limits.input_tokens == RateLimit(limit=40_000)
    assert limits.output_tokens == RateLimit(reset_after=1.5)


def test_a_point_in_time_is_nothing_without_a_date_header() -> None:
    assert rate_limits({"anthropic-ratelimit-requests-reset": "2026-10-21T07:28:30Z"}).requests == RateLimit()


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        (str(EPOCH_OF_DATE + 9), 9),
        (str((EPOCH_OF_DATE + 9) * 1_000 + 250), 9.25),
        (str(EPOCH_OF_DATE - 9), 0),
        ("2026-10-21T07:27:00Z", 0),
        ("2026-10-21t07:28:07z", 7),
        ("9", 9),
        ("0.5", 0.5),
        ("2026-13-21T07:28:07Z", None),
        ("2026-10-21T07:28:60Z", None),
        ("0001-01-01T00:00:00+23:59", 0),
        ("tomorrow", None),
        ("", None),
        ("-9", None),
        ("nan", None),
    ],
)
def test_resets_are_seconds_from_the_response(reset: str, seconds: float | None) -> None:
    limit = rate_limits({"x-ratelimit-reset": reset, **DATE}).requests
    assert limit is not None
    assert limit.reset_after == (None if seconds is None else pytest.approx(seconds))


def test_a_family_without_a_subject_counts_requests() -> None:
    limits = rate_limits({"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0"})
    assert limits.requests == RateLimit(20, 0)
    assert rate_limits({"ratelimit-limit": "10", "ratelimit-reset": "5"}).requests == RateLimit(10, None, 5)


def test_of_several_windows_the_plain_one_is_taken_and_all_are_kept() -> None:
    headers = {
        "x-ratelimit-limit-tokens-day": "1000000",
        "x-ratelimit-limit-tokens-minute": "60000",
        "x-ratelimit-limit-requests-day": "14400",
        "x-ratelimit-remaining-tokens_usage_based": "5",
        "x-ratelimit-limit-project-tokens": "7",
        "anthropic-ratelimit-unified-status": "allowed",
        "anthropic-priority-input-tokens-limit": "3",
    }
    limits = rate_limits(headers)
    assert limits.tokens == RateLimit(limit=60_000)
    assert limits.requests == RateLimit(limit=14_400)
    assert limits.raw == headers


def test_cerebras_names_its_windows() -> None:
    limits = rate_limits({"x-ratelimit-remaining-tokens-minute": "59000", "x-ratelimit-reset-tokens-minute": "11.38"})
    assert limits.tokens == RateLimit(None, 59_000, pytest.approx(11.38))


def test_without_such_headers_the_record_is_empty() -> None:
    assert rate_limits({"retry-after": "3"}) == RateLimits()


@pytest.mark.parametrize("text", ["1.5", "1e3", "٣", "9" * 40, "many", "", "+1", "100, 100;w=60"])
def test_a_count_is_a_whole_number_or_nothing(text: str) -> None:
    limit = rate_limits({"x-ratelimit-limit-tokens": text}).tokens
    assert limit is not None
    assert limit.limit is None


def test_records_compare_and_hash_by_value() -> None:
    one, same = (rate_limits({"x-ratelimit-limit": "20"}) for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)


NAMES = st.sampled_from(
    [
        "x-ratelimit-limit",
        "x-ratelimit-reset-tokens",
        "x-ratelimit-remaining-",
        "ratelimit-reset",
        "anthropic-ratelimit-requests-reset",
        "anthropic-ratelimit--limit",
        "date",
    ]
)


@given(st.dictionaries(NAMES | st.text(), st.text() | st.floats().map(str) | st.integers().map(str)))
def test_no_header_raises(headers: dict[str, str]) -> None:
    limits = rate_limits(headers)
    for limit in (limits.requests, limits.tokens, limits.input_tokens, limits.output_tokens):
        if limit is not None and limit.reset_after is not None:
            assert math.isfinite(limit.reset_after)
            assert limit.reset_after >= 0
