"""Items of tools that the provider runs by itself: never calls for the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Event, MediaDelta, ServerToolUsed
from ...payload import as_text
from .items import Item

if TYPE_CHECKING:
    from .responses import OpenAIResponses

__all__ = ["ServerToolMapper"]

# Items that say what is done and whose results are items of their own.
_CALLS_ALONE = frozenset({"shell_call", "tool_search_call", "program"})
# The whole item is news.
_NEWS = frozenset({"additional_tools"})
_IMAGE_KEYS = frozenset({"type", "sequence_number", "item_id", "output_index", "partial_image_b64", "stream_id"})
_NEWEST_FORMAT = "png"


class ServerToolMapper:
    """Maps the server-run tools of one response."""

    def __init__(self, provider: OpenAIResponses) -> None:
        self._provider = provider

    def begin(self, item: Item, native: dict[str, Any], events: list[Event]) -> None:
        """Tells the call, once the item itself was seen."""
        item.name = as_text(native.get("name")) or item.name or item.type
        if native and not item.told and item.type not in _NEWS and not item.type.endswith("_output"):
            item.told = True
            self._tell("call", item, native, events)

    def status(self, item: Item, payload: dict[str, Any], events: list[Event]) -> None:
        """Tells news of the tool: its progress, or a piece of its input or output."""
        self._tell("status", item, payload, events)

    def image(self, item: Item, payload: dict[str, Any], events: list[Event]) -> None:
        """Tells a whole image that is not the last one yet."""
        self._tell_image(payload, payload.get("partial_image_b64"), events)
        self._provider.describe_rest(payload, _IMAGE_KEYS, events, ("part", item.part))

    def settle(self, item: Item, native: dict[str, Any], events: list[Event]) -> None:
        """Tells the result, or the call as it was in the end where the result is an item of its own."""
        told = item.told
        self.begin(item, native, events)
        if item.type in _CALLS_ALONE:
            if told:
                self._tell("status", item, native, events)
        else:
            self._tell("status" if item.type in _NEWS else "result", item, native, events)
        if item.type == "image_generation_call":
            self._tell_image(native, native.get("result"), events)

    def _tell(self, kind: Any, item: Item, payload: dict[str, Any], events: list[Event]) -> None:
        identifier = item.call_id or item.id or None
        self._provider.say(ServerToolUsed(kind, item.name or item.type, identifier, payload, 0, item.part), events)

    def _tell_image(self, holder: dict[str, Any], data: Any, events: list[Event]) -> None:
        if self._provider.text("image", data, events):
            media_type = f"image/{as_text(holder.get('output_format')) or _NEWEST_FORMAT}"
            part = self._provider.choice(0).new_part("image")
            self._provider.say(MediaDelta("image", media_type, data, None, 0, part), events)
