"""The AWS event stream, `application/vnd.amazon.eventstream`: bytes to messages and back.

Every number is big-endian (smithy.io/2.0/aws/amazon-eventstream.html):

    total length u32 | headers length u32 | CRC-32 of these eight bytes | headers | payload | CRC-32 of all before

Both checksums are verified before what they cover is given a meaning, and both lengths are held against their limits
before a byte of the message is waited for.
"""

from __future__ import annotations

import enum
import struct
import zlib
from collections.abc import Mapping
from typing import TypeAlias

import attrs

from ..failures import Failure, FailureKind
from ..limits import Limits
from .as_bytes import as_bytes
from .lines import too_large

__all__ = ["EventStreamDecoder", "EventStreamMessage", "HeaderType", "HeaderValue", "encode_message"]

HeaderValue: TypeAlias = bool | int | bytes | str
"""A header's value: integers and timestamps (milliseconds since 1970 in UTC) as int, a UUID as its 16 bytes."""

_PRELUDE = 12
_CHECKSUM = 4
_LEAST_MESSAGE = _PRELUDE + _CHECKSUM

_read_prelude = struct.Struct(">III").unpack_from
_read_number = struct.Struct(">I").unpack_from

# A stream repeats a handful of header blocks; those that are longer or come later are read each time.
_BLOCKS_KNOWN = 32
_LONGEST_BLOCK_KNOWN = 512


class HeaderType(enum.IntEnum):
    """The type byte of a header."""

    TRUE = 0
    FALSE = 1
    BYTE = 2
    SHORT = 3
    INTEGER = 4
    LONG = 5
    BYTES = 6
    STRING = 7
    TIMESTAMP = 8
    UUID = 9


_TYPES = {int(member): member for member in HeaderType}
_INTEGER_SIZES = {
    HeaderType.BYTE: 1,
    HeaderType.SHORT: 2,
    HeaderType.INTEGER: 4,
    HeaderType.LONG: 8,
    HeaderType.TIMESTAMP: 8,
}


@attrs.frozen
class EventStreamMessage:
    """One message, both its checksums verified."""

    headers: dict[str, HeaderValue] = attrs.field(hash=False)
    """The headers by name, in the order sent."""
    payload: bytes
    """The payload as sent; with Bedrock a JSON object."""

    @property
    def message_type(self) -> str | None:
        """`event`, `exception` or `error`."""
        return self._text(":message-type")

    @property
    def event_type(self) -> str | None:
        """The kind of an `event`, in Bedrock the name of the union member that the payload is."""
        return self._text(":event-type")

    @property
    def exception_type(self) -> str | None:
        """The kind of an `exception`: an error that the service's model names; the payload says more."""
        return self._text(":exception-type")

    @property
    def error_code(self) -> str | None:
        """The code of an `error` that the service's model does not name."""
        return self._text(":error-code")

    @property
    def error_message(self) -> str | None:
        """What an `error` says; it has no payload."""
        return self._text(":error-message")

    def _text(self, name: str) -> str | None:
        value = self.headers.get(name)
        return value if isinstance(value, str) else None


