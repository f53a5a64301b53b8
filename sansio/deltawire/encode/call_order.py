"""One part after the other, for dialects in which nothing may come inside a tool call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ..events import (
    Citation,
    Event,
    Failed,
    Finished,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)

__all__ = ["CallOrder"]

_Key: TypeAlias = tuple[str, int, int]
_CALLS = (ToolCallStarted, ToolCallDelta, ToolCallFinished)
_PARTS = (TextDelta, ReasoningDelta, RefusalDelta, ServerToolUsed, MediaDelta)
_ATTACHED = (Citation, OpaqueState, PartFinished)


class CallOrder:
    """Lets one open call of each choice through and holds what comes for other parts of that choice until it ends.

    What is held follows in the order of its beginning, a call again as far as it has come. All other events pass.
    Linear in the events.
    """

    def __init__(self) -> None:
        self._live: dict[int, _Key] = {}
        self._homes: dict[tuple[int, int], _Key] = {}
        """By choice and part, the live call and what is held: sources, state and ends go with them."""
        self._held: dict[int, dict[_Key, list[Event]]] = {}

    @property
    def idle(self) -> bool:
        """True while no call is open: only the start of one changes anything then."""
        return not self._live

    def take(self, event: Event) -> Sequence[Event]:
        """Takes the next event; gives those that may pass now, in order."""
        if isinstance(event, Finished | Failed):
            return [*self._rest(), event]
        if not isinstance(event, _CALLS + _PARTS + _ATTACHED):
            return (event,)
        choice = event.choice
        live = self._live.get(choice)
        key = self._key(event, live)
        if live is not None and key != live:
            self._held.setdefault(choice, {}).setdefault(key, []).append(event)
            self._homes.setdefault((choice, event.part), key)
            return ()
        self._follow(event, key)
        if live is not None and choice not in self._live and self._held.get(choice):
            return [event, *self._release(choice)]
        return (event,)

    def _key(self, event: Event, live: _Key | None) -> _Key:
        if isinstance(event, _CALLS):
            return ("call", event.choice, event.index)
        assert isinstance(event, _PARTS + _ATTACHED)
        choice, part = event.choice, event.part
        home = self._homes.get((choice, part)) if isinstance(event, _ATTACHED) and live is not None else None
        return home or ("part", choice, part)

    def _follow(self, event: Event, key: _Key) -> None:
        if isinstance(event, ToolCallStarted):
            self._live[event.choice] = self._homes[event.choice, event.part] = key
        elif isinstance(event, ToolCallFinished):
            self._live.pop(event.choice, None)
            self._homes.pop((event.choice, event.part), None)

    def _release(self, choice: int) -> list[Event]:
        released: list[Event] = []
        held = self._held[choice]
        while held and choice not in self._live:
            key = next(iter(held))
            events = held.pop(key)
            for event in events:
                self._follow(event, key)
            released += events
        return released

    def _rest(self) -> list[Event]:
        self._live.clear()
        return [event for held in self._held.values() for events in held.values() for event in events]
