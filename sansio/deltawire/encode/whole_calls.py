"""What the writers of dialects share in which a tool call comes in one piece."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from ..events import Event, ToolCallDelta, ToolCallFinished, ToolCallStarted
from .call_order import CallOrder
from .shapes import arguments_value
from .writer import Writer, WriterOptions

__all__ = ["WholeCallWriter"]


class WholeCallWriter(Writer):
    """One part after the other, and each call once it has ended."""

    def __init__(self, options: WriterOptions) -> None:
        super().__init__(options)
        self._order = CallOrder()

    def write(self, event: Event) -> str:
        """As every writer, but what comes inside a call waits for its end."""
        if self._order.idle and not isinstance(event, ToolCallStarted):
            return self.write_in_turn(event)
        return "".join(map(self.write_in_turn, self._order.take(event)))

    def write_in_turn(self, event: Event) -> str:
        """The text of an event whose turn has come."""
        return super().write(event)

    def call_started(self, event: ToolCallStarted) -> str:
        """Nothing yet."""
        if event.kind == "other":
            self.lose(event, "kind", "a client tool of another kind is said as a function")
        return ""

    def call_delta(self, event: ToolCallDelta) -> str:  # noqa: ARG002 - every writer takes it
        """Nothing: the end of the call has all of it."""
        return ""

    def call_finished(self, event: ToolCallFinished) -> str:
        """The call; its arguments are an object, so that one that was cut cannot be said."""
        if event.kind == "custom":
            self.lose(event, "kind", "a tool takes JSON; free text stands in it as `input`")
        elif not event.complete:
            self.incomplete(event, left_out=True)
            return ""
        return self.whole_call(event, arguments_value(event))

    @abstractmethod
    def whole_call(self, call: ToolCallFinished, arguments: dict[str, Any]) -> str:
        """A call with its arguments."""
