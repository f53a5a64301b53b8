"""Chat Completions chunks to events (OpenAI API reference, "The chat completion chunk object")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...dialects import DIALECTS, Dialect
from ...events import (
    Event,
    FinishReason,
    ReasoningDelta,
    TextDelta,
    _ReasoningDelta,
    _TextDelta,
)
from ...failures import FailureKind
from ...foreign import foreign_schema
from ...notes import NoteCode
from ...payload import as_list, as_object, compact_json, fields_of, is_list, is_object
from ...slots import as_index
from ...usage import Usage
from ..base import Choice, Provider, ProviderOptions
from .calls import CallMapper
from .delta import DELTA_KEYS, DeltaMapper
from .shapes import is_chunk, is_error
from .usage import chat_usage, uncounted
from .words import FAILING_WORDS, FINISH_WORDS

__all__ = ["OpenAIChat"]

# `obfuscation` (OpenAI) and `p` (Mistral) are random padding against guessing texts from packet sizes.
_STANDARD = frozenset({"id", "object", "model", "choices", "usage", "obfuscation", "p"})
_SETTLED = frozenset(_STANDARD - {"model"})
_PLAIN_CHOICE = frozenset({"index", "delta", "finish_reason", "logprobs"})
_OWN_KEYS = _STANDARD | {"created", "error", "x_groq", "citations"}
_CHOICE_KEYS = _PLAIN_CHOICE | {"message", "usage"}
_TEXTS = frozenset({"content", "refusal", "reasoning_content", "reasoning"})
_LISTS = frozenset({"tool_calls", "annotations", "reasoning_details", "thinking_blocks", "images", "executed_tools"})


def _says_nothing(key: str, value: Any) -> bool:
    """True for a field of a delta that is there and has no content."""
    return value is None or key == "role" or (value == "" and key in _TEXTS) or (value == [] and key in _LISTS)


class OpenAIChat(Provider):
    """One Chat Completions response.

    `receive` has three ways. The plain one takes what OpenAI's chunks are: one choice, one field of a delta, all else
    as in the chunk before. The familiar one takes the same with fields around it that say nothing or nothing new, as
    most other servers send it. Everything else takes the general way, which is also the reference for the others.
    """

    proof: ClassVar[str] = "[DONE] or a finish_reason on every choice"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self.dialect: Dialect | None = DIALECTS.get(options.name)
        self._deltas = DeltaMapper(self)
        self._calls = CallMapper(self)
        self._slots = self._calls.slots
        self._seen_chunk = False
        self._answered = False
        self._created = False
        self._known_keys: frozenset[str] = frozenset()
        self._vendor_of: Callable[[dict[str, Any]], Any] = fields_of(())
        self._vendor: Any = None
        self._choice_fields: dict[int, dict[str, Any]] = {}
        repeats = self.dialect is not None and self.dialect.repeats_placeholder_reasoning
        self._reasoning_keys = () if repeats else ("reasoning_content", "reasoning")

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one chunk."""
        # Any: the class swap is explained at the classes.
        event: Any
        try:
            (choice,) = payload["choices"]
            delta = choice["delta"]
            (key,) = delta
            text = delta[key]
            state = self.choices[choice["index"]]
            if (
                choice.get("finish_reason") is None
                and choice.get("logprobs") is None
                and payload.get("usage") is None
                and not state.finished
                and _PLAIN_CHOICE.issuperset(choice)
                and self._known_keys.issuperset(payload)
                and self._vendor_of(payload) == self._vendor
            ):
                if type(text) is str:
                    if key == "content" and state.kind == "text" and text:
                        event = _TextDelta(text, state.index, state.parts - 1)
                        event.__class__ = TextDelta
                        events.append(event)
                        return
                    if key in self._reasoning_keys and state.kind == "reasoning" and text and self.content:
                        event = _ReasoningDelta(text, state.index, state.parts - 1)
                        event.__class__ = ReasoningDelta
                        events.append(event)
                        return
                elif key == "tool_calls":
                    (entry,) = text
                    function = entry["function"]
                    text = function["arguments"]
                    call = self._slots[state.index].by_index[entry["index"]]
                    if type(text) is str and len(entry) == 2 and len(function) == 1 and call.started:
                        self.calls.append(call, text, events)
                        return
        except (KeyError, TypeError, IndexError, AttributeError, ValueError):
            # A missing, odd or further field: the other ways sort it out.
            pass
        if not self._receive_familiar(payload, events):
            self.receive_any(payload, events)

    def _receive_familiar(self, payload: dict[str, Any], events: list[Event]) -> bool:
        """Maps a chunk with one field that says something, among others that do not; False if it is not that."""
        try:
            (choice,) = payload["choices"]
            state = self.choices[choice["index"]]
            fields = {key: value for key, value in choice.items() if key not in _PLAIN_CHOICE}
            if (
                choice.get("finish_reason") is not None
                or choice.get("logprobs") is not None
                or payload.get("usage") is not None
                or not self.content
                or fields != self._choice_fields[state.index]
                or not self._known_keys.issuperset(payload)
                or self._vendor_of(payload) != self._vendor
            ):
                return False
            said = [item for item in choice["delta"].items() if not _says_nothing(*item)]
            if not said:
                return True
            ((key, text),) = said
        except (KeyError, TypeError, IndexError, AttributeError, ValueError):
            return False
        if not isinstance(text, str):
            return False
        if key == "content" and state.kind == "text":
            events.append(TextDelta(text, state.index, state.parts - 1))
        elif key in self._reasoning_keys and state.kind == "reasoning":
            events.append(ReasoningDelta(text, state.index, state.parts - 1))
        else:
            return False
        return True

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one chunk the general way."""
        if is_error(payload):
            self._receive_error_chunk(payload, events)
            return
        if not is_list(payload.get("choices")) and self._is_foreign(payload, events):
            return
        self._seen_chunk = True
        self.start(payload.get("id"), payload.get("model"), events)
        self._tell_usage(payload, events)
        self._tell_vendor_fields(payload, events)
        choices = payload.get("choices")
        if choices is not None and not is_list(choices):
            self.unmapped("choices", choices, events)
        for position, choice in enumerate(self.objects(choices, events)):
            if not self.ended:
                self._map_choice(choice, position, events)
        citations = as_list(payload.get("citations"))
        if citations and not self.ended:
            first = self.choices[min(self.choices)] if self.choices else Choice(0)
            for citation in citations:
                self._deltas.cite(first, citation, events)

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps an answer that was not streamed. Its closing bracket proves it complete: some give no finish reason."""
        super().receive_document(payload, events)
        choices = as_list(payload.get("choices"))
        self._answered = bool(choices) and all(is_object(as_object(choice).get("message")) for choice in choices)

    def receive_done(self, events: list[Event]) -> None:
        """`[DONE]`: the answer is complete, with or without a finish reason."""
        if self._seen_chunk:
            self.finish(events)
        else:
            self.fail(self.failure(FailureKind.EMPTY, "[DONE] came without any chunk before it"), events)

    @property
    def can_finish(self) -> bool:
        """True if every started choice has its finish reason, or the answer came as one document."""
        return self._answered or (bool(self.choices) and all(choice.finished for choice in self.choices.values()))

    def finish(self, events: list[Event], *, proper: bool = True) -> None:
        """Ends with `Finished`, after what was to be told at a finish reason that never came."""
        for state in self.choices.values():
            self._deltas.end_choice(state, events)
            self._calls.note_nameless(state, events)
        super().finish(events, proper=proper)

    def finish_choice(self, choice: Choice, reason: FinishReason, raw_reason: str, events: list[Event]) -> None:
        """As every provider; calls without a name are noted."""
        self._calls.note_nameless(choice, events)
        super().finish_choice(choice, reason, raw_reason, events)

    def objects(self, value: Any, events: list[Event]) -> list[dict[str, Any]]:
        """The objects of a list; null counts as absent there too, and all else as unknown."""
        found: list[dict[str, Any]] = []
        for item in as_list(value):
            if is_object(item):
                found.append(item)
            elif item is not None:
                self.unknown(item, events)
        return found

    def end(self, events: list[Event], raw: str | None = None, *, seen: bool = False) -> None:
        """A clean end after every finish reason is proof as well; gateways leave `[DONE]` out."""
        if not self.ended and self.can_finish and not self.whole:
            self.note(NoteCode.MISSING_TERMINATOR, "[DONE] never came", events)
        super().end(events, raw, seen=seen)

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usage` object with our meaning, by the dialect's rules."""
        return chat_usage(raw, self.dialect)

    def _receive_error_chunk(self, payload: dict[str, Any], events: list[Event]) -> None:
        # OpenRouter's last chunk holds choices beside the error: openrouter.ai/docs/api/reference/streaming.
        choices = self.objects(payload.get("choices"), events)
        if choices:
            self.start(payload.get("id"), payload.get("model"), events)
        if is_object(payload.get("usage")):
            self.count(payload["usage"], events)
        for position, choice in enumerate(choices):
            self._map_delta(choice, position, events)
        self.fail_with(payload, events)

    def _is_foreign(self, payload: dict[str, Any], events: list[Event]) -> bool:
        """True for a payload that is no chunk; fails if the stream begins so in another provider's schema."""
        speaks = "" if self.choices else foreign_schema(payload)
        if speaks not in ("", "openai-chat"):
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
            return True
        if not is_chunk(payload):
            self.unknown(payload, events)
            return True
        return False

    def _tell_usage(self, payload: dict[str, Any], events: list[Event]) -> None:
        groq = as_object(payload.get("x_groq"))
        said = [payload.get("usage"), groq.get("usage")]
        # Moonshot puts it into the choice.
        said += [as_object(choice).get("usage") for choice in as_list(payload.get("choices"))]
        for usage in said:
            if is_object(usage):
                self.count(usage, events)
                wrong = uncounted(usage)
                if wrong:
                    self.note_once(NoteCode.USAGE_NOT_A_NUMBER, wrong, events)
            elif usage is not None:
                self.unmapped("usage", usage, events)

    def _tell_vendor_fields(self, payload: dict[str, Any], events: list[Event]) -> None:
        fields = {key: value for key, value in payload.items() if key not in _OWN_KEYS}
        if payload.get("created") and not self._created:
            # Some servers give every chunk its own clock: only the first says when the response was created.
            self._created = True
            fields["created"] = payload["created"]
        if not is_list(payload.get("citations")):
            fields["citations"] = payload.get("citations")
        groq = payload.get("x_groq")
        if is_object(groq):
            groq = {key: value for key, value in groq.items() if key not in ("usage", "error")} or None
        fields["x_groq"] = groq
        if payload.get("model") and payload["model"] != self.model:
            # A router or a fallback: the first name stays the answer's.
            fields["model"] = payload["model"]
        self.describe(fields, events)
        # What may still come for the first time is compared with the chunk before like a vendor's field.
        settled = _SETTLED | {"created"} if self._created else _SETTLED
        # What Groq says of a chunk is never the same twice.
        self._known_keys = (settled | payload.keys()) - {"x_groq"}
        vendor_keys = [key for key in payload if key not in settled]
        self._vendor_of = fields_of(vendor_keys)
        self._vendor = self._vendor_of(payload)

    def _map_delta(self, choice: dict[str, Any], position: int, events: list[Event]) -> Choice:
        index = as_index(choice.get("index"))
        state = self.choice(position if index is None else index)
        delta = choice.get("delta")
        if not is_object(delta):
            if delta is not None:
                self.unmapped("delta", delta, events)
            # Servers that do not stream, or repeat all so far where the delta was, say `message`.
            delta = self.fields("message", choice, events)
            if delta and state.parts and not self.whole:
                delta = {}
        copy = choice.get("message")
        if is_object(copy) and copy is not delta:
            beside = {key: value for key, value in copy.items() if delta.get(key) != value}
            self.describe_rest(beside, DELTA_KEYS, events, ("choice", state.index), "message")
        if delta:
            self._deltas.map(state, delta, events)
            self._calls.map(state, delta, events)
        return state

    def _map_choice(self, choice: dict[str, Any], position: int, events: list[Event]) -> None:
        state = self._map_delta(choice, position, events)
        self._deltas.map_logprobs(state, choice.get("logprobs"), events)
        fields = {key: value for key, value in choice.items() if key not in _CHOICE_KEYS}
        self._choice_fields[state.index] = fields
        self.describe(fields, events, ("choice", state.index))
        reason = choice.get("finish_reason")
        if isinstance(reason, str):
            self._end_choice(state, reason, choice, events)
        elif reason is not None:
            self.unmapped("finish_reason", reason, events)

    def _end_choice(self, state: Choice, raw_reason: str, choice: dict[str, Any], events: list[Event]) -> None:
        if state.finished or not raw_reason:
            return
        word = self.dialect.finish_words.get(raw_reason) if self.dialect is not None else None
        kind = FAILING_WORDS.get(raw_reason.lower())
        if kind is not None or word == "error":
            message = f"The provider ended the answer with finish_reason {raw_reason!r}"
            raw = self.redactor.text(compact_json(choice))
            self.fail(self.failure(kind or FailureKind.PROVIDER, message, code=raw_reason, raw=raw), events)
            return
        reason = FinishReason(word) if word else FINISH_WORDS.get(raw_reason.lower(), FinishReason.OTHER)
        if reason is FinishReason.STOP and self._deltas.refused(state):
            reason = FinishReason.REFUSAL
        self._deltas.end_choice(state, events)
        self.finish_choice(state, reason, raw_reason, events)
