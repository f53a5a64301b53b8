"""Events of Cohere's chat API, version 2 (docs.cohere.com/v2/reference/chat-stream), and its whole answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from ...events import Event, FinishReason, ReasoningDelta, TextDelta, _ReasoningDelta, _TextDelta
from ...failures import FailureKind
from ...foreign import foreign_schema
from ...notes import NoteCode
from ...payload import as_count, as_object, as_text, is_object
from ...usage import Usage
from ..base import Provider, ProviderOptions
from .blocks import BlockMapper

__all__ = ["Cohere"]

FINISH_REASONS: Mapping[str, FinishReason] = MappingProxyType(
    {
        "COMPLETE": FinishReason.STOP,
        "STOP_SEQUENCE": FinishReason.STOP,
        "MAX_TOKENS": FinishReason.LENGTH,
        "TOOL_CALL": FinishReason.TOOL_CALLS,
    }
)
# The answer was given up: what came of it is not whole. ERROR_TOXIC and ERROR_LIMIT are words of version 1.
FAILING_REASONS: Mapping[str, FailureKind] = MappingProxyType(
    {
        "ERROR": FailureKind.PROVIDER,
        "TIMEOUT": FailureKind.TIMEOUT,
        "ERROR_TOXIC": FailureKind.CONTENT_FILTER,
        "ERROR_LIMIT": FailureKind.CONTEXT_OVERFLOW,
    }
)

_EVENTS = frozenset(
    {
        "message-start",
        "content-start",
        "content-delta",
        "content-end",
        "tool-plan-delta",
        "tool-call-start",
        "tool-call-delta",
        "tool-call-end",
        "citation-start",
        "citation-end",
        "message-end",
        "debug",
    }
)
_OWN_KEYS = frozenset({"type", "id", "index", "delta", "message", "logprobs", "finish_reason", "usage", "error"})
_MESSAGE_KEYS = frozenset({"role", "content", "tool_plan", "tool_calls", "citations"})


class Cohere(Provider):
    """One response of `/v2/chat`.

    Content blocks and tool calls are numbered apart from each other. The plan before tool calls is reasoning in a part
    of its own. An error after the start is a `message-end` like any other, with the finish reason ERROR.
    """

    proof: ClassVar[str] = "message-end"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._blocks = BlockMapper(self)
        self._began = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event; a delta that goes on with what is open takes the quick way."""
        if not self._receive_plain(payload, events):
            self.receive_any(payload, events)

    def _receive_plain(self, payload: dict[str, Any], events: list[Event]) -> bool:
        part: int | None
        try:
            kind, delta = payload["type"], payload["delta"]
            message = delta["message"]
            if len(delta) != 1 or len(message) != 1:
                return False
            if kind == "content-delta":
                content, block = message["content"], self._blocks.contents[payload["index"]]
                field, part = block.plain, block.part
                text = content[field]
                if len(payload) != 3 or len(content) != 1 or block.stopped:
                    return False
            elif kind == "tool-call-delta":
                return len(payload) == 3 and self._append_plain(payload["index"], message["tool_calls"], events)
            elif kind == "tool-plan-delta":
                field, part = "tool_plan", self._blocks.plan
                text = message["tool_plan"]
                if len(payload) != 2:
                    return False
            else:
                return False
        except (KeyError, TypeError):
            # A missing or odd field: the general way sorts it out.
            return False
        if type(text) is not str or not text or part is None:
            return False
        # Any: the class swap is explained at the classes.
        event: Any
        if field == "text":
            event = _TextDelta(text, 0, part)
            event.__class__ = TextDelta
        else:
            event = _ReasoningDelta(text, 0, part)
            event.__class__ = ReasoningDelta
        events.append(event)
        return True

    def _append_plain(self, index: Any, entry: Any, events: list[Event]) -> bool:
        function, block = entry["function"], self._blocks.calls[index]
        text, call = function["arguments"], block.call
        if len(entry) != 1 or len(function) != 1 or type(text) is not str:
            return False
        if call is None or block.stopped or not call.started:
            return False
        self.calls.append(call, text, events)
        return True

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event the general way."""
        kind = as_text(payload.get("type"))
        if payload.get("error") or kind == "error":
            self.fail_with(payload, events)
        elif kind in _EVENTS:
            self._receive_event(kind, payload, events)
        elif not kind and is_object(payload.get("message")) and not self._began:
            self._receive_answer(payload, events)
        elif not kind and as_text(payload.get("message")):
            # The body of an HTTP error: {"id": ..., "message": ...}.
            self.fail_with(payload, events)
        else:
            self._receive_foreign(payload, events)

    @property
    def can_finish(self) -> bool:
        """False: nothing but `message-end` proves the answer complete, and it is the end at once."""
        return False

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usage` object with our meaning.

        `tokens` counts what the model read and wrote, what a cache served and reasoning included. `billed_units` leaves
        out what is free; it stands in for counts that are missing.
        """
        tokens, billed = as_object(raw.get("tokens")), as_object(raw.get("billed_units"))
        prompt, output = (
            as_count(billed.get(name) if tokens.get(name) is None else tokens[name])
            for name in ("input_tokens", "output_tokens")
        )
        total = prompt + output if prompt is not None and output is not None else None
        reasoning = as_count(tokens.get("reasoning_tokens"))
        return Usage(prompt, output, as_count(raw.get("cached_tokens")), None, reasoning, total, None, raw)

    def _receive_event(self, kind: str, payload: dict[str, Any], events: list[Event]) -> None:
        delta = self.fields("delta", payload, events)
        message = self.fields("message", delta, events)
        if kind == "message-start":
            self._start_message(payload, message, events)
            if self.ended:
                return
        elif kind != "debug" and not self._began:
            self._began = True
            self.note(NoteCode.MISSING_START, "message-start never came", events)
        # All that `debug` says is told here.
        self._describe_rest((payload, delta), message, events)
        if kind == "message-end":
            self._end_message(payload, delta, events)
        else:
            self._map_part(kind, payload, message, events)

    def _map_part(self, kind: str, payload: dict[str, Any], message: dict[str, Any], events: list[Event]) -> None:
        blocks, index = self._blocks, payload.get("index")
        match kind:
            case "content-start":
                blocks.start_content(index, message.get("content"), events)
            case "content-delta":
                blocks.add_content(index, message.get("content"), payload.get("logprobs"), events)
            case "content-end":
                blocks.stop_content(index, events)
            case "tool-plan-delta":
                blocks.add_plan(message.get("tool_plan"), events)
            case "tool-call-start":
                blocks.start_calls(index, message.get("tool_calls"), events)
            case "tool-call-delta":
                blocks.add_arguments(index, message.get("tool_calls"), events)
            case "tool-call-end":
                blocks.stop_call(index, events)
            case "citation-start":
                blocks.cite(message.get("citations"), events)
            case _:
                # `citation-end` says nothing that its start has not said.
                pass

    def _receive_answer(self, payload: dict[str, Any], events: list[Event]) -> None:
        message = as_object(payload.get("message"))
        self.whole = True
        self._start_message(payload, message, events)
        self._describe_rest((payload,), message, events)
        self._blocks.tell_logprobs(payload.get("logprobs"), 0, events)
        self._end_message(payload, payload, events)

    def _receive_foreign(self, payload: dict[str, Any], events: list[Event]) -> None:
        speaks = "" if self.content else foreign_schema(payload)
        if speaks:
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
        elif "event_type" in payload and "is_finished" in payload:
            message = "The body speaks version 1 of Cohere's API: only the events of /v2/chat are read"
        else:
            self.unknown(payload, events)
            return
        self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)

    def _start_message(self, payload: dict[str, Any], message: dict[str, Any], events: list[Event]) -> None:
        identifier = as_text(payload.get("id"))
        if self._began:
            if identifier and self.id and identifier != self.id:
                text = f"A second message began inside the first: {identifier!r} after {self.id!r}"
                self.fail(self.failure(FailureKind.MALFORMED, text), events)
            else:
                self.note_once(NoteCode.SECOND_START, identifier, events)
            return
        self._began = True
        self.choice(0)
        self.start(payload.get("id"), payload.get("model"), events)
        self.begin(events)
        if self.whole:
            self._blocks.map_whole(message, events)
        else:
            # What stands in the start already has numbers of its own, below those of the stream.
            self._blocks.map_whole(message, events, first=-1, step=-1)

    def _describe_rest(self, holders: tuple[dict[str, Any], ...], message: dict[str, Any], events: list[Event]) -> None:
        for holder in holders:
            self.describe({key: value for key, value in holder.items() if key not in _OWN_KEYS}, events)
        self.describe({key: value for key, value in message.items() if key not in _MESSAGE_KEYS}, events)

    def _end_message(self, payload: dict[str, Any], said: dict[str, Any], events: list[Event]) -> None:
        self._tell_usage(said.get("usage"), events)
        reason = self.text("finish_reason", said.get("finish_reason"), events)
        failing = FAILING_REASONS.get(reason)
        if said.get("error"):
            self.fail_with(payload, events, code=reason if failing is not None else None)
        elif failing is not None:
            message = f"The provider ended the answer with finish_reason {reason!r}"
            self.fail(self.failure(failing, message, code=reason), events)
        else:
            known = FINISH_REASONS.get(reason, FinishReason.OTHER)
            self._blocks.stop_all(events, cut=known is FinishReason.LENGTH)
            if reason:
                self.finish_choice(self.choice(0), known, reason, events)
            self.finish(events)

    def _tell_usage(self, usage: Any, events: list[Event]) -> None:
        if not is_object(usage):
            if usage is not None:
                self.unmapped("usage", usage, events)
            return
        self.count(usage, events)
        tokens = as_object(usage.get("tokens"))
        names = ("input_tokens", "output_tokens")
        wrong = [name for name in names if tokens.get(name) is not None and as_count(tokens[name]) is None]
        if wrong:
            self.note_once(NoteCode.USAGE_NOT_A_NUMBER, ", ".join(wrong), events)
