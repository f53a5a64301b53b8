"""Content blocks of a Converse message: what starts, grows and stops under an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from ...events import (
    Citation,
    Event,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
)
from ...notes import NoteCode
from ...payload import (
    PayloadError,
    as_count,
    as_list,
    as_object,
    as_text,
    compact_json,
    decode_json,
    is_list,
    is_object,
)
from ...tool_calls import ToolCall
from .media import base64_text, joined_base64, media_delta, media_error

if TYPE_CHECKING:
    from .converse import Bedrock

__all__ = ["Block", "BlockMapper", "block_index"]

# The kinds of block whose deltas are nearly all a stream consists of.
_PLAIN_KINDS = ("text", "reasoningContent", "toolUse")
_PART_KINDS = {"reasoningContent": "reasoning", "toolUse": "tool_call", "toolResult": "tool_result"}
_MEDIA = ("image", "audio", "video")


@attrs.define(eq=False)
class Block:
    """One content block as far as it has come."""

    kind: str
    """The member that it is of Converse's union of content blocks."""
    index: int
    part: int
    native: dict[str, Any] = attrs.field(factory=dict[str, Any])
    """The member as it started."""
    whole: dict[str, Any] | None = None
    """The block as sent, if it came whole."""
    call: ToolCall | None = None
    pieces: list[str] = attrs.field(factory=list[str])
    """The input of a server tool, as text."""
    signatures: list[str] = attrs.field(factory=list[str])
    redacted: list[str] = attrs.field(factory=list[str])
    content: list[Any] = attrs.field(factory=list[Any])
    """What a server tool gave back."""
    citations: list[Any] = attrs.field(factory=list[Any])


def block_index(value: Any) -> int:
    """The index of a block; lax gateways leave 0 out."""
    return as_count(int(value) if isinstance(value, bool) else value) or 0