class EventStreamDecoder:
    """Cuts bytes into event-stream messages.

    Feed it every chunk, then call `end`. The first violation sets `failure`: `too_large` for a length over
    `frame_limit` (the whole message) or `header_limit` (all its headers), `truncated` if the body ends inside a
    message, `malformed` for anything else. Messages before it were delivered; what follows is dropped, because without
    sound lengths nothing tells where the next message begins.
    """

    def __init__(
        self,
        frame_limit: int = Limits().frame_bytes,
        header_limit: int = Limits().event_stream_header_bytes,
    ) -> None:
        self.failure: Failure | None = None
        self._frame_limit = frame_limit
        self._header_limit = header_limit
        self._parts: list[bytes] = []
        self._held = 0
        self._wanted = _PRELUDE
        self._known: dict[bytes, dict[str, HeaderValue]] = {}

    @property
    def inside_message(self) -> bool:
        """True if bytes of a message are held that is not complete: the body must not end here."""
        return self._held > 0

    def feed(self, data: bytes | bytearray | memoryview) -> list[EventStreamMessage]:
        """The messages that `data` completes, in order."""
        data = as_bytes(data)
        if not data or self.failure is not None:
            return []
        self._parts.append(data)
        self._held += len(data)
        if self._held < self._wanted:
            return []
        messages: list[EventStreamMessage] = []
        buffer = b"".join(self._parts)
        start, end = 0, len(buffer)
        while end - start >= self._wanted:
            if self._wanted == _PRELUDE:
                self._wanted = self._message_length(buffer, start)
                if self.failure is not None or end - start < self._wanted:
                    break
            message = self._message(buffer, start, start + self._wanted)
            if message is None:
                break
            messages.append(message)
            start += self._wanted
            self._wanted = _PRELUDE
        if self.failure is not None:
            start = end
        self._parts = [buffer[start:]]
        self._held = end - start
        return messages

    def end(self) -> list[EventStreamMessage]:
        """Nothing: a message is complete or broken. Sets `failure` if the body ended inside one. Idempotent."""
        if self._held and self.failure is None:
            self.failure = Failure(FailureKind.TRUNCATED, "The body ends inside a message", retryable=True)
        self._parts.clear()
        self._held = 0
        return []

    def _message_length(self, buffer: bytes, start: int) -> int:
        """The length of the message whose prelude stands at `start`; that of a prelude if it is broken."""
        total, headers, checksum = _read_prelude(buffer, start)
        if zlib.crc32(buffer[start : start + 8]) != checksum:
            return self._malformed("The checksum of a message's prelude does not match: this is no event stream")
        if total < _LEAST_MESSAGE or headers > total - _LEAST_MESSAGE:
            return self._malformed("A message is shorter than its own parts")
        if total > self._frame_limit:
            self.failure = too_large("frame_bytes", self._frame_limit, "A message")
        elif headers > self._header_limit:
            self.failure = too_large("event_stream_header_bytes", self._header_limit, "The headers of a message")
        return int(total)

    def _message(self, buffer: bytes, start: int, end: int) -> EventStreamMessage | None:
        payload_end = end - _CHECKSUM
        if (zlib.crc32(buffer[start:payload_end]),) != _read_number(buffer, payload_end):
            self._malformed("The checksum of a message does not match")
            return None
        headers_start = start + _PRELUDE
        headers_end = headers_start + _read_number(buffer, start + 4)[0]
        try:
            headers = self._headers(buffer[headers_start:headers_end])
        except _HeaderError as error:
            self._malformed(f"The headers of a message are malformed: {error}")
            return None
        return EventStreamMessage(headers, buffer[headers_end:payload_end])

    def _headers(self, block: bytes) -> dict[str, HeaderValue]:
        headers = self._known.get(block)
        if headers is None:
            headers = _read_headers(block)
            if len(self._known) < _BLOCKS_KNOWN and len(block) <= _LONGEST_BLOCK_KNOWN:
                self._known[block] = headers
        return headers.copy()

    def _malformed(self, message: str) -> int:
        self.failure = Failure(FailureKind.MALFORMED, message, retryable=True)
        return _PRELUDE


class _HeaderError(ValueError):
    """Header bytes that break the format; never leaves this module."""


