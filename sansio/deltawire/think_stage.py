"""Events with think blocks taken out of the text: the splitter applied to each choice of a response."""

from __future__ import annotations

from typing import Any

import attrs

from .events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    Logprobs,
    MediaDelta,
    Note,
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
from .think import ThinkOptions, ThinkSplitter

__all__ = ["ThinkStage"]

# Events of a part; content, and the end of a part, ends the text that is held before it.
_CONTENT = (ReasoningDelta, RefusalDelta, ToolCallStarted, ServerToolUsed, MediaDelta, Citation)
_ENDS_TEXT = (*_CONTENT, PartFinished)
_OF_A_PART = (*_ENDS_TEXT, ToolCallDelta, ToolCallFinished, Logprobs, OpaqueState)


@attrs.define(eq=False)
class _ChoiceText:
    """The text of one choice and where its parts went: a block taken out of a part moves those behind it."""

    splitter: ThinkSplitter
    parts: dict[int, tuple[str, int]] = attrs.field(factory=dict[int, tuple[str, int]])
    count: int = 0
    last_part: int = 0
    moved: bool = False
    ended: bool = False

    @property
    def settled(self) -> bool:
        """True if events of this choice pass as they are from now on."""
        return not self.moved and (self.ended or self.splitter.settled)

    def part(self, kind: str, part: int) -> int:
        """The number that a piece of this kind out of the provider's part gets."""
        known = self.parts.get(part)
        if known is not None and known[0] in (kind, ""):
            self.parts[part] = (kind, known[1])
            return known[1]
        self.parts[part] = (kind, self.count)
        self.moved = self.moved or self.count != part
        self.count += 1
        return self.count - 1

    def moved_part(self, part: int) -> int:
        """The number of a part of another kind, which nothing splits."""
        known = self.parts.get(part)
        return known[1] if known is not None else self.part("", part)


class ThinkStage:
    """A stage behind the provider: text deltas become text and in-band reasoning."""

    def __init__(self, options: ThinkOptions) -> None:
        self._options = options
        self.said = False
        """True once content came out: tags alone are none."""
        self._choices: dict[int, _ChoiceText] = {}
        # The choice that speaks at the moment outside of its text, with nothing held or moved, and its known parts.
        self._quiet_choice: int | None = None
        self._quiet_parts: dict[int, tuple[str, int]] = {}

    def settled(self, choices: int) -> bool:
        """True if none of the `choices` begun so far can have its events changed any more."""
        if len(self._choices) < choices or (self._choices and not self.said):
            return False
        return all(choice.settled for choice in self._choices.values())

    def feed(self, events: list[Event]) -> list[Event]:
        """The same events with the blocks split off and the parts numbered anew; the same list if nothing changes."""
        split: list[Event] | None = None
        for place, event in enumerate(events):
            if (
                (type(event) is ReasoningDelta or type(event) is ToolCallDelta)
                and event.choice == self._quiet_choice
                and event.part in self._quiet_parts
            ):
                if split is not None:
                    split.append(event)
            else:
                if split is None:
                    split = events[:place]
                self._feed_event(event, split)
        return events if split is None else split

    def _feed_event(self, event: Event, split: list[Event]) -> None:
        if isinstance(event, TextDelta):
            self._quiet_choice = None
            self._feed_text(event, split)
        elif isinstance(event, _OF_A_PART):
            split.append(self._moved(event, split))
        elif isinstance(event, ChoiceFinished):
            self._end(event.choice, split)
            split.append(event)
        elif isinstance(event, Finished | Failed):
            for choice in list(self._choices):
                self._end(choice, split)
            split.append(event if self.said else _before_content(event))
        else:
            split.append(event)

    def _choice(self, index: int) -> _ChoiceText:
        found = self._choices.get(index)
        if found is None:
            found = self._choices[index] = _ChoiceText(ThinkSplitter(self._options))
        return found

    def _feed_text(self, event: TextDelta, split: list[Event]) -> None:
        choice = self._choice(event.choice)
        if choice.settled:
            self.said = True
            split.append(event)
            return
        if choice.ended:
            pieces = [("text", event.text)]
        else:
            pieces = choice.splitter.feed(event.text)
            choice.last_part = event.part
        self._say(choice, pieces, event.choice, event.part, split)

    def _say(
        self, choice: _ChoiceText, pieces: list[tuple[Any, str]], index: int, part: int, split: list[Event]
    ) -> None:
        for kind, text in pieces:
            self.said = self.said or kind != "tag"
            if kind == "text":
                split.append(TextDelta(text, index, choice.part("text", part)))
            elif kind == "reasoning":
                number = choice.part("reasoning", part)
                # Text behind the block will be a part of its own.
                choice.moved = True
                split.append(ReasoningDelta(text, index, number, in_band=True))
        for code, detail in choice.splitter.notes:
            split.append(Note(code, detail))
        choice.splitter.notes.clear()

    def _moved(self, event: Any, split: list[Event]) -> Any:
        choice = self._choice(event.choice)
        self.said = self.said or isinstance(event, _CONTENT)
        if isinstance(event, _ENDS_TEXT) and not choice.ended:
            if isinstance(event, ReasoningDelta):
                choice.splitter.reasoning_field_seen()
            self._flush(choice, choice.splitter.flush(), event.choice, split)
        if choice.settled:
            return event
        part = choice.moved_part(event.part)
        if isinstance(event, _ENDS_TEXT) and not choice.moved:
            self._quiet_choice, self._quiet_parts = event.choice, choice.parts
        return event if part == event.part else attrs.evolve(event, part=part)

    def _end(self, index: int, split: list[Event]) -> None:
        choice = self._choice(index)
        if not choice.ended:
            self._flush(choice, choice.splitter.end(), index, split)
            choice.ended = True

    def _flush(self, choice: _ChoiceText, pieces: list[tuple[Any, str]], index: int, split: list[Event]) -> None:
        self._say(choice, pieces, index, choice.last_part, split)


def _before_content(event: Finished | Failed) -> Finished | Failed:
    """The end of a response of whose content nothing came through."""
    if isinstance(event, Failed) and event.error.after_content:
        return Failed(attrs.evolve(event.error, after_content=False))
    return event
