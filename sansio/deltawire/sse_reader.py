"""Server-sent events to a provider's payloads."""

from __future__ import annotations

from .events import Event, Heartbeat
from .framing.sse import SSEBlock, SSEDecoder
from .payload import PayloadError, as_object, decode_json, is_list
from .providers.base import Provider
from .readers import FrameReader, ReaderOptions

__all__ = ["SSEReader"]


class SSEReader(FrameReader):
    """Server-sent events."""

    def __init__(self, provider: Provider, options: ReaderOptions) -> None:
        super().__init__(provider, options)
        self._decoder = SSEDecoder(options.limits.frame_bytes, past_bom=True)

    def feed(self, data: bytes, events: list[Event]) -> None:
        """Takes the next bytes."""
        if self._decoder.append(data):
            return
        decoder = self._decoder
        frame = decoder.feed_one(data)
        if frame is not None:
            self.take_text(frame, events)
            return
        blocks = decoder.feed_blocks(data)
        if blocks:
            self.take_all(blocks, events)
        if decoder.failure is not None:
            self.overflow(decoder.failure, events)

    def end(self, events: list[Event]) -> None:
        """Takes the pending event if it is complete JSON or `[DONE]`."""
        self.take_all(self._decoder.end_blocks(), events)
        self.overflow(self._decoder.failure, events)

    @property
    def pending(self) -> bytes:
        """The end of the event that is open."""
        return self._decoder.pending

    def take_other(self, frame: SSEBlock, events: list[Event]) -> None:
        """Takes a block that is no plain data, or that came in pieces."""
        if frame.kind == "comment":
            events.append(Heartbeat("comment"))
        elif frame.kind == "error" or frame.event == "error":
            self.take_error(bytes(frame.data), events, terminated=frame.terminated)
        elif frame.kind == "event":
            events.append(Heartbeat("ping" if frame.event in ("ping", "keepalive") else "blank"))
        elif frame.kind == "bare":
            self._take_bare(bytes(frame.data), events, terminated=frame.terminated)
        elif frame.kind == "lost":
            self._take_lost(bytes(frame.data), events)
        elif frame.terminated:
            self.take_bytes(frame.data, events)
        else:
            self.take(bytes(frame.data), events, terminated=False)

    def _take_lost(self, line: bytes, events: list[Event]) -> None:
        # A body of such lines alone holds no event, and its start says more in the failure.
        seen = self.seen
        self.malformed(line, "JSON in a field that is not data", events)
        self.seen = seen

    def _take_bare(self, data: bytes, events: list[Event], *, terminated: bool) -> None:
        try:
            value = decode_json(data.decode("utf-8", "replace"), self._limits.json_depth)
        except PayloadError as error:
            if terminated:
                self.malformed(data, f"JSON outside of an event: {error}", events)
            else:
                self.residual = data
            return
        first = value[0] if is_list(value) and value else value
        if as_object(first).get("error"):
            self.take_error(data, events)
        else:
            self.malformed(data, "JSON outside of an event", events)
