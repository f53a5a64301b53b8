"""One damaged or odd stream: what it is, what it holds, and what must become of it here."""

from __future__ import annotations

import json
from typing import Any, Literal

import attrs

import deltawire
from deltawire.policy import Deliver, RetryPolicy, Stop, StreamSession, Timeouts
from tests.interop.memory import Reply
from tests.interop.wall.kit import ARGUMENTS, NAME, TEXT, Kit

Truth = Literal["whole", "cut", "error", "open"]
"""`whole`: the whole answer arrived, however it is written. `cut`: it did not. `error`: the server, or something before
it, says that there is none. `open`: readers may differ."""


@attrs.frozen
class Made:
    """A tool call as it must come out."""

    name: str
    arguments: Any
    """Decoded, or the text if it is no whole JSON."""
    complete: bool = True


CALL = Made(NAME, ARGUMENTS)


@attrs.frozen(eq=False)
class Row:
    """One stream of one dialect."""

    kind: str
    """The group that it stands in."""
    what: str
    """What is odd about it."""
    kit: Kit
    reply: Reply
    truth: Truth
    ends: str
    """How it must end here: a finish reason or `Failed(...)`."""
    text: str = ""
    """The text that must come out here."""
    calls: tuple[Made, ...] = ()
    """The calls that must come out here."""
    notes: tuple[str, ...] = ()
    """The codes of the notes that must come out here, each once; `malformed` for a frame that was skipped."""
    finish: str | None = None
    """The provider's word for the end, of a whole answer."""
    why: str = ""
    """Why this is right, where it is not plain."""


def reply(kit: Kit, *body: bytes, **options: Any) -> Reply:
    """An answer of status 200 with the dialect's media type."""
    options.setdefault("headers", (("content-type", kit.media_type),))
    return Reply(body, **options)


def whole_text(kind: str, what: str, kit: Kit, *body: bytes, **fields: Any) -> Row:
    """A row whose bytes hold the whole answer with text."""
    options = {name: fields.pop(name) for name in ("after", "headers", "status", "again") if name in fields}
    shown = {"ends": "stop", "text": TEXT, "finish": kit.finish} | fields
    return Row(kind, what, kit, reply(kit, *body, **options), "whole", **shown)


def whole_call(kind: str, what: str, kit: Kit, *body: bytes, **fields: Any) -> Row:
    """A row whose bytes hold the whole answer with the call."""
    shown = {"ends": "tool_calls", "text": "", "calls": (CALL,), "finish": kit.call_finish} | fields
    return whole_text(kind, what, kit, *body, **shown)


def cut(kind: str, what: str, kit: Kit, *body: bytes, **fields: Any) -> Row:
    """A row whose answer is not whole."""
    options = {name: fields.pop(name) for name in ("after", "headers", "status", "again") if name in fields}
    shown = {"ends": "Failed(truncated)"} | fields
    return Row(kind, what, kit, reply(kit, *body, **options), "cut", **shown)


def error(kind: str, what: str, kit: Kit, *body: bytes, ends: str, **fields: Any) -> Row:
    """A row in which the server, or something before it, reports an error."""
    options = {name: fields.pop(name) for name in ("after", "headers", "status", "again") if name in fields}
    return Row(kind, what, kit, reply(kit, *body, **options), "error", ends=ends, **fields)


def open_row(kind: str, what: str, kit: Kit, *body: bytes, ends: str, **fields: Any) -> Row:
    """A row of which readers may differ."""
    options = {name: fields.pop(name) for name in ("after", "headers", "status", "again") if name in fields}
    return Row(kind, what, kit, reply(kit, *body, **options), "open", ends=ends, **fields)


@attrs.frozen
class Outcome:
    """What became of a row here."""

    ends: str
    text: str
    calls: tuple[Made, ...]
    notes: tuple[str, ...]


def expected(row: Row) -> Outcome:
    """What must become of a row here."""
    return Outcome(row.ends, row.text, row.calls, row.notes)


def measure(row: Row) -> Outcome:
    """The row through a session: one attempt, the clock for content at a minute, all other settings as they come."""
    target = deltawire.Target(row.kit.dialect, "m", api_key="k", base_url="https://in.memory")
    session = StreamSession(
        target, prompt="hi", policy=RetryPolicy.never(), timeouts=Timeouts(progress=60.0, status_every=None)
    )
    played = _Played(session)
    collected = deltawire.Accumulator()
    notes: dict[str, None] = {}
    for event in played.events(row.reply):
        match event:
            case deltawire.Note(code=code):
                notes[str(code)] = None
            case deltawire.Malformed():
                notes["malformed"] = None
            case deltawire.ContextOverflow(error=error):
                collected.feed(deltawire.Failed(error))
            case _:
                pass
        collected.feed(event)
    message = collected.message()
    ends = f"Failed({message.failure.kind})" if message.failure else str(message.finish_reason)
    if message.damaged:
        notes["damaged"] = None
    calls = tuple(Made(call.name, _decoded(call.arguments), call.complete) for call in message.tool_calls)
    return Outcome(ends, message.text, calls, tuple(notes))


def _decoded(arguments: str) -> Any:
    try:
        return json.loads(arguments) if arguments.strip() else {}
    except ValueError:
        return arguments


class _Played:
    """A session on a clock of ours: chunks come at once, keep-alives every second, silence lasts as long as it must."""

    def __init__(self, session: StreamSession) -> None:
        self._session = session
        self._now = 0.0
        self._events: list[Any] = []
        self.stopped = False

    def events(self, reply: Reply) -> list[Any]:
        """All that is delivered until the session stops."""
        session = self._session
        self._run(session.start(self._now))
        self._run(session.receive_head(reply.status, list(reply.headers), self._now))
        for chunk, seconds in [
            *((chunk, 0.001) for chunk in reply.body),
            *([(reply.again, 1.0)] * (100 if reply.again else 0)),
        ]:
            if self.stopped:
                return self._events
            self._run(session.reading(self._now))
            self._now += seconds
            if session.deadline is not None and session.deadline <= self._now:
                self._run(session.handle_timer(self._now))
            self._run(session.receive_data(chunk, self._now))
        if reply.after == "end":
            self._run(session.receive_eof(self._now))
        elif reply.after == "reset":
            broken = deltawire.Failure(deltawire.FailureKind.READ, "The connection was reset", retryable=True)
            self._run(session.receive_error(broken, self._now))
        while not self.stopped:
            self._run(session.reading(self._now))
            assert session.deadline is not None, "nothing ends this wait"
            self._now = session.deadline
            self._run(session.handle_timer(self._now))
        return self._events

    def _run(self, actions: list[Any]) -> None:
        for action in actions:
            if isinstance(action, Deliver):
                self._events.append(action.event)
            self.stopped |= isinstance(action, Stop)
