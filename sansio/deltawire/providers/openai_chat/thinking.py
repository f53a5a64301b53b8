"""LiteLLM's `thinking_blocks`: Anthropic's blocks beside the reasoning of a chunk.

docs.litellm.ai/docs/reasoning_content shows them. A thinking block comes in pieces, its signature with the last one; a
redacted one comes whole. The next request wants them back as they were.
"""

from __future__ import annotations

from typing import Any

from ...payload import as_list, as_object, as_text

__all__ = ["ThinkingBlocks", "thinking_text"]


def thinking_text(delta: dict[str, Any]) -> str:
    """What the blocks of one delta say."""
    return "".join(as_text(as_object(item).get("thinking")) for item in as_list(delta.get("thinking_blocks")))


class ThinkingBlocks:
    """The blocks of one choice, merged so that they can be sent back."""

    def __init__(self, part: int) -> None:
        self.part = part
        """The part of the answer that they stand for."""
        self._blocks: list[dict[str, Any]] = []
        self._pieces: list[str] = []
        """The text of the last block while it has no signature."""

    def add(self, item: dict[str, Any]) -> None:
        """Takes one entry of one delta."""
        if item.get("type") != "thinking":
            self._close()
            self._blocks.append(item)
            return
        fields = {name: value for name, value in item.items() if value is not None and name != "thinking"}
        if self._pieces:
            self._blocks[-1] |= fields
        else:
            self._blocks.append({"type": "thinking", "thinking": "", **fields})
        self._pieces.append(as_text(item.get("thinking")))
        if as_text(item.get("signature")):
            self._close()

    def native(self) -> list[dict[str, Any]]:
        """The blocks as the next request wants them."""
        self._close()
        return self._blocks

    def _close(self) -> None:
        if self._pieces:
            self._blocks[-1]["thinking"] = "".join(self._pieces)
            self._pieces.clear()
