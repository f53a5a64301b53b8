"""The output items of a Responses answer while they are written."""

from __future__ import annotations

from typing import Any, Literal

import attrs

__all__ = ["CallItem", "TextItem", "TextPiece"]


@attrs.define(eq=False)
class TextPiece:
    """One text of an item."""

    type: Literal["output_text", "refusal", "reasoning_text", "summary_text"]
    index: int
    pieces: list[str] = attrs.field(factory=list[str])
    annotations: list[Any] = attrs.field(factory=list[Any])
    logprobs: list[Any] = attrs.field(factory=list[Any])

    @property
    def text(self) -> str:
        """All of it so far."""
        return "".join(self.pieces)

    def native(self, *, empty: bool = False) -> dict[str, Any]:
        """The part as the API shows it, with its text or before it."""
        text = "" if empty else self.text
        if self.type == "refusal":
            return {"type": "refusal", "refusal": text}
        if self.type != "output_text":
            return {"type": self.type, "text": text}
        annotations, logprobs = ([], []) if empty else (self.annotations, self.logprobs)
        return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": logprobs}


@attrs.define(eq=False)
class TextItem:
    """A message, or reasoning."""

    type: Literal["message", "reasoning"]
    id: str
    output_index: int
    parts: set[int] = attrs.field(factory=set[int])
    """The parts of the answer that it holds."""
    texts: list[TextPiece] = attrs.field(factory=list[TextPiece])
    counts: dict[str, int] = attrs.field(factory=dict[str, int])
    """How many texts there are, by the field that numbers them."""
    encrypted: str | None = None

    def native(self, status: str) -> dict[str, Any]:
        """The item as the API shows it; as it opens while it has no texts."""
        if self.type == "message":
            content = [text.native() for text in self.texts]
            return {"id": self.id, "type": "message", "status": status, "role": "assistant", "content": content}
        summary = [text.native() for text in self.texts if text.type == "summary_text"]
        content = [text.native() for text in self.texts if text.type == "reasoning_text"]
        native: dict[str, Any] = {"id": self.id, "type": "reasoning", "summary": summary}
        if content:
            native["content"] = content
        if self.encrypted is not None:
            native["encrypted_content"] = self.encrypted
        return native


@attrs.define(eq=False)
class CallItem:
    """A call of a tool of the client's."""

    id: str
    output_index: int
    call_id: str
    name: str
    custom: bool
    pieces: list[str] = attrs.field(factory=list[str])
    head: str = ""
    """A delta's frame up to its sequence number."""

    def native(self, status: str) -> dict[str, Any]:
        """The item as the API shows it, with the input so far."""
        kind, field = ("custom_tool_call", "input") if self.custom else ("function_call", "arguments")
        fields = {"id": self.id, "type": kind, "status": status, "call_id": self.call_id, "name": self.name}
        return {**fields, field: "".join(self.pieces)}
