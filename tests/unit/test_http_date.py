"""The three forms of an HTTP-date."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.http_date import http_date

NOVEMBER_1994 = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "  Sun, 06 Nov 1994 08:49:37 GMT\t",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 UTC",
    ],
)
def test_every_form_of_the_standard_is_the_same_second(text: str) -> None:
    assert http_date(text) == NOVEMBER_1994


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 +0200",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    assert http_date(text) is None


def test_a_leap_second_is_the_next_minute() -> None:
    assert http_date("Sat, 31 Dec 2016 23:59:60 GMT") == datetime(2017, 1, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("received", "digits", "year"),
    [
        (2026, "26", 2026),
        (2026, "76", 2076),
        (2026, "77", 1977),
        (2099, "01", 2101),
        (2101, "99", 2099),
        (1994, "40", 2040),
    ],
)
def test_a_year_of_two_digits_is_the_one_within_fifty_years(received: int, digits: str, year: int) -> None:
    then = datetime(received, 7, 1, tzinfo=UTC).timestamp()
    assert (
        http_date(f"Sunday, 06-Nov-{digits} 08:49:37 GMT", then)
        == datetime(year, 11, 6, 8, 49, 37, tzinfo=UTC).timestamp()
    )


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9999, 12, 31, 23, 59, 59)))  # noqa: DTZ001
def test_what_strftime_writes_is_read(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert http_date(moment.strftime("%a, %d %b %Y %H:%M:%S GMT")) == moment.timestamp()
    assert http_date(moment.strftime("%a %b %e %H:%M:%S %Y")) == moment.timestamp()


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", fullmatch=True))
def test_no_text_raises(text: str) -> None:
    seconds = http_date(text)
    assert seconds is None or math.isfinite(seconds)
