"""Text completions: the schemas of the models that Bedrock began with, and of DeepSeek-R1.

Each vendor's page below docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html names the fields; an object
of a stream and a whole answer differ in a few names only.
"""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from ...events import Event, FinishReason, TextDelta
from ...notes import NoteCode
from ...payload import as_count, as_list, as_object, as_text, compact_json, is_list
from ...usage import Usage
from ..base import Choice, Provider
from .metrics import ACTION, METRICS, with_metrics
from .words import FAILING_WORDS, STOP_WORDS

__all__ = ["TextCompletions", "is_completion"]

_LISTS = ("outputs", "results", "generations", "completions", "choices")
_FIELDS = ("generation", "outputText", "completion", *_LISTS)
_LONGEST_DETAIL = 1_000
# Counts, by vendor: of the prompt, of the answer.
_PROMPT_COUNTS = ("prompt_token_count", "inputTextTokenCount", "prompt_tokens")
_OUTPUT_COUNTS = ("generation_token_count", "totalOutputTextTokenCount", "tokenCount", "completion_tokens")
_COUNTS = frozenset({*_PROMPT_COUNTS, *_OUTPUT_COUNTS, METRICS})
_INDEX_AND_WORDS = frozenset({"index", "id", "text", "finish_reason", "stop_reason", "completionReason"})
_OWN_KEYS = _COUNTS | _INDEX_AND_WORDS | {*_FIELDS, "is_finished", "model", "object", "type", "usage", "p"}
_PIECE_KEYS = _COUNTS | _INDEX_AND_WORDS | {"outputText", "data", "finishReason"}


def is_completion(payload: dict[str, Any]) -> bool:
    """True if the payload is a text completion, or a piece of one."""
    if "choices" in payload:
        choices = [as_object(choice) for choice in as_list(payload["choices"])]
        # Together says `text` beside the delta of a chat.
        return any("text" in choice and choice.keys().isdisjoint({"delta", "message"}) for choice in choices)
    return "is_finished" in payload or any(field in payload for field in _FIELDS)


@attrs.frozen
class _Piece:
    index: int | None
    """None speaks of every choice."""
    text: Any
    reason: Any
    vendor: dict[str, Any] = attrs.field(factory=dict[str, Any])


