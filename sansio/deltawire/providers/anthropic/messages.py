"""Messages events to our events (platform.claude.com/docs/en/build-with-claude/streaming)."""

from __future__ import annotations

from typing import Any, ClassVar

from ...events import Event, FinishReason, Heartbeat, ReasoningDelta, TextDelta, _ReasoningDelta, _TextDelta
from ...failures import Failure, FailureKind
from ...foreign import foreign_schema
from ...notes import NoteCode
from ...payload import as_list, as_object, as_text, is_object
from ...usage import Usage
from ..base import Provider, ProviderOptions
from .blocks import BlockMapper
from .usage import messages_usage, uncounted
from .words import (
    BLOCK_FIELDS,
    CHANGE_FIELDS,
    CUT_SHORT,
    MESSAGE_DELTA_FIELDS,
    MESSAGE_FIELDS,
    PING_FIELDS,
    START_FIELDS,
    STOP_FIELDS,
    STOP_REASONS,
    vendor_fields,
)

__all__ = ["Anthropic"]


class Anthropic(Provider):
    """One Messages response.

    Blocks are known by their index, which may skip, interleave or come without a start. The stop reason is told at
    the end of the message: it may be said more than once, and the last one counts.

    `receive` has two ways. The plain one takes the deltas that only go on with an open block; everything else takes the
    general way, which is also the reference for the plain one.
    """

    proof: ClassVar[str] = "message_stop or a stop_reason"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._blocks = BlockMapper(self)
        self._open_blocks = self._blocks.open
        self._message_started = False
        self._stop_reason: str | None = None
        self._stopped = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event."""
        # Any: the class swap is explained at the classes.
        event: Any
        try:
            delta = payload["delta"]
            block = self._open_blocks[payload["index"]]
            field = block.plain_field
            text = delta[field]
            if (
                delta["type"] == block.plain_delta
                and len(delta) == 2
                and len(payload) == 3
                and type(text) is str
                and text
                and payload["type"] == "content_block_delta"
            ):
                if field == "text":
                    event = _TextDelta(text, 0, block.part)
                    event.__class__ = TextDelta
                    events.append(event)
                elif block.call is not None:
                    self.calls.append(block.call, text, events)
                else:
                    event = _ReasoningDelta(text, 0, block.part)
                    event.__class__ = ReasoningDelta
                    events.append(event)
                return
        except (KeyError, TypeError):
            # A missing or odd field: the general way sorts it out.
            pass
        self.receive_any(payload, events)

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event the general way."""
        kind = payload.get("type")
        if kind == "error" or payload.get("error"):
            self.fail_with(payload, events)
        elif kind == "content_block_delta":
            self._blocks.delta(payload, events)
        elif kind == "content_block_start":
            self._start_block(payload, events)
        elif kind == "content_block_stop":
            self._blocks.stop(payload.get("index"), events)
            self.describe(vendor_fields(payload, BLOCK_FIELDS), events)
        elif kind == "message_start":
            self._start_message(as_object(payload.get("message")), events)
            if not self.ended:
                self.describe(vendor_fields(payload, START_FIELDS), events)
        elif kind == "message_delta":
            self._change_message(payload, events)
        elif kind == "message_stop":
            self._tell_usage(payload.get("usage"), events)
            self.describe(vendor_fields(payload, STOP_FIELDS), events)
            self.finish(events)
        elif kind == "ping":
            events.append(Heartbeat("ping"))
            self.describe(vendor_fields(payload, PING_FIELDS), events)
        elif kind == "message":
            self._take_message(payload, events)
        else:
            self._receive_foreign(payload, events)

    @property
    def can_finish(self) -> bool:
        """True if the end of the message gave its stop reason: gateways leave `message_stop` out, or are cut in it."""
        return self._stopped

    def end(self, events: list[Event], raw: str | None = None, *, seen: bool = False) -> None:
        """A clean end after a stop reason is proof, with a note."""
        if not self.ended and self.can_finish:
            self.note(NoteCode.MISSING_TERMINATOR, "message_stop never came", events)
        super().end(events, raw, seen=seen)

    def begin(self, events: list[Event]) -> None:
        """As every provider; a message that was never started is noted."""
        if not self.started and not self._message_started:
            self.note(NoteCode.MISSING_START, "message_start never came", events)
        super().begin(events)

    def finish(self, events: list[Event], *, proper: bool = True) -> None:
        """Closes the blocks that are open, tells the stop reason, and ends."""
        raw_reason = self._stop_reason
        reason = STOP_REASONS.get(raw_reason or "", FinishReason.OTHER)
        self._blocks.end_all(events, cut=reason in CUT_SHORT)
        if raw_reason is not None:
            self.finish_choice(self.choice(0), reason, raw_reason, events)
        super().finish(events, proper=proper)

    def fail(self, failure: Failure, events: list[Event]) -> None:
        """Lets go of what is held of open blocks, and ends."""
        self._blocks.let_go(events)
        super().fail(failure, events)

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usage` object with our meaning."""
        return messages_usage(raw)

    def _start_message(self, message: dict[str, Any], events: list[Event]) -> None:
        identifier = as_text(message.get("id"))
        if identifier and self.id and identifier != self.id:
            text = f"A second message began inside the first: {identifier!r} after {self.id!r}"
            self.fail(self.failure(FailureKind.MALFORMED, text), events)
            return
        first, self._message_started = not self._message_started, True
        if self.started:
            self.note_once(NoteCode.SECOND_START, identifier, events)
        answer = self.choice(0)
        self.start(identifier, message.get("model"), events)
        self.begin(events)
        if self.usage is None:
            # The same start again repeats the first small counts, perhaps behind greater ones.
            self._tell_usage(message.get("usage"), events)
        self.describe(vendor_fields(message, MESSAGE_FIELDS), events)
        if first or not answer.parts:
            # Programmatic tool calling puts whole blocks here.
            for position, block in enumerate(as_list(message.get("content"))):
                self._blocks.take_whole(position, block, events)
        self._keep_stop_reason(message, events)

    def _take_message(self, message: dict[str, Any], events: list[Event]) -> None:
        """A whole message: the one document of a body, or a frame of a gateway that does not stream."""
        alone = not self.started
        self._start_message(message, events)
        if alone:
            self.finish(events)

    def _start_block(self, payload: dict[str, Any], events: list[Event]) -> None:
        native = payload.get("content_block")
        if not is_object(native):
            self.unknown(payload, events)
            return
        # What goes on was not at its end.
        self._stopped = False
        self._blocks.start(payload.get("index"), native, events)
        self.describe(vendor_fields(payload, BLOCK_FIELDS), events)

    def _change_message(self, payload: dict[str, Any], events: list[Event]) -> None:
        delta = as_object(payload.get("delta"))
        self._keep_stop_reason(delta, events)
        self._stopped = self._stopped or bool(as_text(delta.get("stop_reason")))
        self._tell_usage(payload.get("usage"), events)
        fields = vendor_fields(payload, MESSAGE_DELTA_FIELDS) | vendor_fields(delta, CHANGE_FIELDS)
        self.describe(fields, events)

    def _keep_stop_reason(self, holder: dict[str, Any], events: list[Event]) -> None:
        reason = as_text(holder.get("stop_reason"))
        if reason:
            self._stop_reason = reason
            self._blocks.settle(events, cut=STOP_REASONS.get(reason) in CUT_SHORT)

    def _tell_usage(self, usage: Any, events: list[Event]) -> None:
        if is_object(usage):
            self.count(usage, events)
            wrong = uncounted(usage)
            if wrong:
                self.note_once(NoteCode.USAGE_NOT_A_NUMBER, wrong, events)

    def _receive_foreign(self, payload: dict[str, Any], events: list[Event]) -> None:
        speaks = "" if self.content else foreign_schema(payload)
        if speaks:
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
        else:
            self.unknown(payload, events)
