"""Content blocks of a message: what starts, grows and stops under an index."""

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
    from .messages import Anthropic

__all__ = ["Block", "BlockMapper"]

_SERVER_CALLS = frozenset({"server_tool_use", "mcp_tool_use"})
_PART_KINDS = {"text": "text", "thinking": "reasoning", "redacted_thinking": "reasoning", "tool_use": "tool_call"}
# Blocks that say all with their start, and are no result of a tool.
_WHOLE_BLOCKS = frozenset({"fallback", "mcp_tool_listing", "redacted_thinking", "container_upload", "compaction"})
_DELTA_BLOCKS = {
    "text_delta": "text",
    "citations_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
    "input_json_delta": "tool_use",
    "compaction_delta": "compaction",
}
_PLAIN = {
    "text": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "tool_use": ("input_json_delta", "partial_json"),
}


@attrs.define(eq=False)
class Block:
    """One content block as far as it has come."""

    type: str
    part: int
    native: dict[str, Any]
    """The block as it started, completed by what later deltas set."""
    call: ToolCall | None = None
    pieces: list[str] = attrs.field(factory=list[str])
    """The input of a server tool, as text."""
    signatures: list[str] = attrs.field(factory=list[str])
    stopped: bool = False
    plain_delta: str = ""
    """The delta type that takes the quick way, `""` until the first of it has been mapped in general."""
    plain_field: str = ""


