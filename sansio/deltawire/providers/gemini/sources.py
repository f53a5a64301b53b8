"""The sources of an answer: recited texts, and what searches grounded it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...events import Citation, Event
from ...payload import as_list, as_object, compact_json, is_list, is_object
from .candidate import Candidate

if TYPE_CHECKING:
    from .generate import Gemini

__all__ = ["Sources"]

# The lists whose entries are sources. Supports name the chunks by their place in the list, so an entry of those is new
# at every other place.
_PLACED = ("groundingChunks", "groundingSupports")
_LISTS = {
    "citationMetadata": ("citations", "citationSources"),
    "groundingMetadata": _PLACED,
}


class Sources:
    """Tells every source once: chunks repeat those of the chunks before."""

    def __init__(self, provider: Gemini) -> None:
        self._provider = provider
        self._told: set[tuple[int, str, int, str]] = set()

    def tell(self, state: Candidate, candidate: dict[str, Any], events: list[Event]) -> dict[str, Any]:
        """Tells the new sources of a candidate; gives what else its source metadata says."""
        rest: dict[str, Any] = {}
        for holder, names in _LISTS.items():
            said = candidate.get(holder)
            metadata = as_object(said)
            for name in names:
                for place, entry in enumerate(as_list(metadata.get(name))):
                    self._cite(state, name, place, entry, events)
            others = {name: value for name, value in metadata.items() if name not in names or not is_list(value)}
            if others or not is_object(said):
                # Of another shape than the API's.
                rest[holder] = others or said
        attributions = candidate.get("groundingAttributions")
        for entry in as_list(attributions):
            self._cite(state, "groundingAttributions", 0, entry, events)
        if not is_list(attributions):
            rest["groundingAttributions"] = attributions
        return rest

    def _cite(self, state: Candidate, name: str, place: int, entry: Any, events: list[Event]) -> None:
        key = (state.index, name, place if name in _PLACED else 0, compact_json(entry))
        if key not in self._told:
            self._told.add(key)
            self._provider.say(Citation(entry, state.index, max(state.parts - 1, 0)), events)
