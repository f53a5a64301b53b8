"""A session that writes a capture of itself.

A session is a state machine: the same inputs at the same times give the same events. So a capture keeps its inputs, and
its times are whole microseconds, which survive being written down.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any, Unpack, cast

from deltawire import Failure, Limits
from deltawire.policy import (
    Action,
    CloseRequest,
    OpenRequest,
    Plan,
    RetryPolicy,
    StreamSession,
    Timeouts,
)
from deltawire.requests import Target
from deltawire.requests.credentials import header_secrets
from deltawire.response import Headers
from deltawire.surrogates import replace_surrogates

from ._common import SessionOptions
from .capture import CaptureHeader, CaptureWriter
from .capture_lines import (
    Broken,
    Connected,
    Ended,
    Left,
    Line,
    Rang,
    Received,
    Refused,
    Responded,
    Started,
    Stopped,
    Varied,
)

__all__ = ["RecordingSession"]

_MICRO = 1_000_000


class RecordingSession(StreamSession):
    """A `StreamSession` that writes a capture of itself to `file`, and is used as any session is.

    `redact` are secrets beside the targets' keys; `title` and `recorded` stand in the capture's header. The file is
    the caller's to close. Times are seconds of a clock that never goes back. An own decoder (`loads`) is not in a
    capture. Raises OSError where the file does.
    """

    def __init__(
        self,
        file: IO[str],
        plan: Plan | Target,
        prompt: str | None = None,
        *,
        jitter: Callable[[], float] | None = None,
        redact: Iterable[str] = (),
        title: str = "",
        recorded: str = "",
        **options: Unpack[SessionOptions],
    ) -> None:
        plan = Plan.of(plan)
        super().__init__(plan, prompt, jitter=self._vary if jitter else None, **options)
        self._random = jitter
        self._varied: list[float] = []
        self._zero: float | None = None
        self._now = 0
        self._waits_since: int | None = None
        self._requested = 0
        self._attempts_told = 0
        self._inside = False
        self._connections: deque[tuple[int, float]] = deque()
        secrets = [secret for target in plan.targets for secret in target.secrets]
        header = CaptureHeader.of_plan(
            plan,
            policy=options.get("policy") or RetryPolicy(),
            timeouts=options.get("timeouts") or Timeouts(),
            limits=options.get("limits") or Limits(),
            think=options.get("think"),
            raw=options.get("raw", False),
            id_prefix=options.get("id_prefix"),
            title=title,
            recorded=recorded,
        )
        self._writer = CaptureWriter(file, header, [*secrets, *redact])

    def connected(self, attempt: int, now: float) -> None:
        """The connection of a request stands since `now`. May be called from any thread."""
        self._connections.append((attempt, now))

    @property
    def seconds(self) -> float:
        """The time of the last input since the start, as it stands in the capture."""
        return self._now / _MICRO

    @property
    def deadline(self) -> float | None:
        """As a session's."""
        deadline = super().deadline
        return None if deadline is None else deadline + (self._zero or 0.0)

    def start(self, now: float) -> list[Action]:
        """As a session's."""
        if self._is_late():
            return super().start(now)
        at = self._tick(now)
        return self._told(super().start(at / _MICRO), Started(at))

    def receive_head(self, status: int, headers: Headers, now: float, attempt: int | None = None) -> list[Action]:
        """As a session's."""
        if self._is_late(attempt):
            return super().receive_head(status, headers, now, attempt)
        at = self._tick(now)
        pairs = _pairs(headers)
        line = Responded(self._number, self._since(at), status, pairs, self._waited(at))
        return self._told(super().receive_head(status, pairs, at / _MICRO, attempt), line)

    def receive_data(
        self, data: bytes | bytearray | memoryview, now: float, attempt: int | None = None
    ) -> list[Action]:
        """As a session's."""
        if self._is_late(attempt):
            return super().receive_data(data, now, attempt)
        at = self._tick(now)
        line = Received(self._number, self._since(at), bytes(data), self._waited(at))
        return self._told(super().receive_data(data, at / _MICRO, attempt), line)

    def receive_eof(self, now: float, attempt: int | None = None) -> list[Action]:
        """As a session's."""
        if self._is_late(attempt):
            return super().receive_eof(now, attempt)
        at = self._tick(now)
        line = Ended(self._number, self._since(at), self._waited(at))
        return self._told(super().receive_eof(at / _MICRO, attempt), line)

    def receive_error(self, failure: Failure, now: float, attempt: int | None = None) -> list[Action]:
        """As a session's."""
        if self._is_late(attempt):
            return super().receive_error(failure, now, attempt)
        at = self._tick(now)
        line = Broken(self._number, self._since(at), failure, self._waited(at))
        return self._told(super().receive_error(failure, at / _MICRO, attempt), line)

    def reading(self, now: float, attempt: int | None = None) -> list[Action]:
        """As a session's."""
        at = self._tick(now)
        if self._waits_since is None:
            self._waits_since = at
        return super().reading(at / _MICRO, attempt)

    def handle_timer(self, now: float) -> list[Action]:
        """As a session's."""
        if self._inside or self._is_late():
            return super().handle_timer(now)
        at = self._tick(now)
        self._inside = True
        try:
            actions = super().handle_timer(at / _MICRO)
        finally:
            self._inside = False
        return self._told(actions, Rang(at, self._waited(at)))

    def cancel(self, now: float) -> list[Action]:
        """As a session's."""
        if self._is_late():
            return super().cancel(now)
        at = self._tick(now)
        return self._told(super().cancel(at / _MICRO), Left(at, "cancel"))

    def pause(self, now: float) -> list[Action]:
        """As a session's."""
        if self._is_late():
            return super().pause(now)
        at = self._tick(now)
        return self._told(super().pause(at / _MICRO), Left(at, "pause"))

    def _tick(self, now: float) -> int:
        """Microseconds since the start, rounded up, so that no deadline seems to be still to come."""
        if self._zero is None:
            self._zero = now
        self._now = max(self._now, math.ceil((now - self._zero) * _MICRO))
        return self._now

    def _is_late(self, attempt: int | None = None) -> bool:
        """True for an input without an effect: behind the end, or of a request that is closed."""
        return self.outcome is not None or attempt not in (None, self._number)

    @property
    def _number(self) -> int:
        return self.attempts[-1].number or 0 if self.attempts else 0

    def _since(self, at: int) -> int:
        return at - self._requested

    def _waited(self, at: int) -> int | None:
        since, self._waits_since = self._waits_since, None
        return None if since is None else at - since

    def _vary(self) -> float:
        self._varied.append(0.0 if self._random is None else self._random())
        return self._varied[-1]

    def _told(self, actions: list[Action], line: Line) -> list[Action]:
        """Writes an input down, and what the session did about it."""
        writer = self._writer
        self._tell_connections()
        writer.write(line)
        for value in self._varied:
            writer.write(Varied(value))
        self._varied.clear()
        if any(isinstance(action, CloseRequest) for action in actions):
            writer.finish_body()
        opened = next((action for action in actions if isinstance(action, OpenRequest)), None)
        for attempt in self.attempts[self._attempts_told :]:
            if attempt.number is None and attempt.failure is not None:
                writer.write(Refused(self._now, attempt.failure))
            elif opened is not None:
                self._requested = self._now
                writer.hide(header_secrets(opened.request.headers))
                writer.request(self._now, opened.attempt, opened.request)
        self._attempts_told = len(self.attempts)
        if self.outcome is not None:
            writer.write(Stopped(self._now, self.outcome, self._number))
            writer.finish_body()
        return actions

    def _tell_connections(self) -> None:
        while self._connections:
            attempt, now = self._connections.popleft()
            if attempt == self._number:
                at = math.ceil((now - (self._zero or 0.0)) * _MICRO)
                self._writer.write(Connected(attempt, max(0, at - self._requested)))


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    pairs: Iterable[Any] = cast("Any", headers).items() if isinstance(headers, Mapping) else headers
    return tuple((_text(name), _text(value)) for name, value in pairs)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(replace_surrogates(str(value)))
