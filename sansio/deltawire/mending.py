"""Events that are always encodable: half surrogate pairs in any of their texts are joined or replaced."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs

from .events import (
    ChoiceFinished,
    Event,
    Failed,
    Finished,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from .surrogates import SurrogateJoiner, replace_surrogates

__all__ = ["SurrogateMender"]

_Spoken: TypeAlias = TextDelta | ReasoningDelta | RefusalDelta
_ENDING = (ChoiceFinished, PartFinished, ToolCallStarted, ToolCallDelta, ToolCallFinished)


class SurrogateMender:
    """A stage behind the provider, engaged once a payload held half a pair.

    A high half at the end of a delta is held until the next delta of the same part; the part's end lets it go.
    Arguments of tool calls arrive mended: they are joined where they are collected.
    """

    def __init__(self) -> None:
        self._joiners: dict[tuple[str, int, int], tuple[SurrogateJoiner, _Spoken]] = {}

    def feed(self, events: list[Event]) -> list[Event]:
        """The same events with whole characters only."""
        mended: list[Event] = []
        for event in events:
            if isinstance(event, _Spoken):
                self._feed_delta(event, mended)
                continue
            if isinstance(event, Finished | Failed):
                self._let_go(mended)
            elif isinstance(event, _ENDING):
                self._let_go(mended, event.choice)
            mended.append(_mended(event))
        return mended

    def _feed_delta(self, event: _Spoken, mended: list[Event]) -> None:
        key = (type(event).__name__, event.choice, event.part)
        self._let_go(mended, event.choice, but=key)
        joiner = self._joiners.pop(key, (SurrogateJoiner(),))[0]
        text = joiner.feed(event.text)
        if joiner.holds:
            self._joiners[key] = (joiner, event)
        if text:
            mended.append(attrs.evolve(event, text=text))

    def _let_go(self, mended: list[Event], choice: int | None = None, but: Any = None) -> None:
        for key in [key for key in self._joiners if key != but and choice in (None, key[1])]:
            joiner, last = self._joiners.pop(key)
            mended.append(attrs.evolve(last, text=joiner.end()))


def _mended(event: Event) -> Event:
    changed: dict[str, Any] = {}
    for name in (field.name for field in attrs.fields(type(event))):
        value = getattr(event, name)
        if isinstance(value, str | list | dict):
            whole: Any = replace_surrogates(value)
            if whole != value:
                changed[name] = whole
    return attrs.evolve(event, **changed) if changed else event
