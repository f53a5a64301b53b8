"""Drives a session on fake time and holds it to the rules that every caller relies on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from deltawire.events import Event
from deltawire.policy import (
    BEST_EFFORT_WAIT,
    CloseRequest,
    Deliver,
    FallbackStarted,
    Forwarder,
    Forwarding,
    OpenRequest,
    Outcome,
    PolicyEvent,
    Stop,
    StreamSession,
)
from deltawire.policy.content import CONTENT_EVENTS, TERMINAL_EVENTS
from deltawire.policy.states import Input, State
from deltawire.requests import Target

KEY = "sk-canary-0123456789"


def target(provider: str = "openai-chat", model: str = "m", **fields: Any) -> Target:
    """A target with a key."""
    return Target(provider, model, **{"api_key": KEY} | fields)


def frame(payload: Any) -> bytes:
    """One SSE frame."""
    return f"data: {json.dumps(payload)}\n\n".encode()


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **fields: Any) -> bytes:
    """One Chat Completions chunk."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return frame({"id": "r", "model": "m", "choices": [choice], **fields})


def text(words: str) -> bytes:
    """A chunk of text."""
    return chunk({"content": words})


def usage(tokens: int) -> bytes:
    """A chunk of token counts."""
    return frame({"id": "r", "model": "m", "choices": [], "usage": {"prompt_tokens": tokens}})


def error(message: str = "Overloaded", **fields: Any) -> bytes:
    """An error inside a stream."""
    return frame({"error": {"message": message, "type": "server_error", **fields}})


START = chunk({"role": "assistant", "content": ""})
FINISH = chunk(finish="stop")
DONE = b"data: [DONE]\n\n"
PING = b": ping\n\n"


def best_effort_wait(actions: list[Any]) -> float:
    """The seconds that a consumer who never makes room holds up these actions by events that may be dropped.

    Lossless events are left out: with them the consumer holds up itself.
    """
    forwarder = Forwarder()
    verdicts = [forwarder.decide(action.event, room=False) for action in actions if isinstance(action, Deliver)]
    return sum(BEST_EFFORT_WAIT for verdict in verdicts if verdict is Forwarding.WAIT_BRIEFLY)


class Driver:
    """A session, the time, and everything that came of it."""

    def __init__(self, session: StreamSession) -> None:
        self.session = session
        self.now = 100.0
        self.open: OpenRequest | None = None
        self.requests: list[OpenRequest] = []
        self.closed = 0
        self.events: list[Event | PolicyEvent] = []
        self.outcome: Outcome | None = None
        self.edges: set[tuple[State, Input, State]] = set()
        self.may_ask = True

    def start(self) -> Driver:
        self.run(Input.START, self.session.start)
        return self

    def head(self, status: int = 200, headers: Any = (), attempt: int | None = None) -> list[str]:
        return self.run(Input.HEAD, lambda now: self.session.receive_head(status, headers, now, attempt))

    def data(self, *pieces: bytes, attempt: int | None = None) -> list[str]:
        said = []
        for piece in pieces:
            said += self.run(Input.DATA, lambda now, piece=piece: self.session.receive_data(piece, now, attempt))
        return said

    def eof(self, attempt: int | None = None) -> list[str]:
        return self.run(Input.EOF, lambda now: self.session.receive_eof(now, attempt))

    def error(self, failure: Any, attempt: int | None = None) -> list[str]:
        return self.run(Input.ERROR, lambda now: self.session.receive_error(failure, now, attempt))

    def reading(self, attempt: int | None = None) -> list[str]:
        return self.run(Input.READING, lambda now: self.session.reading(now, attempt))

    def timer(self, after: float = 0.0) -> list[str]:
        self.now += after
        return self.run(Input.TIMER, self.session.handle_timer)

    def wait(self) -> list[str]:
        """Waits until the deadline, which there must be."""
        deadline = self.session.deadline
        assert deadline is not None
        self.now = max(self.now, deadline)
        return self.timer()

    def cancel(self) -> list[str]:
        self.may_ask = False
        return self.run(Input.CANCEL, self.session.cancel)

    def pause(self) -> list[str]:
        self.may_ask = False
        return self.run(Input.PAUSE, self.session.pause)

    def run(self, name: Input, call: Callable[[float], list[Any]]) -> list[str]:
        """Makes one call, does its actions, and gives them by name: events by their class."""
        before, deadline = self.session.state, self.session.deadline
        actions = call(self.now)
        # Every target that is given up is a decision of its own.
        decisions = 1 + sum(isinstance(getattr(action, "event", None), FallbackStarted) for action in actions)
        assert best_effort_wait(actions) <= BEST_EFFORT_WAIT * decisions + 1e-9
        if actions or self.session.state is not before or self.session.deadline != deadline:
            self.edges.add((before, Input(name), self.session.state))
        for action in actions:
            self.do(action)
        assert (self.session.outcome is not None) is (self.outcome is not None)
        assert self.session.committed is any(type(event) in CONTENT_EVENTS for event in self.events)
        if self.outcome is not None:
            assert self.open is None
            assert self.session.deadline is None
        return [type(getattr(action, "event", action)).__name__ for action in actions]

    def do(self, action: Any) -> None:
        assert self.outcome is None, f"{action} after the Stop"
        match action:
            case OpenRequest():
                assert self.open is None, "two requests at a time"
                assert action.attempt == len(self.requests) + 1
                assert self.may_ask, "a request after a cancel"
                assert not any(type(event) in CONTENT_EVENTS for event in self.events), "an attempt after content"
                self.open = action
                self.requests.append(action)
            case CloseRequest():
                assert self.open is not None, "nothing to close"
                self.open = None
                self.closed += 1
            case Deliver():
                assert not self.terminals, "an event after the terminal one"
                if type(action.event) in TERMINAL_EVENTS:
                    assert self.open is None, "a terminal event while the request is open"
                self.events.append(action.event)
            case Stop():
                assert len(self.terminals) == 1
                assert type(self.events[-1]) in TERMINAL_EVENTS
                self.outcome = action.outcome

    @property
    def terminals(self) -> list[Any]:
        return [event for event in self.events if type(event) in TERMINAL_EVENTS]

    @property
    def last(self) -> Any:
        return self.events[-1]

    def of(self, kind: type) -> list[Any]:
        """The delivered events of one class."""
        return [event for event in self.events if type(event) is kind]

    @property
    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]
