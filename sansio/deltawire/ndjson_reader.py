"""Newline-delimited JSON to a provider's payloads."""

from __future__ import annotations

from typing import Any

from .events import Event
from .framing.ndjson import NDJSONDecoder
from .payload import raw_decode
from .providers.base import Provider
from .readers import SHALLOW_LENGTH, ReaderOptions, WholeFrameReader
from .tool_calls import LimitPassedError

__all__ = ["NDJSONReader"]


class NDJSONReader(WholeFrameReader):
    """One JSON object a line."""

    def __init__(self, provider: Provider, options: ReaderOptions) -> None:
        super().__init__(provider, options)
        self._decoder = self._lines = NDJSONDecoder(options.limits.frame_bytes)
        self._shallow = options.limits.json_depth * SHALLOW_LENGTH

    def feed(self, data: bytes, events: list[Event]) -> None:
        """Takes the next bytes; plain lines go straight from the scanner to the provider."""
        lines = self._lines.feed_texts(data)
        if not lines and self._lines.failure is None:
            return
        provider, shallow, depth = self.provider, self._shallow, self._limits.json_depth
        quick = self._loads is None and not self._raw and b"\\u" not in data and not self.mending
        payload: Any
        for line in lines:
            if isinstance(line, bytes):
                self.take(line, events)
            elif quick and (len(line) <= shallow or line.count("[") + line.count("{") <= depth):
                try:
                    payload, end = raw_decode(line)
                except ValueError:
                    payload, end = None, -1
                if end == len(line) and payload.__class__ is dict:
                    self.seen = True
                    try:
                        provider.receive(payload, events)
                    except LimitPassedError as passed:
                        self.overflow(passed.failure, events)
                else:
                    self.take(line.encode(), events)
            else:
                self.take(line.encode(), events)
            if provider.ended:
                return
        self.overflow(self._lines.failure, events)
