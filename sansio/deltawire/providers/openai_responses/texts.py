"""Texts of items to events: the answer, refusals, reasoning and its summaries, with their sources."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, TypeAlias

from ...events import Citation, Event, Logprobs, ReasoningDelta, RefusalDelta, TextDelta
from ...notes import NoteCode
from ...payload import as_list, as_object, as_text, compact_json
from .items import Item
from .kinds import CONTENT_PARTS, PartEvent, Speech
from .spoken import Spoken

if TYPE_CHECKING:
    from .responses import OpenAIResponses

__all__ = ["TextMapper"]

# Lists of an item that hold its texts, and what a part without a type of its own would be there.
_LISTS = {
    "message": (("content", "output_text"),),
    "reasoning": (("summary", "summary_text"), ("content", "reasoning_text")),
}


# Channel, index, text and the part itself.
_Part: TypeAlias = tuple[str, int, str, dict[str, Any]]


def _counterparts(item: Item, parts: list[_Part]) -> list[int]:
    """The indexes under which the deltas of the parts went: vLLM counts them on over all items of a response."""
    numbered = {(channel, index) for channel, index, *_ in parts}
    spare: dict[str, list[int]] = {}
    for key, spoken in reversed(item.spoken.items()):
        if key not in numbered and not spoken.silent:
            spare.setdefault(key[0], []).append(key[1])
    indexes: list[int] = []
    for channel, index, *_ in parts:
        own, others = item.spoken.get((channel, index)), spare.get(channel)
        indexes.append(others.pop() if others and (own is None or own.silent) else index)
    return indexes


def _text_of(value: Any) -> str:
    """The text of a delta; the API's first months had objects there."""
    return value if isinstance(value, str) else as_text(as_object(value).get("text"))


