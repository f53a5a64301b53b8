"""Sessions of the demo: recorded, and on the clock of the script where times must come out the same each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import IO, Any

from deltawire import Failure
from deltawire.policy import Action, Plan
from deltawire.policy.states import State
from deltawire.response import Headers

from ..capture_session import RecordingSession
from .demo_scenes import Answer

__all__ = ["ScriptedSession", "WatchfulSession"]


class WatchfulSession(RecordingSession):
    """A session that gives up only on servers that have no more to send, however slow the machine is."""

    def __init__(self, file: IO[str], plan: Plan, prompt: str, answers: Sequence[Answer], **options: Any) -> None:
        super().__init__(file, plan, prompt, **options)
        self._answers = answers
        self._received: Counter[int] = Counter()

    @property
    def deadline(self) -> float | None:
        """As a session's; None while the server still has something to send."""
        answer = self._answer
        sent_all = answer.end == "hold" and self._received[self._number] >= len(answer.body)
        return super().deadline if sent_all or self.state is State.BACKOFF else None

    def receive_data(
        self, data: bytes | bytearray | memoryview, now: float, attempt: int | None = None
    ) -> list[Action]:
        """As a session's."""
        self._received[self._number] += len(data)
        return super().receive_data(data, now, attempt)

    @property
    def _answer(self) -> Answer:
        """What the server plays now."""
        return self._answers[min(max(self._number, 1), len(self._answers)) - 1]


class ScriptedSession(WatchfulSession):
    """Takes what comes over the network at the times of the script, in the script's pieces.

    `pace` says how many real seconds a second of the script takes.
    """

    def __init__(
        self, file: IO[str], plan: Plan, prompt: str, answers: Sequence[Answer], *, pace: float, **options: Any
    ) -> None:
        super().__init__(file, plan, prompt, answers, **options)
        self._pace = pace
        self._script = 0.0
        self._real = 0.0
        self._asked = 0.0
        self._partial = b""
        self._taken: Counter[int] = Counter()

    @property
    def deadline(self) -> float | None:
        """As a session's, on the real clock."""
        deadline = super().deadline
        return None if deadline is None else self._real + (deadline - self._script) * self._pace

    def start(self, now: float) -> list[Action]:
        """As a session's."""
        self._real = now
        return super().start(0.0)

    def receive_head(self, status: int, headers: Headers, now: float, attempt: int | None = None) -> list[Action]:
        """As a session's."""
        self._real, answer = now, self._answer
        self.connected(self._number, self._asked + answer.connect)
        self._script = self._asked + answer.delay
        return super().receive_head(status, headers, self._script, attempt)

    def receive_data(
        self, data: bytes | bytearray | memoryview, now: float, attempt: int | None = None
    ) -> list[Action]:
        """As a session's; a piece that came in parts is taken once it is whole."""
        self._real = now
        self._partial += bytes(data)
        actions: list[Action] = []
        pieces, number = self._answer.pieces, self._number
        while self._taken[number] < len(pieces) and self.outcome is None:
            seconds, piece = pieces[self._taken[number]]
            if len(self._partial) < len(piece):
                break
            self._taken[number] += 1
            self._partial = self._partial[len(piece) :]
            self._script += seconds
            actions += super().receive_data(piece, self._script, attempt)
            actions += super().reading(self._script, attempt)
        return actions

    def receive_eof(self, now: float, attempt: int | None = None) -> list[Action]:
        """As a session's."""
        self._real, self._partial = now, b""
        return self._asking(super().receive_eof(self._script, attempt))

    def receive_error(self, failure: Failure, now: float, attempt: int | None = None) -> list[Action]:
        """As a session's."""
        self._real, self._partial = now, b""
        return self._asking(super().receive_error(failure, self._script, attempt))

    def reading(self, now: float, attempt: int | None = None) -> list[Action]:  # noqa: ARG002 - a session's signature
        """Nothing: in the script the caller waits as soon as it has taken a piece."""
        return []

    def handle_timer(self, now: float) -> list[Action]:
        """As a session's, at the time for which the timer was set."""
        self._real, deadline = now, super().deadline
        if deadline is not None:
            self._script = max(self._script, deadline)
        return self._asking(super().handle_timer(self._script))

    def cancel(self, now: float) -> list[Action]:
        """As a session's."""
        self._real = now
        return super().cancel(self._script)

    def pause(self, now: float) -> list[Action]:
        """As a session's."""
        self._real = now
        return super().pause(self._script)

    def _asking(self, actions: list[Action]) -> list[Action]:
        """Notes when the next request went out, if one did."""
        self._asked = self._script
        return actions
