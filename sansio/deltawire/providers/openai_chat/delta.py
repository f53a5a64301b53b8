"""The delta of one choice to events: text, reasoning, refusal, tool calls, media, citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import (
    Citation,
    Event,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
)
from ...notes import NoteCode
from ...payload import as_list, as_object, as_text, compact_json, is_list, is_object
from ...slots import CallFragment, CallSlots
from ...tool_calls import ToolCall
from ..base import Choice
from .reasoning import ReasoningDetails, spoken_reasoning

if TYPE_CHECKING:
    from .chat import OpenAIChat

__all__ = ["DeltaMapper"]

_OWN_KEYS = frozenset(
    {
        "role",
        "content",
        "refusal",
        "tool_calls",
        "function_call",
        "audio",
        "annotations",
        "reasoning_content",
        "reasoning",
        "reasoning_details",
        "images",
        "executed_tools",
    }
)
_CITED = ("reference", "tool_reference")


class DeltaMapper:
    """Maps the deltas of all choices of one response."""

    def __init__(self, provider: OpenAIChat) -> None:
        self._provider = provider
        self.slots: dict[int, CallSlots] = {}
        """The calls of each choice, by what their fragments say."""
        self._legacy: dict[int, ToolCall] = {}
        self._details: dict[int, ReasoningDetails] = {}
        self._refused: set[int] = set()
        self._cited: set[str] = set()
        self._placeholder: dict[int, str] = {}

    def map(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        """Maps one delta, or the message of an answer that came whole."""
        before = len(events)
        self._map_reasoning(state, delta, events)
        self._map_content(state, delta.get("content"), events)
        refusal = as_text(delta.get("refusal"))
        if refusal:
            self._refused.add(state.index)
            self._provider.say(RefusalDelta(refusal, state.index, state.part("refusal")), events)
        self._map_media(state, delta, events)
        self._map_annotations(state, delta, events)
        if state.finished and any(isinstance(event, TextDelta | ReasoningDelta) for event in events[before:]):
            self._provider.note_once(NoteCode.CONTENT_AFTER_FINISH, f"choice {state.index}", events)
        for entry in as_list(delta.get("tool_calls")):
            if is_object(entry):
                self._map_call(state, entry, events)
        if is_object(delta.get("function_call")):
            self._map_legacy_call(state, delta["function_call"], events)
        vendor = {key: value for key, value in delta.items() if key not in _OWN_KEYS}
        if vendor:
            self._provider.describe(vendor, events, ("choice", state.index))

    def refused(self, state: Choice) -> bool:
        """True if the choice said a refusal."""
        return state.index in self._refused

    def end_choice(self, state: Choice, events: list[Event]) -> None:
        """Tells what must be sent back with the next request."""
        details = self._details.pop(state.index, None)
        if details is not None:
            native = {"reasoning_details": details.native()}
            self._provider.tell(PartFinished("reasoning", native, state.index, max(state.parts - 1, 0)), events)

    def cite(self, state: Choice, citation: Any, events: list[Event]) -> None:
        """Tells a source once: Perplexity repeats all of them with many chunks."""
        body = as_object(citation)
        body = as_object(body.get("url_citation")) or body
        address = citation if isinstance(citation, str) else as_text(body.get("url"))
        if address:
            address += f" {body.get('start_index')} {body.get('end_index')}"
            if address in self._cited:
                return
            self._cited.add(address)
        payload = {"url": citation} if isinstance(citation, str) else citation
        self._provider.say(Citation(payload, state.index, max(state.parts - 1, 0)), events)

    def _map_reasoning(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        pieces, beside = spoken_reasoning(delta)
        if beside:
            self._provider.note_once(NoteCode.REPEATED_REASONING, beside, events)
        for kind, text in pieces:
            if self._provider.dialect is not None and self._provider.dialect.repeats_placeholder_reasoning:
                # grok-4 says "Thinking..." with every chunk: github.com/vercel/ai/issues/7330.
                if self._placeholder.get(state.index) == text:
                    self._provider.note_once(NoteCode.REPEATED_REASONING, text, events)
                    continue
                self._placeholder[state.index] = text
            self._provider.say(ReasoningDelta(text, state.index, state.part("reasoning"), kind), events)
        for item in as_list(delta.get("reasoning_details")):
            if is_object(item):
                self._details.setdefault(state.index, ReasoningDetails()).add(item)
                self._tell_opaque(state, item, events)

    def _tell_opaque(self, state: Choice, item: dict[str, Any], events: list[Event]) -> None:
        identifier = as_text(item.get("id")) or None
        if as_text(item.get("signature")):
            event = OpaqueState("signature", item["signature"], identifier, state.index, state.part("reasoning"))
            self._provider.tell(event, events)
        if as_text(item.get("data")):
            event = OpaqueState("encrypted", item["data"], identifier, state.index, state.part("reasoning"))
            self._provider.tell(event, events)

    def _map_content(self, state: Choice, content: Any, events: list[Event]) -> None:
        if isinstance(content, str):
            if content:
                self._provider.say(TextDelta(content, state.index, state.part("text")), events)
        elif is_list(content):
            for part in content:
                self._map_content_part(state, part, events)
        elif content is not None:
            self._provider.note_once(NoteCode.UNMAPPED_SHAPE, f"content: {compact_json(content)[:200]}", events)

    def _map_content_part(self, state: Choice, part: Any, events: list[Event]) -> None:
        kind = as_object(part).get("type")
        if isinstance(part, str) or kind == "text":
            self._map_content(state, part if isinstance(part, str) else as_text(part.get("text")), events)
        elif kind == "thinking":
            thinking = part.get("thinking")
            for inner in thinking if is_list(thinking) else [thinking]:
                text = inner if isinstance(inner, str) else as_text(as_object(inner).get("text"))
                if text:
                    self._provider.say(ReasoningDelta(text, state.index, state.part("reasoning")), events)
                elif as_object(inner).get("type") in _CITED:
                    self.cite(state, inner, events)
            self._tell_opaque(state, {"signature": part.get("signature")}, events)
        elif kind in _CITED:
            self.cite(state, part, events)
        elif kind == "image_url":
            self._tell_image(state, part, events)
        else:
            self._provider.unknown(part, events)

    def _tell_image(self, state: Choice, part: dict[str, Any], events: list[Event]) -> None:
        image = part.get("image_url")
        address = image if isinstance(image, str) else as_text(as_object(image).get("url"))
        head, comma, data = address.partition(",")
        if head.startswith("data:") and comma:
            media_type = head.removeprefix("data:").partition(";")[0] or None
            event = MediaDelta("image", media_type, data, None, state.index, state.new_part("image"))
        else:
            event = MediaDelta("image", None, None, address, state.index, state.new_part("image"))
        self._provider.say(event, events)

    def _map_media(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        for image in as_list(delta.get("images")):
            self._tell_image(state, as_object(image), events)
        audio = as_object(delta.get("audio"))
        if as_text(audio.get("transcript")):
            event = MediaDelta("transcript", "text/plain", audio["transcript"], None, state.index, state.part("audio"))
            self._provider.say(event, events)
        if as_text(audio.get("data")):
            event = MediaDelta("audio", None, audio["data"], None, state.index, state.part("audio"))
            self._provider.say(event, events)
        rest = {key: value for key, value in audio.items() if key not in ("transcript", "data")}
        if rest:
            self._provider.describe({"audio": rest}, events, ("choice", state.index))

    def _map_annotations(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        for annotation in as_list(delta.get("annotations")):
            self.cite(state, annotation, events)
        for tool in as_list(delta.get("executed_tools")):
            name = as_text(as_object(tool).get("name")) or as_text(as_object(tool).get("type"))
            done = as_object(tool).get("output") is not None
            event = ServerToolUsed(
                "result" if done else "call", name, None, tool, state.index, state.new_part("server_tool")
            )
            self._provider.say(event, events)

    def _map_call(self, state: Choice, entry: dict[str, Any], events: list[Event]) -> None:
        function = as_object(entry.get("function"))
        custom = as_object(entry.get("custom"))
        if custom and not function:
            function = {"name": custom.get("name"), "arguments": custom.get("input")}
        fragment = CallFragment(entry.get("index"), entry.get("id"), function.get("name"), function.get("arguments"))
        if state.finished:
            self._note_late(state, entry, events)
            return
        slots = self.slots.get(state.index)
        if slots is None:
            slots = self.slots[state.index] = CallSlots(self._provider.calls)
        call = slots.resolve(fragment)
        if call is None:
            call = self._begin_call(state, "custom" if custom else "function", fragment)
            if fragment.id and self._provider.calls.has_id(fragment.id):
                self._provider.note_once(NoteCode.REUSED_CALL_ID, fragment.id, events)
        self._add(slots, call, fragment, events)
        self._tell_call_extras(state, call, entry, events)

    def _map_legacy_call(self, state: Choice, function: dict[str, Any], events: list[Event]) -> None:
        # OpenAI's first form of tool use: one call to a choice, without id or index.
        if state.finished:
            self._note_late(state, function, events)
            return
        fragment = CallFragment(None, None, function.get("name"), function.get("arguments"))
        call = self._legacy.get(state.index)
        if call is None:
            call = self._legacy[state.index] = self._begin_call(state, "function", fragment)
        slots = CallSlots(self._provider.calls)
        self._add(slots, call, fragment, events)

    def _begin_call(self, state: Choice, kind: Any, fragment: CallFragment) -> ToolCall:
        return self._provider.calls.begin(state.index, state.new_part("tool_call"), kind, fragment.index)

    def _add(self, slots: CallSlots, call: ToolCall, fragment: CallFragment, events: list[Event]) -> None:
        self._provider.begin(events)
        self._provider.content = True
        late = slots.add(call, fragment, events)
        if late:
            self._provider.note_once(NoteCode.LATE_CALL_NAME, f"{late!r} after {call.name!r} {call.id!r}", events)
        if fragment.whole:
            self._provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, call.name, events)

    def _note_late(self, state: Choice, entry: dict[str, Any], events: list[Event]) -> None:
        detail = f"choice {state.index}: {compact_json(entry)[:1000]}"
        self._provider.note(NoteCode.CALL_AFTER_FINISH, detail, events)

    def _tell_call_extras(self, state: Choice, call: ToolCall, entry: dict[str, Any], events: list[Event]) -> None:
        google = as_object(as_object(entry.get("extra_content")).get("google"))
        signature = as_text(google.get("thought_signature"))
        if signature:
            self._provider.tell(OpaqueState("signature", signature, call.id, state.index, call.part), events)
        vendor = {
            key: value
            for key, value in entry.items()
            if key not in ("index", "id", "type", "function", "custom") and not (key == "extra_content" and signature)
        }
        if vendor:
            self._provider.describe(vendor, events, ("tool_call", call.index))
