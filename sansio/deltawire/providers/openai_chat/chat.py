"""Chat Completions chunks to events (OpenAI API reference, "The chat completion chunk object")."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, ClassVar

from ...dialects import DIALECTS, Dialect
from ...events import (
    Event,
    FinishReason,
    Logprobs,
    ReasoningDelta,
    TextDelta,
    _ReasoningDelta,
    _TextDelta,
)
from ...failures import FailureKind
from ...notes import NoteCode
from ...payload import as_list, as_object, as_text, is_list, is_object
from ...usage import Usage
from ..base import Choice, Provider, ProviderOptions
from .delta import DeltaMapper
from .usage import chat_usage, uncounted
from .words import FAILING_WORDS, FINISH_WORDS

__all__ = ["OpenAIChat"]

# `obfuscation` (OpenAI) and `p` (Mistral) are random padding against guessing texts from packet sizes.
_STANDARD = frozenset({"id", "object", "model", "choices", "usage", "obfuscation", "p"})
_PLAIN_CHOICE = frozenset({"index", "delta", "finish_reason", "logprobs"})
_OWN_KEYS = _STANDARD | {"created", "error", "x_groq", "citations"}
_CHOICE_KEYS = _PLAIN_CHOICE | {"message", "usage"}
# What comes in chunks without choices: totals, filters, progress, sources and the server's own news.
_CHOICELESS_KEYS = frozenset(
    {
        "choices",
        "usage",
        "citations",
        "images",
        "metrics",
        "moderation",
        "nvext",
        "obfuscation",
        "prompt_filter_results",
        "prompt_progress",
        "prompt_token_ids",
        "provider",
        "search_results",
        "service_tier",
        "stats",
        "status",
        "system_fingerprint",
        "time_info",
        "timings",
        "x_groq",
    }
)
_FOREIGN = (("candidates", "gemini"), ("responseId", "gemini"), ("done", "ollama"))


def _nothing(_payload: dict[str, Any]) -> None:
    """Stands for the vendor fields of chunks that have none."""


class OpenAIChat(Provider):
    """One Chat Completions response.

    `receive` has two ways. The plain one takes what almost every chunk is: one choice, one live delta key, all else as
    in the chunk before. Everything else takes the general way, which is also the reference for the plain one.
    """

    proof: ClassVar[str] = "[DONE] or a finish_reason on every choice"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self.dialect: Dialect | None = DIALECTS.get(options.name)
        self._deltas = DeltaMapper(self)
        self._seen_payload = False
        self._known_keys: frozenset[str] = frozenset()
        self._vendor_of: Callable[[dict[str, Any]], Any] = _nothing
        self._vendor: Any = None
        repeats = self.dialect is not None and self.dialect.repeats_placeholder_reasoning
        self._reasoning_keys = () if repeats else ("reasoning_content", "reasoning")

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one chunk."""
        # Any: the class swap is explained at the classes.
        event: Any
        try:
            choices = payload["choices"]
            choice = choices[0]
            ((key, text),) = choice["delta"].items()
            state = self.choices[choice["index"]]
            if (
                len(choices) == 1
                and choice.get("finish_reason") is None
                and choice.get("logprobs") is None
                and payload.get("usage") is None
                and not state.finished
                and _PLAIN_CHOICE.issuperset(choice)
                and self._known_keys.issuperset(payload)
                and self._vendor_of(payload) == self._vendor
            ):
                if key == "content" and state.kind == "text" and type(text) is str and text:
                    event = _TextDelta(text, state.index, state.parts - 1)
                    event.__class__ = TextDelta
                    events.append(event)
                    return
                if key == "tool_calls":
                    (entry,) = text
                    ((key, text),) = entry["function"].items()
                    call = self._deltas.slots[state.index].by_index[entry["index"]]
                    if key == "arguments" and len(entry) == 2 and type(text) is str and call.started:
                        self.calls.append(call, text, events)
                        return
                elif key in self._reasoning_keys and state.kind == "reasoning" and type(text) is str and text:
                    event = _ReasoningDelta(text, state.index, state.parts - 1)
                    event.__class__ = ReasoningDelta
                    events.append(event)
                    return
        except (KeyError, TypeError, IndexError, AttributeError, ValueError):
            # A missing or odd field: the general way sorts it out.
            pass
        self.receive_any(payload, events)

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one chunk the general way."""
        self._seen_payload = True
        if self._is_error(payload):
            if is_object(payload.get("usage")):
                self.count(payload["usage"], events)
            self.fail_with(payload, events)
            return
        if not is_list(payload.get("choices")) and self._is_foreign(payload, events):
            return
        self.start(payload.get("id"), payload.get("model"), events)
        self._tell_usage(payload, events)
        self._tell_vendor_fields(payload, events)
        for position, choice in enumerate(as_list(payload.get("choices"))):
            if is_object(choice) and not self.ended:
                self._map_choice(choice, position, events)
        for citation in as_list(payload.get("citations")):
            self._deltas.cite(self.choice(0), citation, events)

    def receive_done(self, events: list[Event]) -> None:
        """`[DONE]`: the answer is complete, with or without a finish reason."""
        if self._seen_payload:
            self.finish(events)
        else:
            self.fail(self.failure(FailureKind.EMPTY, "The stream holds nothing but [DONE]"), events)

    @property
    def can_finish(self) -> bool:
        """True if every started choice has its finish reason."""
        return bool(self.choices) and all(choice.finished for choice in self.choices.values())

    def end(self, events: list[Event], raw: str | None = None, *, seen: bool = False) -> None:
        """A clean end after every finish reason is proof as well; gateways leave `[DONE]` out."""
        if not self.ended and self.can_finish and not self.whole:
            self.note(NoteCode.MISSING_TERMINATOR, "[DONE] never came", events)
        super().end(events, raw, seen=seen)

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usage` object with our meaning, by the dialect's rules."""
        return chat_usage(raw, self.dialect)

    def _is_error(self, payload: dict[str, Any]) -> bool:
        # `"error": null` on healthy chunks: github.com/microsoft/foundry-local/issues/221.
        if payload.get("error") or payload.get("object") == "error" or as_object(payload.get("x_groq")).get("error"):
            return True
        if "choices" in payload:
            return False
        flat = isinstance(payload.get("message"), str) and ("code" in payload or "type" in payload)
        return flat or bool(payload.get("error_code"))

    def _is_foreign(self, payload: dict[str, Any], events: list[Event]) -> bool:
        kind = as_text(payload.get("type"))
        speaks = "openai-responses" if kind.startswith("response.") else "anthropic" if kind == "message_start" else ""
        speaks = speaks or next((name for key, name in _FOREIGN if key in payload), "")
        if speaks:
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
        elif not as_text(payload.get("object")).startswith("chat.") and not payload.keys() & _CHOICELESS_KEYS:
            self.unknown(payload, events)
            return True
        return bool(speaks)

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

    @staticmethod
    def _vendor_fields(payload: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in payload.items() if key not in _OWN_KEYS}

    def _tell_vendor_fields(self, payload: dict[str, Any], events: list[Event]) -> None:
        fields = self._vendor_fields(payload)
        if "created" in payload and not self._known_keys:
            # Some servers give every chunk its own clock: only the first says when the response was created.
            fields["created"] = payload["created"]
        groq = as_object(payload.get("x_groq"))
        if groq:
            fields["x_groq"] = {key: value for key, value in groq.items() if key not in ("usage", "error")} or None
        self.describe(fields, events)
        self._known_keys = _STANDARD | payload.keys() | {"created"}
        vendor_keys = [key for key in payload if key not in _STANDARD and key != "created"]
        self._vendor_of = itemgetter(*vendor_keys) if vendor_keys else _nothing
        self._vendor = self._vendor_of(payload)

    def _map_choice(self, choice: dict[str, Any], position: int, events: list[Event]) -> None:
        index = choice.get("index")
        state = self.choice(index if isinstance(index, int) else position)
        delta = choice.get("delta")
        if not is_object(delta):
            # Servers that do not stream, or repeat all so far beside an empty delta, say `message`.
            delta = as_object(choice.get("message"))
            if delta and state.parts and not self.whole:
                delta = {}
        if delta:
            self._deltas.map(state, delta, events)
        self._tell_logprobs(state, choice.get("logprobs"), events)
        self.describe(
            {key: value for key, value in choice.items() if key not in _CHOICE_KEYS}, events, ("choice", state.index)
        )
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._end_choice(state, reason, events)

    def _end_choice(self, state: Choice, raw_reason: str, events: list[Event]) -> None:
        if state.finished:
            return
        word = self.dialect.finish_words.get(raw_reason) if self.dialect is not None else None
        kind = FAILING_WORDS.get(raw_reason)
        if kind is not None or word == "error":
            message = f"The provider ended the answer with finish_reason {raw_reason!r}"
            self.fail(self.failure(kind or FailureKind.PROVIDER, message, code=raw_reason), events)
            return
        reason = FinishReason(word) if word else FINISH_WORDS.get(raw_reason, FinishReason.OTHER)
        if reason is FinishReason.STOP and self._deltas.refused(state):
            reason = FinishReason.REFUSAL
        self._deltas.end_choice(state, events)
        self.finish_choice(state, reason, raw_reason, events)

    def _tell_logprobs(self, state: Choice, logprobs: Any, events: list[Event]) -> None:
        if not is_object(logprobs):
            return
        known = False
        for name in ("content", "refusal", "reasoning_content"):
            known |= name in logprobs
            tokens = as_list(logprobs.get(name))
            if tokens:
                self.tell(Logprobs(tokens, state.index, max(state.parts - 1, 0)), events)
        if not known and logprobs:
            # Older servers send parallel arrays (`tokens`, `token_logprobs`) in place of a list.
            self.tell(Logprobs([logprobs], state.index, max(state.parts - 1, 0)), events)
