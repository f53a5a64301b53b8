"""The texts of a Responses answer: messages and reasoning, opened, streamed and closed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from .response_items import TextItem, TextPiece
from .wire_text import quoted

if TYPE_CHECKING:
    from .openai_responses import ResponsesWriter

__all__ = ["TextItems"]

# By the type of a text: the stem of its events, the stem of its part's, and the field that numbers it.
_STEMS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "output_text": ("output_text", "content_part", "content_index"),
        "refusal": ("refusal", "content_part", "content_index"),
        "reasoning_text": ("reasoning_text", "content_part", "content_index"),
        "summary_text": ("reasoning_summary_text", "reasoning_summary_part", "summary_index"),
    }
)
_Kind = Literal["output_text", "refusal", "reasoning_text", "summary_text"]


class TextItems:
    """Writes one text after the other; those that belong together share an item until something ends it."""

    def __init__(self, writer: ResponsesWriter) -> None:
        self.open: TextItem | None = None
        self._writer = writer
        self._key: tuple[str, int] | None = None
        self._head = ""

    def say(self, kind: _Kind, part: int, text: str) -> str:
        """A delta; begins the text if another one is open."""
        frames = "" if self._key == (kind, part) else self.begin(kind, part)
        assert self.open is not None
        self.open.texts[-1].pieces.append(text)
        return f'{frames}{self._head}{self._writer.next_number()},"delta":{quoted(text)}}}\n\n'

    def piece(self, kind: _Kind, part: int | None = None) -> TextPiece | None:
        """The text that goes on, if it is of this type, and of this part."""
        if self._key is None or self.open is None or self._key[0] != kind or part not in (None, self._key[1]):
            return None
        return self.open.texts[-1]

    def begin(self, kind: _Kind, part: int) -> str:
        """Begins a text: in the open item if that is of its type, else in one of its own."""
        home: Literal["message", "reasoning"] = "message" if kind in ("output_text", "refusal") else "reasoning"
        shared = self.open is not None and self.open.type == home and not self._is_second_summary(kind)
        frames = self._end_piece() if shared else self.begin_item(home, part)
        item, writer = self.open, self._writer
        assert item is not None
        item.parts.add(part)
        writer.said.add(part)
        self._key = (kind, part)
        stem, part_stem, numbered = _STEMS[kind]
        index = item.counts.get(numbered, 0)
        item.counts[numbered] = index + 1
        piece = TextPiece(kind, index)
        item.texts.append(piece)
        name = f"response.{stem}.delta"
        place = f'"item_id":{quoted(item.id)},"output_index":{item.output_index},"{numbered}":{piece.index}'
        logprobs = ',"logprobs":[]' if kind == "output_text" else ""
        self._head = f'event: {name}\ndata: {{"type":"{name}",{place}{logprobs},"sequence_number":'
        return frames + writer.event(f"{part_stem}.added", **self.place(piece), part=piece.native(empty=True))

    def _is_second_summary(self, kind: _Kind) -> bool:
        # The summaries of one item are paragraphs of one text: readers put a blank line between them.
        texts = () if self.open is None else self.open.texts
        return kind == "summary_text" and any(text.type == kind for text in texts)

    def begin_item(self, home: Literal["message", "reasoning"], part: int) -> str:
        """Begins an item without texts."""
        writer = self._writer
        frames = self.end()
        item = self.open = TextItem(home, *writer.new_item("msg" if home == "message" else "rs"), {part})
        writer.said.add(part)
        opened = writer.event("output_item.added", output_index=item.output_index, item=item.native("in_progress"))
        return frames + opened

    def place(self, piece: TextPiece) -> dict[str, Any]:
        """Where a text of the open item stands."""
        assert self.open is not None
        return {"item_id": self.open.id, "output_index": self.open.output_index, _STEMS[piece.type][2]: piece.index}

    def end(self) -> str:
        """Ends the open item, if there is one."""
        if self.open is None:
            return ""
        frames = self._end_piece()
        item, self.open = self.open, None
        return frames + self._writer.close(item.output_index, item.native("completed"))

    def _end_piece(self) -> str:
        if self.open is None or not self.open.texts:
            return ""
        self._key = None
        piece = self.open.texts[-1]
        stem, part_stem, _ = _STEMS[piece.type]
        whole: dict[str, Any] = {"refusal" if piece.type == "refusal" else "text": piece.text}
        if piece.type == "output_text":
            whole["logprobs"] = piece.logprobs
        place = self.place(piece)
        done = self._writer.event(f"{stem}.done", **place, **whole)
        return done + self._writer.event(f"{part_stem}.done", **place, part=piece.native())
