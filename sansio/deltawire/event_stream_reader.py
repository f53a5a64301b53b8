"""Messages of the AWS event stream to a provider's payloads."""

from __future__ import annotations

import binascii
from typing import Any

from .events import Event, Raw
from .framing.event_stream import EventStreamDecoder, EventStreamMessage
from .payload import PayloadError, compact_json, is_object, json_ready, raw_decode
from .providers.base import Provider
from .readers import FrameReader, ReaderOptions
from .tool_calls import LimitPassedError

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
        # A level takes a bracket that opens and one that closes.
        self._short = 2 * limits.json_depth

    def feed(self, data: bytes, events: list[Event]) -> None:
        """Takes the next bytes. The first broken message ends the stream: nothing tells where another one begins."""
        provider = self.provider
        for message in self._decoder.feed(data):
            payload = self._plain(message)
            if payload is None:
                self._take_message(message, events)
            else:
                self.seen = True
                try:
                    provider.receive(payload, events)
                except LimitPassedError as passed:
                    self.overflow(passed.failure, events)
            if provider.ended:
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
        if self._carried or not part or not is_object(part):
            super().hand_over(payload, events)
        elif "bytes" not in part:
            # Mock servers send the object bare: github.com/CopilotKit/aimock, `encodeEventStreamMessage("chunk", …)`.
            super().hand_over(part, events)
        else:
            self._carried = True
            self._take_part(part["bytes"], events)
            self._carried = False

    def _plain(self, message: EventStreamMessage) -> dict[str, Any] | None:
        """The payload of an event that takes nothing but decoding, None for any other message."""
        name = message.headers.get(":event-type")
        if self._raw or self.mending or message.headers.get(":message-type") != "event" or not isinstance(name, str):
            return None
        value = self._decoded(message.payload)
        if name != "chunk" or value is None:
            return None if value is None else {name: value}
        try:
            return self._decoded(binascii.a2b_base64(value["bytes"], strict_mode=True))
        except (KeyError, TypeError, ValueError):
            return None

    def _decoded(self, data: bytes) -> dict[str, Any] | None:
        """The object by the standard decoder alone; escapes that may be half surrogate pairs are left to `take`."""
        if self._loads is not None or b"\\u" in data or not (len(data) <= self._short or self._shallow(data)):
            return None
        try:
            text = str(data, "utf-8")
            value, end = raw_decode(text)
        except ValueError:
            return None
        return value if end == len(text) and value.__class__ is dict else None

    def _shallow(self, data: bytes) -> bool:
        return data.count(b"[") + data.count(b"{") <= self._limits.json_depth

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
            self.provider.unknown(json_ready({"headers": message.headers, "payload": message.payload}), events)

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
                carried = binascii.a2b_base64(carried, strict_mode=True)
            except ValueError as error:
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
