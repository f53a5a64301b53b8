"""The events of a stream that wait for its consumer, and what the consumer has had of them."""

from __future__ import annotations

from collections import deque
from typing import Any, get_args

from deltawire import Accumulator, Failed, Message, StreamError, ToolCallFinished, ToolCallStarted
from deltawire.policy import AttemptStarted, ContextOverflow

from ._common import Errors

__all__ = ["Outbox"]


class Outbox:
    """Holds events until they are taken; what was taken makes the message so far."""

    def __init__(self, errors: Errors) -> None:
        if errors not in get_args(Errors):
            raise ValueError(f"errors is 'raise' or 'events', not {errors!r}")
        self._raises = errors == "raise"
        self._events: deque[Any] = deque()
        self._accumulator = Accumulator()
        self._open_calls: dict[tuple[int, int], ToolCallStarted] = {}
        self._error: StreamError | None = None
        self._was_cut = False

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: Any) -> None:
        """One more event, behind the others."""
        # What the session says of its calls behind a cut counts on events that the consumer never had.
        if not (self._was_cut and hasattr(event, "choice")):
            self._events.append(event)

    def take(self) -> Any:
        """The next event, which there must be; it is the consumer's from now on."""
        event = self._events.popleft()
        if type(event) is AttemptStarted:
            # What came of the attempt before was no content, and counts no more.
            self._accumulator = Accumulator()
            return event
        self._accumulator.feed(event)
        if isinstance(event, ToolCallStarted):
            self._open_calls[event.choice, event.index] = event
        elif isinstance(event, ToolCallFinished):
            self._open_calls.pop((event.choice, event.index), None)
        elif isinstance(event, Failed | ContextOverflow) and self._raises:
            self._error = StreamError(event.error)
        return event

    def cut(self) -> None:
        """The consumer wants no more of the answer: what is of a choice is dropped, calls that were begun end here."""
        kept = [event for event in self._events if not hasattr(event, "choice")]
        if len(kept) == len(self._events):
            return
        self._was_cut = True
        self._events = deque([*kept, *self._cut_calls()])

    def clear(self) -> None:
        """The consumer takes nothing any more."""
        self._events.clear()
        self._error = None

    def message(self) -> Message:
        """What the events that were taken make."""
        return self._accumulator.message()

    def pop_error(self) -> StreamError | None:
        """What to raise in place of the end of iteration, once."""
        error, self._error = self._error, None
        return error

    def _cut_calls(self) -> list[ToolCallFinished]:
        if not self._open_calls:
            return []
        arguments = {
            (choice.index, call.index): call.arguments
            for choice in self._accumulator.message().choices
            for call in choice.tool_calls
        }
        return [
            ToolCallFinished(
                index=call.index,
                id=call.id,
                name=call.name,
                arguments=arguments.get(key, ""),
                complete=False,
                kind=call.kind,
                choice=call.choice,
                part=call.part,
                item_id=call.item_id,
            )
            for key, call in self._open_calls.items()
        ]