class TextCompletions(Provider):
    """One text completion. Proved complete by a stop word for every choice, and a clean end."""

    proof: ClassVar[str] = "a stop word for every choice"

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one object."""
        if not is_completion(payload):
            self._receive_other(payload, events)
            return
        self.start(payload.get("id"), payload.get("model"), events)
        self.describe({key: value for key, value in payload.items() if key not in _OWN_KEYS}, events)
        pieces = _pieces(payload)
        self._count(payload, events)
        for piece in pieces:
            if not self.ended:
                self._map_piece(piece, events)

    @property
    def can_finish(self) -> bool:
        """True if every choice has its stop word."""
        return bool(self.choices) and all(choice.finished for choice in self.choices.values())

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The vendor's counts, and Bedrock's where the vendor has none."""
        prompt, output = _first_count(raw, _PROMPT_COUNTS), _first_count(raw, _OUTPUT_COUNTS)
        total = prompt + output if prompt is not None and output is not None else None
        usage = Usage(prompt, output, None, None, None, total, None, raw)
        completed = with_metrics(usage, as_object(raw.get(METRICS)))
        return usage if completed is None else attrs.evolve(completed, raw=raw)

    def _receive_other(self, payload: dict[str, Any], events: list[Event]) -> None:
        if payload.get("error") or as_text(payload.get("message")):
            self.fail_with(payload, events)
            return
        self._count(payload, events)
        rest = {key: value for key, value in payload.items() if key not in (METRICS, "p")}
        if rest.keys() - {ACTION, "amazon-bedrock-trace"}:
            self.unknown(payload, events)
        else:
            self.describe(rest, events)

    def _count(self, payload: dict[str, Any], events: list[Event]) -> None:
        counts = {key: value for key, value in payload.items() if key in _COUNTS}
        counts |= as_object(payload.get("usage"))
        results = as_list(payload.get("results"))
        outputs = [as_count(as_object(result).get("tokenCount")) for result in results]
        if any(outputs):
            counts["tokenCount"] = sum(count or 0 for count in outputs)
        main = {key: counts.get(key) for key in (*_PROMPT_COUNTS, *_OUTPUT_COUNTS)}
        wrong = [key for key, count in main.items() if count is not None and as_count(count) is None]
        self.count(counts, events)
        if wrong:
            self.note_once(NoteCode.USAGE_NOT_A_NUMBER, ", ".join(wrong), events)
        metrics = as_object(payload.get(METRICS))
        if metrics:
            self.describe({METRICS: metrics}, events)

    def _map_piece(self, piece: _Piece, events: list[Event]) -> None:
        choice = self.choice(piece.index or 0)
        if piece.vendor:
            self.describe(piece.vendor, events, ("choice", choice.index))
        text, reason = self._text("text", piece.text, events), self._text("stop word", piece.reason, events)
        if text:
            if choice.finished:
                self.note_once(NoteCode.CONTENT_AFTER_FINISH, f"choice {choice.index}", events)
            self.say(TextDelta(text, choice.index, choice.part("text")), events)
        ended = list(self.choices.values()) if piece.index is None else [choice]
        for choice in ended if reason else []:
            if not self.ended:
                self._end_choice(choice, reason, events)

    def _text(self, name: str, value: Any, events: list[Event]) -> str:
        if value is not None and not isinstance(value, str):
            self.note(NoteCode.UNMAPPED_SHAPE, f"{name}: {compact_json(value)[:_LONGEST_DETAIL]}", events)
        return as_text(value)

    def _end_choice(self, choice: Choice, word: str, events: list[Event]) -> None:
        kind = FAILING_WORDS.get(word)
        if kind is None:
            self.finish_choice(choice, STOP_WORDS.get(word, FinishReason.OTHER), word, events)
        elif not choice.finished:
            message = f"The provider ended the answer with {word!r}"
            self.fail(self.failure(kind, message, code=word), events)


def _pieces(payload: dict[str, Any]) -> list[_Piece]:
    """What the payload says of each choice."""
    for field in _LISTS:
        if is_list(payload.get(field)):
            return [_listed(position, as_object(item)) for position, item in enumerate(payload[field])]
    for field in ("generation", "completion"):
        if field in payload:
            return [_Piece(0, payload[field], payload.get("stop_reason"))]
    index = _index(payload)
    if "outputText" in payload:
        reason = payload.get("completionReason")
        if not reason and payload.get(ACTION) == "INTERVENED" and payload.get("totalOutputTextTokenCount") is not None:
            # A blocked prompt: the guardrail's own text in one object, which has the total and no reason.
            reason = "INTERVENED"
        return [_Piece(index or 0, payload["outputText"], reason)]
    # Cohere Command: the last object of several generations has no index.
    return [_Piece(index, payload.get("text"), payload.get("finish_reason"))]


def _listed(position: int, item: dict[str, Any]) -> _Piece:
    """One entry of a list of outputs (Mistral), results (Titan), generations (Cohere), completions (AI21), choices."""
    index = _index(item)
    ai21 = as_object(item.get("finishReason")).get("reason")
    return _Piece(
        position if index is None else index,
        _first(item.get("text"), item.get("outputText"), as_object(item.get("data")).get("text")),
        _first(item.get("stop_reason"), item.get("finish_reason"), item.get("completionReason"), ai21),
        {key: value for key, value in item.items() if key not in _PIECE_KEYS},
    )


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _index(fields: dict[str, Any]) -> int | None:
    return as_count(fields.get("index"))


def _first_count(raw: dict[str, Any], names: tuple[str, ...]) -> int | None:
    counts = [as_count(raw.get(name)) for name in names]
    return next((count for count in counts if count is not None), None)