class TextMapper:
    """Maps the texts of one response."""

    def __init__(self, provider: OpenAIResponses) -> None:
        self._provider = provider

    def delta(self, item: Item, speech: Speech, payload: dict[str, Any], events: list[Event]) -> Spoken:
        """Maps a delta; gives the text that it went to."""
        index = item.numbered(speech.channel, payload.get(speech.index))
        spoken = self._spoken(item, speech.channel, index)
        text = _text_of(payload.get("delta"))
        if not text and payload.get("delta"):
            self._provider.unmapped("delta", payload["delta"], events)
        if text and spoken.opening:
            opening, spoken.opening = spoken.opening, ""
            if not opening.startswith(text):
                self._say(item, speech.channel, index, opening, events)
        self._say(item, speech.channel, index, text, events)
        self._tell_logprobs(spoken, payload.get("logprobs"), events)
        return spoken

    def whole(self, item: Item, speech: Speech, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps the event that has a whole text."""
        text = self._provider.text(speech.field, payload.get(speech.field), events)
        index = self._closing_index(item, speech.channel, payload.get(speech.index), text, events)
        self._close(item, speech.channel, index, text, payload, events)

    def part(self, item: Item, event: PartEvent, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps the event that opens or closes one text."""
        part = as_object(payload.get("part"))
        kind = as_text(part.get("type"))
        _, channel, field = CONTENT_PARTS[event.usual if kind in ("", "text") else kind]
        index = payload.get(event.index)
        text = as_text(part.get(field))
        if event.closes:
            number = self._closing_index(item, channel, index, text, events)
            self._close(item, channel, number, text, part, events)
            self._cite_rest(self._spoken(item, channel, number), part, events)
            return
        if index is None:
            index = item.counts.get(channel, 0)
        spoken = self._spoken(item, channel, item.numbered(channel, index))
        if spoken.silent:
            spoken.opening = text

    def annotate(self, item: Item, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one source."""
        index = item.numbered("text", payload.get("content_index"))
        annotation = payload.get("annotation")
        if annotation is not None:
            self._cite(self._spoken(item, "text", index), annotation, events)

    def open(self, item: Item, native: dict[str, Any]) -> None:
        """Keeps the texts that an opening event already holds."""
        for channel, index, text, _ in self._parts(item, native, []):
            spoken = self._spoken(item, channel, index)
            if spoken.silent:
                spoken.opening = text

    def settle(self, item: Item, native: dict[str, Any], events: list[Event], *, sure: bool = True) -> None:
        """Maps what the closing item has beyond the deltas. Unless `sure` that it is the same item, nothing is."""
        unknown: list[Any] = []
        parts = self._parts(item, native, unknown)
        if sure:
            for (channel, _, text, part), index in zip(parts, _counterparts(item, parts), strict=True):
                self._close(item, channel, index, text, part, events)
                self._cite_rest(self._spoken(item, channel, index), part, events)
        if not item.done:
            for part in unknown:
                self._provider.unknown(part, events)

    def let_go(self, item: Item, events: list[Event]) -> None:
        """Says what an opening event held and no other event repeated: nothing that was received is lost."""
        for (channel, index), spoken in list(item.spoken.items()):
            opening, spoken.opening = spoken.opening, ""
            if opening and spoken.silent:
                self._say(item, channel, index, opening, events)

    def recall(self, item: Item, native: dict[str, Any]) -> None:
        """Takes the texts of an item as streamed, by a parser before this one."""
        for channel, index, text, part in self._parts(item, native, []):
            spoken = self._spoken(item, channel, index)
            if text:
                spoken.add(text)
                item.current[channel] = item.newest[channel] = index
                if channel == "summary":
                    item.summary = index
            spoken.logprobs = bool(part.get("logprobs"))
            for annotation in as_list(part.get("annotations")):
                self._remember(spoken, annotation)

    def _closing_index(self, item: Item, channel: str, said: Any, text: str, events: list[Event]) -> int:
        """The index of the text that an event closes; one that nothing was streamed under may be a slip."""
        index = item.numbered(channel, said)
        spoken = item.spoken.get((channel, index))
        newest = item.newest.get(channel)
        if newest is not None and text and (spoken is None or spoken.silent):
            streamed = item.spoken[channel, newest]
            rest = streamed.remainder(text)
            if not streamed.closed and rest is not None:
                return newest
            if spoken is None and rest == "":
                # Nothing opened this one, and its text was closed before: if it is another one, the item has it too.
                what = f"{item.type} {item.id} {channel} {index}"
                self._provider.note_once(NoteCode.DUPLICATE_DROPPED, what, events)
                return newest
        return index

    @staticmethod
    def _parts(item: Item, native: dict[str, Any], unknown: list[Any]) -> list[_Part]:
        found: list[_Part] = []
        for name, usual in _LISTS.get(item.type, ()):
            for index, part in enumerate(as_list(native.get(name))):
                fields = as_object(part)
                kind = as_text(fields.get("type"))
                _, channel, field = CONTENT_PARTS.get(usual if kind in ("", "text") else kind, ("", "", ""))
                if item.type == "reasoning" and channel == "text":
                    # LiteLLM's proxy closes a response with its streamed summaries as `output_text` of the reasoning.
                    channel = "reasoning" if item.summary is None else "summary"
                if channel and fields:
                    found.append((channel, index, as_text(fields.get(field)), fields))
                elif part is not None:
                    unknown.append(part)
        return found

    def _spoken(self, item: Item, channel: str, index: int) -> Spoken:
        spoken = item.spoken.get((channel, index))
        if spoken is None:
            # Summaries are one text of several paragraphs; other texts are parts of their own.
            part = item.summary_part if channel == "summary" else None
            if part is None:
                part = self._provider.choice(0).new_part(channel) if item.spoken else item.part
            if channel == "summary":
                item.summary_part = part
            item.counts[channel] = item.counts.get(channel, 0) + 1
            spoken = item.spoken[channel, index] = Spoken(part)
        return spoken

    def _say(self, item: Item, channel: str, index: int, text: str, events: list[Event]) -> None:
        if not text:
            return
        spoken = item.spoken[channel, index]
        spoken.add(text)
        item.newest[channel] = index
        event: Event
        if channel == "text":
            event = TextDelta(text, 0, spoken.part)
        elif channel == "refusal":
            self._provider.refused = True
            event = RefusalDelta(text, 0, spoken.part)
        elif channel == "reasoning":
            event = ReasoningDelta(text, 0, spoken.part)
        else:
            if item.summary not in (None, index):
                text = "\n\n" + text
            item.summary = index
            event = ReasoningDelta(text, 0, spoken.part, "summary")
        self._provider.say(event, events)

    def _close(
        self, item: Item, channel: str, index: int, text: str, holder: dict[str, Any], events: list[Event]
    ) -> None:
        spoken = self._spoken(item, channel, index)
        opening, spoken.opening = spoken.opening, ""
        if not text and spoken.silent:
            text = opening
        spoken.closed = True
        if text:
            rest = spoken.remainder(text)
            if rest is not None:
                self._say(item, channel, index, rest, events)
            elif not spoken.differs:
                spoken.differs = True
                self._provider.note(NoteCode.TEXT_REPLACED, f"{item.type} {item.id}".strip(), events)
        if not spoken.logprobs:
            self._tell_logprobs(spoken, holder.get("logprobs"), events)

    def _tell_logprobs(self, spoken: Spoken, logprobs: Any, events: list[Event]) -> None:
        tokens = as_list(logprobs)
        if tokens:
            spoken.logprobs = True
            self._provider.tell(Logprobs(tokens, 0, spoken.part), events)

    def _cite(self, spoken: Spoken, annotation: Any, events: list[Event]) -> None:
        self._remember(spoken, annotation)
        self._provider.say(Citation(annotation, 0, spoken.part), events)

    @staticmethod
    def _remember(spoken: Spoken, annotation: Any) -> int:
        mark = zlib.crc32(compact_json(annotation).encode("utf-8", "surrogatepass"))
        spoken.citations += 1
        spoken.cited.add(mark)
        return mark

    def _cite_rest(self, spoken: Spoken, holder: dict[str, Any], events: list[Event]) -> None:
        """Tells the sources that no event of their own told."""
        annotations = [annotation for annotation in as_list(holder.get("annotations")) if annotation is not None]
        if len(annotations) <= spoken.citations:
            return
        for annotation in annotations:
            mark = zlib.crc32(compact_json(annotation).encode("utf-8", "surrogatepass"))
            if mark not in spoken.cited:
                self._cite(spoken, annotation, events)
