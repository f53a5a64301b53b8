"""Steps of an interaction: what starts, grows and stops under an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from ...events import (
    Citation,
    Event,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
)
from ...notes import NoteCode
from ...payload import PayloadError, as_list, as_object, as_text, compact_json, decode_json, is_object
from ...tool_calls import ToolCall

if TYPE_CHECKING:
    from .interactions import GeminiInteractions

__all__ = ["Step", "StepMapper", "plain_text"]

_PART_KINDS = {"model_output": "text", "thought": "reasoning", "function_call": "tool_call"}
# What a step that was never started must have been, by its deltas; tools' deltas have the name of their step.
_DELTA_STEPS = {
    "text": "model_output",
    "text_annotation": "model_output",
    "text_annotation_delta": "model_output",
    "image": "model_output",
    "audio": "model_output",
    "video": "model_output",
    "document": "model_output",
    "thought_summary": "thought",
    "thought_signature": "thought",
    "arguments_delta": "function_call",
}
# What is mapped of each delta; all of a tool's, and of the caller's own words, is kept with the step.
_DELTA_KEYS = {
    "text": frozenset({"type", "text", "annotations"}),
    "text_annotation": frozenset({"type", "annotations"}),
    "text_annotation_delta": frozenset({"type", "annotations"}),
    "thought_summary": frozenset({"type", "content"}),
    "thought_signature": frozenset({"type", "signature"}),
    "arguments_delta": frozenset({"type", "arguments"}),
}
_STEP_KEYS = frozenset({"type", "content", "summary", "id", "name", "arguments", "signature"})
_MEDIA = frozenset({"image", "audio", "video", "document"})
_CALL, _RESULT = "_call", "_result"
_PLAIN = {
    "model_output": ("text", "text"),
    "thought": ("thought_summary", "content"),
    "function_call": ("arguments_delta", "arguments"),
}


@attrs.define(eq=False)
class Step:
    """One step as far as it has come."""

    type: str
    part: int
    native: dict[str, Any]
    """The step as it started, completed by what deltas set, but for texts and media."""
    call: ToolCall | None = None
    signature: str = ""
    """The signature that was told last."""
    stopped: bool = False
    plain_delta: str = ""
    """The delta type that takes the quick way, `""` until the first of it has been mapped in general."""
    plain_field: str = ""

    @property
    def server_tool(self) -> str:
        """The provider's own tool that the step is a call or a result of, `""` if it is neither."""
        if self.type == "function_call" or not self.type.endswith((_CALL, _RESULT)):
            return ""
        return as_text(self.native.get("name")) or self.type.removesuffix(_CALL).removesuffix(_RESULT)


