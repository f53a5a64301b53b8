"""The output items of one response, and which of them an event speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from ...payload import as_text
from ...tool_calls import ToolCall
from .spoken import Spoken

__all__ = ["Item", "Items", "as_index"]


def as_index(value: Any) -> int | None:
    """A whole number, None for anything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, int) else None


@attrs.define(eq=False)
class Item:
    """One output item as far as it has come."""

    type: str
    part: int
    """The number of its first part."""
    id: str = ""
    call_id: str = ""
    """What a tool result refers to."""
    position: int | None = None
    """Its `output_index`."""
    added: bool = False
    """True once its own opening event came."""
    done: bool = False
    server: bool = False
    """True if the provider runs it."""
    name: str = ""
    """The tool's name if the provider runs it, or as the end of the input gave it."""
    told: bool = False
    """True once the server tool's call was told."""
    call: ToolCall | None = None
    opening: str = ""
    """The arguments that the opening event already held. They count only if the deltas do not begin anew."""
    spoken: dict[tuple[str, int], Spoken] = attrs.field(factory=dict[tuple[str, int], Spoken])
    """Its texts by channel and index."""
    current: dict[str, int] = attrs.field(factory=dict[str, int])
    """The index last spoken of, by channel."""
    newest: dict[str, int] = attrs.field(factory=dict[str, int])
    """The index that had the last delta, by channel."""
    counts: dict[str, int] = attrs.field(factory=dict[str, int])
    """How many texts there are, by channel."""
    summary_part: int | None = None
    """The number of the part that the summaries are."""
    summary: int | None = None
    """The index of the summary part that spoke last."""

    def elsewhere(self, position: int | None) -> bool:
        """True if the item is known to stand at another index than `position`."""
        return position is not None and self.position is not None and position != self.position

    def numbered(self, channel: str, index: Any) -> int:
        """The index of one of the channel's texts; where a server leaves it out, the last one spoken of."""
        number = as_index(index)
        if number is None:
            number = self.current.get(channel, 0)
        self.current[channel] = number
        return number


class Items:
    """Finds items by what events say of them.

    OpenAI's events name the item by its id, and some servers break every rule of that: llama.cpp and Ollama leave
    indexes or whole events out, GitHub Copilot gives an item another id in each event
    (github.com/BerriAI/litellm/issues/30072), and indexes of one item may differ. Hence: the item of that id; else of
    that index, if it is open and of the right type; else the newest open one of that type.
    """

    def __init__(self) -> None:
        self.all: list[Item] = []
        self._by_id: dict[tuple[str, str], Item] = {}
        self._by_call: dict[tuple[str, str], Item] = {}
        self._by_position: dict[tuple[str, int], Item] = {}
        self._open: dict[str, list[Item]] = {}
        self._drifting = False

    def keep(self, item: Item) -> None:
        """Takes a new item in."""
        self.all.append(item)
        self._open.setdefault(item.type, []).append(item)
        self.know(item)

    def know(self, item: Item) -> None:
        """Remembers the names that an item goes by."""
        if item.id:
            self._by_id[item.type, item.id] = item
        if item.call_id:
            self._by_call[item.type, item.call_id] = item
        if item.position is not None:
            self._by_position[item.type, item.position] = item

    def find(self, kind: str, identifier: str, position: int | None, call_id: str = "") -> Item | None:
        """The item of type `kind` that an event speaks of, None if it is a new one."""
        for item in (self._by_id.get((kind, identifier)), self._by_call.get((kind, call_id))):
            # Some servers give every item the same id, or every call.
            another = item is not None and (_is_another_call(item, call_id) or (item.done and item.elsewhere(position)))
            if item is not None and not another:
                return item
        item = None
        if position is not None:
            item = self._if_open(self._by_position.get((kind, position)), call_id)
            self._drifting = self._drifting or (item is not None and identifier not in ("", item.id) and item.id != "")
        if item is None and (not identifier or position is None or self._drifting):
            # With an id and an index of its own that nobody knows it is another item whose opening was lost.
            item = self._if_open(self._newest_open(kind), call_id)
        return item

    def reopened(self, kind: str, identifier: str, position: int | None, call_id: str) -> Item | None:
        """The item that an opening event speaks of if it has begun already: by deltas before, or the event came twice.

        A server that gives every item the same id or index opens new ones.
        """
        item = self._by_id.get((kind, identifier)) or self._by_call.get((kind, call_id))
        if item is None and position is not None:
            item = self._by_position.get((kind, position))
            if item is not None and item.added:
                return None
        if item is None or _is_another_call(item, call_id) or item.elsewhere(position):
            return None
        return item if not item.done or position is not None else None

    def matches(self, output: Sequence[dict[str, Any]]) -> list[tuple[Item | None, bool]]:
        """For each item of a final output the one that was streamed, None if it never was, and whether that is sure.

        Sure by name or place; else items of one type go by their order, as ids and indexes may both have changed.
        """
        found: list[Item | None] = [None] * len(output)
        taken: set[int] = set()
        for known in (self._named_here, self._named, self._placed):
            for position, native in enumerate(output):
                item = known(native, position) if found[position] is None else None
                if item is not None and id(item) not in taken:
                    found[position] = item
                    taken.add(id(item))
        sure = [item is not None for item in found]
        rest: dict[str, list[Item]] = {}
        for item in reversed(self.all):
            if id(item) not in taken:
                rest.setdefault(item.type, []).append(item)
        for position, native in enumerate(output):
            spare = rest.get(as_text(native.get("type")))
            if found[position] is None and spare:
                found[position] = spare.pop()
        return list(zip(found, sure, strict=True))

    def _named(self, native: dict[str, Any], _position: int) -> Item | None:
        kind = as_text(native.get("type"))
        item = self._by_id.get((kind, as_text(native.get("id"))))
        return item or self._by_call.get((kind, as_text(native.get("call_id"))))

    def _named_here(self, native: dict[str, Any], position: int) -> Item | None:
        item = self._placed(native, position)
        if item is None:
            return None
        same_id = item.id != "" and item.id == native.get("id")
        return item if same_id or (item.call_id != "" and item.call_id == native.get("call_id")) else None

    def _placed(self, native: dict[str, Any], position: int) -> Item | None:
        return self._by_position.get((as_text(native.get("type")), position))

    def _newest_open(self, kind: str) -> Item | None:
        still_open = self._open.get(kind, [])
        while still_open and still_open[-1].done:
            still_open.pop()
        return still_open[-1] if still_open else None

    @staticmethod
    def _if_open(item: Item | None, call_id: str) -> Item | None:
        return None if item is None or item.done or _is_another_call(item, call_id) else item


def _is_another_call(item: Item, call_id: str) -> bool:
    return call_id != "" and item.call_id not in ("", call_id)
