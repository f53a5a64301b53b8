"""Reasoning in Chat Completions: several field names for the same text, and OpenRouter's typed details."""

from __future__ import annotations

from typing import Any, Literal

from ...payload import as_list, as_object, as_text

__all__ = ["ReasoningDetails", "spoken_reasoning"]

_TEXT_FIELDS: tuple[tuple[str, str, Literal["text", "summary"]], ...] = (
    ("reasoning.text", "text", "text"),
    ("reasoning.summary", "summary", "summary"),
)


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
    fields = [as_text(delta.get("reasoning_content")), as_text(delta.get("reasoning"))]
    said = [text for text in fields if text]
    if not pieces and said:
        pieces.append(("text", said[0]))
    taken = "".join(text for _, text in pieces)
    return pieces, next((text for text in said if text != taken), "")


class ReasoningDetails:
    """OpenRouter's `reasoning_details`, merged so that they can be sent back.

    One index can hold two types (Gemini 3: text and encrypted), so entries go by type and index.
    """

    def __init__(self) -> None:
        self._entries: dict[tuple[Any, Any], dict[str, Any]] = {}
        self._texts: dict[tuple[Any, Any, str], list[str]] = {}

    def add(self, item: dict[str, Any]) -> None:
        """Takes one entry of one delta."""
        index = item.get("index")
        key = (as_text(item.get("type")), index if isinstance(index, int | str) else None)
        entry = self._entries.setdefault(key, {})
        for name, value in item.items():
            if name in ("text", "summary", "data") and isinstance(value, str):
                self._texts.setdefault((*key, name), []).append(value)
                entry[name] = None
            elif value is not None or name not in entry:
                entry[name] = value

    def native(self) -> list[dict[str, Any]]:
        """The entries as the next request wants them."""
        return [
            {
                name: "".join(self._texts[(*key, name)]) if (*key, name) in self._texts else value
                for name, value in entry.items()
            }
            for key, entry in self._entries.items()
        ]