class StepMapper:
    """Maps the steps of one interaction."""

    def __init__(self, provider: GeminiInteractions) -> None:
        self.by_index: dict[int, Step] = {}
        self._provider = provider
        self._last = 0
        self._next = 0

    def start(self, index: Any, native: dict[str, Any], events: list[Event]) -> Step:
        """Begins a step; a start that comes twice goes on with the first."""
        if not _is_index(index):
            index = self._next
        self._last, self._next = index, max(index + 1, self._next)
        step = self.by_index.get(index)
        if step is not None and not step.stopped:
            self._provider.note_once(NoteCode.SECOND_START, f"step {index}", events)
            return step
        kind = as_text(native.get("type"))
        part = self._provider.choice(0).new_part(kind)
        step = self.by_index[index] = Step(kind, part, dict(native))
        if kind == "function_call":
            self._begin_call(step, index, events)
        elif kind == "thought":
            for content in as_list(native.get("summary")):
                self._tell_content(step, content, events)
        elif kind == "model_output":
            for content in as_list(native.get("content")):
                self._tell_content(step, content, events)
        elif kind == "user_input":
            step.native["content"] = list(as_list(native.get("content")))
        elif not step.server_tool:
            self._provider.unknown(native, events)
        self._tell_signature(step, native.get("signature"), events)
        return step

    def delta(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one delta; one for a step that was never started starts it."""
        delta = self._provider.fields("delta", payload, events)
        kind = as_text(delta.get("type"))
        step = self._step_for(payload.get("index"), kind, events)
        if step.type == "user_input":
            # The caller's own words, which are no part of the answer.
            step.native["content"].append(delta)
        elif kind == "text" or kind in _MEDIA:
            self._tell_content(step, delta, events)
        elif kind == "thought_summary":
            content = self._provider.fields("content", delta, events)
            self._tell_content(step, content, events)
            if content.get("type") == "text":
                self._provider.describe_rest(content, _DELTA_KEYS["text"], events, ("step", step.part), "content")
        elif kind == "arguments_delta":
            self._add_arguments(step, delta.get("arguments"), events)
        elif kind in ("text_annotation_delta", "text_annotation"):
            self._cite(step, delta, events)
        elif kind == "thought_signature":
            self._tell_signature(step, self._provider.text("signature", delta.get("signature"), events), events)
        elif kind.endswith((_CALL, _RESULT)):
            step.native |= {key: value for key, value in delta.items() if key != "type"}
            self._tell_signature(step, delta.get("signature"), events)
        else:
            self._provider.unknown(payload, events)
        if kind in _DELTA_KEYS and step.type != "user_input":
            self._provider.describe_rest(delta, _DELTA_KEYS[kind], events, ("step", step.part))

    def stop(self, index: Any, events: list[Event], *, cut: bool = False) -> int:
        """Ends a step; gives the number of its part."""
        step = self.by_index.get(index if _is_index(index) else self._last)
        if step is None:
            self._provider.note_once(NoteCode.MISSING_PART_START, f"step {index}", events)
            return 0
        if not step.stopped:
            step.stopped = True
            step.plain_delta = ""
            if step.call is not None:
                self._close_call(step, step.call, events, cut=cut)
            self._tell_server_tool(step, events)
            kind = _PART_KINDS.get(step.type, step.type)
            self._provider.tell(PartFinished(kind, step.native, 0, step.part), events)
        return step.part

    def stop_all(self, events: list[Event], *, cut: bool) -> None:
        """Ends every step that is open."""
        for index in list(self.by_index):
            self.stop(index, events, cut=cut)

    def take_whole(self, steps: list[Any], events: list[Event]) -> None:
        """Takes the steps of an interaction that came whole."""
        for index, native in enumerate(steps):
            self.start(index, as_object(native), events)
            self.stop(index, events)

    def let_go(self, events: list[Event]) -> None:
        """Tells what is held of open steps, at a bad end: nothing that was received is lost."""
        for step in self.by_index.values():
            if not step.stopped:
                self._tell_server_tool(step, events)
                if step.type in _PART_KINDS:
                    self._provider.describe_rest(step.native, _STEP_KEYS, events, ("step", step.part))

    def _step_for(self, index: Any, kind: str, events: list[Event]) -> Step:
        index = index if _is_index(index) else self._last
        step = self.by_index.get(index)
        if step is not None and not step.stopped:
            return step
        self._provider.note_once(NoteCode.MISSING_PART_START, f"{kind} for step {index}", events)
        wanted = _DELTA_STEPS.get(kind, kind if kind.endswith((_CALL, _RESULT)) else "")
        return self.start(index, {"type": wanted}, events) if wanted else Step("", 0, {})

    def _tell_content(self, step: Step, content: Any, events: list[Event]) -> None:
        content = as_object(content)
        kind = content.get("type")
        if kind == "text":
            self._tell_text(step, self._provider.text("text", content.get("text"), events), events)
            self._cite(step, content, events)
        elif isinstance(kind, str) and kind in _MEDIA:
            self._tell_media(step, kind, content, events)
        elif content:
            self._provider.unknown(content, events)

    def _tell_text(self, step: Step, text: str, events: list[Event]) -> None:
        if not text:
            return
        if step.type == "thought":
            self._provider.say(ReasoningDelta(text, 0, step.part, "summary"), events)
        else:
            self._provider.say(TextDelta(text, 0, self._part_beside(step)), events)
        if step.call is None:
            step.plain_delta, step.plain_field = _PLAIN.get(step.type, ("", ""))

    def _part_beside(self, step: Step) -> int:
        """The step's part, another one for what does not belong into a call."""
        return step.part if step.call is None else self._provider.choice(0).part("text")

    def _tell_media(self, step: Step, kind: str, content: dict[str, Any], events: list[Event]) -> None:
        media_type = self._provider.text("mime_type", content.get("mime_type"), events) or None
        data = self._provider.text("data", content.get("data"), events) or None
        uri = self._provider.text("uri", content.get("uri"), events) or None
        self._provider.say(MediaDelta(kind, media_type, data, uri, 0, self._part_beside(step)), events)
        rest = {key: value for key, value in content.items() if key not in ("type", "mime_type", "data", "uri")}
        self._provider.describe(rest, events, ("step", step.part))

    def _cite(self, step: Step, holder: dict[str, Any], events: list[Event]) -> None:
        annotations = holder.get("annotations")
        if annotations and not as_list(annotations):
            self._provider.unmapped("annotations", annotations, events)
        for annotation in as_list(annotations):
            self._provider.say(Citation(annotation, 0, step.part), events)

    def _tell_signature(self, step: Step, signature: Any, events: list[Event]) -> None:
        # An empty one holds the place of one that comes later.
        if isinstance(signature, str) and signature not in ("", step.signature):
            step.signature = step.native["signature"] = signature
            owner = step.call.id if step.call is not None else as_text(step.native.get("id")) or None
            self._provider.tell(OpaqueState("signature", signature, owner, 0, step.part), events)

    def _begin_call(self, step: Step, index: int, events: list[Event]) -> None:
        provider, calls = self._provider, self._provider.calls
        step.call = calls.begin(0, step.part, position=index)
        provider.begin(events)
        provider.content = True
        identifier = as_text(step.native.get("id"))
        calls.name(step.call, as_text(step.native.get("name")), identifier)
        if step.call.id != identifier:
            provider.note_once(NoteCode.REUSED_CALL_ID, identifier, events)
        calls.start_if_known(step.call, events)

    def _add_arguments(self, step: Step, arguments: Any, events: list[Event]) -> None:
        provider, call = self._provider, step.call
        if call is None:
            provider.note(NoteCode.UNMAPPED_SHAPE, f"arguments for a step of type {step.type!r}", events)
            return
        if arguments is not None and not isinstance(arguments, str):
            provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, call.name, events)
            arguments = compact_json(arguments)
        provider.calls.append(call, arguments or "", events)
        provider.calls.start_if_known(call, events)
        if call.started and isinstance(arguments, str):
            step.plain_delta, step.plain_field = _PLAIN["function_call"]

    def _close_call(self, step: Step, call: ToolCall, events: list[Event], *, cut: bool) -> None:
        """Ends a call. The arguments that came with its start count if no delta had any."""
        calls, first = self._provider.calls, step.native.get("arguments")
        if call.has_arguments:
            try:
                value = decode_json(call.arguments(), self._provider.limits.json_depth)
            except PayloadError:
                # Cut or wrong: kept as the text that came.
                value = call.arguments()
            step.native["arguments"] = value
        elif first is not None and (first or not cut):
            calls.append(call, first if isinstance(first, str) else compact_json(first), events)
        if not call.name:
            self._provider.note(NoteCode.CALL_WITHOUT_NAME, call.id, events)
        calls.close(call, events, cut=cut)

    def _tell_server_tool(self, step: Step, events: list[Event]) -> None:
        name = step.server_tool
        if not name:
            return
        if step.type.endswith(_CALL):
            identifier = as_text(step.native.get("id")) or None
            self._provider.say(ServerToolUsed("call", name, identifier, step.native, 0, step.part), events)
        else:
            identifier = as_text(step.native.get("call_id")) or None
            self._provider.say(ServerToolUsed("result", name, identifier, step.native, 0, step.part), events)


def _is_index(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def plain_text(delta: dict[str, Any], field: str) -> Any:
    """The text of a delta that takes the quick way. KeyError and TypeError mean that it does not."""
    value = delta[field]
    if field != "content":
        return value
    return value["text"] if len(value) == 2 and value["type"] == "text" and is_object(value) else None
