"""Reasoning in Chat Completions: several field names for the same text, and OpenRouter's typed details."""

from __future__ import annotations

from typing import Any, Literal

from ...payload import as_list, as_object, as_text
from .thinking import thinking_text

__all__ = ["ReasoningDetails", "spoken_reasoning"]

_TEXT_FIELDS: tuple[tuple[str, str, Literal["text", "summary"]], ...] = (
    ("reasoning.text", "text", "text"),
    ("reasoning.summary", "summary", "summary"),
)
_PIECEWISE = ("text", "summary")


def spoken_reasoning(delta: dict[str, Any]) -> tuple[list[tuple[Literal["text", "summary"], str]], str]:
    """The reasoning of one delta as (kind, text) pieces, and what another field says differently beside it.

    Gateways repeat the text under two names (OpenRouter: `reasoning` and `reasoning_details`): the details win, then
    `reasoning_content`, then `reasoning`.
    """
    pieces: list[tuple[Literal["text", "summary"], str]] = []
    for item in as_list(delta.get("reasoning_details")):
        item = as_object(item)
        for item_type, field, kind in _TEXT_FIELDS:
            if item.get("type") == item_type and as_text(item.get(field)):
                pieces.append((kind, item[field]))
    fields = [as_text(delta.get("reasoning_content")), as_text(delta.get("reasoning")), thinking_text(delta)]
    said = [text for text in fields if text]
    if not pieces and said:
        pieces.append(("text", said[0]))
    taken = "".join(text for _, text in pieces)
    return pieces, next((text for text in said if text != taken), "")


class ReasoningDetails:
    """OpenRouter's `reasoning_details`, merged so that they can be sent back.

    One index can hold two types (Gemini 3: text and encrypted), so entries go by type and index. Entries with two ids
    are two entries, and so are two encrypted ones: those come whole.
    """

    def __init__(self, part: int) -> None:
        self.part = part
        """The part of the answer that they stand for."""
        self._entries: list[dict[str, Any]] = []
        self._newest: dict[tuple[str, Any], dict[str, Any]] = {}

    def add(self, item: dict[str, Any]) -> None:
        """Takes one entry of one delta."""
        index = item.get("index")
        key = (as_text(item.get("type")), index if isinstance(index, int | str) else None)
        entry = self._newest.get(key)
        if entry is None or _is_another(entry, item):
            entry = self._newest[key] = {}
            self._entries.append(entry)
        for name, value in item.items():
            if name in _PIECEWISE and isinstance(value, str):
                pieces = entry.get(name)
                if isinstance(pieces, _Pieces):
                    pieces.append(value)
                else:
                    entry[name] = _Pieces([value])
            elif value is not None or name not in entry:
                entry[name] = value

    def native(self) -> list[dict[str, Any]]:
        """The entries as the next request wants them."""
        return [
            {name: "".join(value) if isinstance(value, _Pieces) else value for name, value in entry.items()}
            for entry in self._entries
        ]


class _Pieces(list[str]):
    """The pieces of one text."""


def _is_another(entry: dict[str, Any], item: dict[str, Any]) -> bool:
    """True if the item does not go on with the entry."""
    if entry.get("data") and item.get("data") not in (None, entry["data"]):
        return True
    return bool(entry.get("id") and item.get("id") and entry["id"] != item["id"])
