"""The first bytes of a body tell its framing; the Content-Type is often wrong and only explains."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .event_stream_reader import EventStreamReader
from .events import Event
from .failures import FailureKind
from .ndjson_reader import NDJSONReader
from .notes import NoteCode
from .providers.base import Provider
from .readers import DocumentReader, FrameReader, JSONArrayReader, ReaderOptions
from .registry import ProviderRow
from .sse_reader import SSEReader

__all__ = ["Opening", "open_body", "payload_reader"]

_BOM = b"\xef\xbb\xbf"
_WHITE_SPACE = b" \t\r\n"
# Magic numbers: gzip (RFC 1952), zstd (RFC 8878), zlib (RFC 1950) with a 32 KiB window and no dictionary.
_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_LONGEST_MAGIC = 4
_MEDIA: Mapping[type[FrameReader], str] = MappingProxyType(
    {
        SSEReader: "text/event-stream",
        # Ollama labels an answer of one object as application/json.
        NDJSONReader: "json",
        DocumentReader: "json",
        JSONArrayReader: "json",
        EventStreamReader: "vnd.amazon.eventstream",
    }
)


class Opening:
    """Waits for the first bytes that decide, past a byte order mark and white space."""

    def __init__(self) -> None:
        self._held = b""
        self._past_bom = False

    def feed(self, data: bytes) -> bytes | None:
        """All significant bytes so far once they decide the framing, else None."""
        held = self._held + data
        if not self._past_bom:
            if len(held) < len(_BOM) and _BOM.startswith(held):
                self._held = held
                return None
            self._past_bom = True
            held = held.removeprefix(_BOM)
        held = held.lstrip(_WHITE_SPACE)
        self._held = held
        undecided = not held or (
            len(held) < _LONGEST_MAGIC and any(magic.startswith(held) and magic != held for magic in _COMPRESSED)
        )
        return None if undecided else held

    def end(self) -> bytes:
        """What was held back when the body ended."""
        return b"" if _BOM.startswith(self._held) else self._held


def open_body(
    data: bytes,
    row: ProviderRow,
    content_type: str | None,
    provider: Provider,
    options: ReaderOptions,
    events: list[Event],
) -> FrameReader | None:
    """The reader for a body that begins with `data`; None if it is no body that can be read, and that is said."""
    said = f" (Content-Type: {content_type})" if content_type else ""
    if data.startswith(_COMPRESSED):
        message = f"The body is compressed, although it was asked for as it is{said}"
        _refuse(message, provider, events)
        return None
    if data.startswith(b"<"):
        _refuse(f"The body is HTML or XML, not a model's answer{said}", provider, events)
        return None
    kind: type[FrameReader] = SSEReader
    if data.startswith(b"["):
        kind = JSONArrayReader
    elif data.startswith(b"{"):
        kind = NDJSONReader if row.framing == "ndjson" else DocumentReader
    elif row.framing == "event-stream" and not b" " < data[:1] <= b"~":
        # A message begins with its length, whose first byte is 00 or 01; no text begins with a byte outside of ASCII.
        kind = EventStreamReader
    _check_content_type(kind, content_type, provider, events)
    return kind(provider, options)


def payload_reader(row: ProviderRow, provider: Provider, options: ReaderOptions) -> FrameReader:
    """The reader for payloads that come decoded."""
    return EventStreamReader(provider, options) if row.framing == "event-stream" else FrameReader(provider, options)


def _refuse(message: str, provider: Provider, events: list[Event]) -> None:
    provider.fail(provider.failure(FailureKind.WRONG_MEDIA, message), events)


def _check_content_type(
    kind: type[FrameReader], content_type: str | None, provider: Provider, events: list[Event]
) -> None:
    if not content_type:
        return
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(" \"'")
    if _MEDIA.get(kind, "") not in media_type or charset not in ("", "utf-8", "utf8"):
        provider.note_once(NoteCode.WRONG_CONTENT_TYPE, content_type, events)
