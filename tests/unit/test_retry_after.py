"""How long to wait: headers, durations and hints in messages."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.retry_after import duration_seconds, hint_in_message, retry_after

DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("12", 12),
        ("1.5", 1.5),
        ("3.", 3),
        (" 3 ", 3),
        ("\t3", 3),
        ("86400", 86_400),
        ("100000000000000", 1e14),
        ("-5", None),
        ("+5", None),
        ("nan", None),
        ("NaN", None),
        ("inf", None),
        ("-inf", None),
        ("Infinity", None),
        ("1e9", None),
        ("0x10", None),
        ("1_000", None),
        ("3, 5", None),
        ("3 s", None),
        ("٣", None),
        ("３", None),
        ("", None),
        ("soon", None),
        ("9" * 400, None),
        ("1.5.5", None),
    ],
)
def test_seconds_are_ascii_digits_and_nothing_else(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:42 GMT", 42),
        ("Wednesday, 21-Oct-26 07:29:00 GMT", 60),
        ("Wed Oct 21 07:28:05 2026", 5),
        (DATE, 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
    ],
    ids=["imf-fixdate", "rfc 850", "asctime", "now", "past", "last century"],
)
def test_a_date_counts_against_the_date_of_the_response(until: str, seconds: float) -> None:
    assert retry_after({"retry-after": until, "date": DATE}) == seconds


def test_the_year_9999_is_a_long_but_finite_wait() -> None:
    seconds = retry_after({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT", "date": DATE})
    assert seconds is not None
    assert 2e11 < seconds < 3e11


@pytest.mark.parametrize("date", [None, "", "today", "Wed, 31 Feb 2026 07:28:00 GMT"])
def test_a_date_is_nothing_without_a_date_of_the_response(date: str | None) -> None:
    headers = {"retry-after": "Wed, 21 Oct 2026 07:28:42 GMT"}
    assert retry_after(headers if date is None else headers | {"date": date}) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "1500.7"}, 1.5007),
        ({"retry-after-ms": "250", "retry-after": "60"}, 0.25),
        ({"retry-after-ms": "-1", "retry-after": "60"}, 60),
        ({"retry-after-ms": "nan", "retry-after": "nan"}, None),
        ({"retry-after-ms": "0"}, 0),
        ({"x-ms-retry-after-ms": "2000"}, 2),
        ({}, None),
    ],
)
def test_milliseconds_come_first(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12ms", 0.012),
        ("1s", 1),
        ("6m0s", 360),
        ("2m59.56s", 179.56),
        ("1h2m3s", 3_723),
        ("3.5s", 3.5),
        ("37s", 37),
        ("0s", 0),
        ("1d", 86_400),
        ("1m", 60),
        ("1m30s500ms", 90.5),
        ("400µs", 0.0004),
        ("400us", 0.0004),
        ("100ns", 1e-7),
        ("7", 7),
        ("0.25", 0.25),
        (" 1s ", 1),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "s", "-1s", "+1s", "1s1m", "1 s", "1x", "nans", "infs", "1e3s", "٣s", "1h-2m", "2026-10-21T07:28:00Z"]
)
def test_no_durations(text: str) -> None:
    assert duration_seconds(text) is None


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached for gpt-x on tokens per min (TPM). Please try again in 5.289s. Visit ...", 5.289),
        ("Please try again in 20s.", 20),
        ("Please try again in 6m0s.", 360),
        ("please try again in 1h2m3s", 3_723),
        ("try again in 12ms", 0.012),
        ("Please retry after 12 seconds.", 12),
        ("Please retry your request after 26 seconds.", 26),
        ("You exceeded your current quota. Please retry in 33.504512s.", 33.504512),
        ("Your account reached max request, please try again after 1 seconds", 1),
        ("RETRY IN 2 MINUTES", 120),
        ("try again in 1 minute and 30 seconds", 90),
        ("try again in 1 minute, 30 seconds", 90),
        ("Please wait 5 seconds before trying again", 5),
        ("wait for 1 hour", 3_600),
        ("wait at least 2 min", 120),
        ("Your quota will reset after 1h20m.", 4_800),
        ("Do not retry in vain. Please retry in 7s", 7),
    ],
)
def test_hints_in_messages(message: str, seconds: float) -> None:
    assert hint_in_message(message) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Please try again later.",
        "try again in 5",
        "try again in 5 months",
        "retry after 2026-10-21",
        "The model answered in 5s",
        "try again in -5s",
        "try again in infs",
        "retried 5 times in 20s",
    ],
)
def test_messages_without_a_hint(message: str) -> None:
    assert hint_in_message(message) is None


NUMBER_LIKE = st.text(alphabet="0123456789.+-eExXnaif, \t٣", max_size=30)
DURATION_LIKE = st.lists(
    st.sampled_from(["1", "59.56", "0", "9" * 15, "d", "h", "m", "s", "ms", "us", "ns", " ", "-", "."]), max_size=14
).map("".join)


@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "retry-after-ms", "x-ms-retry-after-ms", "date"]),
        st.text() | NUMBER_LIKE | st.floats().map(str) | st.sampled_from([DATE, "Fri, 31 Dec 9999 23:59:59 GMT"]),
    )
)
def test_no_header_gives_anything_but_a_wait(headers: dict[str, str]) -> None:
    seconds = retry_after(headers)
    assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


@given(st.text() | DURATION_LIKE)
def test_no_duration_gives_anything_but_a_wait(text: str) -> None:
    for seconds in (duration_seconds(text), hint_in_message(f"try again in {text}")):
        assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_a_go_duration_says_what_it_was_made_of(hours: int, minutes: int, seconds: int) -> None:
    text = f"{hours}h{minutes}m{seconds}s"
    assert duration_seconds(text) == hours * 3_600 + minutes * 60 + seconds
    assert hint_in_message(f"Please try again in {text}.") == duration_seconds(text)