class _HeaderReader:
    """Takes the parts of a header block one after the other."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._position = 0

    @property
    def done(self) -> bool:
        return self._position == len(self._block)

    def take(self, size: int) -> bytes:
        taken = self._block[self._position : self._position + size]
        if len(taken) < size:
            raise _HeaderError("one runs past their end")
        self._position += size
        return taken

    def number(self, size: int, *, signed: bool) -> int:
        return int.from_bytes(self.take(size), "big", signed=signed)

    def text(self, length_size: int) -> str:
        try:
            return self.take(self.number(length_size, signed=False)).decode()
        except UnicodeDecodeError:
            raise _HeaderError("one is not UTF-8") from None


def _read_headers(block: bytes) -> dict[str, HeaderValue]:
    headers: dict[str, HeaderValue] = {}
    reader = _HeaderReader(block)
    while not reader.done:
        name = reader.text(1)
        if not name:
            raise _HeaderError("one has no name")
        if name in headers:
            raise _HeaderError("one comes twice")
        headers[name] = _read_value(reader)
    return headers


def _read_value(reader: _HeaderReader) -> HeaderValue:
    header_type = _TYPES.get(reader.number(1, signed=False))
    match header_type:
        case None:
            raise _HeaderError("one has an unknown type")
        case HeaderType.TRUE | HeaderType.FALSE:
            return header_type is HeaderType.TRUE
        case HeaderType.STRING:
            return reader.text(2)
        case HeaderType.BYTES:
            return reader.take(reader.number(2, signed=False))
        case HeaderType.UUID:
            return reader.take(16)
        case _:
            return reader.number(_INTEGER_SIZES[header_type], signed=True)


def encode_message(headers: Mapping[str, HeaderValue | tuple[HeaderType, HeaderValue]], payload: bytes) -> bytes:
    """The bytes of one message, checksums and all.

    A header's type follows from its value: a truth value, text, bytes, and for whole numbers INTEGER if they fit into
    it, else LONG. A pair of type and value chooses another. Raises ValueError for a name or value that does not fit.
    """
    block = b"".join(_encode_header(name, given) for name, given in headers.items())
    prelude = (_LEAST_MESSAGE + len(block) + len(payload)).to_bytes(4, "big") + len(block).to_bytes(4, "big")
    message = b"".join((prelude, zlib.crc32(prelude).to_bytes(4, "big"), block, payload))
    return message + zlib.crc32(message).to_bytes(4, "big")


def _encode_header(name: str, given: HeaderValue | tuple[HeaderType, HeaderValue]) -> bytes:
    header_type, value = given if isinstance(given, tuple) else (_natural_type(given), given)
    encoded_name = name.encode()
    if not 1 <= len(encoded_name) <= 255:
        raise ValueError(f"the name of a header takes 1 to 255 bytes, {name!r} takes {len(encoded_name)}")
    try:
        encoded_value = _encode_value(header_type, value)
    except OverflowError:
        raise ValueError(f"the value of header {name!r} does not fit into its type {header_type.name}") from None
    return bytes((len(encoded_name), *encoded_name, header_type)) + encoded_value


def _natural_type(value: HeaderValue) -> HeaderType:
    match value:
        case bool():
            return HeaderType.TRUE if value else HeaderType.FALSE
        case int():
            return HeaderType.INTEGER if -(2**31) <= value < 2**31 else HeaderType.LONG
        case bytes():
            return HeaderType.BYTES
        case str():
            return HeaderType.STRING
        case _:
            raise ValueError(f"{value!r} is no value of any header type")


def _encode_value(header_type: HeaderType, value: HeaderValue) -> bytes:
    match header_type, value:
        case (HeaderType.TRUE, True) | (HeaderType.FALSE, False):
            return b""
        case HeaderType.STRING, str():
            encoded = value.encode()
            return len(encoded).to_bytes(2, "big") + encoded
        case HeaderType.BYTES, bytes():
            return len(value).to_bytes(2, "big") + value
        case HeaderType.UUID, bytes() if len(value) == 16:
            return value
        case _, int() if header_type in _INTEGER_SIZES and not isinstance(value, bool):
            return value.to_bytes(_INTEGER_SIZES[header_type], "big", signed=True)
        case _:
            raise ValueError(f"{value!r} is no value of the header type {header_type.name}")
