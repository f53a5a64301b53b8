"""Output items to events: what opens, grows and closes, and what only the final output has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Event, Metadata, OpaqueState, PartFinished
from ...notes import NoteCode
from ...payload import as_object, as_text, is_object
from .client_calls import CallMapper
from .items import Item, Items, as_index
from .kinds import CALL_INPUTS, CLIENT_CALLS, CONTENT_PARTS, PART_EVENTS, PART_KINDS, SERVER_TOOLS, Speech
from .server_tools import ServerToolMapper
from .spoken import Spoken
from .texts import TextMapper

if TYPE_CHECKING:
    from .responses import OpenAIResponses

__all__ = ["ItemMapper"]

# xAI's own searches come as custom tool calls (vercel/ai: packages/xai).
_SERVER_CUSTOM_TOOLS = frozenset({"x_keyword_search", "x_semantic_search", "x_user_search", "x_thread_fetch"})
_BROKEN_OFF = ("incomplete", "failed")


class ItemMapper:
    """Maps the output items of one response."""

    def __init__(self, provider: OpenAIResponses) -> None:
        self.items = Items()
        self._provider = provider
        self._texts = TextMapper(provider)
        self._calls = CallMapper(provider)
        self._tools = ServerToolMapper(provider)

    def speak(self, speech: Speech, payload: dict[str, Any], events: list[Event]) -> tuple[Item, Spoken | None]:
        """Maps an event with text; gives the item and, for a delta, the text that it went to."""
        item = self._item(speech.item, payload, events)
        if speech.whole:
            self._texts.whole(item, speech, payload, events)
            return item, None
        return item, self._texts.delta(item, speech, payload, events)

    def input(self, kind: str, payload: dict[str, Any], events: list[Event]) -> Item:
        """Maps an event with the input of a client's tool."""
        shape = CALL_INPUTS[kind]
        item = self._item(shape.item, payload, events)
        if item.server:
            self._tools.status(item, payload, events)
        elif shape.whole:
            self._calls.whole(item, shape, payload, events)
        else:
            self._calls.delta(item, payload, events)
        return item

    def part(self, kind: str, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps an event that opens or closes one text."""
        event = PART_EVENTS[kind]
        part_type = as_text(as_object(payload.get("part")).get("type"))
        known = CONTENT_PARTS.get(event.usual if part_type in ("", "text") else part_type)
        if known is None:
            self._provider.unknown(payload, events)
        else:
            self._texts.part(self._item(known[0], payload, events), event, payload, events)

    def annotate(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps a source of the text."""
        self._texts.annotate(self._item("message", payload, events), payload, events)

    def status(self, tool: str, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps news of a tool."""
        if tool in CLIENT_CALLS:
            item = self._find(tool, payload)
            if item is None or not item.server:
                # A client's shell or patch tool: the commands come again with the call.
                self._provider.tell(Metadata(payload), events)
                return
        else:
            item = self._item(tool, payload, events)
        if "partial_image_b64" in payload:
            self._tools.image(item, payload, events)
        else:
            self._tools.status(item, payload, events)

    def add(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps the opening of an item."""
        native = self._provider.fields("item", payload, events)
        kind, identifier, call_id = _names(native)
        position = as_index(payload.get("output_index"))
        item = self.items.reopened(kind, identifier, position, call_id)
        if item is not None and item.added:
            self._provider.note_once(NoteCode.SECOND_START, f"{kind} {identifier}".strip(), events)
            return
        if item is None:
            item = self._begin(kind, identifier, position, native, events)
        else:
            self._learn(item, native, position)
            if item.call is not None:
                self._calls.name(item, native, events)
        item.added = True
        if item.server:
            self._tools.begin(item, native, events)
        self._texts.open(item, native)
        if native.get("phase") is not None:
            self._provider.describe({"phase": native["phase"]}, events, ("part", item.part))

    def close(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps the end of an item."""
        native = self._provider.fields("item", payload, events)
        kind, identifier, call_id = _names(native)
        position = as_index(payload.get("output_index"))
        item = self.items.find(kind, identifier, position, call_id)
        if item is not None and item.done:
            self._provider.note_once(NoteCode.DUPLICATE_DROPPED, f"{kind} {identifier}".strip(), events)
            return
        if item is None:
            self._note_missing(f"{kind} {identifier}".strip(), events)
            item = self._begin(kind, identifier, position, native, events)
        self._settle(item, native, events, proper=native.get("status") not in _BROKEN_OFF)

    def take_output(self, output: list[Any], events: list[Event], *, failing: bool) -> None:
        """Maps the final output: items that never came and the rest of those that are open; more text, never less."""
        natives = [as_object(native) for native in output]
        for position, (item, sure) in enumerate(self.items.matches(natives)):
            native = natives[position]
            if not native:
                if output[position]:
                    self._provider.unknown(output[position], events)
                continue
            if item is not None and item.done:
                self._texts.settle(item, native, events, sure=sure)
                continue
            kind, identifier, _ = _names(native)
            if item is None:
                if not self._provider.whole:
                    self._note_missing(f"{kind} {identifier}".strip(), events)
                item = self._begin(kind, identifier, position, native, events)
            status = native.get("status")
            proper = status == "completed" if failing else status not in _BROKEN_OFF
            self._settle(item, native, events, proper=proper)

    def let_go(self, events: list[Event], *, cut: bool = False) -> None:
        """Closes what is still open at a proved end."""
        for item in self.items.all:
            if not item.done:
                self._texts.let_go(item, events)
                if item.call is not None:
                    self._calls.close(item, events, proper=True, cut=cut)

    def let_go_texts(self, events: list[Event]) -> None:
        """Says what is held of open texts, at a bad end."""
        for item in self.items.all:
            if not item.done:
                self._texts.let_go(item, events)

    def recall(self, natives: list[dict[str, Any]]) -> None:
        """Takes the items that came to a parser before this one."""
        for position, native in enumerate(natives):
            kind, identifier, call_id = _names(native)
            part = self._provider.choice(0).new_part(kind)
            item = Item(kind, part, identifier, call_id, position, added=True)
            item.done = native.get("status") != "in_progress"
            item.server = self._runs_at_provider(kind, native)
            item.name, item.told = as_text(native.get("name")) or kind, item.server
            self.items.keep(item)
            self._texts.recall(item, native)
            if kind in CLIENT_CALLS and not item.server:
                self._calls.recall(item, native)

    def _item(self, kind: str, payload: dict[str, Any], events: list[Event]) -> Item:
        item = self._find(kind, payload)
        if item is None:
            identifier, position = as_text(payload.get("item_id")), as_index(payload.get("output_index"))
            self._note_missing(f"{payload.get('type')} {identifier}".strip(), events)
            item = self._begin(kind, identifier, position, {}, events)
        return item

    def _find(self, kind: str, payload: dict[str, Any]) -> Item | None:
        return self.items.find(kind, as_text(payload.get("item_id")), as_index(payload.get("output_index")))

    def _note_missing(self, what: str, events: list[Event]) -> None:
        self._provider.note_once(NoteCode.MISSING_PART_START, what, events)

    def _begin(
        self, kind: str, identifier: str, position: int | None, native: dict[str, Any], events: list[Event]
    ) -> Item:
        part = self._provider.choice(0).new_part(kind)
        item = Item(kind, part, identifier, as_text(native.get("call_id")), position)
        item.server = self._runs_at_provider(kind, native)
        self.items.keep(item)
        self._provider.forget_places()
        if not item.server and kind in CLIENT_CALLS:
            self._calls.begin(item, native, events)
        return item

    def _learn(self, item: Item, native: dict[str, Any], position: int | None = None) -> None:
        item.id = item.id or as_text(native.get("id"))
        item.call_id = item.call_id or as_text(native.get("call_id"))
        if item.position is None:
            item.position = position
        self.items.know(item)

    def _settle(self, item: Item, native: dict[str, Any], events: list[Event], *, proper: bool) -> None:
        self._learn(item, native)
        self._texts.settle(item, native, events)
        if item.call is not None:
            self._calls.settle(item, native, events, proper=proper)
        elif item.server:
            self._tools.settle(item, native, events)
        elif item.type not in ("message", "reasoning"):
            self._provider.unknown(native, events)
        encrypted = native.get("encrypted_content")
        if isinstance(encrypted, str) and encrypted:
            # Only the closing item's counts: the opening one holds another value.
            identifier = as_text(native.get("id")) or None
            self._provider.tell(OpaqueState("encrypted", encrypted, identifier, 0, item.part), events)
        item.done = True
        kind = item.type if item.server else PART_KINDS.get(item.type, item.type)
        self._provider.tell(PartFinished(kind, native, 0, item.part), events)

    def _runs_at_provider(self, kind: str, native: dict[str, Any]) -> bool:
        if kind in SERVER_TOOLS or kind.endswith("_output"):
            return True
        if kind == "custom_tool_call":
            name = as_text(native.get("name"))
            return name in _SERVER_CUSTOM_TOOLS and name not in self._provider.custom_tools
        if kind == "tool_search_call":
            # The hosted search has no call to answer.
            execution = native.get("execution")
            return execution == "server" or (execution != "client" and not native.get("call_id"))
        if kind == "shell_call":
            environment = native.get("environment")
            if is_object(environment):
                return environment.get("type") != "local"
            return self._provider.shell_in_container
        return False


def _names(native: dict[str, Any]) -> tuple[str, str, str]:
    return as_text(native.get("type")), as_text(native.get("id")), as_text(native.get("call_id"))
