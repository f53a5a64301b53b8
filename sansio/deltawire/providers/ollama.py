"""Lines of Ollama's own API, `/api/chat` and `/api/generate` (docs.ollama.com/api, ollama/ollama: api/types.go)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from ..events import (
    Event,
    FinishReason,
    Logprobs,
    MediaDelta,
    PartFinished,
    ReasoningDelta,
    TextDelta,
    _ReasoningDelta,
    _TextDelta,
)
from ..failures import FailureKind
from ..foreign import foreign_schema
from ..notes import NoteCode
from ..payload import as_count, as_list, as_object, as_text, compact_json, fields_of, is_list, is_object
from ..slots import known_text
from ..usage import Usage
from .base import Choice, Provider, ProviderOptions

__all__ = ["Ollama"]

# A turn with tool calls ends with `stop` (github.com/BerriAI/litellm/issues/18922). `load` and `unload` answer requests
# that only move the model. Servers that imitate the API also say the words of Chat Completions.
DONE_REASONS: Mapping[str, FinishReason] = MappingProxyType(
    {
        "stop": FinishReason.STOP,
        "length": FinishReason.LENGTH,
        "load": FinishReason.OTHER,
        "unload": FinishReason.OTHER,
        "tool_calls": FinishReason.TOOL_CALLS,
    }
)
FAILING_REASONS: Mapping[str, FailureKind] = MappingProxyType(
    {"error": FailureKind.PROVIDER, "abort": FailureKind.SERVER}
)

_COUNTS = ("prompt_eval_count", "eval_count")
_PLAIN_KEYS = frozenset({"model", "created_at", "message", "response", "thinking", "done"})
_SPECIAL_KEYS = frozenset({"tool_calls", "images", "image", "logprobs", "done_reason", "error", *_COUNTS})
_OWN_KEYS = _PLAIN_KEYS | _SPECIAL_KEYS
_GENERATE_KEYS = frozenset({"response", "thinking", "tool_calls", "images", "image"})
_MESSAGE_KEYS = frozenset({"role", "content", "thinking", "tool_calls", "images"})
_CALL_KEYS = frozenset({"id", "type", "function"})
_FUNCTION_KEYS = frozenset({"name", "arguments", "index"})
# Fields that only a line of this schema has.
_ANSWER_KEYS = frozenset({"message", "response", "thinking", "context", "created_at", "_debug_info"})
_LONGEST_DETAIL = 1_000


class Ollama(Provider):
    """One response of `/api/chat` or `/api/generate`; a request with `stream: false` gives the same object once.

    Tool calls come whole, and each entry is a call of its own: `function.index` is often 0 for all of them
    (github.com/ollama/ollama/issues/15457), and ids are absent before version 0.12.10. A count of zero is left out by
    the server, so that a count it does not state stays None.
    """

    proof: ClassVar[str] = "a line with done: true"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._length = -1
        """How many fields a line has for the quick way; -1 while that is closed."""
        self._constants_of: Callable[[dict[str, Any]], Any] = fields_of(())
        self._constant_fields: Any = None
        """What must be as in the line before."""
        self._rendered = False
        """True once the server showed the rendered prompt: it does so in place of an answer."""

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one line; text or thinking that goes on in a line like the one before takes the quick way."""
        # Any: the class swap is explained at the classes.
        event: Any
        message: Any = payload
        usual = False
        try:
            answer = self.choices[0]
            beside = len(payload) - self._length
            if "message" in payload:
                message = payload["message"]
                text = message["content"]
                if beside or "role" not in message:
                    raise ValueError("not the usual fields")
                beside = len(message) - 2
            else:
                text = message["response"]
            usual = (
                payload["done"] is False
                and "created_at" in payload
                and self._constants_of(payload) == self._constant_fields
            )
            thinking = message["thinking"] if beside else ""
            if usual and beside <= 1 and type(text) is type(thinking) is str:
                if text and not thinking and answer.kind == "text":
                    event = _TextDelta(text, 0, answer.parts - 1)
                    event.__class__ = TextDelta
                    events.append(event)
                    return
                if thinking and not text and answer.kind == "reasoning":
                    event = _ReasoningDelta(thinking, 0, answer.parts - 1)
                    event.__class__ = ReasoningDelta
                    events.append(event)
                    return
        except (KeyError, TypeError, ValueError):
            # A missing or odd field: the general way sorts it out.
            pass
        if usual and message is not payload and message.keys() <= _MESSAGE_KEYS:
            # Nothing around the message is new: it is a tool call, mostly.
            self._map_spoken(self.choices[0], message, message["content"], events)
        else:
            self.receive_any(payload, events)

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one line the general way."""
        if self._is_error(payload):
            self.fail_with(payload, events)
            return
        if "done" not in payload and self._is_foreign(payload, events):
            return
        self.start(None, payload.get("model"), events)
        message = payload.get("message")
        if message is not None and not is_object(message):
            self._note_shape("message", message, events)
        message = as_object(message)
        self._describe(payload, message, events)
        answer = self.choice(0)
        self._map_spoken(answer, message, message.get("content"), events)
        if not _GENERATE_KEYS.isdisjoint(payload):
            self._map_spoken(answer, payload, payload.get("response"), events)
        tokens = self._list(payload, "logprobs", events)
        if tokens:
            self.tell(Logprobs(tokens, 0, max(answer.parts - 1, 0)), events)
        self._tell_usage(payload, events)
        if payload.get("done") is True:
            self._end_answer(answer, self._text("done_reason", payload.get("done_reason"), events), events)

    @property
    def can_finish(self) -> bool:
        """False while `done: true` has not come, but for a prompt that was rendered only: its answer has no end."""
        return self._rendered and not self.content

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The counts with our meaning. Thinking is part of `eval_count`; nothing is said of caches."""
        prompt, output = (as_count(raw.get(name)) for name in _COUNTS)
        total = prompt + output if prompt is not None and output is not None else None
        return Usage(prompt, output, total_tokens=total, raw=raw)

    def _is_error(self, payload: dict[str, Any]) -> bool:
        # Errors of cloud models are Go's StatusError and AuthorizationError, the second without an `error` field.
        status = as_count(payload.get("StatusCode"))
        if payload.get("error") or (status is not None and status >= 400):
            return True
        return isinstance(payload.get("message"), str) and ("code" in payload or "type" in payload)

    def _is_foreign(self, payload: dict[str, Any], events: list[Event]) -> bool:
        speaks = "" if self.content else foreign_schema(payload)
        if speaks:
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
        elif _ANSWER_KEYS.isdisjoint(payload):
            self.unknown(payload, events)
            return True
        return bool(speaks)

    def _describe(self, payload: dict[str, Any], message: dict[str, Any], events: list[Event]) -> None:
        fields = {key: value for key, value in payload.items() if key not in _OWN_KEYS}
        if "created_at" not in self._constants:
            # Each line has its own clock: only the first says when the response was created.
            fields["created_at"] = payload.get("created_at")
        if payload.get("model") != self.model:
            fields["model"] = payload.get("model")
        self.describe(fields, events)
        self.describe({key: value for key, value in message.items() if key not in _MESSAGE_KEYS}, events, ("choice", 0))
        self._rendered = self._rendered or is_object(payload.get("_debug_info"))
        self._length = -1
        if "created_at" in self._constants and _SPECIAL_KEYS.isdisjoint(payload):
            constant = [key for key in payload if key not in _PLAIN_KEYS or key == "model"]
            self._length = len(constant) + 3
            self._constants_of = fields_of(constant)
            self._constant_fields = self._constants_of(payload)

    def _map_spoken(self, answer: Choice, holder: dict[str, Any], content: Any, events: list[Event]) -> None:
        thinking = self._text("thinking", holder.get("thinking"), events)
        if thinking:
            self.say(ReasoningDelta(thinking, 0, answer.part("reasoning")), events)
        text = self._text("content", content, events)
        if text:
            self.say(TextDelta(text, 0, answer.part("text")), events)
        for image in [*self._list(holder, "images", events), holder.get("image")]:
            data = self._text("images", image, events)
            if data:
                self.say(MediaDelta("image", None, data, None, 0, answer.new_part("image")), events)
        for entry in self._list(holder, "tool_calls", events):
            if is_object(entry):
                self._map_call(answer, entry, events)
            elif entry is not None:
                self._note_shape("tool_calls", entry, events)

    def _map_call(self, answer: Choice, entry: dict[str, Any], events: list[Event]) -> None:
        function = as_object(entry.get("function"))
        index = function.get("index")
        position = index if isinstance(index, int) and not isinstance(index, bool) else None
        call = self.calls.begin(0, answer.new_part("tool_call"), position=position)
        self.begin(events)
        self.content = True
        identifier, arguments = known_text(entry.get("id")), function.get("arguments")
        self.calls.name(call, known_text(function.get("name")), identifier)
        if identifier and call.id != identifier:
            self.note_once(NoteCode.REUSED_CALL_ID, identifier, events)
        if not call.name:
            self.note(NoteCode.CALL_WITHOUT_NAME, compact_json(entry)[:_LONGEST_DETAIL], events)
        self.calls.start(call, events)
        if arguments is not None:
            self.calls.append(call, arguments if isinstance(arguments, str) else compact_json(arguments), events)
        self.calls.close(call, events)
        vendor = {key: value for key, value in entry.items() if key not in _CALL_KEYS}
        vendor |= {key: value for key, value in function.items() if key not in _FUNCTION_KEYS}
        self.describe(vendor, events, ("tool_call", call.index))
        self.tell(PartFinished("tool_call", entry, 0, call.part), events)

    def _tell_usage(self, payload: dict[str, Any], events: list[Event]) -> None:
        said = {name: payload[name] for name in _COUNTS if payload.get(name) is not None}
        if said:
            self.count(said, events)
            wrong = [name for name, value in said.items() if as_count(value) is None]
            if wrong:
                self.note_once(NoteCode.USAGE_NOT_A_NUMBER, ", ".join(wrong), events)

    def _end_answer(self, answer: Choice, raw_reason: str, events: list[Event]) -> None:
        failing = FAILING_REASONS.get(raw_reason)
        if failing is not None:
            message = f"The server ended the answer with done_reason {raw_reason!r}"
            self.fail(self.failure(failing, message, code=raw_reason), events)
            return
        # No reason: the server lost its runner, or is older than the field. The answer is over, and nobody knows why.
        if raw_reason:
            self.finish_choice(answer, DONE_REASONS.get(raw_reason, FinishReason.OTHER), raw_reason, events)
        self.finish(events)

    def _text(self, name: str, value: Any, events: list[Event]) -> str:
        if value is not None and not isinstance(value, str):
            self._note_shape(name, value, events)
        return as_text(value)

    def _list(self, holder: dict[str, Any], name: str, events: list[Event]) -> list[Any]:
        value = holder.get(name)
        if value is not None and not is_list(value):
            self._note_shape(name, value, events)
        return as_list(value)

    def _note_shape(self, name: str, value: Any, events: list[Event]) -> None:
        self.note(NoteCode.UNMAPPED_SHAPE, f"{name}: {compact_json(value)[:_LONGEST_DETAIL]}", events)
