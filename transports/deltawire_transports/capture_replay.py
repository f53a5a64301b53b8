"""A capture played once more: the session of back then, with all that happened to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import attrs

from deltawire import Event, UsageError
from deltawire.policy import Action, Deliver, Plan, PolicyEvent, StreamSession
from deltawire.policy.question import Question
from deltawire.requests import ConfigurationError, Request, Target
from deltawire.requests.credentials import is_credential
from deltawire.timeline import Mark

from .capture import Capture, DamagedCaptureError
from .capture_lines import (
    Broken,
    Connected,
    Ended,
    Left,
    Line,
    Rang,
    Received,
    Refused,
    Requested,
    Responded,
    Started,
    Varied,
)

__all__ = ["replay"]

_MICRO = 1_000_000
_MARKS: Mapping[type, Mark] = MappingProxyType(
    {Connected: Mark.CONNECTED, Responded: Mark.HEADERS, Received: Mark.BYTES}
)


@attrs.frozen
class _RecordedQuestion(Question):
    """Gives the requests that went out once more, and refuses those that could not be built."""

    answers: deque[Requested | Refused] = attrs.field(factory=deque[Requested | Refused])

    def request(self, target: Target) -> Request:
        """The next request of the capture. Raises ConfigurationError for one that was refused."""
        if not self.answers:
            raise LookupError("more requests would go out than the capture has")
        answer = self.answers.popleft()
        if isinstance(answer, Refused):
            told = f"{target.provider} (model '{target.model}') is not configured: "
            raise ConfigurationError(attrs.evolve(answer.failure, message=answer.failure.message.removeprefix(told)))
        # The parser hides what stands in the place of secrets as it hid the secrets.
        masks = [("x-key", mask) for mask in answer.masks]
        plain = [(name, value) for name, value in answer.headers if not is_credential(name)]
        return Request(answer.method, answer.url, (*plain, *masks), b"")


class _ReplayedSession(StreamSession):
    """The session of a capture, as new."""

    def __init__(self, capture: Capture) -> None:
        header = capture.header
        primary, *fallbacks = (Target(target.provider, target.model) for target in header.targets)
        varied = deque(line.value for line in capture.lines if isinstance(line, Varied))
        super().__init__(
            Plan(primary, fallbacks),
            policy=header.policy,
            timeouts=header.timeouts,
            jitter=lambda: varied.popleft() if varied else 0.0,
            limits=header.limits,
            think=header.think,
            raw=header.raw,
            id_prefix=header.id_prefix,
        )
        answers = (line for line in capture.lines if isinstance(line, Requested | Refused))
        self._question = _RecordedQuestion(answers=deque(answers))


def replay(capture: Capture) -> Iterator[tuple[Event | PolicyEvent | Mark, float]]:
    """What the session of a capture delivered, with the seconds since its start, and the marks of a timeline.

    The events come from the recorded bytes, parsed again, by the recorded rules: they are those that the consumer had.
    A capture without its end stops where it stops. Raises DamagedCaptureError where no session can have gone so.
    """
    session = _ReplayedSession(capture)
    request = 0
    for number, line in enumerate(capture.lines, 2):
        if isinstance(line, Requested):
            request = line.at
            continue
        since = request if hasattr(line, "attempt") else 0
        at = since + getattr(line, "at", 0)
        try:
            actions = _put_in(session, line, at)
        except (UsageError, LookupError) as error:
            raise DamagedCaptureError(number, str(error)) from None
        mark = _MARKS.get(type(line))
        if mark is not None:
            yield mark, at / _MICRO
        for action in actions:
            if isinstance(action, Deliver):
                yield action.event, at / _MICRO


def _put_in(session: StreamSession, line: Line, at: int) -> list[Action]:
    """Does to the session what was done to it."""
    now = at / _MICRO
    wait: int | None = getattr(line, "wait", None)
    if wait is not None:
        session.reading((at - wait) / _MICRO)
    match line:
        case Started():
            return session.start(now)
        case Responded(status=status, headers=headers):
            return session.receive_head(status, headers, now)
        case Received(data=data):
            return session.receive_data(data, now)
        case Ended():
            return session.receive_eof(now)
        case Broken(failure=failure):
            return session.receive_error(failure, now)
        case Rang():
            return session.handle_timer(now)
        case Left(how=how):
            return session.pause(now) if how == "pause" else session.cancel(now)
        case _:
            return []
