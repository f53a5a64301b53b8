"""What one message holds: content blocks, tool calls, the plan before them, and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from ...events import Citation, Event, Logprobs, PartFinished, ReasoningDelta, TextDelta
from ...notes import NoteCode
from ...payload import as_object, as_text, compact_json, is_list, is_object
from ...slots import known_text
from ...tool_calls import ToolCall

if TYPE_CHECKING:
    from .chat import Cohere

__all__ = ["Block", "BlockMapper"]

_PART_KINDS = {"thinking": "reasoning", "tool": "tool_call"}
_CONTENT_KEYS = frozenset({"type", "text", "thinking"})
_CALL_KEYS = frozenset({"id", "type", "function", "index"})
_FUNCTION_KEYS = frozenset({"name", "arguments"})
_LONGEST_DETAIL = 1_000


@attrs.define(eq=False)
class Block:
    """A content block or a tool call, as far as it has come."""

    kind: str
    """text, thinking, tool, or what else the server calls it."""
    part: int
    native: dict[str, Any]
    """As it started."""
    call: ToolCall | None = None
    stopped: bool = False
    plain: str = ""
    """The field whose text takes the quick way, `""` until the first of it has been mapped in general."""
    beside: dict[str, int] = attrs.field(factory=dict[str, int])
    """The parts of text whose field is not that of the block's own kind."""


