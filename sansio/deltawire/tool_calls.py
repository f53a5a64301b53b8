"""Fragments of tool calls to calls: what every schema shares once it is known which call a fragment belongs to."""

from __future__ import annotations

from typing import Any, NoReturn

import attrs

from .arguments import parses_as_arguments
from .events import Event, ToolCallDelta, ToolCallFinished, ToolCallStarted, ToolKind, _ToolCallDelta
from .failures import Failure, FailureKind
from .limits import Limits
from .nesting import ArgumentExtent
from .surrogates import SurrogateJoiner, has_surrogate

__all__ = ["LimitPassedError", "ToolCall", "ToolCalls", "tool_name"]

_FRAGMENTS_KEPT_APART = 4096


class LimitPassedError(Exception):
    """A limit was passed inside the mapping of a payload; caught where payloads are handed over."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


@attrs.define(eq=False)
class ToolCall:
    """One call as far as it has come."""

    index: int
    choice: int
    part: int
    id: str = ""
    name: str = ""
    kind: ToolKind = "function"
    item_id: str | None = None
    position: int | None = None
    synthetic_id: bool = False
    started: bool = False
    closed: bool = False
    damaged: bool = False
    whole: bool = False
    """The server sent the arguments as one JSON value: nothing may follow."""
    fragments: list[str] = attrs.field(factory=list[str])
    _joined: list[str] = attrs.field(factory=list[str])
    _extent: ArgumentExtent | None = None
    _measured: int = 0
    joiner: SurrogateJoiner | None = None

    def compact(self) -> None:
        """Joins the small fragments, so that memory follows the characters and not their pieces."""
        self.measure()
        self._joined.append("".join(self.fragments))
        self.fragments.clear()
        self._measured = 0

    def measure(self) -> None:
        """Scans the fragments that `full` has not seen yet, each once."""
        if self._extent is not None:
            for fragment in self.fragments[self._measured :]:
                self._extent.feed(fragment)
            self._measured = len(self.fragments)

    @property
    def has_arguments(self) -> bool:
        """True once a piece of the arguments came that is not empty."""
        return bool(self.fragments or self._joined)

    @property
    def full(self) -> bool:
        """True if the arguments so far are one complete array or object, or came as a value."""
        if self.whole:
            return True
        if self._extent is None:
            self._extent = ArgumentExtent()
            for text in self._joined:
                self._extent.feed(text)
        self.measure()
        return self._extent.full

    def arguments(self) -> str:
        """All arguments so far."""
        return "".join([*self._joined, *self.fragments])


class ToolCalls:
    """The tool calls of one response, over all its choices."""

    def __init__(self, limits: Limits, id_prefix: str | None) -> None:
        self.id_prefix = id_prefix
        self.mend = False
        """Set while a payload with replaced characters or half surrogate pairs is mapped."""
        self.replaced = False
        """Set once a character of some call's arguments was replaced."""
        self.open: list[ToolCall] = []
        self._limits = limits
        self._argument_bytes = limits.tool_argument_bytes
        self._count = 0
        self._open_bytes = 0
        self._per_choice: dict[int, int] = {}
        self._complete: set[int] = set()
        self._ids: set[str] = set()
        self._strays: set[int] = set()
        """The choices with a call that had arguments and no name."""

    def begin(self, choice: int, part: int, kind: ToolKind = "function", position: int | None = None) -> ToolCall:
        """A new call, not started yet. Raises LimitPassedError for one call too many."""
        if self._count >= self._limits.tool_calls:
            allowed = self._limits.tool_calls
            message = f"The response has more tool calls than the limit tool_calls allows: {allowed:,}"
            raise LimitPassedError(Failure(FailureKind.TOO_LARGE, message, code="tool_calls", retryable=False))
        self._count += 1
        index = self._per_choice.get(choice, 0)
        self._per_choice[choice] = index + 1
        call = ToolCall(index, choice, part, kind=kind, position=position)
        self.open.append(call)
        return call

    def name(self, call: ToolCall, name: str, identifier: str) -> bool:
        """Gives a call its name and id as far as they are still open; False if another one came too late.

        An id that an earlier call has is not given twice.
        """
        name = tool_name(name)
        late = call.started and name not in ("", call.name)
        if name and not call.started and (not call.name or not call.has_arguments):
            call.name = name
        if identifier and not call.id and not call.started and identifier not in self._ids:
            call.id = identifier
            self._ids.add(identifier)
        return not late

    def append(self, call: ToolCall, text: str, events: list[Event]) -> None:
        """Adds a piece of the arguments. Raises LimitPassedError past `tool_argument_bytes`."""
        if self.mend:
            text = self._mended(call, text)
        if not text:
            return
        self._open_bytes += len(text) if text.isascii() else _utf8_bytes(text)
        if self._open_bytes > self._argument_bytes:
            self._refuse_arguments(text)
        fragments = call.fragments
        fragments.append(text)
        if len(fragments) >= _FRAGMENTS_KEPT_APART:
            call.compact()
        if call.started:
            # Any: the class swap is explained at the classes.
            event: Any = _ToolCallDelta(call.index, text, call.choice, call.part)
            event.__class__ = ToolCallDelta
            events.append(event)

    def _refuse_arguments(self, text: str) -> NoReturn:
        self._open_bytes -= _utf8_bytes(text)
        message = f"Tool arguments are longer than the limit tool_argument_bytes allows: {self._argument_bytes:,} bytes"
        raise LimitPassedError(Failure(FailureKind.TOO_LARGE, message, code="tool_argument_bytes", retryable=False))

    def start_if_known(self, call: ToolCall, events: list[Event]) -> None:
        """Starts the call once its name is known, and its id is known or its arguments have begun."""
        if not call.started and call.name and (call.id or call.has_arguments):
            self.start(call, events)

    def start(self, call: ToolCall, events: list[Event]) -> None:
        """Starts the call with what is known of it; a missing id is made up."""
        if not call.id:
            call.id = self._new_id()
            call.synthetic_id = True
        call.started = True
        events.append(
            ToolCallStarted(
                call.index, call.id, call.name, call.kind, call.choice, call.part, call.item_id, call.synthetic_id
            )
        )
        held = call.arguments()
        if held:
            events.append(ToolCallDelta(call.index, held, call.choice, call.part))

    def close(self, call: ToolCall, events: list[Event], *, proper: bool = True, cut: bool = False) -> None:
        """Finishes the call. `proper`: its own end, a finish word or `[DONE]` was seen; `cut`: by a length limit."""
        if call.closed:
            return
        if call.joiner is not None:
            self._end_text(call, events)
        if not call.started:
            self.start(call, events)
        call.closed = True
        self.open.remove(call)
        arguments = call.arguments()
        self._open_bytes -= _utf8_bytes(arguments)
        call.fragments, call._joined = [], []
        complete = proper and bool(call.name) and not call.damaged
        if not arguments:
            # What a call without a name holds may be the arguments of this one.
            complete = complete and not self._has_stray_arguments(call.choice)
        elif not call.name:
            self._strays.add(call.choice)
        if complete and call.kind == "function":
            complete = parses_as_arguments(arguments, self._limits.json_depth, blank=not cut)
        if complete:
            self._complete.add(call.choice)
        events.append(
            ToolCallFinished(
                call.index,
                call.id,
                call.name,
                arguments,
                complete,
                call.kind,
                call.choice,
                call.part,
                call.item_id,
                call.position,
            )
        )

    def close_all(
        self, events: list[Event], choice: int | None = None, *, proper: bool = True, cut: bool = False
    ) -> None:
        """Finishes every open call, or those of one choice, in order of appearance."""
        for call in [call for call in self.open if choice is None or call.choice == choice]:
            self.close(call, events, proper=proper, cut=cut)

    def damage(self) -> None:
        """Something was lost on the way: no call that is open now can be complete."""
        for call in self.open:
            call.damaged = True

    def any_complete(self, choice: int) -> bool:
        """True if the choice has sent a complete call."""
        return choice in self._complete

    def has_id(self, identifier: str) -> bool:
        """True if a call of the response has this id."""
        return identifier in self._ids

    def _has_stray_arguments(self, choice: int) -> bool:
        return choice in self._strays or any(
            call.choice == choice and not call.name and call.has_arguments for call in self.open
        )

    def _new_id(self) -> str:
        prefix = self.id_prefix or "call"
        number = len(self._ids)
        while (identifier := f"{prefix}_{number}") in self._ids:
            number += 1
        self._ids.add(identifier)
        return identifier

    def _mended(self, call: ToolCall, text: str) -> str:
        if call.joiner is None and has_surrogate(text):
            call.joiner = SurrogateJoiner()
        if call.joiner is not None:
            text = call.joiner.feed(text)
        if "\ufffd" in text:
            self.replaced = True
            self.damage()
        return text

    def _end_text(self, call: ToolCall, events: list[Event]) -> None:
        """Lets half a pair go that waits for its other half. Raises nothing: the stream may be ending."""
        assert call.joiner is not None
        rest = call.joiner.end()
        call.joiner = None
        if rest:
            self.replaced = True
            self.damage()
            call.fragments.append(rest)
            self._open_bytes += len(rest.encode())
            if call.started:
                events.append(ToolCallDelta(call.index, rest, call.choice, call.part))


def _utf8_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def tool_name(name: str) -> str:
    """The name without channel markup that gpt-oss leaks into it (github.com/vllm-project/vllm/pull/32633)."""
    return name.partition("<|")[0] or name
