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

__all__ = ["CallFragment", "CallSlots", "known_text"]


def known_text(value: Any) -> str:
    """An id or a name, or `""` for what stands for none: blank text, null, and the word `null` (Mistral's client)."""
    if not isinstance(value, str) or value == "null" or not value.strip():
        return ""
    return value


class CallFragment:
    """One entry of `tool_calls`, with what is blank in it taken as absent."""

    __slots__ = ("arguments", "id", "index", "name", "whole")

    def __init__(self, index: Any, identifier: Any, name: Any, arguments: Any) -> None:
        self.index: int | None = index if isinstance(index, int) and not isinstance(index, bool) else None
        self.id = known_text(identifier)
        self.name = tool_name(known_text(name))
        self.whole = arguments is not None and not isinstance(arguments, str)
        self.arguments: str = compact_json(arguments) if self.whole else (arguments or "")

    @property
    def starts(self) -> bool:
        """True if the arguments begin an array or object."""
        return self.whole or ArgumentExtent.starts(self.arguments)


class CallSlots:
    """The calls of one choice, found by what their fragments say."""

    def __init__(self, calls: ToolCalls) -> None:
        self.by_index: dict[int, ToolCall] = {}
        self._calls = calls
        self._by_id: dict[str, ToolCall] = {}
        self._last: ToolCall | None = None

    def resolve(self, fragment: CallFragment) -> ToolCall | None:
        """The call that the fragment goes on with, None if it begins a new one."""
        if fragment.index is not None:
            call = self.by_index.get(fragment.index)
        elif fragment.id:
            call = self._by_id.get(fragment.id)
        else:
            call = self._last
            if call is not None and fragment.name and (call.name != fragment.name or fragment.starts or call.full):
                call = None
        if call is None or not fragment.name:
            # A new id without a name on a known index is drift: the first id stays.
            return call
        if fragment.id and call.id and not call.synthetic_id and fragment.id != call.id:
            goes_on = call.has_arguments and not fragment.starts and not call.full
            return call if goes_on else None
        if fragment.starts and call.full:
            return None
        return call

    def knows(self, identifier: str) -> bool:
        """True if some call was spoken of by this id."""
        return identifier in self._by_id

    def keep(self, call: ToolCall, fragment: CallFragment) -> None:
        """Remembers under what number and ids the call is spoken of."""
        if fragment.index is not None:
            self.by_index[fragment.index] = call
        if fragment.id:
            self._by_id[fragment.id] = call
        self._last = call

    def add(self, call: ToolCall, fragment: CallFragment, events: list[Event]) -> bool:
        """Adds the fragment to its call; False if it brings a name that comes too late."""
        self.keep(call, fragment)
        in_time = self._calls.name(call, fragment.name, fragment.id)
        self._calls.start_if_known(call, events)
        if fragment.arguments:
            call.whole = call.whole or fragment.whole
            self._calls.append(call, fragment.arguments, events)
            self._calls.start_if_known(call, events)
        return in_time
