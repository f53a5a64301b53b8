"""The clocks of a session: pure arithmetic on the times that the caller passes in."""

from __future__ import annotations

import enum

from .timeouts import Timeouts

__all__ = ["Clocks", "Expiry"]


class Expiry(enum.StrEnum):
    """Which wait is over. In the order in which they count when several are."""

    GRACE = "grace"
    TOTAL = "total"
    BACKOFF = "backoff"
    FIRST_BYTE = "first_byte"
    SILENCE = "silence"
    PROGRESS = "progress"
    STATUS = "status"


class Clocks:
    """What the session waits for, and until when.

    A consumer that is slow to take events is no stall: after the first byte, time counts from `reading` to the next
    bytes only. The waits of an attempt are limits on such time, each from a mark of its own.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._ends: dict[Expiry, float] = {}
        self._limits: dict[Expiry, float] = {}
        self._marks: dict[Expiry, float] = {}
        self._waited = 0.0
        self._since: float | None = None
        self._body_begun = False

    def start(self, now: float) -> None:
        """The session begins."""
        if self._timeouts.total is not None:
            self._ends[Expiry.TOTAL] = now + self._timeouts.total

    def open(self, now: float, *, local: bool) -> None:
        """A request goes out, to a server on the user's machine or to another one."""
        self.close()
        self._since = now
        self._limit(Expiry.FIRST_BYTE, self._timeouts.local_first_byte if local else self._timeouts.first_byte)
        self._limit(Expiry.STATUS, self._timeouts.status_every)

    def error_begins(self, now: float) -> None:
        """The status says that the body is an error's, which is worth a short wait only."""
        self._lap(now)
        self._limit(Expiry.GRACE, self._timeouts.finish_grace)

    def bytes_came(self, now: float, *, content: bool, news: bool) -> None:
        """Bytes of the body came; `content` and `news` say whether they gave content, or anything but signs of life."""
        self._lap(now)
        self._since = None
        if not self._body_begun:
            self._body_begun = True
            self._limits.pop(Expiry.FIRST_BYTE, None)
            self._limit(Expiry.SILENCE, self._timeouts.silence)
            self._limit(Expiry.PROGRESS, self._timeouts.progress)
        self._marks[Expiry.SILENCE] = self._waited
        if content:
            self._marks[Expiry.PROGRESS] = self._marks[Expiry.STATUS] = self._waited
        if news:
            self._limit(Expiry.GRACE, self._timeouts.finish_grace)

    def reading(self, now: float) -> None:
        """The caller waits for bytes from now on, if it does not already."""
        if self._since is None:
            self._since = now

    def status_told(self, now: float) -> None:
        """A status was given out; the next one waits anew."""
        self._lap(now)
        self._marks[Expiry.STATUS] = self._waited

    def forget_grace(self) -> None:
        """The answer is not complete: only more bytes can change that."""
        self._limits.pop(Expiry.GRACE, None)

    def back_off(self, until: float) -> None:
        """No request is open until then."""
        self.close()
        self._ends[Expiry.BACKOFF] = until

    def close(self) -> None:
        """No request is open, and none is waited for."""
        self._limits.clear()
        self._marks.clear()
        self._since = None
        self._body_begun = False
        self._ends.pop(Expiry.BACKOFF, None)

    def stop(self) -> None:
        """Nothing is waited for any more."""
        self.close()
        self._ends.clear()

    def allows(self, until: float) -> bool:
        """True if the session's total time is not over by then."""
        total = self._ends.get(Expiry.TOTAL)
        return total is None or until < total

    @property
    def deadline(self) -> float | None:
        """When the next wait is over; None if nothing is waited for."""
        return min(self._due().values(), default=None)

    def expired(self, now: float) -> Expiry | None:
        """The wait that is over, the one that counts first if there are several."""
        due = self._due()
        return next((expiry for expiry in Expiry if expiry in due and now >= due[expiry]), None)

    def _limit(self, expiry: Expiry, limit: float | None) -> None:
        """A wait from now on, None for one without an end."""
        if limit is not None:
            self._limits[expiry] = limit
            self._marks[expiry] = self._waited

    def _due(self) -> dict[Expiry, float]:
        since = self._since
        if since is None:
            return self._ends
        marks, waited = self._marks, self._waited
        return self._ends | {name: since + limit - (waited - marks[name]) for name, limit in self._limits.items()}

    def _lap(self, now: float) -> None:
        if self._since is not None:
            self._waited += now - self._since
            self._since = now