class BlockMapper:
    """Maps the blocks of one message."""

    def __init__(self, provider: Anthropic) -> None:
        self.by_index: dict[Any, Block] = {}
        self._provider = provider
        self._last = 0

    def start(self, index: Any, native: dict[str, Any], events: list[Event]) -> Block:
        """Begins a block; a start that comes twice goes on with the first."""
        if not isinstance(index, int):
            index = len(self.by_index)
        self._last = index
        block = self.by_index.get(index)
        if block is not None and not block.stopped:
            self._provider.note_once(NoteCode.SECOND_START, f"block {index}", events)
            return block
        kind = as_text(native.get("type"))
        part = self._provider.choice(0).new_part(kind)
        native = dict(native)
        block = self.by_index[index] = Block(kind, part, native)
        if kind == "tool_use":
            self._begin_call(block, index, events)
        elif kind in ("text", "thinking"):
            self._tell_text(block, as_text(native.get(kind)), events)
            for citation in as_list(native.get("citations")):
                self._provider.say(Citation(citation, 0, part), events)
        elif kind.endswith("_tool_result"):
            result = ServerToolUsed("result", kind, as_text(native.get("tool_use_id")) or None, native, 0, part)
            self._provider.say(result, events)
        elif kind in _WHOLE_BLOCKS:
            self._tell_whole_block(block, events)
        elif kind not in _SERVER_CALLS:
            self._provider.unknown(native, events)
        return block

    def delta(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one delta; one for a block that was never started starts it."""
        delta = as_object(payload.get("delta"))
        kind = as_text(delta.get("type"))
        block = self._block_for(self._known(payload.get("index")), kind, events)
        if kind == "text_delta":
            self._tell_text(block, as_text(delta.get("text")), events)
        elif kind == "thinking_delta":
            self._tell_text(block, as_text(delta.get("thinking")), events)
            if delta.get("estimated_tokens") is not None:
                self._provider.describe({"estimated_tokens": delta["estimated_tokens"]}, events, ("block", block.part))
        elif kind == "input_json_delta":
            self._add_input(block, as_text(delta.get("partial_json")), events)
        elif kind == "signature_delta":
            block.signatures.append(as_text(delta.get("signature")))
        elif kind == "citations_delta":
            self._provider.say(Citation(delta.get("citation"), 0, block.part), events)
        elif kind == "compaction_delta":
            block.native |= {key: value for key, value in delta.items() if key != "type"}
            self._tell_compaction(delta, block, events)
        else:
            self._provider.unknown(payload, events)

    def stop(self, index: Any, events: list[Event], *, cut: bool = False) -> None:
        """Ends a block."""
        block = self.by_index.get(index if isinstance(index, tuple) else self._known(index))
        if block is None or block.stopped:
            if block is None:
                self._provider.note_once(NoteCode.MISSING_PART_START, f"block {index}", events)
            return
        block.stopped = True
        block.plain_delta = ""
        if block.call is not None:
            self._settle_input(block, events)
            self._provider.calls.close(block.call, events, cut=cut)
        elif block.type in _SERVER_CALLS:
            self._tell_server_call(block, events)
        self._tell_signature(block, events)
        kind = _PART_KINDS.get(block.type, block.type)
        self._provider.tell(PartFinished(kind, block.native, 0, block.part), events)

    def stop_all(self, events: list[Event], *, cut: bool) -> None:
        """Ends every block that is open."""
        for index in list(self.by_index):
            self.stop(index, events, cut=cut)

    def let_go(self, events: list[Event]) -> None:
        """Tells what is held of open blocks, at a bad end: nothing that was received is lost."""
        for block in self.by_index.values():
            if not block.stopped:
                self._tell_signature(block, events)
                if block.type in _SERVER_CALLS:
                    self._tell_server_call(block, events)

    def _known(self, index: Any) -> Any:
        """The index, or that of the block begun last where a server leaves it out."""
        return index if isinstance(index, int) else self._last

    def _block_for(self, index: Any, kind: str, events: list[Event]) -> Block:
        wanted = _DELTA_BLOCKS.get(kind, "")
        block = self.by_index.get(index)
        if block is None or block.stopped:
            self._provider.note_once(NoteCode.MISSING_PART_START, f"{kind} for block {index}", events)
            return self.start(index, {"type": wanted}, events) if wanted else Block("", 0, {})
        if wanted in ("text", "thinking") and block.call is not None:
            # SGLang sends text into an open tool block: github.com/sgl-project/sglang/issues/24293.
            beside = ("beside", index, wanted)
            if beside not in self.by_index:
                self._provider.note_once(NoteCode.MISSING_PART_START, f"{kind} in tool block {index}", events)
                part = self._provider.choice(0).new_part(wanted)
                self.by_index[beside] = Block(wanted, part, {"type": wanted})
            return self.by_index[beside]
        return block

    def _tell_text(self, block: Block, text: str, events: list[Event]) -> None:
        if not text:
            return
        if block.type == "thinking":
            self._provider.say(ReasoningDelta(text, 0, block.part), events)
        else:
            self._provider.say(TextDelta(text, 0, block.part), events)
        block.plain_delta, block.plain_field = _PLAIN.get(block.type, ("", ""))

    def _begin_call(self, block: Block, index: int, events: list[Event]) -> None:
        calls = self._provider.calls
        # Calls that stand in the message's start have numbers of their own, kept below zero.
        block.call = calls.begin(0, block.part, position=index if index >= 0 else -1 - index)
        self._provider.begin(events)
        self._provider.content = True
        calls.name(block.call, as_text(block.native.get("name")), as_text(block.native.get("id")))
        calls.start_if_known(block.call, events)

    def _add_input(self, block: Block, text: str, events: list[Event]) -> None:
        if block.call is not None:
            self._provider.calls.append(block.call, text, events)
            self._provider.calls.start_if_known(block.call, events)
            if block.call.started and block.call.joiner is None:
                block.plain_delta, block.plain_field = _PLAIN["tool_use"]
        elif text:
            block.pieces.append(text)

    def _settle_input(self, block: Block, events: list[Event]) -> None:
        """The input that came whole with the start counts if no delta had any."""
        assert block.call is not None
        value = block.native.get("input")
        if not block.call.has_arguments and value not in (None, {}):
            self._provider.calls.append(block.call, value if isinstance(value, str) else compact_json(value), events)
            if not is_object(value):
                self._provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, block.call.name, events)

    def _tell_server_call(self, block: Block, events: list[Event]) -> None:
        text = "".join(block.pieces)
        if text.strip():
            try:
                block.native["input"] = decode_json(text, self._provider.limits.json_depth)
            except PayloadError:
                # Cut or wrong: kept as the text that came.
                block.native["input"] = text
        name, identifier = as_text(block.native.get("name")), as_text(block.native.get("id"))
        self._provider.say(ServerToolUsed("call", name, identifier or None, block.native, 0, block.part), events)

    def _tell_signature(self, block: Block, events: list[Event]) -> None:
        if block.type != "thinking":
            return
        # The API sends one delta after an empty start; Z.ai signs the start and sends none.
        first = as_text(block.native.get("signature"))
        if block.signatures:
            first = block.signatures[-1] if first else "".join(block.signatures)
        if first:
            block.native["signature"] = first
            self._provider.tell(OpaqueState("signature", first, None, 0, block.part), events)

    def _tell_whole_block(self, block: Block, events: list[Event]) -> None:
        native, part = block.native, block.part
        if block.type == "redacted_thinking":
            self._provider.begin(events)
            self._provider.tell(OpaqueState("redacted", as_text(native.get("data")), None, 0, part), events)
        elif block.type == "container_upload":
            self._provider.say(MediaDelta("file", None, None, as_text(native.get("file_id")), 0, part), events)
        elif block.type == "mcp_tool_listing":
            name = as_text(native.get("mcp_server_name"))
            self._provider.say(ServerToolUsed("status", name, None, native, 0, part), events)
        elif block.type == "compaction":
            self._tell_compaction(native, block, events)

    def _tell_compaction(self, said: dict[str, Any], block: Block, events: list[Event]) -> None:
        if as_text(said.get("encrypted_content")):
            self._provider.tell(OpaqueState("encrypted", said["encrypted_content"], None, 0, block.part), events)
        if as_text(said.get("signature")):
            self._provider.tell(OpaqueState("signature", said["signature"], None, 0, block.part), events)
