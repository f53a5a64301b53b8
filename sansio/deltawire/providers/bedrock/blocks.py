"""Content blocks of a Converse message: what starts, grows and stops under an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Citation, Event, OpaqueState, PartFinished, ReasoningDelta, TextDelta
from ...notes import NoteCode
from ...payload import as_list, as_object, is_object
from ...slots import known_text
from .block import Block, block_index
from .media import joined_base64, media_delta
from .tools import ToolMapper

if TYPE_CHECKING:
    from .converse import Bedrock

__all__ = ["BlockMapper"]

# The kinds of block whose deltas are nearly all that a stream consists of.
_PLAIN_KINDS = ("text", "reasoningContent", "toolUse")
_TOOLS = ("toolUse", "toolResult")
_MEDIA = ("image", "audio", "video")
_PART_KINDS = {"reasoningContent": "reasoning", "toolUse": "tool_call", "toolResult": "tool_result"}
_START_KEYS = frozenset({"contentBlockIndex", "start", "p"})
_DELTA_KEYS = frozenset({"contentBlockIndex", "delta", "p"})
_STOP_KEYS = frozenset({"contentBlockIndex", "p"})
_INPUT_KEYS = frozenset({"input"})
_SOURCE_KEYS = frozenset({"bytes", "s3Location"})
_REASONING_KEYS = frozenset({"text", "signature", "redactedContent", "reasoningText"})


class BlockMapper:
    """Maps the blocks of one message. One index may hold blocks of several kinds: each is a part of its own."""

    def __init__(self, provider: Bedrock) -> None:
        self.plain: dict[str, dict[int, Block]] = {kind: {} for kind in _PLAIN_KINDS}
        """By kind and index, the blocks whose next delta may take the quick way."""
        self._provider = provider
        self._tools = ToolMapper(provider)
        self._open: dict[int, dict[str, Block]] = {}

    def start(self, member: dict[str, Any], events: list[Event]) -> None:
        """Begins the block of a contentBlockStart; text and reasoning have none."""
        index = block_index(member.get("contentBlockIndex"))
        for kind, value in self._provider.fields("start", member, events).items():
            if kind in _TOOLS:
                self._start_tool(index, kind, self._provider.fields(kind, {kind: value}, events), events)
            elif kind in _MEDIA:
                self._add_media(index, kind, {kind: value}, events)
            elif kind not in _PLAIN_KINDS:
                self._provider.unknown({"contentBlockStart": member}, events)
            elif value:
                self._grow(index, kind, value, member, events)
        self._provider.describe_rest(member, _START_KEYS, events, ("contentBlockIndex", index))

    def delta(self, member: dict[str, Any], events: list[Event]) -> None:
        """Maps one contentBlockDelta; one for a block that was never started starts it."""
        index = block_index(member.get("contentBlockIndex"))
        for kind, value in self._provider.fields("delta", member, events).items():
            self._grow(index, kind, value, member, events)
        self._provider.describe_rest(member, _DELTA_KEYS, events, ("contentBlockIndex", index))

    def end(self, member: dict[str, Any], events: list[Event]) -> None:
        """Ends the block of a contentBlockStop."""
        index = block_index(member.get("contentBlockIndex"))
        self.stop(index, events)
        self._provider.describe_rest(member, _STOP_KEYS, events, ("contentBlockIndex", index))

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
            if kind in _TOOLS:
                self._start_tool(index, kind, self._provider.fields(kind, native, events), events)
            elif kind == "citationsContent":
                self._take_cited(index, self._provider.fields(kind, native, events), events)
            elif kind in _PLAIN_KINDS or kind in _MEDIA:
                self._grow(index, kind, value, native, events)
            else:
                # Documents, cache points, tools added or removed: nothing of them is the answer's own.
                self._provider.begin(events)
                part = self._provider.choice(0).new_part(kind)
                self._provider.tell(PartFinished(kind, native, 0, part), events)
        for block in self._open.get(index, {}).values():
            block.whole = native
        self.stop(index, events)

    def let_go(self, events: list[Event]) -> None:
        """Tells what is held of open blocks, at a bad end: nothing that was received is lost."""
        for blocks in self._open.values():
            for block in blocks.values():
                if block.kind == "reasoningContent":
                    self._tell_opaque(block, events)
                elif block.kind in _TOOLS and block.call is None:
                    self._tools.tell(block, events)

    def _grow(self, index: int, kind: str, value: Any, holder: dict[str, Any], events: list[Event]) -> None:
        fields = self._provider.fields
        if kind == "text":
            self._add_text(index, value, events)
        elif kind == "reasoningContent":
            self._add_reasoning(index, fields(kind, {kind: value}, events), events)
        elif kind == "toolUse":
            self._add_input(index, fields(kind, {kind: value}, events), events)
        elif kind == "toolResult":
            self._tools.add_result(self._started(index, kind, events), value)
        elif kind == "citation":
            block = self._block(index, "text", events)
            block.citations.append(value)
            self._provider.say(Citation(value, 0, block.part), events)
        elif kind in _MEDIA:
            self._add_media(index, kind, {kind: value}, events)
        else:
            self._provider.unknown({"contentBlockDelta": holder}, events)

    def _block(self, index: int, kind: str, events: list[Event]) -> Block:
        blocks = self._open.get(index)
        if blocks is None:
            blocks = self._open[index] = {}
        block = blocks.get(kind)
        if block is None:
            self._provider.begin(events)
            choice = self._provider.choice(0)
            joins = kind == "text" and self._provider.joins_texts
            block = blocks[kind] = Block(kind, index, choice.part(kind) if joins else choice.new_part(kind))
        return block

    def _started(self, index: int, kind: str, events: list[Event]) -> Block:
        """The block that must have started; one that has not is noted."""
        if kind not in self._open.get(index, {}):
            self._provider.note_once(NoteCode.MISSING_PART_START, f"{kind} block {index}", events)
        return self._block(index, kind, events)

    def _go_on_plainly(self, block: Block) -> None:
        self.plain[block.kind][block.index] = block

    def _add_text(self, index: int, value: Any, events: list[Event]) -> None:
        text = self._provider.text("text", value, events)
        if text:
            block = self._block(index, "text", events)
            self._provider.say(TextDelta(text, 0, block.part), events)
            self._go_on_plainly(block)

    def _add_reasoning(self, index: int, reasoning: dict[str, Any], events: list[Event]) -> None:
        provider = self._provider
        if "reasoningText" in reasoning:
            # The form of a whole message; Nova streams it too.
            reasoning = reasoning | provider.fields("reasoningText", reasoning, events)
        block = self._block(index, "reasoningContent", events)
        text = provider.text("reasoning text", reasoning.get("text"), events)
        signature = provider.text("signature", reasoning.get("signature"), events)
        redacted = provider.text("redacted content", reasoning.get("redactedContent"), events)
        if text:
            provider.say(ReasoningDelta(text, 0, block.part), events)
            self._go_on_plainly(block)
        if signature:
            block.signatures.append(signature)
        if redacted:
            block.redacted.append(redacted)
        if not reasoning.keys() <= _REASONING_KEYS:
            provider.unknown({"reasoningContent": reasoning}, events)

    def _start_tool(self, index: int, kind: str, native: dict[str, Any], events: list[Event]) -> None:
        block = self._open.get(index, {}).get(kind)
        if block is not None:
            identifier = known_text(native.get("toolUseId"))
            if identifier in ("", block.native.get("toolUseId")):
                self._provider.note_once(NoteCode.SECOND_START, f"{kind} block {index}", events)
                return
            # Another one under the index of one that never stopped.
            self._end(self._open[index].pop(kind), events)
        self._tools.begin(self._block(index, kind, events), native, events)

    def _add_input(self, index: int, delta: dict[str, Any], events: list[Event]) -> None:
        block = self._started(index, "toolUse", events)
        begun = bool(block.native) or block.call is not None
        self._tools.grow(block, delta, events)
        if begun:
            self._provider.describe_rest(delta, _INPUT_KEYS, events, ("contentBlockIndex", index), "toolUse")
        if block.call is not None and block.call.started:
            self._go_on_plainly(block)

    def _add_media(self, index: int, kind: str, holder: dict[str, Any], events: list[Event]) -> None:
        media = self._provider.fields(kind, holder, events)
        block = self._block(index, kind, events)
        block.native |= {key: value for key, value in media.items() if key not in ("source", "error")}
        event = media_delta(kind, block.native, media.get("source"), block.part)
        if event is not None:
            self._provider.say(event, events)
        elif media.get("source") is not None:
            self._provider.unmapped(f"{kind} source", media["source"], events)
        source = as_object(media.get("source"))
        self._provider.describe_rest(source, _SOURCE_KEYS, events, ("contentBlockIndex", index), kind)
        if media.get("error"):
            self._provider.describe({kind: {"error": media["error"]}}, events, ("part", block.part))

    def _take_cited(self, index: int, cited: dict[str, Any], events: list[Event]) -> None:
        for text in as_list(cited.get("content")):
            self._add_text(index, text.get("text") if is_object(text) else text, events)
        for citation in as_list(cited.get("citations")):
            self._grow(index, "citation", citation, cited, events)

    def _end(self, block: Block, events: list[Event], *, cut: bool = False) -> None:
        self.plain.get(block.kind, {}).pop(block.index, None)
        kind = _PART_KINDS.get(block.kind, block.kind)
        if block.kind in _TOOLS:
            kind = "server_tool_use" if block.kind == "toolUse" and block.call is None else kind
            native = self._tools.end(block, events, cut=cut)
        elif block.kind == "reasoningContent":
            native = {block.kind: self._tell_opaque(block, events)}
        elif block.kind == "text":
            cited = {"citationsContent": {"content": [], "citations": block.citations}}
            native = cited if block.citations else {"text": ""}
        else:
            native = {block.kind: block.native}
        if not (block.kind == "text" and self._provider.joins_texts):
            self._provider.tell(PartFinished(kind, block.whole or native, 0, block.part), events)

    def _tell_opaque(self, block: Block, events: list[Event]) -> dict[str, Any]:
        """Tells what must be sent back with the reasoning, and gives the block without its text."""
        native: dict[str, Any] = {"reasoningText": {"text": ""}}
        if block.redacted:
            native = {"redactedContent": joined_base64(block.redacted)}
            self._provider.tell(OpaqueState("redacted", native["redactedContent"], None, 0, block.part), events)
        if block.signatures:
            signature = "".join(block.signatures)
            native["reasoningText"] = {"text": "", "signature": signature}
            self._provider.tell(OpaqueState("signature", signature, None, 0, block.part), events)
        return native
