"""What the writers of all dialects share: who answers, the counts, how it ends, and what is lost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, get_args

import attrs

from ..dialects import DIALECTS
from ..events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    Malformed,
    MediaDelta,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    Raw,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from ..failures import Failure
from ..payload import as_count
from ..usage import Usage
from .finish_words import PLAIN_ENDS
from .lost import LostList
from .shapes import reads_as_object

__all__ = ["Writer", "WriterOptions"]


def _tag(kind: type) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("_")


_TAGS: Mapping[type, str] = MappingProxyType({kind: _tag(kind) for kind in get_args(Event)})
# Kinds of parts whose content has events of its own.
_SPOKEN = frozenset({"text", "reasoning", "tool_call", "refusal"})
# What a reader says of its reading, and what is told by other events.
_NOT_OF_THE_ANSWER = (Note, Raw)
# When the response was created: every dialect but two says it, and nobody misses it there.
_CLOCKS = frozenset({"created", "created_at"})
# What `Metadata` says of the place of its fields.
_PLACES = frozenset({"choice", "part", "tool_call"})


@attrs.frozen
class WriterOptions:
    """What a writer is made with."""

    provider: str
    """The provider or dialect name."""
    id: str | None = None
    created: int | None = None
    model: str | None = None
    usage: bool = True
    array: bool = False


class Writer(ABC):
    """One response in one provider's dialect: events in, text of the stream out. Subclasses write the dialect.

    `ended` is true once the closing text is out; nothing may be written then.
    """

    schema: ClassVar[str]
    """The provider whose schema it is."""
    media_type: str = "text/event-stream"
    """The Content-Type of the stream."""
    several_choices: ClassVar[bool] = False
    """True if the dialect has more than one choice."""
    should_retry: ClassVar[bool] = False
    """True if the vendor's clients heed the header `x-should-retry`."""
    said_fields: ClassVar[frozenset[str]] = frozenset()
    """The fields of `Metadata` that the dialect says if they are its own."""

    def __init__(self, options: WriterOptions) -> None:
        self.options = options
        self.id = options.id or ""
        self.model = options.model or ""
        self.created = options.created
        self.native = True
        """True while nothing says that the events come from another schema."""
        self.own_words = False
        """True once it is said that the events come from the same schema: finish words are the dialect's own."""
        self.ended = False
        self.usage: Usage | None = None
        self.reasons: dict[int, ChoiceFinished] = {}
        """The choices that have finished."""
        self.cut: set[int] = set()
        """Choices with a call that did not end properly and does not show it."""
        self.fields: dict[str, Any] = {}
        """The vendor's own fields that the dialect says."""
        self._open_calls: set[tuple[int, int]] = set()
        self._rare: set[tuple[int, int]] = set()
        self.lost = LostList()

    def write(self, event: Event) -> str:
        """The text that an event makes, `""` if there is none yet."""
        choice = getattr(event, "choice", 0)
        if choice and not self.several_choices:
            return self.lose(event, "choice", "the dialect has one choice only; it is choice 0")
        match event:
            case TextDelta():
                return self.text(event)
            case ToolCallDelta():
                return self.call_delta(event)
            case ReasoningDelta():
                return self.reasoning(event)
            case ToolCallStarted():
                self._open_calls.add((choice, event.index))
                return self.call_started(event)
            case ToolCallFinished():
                return self._start_late(event) + self.call_finished(event)
            case UsageUpdate():
                self.usage = event.usage
                return ""
            case PartFinished():
                said = self.part_finished(event)
                if not said and event.kind not in _SPOKEN and (event.choice, event.part) not in self._rare:
                    self.lose(event, event.kind, "a block or item that means something to its vendor only")
                return said
            case ResponseStarted():
                self._take_start(event)
                return self.response_started()
            case ChoiceFinished() | Finished() | Failed() | Heartbeat():
                return self._write_end(event)
            case _:
                return self._write_rare(event)

    # What a subclass provides.

    def response_started(self) -> str:
        """The response has begun."""
        return ""

    @abstractmethod
    def text(self, event: TextDelta) -> str:
        """A piece of text."""

    @abstractmethod
    def reasoning(self, event: ReasoningDelta) -> str:
        """A piece of reasoning."""

    def refusal(self, event: RefusalDelta) -> str:
        """A piece of a refusal."""
        self.lose(event, "refusal", "the dialect has no place for it; its words are said as text")
        return self.text(TextDelta(event.text, event.choice, event.part))

    @abstractmethod
    def call_started(self, event: ToolCallStarted) -> str:
        """A call begins."""

    @abstractmethod
    def call_delta(self, event: ToolCallDelta) -> str:
        """A piece of a call's arguments."""

    @abstractmethod
    def call_finished(self, event: ToolCallFinished) -> str:
        """A call has ended."""

    def server_tool(self, event: ServerToolUsed) -> str:
        """The provider ran a tool by itself."""
        return self.lose(event, event.kind, "the dialect has no place for tools that the provider runs")

    def media(self, event: MediaDelta) -> str:
        """A piece of media."""
        return self.lose(event, event.kind, "the dialect has no place for such media")

    def citation(self, event: Citation) -> str:
        """A source."""
        return self.lose(event, "payload", "the dialect has no place for a source in this shape")

    def logprobs(self, event: Logprobs) -> str:
        """Log probabilities."""
        return self.lose(event, "tokens", "the dialect has no place for log probabilities in this shape")

    def opaque(self, event: OpaqueState) -> str:
        """State that goes back with the next request."""
        whose = "the dialect has no place for it" if self.native else "another vendor's state means nothing here"
        return self.lose(event, event.kind, whose)

    def part_finished(self, event: PartFinished) -> str:  # noqa: ARG002 - most dialects close their parts themselves
        """A part has ended."""
        return ""

    def metadata(self, event: Metadata) -> str:
        """Vendor fields: those of the dialect's own that it says are kept, all others lost."""
        for name, value in event.payload.items():
            if self.native and name in self.said_fields:
                self.fields[name] = value
            elif name not in _PLACES and name not in _CLOCKS:
                self.lose(event, name, "a vendor's own field")
        return ""

    def choice_finished(self, event: ChoiceFinished) -> str:  # noqa: ARG002 - most dialects say it at the end
        """A choice has its finish reason."""
        return ""

    @abstractmethod
    def keep_alive(self) -> str:
        """What the dialect says when there is nothing to say."""

    @abstractmethod
    def finish(self, event: Finished) -> str:
        """The proof that the answer is complete."""

    @abstractmethod
    def fail(self, failure: Failure) -> str:
        """The error inside the stream."""

    @abstractmethod
    def error_body(self, failure: Failure) -> tuple[int, Any]:
        """The status and the JSON body of a response that is nothing but an error."""

    # What a subclass calls.

    def incomplete(self, call: ToolCallFinished, *, left_out: bool = False) -> None:
        """Lists a call that is not complete. Where nobody would see it, the choice will say that it was cut."""
        if left_out:
            self.lose(call, "arguments", "arguments are an object; a call that is not complete is left out")
        else:
            self.lose(call, "complete", "a call that is not complete shows by its arguments alone")
        if left_out or reads_as_object(call.arguments):
            self.cut.add(call.choice)

    def lose(self, event: Event, what: str, reason: str) -> str:
        """Lists what the dialect cannot say of an event; gives no text."""
        self.lost.add(_TAGS.get(type(event), ""), what, reason)
        return ""

    def lose_kind(self, kind: str, what: str, reason: str) -> None:
        """As `lose`, where there is no event at hand."""
        self.lost.add(kind, what, reason)

    def lose_counts(self, *names: str) -> None:
        """Lists the fields of the usage that are there and that the dialect does not have."""
        for name in names:
            if getattr(self.usage, name, None) is not None:
                self.lose_kind("usage_update", name, "the dialect has no such count")

    def reason(self, choice: int, finished: Finished) -> ChoiceFinished | None:
        """Why the choice ended: as it was told, else as the end says if no choice had a reason; None if nobody said."""
        told = self.reasons.get(choice)
        if told is None and not self.reasons and finished.reason is not FinishReason.UNKNOWN:
            told = ChoiceFinished(finished.reason, finished.raw_reason or "", choice)
        return None if told is None else self.as_cut(told)

    def as_cut(self, told: ChoiceFinished) -> ChoiceFinished:
        """The reason, or `length` in place of a plain end behind a call that is not complete and does not show it."""
        if told.choice not in self.cut or told.reason not in PLAIN_ENDS:
            return told
        self.lose(told, told.reason, "a call is not complete; the finish reason of a cut answer says so")
        return ChoiceFinished(FinishReason.LENGTH, "", told.choice)

    def _write_end(self, event: ChoiceFinished | Finished | Failed | Heartbeat) -> str:
        match event:
            case Heartbeat():
                return self.keep_alive()
            case ChoiceFinished():
                self.reasons.setdefault(event.choice, event)
                return self.choice_finished(event)
            case Finished():
                return self._finish(event)
            case _:
                return self._fail(event.error)

    def _finish(self, event: Finished) -> str:
        self.ended = True
        self.usage = event.usage or self.usage
        if event.damaged:
            self.lose(event, "damaged", "no dialect says that frames were lost on the way")
        return self.finish(event)

    def _start_late(self, call: ToolCallFinished) -> str:
        """What begins a call that comes whole with its end, as mocks write it."""
        if (call.choice, call.index) in self._open_calls:
            self._open_calls.discard((call.choice, call.index))
            return ""
        started = ToolCallStarted(call.index, call.id, call.name, call.kind, call.choice, call.part, call.item_id)
        delta = ToolCallDelta(call.index, call.arguments, call.choice, call.part)
        return self.call_started(started) + (self.call_delta(delta) if call.arguments else "")

    def _fail(self, failure: Failure) -> str:
        self.ended = True
        if failure.code is not None and not self.native:
            self.lose_kind("failed", "code", "the dialect's own word for such a failure stands in its place")
        return self.fail(failure)

    def _take_start(self, event: ResponseStarted) -> None:
        self.id = self.id or event.id
        self.model = self.model or event.model
        said = event.provider
        self.own_words = said == self.schema or (self.schema == "openai-chat" and said in DIALECTS)
        self.native = self.own_words or not said

    def _write_rare(self, event: Event) -> str:
        if isinstance(event, ServerToolUsed | MediaDelta | OpaqueState):
            self._rare.add((event.choice, event.part))
        match event:
            case RefusalDelta():
                return self.refusal(event)
            case ServerToolUsed():
                return self.server_tool(event)
            case MediaDelta():
                return self.media(event)
            case Citation():
                return self.citation(event)
            case Logprobs():
                return self.logprobs(event)
            case OpaqueState():
                return self.opaque(event)
            case Metadata():
                self._take_created(event)
                return self.metadata(event)
            case Malformed():
                return self.lose(event, "raw", "bytes that could not be read")
            case Unknown():
                return self.lose(event, "payload", "nobody knows what it means")
            case _:
                if not isinstance(event, _NOT_OF_THE_ANSWER):
                    self.lose(event, "all", "no event of a response")
                return ""

    def _take_created(self, event: Metadata) -> None:
        if self.created is None:
            self.created = as_count(event.payload.get("created", event.payload.get("created_at")))
