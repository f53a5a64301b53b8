"""Messages of the AWS event stream to a provider's payloads."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from .events import Event, Raw
from .framing.event_stream import EventStreamDecoder, EventStreamMessage
from .payload import PayloadError, compact_json, is_object
from .providers.base import Provider
from .readers import FrameReader, ReaderOptions

__all__ = ["EventStreamReader"]


class EventStreamReader(FrameReader):
    """Messages of one body, or the same as dicts that botocore has decoded.

    An event is handed over as `{its type: its payload}`, which is what botocore's event streams give. The `chunk` of
    InvokeModelWithResponseStream only carries another object, base64 or bytes in its `bytes`: that one is handed over.
    An `exception`, which the service's model names, and an `error`, which it does not, end the stream
    (smithy.io/2.0/aws/amazon-eventstream.html).
    """

    def __init__(self, provider: Provider, options: ReaderOptions) -> None:
        super().__init__(provider, options)
        limits = options.limits
        self._decoder = EventStreamDecoder(limits.frame_bytes, limits.event_stream_header_bytes)
        self._carried = False

    def feed(self, data: bytes, events: list[Event]) -> None:
        """Takes the next bytes. The first broken message ends the stream: nothing tells where another one begins."""
        for message in self._decoder.feed(data):
            self._take_message(message, events)
            if self.provider.ended:
                return
        self.overflow(self._decoder.failure, events)

    def end(self, events: list[Event]) -> None:
        """A body that ends inside a message is truncated, whatever came before."""
        self._decoder.end()
        self.overflow(self._decoder.failure, events)

    @property
    def inside_frame(self) -> bool:
        """True if the body ends inside a message."""
        return self._decoder.inside_message

    def hand_over(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Gives a payload to the provider, or the object that a `chunk` carries."""
        part = payload.get("chunk")
        if self._carried or not is_object(part) or "bytes" not in part:
            super().hand_over(payload, events)
        else:
            self._carried = True
            self._take_part(part["bytes"], events)
            self._carried = False

    def _take_message(self, message: EventStreamMessage, events: list[Event]) -> None:
        self.seen = True
        kind = message.message_type
        if kind == "event":
            self._take_event(message, events)
        elif kind == "exception":
            self._take_exception(message, events)
        elif kind == "error":
            error = {"code": message.error_code, "message": message.error_message}
            self._fail(error, compact_json(error), events)
        else:
            self.provider.unknown({"headers": message.headers, "payload": message.payload}, events)

    def _take_event(self, message: EventStreamMessage, events: list[Event]) -> None:
        text, replaced = self._text(message.payload, events)
        try:
            payload = self.decode(text)
        except PayloadError as error:
            self.malformed(message.payload, str(error), events)
            return
        if not is_object(payload):
            self.malformed(message.payload, "no JSON object", events)
            return
        name = message.event_type
        self.provider.calls.mend = self.mending or replaced
        self.hand_over(payload if name is None else {name: payload}, events)
        self.provider.calls.mend = self.mending

    def _take_part(self, carried: Any, events: list[Event]) -> None:
        if isinstance(carried, str):
            try:
                carried = base64.b64decode(carried, validate=True)
            except (binascii.Error, ValueError) as error:
                self.malformed(carried.encode("utf-8", "replace"), f"bytes of a chunk: {error}", events)
                return
        if isinstance(carried, bytes | bytearray):
            self.take(bytes(carried), events)
        else:
            self.malformed(repr(carried).encode("utf-8", "replace"), "bytes of a chunk: neither text nor bytes", events)

    def _take_exception(self, message: EventStreamMessage, events: list[Event]) -> None:
        text, _ = self._text(message.payload, events)
        try:
            error = self.decode(text)
        except PayloadError:
            error = text
        self._fail(error, text, events, code=message.exception_type)

    def _fail(self, error: Any, text: str, events: list[Event], code: str | None = None) -> None:
        if self._raw:
            events.append(Raw(error))
        self.provider.fail_with(error, events, code=code, raw=self.provider.redactor.text(text))
