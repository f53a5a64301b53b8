"""Tool calls while they grow, and tool calls one after the other."""

from __future__ import annotations

from typing import Any

import attrs

from .events import (
    ChoiceFinished,
    Event,
    Failed,
    Finished,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from .partial_json import PartialJson

__all__ = ["GrowingCall", "ToolCallSequencer", "ToolCallView"]


@attrs.define(eq=False)
class GrowingCall:
    """One tool call as far as it has come."""

    started: ToolCallStarted
    """Its name, id and place."""
    finished: ToolCallFinished | None = None
    """Its end, None while it grows."""
    _pieces: list[str] = attrs.field(factory=list[str], init=False)
    _json: PartialJson = attrs.field(factory=PartialJson, init=False)

    @property
    def arguments(self) -> str:
        """The raw text so far."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def value(self) -> Any:
        """The best value of a function's arguments so far, for display only: see `PartialJson.value`. None before there
        is any, and for a tool that takes free text; `{}` for a complete call without arguments. Copy what you keep."""
        value = self._json.value
        return {} if value is None and self.complete and self.started.kind == "function" else value

    @property
    def complete(self) -> bool:
        """True only once the call has ended properly: never run it before."""
        return self.finished is not None and self.finished.complete

    def add(self, arguments: str) -> None:
        """Takes the next piece of the arguments."""
        self._pieces.append(arguments)
        if self.started.kind == "function":
            self._json.feed(arguments)


class ToolCallView:
    """The calls of one response by (choice, index), each with its arguments so far as text and as a value.

    Feed it every event; those that are of no call are passed over. Linear in the characters.
    """

    def __init__(self) -> None:
        self.calls: dict[tuple[int, int], GrowingCall] = {}
        """In order of appearance."""

    def feed(self, event: Event) -> GrowingCall | None:
        """Takes the next event; gives the call that it changes, None for an event of no call whose start was fed.

        Raises TypeError for a list of events.
        """
        if isinstance(event, ToolCallStarted):
            call = self.calls[event.choice, event.index] = GrowingCall(event)
            return call
        if not isinstance(event, ToolCallDelta | ToolCallFinished):
            if isinstance(event, list):
                raise TypeError("feed() takes one event; a parser gives lists of them")
            return None
        known = self.calls.get((event.choice, event.index))
        if known is not None:
            if isinstance(event, ToolCallDelta):
                known.add(event.arguments)
            else:
                known.finished = event
        return known


class ToolCallSequencer:
    """Regroups calls that interleave into whole ones, for consumers that take one call after the other.

    The events of a choice's calls are held until the choice ends, then given call by call in the order of the
    server's positions: start, all arguments in one delta, end. All other events pass at once. At the end of the stream,
    good or bad, come the calls that are held still; behind a stream that ends in another way, as by a cancel, `end`
    gives them.
    """

    def __init__(self) -> None:
        self._started: dict[int, dict[int, ToolCallStarted]] = {}
        self._finished: dict[int, list[ToolCallFinished]] = {}

    def feed(self, event: Event) -> list[Event]:
        """Takes the next event; gives those that may pass now."""
        match event:
            case ToolCallStarted():
                self._started.setdefault(event.choice, {})[event.index] = event
                return []
            case ToolCallDelta():
                return []
            case ToolCallFinished():
                self._finished.setdefault(event.choice, []).append(event)
                return []
            case ChoiceFinished():
                return [*self._release(event.choice), event]
            case Finished() | Failed():
                return [*self.end(), event]
            case _:
                return [event]

    def end(self) -> list[Event]:
        """The calls that have ended and were not given yet; those of the lowest choice first."""
        return [event for choice in sorted(self._finished) for event in self._release(choice)]

    def _release(self, choice: int) -> list[Event]:
        released: list[Event] = []
        started = self._started.pop(choice, {})
        for call in sorted(self._finished.pop(choice, []), key=_place):
            opening = started.get(call.index)
            if opening is not None:
                released.append(opening)
            if call.arguments:
                released.append(ToolCallDelta(call.index, call.arguments, call.choice, call.part))
            released.append(call)
        return released


def _place(call: ToolCallFinished) -> tuple[int, int]:
    return (call.index if call.position is None else call.position, call.index)
