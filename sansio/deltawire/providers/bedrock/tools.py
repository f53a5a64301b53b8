"""Tool blocks of a Converse message: the client's calls, and what Bedrock runs by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Event, ServerToolUsed
from ...notes import NoteCode
from ...payload import PayloadError, as_text, compact_json, decode_json, is_list, is_object
from ...slots import known_text
from ...tool_calls import ToolCall
from .block import Block

if TYPE_CHECKING:
    from .converse import Bedrock

__all__ = ["ToolMapper", "runs_on_server"]

_LONGEST_DETAIL = 1_000


def runs_on_server(native: dict[str, Any]) -> bool:
    """True for `server_tool_use`: a call that Bedrock answers by itself, such as of a system tool of Nova."""
    return as_text(native.get("type")).startswith("server")


class ToolMapper:
    """Maps `toolUse` and `toolResult` blocks."""

    def __init__(self, provider: Bedrock) -> None:
        self._provider = provider

    def begin(self, block: Block, native: dict[str, Any], events: list[Event]) -> None:
        """A block that has started as `native`."""
        block.native = dict(native)
        if block.kind == "toolUse" and not runs_on_server(native):
            self._begin_call(block, events)

    def grow(self, block: Block, delta: dict[str, Any], events: list[Event]) -> None:
        """A piece of a call's input; the first one of a block without a start begins the call."""
        if not block.native and block.call is None:
            self.begin(block, {key: value for key, value in delta.items() if key != "input"}, events)
        piece = delta.get("input")
        if piece is not None and not isinstance(piece, str):
            self._provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, as_text(block.native.get("name")), events)
            piece = compact_json(piece)
        if piece and block.call is not None:
            self._append(block.call, piece, events)
        elif piece:
            block.pieces.append(piece)

    def add_result(self, block: Block, content: Any) -> None:
        """A piece of what a tool gave back."""
        block.content += content if is_list(content) else [content]

    def end(self, block: Block, events: list[Event], *, cut: bool) -> dict[str, Any]:
        """The block has stopped: closes the call. Gives the block as the next request wants it back."""
        call = block.call
        if call is None:
            return self.tell(block, events)
        self._settle_input(block, call, events)
        native = block.native | {"input": self._input(block, call.arguments())}
        if not call.name:
            self._provider.note(NoteCode.CALL_WITHOUT_NAME, compact_json(native)[:_LONGEST_DETAIL], events)
        self._provider.calls.close(call, events, cut=cut)
        return {block.kind: native}

    def tell(self, block: Block, events: list[Event]) -> dict[str, Any]:
        """Tells what Bedrock ran, as far as it has come."""
        native = block.native
        name, identifier = as_text(native.get("name")), as_text(native.get("toolUseId")) or None
        if block.kind == "toolUse":
            native = native | {"input": self._input(block, "".join(block.pieces))}
            self._provider.say(ServerToolUsed("call", name, identifier, native, 0, block.part), events)
        else:
            native = native | ({"content": block.content} if block.content else {})
            name = as_text(native.get("type")) or "toolResult"
            self._provider.say(ServerToolUsed("result", name, identifier, native, 0, block.part), events)
        return {block.kind: native}

    def _begin_call(self, block: Block, events: list[Event]) -> None:
        provider = self._provider
        call = block.call = provider.calls.begin(0, block.part, position=block.index)
        provider.content = True
        identifier = known_text(block.native.get("toolUseId"))
        provider.calls.name(call, known_text(block.native.get("name")), identifier)
        if identifier != call.id:
            provider.note_once(NoteCode.REUSED_CALL_ID, identifier, events)
        provider.calls.start_if_known(call, events)

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

    def _input(self, block: Block, text: str) -> Any:
        if not text.strip():
            return block.native.get("input", {})
        try:
            return decode_json(text, self._provider.limits.json_depth)
        except PayloadError:
            # Cut or wrong: kept as the text that came.
            return text
