"""Cohere's first chat API, which Command R speaks on Bedrock (docs.cohere.com/v1/docs/streaming)."""

from __future__ import annotations

from typing import Any, ClassVar

from ...events import Citation, Event, FinishReason, ReasoningDelta, ServerToolUsed, TextDelta
from ...notes import NoteCode
from ...payload import as_count, as_list, as_object, as_text, compact_json, is_object
from ...tool_calls import ToolCall
from ...usage import Usage
from ..base import Provider, ProviderOptions
from .metrics import METRICS, with_metrics
from .words import FAILING_WORDS, STOP_WORDS

__all__ = ["CohereChat", "is_cohere_chat"]

_EVENTS = frozenset(
    {
        "stream-start",
        "text-generation",
        "search-queries-generation",
        "search-results",
        "citation-generation",
        "tool-calls-chunk",
        "tool-calls-generation",
        "stream-end",
        "debug",
    }
)
_OWN_KEYS = frozenset(
    {
        "event_type",
        "is_finished",
        "finish_reason",
        "text",
        "generation_id",
        "response_id",
        "response",
        "tool_calls",
        "tool_call_delta",
        "citations",
        "search_queries",
        "search_results",
        "documents",
        "meta",
        "chat_history",
        "error",
        METRICS,
        "p",
    }
)


def is_cohere_chat(payload: dict[str, Any]) -> bool:
    """True if the payload is an event of the chat API, or a whole answer of it."""
    whole = "generation_id" in payload and isinstance(payload.get("text"), str)
    return whole or as_text(payload.get("event_type")) in _EVENTS


