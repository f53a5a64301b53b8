"""Events to the message so far."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Literal

import attrs

from .events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    FinishReason,
    Logprobs,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from .failures import Failure
from .message import (
    MediaPart,
    Message,
    MessageChoice,
    MessagePart,
    NativePart,
    ReasoningPart,
    RefusalPart,
    ServerToolPart,
    TextPart,
    ToolCallPart,
)
from .usage import Usage

__all__ = ["Accumulator"]


@attrs.define(eq=False)
class _Part:
    """One part while it grows: pieces are kept in a list and joined when a message is asked for."""

    number: int
    kind: str = ""
    pieces: list[str] = attrs.field(factory=list[str])
    reasoning_kind: Literal["text", "summary"] = "text"
    in_band: bool = False
    call: ToolCallStarted | None = None
    finished_call: ToolCallFinished | None = None
    media: MediaDelta | None = None
    used: list[ServerToolUsed] = attrs.field(factory=list[ServerToolUsed])
    opaque: list[OpaqueState] = attrs.field(factory=list[OpaqueState])
    citations: list[Any] = attrs.field(factory=list[Any])
    native: Any = None

    def text(self) -> str:
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    def snapshot(self) -> MessagePart:
        opaque, citations = tuple(self.opaque), tuple(self.citations)
        match self.kind:
            case "text":
                return TextPart(self.text(), citations, opaque, self.native)
            case "reasoning":
                return ReasoningPart(self.text(), self.reasoning_kind, self.in_band, opaque, self.native, citations)
            case "refusal":
                return RefusalPart(self.text(), self.native, citations, opaque)
            case "tool_call" if self.call is not None:
                return self._call(self.call, opaque, citations)
            case "media" if self.media is not None:
                media = self.media
                pieces = tuple(self.pieces)
                return MediaPart(media.kind, media.media_type, pieces, media.uri, self.native, citations, opaque)
            case "server_tool":
                return ServerToolPart(tuple(self.used), self.native, citations, opaque)
            case _:
                return NativePart(self.kind, self.native, opaque, citations)

    def _call(
        self, started: ToolCallStarted, opaque: tuple[OpaqueState, ...], citations: tuple[Any, ...]
    ) -> ToolCallPart:
        finished = self.finished_call
        return ToolCallPart(
            started.index,
            started.id,
            started.name,
            self.text() if finished is None else finished.arguments,
            finished is not None and finished.complete,
            started.kind,
            started.item_id,
            None if finished is None else finished.position,
            started.synthetic_id,
            opaque,
            self.native,
            citations,
        )


@attrs.define(eq=False)
class _Choice:
    """One choice while it grows: its parts, and the newest under each number."""

    parts: list[_Part] = attrs.field(factory=list[_Part])
    newest: dict[int, _Part] = attrs.field(factory=dict[int, _Part])
    media: dict[tuple[int, str], _Part] = attrs.field(factory=dict[tuple[int, str], _Part])
    reason: FinishReason | None = None
    raw_reason: str | None = None
    logprobs: list[Any] = attrs.field(factory=list[Any])

    def part(self, number: int, kind: str) -> _Part:
        """The part of that number and kind; `""` fits any kind."""
        part = self.newest.get(number)
        if part is not None and (part.kind == kind or not kind):
            return part
        if part is not None and not part.kind:
            part.kind = kind
            return part
        part = self.newest[number] = _Part(number, kind)
        self.parts.append(part)
        return part

    def media_part(self, number: int, kind: str) -> _Part:
        """The media of that number and kind, `audio` or `image`."""
        part = self.media.get((number, kind))
        if part is None:
            part = self.part(number, "media")
            if part.media is not None:
                part = self.newest[number] = _Part(number, "media")
                self.parts.append(part)
            self.media[number, kind] = part
        return part


class Accumulator:
    """Collects the events of one response into a `Message`.

    Feed it every event, in order; events that say nothing of the message are passed over. `message` may be asked for
    at any time, also after a failure. Feeding is linear in the characters; each `message` costs their number once.
    """

    def __init__(self) -> None:
        self._choices: dict[int, _Choice] = {}
        self._provider = self._id = self._model = ""
        self._usage: Usage | None = None
        self._reason: FinishReason | None = None
        self._raw_reason: str | None = None
        self._failure: Failure | None = None
        self._damaged = False

    def feed(self, event: Event) -> None:
        """Takes the next event. Raises TypeError for a list of them, which is for `feed_all`."""
        # Nearly all events are pieces of a part that is open, and a type is compared quicker than a pattern.
        if type(event) is TextDelta:
            kind, piece = "text", event.text
        elif type(event) is ToolCallDelta:
            kind, piece = "tool_call", event.arguments
        elif type(event) is ReasoningDelta:
            kind, piece = "reasoning", event.text
        else:
            self._feed_other(event)
            return
        choice = self._choices.get(event.choice) or self._choice(event.choice)
        part = choice.newest.get(event.part)
        if part is None or part.kind != kind:
            part = choice.part(event.part, kind)
        part.pieces.append(piece)
        if type(event) is ReasoningDelta:
            part.reasoning_kind, part.in_band = event.kind, event.in_band

    def feed_all(self, events: Iterable[Event]) -> None:
        """Takes several events."""
        for event in events:
            self.feed(event)

    def message(self) -> Message:
        """The message so far. Never raises."""
        choices = tuple(
            MessageChoice(
                index,
                tuple(part.snapshot() for part in sorted(choice.parts, key=attrgetter("number"))),
                choice.reason,
                choice.raw_reason,
                tuple(choice.logprobs),
            )
            for index, choice in sorted(self._choices.items())
        )
        return Message(
            self._provider,
            self._id,
            self._model,
            choices,
            self._usage,
            self._reason,
            self._raw_reason,
            self._failure,
            self._damaged,
        )

    def _choice(self, index: int) -> _Choice:
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = _Choice()
        return choice

    def _feed_other(self, event: Event) -> None:
        match event:
            case RefusalDelta():
                self._choice(event.choice).part(event.part, "refusal").pieces.append(event.text)
            case ResponseStarted():
                self._provider, self._id, self._model = event.provider, event.id, event.model
            case UsageUpdate():
                self._usage = event.usage
            case ChoiceFinished():
                choice = self._choice(event.choice)
                choice.reason, choice.raw_reason = event.reason, event.raw_reason
            case Finished():
                self._reason, self._raw_reason, self._damaged = event.reason, event.raw_reason, event.damaged
                self._usage = event.usage or self._usage
                self._model = event.model or self._model
            case Failed():
                self._failure = event.error
            case _:
                self._feed_rare(event)

    def _feed_rare(self, event: Event) -> None:
        match event:
            case ToolCallStarted():
                self._choice(event.choice).part(event.part, "tool_call").call = event
            case ToolCallFinished():
                self._choice(event.choice).part(event.part, "tool_call").finished_call = event
            case ServerToolUsed():
                self._choice(event.choice).part(event.part, "server_tool").used.append(event)
            case MediaDelta():
                self._feed_media(event)
            case Citation():
                self._choice(event.choice).part(event.part, "").citations.append(event.payload)
            case OpaqueState():
                self._choice(event.choice).part(event.part, "").opaque.append(event)
            case Logprobs():
                self._choice(event.choice).logprobs.extend(event.tokens)
            case PartFinished():
                part = self._choice(event.choice).part(event.part, "")
                part.kind = part.kind or event.kind
                part.native = event.native
            case list():
                raise TypeError("feed() takes one event, feed_all() several")
            case _:
                pass

    def _feed_media(self, event: MediaDelta) -> None:
        # Audio and its transcript share a part's number and stay apart.
        part = self._choice(event.choice).media_part(event.part, event.kind)
        if part.media is None or event.uri:
            part.media = event
        if event.data:
            part.pieces.append(event.data)
