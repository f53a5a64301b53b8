"""Bytes to frames. Each framer is useful alone: `feed(bytes) -> list[frame]`, `end() -> list[frame]`.

None of them raises on what it is fed: a limit that is passed, or bytes that break the framing, show in `failure`.
"""

from __future__ import annotations

from .document import DocumentDecoder
from .event_stream import EventStreamDecoder, EventStreamMessage
from .json_array import JSONArrayDecoder
from .lines import LineDecoder
from .ndjson import NDJSONDecoder
from .sse import SSEDecoder, SSEFrame

__all__ = [
    "DocumentDecoder",
    "EventStreamDecoder",
    "EventStreamMessage",
    "JSONArrayDecoder",
    "LineDecoder",
    "NDJSONDecoder",
    "SSEDecoder",
    "SSEFrame",
]
