"""streamGenerateContent chunks to events (ai.google.dev/api/generate-content#GenerateContentResponse)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...events import (
    Event,
    FinishReason,
    Logprobs,
    MediaDelta,
    OpaqueState,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallStarted,
    UsageUpdate,
    _ReasoningDelta,
    _TextDelta,
    _UsageUpdate,
)
from ...failures import Failure, FailureKind
from ...foreign import foreign_schema
from ...notes import NoteCode
from ...payload import as_list, as_object, as_text, compact_json, fields_of, is_list, is_object
from ...usage import Usage
from ..base import Provider, ProviderOptions
from .candidate import Candidate
from .parts import PartMapper
from .sources import Sources
from .usage import GrowingCounts, are_plain, gemini_usage, plain_usage, uncounted
from .words import block_word, failure_kind, finish_reason, finish_word

__all__ = ["Gemini"]

_STANDARD = frozenset({"candidates", "usageMetadata", "modelVersion", "responseId"})
_OWN_KEYS = _STANDARD | {"error"}
_KNOWN_KEYS = _OWN_KEYS | {"promptFeedback", "createTime", "modelStatus"}
_CANDIDATE_KEYS = frozenset(
    {
        "index",
        "content",
        "finishReason",
        "continuationToken",
        "logprobsResult",
        "citationMetadata",
        "groundingMetadata",
        "groundingAttributions",
    }
)
_CONTENT = (TextDelta, ReasoningDelta, ToolCallStarted, ServerToolUsed, MediaDelta)
_LONGEST_DETAIL = 1000
# A chunk gives three records, and filling their slots takes two thirds of the time of their `__init__`.
_empty = object.__new__


class Gemini(Provider):
    """One generateContent response, in the API's camelCase JSON.

    No chunk says that it is the last: a clean end after a finish reason on every candidate proves the answer complete.
    Old models send STOP with every chunk (github.com/BerriAI/litellm/issues/2195), so finish reasons are told at the
    end, and any other word counts before STOP.
    """

    proof: ClassVar[str] = "a finishReason on every candidate"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._candidates: dict[int, Candidate] = {}
        self._unfinished = 0
        self._parts = PartMapper(self)
        self._sources = Sources(self)
        self._known_keys: frozenset[str] = frozenset()
        self._vendor_of: Callable[[dict[str, Any]], Any] | None = None
        self._vendor: Any = None
        self._counted: Any = None
        self._plain_counts = True
        self._growing: GrowingCounts | None = None
        self._vertex = False
        self._block: dict[str, Any] = {}
        self._failed: tuple[FailureKind, str, str] | None = None
        self._settled = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one chunk; one that says nothing new but its part and its counts takes the quick way."""
        # Any: the class swap is explained at the classes.
        event: Any = None
        usual: Candidate | None = None
        part: Any = None
        try:
            (candidate,) = payload["candidates"]
            content = candidate["content"]
            (part,) = content["parts"]
            index = candidate["index"] if len(candidate) == 2 else 0
            state = self._candidates[index]
            if (
                type(index) is int
                and not state.word
                and content["role"] == "model"
                and len(content) == 2
                and len(candidate) <= 2
                and self._known_keys.issuperset(payload)
                and (self._vendor_of is None or self._vendor_of(payload) == self._vendor)
            ):
                usual = state
                text = part["text"]
                spoken = type(text) is str and text
                if spoken and len(part) == 1 and state.kind == "text":
                    event = _empty(_TextDelta)
                    event.text, event.choice, event.part = text, index, state.parts - 1
                    event.__class__ = TextDelta
                elif spoken and len(part) == 2 and part["thought"] is True and state.kind == "reasoning":
                    event = _empty(_ReasoningDelta)
                    event.text, event.choice, event.part = text, index, state.parts - 1
                    event.kind, event.in_band = "summary", False
                    event.__class__ = ReasoningDelta
                if event is not None:
                    said = payload.get("usageMetadata")
                    news = None
                    if said is not None:
                        if self._growing is not None:
                            news = self._growing.grow(said)
                        if news is None and said != self._counted:
                            news = self._other_usage(said)
                    events.append(event)
                    if news is not None:
                        self._counted, self.usage, self.usage_raw = said, news, news.raw
                        event = _empty(_UsageUpdate)
                        event.usage = news
                        event.__class__ = UsageUpdate
                        events.append(event)
                    return
        except (KeyError, TypeError, ValueError, AttributeError):
            # A missing or odd field: the general way sorts it out.
            pass
        if usual is None or usual.streamed is not None or part.__class__ is not dict:
            self.receive_any(payload, events)
        else:
            self._parts.map(usual, part, events)
            self._tell_usage(payload, events)

    def _other_usage(self, said: dict[str, Any]) -> Usage:
        """The new usage where other counts changed too; raises ValueError for what needs the general way."""
        usage = plain_usage(self.usage_raw, said) if self._plain_counts else None
        if usage is None or usage.raw == self.usage_raw:
            raise ValueError("the general way counts this")
        self._growing = GrowingCounts(usage)
        return usage

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one chunk the general way, which is also the reference for the plain one."""
        if _is_error(payload):
            self._tell_usage(payload, events)
            self.fail_with(payload, events)
            return
        response = payload.get("response")
        if is_object(response) and "candidates" not in payload:
            # Code Assist (cloudcode-pa.googleapis.com) puts every chunk into an envelope.
            self.describe({key: value for key, value in payload.items() if key != "response"}, events)
            self.receive(response, events)
            return
        if not payload.keys() & _KNOWN_KEYS:
            if payload:
                self._receive_foreign(payload, events)
            return
        self.start(payload.get("responseId"), payload.get("modelVersion"), events)
        self._vertex = (
            self._vertex
            or "createTime" in payload
            or "trafficType" in self.usage_raw
            or "trafficType" in as_object(payload.get("usageMetadata"))
        )
        self._tell_vendor_fields(payload, events)
        before = len(events)
        taken: set[int] = set()
        candidates = payload.get("candidates")
        for position, candidate in enumerate(as_list(candidates)):
            if is_object(candidate):
                index = candidate.get("index")
                if type(index) is not int:
                    # A zero is left out of protobuf's JSON.
                    index = position if 0 in taken else 0
                taken.add(index)
                self._map_candidate(self.choice(index), candidate, events)
            elif candidate is not None:
                self.note_shape("candidate", candidate, events)
        if candidates is not None and not is_list(candidates):
            self.note_shape("candidates", candidates, events)
        if self._block and "promptFeedback" not in payload and _holds_content(events[before:]):
            # The answer goes on: the block was not its end.
            self._block = {}
        self._tell_usage(payload, events)
        if self._failed is not None:
            kind, word, message = self._failed
            self.fail(self.failure(kind, message, code=word), events)

    def choice(self, index: int) -> Candidate:
        """The candidate of that number, begun if it is new."""
        found = self._candidates.get(index)
        if found is None:
            found = self._candidates[index] = Candidate(index)
            self.choices[index] = found
            self._unfinished += 1
        return found

    @property
    def can_finish(self) -> bool:
        """True if every started candidate has a finish reason."""
        return bool(self._candidates) and not self._unfinished

    def end(self, events: list[Event], raw: str | None = None, *, seen: bool = False) -> None:
        """A clean end proves what the last chunks said, a blocked prompt among it."""
        if not self.ended and self._is_blocked:
            self._fail_blocked(events)
        super().end(events, raw, seen=seen)

    def abort(self, failure: Failure, events: list[Event]) -> None:
        """The body ended badly.

        A finish reason alone does not prove that it was the last chunk; one with the tokens of the answer does.
        """
        if self.ended:
            return
        if self._is_blocked:
            self.note(NoteCode.UNCLEAN_END, failure.message, events)
            self._fail_blocked(events)
        elif self.can_finish and not self._settled:
            self.fail(failure, events)
        else:
            super().abort(failure, events)

    def finish(self, events: list[Event], *, proper: bool = True) -> None:
        """Closes the parts that are open, tells every finish reason, and ends."""
        for state in self._candidates.values():
            self._parts.calls.abandon(state, events)
            self._parts.end(state, events)
            self.finish_choice(state, finish_reason(state.word), state.word, events)
        super().finish(events, proper=proper)

    def fail(self, failure: Failure, events: list[Event]) -> None:
        """Lets go of the parts that have come whole, and ends."""
        for state in self._candidates.values():
            self._parts.let_go(state, events)
        super().fail(failure, events)

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usageMetadata` with our meaning."""
        return gemini_usage(raw)

    def note_shape(self, name: str, value: Any, events: list[Event]) -> None:
        """Notes a field whose value is of another kind than the API's."""
        self.note(NoteCode.UNMAPPED_SHAPE, f"{name}: {compact_json(value)[:_LONGEST_DETAIL]}", events)

    @property
    def _is_blocked(self) -> bool:
        # A block reason says that the prompt was blocked (ai.google.dev/api/generate-content#PromptFeedback): what was
        # said before the verdict does not change why nothing more comes.
        return bool(self._block) and not self.can_finish

    def _fail_blocked(self, events: list[Event]) -> None:
        word = block_word(self._block.get("blockReason"))
        said = as_text(self._block.get("blockReasonMessage"))
        message = f"The prompt was blocked: {word}{f' ({said})' if said else ''}"
        self.fail(self.failure(FailureKind.CONTENT_FILTER, message, code=word, raw=compact_json(self._block)), events)

    def _map_candidate(self, state: Candidate, candidate: dict[str, Any], events: list[Event]) -> None:
        if state.streamed is not None:
            state.streamed.goes_on = False
        content = candidate.get("content")
        if is_object(content):
            self._map_content(state, content, events)
        elif content is not None:
            self.note_shape("content", content, events)
        self._tell_logprobs(state, candidate.get("logprobsResult"), events)
        fields = self._sources.tell(state, candidate, events)
        fields |= {key: value for key, value in candidate.items() if key not in _CANDIDATE_KEYS}
        self.describe(fields, events, ("choice", state.index))
        token = self.text("continuationToken", candidate.get("continuationToken"), events)
        if token and token != state.token:
            state.token = token
            self.tell(OpaqueState("continuation", token, None, state.index, max(state.parts - 1, 0)), events)
        self._take_word(state, candidate, events)

    def _map_content(self, state: Candidate, content: dict[str, Any], events: list[Event]) -> None:
        parts = content.get("parts")
        before = len(events)
        for part in as_list(parts):
            self._parts.map(state, part, events)
        if parts is not None and not is_list(parts):
            self.note_shape("parts", parts, events)
        if state.word and _holds_content(events[before:]):
            self.note_once(NoteCode.CONTENT_AFTER_FINISH, f"choice {state.index}", events)
        rest = {key: value for key, value in content.items() if key not in ("parts", "role")}
        if content.get("role") not in (None, "model"):
            rest["role"] = content["role"]
        if rest:
            self.describe({"content": rest}, events, ("choice", state.index))

    def _take_word(self, state: Candidate, candidate: dict[str, Any], events: list[Event]) -> None:
        said = candidate.get("finishReason")
        word = finish_word(said, vertex=self._vertex)
        if not word:
            if said is not None and not isinstance(said, str | int):
                self.note_shape("finishReason", said, events)
            return
        kind = failure_kind(word)
        if kind is not None:
            message = as_text(candidate.get("finishMessage")) or f"The model's output was refused with {word}"
            self._failed = self._failed or (kind, word, message)
        self._unfinished -= not state.word
        if not state.word or finish_reason(word) is not FinishReason.STOP:
            state.word = word
        if state.streamed is not None and not state.streamed.goes_on and finish_reason(word) is FinishReason.STOP:
            # No more pieces are announced.
            self._parts.calls.end(state, events)

    def _tell_logprobs(self, state: Candidate, result: Any, events: list[Event]) -> None:
        if not is_object(result):
            self.describe({"logprobsResult": result}, events, ("choice", state.index))
            return
        chosen, top = as_list(result.get("chosenCandidates")), as_list(result.get("topCandidates"))
        tokens = [
            {**token, **({"topCandidates": as_object(top[i]).get("candidates")} if i < len(top) else {})}
            if is_object(token)
            else token
            for i, token in enumerate(chosen)
        ]
        if tokens:
            self.tell(Logprobs(tokens, state.index, max(state.parts - 1, 0)), events)
        rest = {
            key: value
            for key, value in result.items()
            if not (key == "chosenCandidates" and is_list(value)) and not (key == "topCandidates" and chosen)
        }
        if rest:
            self.describe({"logprobsResult": rest}, events, ("choice", state.index))

    def _tell_usage(self, payload: dict[str, Any], events: list[Event]) -> None:
        said = payload.get("usageMetadata")
        if is_object(said) and self._growing is not None and (news := self._growing.grow(said)) is not None:
            self._counted, self.usage, self.usage_raw = said, news, news.raw
            self.tell(UsageUpdate(news), events)
        elif is_object(said):
            # The raw counts of the quick way belong to the event that told them.
            before, self.usage_raw = self.usage_raw, self.usage_raw.copy()
            self.count(said, events)
            self._counted = said
            self._plain_counts = are_plain(self.usage_raw)
            self._growing = GrowingCounts(self.usage) if self.usage and self._plain_counts else None
            wrong = "" if are_plain(said) else uncounted(said, before)
            if wrong:
                self.note_once(NoteCode.USAGE_NOT_A_NUMBER, wrong, events)
        elif said is not None:
            self.note_shape("usageMetadata", said, events)
        self._settled = self.can_finish and self.usage is not None and self.usage.output_tokens is not None

    def _tell_vendor_fields(self, payload: dict[str, Any], events: list[Event]) -> None:
        feedback = as_object(payload.get("promptFeedback"))
        if block_word(feedback.get("blockReason")):
            self._block = feedback
        fields = {key: value for key, value in payload.items() if key not in _OWN_KEYS}
        self.describe(fields, events)
        # The first id and model, every error, and what may lift a block take the general way.
        general = {key for key, known in (("responseId", self.id), ("modelVersion", self.model)) if not known}
        if self._block:
            general |= {"candidates"}
        self._known_keys = (_STANDARD | payload.keys()) - general - {"error"}
        self._vendor_of = fields_of(fields) if fields else None
        self._vendor = self._vendor_of(payload) if self._vendor_of else None

    def _receive_foreign(self, payload: dict[str, Any], events: list[Event]) -> None:
        speaks = foreign_schema(payload)
        if isinstance(payload.get("event_type"), str):
            speaks = "gemini-interactions"
        if speaks:
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
        else:
            self.unknown(payload, events)


def _holds_content(events: list[Event]) -> bool:
    return any(isinstance(event, _CONTENT) for event in events)


def _is_error(payload: dict[str, Any]) -> bool:
    if payload.get("error"):
        return True
    flat = isinstance(payload.get("message"), str) and ("status" in payload or "code" in payload)
    return flat and "candidates" not in payload
