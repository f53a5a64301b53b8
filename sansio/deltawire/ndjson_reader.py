"""Newline-delimited JSON to a provider's payloads."""

from __future__ import annotations

from .events import Event
from .framing.ndjson import NDJSONDecoder
from .providers.base import Provider
from .readers import ReaderOptions, WholeFrameReader

__all__ = ["NDJSONReader"]


class NDJSONReader(WholeFrameReader):
    """One JSON object a line."""

    def __init__(self, provider: Provider, options: ReaderOptions) -> None:
        super().__init__(provider, options)
        self._decoder = self._lines = NDJSONDecoder(options.limits.frame_bytes)

    def feed(self, data: bytes, events: list[Event]) -> None:
        """Takes the next bytes."""
        if self._lines.append(data):
            return
        line = self._lines.feed_one(data)
        if line:
            self.take_text(line, events)
            return
        lines = self._lines.feed_texts(data)
        if lines or self._lines.failure is not None:
            self.take_all(lines, events)
            self.overflow(self._lines.failure, events)