class CohereChat(Provider):
    """One answer of the chat API: stream-end proves it complete. Tool calls have no ids, ours are made up."""

    proof: ClassVar[str] = "stream-end"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._open: dict[int, ToolCall] = {}
        self._told_calls = False
        self._planned = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event."""
        kind = as_text(payload.get("event_type"))
        if kind not in _EVENTS:
            self._receive_other(payload, events)
            return
        self._start(payload, events)
        if kind == "text-generation":
            self._add_text(as_text(payload.get("text")), events)
        elif kind == "tool-calls-chunk":
            self._add_chunk(payload, events)
        elif kind == "tool-calls-generation":
            self._plan(as_text(payload.get("text")), events, again=self._planned)
            self._take_calls(payload, events)
        elif kind == "stream-end":
            self._end_stream(payload, events)
        else:
            self._tell_sources(payload, events)

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps a whole answer."""
        if not is_cohere_chat(payload) or "event_type" in payload:
            self.receive(payload, events)
            return
        self.whole = True
        self._start(payload, events)
        self._add_text(as_text(payload.get("text")), events)
        self._end_stream({**payload, "response": payload}, events)

    @property
    def can_finish(self) -> bool:
        """True if stream-end came."""
        return bool(self.choices) and self.choice(0).finished

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The tokens of `meta`; the billed ones, which leave Cohere's own prompt out, only where those are missing."""
        tokens, billed = as_object(raw.get("tokens")), as_object(raw.get("billed_units"))
        counts: list[int | None] = []
        for name in ("input_tokens", "output_tokens"):
            count = as_count(tokens.get(name))
            counts.append(as_count(billed.get(name)) if count is None else count)
        prompt, output = counts
        total = prompt + output if prompt is not None and output is not None else None
        usage = Usage(prompt, output, None, None, None, total, None, raw)
        return with_metrics(usage, as_object(raw.get(METRICS))) or usage

    def _start(self, payload: dict[str, Any], events: list[Event]) -> None:
        self.start(payload.get("response_id") or payload.get("generation_id"), payload.get("model"), events)
        self.describe({key: value for key, value in payload.items() if key not in _OWN_KEYS}, events)

    def _receive_other(self, payload: dict[str, Any], events: list[Event]) -> None:
        if payload.get("error") or as_text(payload.get("message")):
            self.fail_with(payload, events)
        else:
            self.unknown(payload, events)

    def _add_text(self, text: str, events: list[Event]) -> None:
        if text:
            self.say(TextDelta(text, 0, self.choice(0).part("text")), events)

    def _plan(self, text: str, events: list[Event], *, again: bool = False) -> None:
        """What the model says before it calls tools."""
        if text and not again:
            self._planned = True
            self.say(ReasoningDelta(text, 0, self.choice(0).part("reasoning")), events)

    def _tell_sources(self, payload: dict[str, Any], events: list[Event]) -> None:
        for citation in as_list(payload.get("citations")):
            self.say(Citation(citation, 0, max(self.choice(0).parts - 1, 0)), events)
        for field, name in (("search_queries", "search-queries"), ("search_results", "search-results")):
            if payload.get(field):
                said = {key: payload[key] for key in (field, "documents") if payload.get(key)}
                kind: Any = "call" if field == "search_queries" else "result"
                self.say(ServerToolUsed(kind, name, None, said, 0, self.choice(0).new_part("search")), events)

    def _add_chunk(self, payload: dict[str, Any], events: list[Event]) -> None:
        self._plan(as_text(payload.get("text")), events)
        delta = as_object(payload.get("tool_call_delta"))
        if not delta or self._is_late(delta, events):
            return
        index = as_count(delta.get("index")) or 0
        call = self._open.get(index)
        if call is None:
            call = self._open[index] = self._begin_call(as_text(delta.get("name")), index, events)
        self.calls.append(call, as_text(delta.get("parameters")), events)
        self.calls.start_if_known(call, events)

    def _take_calls(self, payload: dict[str, Any], events: list[Event]) -> None:
        calls = as_list(payload.get("tool_calls"))
        if calls and not self._open and not self._told_calls and not self._is_late(calls, events):
            self._told_calls = True
            for position, entry in enumerate(map(as_object, calls)):
                call = self._begin_call(as_text(entry.get("name")), position, events)
                self.calls.append(call, compact_json(as_object(entry.get("parameters"))), events)
                self.calls.close(call, events)
        for call in self._open.values():
            self.calls.close(call, events)

    def _begin_call(self, name: str, position: int, events: list[Event]) -> ToolCall:
        call = self.calls.begin(0, self.choice(0).new_part("tool_call"), position=position)
        self.begin(events)
        self.content = True
        self.calls.name(call, name, "")
        return call

    def _is_late(self, said: Any, events: list[Event]) -> bool:
        if self.choice(0).finished:
            self.note(NoteCode.CALL_AFTER_FINISH, compact_json(said)[:1_000], events)
        return self.choice(0).finished

    def _end_stream(self, payload: dict[str, Any], events: list[Event]) -> None:
        response = as_object(payload.get("response"))
        self.start(response.get("response_id"), None, events)
        if is_object(payload.get("error")) or isinstance(payload.get("error"), str):
            self.fail_with(payload, events)
            return
        if self.whole:
            self._tell_sources(response, events)
        self._take_calls(response, events)
        meta = as_object(response.get("meta"))
        self.count({key: meta[key] for key in ("tokens", "billed_units") if is_object(meta.get(key))}, events)
        if is_object(payload.get(METRICS)):
            self.count({METRICS: payload[METRICS]}, events)
            self.describe({METRICS: payload[METRICS]}, events)
        self.describe({"meta": {key: value for key, value in meta.items() if key != "tokens"} or None}, events)
        word = as_text(payload.get("finish_reason")) or as_text(response.get("finish_reason"))
        kind = FAILING_WORDS.get(word)
        if kind is not None:
            self.fail(self.failure(kind, f"The provider ended the answer with {word!r}", code=word), events)
        elif word:
            self.finish_choice(self.choice(0), STOP_WORDS.get(word, FinishReason.OTHER), word, events)
