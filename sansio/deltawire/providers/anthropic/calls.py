"""The blocks that are calls of the client's tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Event
from ...notes import NoteCode
from ...payload import as_text, compact_json, is_object
from ...tool_calls import LimitPassedError
from .block import Block

if TYPE_CHECKING:
    from .messages import Anthropic

__all__ = ["CallBlocks"]


class CallBlocks:
    """Maps `tool_use` blocks to calls."""

    def __init__(self, provider: Anthropic) -> None:
        self._provider = provider

    def begin(self, block: Block, index: Any, events: list[Event]) -> None:
        """Begins the call. Its input may stand in the start, or come as deltas: only the end of the block tells."""
        provider, calls = self._provider, self._provider.calls
        block.call = calls.begin(0, block.part, position=index if type(index) is int else None)
        provider.begin(events)
        provider.content = True
        identifier = as_text(block.native.get("id"))
        calls.name(block.call, as_text(block.native.get("name")), identifier)
        if block.call.id != identifier:
            provider.note_once(NoteCode.REUSED_CALL_ID, identifier, events)
        calls.start_if_known(block.call, events)

    def add(self, block: Block, value: Any, events: list[Event]) -> None:
        """Adds a piece of the input; a JSON value in place of text is taken as its text."""
        assert block.call is not None
        if not isinstance(value, str):
            self._provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, block.call.name, events)
            value = compact_json(value)
        self._provider.calls.append(block.call, value, events)
        self._provider.calls.start_if_known(block.call, events)
        if block.call.started:
            block.plain_delta, block.plain_field = "input_json_delta", "partial_json"

    def settle(self, block: Block, events: list[Event]) -> bool:
        """Takes the input that came with the start if no delta had any; False if there is none at all.

        May raise LimitPassedError.
        """
        assert block.call is not None
        value = block.native.get("input")
        if not block.call.has_arguments and value not in (None, {}, ""):
            if not is_object(value):
                self._provider.note_once(NoteCode.ARGUMENTS_NOT_TEXT, block.call.name, events)
            text = value if isinstance(value, str) else compact_json(value)
            self._provider.calls.append(block.call, text, events)
        return bool(block.call.arguments().strip())

    def end(self, block: Block, events: list[Event], *, cut: bool) -> None:
        """Finishes the call. `cut`: the answer ended before its time, and perhaps before the input."""
        assert block.call is not None
        if not block.call.name:
            self._provider.note_once(NoteCode.CALL_WITHOUT_NAME, as_text(block.native.get("id")), events)
        self._provider.calls.close(block.call, events, cut=cut)

    def break_off(self, block: Block, events: list[Event]) -> None:
        """Finishes the call as incomplete, with what came of its input. Raises nothing."""
        assert block.call is not None
        try:
            self.settle(block, events)
        except LimitPassedError:
            # It is why the stream ends here, or would have been: the call is closed without that input.
            block.call.damaged = True
        self._provider.calls.close(block.call, events, proper=False)