class BlockMapper:
    """Maps the parts of one message. Content blocks and tool calls have numbers of their own each."""

    def __init__(self, provider: Cohere) -> None:
        self.contents: dict[Any, Block] = {}
        self.calls: dict[Any, Block] = {}
        self.plan: int | None = None
        """The part of the plan while it goes on."""
        self._provider = provider
        self._last_content: Any = 0
        self._last_call: Any = 0
        self._last_plan = 0

    def start_content(self, index: Any, native: Any, events: list[Event]) -> Block:
        """Begins a content block; a start that comes twice goes on with the first."""
        index = self._last_content = index if isinstance(index, int | float) else ("content", len(self.contents))
        block = self.contents.get(index)
        if block is not None and not block.stopped:
            self._provider.note_once(NoteCode.SECOND_START, f"content {index}", events)
            return block
        if isinstance(native, str):
            native = {"type": "text", "text": native}
        elif native is not None and not is_object(native):
            self._note_shape("content", native, events)
        native = dict(as_object(native))
        kind = as_text(native.get("type")) or ("thinking" if "thinking" in native else "text")
        block = self.contents[index] = Block(kind, self._new_part(kind, events), native)
        if kind in ("text", "thinking"):
            self._tell(block, native, events)
            self._provider.describe_rest(native, _CONTENT_KEYS, events, ("part", block.part))
        else:
            self._provider.unknown(native, events)
        return block

    def add_content(self, index: Any, content: Any, logprobs: Any, events: list[Event]) -> None:
        """Maps one delta; one for a block that was never started starts it."""
        index = index if isinstance(index, int | float) else self._last_content
        said = as_object(content)
        block = self.contents.get(index)
        if block is None or block.stopped:
            kind = "thinking" if "thinking" in said else "text"
            self._provider.note_once(NoteCode.MISSING_PART_START, f"content {index}", events)
            block = self.start_content(index, {"type": kind}, events)
        if content is not None and not is_object(content):
            self._note_shape("content", content, events)
        self._tell(block, said, events)
        self._provider.describe_rest(said, _CONTENT_KEYS, events, ("part", block.part))
        self.tell_logprobs(logprobs, block.part, events)

    def stop_content(self, index: Any, events: list[Event]) -> None:
        """Ends a content block."""
        index = index if isinstance(index, int | float) else self._last_content
        block = self.contents.get(index)
        if block is None:
            self._provider.note_once(NoteCode.MISSING_PART_START, f"content {index}", events)
        elif not block.stopped:
            self._stop(block, events)

    def add_plan(self, plan: Any, events: list[Event]) -> None:
        """The model says what it is going to do with its tools."""
        text = as_text(plan)
        if plan is not None and not isinstance(plan, str):
            self._note_shape("tool_plan", plan, events)
        if text:
            self.plan = self._last_plan = self._provider.choice(0).part("tool_plan")
            self._provider.say(ReasoningDelta(text, 0, self.plan), events)

    def end_plan(self, events: list[Event], native: str = "") -> None:
        """Ends the plan if it goes on: the part is marked, because a plan is sent back in a field of its own."""
        if self.plan is not None:
            self._provider.tell(PartFinished("tool_plan", {"tool_plan": native}, 0, self.plan), events)
            self.plan = None

    def start_calls(self, index: Any, entries: Any, events: list[Event]) -> None:
        """Begins a call. The API sends one object under the name of a list."""
        for place, entry in enumerate(entries if is_list(entries) else [entries]):
            if is_object(entry):
                number = index + place if isinstance(index, int | float) else ("call", len(self.calls))
                self._start_call(number, entry, events)
            elif entry is not None:
                self._note_shape("tool_calls", entry, events)

    def add_arguments(self, index: Any, entry: Any, events: list[Event]) -> None:
        """Maps one delta of a call; one for a call that was never started starts it."""
        index = index if isinstance(index, int | float) else self._last_call
        entry = entry[0] if is_list(entry) and entry else entry
        if not is_object(entry):
            if entry is not None:
                self._note_shape("tool_calls", entry, events)
            return
        block = self.calls.get(index)
        if block is None:
            self._provider.note_once(NoteCode.MISSING_PART_START, f"tool call {index}", events)
            self._start_call(index, entry, events)
        elif block.stopped:
            self._provider.note(NoteCode.CALL_AFTER_FINISH, compact_json(entry)[:_LONGEST_DETAIL], events)
        else:
            self._add(block, entry, events)

    def stop_call(self, index: Any, events: list[Event]) -> None:
        """Ends a call."""
        index = index if isinstance(index, int | float) else self._last_call
        block = self.calls.get(index)
        if block is None:
            self._provider.note_once(NoteCode.MISSING_PART_START, f"tool call {index}", events)
        elif not block.stopped:
            self._stop(block, events)

    def stop_all(self, events: list[Event], *, cut: bool) -> None:
        """Ends everything that is open."""
        self.end_plan(events)
        for block in [*self.contents.values(), *self.calls.values()]:
            if not block.stopped:
                self._stop(block, events, cut=cut)

    def map_whole(self, message: dict[str, Any], events: list[Event], *, first: int = 0, step: int = 1) -> None:
        """Maps a message that came at once, or what a start holds already, under numbers from `first`."""
        self.add_plan(message.get("tool_plan"), events)
        self.end_plan(events, as_text(message.get("tool_plan")))
        content, calls = message.get("content"), message.get("tool_calls")
        for place, native in enumerate(content if is_list(content) else [content] if content else []):
            self.start_content(first + step * place, native, events)
            self.stop_content(first + step * place, events)
        for place, entry in enumerate(calls if is_list(calls) else [calls] if calls else []):
            self.start_calls(first + step * place, entry, events)
            self.stop_call(first + step * place, events)
        self.cite(message.get("citations"), events)

    def cite(self, citations: Any, events: list[Event]) -> None:
        """Tells a source, or several, with the part that it is a source of."""
        for citation in citations if is_list(citations) else [citations]:
            if citation is None:
                continue
            said = as_object(citation)
            index = said.get("content_index")
            block = self.contents.get(index if isinstance(index, int | float) else self._last_content)
            part = 0 if block is None else block.part
            self._provider.say(Citation(citation, 0, self._last_plan if said.get("type") == "PLAN" else part), events)

    def tell_logprobs(self, logprobs: Any, part: int, events: list[Event]) -> None:
        """Tells the log probabilities of a delta, one object, or of a whole answer, a list of them."""
        if logprobs:
            self._provider.tell(Logprobs(logprobs if is_list(logprobs) else [logprobs], 0, part), events)

    def _tell(self, block: Block, content: dict[str, Any], events: list[Event]) -> None:
        for field in ("thinking", "text"):
            text, part = content.get(field), block.part
            if text is not None and not isinstance(text, str):
                self._note_shape(field, text, events)
            elif text:
                if field != block.kind:
                    if field not in block.beside:
                        block.beside[field] = self._new_part(field, events)
                    part = block.beside[field]
                else:
                    block.plain = field
                event = TextDelta(text, 0, part) if field == "text" else ReasoningDelta(text, 0, part)
                self._provider.say(event, events)

    def _new_part(self, kind: str, events: list[Event]) -> int:
        self.end_plan(events)
        return self._provider.choice(0).new_part(kind)

    def _start_call(self, index: Any, entry: dict[str, Any], events: list[Event]) -> None:
        provider = self._provider
        block = self.calls.get(index)
        if block is not None and not block.stopped:
            if entry.get("id") in (None, "", block.native.get("id")):
                provider.note_once(NoteCode.SECOND_START, f"tool call {index}", events)
                return
            self._stop(block, events)
        part = self._new_part("tool", events)
        position = index if isinstance(index, int) and not isinstance(index, bool) else None
        call = provider.calls.begin(0, part, position=position)
        provider.begin(events)
        provider.content = True
        self._last_call = index
        block = self.calls[index] = Block("tool", part, entry, call)
        self._add(block, entry, events)
        identifier = known_text(entry.get("id"))
        if identifier and call.id != identifier:
            provider.note_once(NoteCode.REUSED_CALL_ID, identifier, events)

    def _add(self, block: Block, entry: dict[str, Any], events: list[Event]) -> None:
        assert block.call is not None
        provider, call = self._provider, block.call
        function = provider.fields("function", entry, events)
        name, arguments = known_text(function.get("name")), function.get("arguments")
        if not provider.calls.name(call, name, known_text(entry.get("id"))):
            provider.note_once(NoteCode.LATE_CALL_NAME, f"{name!r} after {call.name!r}", events)
        if arguments is not None and not isinstance(arguments, str):
            provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, call.name, events)
            arguments = compact_json(arguments)
        provider.calls.append(call, arguments or "", events)
        provider.calls.start_if_known(call, events)
        vendor = {key: value for key, value in entry.items() if key not in _CALL_KEYS}
        vendor |= {key: value for key, value in function.items() if key not in _FUNCTION_KEYS}
        provider.describe(vendor, events, ("tool_call", call.index))

    def _stop(self, block: Block, events: list[Event], *, cut: bool = False) -> None:
        block.stopped = True
        native = block.native
        if block.call is not None:
            function = {**as_object(native.get("function")), "arguments": block.call.arguments()}
            native = {**native, "function": function}
            if not block.call.name:
                self._provider.note(NoteCode.CALL_WITHOUT_NAME, compact_json(native)[:_LONGEST_DETAIL], events)
            self._provider.calls.close(block.call, events, cut=cut)
        self._provider.tell(PartFinished(_PART_KINDS.get(block.kind, block.kind), native, 0, block.part), events)

    def _note_shape(self, name: str, value: Any, events: list[Event]) -> None:
        self._provider.note(NoteCode.UNMAPPED_SHAPE, f"{name}: {compact_json(value)[:_LONGEST_DETAIL]}", events)
