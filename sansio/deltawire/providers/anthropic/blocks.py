"""Content blocks of a message: what starts, grows and stops under an index."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from ...events import (
    Citation,
    Event,
    MediaDelta,
    Metadata,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
)
from ...failures import Failure, FailureKind
from ...notes import NoteCode
from ...payload import PayloadError, as_list, as_object, as_text, compact_json, decode_json, is_object
from ...tool_calls import LimitPassedError
from .block import Block
from .calls import CallBlocks
from .words import BLOCK_DELTA_FIELDS, vendor_fields

if TYPE_CHECKING:
    from .messages import Anthropic

__all__ = ["BlockMapper"]

_PART_KINDS = {"text": "text", "thinking": "reasoning", "redacted_thinking": "reasoning", "tool_use": "tool_call"}
_SERVER_CALLS = frozenset({"server_tool_use", "mcp_tool_use"})
# Blocks of which nothing is told before their end.
_SILENT_BLOCKS = frozenset({"fallback", "compaction"})
_KNOWN_BLOCKS = frozenset({*_PART_KINDS, *_SERVER_CALLS, *_SILENT_BLOCKS, "container_upload", "mcp_tool_listing"})
# Delta types: the type of the block that each belongs to, and its field.
_DELTAS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "text_delta": ("text", "text"),
        "thinking_delta": ("thinking", "thinking"),
        "input_json_delta": ("tool_use", "partial_json"),
        "signature_delta": ("thinking", "signature"),
        "citations_delta": ("text", "citation"),
        "compaction_delta": ("compaction", "content"),
    }
)
_SPOKEN = MappingProxyType({"text": "text_delta", "thinking": "thinking_delta"})
# Fields that must go back byte for byte.
_OPAQUE: Mapping[str, Literal["signature", "encrypted"]] = MappingProxyType(
    {"signature": "signature", "encrypted_content": "encrypted"}
)


class BlockMapper:
    """Maps the blocks of one message."""

    def __init__(self, provider: Anthropic) -> None:
        self.open: dict[Any, Block] = {}
        """The blocks that go on, by the server's index."""
        self._provider = provider
        self._calls = CallBlocks(provider)
        self._last: Any = 0
        self._next = 0
        self._unsettled: Block | None = None
        self._held_bytes = 0

    def start(self, index: Any, native: dict[str, Any], events: list[Event]) -> Block:
        """Begins a block. The same block once more goes on; another one under its index ends it."""
        index = index if isinstance(index, int | float | str) else self._next
        if isinstance(index, int) and index >= self._next:
            self._next = index + 1
        self._last = index
        block = self.open.get(index)
        if block is not None:
            self._provider.note_once(NoteCode.SECOND_START, f"block {index!r:.40}", events)
            if block.native == native or (native.get("id") and native["id"] == block.native.get("id")):
                block.native = native
                return block
            self._end(self.open.pop(index), events)
        block = self.open[index] = self._begin(index, native, events)
        return block

    def take_whole(self, position: int, native: Any, events: list[Event]) -> None:
        """Maps a block that stands whole in a message. Its position is not the index of any block of the stream."""
        if is_object(native):
            self._end(self._begin(position, native, events), events)
        else:
            self._provider.unknown(native, events)

    def delta(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one delta; one for a block that was never started starts it."""
        delta = as_object(payload.get("delta"))
        kind = as_text(delta.get("type"))
        if kind not in _DELTAS:
            self._provider.unknown(payload, events)
            return
        home, field = _DELTAS[kind]
        block = self._block_for(self._known(payload.get("index")), kind, home, events)
        if home == "compaction":
            self._compact(block, delta)
        else:
            if delta.get(field) is not None:
                self._add(block, kind, delta[field], payload, events)
            self._describe(block, {name: said for name, said in delta.items() if name not in ("type", field)}, events)
        self._provider.describe(vendor_fields(payload, BLOCK_DELTA_FIELDS), events)

    def stop(self, index: Any, events: list[Event]) -> None:
        """Ends a block."""
        index = self._known(index)
        block = self.open.pop(index, None)
        if block is None:
            self._provider.note_once(NoteCode.MISSING_PART_START, f"end of block {index!r:.40}", events)
        else:
            self._end(block, events)

    def settle(self, events: list[Event], *, cut: bool) -> None:
        """Finishes the call that ended without input, now that it is known whether the answer was cut there."""
        block, self._unsettled = self._unsettled, None
        if block is not None:
            self._calls.end(block, events, cut=cut)
            self._tell_end(block, events)

    def end_all(self, events: list[Event], *, cut: bool) -> None:
        """Ends every block that is open."""
        for index in list(self.open):
            self._end(self.open.pop(index), events)
        self.settle(events, cut=cut)

    def let_go(self, events: list[Event]) -> None:
        """Tells what is held, at a bad end: nothing that was received is lost. Raises nothing."""
        unsettled, self._unsettled = self._unsettled, None
        if unsettled is not None:
            self._calls.break_off(unsettled, events)
            self._tell_end(unsettled, events)
        for block in self.open.values():
            if block.call is not None:
                self._calls.break_off(block, events)
            native = self._tell_held(block, events)
            if block.type not in _SILENT_BLOCKS:
                told = {*_OPAQUE, "input"} if block.type in _SERVER_CALLS else {*_OPAQUE}
                native = {field: native[field] for field in (*block.fields, *block.held) if field not in told}
            if native:
                self._provider.tell(Metadata({"part": block.part, **native}), events)

    def _known(self, index: Any) -> Any:
        """The index, or that of the block begun last where a server leaves it out."""
        return index if isinstance(index, int | float | str) else self._last

    def _begin(self, index: Any, native: dict[str, Any], events: list[Event]) -> Block:
        # A block behind the one without input: that was not cut.
        self.settle(events, cut=False)
        provider, kind = self._provider, as_text(native.get("type"))
        block = Block(kind, provider.choice(0).new_part(kind), native)
        if kind == "tool_use":
            self._calls.begin(block, index, events)
        elif kind in _SPOKEN:
            self._tell_text(block, kind, as_text(native.get(kind)), events)
            for citation in as_list(native.get("citations")):
                provider.say(Citation(citation, 0, block.part), events)
        elif kind.endswith("_tool_result"):
            call = as_text(native.get("tool_use_id")) or None
            provider.say(ServerToolUsed("result", kind, call, native, 0, block.part), events)
        elif kind == "container_upload":
            file = as_text(native.get("file_id")) or None
            provider.say(MediaDelta("file", None, None, file, 0, block.part), events)
        elif kind == "mcp_tool_listing":
            server = as_text(native.get("mcp_server_name"))
            provider.say(ServerToolUsed("status", server, None, native, 0, block.part), events)
        elif kind == "fallback":
            # Another model goes on from here.
            provider.model = as_text(as_object(native.get("to")).get("model")) or provider.model
        elif kind not in _KNOWN_BLOCKS:
            provider.unknown(native, events)
        return block

    def _block_for(self, index: Any, kind: str, home: str, events: list[Event]) -> Block:
        block = self.open.get(index)
        if block is None:
            self._provider.note_once(NoteCode.MISSING_PART_START, f"{kind} for block {index!r:.40}", events)
            return self.start(index, {"type": home}, events)
        known = block.type in _KNOWN_BLOCKS or block.type.endswith("_tool_result")
        if _SPOKEN.get(home) != kind or block.type == home or not known:
            return block
        # SGLang sends text into an open tool block: github.com/sgl-project/sglang/issues/24293.
        if home not in block.beside:
            where = f"{kind} in {block.type} block {index!r:.40}"
            self._provider.note_once(NoteCode.MISSING_PART_START, where, events)
            block.beside[home] = self._begin(index, {"type": home}, events)
        return block.beside[home]

    def _add(self, block: Block, kind: str, value: Any, payload: dict[str, Any], events: list[Event]) -> None:
        if kind == "citations_delta":
            self._provider.say(Citation(value, 0, block.part), events)
        elif kind == "input_json_delta" and block.call is not None:
            self._calls.add(block, value, events)
        elif kind == "input_json_delta":
            self._hold(block, "input", value if isinstance(value, str) else compact_json(value))
        elif not isinstance(value, str):
            self._provider.unknown(payload, events)
        elif kind == "signature_delta":
            self._hold(block, "signature", value)
        else:
            self._tell_text(block, _DELTAS[kind][0], value, events)

    def _tell_text(self, block: Block, home: str, text: str, events: list[Event]) -> None:
        if not text:
            return
        if home == "thinking":
            self._provider.say(ReasoningDelta(text, 0, block.part), events)
        else:
            self._provider.say(TextDelta(text, 0, block.part), events)
        if block.type == home:
            block.plain_delta, block.plain_field = _SPOKEN[home], home

    def _describe(self, block: Block, said: dict[str, Any], events: list[Event]) -> None:
        if said.get("estimated_tokens") is not None:
            # Increments: each counts, the same number twice too.
            tokens = {"part": block.part, "estimated_tokens": said.pop("estimated_tokens")}
            self._provider.tell(Metadata(tokens), events)
        self._provider.describe(said, events, ("part", block.part))

    def _compact(self, block: Block, delta: dict[str, Any]) -> None:
        for field, value in delta.items():
            if field == "content" and isinstance(value, str):
                self._hold(block, field, value)
            elif field != "type":
                block.fields[field] = value

    def _hold(self, block: Block, field: str, text: str) -> None:
        if not text:
            return
        before = block.held_bytes
        block.hold(field, text)
        self._held_bytes += block.held_bytes - before
        allowed = self._provider.limits.tool_argument_bytes
        if self._held_bytes > allowed:
            message = f"Open blocks hold more than the limit tool_argument_bytes allows: {allowed:,} bytes"
            raise LimitPassedError(Failure(FailureKind.TOO_LARGE, message, code="tool_argument_bytes", retryable=False))

    def _end(self, block: Block, events: list[Event]) -> None:
        for beside in block.beside.values():
            self._tell_end(beside, events)
        if block.call is not None:
            if not self._calls.settle(block, events):
                # No arguments, or cut before them: what follows shows which.
                self.settle(events, cut=False)
                self._unsettled = block
                return
            self._calls.end(block, events, cut=False)
        self._tell_end(block, events)

    def _tell_end(self, block: Block, events: list[Event]) -> None:
        native = self._tell_held(block, events)
        self._provider.tell(PartFinished(_PART_KINDS.get(block.type, block.type), native, 0, block.part), events)

    def _tell_held(self, block: Block, events: list[Event]) -> dict[str, Any]:
        """Tells what was held back of a block, and gives the block with all that deltas have set."""
        provider, native = self._provider, block.completed()
        self._held_bytes -= block.held_bytes
        if "input" in block.held:
            native["input"] = self._value(native["input"])
        if block.type in _SERVER_CALLS:
            name, identifier = as_text(native.get("name")), as_text(native.get("id")) or None
            provider.say(ServerToolUsed("call", name, identifier, native, 0, block.part), events)
        if block.type == "redacted_thinking" and as_text(native.get("data")):
            provider.tell(OpaqueState("redacted", native["data"], None, 0, block.part), events)
        for field, kind in _OPAQUE.items():
            if as_text(native.get(field)):
                provider.tell(OpaqueState(kind, native[field], None, 0, block.part), events)
        return native

    def _value(self, text: str) -> Any:
        """The input of a server tool; what is cut or wrong is kept as the text that came."""
        if not text.strip():
            return {}
        try:
            return decode_json(text, self._provider.limits.json_depth)
        except PayloadError:
            return text
