"""Which call a fragment of Chat Completions belongs to.

OpenAI's rule (a fragment belongs to the call at its `index`) is broken by servers in many ways: no index, one index for
all calls, ids or names repeated or drifting. The rules here were made from those reports, among them
github.com/openai/openai-python/issues/2806, BerriAI/litellm/issues/8990, vercel/ai/issues/5885,
NousResearch/hermes-agent/issues/62940 and poolsideai/pool/issues/9.
"""

from __future__ import annotations

from typing import Any

from .events import Event
from .nesting import ArgumentExtent
from .payload import compact_json
from .tool_calls import ToolCall, ToolCalls, tool_name

__all__ = ["CallFragment", "CallSlots", "as_index", "known_text"]

_LONGEST_INDEX = 16


def as_index(value: Any) -> int | None:
    """The number under which a server counts a choice or a call, also as a float or in digits; None for anything else.

    Numbers that are equal are the same number, as they are the same key of a dict: 1, 1.0 and true.
    """
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= _LONGEST_INDEX:
        return int(value)
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value) if isinstance(value, int | float) else None


def known_text(value: Any) -> str:
    """An id or a name, or `""` for what stands for none: blank text, null, and the word `null` (Mistral's client)."""
    if not isinstance(value, str) or value == "null" or not value.strip():
        return ""
    return value


class CallFragment:
    """One entry of `tool_calls`, with what is blank in it taken as absent."""

    __slots__ = ("arguments", "id", "index", "name", "whole")

    def __init__(self, index: Any, identifier: Any, name: Any, arguments: Any) -> None:
        self.index = as_index(index)
        self.id = known_text(identifier)
        self.name = tool_name(known_text(name))
        self.whole = arguments is not None and not isinstance(arguments, str)
        self.arguments: str = compact_json(arguments) if self.whole else (arguments or "")

    @property
    def starts(self) -> bool:
        """True if the arguments begin an array or object."""
        return self.whole or ArgumentExtent.starts(self.arguments)

    @property
    def blank(self) -> bool:
        """True if it says nothing that a call could begin with."""
        return not (self.id or self.name or self.arguments)


class CallSlots:
    """The calls of one choice, found by what their fragments say."""

    def __init__(self, calls: ToolCalls) -> None:
        self.by_index: dict[int, ToolCall] = {}
        self._calls = calls
        self._newest: ToolCall | None = None
        self._by_id: dict[str, ToolCall] = {}
        self._first_ids: dict[int, str] = {}
        """By our index the first id said of each call: not the call's own if an earlier call has that."""

    def resolve(self, fragment: CallFragment) -> ToolCall | None:
        """The call that the fragment goes on with, None if it begins a new one."""
        if fragment.index is not None:
            call = self.by_index.get(fragment.index)
        elif fragment.id:
            call = self._by_id.get(fragment.id)
        else:
            call = self._newest
            if call is not None and fragment.name and (call.name != fragment.name or fragment.starts or call.full):
                call = None
        if call is None or not fragment.name:
            # A new id without a name on a known index is drift: the first id stays.
            return call
        renamed = bool(call.name) and fragment.name != call.name
        first_id = self._first_ids.get(call.index)
        if fragment.id and first_id and fragment.id != first_id:
            # Some servers make up an id for each fragment, and say the name each time.
            goes_on = call.has_arguments and not call.full and not fragment.starts and not renamed
            return call if goes_on else None
        if call.full and (fragment.starts or renamed):
            return None
        return call

    def keep(self, call: ToolCall, fragment: CallFragment) -> None:
        """Remembers under what number and ids the call is spoken of."""
        if fragment.index is not None:
            self.by_index[fragment.index] = call
        if fragment.id:
            self._by_id[fragment.id] = call
            self._first_ids.setdefault(call.index, fragment.id)
        if self._newest is None or self._newest.index < call.index:
            self._newest = call

    def add(self, call: ToolCall, fragment: CallFragment, events: list[Event]) -> str:
        """Adds the fragment to its call. Gives what came too late, another name or id, `""` if nothing did."""
        late_id = call.started and fragment.id not in ("", self._first_ids.get(call.index))
        self.keep(call, fragment)
        late_name = not self._calls.name(call, fragment.name, fragment.id)
        self._calls.start_if_known(call, events)
        if fragment.arguments:
            call.whole = call.whole or fragment.whole
            self._calls.append(call, fragment.arguments, events)
            self._calls.start_if_known(call, events)
        return fragment.name if late_name else fragment.id if late_id else ""