class BlockMapper:
    """Maps the blocks of one message. One index may hold blocks of several kinds: each is a part of its own."""

    def __init__(self, provider: Bedrock) -> None:
        self.plain: dict[str, dict[int, Block]] = {kind: {} for kind in _PLAIN_KINDS}
        """By kind and index, the blocks whose next delta may take the quick way."""
        self._provider = provider
        self._open: dict[int, dict[str, Block]] = {}

    def start(self, member: dict[str, Any], events: list[Event]) -> None:
        """Begins the block of a contentBlockStart; text and reasoning have none."""
        index = block_index(member.get("contentBlockIndex"))
        for kind, value in as_object(member.get("start")).items():
            if kind in ("toolUse", "toolResult"):
                self._start_tool(index, kind, as_object(value), events)
            elif kind in _MEDIA:
                self._block(index, kind, events).native |= as_object(value)
            elif kind not in ("text", "reasoningContent"):
                self._provider.unknown({"contentBlockStart": member}, events)
            elif value:
                self._grow(index, kind, value, member, events)

    def delta(self, member: dict[str, Any], events: list[Event]) -> None:
        """Maps one contentBlockDelta; one for a block that was never started starts it."""
        index = block_index(member.get("contentBlockIndex"))
        for kind, value in as_object(member.get("delta")).items():
            self._grow(index, kind, value, member, events)

    def stop(self, index: int, events: list[Event], *, cut: bool = False) -> None:
        """Ends what is open under an index; a block without any content was never begun."""
        for block in self._open.pop(index, {}).values():
            self._end(block, events, cut=cut)

    def stop_all(self, events: list[Event], *, cut: bool) -> None:
        """Ends every block that is open."""
        for index in list(self._open):
            self.stop(index, events, cut=cut)

    def take_whole(self, index: int, native: dict[str, Any], events: list[Event]) -> None:
        """Maps a block of a message that was not streamed."""
        for kind, value in native.items():
            if kind in ("toolUse", "toolResult"):
                self._start_tool(index, kind, as_object(value), events)
            elif kind == "citationsContent":
                self._take_cited(index, as_object(value), events)
            elif kind in ("text", "reasoningContent", *_MEDIA):
                self._grow(index, kind, value, native, events)
            else:
                # Documents, cache points, tools added or removed: nothing of them is the answer's own.
                part = self._provider.choice(0).new_part(kind)
                self._provider.begin(events)
                self._provider.tell(PartFinished(kind, native, 0, part), events)
        for block in self._open.get(index, {}).values():
            block.whole = native
        self.stop(index, events)

    def let_go(self, events: list[Event]) -> None:
        """Tells what is held of open blocks, at a bad end: nothing that was received is lost."""
        for blocks in self._open.values():
            for block in blocks.values():
                self._tell_held(block, events)

    def _grow(self, index: int, kind: str, value: Any, holder: dict[str, Any], events: list[Event]) -> None:
        if kind == "text":
            self._add_text(index, as_text(value), events)
        elif kind == "reasoningContent":
            self._add_reasoning(index, as_object(value), holder, events)
        elif kind == "toolUse":
            self._add_input(index, as_object(value), events)
        elif kind == "toolResult":
            block = self._started(index, kind, events)
            block.content += value if is_list(value) else [value]
        elif kind == "citation":
            block = self._block(index, "text", events)
            block.citations.append(value)
            self._provider.say(Citation(value, 0, block.part), events)
        elif kind in _MEDIA:
            self._add_media(index, kind, as_object(value), events)
        else:
            self._provider.unknown({"contentBlockDelta": holder}, events)

    def _block(self, index: int, kind: str, events: list[Event]) -> Block:
        blocks = self._open.get(index)
        if blocks is None:
            blocks = self._open[index] = {}
        block = blocks.get(kind)
        if block is None:
            choice = self._provider.choice(0)
            joins = kind == "text" and self._provider.joins_texts
            part = choice.part(kind) if joins else choice.new_part(kind)
            block = blocks[kind] = Block(kind, index, part)
            self._provider.begin(events)
        return block

    def _started(self, index: int, kind: str, events: list[Event]) -> Block:
        """The block that must have started; one that has not is noted."""
        if kind not in self._open.get(index, {}):
            self._provider.note_once(NoteCode.MISSING_PART_START, f"{kind} block {index}", events)
        return self._block(index, kind, events)

    def _go_on_plainly(self, block: Block) -> None:
        self.plain[block.kind][block.index] = block

    def _add_text(self, index: int, text: str, events: list[Event]) -> None:
        if text:
            block = self._block(index, "text", events)
            self._provider.say(TextDelta(text, 0, block.part), events)
            self._go_on_plainly(block)

    def _add_reasoning(
        self, index: int, reasoning: dict[str, Any], holder: dict[str, Any], events: list[Event]
    ) -> None:
        if is_object(reasoning.get("reasoningText")):
            # The form of a whole message; Nova streams it too.
            reasoning = reasoning | reasoning["reasoningText"]
        block = self._block(index, "reasoningContent", events)
        text, signature = as_text(reasoning.get("text")), as_text(reasoning.get("signature"))
        redacted = base64_text(reasoning.get("redactedContent"))
        if text:
            self._provider.say(ReasoningDelta(text, 0, block.part), events)
            self._go_on_plainly(block)
        if signature:
            block.signatures.append(signature)
        if redacted:
            block.redacted.append(redacted)
        if not reasoning.keys() & {"text", "signature", "redactedContent", "reasoningText"}:
            self._provider.unknown(holder, events)

    def _start_tool(self, index: int, kind: str, native: dict[str, Any], events: list[Event]) -> None:
        identifier = as_text(native.get("toolUseId"))
        block = self._open.get(index, {}).get(kind)
        if block is not None:
            if identifier in ("", as_text(block.native.get("toolUseId"))):
                self._provider.note_once(NoteCode.SECOND_START, f"{kind} block {index}", events)
                return
            # Another one under the index of one that never stopped.
            self._end(self._open[index].pop(kind), events)
        block = self._block(index, kind, events)
        block.native = dict(native)
        # `server_tool_use`: Bedrock runs the tool itself, such as the system tools of Nova.
        if kind == "toolUse" and not as_text(native.get("type")).startswith("server"):
            self._begin_call(block, events)

    def _begin_call(self, block: Block, events: list[Event]) -> None:
        provider = self._provider
        call = block.call = provider.calls.begin(0, block.part, position=block.index)
        provider.content = True
        identifier = as_text(block.native.get("toolUseId"))
        provider.calls.name(call, as_text(block.native.get("name")), identifier)
        if identifier != call.id:
            provider.note_once(NoteCode.REUSED_CALL_ID, identifier, events)
        provider.calls.start_if_known(call, events)

    def _add_input(self, index: int, delta: dict[str, Any], events: list[Event]) -> None:
        block = self._started(index, "toolUse", events)
        if not block.native and block.call is None:
            block.native = {key: value for key, value in delta.items() if key != "input"}
            self._begin_call(block, events)
        piece = delta.get("input")
        if piece is not None and not isinstance(piece, str):
            self._provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, as_text(block.native.get("name")), events)
            piece = compact_json(piece)
        if piece and block.call is not None:
            self._append(block.call, piece, events)
            self._go_on_plainly(block)
        elif piece:
            block.pieces.append(piece)

    def _append(self, call: ToolCall, piece: str, events: list[Event]) -> None:
        self._provider.calls.append(call, piece, events)
        self._provider.calls.start_if_known(call, events)

    def _settle_input(self, block: Block, call: ToolCall, events: list[Event]) -> None:
        """The input that came whole with the block counts if no delta had any."""
        value = block.native.get("input")
        if not call.has_arguments and value not in (None, {}):
            self._append(call, value if isinstance(value, str) else compact_json(value), events)
            if not is_object(value):
                self._provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, call.name, events)

    def _add_media(self, index: int, kind: str, media: dict[str, Any], events: list[Event]) -> None:
        block = self._block(index, kind, events)
        block.native |= {key: value for key, value in media.items() if key not in ("source", "error")}
        event = media_delta(kind, block.native, media.get("source"), block.part)
        if event is not None:
            self._provider.say(event, events)
        error = media_error(media)
        if error:
            self._provider.describe({kind: error}, events, ("block", block.part))

    def _take_cited(self, index: int, cited: dict[str, Any], events: list[Event]) -> None:
        for text in as_list(cited.get("content")):
            self._add_text(index, as_text(as_object(text).get("text")), events)
        for citation in as_list(cited.get("citations")):
            self._grow(index, "citation", citation, cited, events)

    def _end(self, block: Block, events: list[Event], *, cut: bool = False) -> None:
        provider = self._provider
        self.plain.get(block.kind, {}).pop(block.index, None)
        if block.call is not None:
            self._settle_input(block, block.call, events)
            provider.calls.close(block.call, events, cut=cut)
        native = self._tell_held(block, events)
        if not (block.kind == "text" and provider.joins_texts):
            kind = _PART_KINDS.get(block.kind, block.kind)
            if block.kind == "toolUse" and block.call is None:
                kind = "server_tool_use"
            provider.tell(PartFinished(kind, block.whole or native, 0, block.part), events)

    def _tell_held(self, block: Block, events: list[Event]) -> dict[str, Any]:
        """Tells what waited for the end of the block, and gives the block as the next request wants it back: all but
        the text and the arguments that were streamed."""
        if block.kind == "text":
            if not block.citations:
                return {"text": ""}
            return {"citationsContent": {"content": [], "citations": block.citations}}
        if block.kind == "reasoningContent":
            return {"reasoningContent": self._tell_opaque(block, events)}
        native = block.native
        name, identifier = as_text(native.get("name")), as_text(native.get("toolUseId")) or None
        if block.kind == "toolUse" and block.call is None:
            native = native | {"input": self._input(block)}
            self._provider.say(ServerToolUsed("call", name, identifier, native, 0, block.part), events)
        elif block.kind == "toolResult":
            if block.content:
                native = native | {"content": block.content}
            name = as_text(native.get("type")) or "toolResult"
            self._provider.say(ServerToolUsed("result", name, identifier, native, 0, block.part), events)
        return {block.kind: native}

    def _tell_opaque(self, block: Block, events: list[Event]) -> dict[str, Any]:
        native: dict[str, Any] = {"reasoningText": {"text": ""}}
        if block.redacted:
            redacted = joined_base64(block.redacted)
            native = {"redactedContent": redacted}
            self._provider.tell(OpaqueState("redacted", redacted, None, 0, block.part), events)
        if block.signatures:
            signature = "".join(block.signatures)
            native["reasoningText"] = {"text": "", "signature": signature}
            self._provider.tell(OpaqueState("signature", signature, None, 0, block.part), events)
        return native

    def _input(self, block: Block) -> Any:
        """The input of a server tool."""
        text = "".join(block.pieces)
        if not text.strip():
            return block.native.get("input", {})
        try:
            return decode_json(text, self._provider.limits.json_depth)
        except PayloadError:
            # Cut or wrong: kept as the text that came.
            return text
