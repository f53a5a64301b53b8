"""The tool calls of Chat Completions: the list, the first form with one call, custom tools, and what hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Event, Metadata, OpaqueState, ToolKind
from ...notes import NoteCode
from ...payload import as_object, as_text, compact_json, is_object
from ...slots import CallFragment, CallSlots
from ...tool_calls import ToolCall
from ..base import Choice

if TYPE_CHECKING:
    from .chat import OpenAIChat

__all__ = ["CallMapper", "google_signature"]

_BLANK_KEYS = frozenset({"index", "id", "type", "function", "custom"})
_ENTRY_KEYS = _BLANK_KEYS | {"extra_content"}
_FUNCTION_KEYS = frozenset({"name", "arguments", "input"})
_LONGEST_DETAIL = 1000


def google_signature(holder: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The thought signature in `extra_content` (Gemini's compatible endpoint), and what else is in there.

    The next request wants the signature back: ai.google.dev/gemini-api/docs/thought-signatures.
    """
    extra = as_object(holder.get("extra_content"))
    google = as_object(extra.get("google"))
    signature = as_text(google.get("thought_signature"))
    if not signature:
        return "", extra
    rest = {name: value for name, value in google.items() if name != "thought_signature"}
    return signature, {name: value for name, value in {**extra, "google": rest}.items() if value != {}}


class CallMapper:
    """Maps the tool calls of all choices of one response."""

    def __init__(self, provider: OpenAIChat) -> None:
        self.slots: dict[int, CallSlots] = {}
        """By choice."""
        self._provider = provider
        self._legacy: dict[int, ToolCall] = {}
        self._extras: dict[tuple[int, int], dict[str, Any]] = {}

    def map(self, state: Choice, delta: dict[str, Any], events: list[Event]) -> None:
        """Maps the calls of one delta, or of a whole message."""
        entries = delta.get("tool_calls")
        if is_object(entries):
            # TGI sends the one call itself: github.com/huggingface/text-generation-inference/issues/2794.
            if is_object(entries.get("function")):
                entries = [entries]
            else:
                self._provider.unmapped("tool_calls", entries, events)
        for number, entry in enumerate(self._provider.objects(entries, events)):
            # A whole message names each call once, mostly without an index.
            self._map_entry(state, {**entry, "index": number} if self._provider.whole else entry, events)
        if is_object(delta.get("function_call")):
            self._map_legacy(state, delta["function_call"], events)

    def note_nameless(self, state: Choice, events: list[Event]) -> None:
        """Says which calls end without a name: an index, or the chunk that began them, came damaged or not at all."""
        for call in self._provider.calls.open:
            if call.choice == state.index and not call.name:
                self._provider.note(NoteCode.CALL_WITHOUT_NAME, f"choice {state.index}, call {call.index}", events)

    def _map_entry(self, state: Choice, entry: dict[str, Any], events: list[Event]) -> None:
        kind: ToolKind = "custom" if entry.get("type") == "custom" or is_object(entry.get("custom")) else "function"
        function = self._provider.fields("function", entry, events)
        if not function:
            custom = self._provider.fields("custom", entry, events)
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
            if fragment.blank and _BLANK_KEYS.issuperset(entry):
                return
            call = self._begin(state, kind, fragment)
            if fragment.id and self._provider.calls.has_id(fragment.id):
                self._provider.note_once(NoteCode.REUSED_CALL_ID, fragment.id, events)
        self._add(slots, call, fragment, events)
        self._tell_extras(state, call, entry, events)

    def _map_legacy(self, state: Choice, function: dict[str, Any], events: list[Event]) -> None:
        # OpenAI's first form of tool use: one call to a choice, without id or index.
        if state.finished:
            self._note_late(state, function, events)
            return
        fragment = CallFragment(None, None, function.get("name"), function.get("arguments"))
        call = self._legacy.get(state.index)
        if call is None:
            if fragment.blank:
                return
            call = self._legacy[state.index] = self._begin(state, "function", fragment)
        self._add(CallSlots(self._provider.calls), call, fragment, events)

    def _begin(self, state: Choice, kind: ToolKind, fragment: CallFragment) -> ToolCall:
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
        detail = f"choice {state.index}: {compact_json(entry)[:_LONGEST_DETAIL]}"
        self._provider.note(NoteCode.CALL_AFTER_FINISH, detail, events)

    def _tell_extras(self, state: Choice, call: ToolCall, entry: dict[str, Any], events: list[Event]) -> None:
        signature, extra = google_signature(entry)
        if signature:
            self._provider.tell(OpaqueState("signature", signature, call.id or None, state.index, call.part), events)
        vendor = {key: value for key, value in entry.items() if key not in _ENTRY_KEYS and value is not None}
        if extra:
            vendor["extra_content"] = extra
        for name in ("function", "custom"):
            rest = {key: said for key, said in as_object(entry.get(name)).items() if key not in _FUNCTION_KEYS}
            if rest:
                vendor[name] = rest
        key = (state.index, call.index)
        if vendor and self._extras.get(key) != vendor:
            self._extras[key] = vendor
            self._provider.tell(Metadata({"choice": state.index, "tool_call": call.index, **vendor}), events)
