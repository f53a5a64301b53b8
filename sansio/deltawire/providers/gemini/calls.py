"""Function calls: whole in one part, or streamed by Vertex AI as values under paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Event
from ...failures import Failure, FailureKind
from ...notes import NoteCode
from ...payload import PayloadError, as_list, as_object, as_text, compact_json, decode_json, is_object
from ...tool_calls import LimitPassedError, ToolCall
from .candidate import Candidate, StreamedCall
from .partial_args import PartialArgs

if TYPE_CHECKING:
    from .generate import Gemini
    from .parts import PartMapper

__all__ = ["CallMapper"]

_CALL_KEYS = frozenset({"id", "name", "args", "partialArgs", "willContinue"})
_PIECE_KEYS = frozenset({"jsonPath", "stringValue", "numberValue", "boolValue", "nullValue", "willContinue"})


class CallMapper:
    """Maps the `functionCall` of a part."""

    def __init__(self, provider: Gemini, parts: PartMapper) -> None:
        self._provider = provider
        self._parts = parts

    def map(self, state: Candidate, said: dict[str, Any], modifiers: dict[str, Any], events: list[Event]) -> None:
        """Takes a call, or a piece of one."""
        name, identifier = as_text(said.get("name")), as_text(said.get("id"))
        pieces = as_list(said.get("partialArgs"))
        if said.get("partialArgs") and not pieces:
            self._provider.note_shape("partialArgs", said["partialArgs"], events)
        # The arguments may be among them, under a name that one wrong byte has made.
        self._provider.describe_rest(said, _CALL_KEYS, events, ("choice", state.index), "functionCall")
        for piece in pieces:
            self._provider.describe_rest(as_object(piece), _PIECE_KEYS, events, ("choice", state.index), "partialArgs")
        goes_on = said.get("willContinue") is True or any(as_object(piece).get("willContinue") for piece in pieces)
        if state.streamed is not None and _begins_another(state.streamed, name, identifier, said):
            self.end(state, events)
        if state.streamed is None:
            if not (name or identifier or pieces or said.get("args") or goes_on):
                # The end of a call that has ended.
                self._parts.tell_modifiers(state, modifiers, events)
                return
            if not pieces and not goes_on:
                self._take_whole(state, said, modifiers, events)
                return
            self._start_streamed(state, said, modifiers, events)
        else:
            self._parts.tell_modifiers(state, modifiers, events)
        streamed = state.streamed
        assert streamed is not None
        if said.get("args") is not None:
            self._add(streamed, streamed.arguments.put_members(as_object(said["args"])), said, events)
        for piece in pieces:
            readable = isinstance(as_object(piece).get("stringValue"), str | None)
            self._add(streamed, streamed.arguments.put_partial(piece) if readable else None, piece, events)
        streamed.goes_on = goes_on
        if not goes_on:
            self.end(state, events)

    def end(self, state: Candidate, events: list[Event]) -> None:
        """The call that streams has ended properly."""
        streamed, state.streamed = state.streamed, None
        if streamed is None:
            return
        calls, call = self._provider.calls, streamed.call
        calls.append(call, streamed.arguments.end(), events)
        if streamed.arguments.repeats:
            self._provider.note(NoteCode.ARGUMENTS_REPEATED, call.name, events)
        assert state.latest is not None
        state.latest.whole = True
        state.latest.native["functionCall"] = {**state.latest.native["functionCall"], "args": self._value(call)}
        calls.close(call, events)

    def abandon(self, state: Candidate, events: list[Event]) -> None:
        """The answer ended inside the call."""
        streamed, state.streamed = state.streamed, None
        if streamed is not None:
            self._provider.calls.close(streamed.call, events, proper=False)
            state.latest = None

    def _take_whole(
        self, state: Candidate, said: dict[str, Any], modifiers: dict[str, Any], events: list[Event]
    ) -> None:
        call = self._begin(state, said, {"functionCall": said, **modifiers}, events)
        args = said.get("args")
        text = args if isinstance(args, str) else "" if args is None else compact_json(args)
        self._provider.calls.append(call, text, events)
        self._provider.calls.close(call, events)
        assert state.latest is not None
        state.latest.whole = True

    def _start_streamed(
        self, state: Candidate, said: dict[str, Any], modifiers: dict[str, Any], events: list[Event]
    ) -> None:
        head = {key: value for key, value in said.items() if key not in ("args", "partialArgs", "willContinue")}
        call = self._begin(state, said, {"functionCall": head, **modifiers}, events)
        arguments = PartialArgs(self._provider.limits.json_depth)
        state.streamed = StreamedCall(call, as_text(said.get("name")), as_text(said.get("id")), arguments)

    def _begin(self, state: Candidate, said: dict[str, Any], native: dict[str, Any], events: list[Event]) -> ToolCall:
        provider, calls = self._provider, self._provider.calls
        part = self._parts.begin(state, "tool_call", native, events, whole=False)
        call = calls.begin(state.index, part.number)
        provider.begin(events)
        provider.content = True
        identifier = as_text(said.get("id"))
        calls.name(call, as_text(said.get("name")), identifier)
        if not call.name:
            provider.note(NoteCode.CALL_WITHOUT_NAME, identifier, events)
        if call.id != identifier:
            provider.note_once(NoteCode.REUSED_CALL_ID, identifier, events)
        # Neither the id nor the name can come later: only the first piece has them.
        calls.start(call, events)
        part.call_id = call.id
        return call

    def _add(self, streamed: StreamedCall, text: str | None, said: Any, events: list[Event]) -> None:
        limit = self._provider.limits.tool_argument_bytes
        if text is None:
            # A value without a place is lost to the arguments: the call must not be run.
            streamed.call.damaged = True
            self._provider.note_shape("partialArgs", said, events)
        elif streamed.arguments.held > limit:
            message = f"Tool arguments are longer than the limit tool_argument_bytes allows: {limit:,} bytes"
            raise LimitPassedError(Failure(FailureKind.TOO_LARGE, message, code="tool_argument_bytes", retryable=False))
        else:
            self._provider.calls.append(streamed.call, text, events)

    def _value(self, call: ToolCall) -> dict[str, Any]:
        try:
            value = decode_json(call.arguments() or "{}", self._provider.limits.json_depth)
        except PayloadError:
            # Only for values that nest too deep, and the call is incomplete then.
            return {}
        return as_object(value)


def _begins_another(streamed: StreamedCall, name: str, identifier: str, said: dict[str, Any]) -> bool:
    """True if the part is no piece of the call that streams. Pieces have no name; some servers repeat it."""
    if identifier and identifier == streamed.id:
        return False
    if (identifier and streamed.id) or name not in ("", streamed.name):
        return True
    return bool(name) and not said.get("partialArgs") and not is_object(said.get("args"))
