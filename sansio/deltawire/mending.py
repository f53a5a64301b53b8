"""Events that are always encodable: half surrogate pairs in any of their texts are joined or replaced."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs

from .events import (
    ChoiceFinished,
    Event,
    Failed,
    Finished,
    Note,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from .notes import NoteCode
from .surrogates import SurrogateJoiner, replace_surrogates
from .usage import Usage

__all__ = ["SurrogateMender"]

_Spoken: TypeAlias = TextDelta | ReasoningDelta | RefusalDelta
_ENDING = (ChoiceFinished, PartFinished, ToolCallStarted, ToolCallDelta, ToolCallFinished)


class SurrogateMender:
    """A stage behind the provider, engaged once a payload held half a pair.

    A high half at the end of a delta is held until the next delta of the same part; the part's end lets it go.
    Arguments of tool calls and failures arrive mended: calls are joined where they are collected.
    """

    def __init__(self) -> None:
        self._noted = False
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
            self._mend(event, mended)
        return mended

    def _feed_delta(self, event: _Spoken, mended: list[Event]) -> None:
        key = (type(event).__name__, event.choice, event.part)
        self._let_go(mended, event.choice, but=key)
        joiner = self._joiners.pop(key, (SurrogateJoiner(),))[0]
        text = joiner.feed(event.text)
        if joiner.holds:
            self._joiners[key] = (joiner, event)
        if joiner.replaced:
            self._note(mended)
        if text:
            mended.append(attrs.evolve(event, text=text))

    def _let_go(self, mended: list[Event], choice: int | None = None, but: Any = None) -> None:
        for key in [key for key in self._joiners if key != but and choice in (None, key[1])]:
            joiner, last = self._joiners.pop(key)
            self._note(mended)
            mended.append(attrs.evolve(last, text=joiner.end()))

    def _mend(self, event: Event, mended: list[Event]) -> None:
        changed: dict[str, Any] = {}
        for name in (field.name for field in attrs.fields(type(event))):
            value = getattr(event, name)
            if isinstance(value, str | list | dict | Usage):
                whole = _whole(value)
                if whole != value:
                    changed[name] = whole
        if changed:
            self._note(mended)
        mended.append(attrs.evolve(event, **changed) if changed else event)

    def _note(self, mended: list[Event]) -> None:
        if not self._noted:
            self._noted = True
            mended.append(Note(NoteCode.REPLACED_CHARACTERS, "half a surrogate pair"))


def _whole(value: Any) -> Any:
    if isinstance(value, Usage):
        return attrs.evolve(value, raw=replace_surrogates(value.raw))
    return replace_surrogates(value)
