"""Messages events to our events (platform.claude.com/docs/en/build-with-claude/streaming)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from ...events import Event, FinishReason, Heartbeat, ReasoningDelta, TextDelta, _ReasoningDelta, _TextDelta
from ...failures import Failure, FailureKind
from ...notes import NoteCode
from ...payload import as_count, as_list, as_object, as_text, is_object
from ...usage import Usage
from ..base import Provider, ProviderOptions
from .blocks import BlockMapper

__all__ = ["Anthropic", "messages_usage"]

STOP_REASONS: Mapping[str, FinishReason] = MappingProxyType(
    {
        "end_turn": FinishReason.STOP,
        "stop_sequence": FinishReason.STOP,
        "max_tokens": FinishReason.LENGTH,
        "model_context_window_exceeded": FinishReason.LENGTH,
        "tool_use": FinishReason.TOOL_CALLS,
        "pause_turn": FinishReason.PAUSED,
        "compaction": FinishReason.PAUSED,
        "refusal": FinishReason.REFUSAL,
        # Gateways that translate from Chat Completions leak its words.
        "stop": FinishReason.STOP,
        "length": FinishReason.LENGTH,
        "tool_calls": FinishReason.TOOL_CALLS,
        "content_filter": FinishReason.CONTENT_FILTER,
    }
)

_MESSAGE_KEYS = frozenset({"id", "type", "role", "model", "content", "stop_reason", "usage"})
_DELTA_KEYS = frozenset({"stop_reason"})


class Anthropic(Provider):
    """One Messages response.

    Blocks are known by their index, which may skip, interleave or come without a start. The stop reason is told at
    the end of the message: it may be said more than once, and the last one counts.
    """

    proof: ClassVar[str] = "message_stop"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._blocks = BlockMapper(self)
        self._stop_reason: str | None = None
        self._began = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event; deltas that go on with a known block take the quick way."""
        if not self._receive_plain(payload, events):
            self.receive_any(payload, events)

    def _receive_plain(self, payload: dict[str, Any], events: list[Event]) -> bool:
        try:
            if payload["type"] != "content_block_delta" or len(payload) != 3:
                return False
            delta = payload["delta"]
            block = self._blocks.by_index[payload["index"]]
            if len(delta) != 2 or delta["type"] != block.plain_delta:
                return False
            text = delta[block.plain_field]
        except (KeyError, TypeError):
            return False
        if type(text) is not str or not text:
            return False
        # Any: the class swap is explained at the classes.
        event: Any
        if block.plain_field == "text":
            event = _TextDelta(text, 0, block.part)
            event.__class__ = TextDelta
        elif block.plain_field == "thinking":
            event = _ReasoningDelta(text, 0, block.part)
            event.__class__ = ReasoningDelta
        else:
            assert block.call is not None
            self.calls.append(block.call, text, events)
            return True
        events.append(event)
        return True

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event the general way."""
        kind = payload.get("type")
        if kind == "content_block_delta":
            self._blocks.delta(payload, events)
        elif kind == "content_block_start":
            self._blocks.start(payload.get("index"), as_object(payload.get("content_block")), events)
        elif kind == "content_block_stop":
            self._blocks.stop(payload.get("index"), events)
        elif kind == "message_start":
            self._start_message(as_object(payload.get("message")), events)
        elif kind == "message_delta":
            self._change_message(payload, events)
        elif kind == "message_stop":
            self.describe({key: value for key, value in payload.items() if key != "type"}, events)
            self.finish(events)
        elif kind == "ping":
            events.append(Heartbeat("ping"))
        elif kind == "error" or payload.get("error"):
            self.fail_with(payload, events)
        elif kind == "message":
            self.receive_document(payload, events)
        else:
            self._receive_foreign(payload, events)

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps a whole message; anything else as in a stream."""
        if payload.get("type") == "message" and not payload.get("error"):
            self.whole = True
            self._start_message(payload, events)
            self.finish(events)
        else:
            self.receive(payload, events)

    @property
    def can_finish(self) -> bool:
        """True if a stop reason is known: some gateways leave `message_stop` out, or are cut inside it."""
        return self._stop_reason is not None

    def end(self, events: list[Event], raw: str | None = None, *, seen: bool = False) -> None:
        """A clean end after a stop reason is proof, with a note."""
        if not self.ended and self.can_finish:
            self.note(NoteCode.MISSING_TERMINATOR, "message_stop never came", events)
        super().end(events, raw, seen=seen)

    def finish(self, events: list[Event], *, proper: bool = True) -> None:
        """Closes the blocks that are open, tells the stop reason, and ends."""
        raw_reason = self._stop_reason
        cut = raw_reason is not None and STOP_REASONS.get(raw_reason) is FinishReason.LENGTH
        self._blocks.stop_all(events, cut=cut)
        if raw_reason is not None:
            reason = STOP_REASONS.get(raw_reason, FinishReason.OTHER)
            self.finish_choice(self.choice(0), reason, raw_reason, events)
        super().finish(events, proper=proper)

    def fail(self, failure: Failure, events: list[Event]) -> None:
        """Lets go of what is held of open blocks, and ends."""
        self.calls.close_all(events, proper=False)
        self._blocks.let_go(events)
        super().fail(failure, events)

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usage` object with our meaning."""
        return messages_usage(raw)

    def say(self, event: Event, events: list[Event]) -> None:
        """As every provider; a message that was never started is noted."""
        if not self._began:
            self._began = True
            self.note(NoteCode.MISSING_START, "message_start never came", events)
        super().say(event, events)

    def _start_message(self, message: dict[str, Any], events: list[Event]) -> None:
        identifier = as_text(message.get("id"))
        if self._began:
            if identifier and self.id and identifier != self.id:
                text = f"A second message began inside the first: {identifier!r} after {self.id!r}"
                self.fail(self.failure(FailureKind.MALFORMED, text), events)
            else:
                self.note_once(NoteCode.SECOND_START, identifier, events)
            return
        self._began = True
        self.choice(0)
        self.start(identifier, message.get("model"), events)
        self.begin(events)
        self._tell_usage(message.get("usage"), events)
        self.describe({key: value for key, value in message.items() if key not in _MESSAGE_KEYS}, events)
        for number, block in enumerate(as_list(message.get("content"))):
            # Programmatic tool calling puts whole blocks here; their indexes are not those of the stream's blocks.
            index = number if self.whole else -1 - number
            self._blocks.start(index, as_object(block), events)
            self._blocks.stop(index, events)
        self._keep_stop_reason(message)

    def _change_message(self, payload: dict[str, Any], events: list[Event]) -> None:
        delta = as_object(payload.get("delta"))
        self._keep_stop_reason(delta)
        self._tell_usage(payload.get("usage"), events)
        fields = {key: value for key, value in payload.items() if key not in ("type", "delta", "usage")}
        fields |= {key: value for key, value in delta.items() if key not in _DELTA_KEYS}
        self.describe(fields, events)

    def _keep_stop_reason(self, holder: dict[str, Any]) -> None:
        reason = holder.get("stop_reason")
        if isinstance(reason, str) and reason:
            self._stop_reason = reason

    def _tell_usage(self, usage: Any, events: list[Event]) -> None:
        if not is_object(usage):
            return
        self.count(usage, events)
        names = ("input_tokens", "output_tokens")
        wrong = [name for name in names if usage.get(name) is not None and as_count(usage[name]) is None]
        if wrong:
            self.note_once(NoteCode.USAGE_NOT_A_NUMBER, ", ".join(wrong), events)

    def _receive_foreign(self, payload: dict[str, Any], events: list[Event]) -> None:
        kind = as_text(payload.get("type"))
        speaks = "openai-responses" if kind.startswith("response.") else ""
        if as_text(payload.get("object")).startswith("chat.completion"):
            speaks = "openai-chat"
        if speaks:
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
        else:
            self.unknown(payload, events)


def messages_usage(raw: dict[str, Any]) -> Usage:
    """The merged `usage` object with our meaning.

    The three input counts are disjoint, so the prompt is their sum; thinking is part of the output.
    """
    bare = as_count(raw.get("input_tokens"))
    written = as_count(raw.get("cache_creation_input_tokens"))
    read = as_count(raw.get("cache_read_input_tokens"))
    prompt = None if bare is None else bare + (written or 0) + (read or 0)
    output = as_count(raw.get("output_tokens"))
    thinking = as_count(as_object(raw.get("output_tokens_details")).get("thinking_tokens"))
    total = prompt + output if prompt is not None and output is not None else None
    return Usage(prompt, output, read, written, thinking, total, None, raw)
