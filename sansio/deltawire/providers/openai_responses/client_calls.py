"""Items that wait for the client, as tool calls: functions, custom tools, and the provider's own client tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Event
from ...nesting import ArgumentExtent
from ...notes import NoteCode
from ...payload import PayloadError, as_text, compact_json, decode_json
from ...tool_calls import ToolCall
from .items import Item
from .kinds import CLIENT_CALLS, CallInput, action_of
from .spoken import without_first_unit

if TYPE_CHECKING:
    from .responses import OpenAIResponses

__all__ = ["CallMapper"]

_INPUTS = {"function_call": "arguments", "custom_tool_call": "input"}
# Closing items of some gateways have these in place of arguments that the deltas brought.
_PLACEHOLDERS = ("", "{}", "null")


class CallMapper:
    """Maps the client calls of one response."""

    def __init__(self, provider: OpenAIResponses) -> None:
        self._provider = provider

    def begin(self, item: Item, native: dict[str, Any], events: list[Event]) -> None:
        """Begins the call of a new item."""
        item.call = self._provider.calls.begin(0, item.part, CLIENT_CALLS[item.type], item.position)
        if native:
            self.name(item, native, events)

    def name(self, item: Item, native: dict[str, Any], events: list[Event]) -> None:
        """Gives the call what the item says of it."""
        call, calls = self._call_of(item, events), self._provider.calls
        if not call.started:
            call.item_id, call.position = item.id or None, item.position
        name = as_text(native.get("name")) if item.type in _INPUTS else item.type
        # The item's own id stands in where a server leaves `call_id` out.
        identifier = as_text(native.get("call_id")) or ("" if call.id else item.id)
        in_time = calls.name(call, name, identifier)
        if not in_time or (identifier and call.started and identifier != call.id and not call.synthetic_id):
            self._provider.note_once(NoteCode.LATE_CALL_NAME, f"{name!r} {identifier!r} after {call.name!r}", events)
        elif identifier and not call.id:
            self._provider.note_once(NoteCode.REUSED_CALL_ID, identifier, events)
        if item.type in _INPUTS:
            opening = self._text(native.get(_INPUTS[item.type]), item, events)
            if not call.has_arguments and opening not in _PLACEHOLDERS:
                item.opening = opening
        calls.start_if_known(call, events)

    def delta(self, item: Item, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps a delta of the input."""
        call = self._call_of(item, events)
        text = self._text(payload.get("delta"), item, events)
        if call.closed:
            if text:
                detail = f"{item.type} {item.id}: {text[:1000]}"
                self._provider.note(NoteCode.CALL_AFTER_FINISH, detail, events)
            return
        if text and item.opening:
            opening, item.opening = item.opening, ""
            if not (opening.startswith(text) or (call.kind == "function" and ArgumentExtent.starts(text))):
                self._add(call, opening, events)
        self._add(call, text, events)

    def whole(self, item: Item, shape: CallInput, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps the event that has the whole input; the item's own end closes the call."""
        call = self._call_of(item, events)
        if not call.closed:
            # The id is still to come if the name is: OpenAI documents the name here and does not send it.
            item.name = as_text(payload.get("name"))
            self._add_rest(item, call, payload.get(shape.field), events)

    def settle(self, item: Item, native: dict[str, Any], events: list[Event], *, proper: bool) -> None:
        """Maps what the closing item has beyond the deltas, and closes the call."""
        call = self._call_of(item, events)
        opening = item.opening
        self.name(item, native, events)
        item.opening = opening
        if call.kind != "other":
            self._add_rest(item, call, native.get(_INPUTS[item.type]), events)
        else:
            action = action_of(native)
            self._add(call, "" if action is None else compact_json(action), events)
        self.close(item, events, proper=proper)

    def close(self, item: Item, events: list[Event], *, proper: bool, cut: bool = False) -> None:
        """Closes the call with what came of it."""
        call = self._call_of(item, events)
        self._provider.calls.name(call, "" if call.name else item.name, item.id)
        if not call.has_arguments:
            self._add(call, item.opening, events)
        self._provider.calls.close(call, events, proper=proper, cut=cut)

    def recall(self, item: Item, native: dict[str, Any]) -> None:
        """Takes a call as it came to a parser before this one; it starts anew here once more of it comes."""
        calls = self._provider.calls
        item.call = call = calls.begin(0, item.part, CLIENT_CALLS[item.type], item.position)
        call.item_id = item.id or None
        name = as_text(native.get("name")) if item.type in _INPUTS else item.type
        calls.name(call, name, as_text(native.get("call_id")) or item.id)
        if item.type in _INPUTS:
            calls.append(call, self._text(native.get(_INPUTS[item.type]), item, []), [])
        if item.done:
            action = action_of(native) if call.kind == "other" else None
            calls.append(call, "" if action is None else compact_json(action), [])
            calls.close(call, [], proper=native.get("status") != "incomplete")

    def _call_of(self, item: Item, events: list[Event]) -> ToolCall:
        assert item.call is not None
        if not item.call.started:
            # Content from now on; after `resume` the response itself may not have begun yet.
            self._provider.begin_content(events)
        return item.call

    def _text(self, value: Any, item: Item, events: list[Event]) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        self._provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, f"{item.type} {item.id}".strip(), events)
        return compact_json(value)

    def _add(self, call: ToolCall, text: str, events: list[Event]) -> None:
        self._provider.calls.append(call, text, events)
        self._provider.calls.start_if_known(call, events)

    def _add_rest(self, item: Item, call: ToolCall, value: Any, events: list[Event]) -> None:
        """Adds what the whole input has beyond the pieces; if it does not begin with them, the pieces stand."""
        text = self._text(value, item, events)
        said = call.arguments()
        held = call.joiner is not None and call.joiner.holds
        if not (said or held):
            self._add(call, text, events)
        elif text.startswith(said):
            rest = text[len(said) :]
            self._add(call, without_first_unit(rest) if held else rest, events)
        elif text.strip() not in _PLACEHOLDERS:
            self._provider.note(NoteCode.ARGUMENTS_REPLACED, f"{item.type} {item.id}".strip(), events)
            if not self._same_value(text, said):
                # Nobody knows which of the two the model meant: it is not safe to run.
                call.damaged = True

    def _same_value(self, one: str, other: str) -> bool:
        depth = self._provider.limits.json_depth
        try:
            return bool(decode_json(one, depth) == decode_json(other, depth))
        except PayloadError:
            return False
