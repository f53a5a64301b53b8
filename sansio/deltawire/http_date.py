"""Points in time as HTTP writes them: the three forms of an HTTP-date (RFC 9110, section 5.6.7)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["http_date"]

_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = (
    # IMF-fixdate `Sun, 06 Nov 1994 08:49:37 GMT` and RFC 850 `Sunday, 06-Nov-94 08:49:37 GMT`.
    re.compile(
        rf"[a-z]{{3,9}}, (?P<day>\d{{1,2}})[ -](?P<month>[a-z]{{3}})[ -](?P<year>\d{{4}}|\d\d) {_CLOCK} (?:GMT|UTC)",
        re.ASCII | re.IGNORECASE,
    ),
    # asctime `Sun Nov  6 08:49:37 1994`.
    re.compile(
        rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})",
        re.ASCII | re.IGNORECASE,
    ),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SECONDS_OF_A_YEAR = 31_556_952
_NEAR_2020 = 50 * _SECONDS_OF_A_YEAR


def http_date(text: str, received: float = _NEAR_2020) -> float | None:
    """Seconds since 1970 (UTC) of an HTTP-date, None for anything else.

    `received` is when the message was made, in the same seconds: a year of two digits is the one within 50 years of it.
    """
    text = text.strip(" \t")
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            return _seconds(found, received)
    return None


def _seconds(found: re.Match[str], received: float) -> float | None:
    month = found["month"].lower()
    second = int(found["second"])
    if month not in _MONTHS or second > 60:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year = _whole_year(year, 1970 + int(received // _SECONDS_OF_A_YEAR))
    try:
        minute = datetime(
            year,
            _MONTHS.index(month) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            tzinfo=UTC,
        )
    except ValueError:  # no such day, hour or minute
        return None
    # The second apart from the rest: 60 is a leap second.
    return minute.timestamp() + second


def _whole_year(year: int, near: int) -> int:
    year += near - near % 100
    if year > near + 50:
        return year - 100
    return year + 100 if year <= near - 50 else year
