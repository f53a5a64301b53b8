"""Events to Messages events (platform.claude.com/docs/en/build-with-claude/streaming)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar

from ..events import (
    Citation,
    Event,
    Finished,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from ..failures import Failure
from ..payload import as_text, is_object
from ..usage import Usage
from .call_order import CallOrder
from .counts import messages_counts
from .errors import anthropic_error, status_of
from .finish_words import MESSAGES_WORDS
from .shapes import is_anthropic_citation
from .wire_text import event_frame, json_text, quoted
from .writer import Writer, WriterOptions

__all__ = ["AnthropicWriter"]

_DELTA = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":'
_TAIL = "}}\n\n"
# Fields of a delta by the type of the block that it belongs to.
_TEXTS = MappingProxyType({"text": ("text_delta", "text"), "thinking": ("thinking_delta", "thinking")})
_EMPTY = MappingProxyType({"text": (("text", ""),), "thinking": (("thinking", ""), ("signature", ""))})
_ZEROS = "the dialect cannot leave counts out; 0 stands for what nobody said"


class AnthropicWriter(Writer):
    """One Messages response: one block after the other."""

    schema: ClassVar[str] = "anthropic"
    should_retry: ClassVar[bool] = True
    said_fields: ClassVar[frozenset[str]] = frozenset({"stop_sequence", "stop_details", "container"})

    def __init__(self, options: WriterOptions) -> None:
        super().__init__(options)
        self._order = CallOrder()
        self._begun = False
        self._next = 0
        self._open: tuple[str, int] | None = None
        """Type and part of the open block; for a call its index."""
        self._head = ""
        self._said: set[int] = set()
        self._states: dict[int, list[str]] = {}
        """State by part that the end of its block must hold."""

    def write(self, event: Event) -> str:
        """As every writer, but one part after the other."""
        if self._order.idle and not isinstance(event, ToolCallStarted):
            return super().write(event)
        return "".join([super(AnthropicWriter, self).write(each) for each in self._order.take(event)])

    def text(self, event: TextDelta) -> str:
        """A `text_delta`."""
        if self._open == ("text", event.part):
            return self._head + quoted(event.text) + _TAIL
        return self._begin_text("text", event.part) + self._head + quoted(event.text) + _TAIL

    def reasoning(self, event: ReasoningDelta) -> str:
        """A `thinking_delta`."""
        if event.kind == "summary":
            self.lose(event, "kind", "reasoning is said without its kind")
        if self._open == ("thinking", event.part):
            return self._head + quoted(event.text) + _TAIL
        return self._begin_text("thinking", event.part) + self._head + quoted(event.text) + _TAIL

    def call_started(self, event: ToolCallStarted) -> str:
        """A `tool_use` block."""
        if event.kind == "other":
            self.lose(event, "kind", "a client tool of another kind is said as a function")
        if event.kind == "custom":
            self.lose(event, "kind", "a tool takes JSON; free text stands in it as `input`")
        block: dict[str, Any] = {"type": "tool_use", "id": event.id, "name": event.name, "input": {}}
        opened = self._begin("custom" if event.kind == "custom" else "tool_use", event.index, block)
        self._said.add(event.part)
        self._head = f'{_DELTA}{self._next - 1},"delta":{{"type":"input_json_delta","partial_json":'
        return opened

    def call_delta(self, event: ToolCallDelta) -> str:
        """An `input_json_delta`."""
        if self._open is not None and self._open[0] == "custom":
            return ""
        return self._head + quoted(event.arguments) + _TAIL

    def call_finished(self, event: ToolCallFinished) -> str:
        """The end of the block; free text is said here, in a JSON object."""
        if not event.complete:
            self.incomplete(event)
        custom = self._open == ("custom", event.index)
        said = self._head + quoted(json_text({"input": event.arguments})) + _TAIL if custom else ""
        return said + self._stop()

    def server_tool(self, event: ServerToolUsed) -> str:
        """The provider's own block, as it was."""
        return self._whole(event.part, event.payload) if self._own(event.payload) else super().server_tool(event)

    def media(self, event: MediaDelta) -> str:
        """A file that was put into the container; other media have no block."""
        if self.native and event.kind == "file" and event.uri:
            return self._whole(event.part, {"type": "container_upload", "file_id": event.uri})
        return super().media(event)

    def citation(self, event: Citation) -> str:
        """A `citations_delta`, where the source is one of Anthropic's kinds."""
        if not is_anthropic_citation(event.payload):
            return super().citation(event)
        begun = "" if self._open == ("text", event.part) else self._begin_text("text", event.part)
        return begun + self._delta({"type": "citations_delta", "citation": event.payload})

    def opaque(self, event: OpaqueState) -> str:
        """A `signature_delta` or a `redacted_thinking` block."""
        if not self.native or event.kind == "continuation":
            return super().opaque(event)
        if event.kind == "redacted":
            return self._whole(event.part, {"type": "redacted_thinking", "data": event.data})
        if event.kind == "signature" and (event.part not in self._said or self._open == ("thinking", event.part)):
            begun = "" if self._open == ("thinking", event.part) else self._begin_text("thinking", event.part)
            return begun + self._delta({"type": "signature_delta", "signature": event.data})
        # It stands in the block that comes whole.
        self._states.setdefault(event.part, []).append(event.data)
        return ""

    def part_finished(self, event: PartFinished) -> str:
        """The end of the block, or all of one that was not said."""
        if self._open is not None and self._open[0] in _TEXTS and self._open[1] == event.part:
            return self._stop()
        states = self._states.pop(event.part, [])
        if event.part in self._said or not self._own(event.native):
            self._lose_states(states)
            return ""
        self._lose_states([state for state in states if state not in event.native.values()])
        return self._whole(event.part, event.native)

    def keep_alive(self) -> str:
        """A ping event."""
        return event_frame("ping", {"type": "ping"})

    def finish(self, event: Finished) -> str:
        """The end of the open block, `message_delta` with the stop reason and the counts, `message_stop`."""
        frames = [self._start(), self._stop()]
        self._lose_waiting()
        delta = {"stop_reason": self._word(event), "stop_sequence": None, **self.fields}
        if self.usage is None:
            self.lose(event, "usage", _ZEROS)
        self.lose_counts("cost")
        counts = {"output_tokens": 0, **messages_counts(self.usage or Usage())}
        frames.append(event_frame("message_delta", {"type": "message_delta", "delta": delta, "usage": counts}))
        frames.append(event_frame("message_stop", {"type": "message_stop"}))
        return "".join(frames)

    def fail(self, failure: Failure) -> str:
        """An error event."""
        self._lose_waiting()
        return event_frame("error", {"type": "error", "error": anthropic_error(failure)})

    def error_body(self, failure: Failure) -> tuple[int, Any]:
        """`{"type": "error", "error": {"type", "message"}}`."""
        return status_of(failure, anthropic=True), {"type": "error", "error": anthropic_error(failure)}

    def _word(self, event: Finished) -> str | None:
        told = self.reason(0, event)
        if told is None:
            return None
        word, exact = MESSAGES_WORDS.word(told, own=self.own_words)
        if not exact:
            self.lose(told, told.reason, f"the dialect has no such stop reason; {word} stands in its place")
        return word

    def _start(self) -> str:
        """`message_start`, if it was not said: with the first block, so that early counts stand in it."""
        if self._begun:
            return ""
        self._begun = True
        usage = {"input_tokens": 0, "output_tokens": 0, **messages_counts(self.usage or Usage())}
        message: dict[str, Any] = {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        return event_frame("message_start", {"type": "message_start", "message": message})

    def _begin(self, kind: str, number: int, block: dict[str, Any]) -> str:
        frames = self._start() + self._stop()
        payload = {"type": "content_block_start", "index": self._next, "content_block": block}
        self._open = (kind, number)
        self._next += 1
        return frames + event_frame("content_block_start", payload)

    def _begin_text(self, kind: str, part: int) -> str:
        opened = self._begin(kind, part, {"type": kind, **dict(_EMPTY[kind])})
        self._said.add(part)
        delta, field = _TEXTS[kind]
        self._head = f'{_DELTA}{self._next - 1},"delta":{{"type":"{delta}","{field}":'
        return opened

    def _whole(self, part: int, block: dict[str, Any]) -> str:
        self._said.add(part)
        return self._begin("whole", part, block) + self._stop()

    def _delta(self, delta: dict[str, Any]) -> str:
        payload = {"type": "content_block_delta", "index": self._next - 1, "delta": delta}
        return event_frame("content_block_delta", payload)

    def _stop(self) -> str:
        if self._open is None:
            return ""
        self._open = None
        return event_frame("content_block_stop", {"type": "content_block_stop", "index": self._next - 1})

    def _lose_states(self, states: list[str]) -> None:
        for _ in states:
            self.lose_kind("opaque_state", "data", "its block never came whole")

    def _lose_waiting(self) -> None:
        for states in self._states.values():
            self._lose_states(states)
        self._states.clear()

    def _own(self, native: Any) -> bool:
        """True for a block in this dialect's shape."""
        return self.native and is_object(native) and as_text(native.get("type")) != ""
