"""What every provider's schema shares: how an answer begins, what it holds, and how it ends."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from ..error_body import error_failure
from ..events import (
    ChoiceFinished,
    Event,
    Failed,
    Finished,
    FinishReason,
    Metadata,
    Note,
    ResponseStarted,
    Unknown,
    UsageUpdate,
)
from ..failures import Failure, FailureKind
from ..limits import Limits
from ..notes import NoteCode
from ..payload import as_object, as_text, compact_json, is_object
from ..redaction import Redactor
from ..surrogates import replace_surrogates
from ..tool_calls import ToolCalls
from ..usage import Usage, merge_counts

__all__ = ["Choice", "Provider", "ProviderOptions"]

_LONGEST_DETAIL = 1000


@attrs.frozen
class ProviderOptions:
    """What a provider's parser is made with."""

    name: str
    """The provider or dialect name that the caller asked for."""
    limits: Limits = attrs.field(factory=Limits)
    """The limits of the response."""
    id_prefix: str | None = None
    """Begins the ids of calls that the server gave none."""
    redactor: Redactor = attrs.field(factory=Redactor)
    """Hides the caller's secrets in what is reported."""
    schemas: tuple[tuple[str, type[Provider]], ...] = ()
    """For a transport that carries the answers of several vendors: their schemas by name."""


@attrs.define(eq=False)
class Choice:
    """One of the alternative answers, as far as it has come."""

    index: int
    """The provider's number of it."""
    parts: int = 0
    """How many parts have begun."""
    kind: str = ""
    """The kind of the part that goes on now, for schemas whose parts have no numbers of their own."""
    reason: FinishReason | None = None
    """Why it ended, None while it goes on."""
    raw_reason: str | None = None
    """The provider's own word for it."""
    finished: bool = False
    """True once its `ChoiceFinished` is out."""

    def part(self, kind: str) -> int:
        """The number of the part that text of this kind goes on with; another kind begins another part."""
        if kind != self.kind:
            self.kind = kind
            self.parts += 1
        return self.parts - 1

    def new_part(self, kind: str = "") -> int:
        """The number of a part of its own."""
        self.kind = kind
        self.parts += 1
        return self.parts - 1


class Provider:
    """One response in one provider's schema: payloads in, events out. Subclasses map payloads in `receive`.

    The rules of order are kept here: `ResponseStarted` first, calls finished before their choice, one terminal event
    last. Once `ended` is true nothing more may be handed over.
    """

    proof: ClassVar[str]
    """What proves the answer complete, in the provider's words."""
    in_band = True
    """False once it is certain that reasoning has a place of its own, and none is to be looked for in the text."""

    def __init__(self, options: ProviderOptions) -> None:
        self.name = options.name
        self.limits = options.limits
        self.redactor = options.redactor
        self.request_id: str | None = None
        self.started = False
        self.ended = False
        self.damaged = False
        self.whole = False
        """True while an answer is mapped that came as one document."""
        self.content = False
        """True once content was emitted. The hot paths are only taken after that."""
        self.id = ""
        self.model = ""
        self.choices: dict[int, Choice] = {}
        self.calls = ToolCalls(options.limits, options.id_prefix)
        self.usage: Usage | None = None
        self.usage_raw: dict[str, Any] = {}
        self._refused_counts: dict[str, Any] = {}
        self._early: list[Event] = []
        self._constants: dict[str, Any] = {}
        self._noted: set[NoteCode] = set()

    # What a subclass provides.

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one payload, adding to `events`. May raise LimitPassedError, nothing else."""
        raise NotImplementedError

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps a whole answer that came as one document in place of a stream."""
        self.whole = True
        self.receive(payload, events)

    def receive_done(self, events: list[Event]) -> None:
        """`[DONE]` came. Nothing, for schemas that do not know it: gateways send it everywhere."""

    @property
    def can_finish(self) -> bool:
        """True if a clean end now would prove the answer complete."""
        raise NotImplementedError

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The provider's merged counts with our meaning."""
        raise NotImplementedError

    def receive_error(self, error: Any, events: list[Event], raw: str | None = None) -> None:
        """An error that the framing tells: a frame named `error`, a field of that name, bare JSON with an error."""
        self.fail_with(error, events, raw=raw)

    def end(self, events: list[Event], raw: str | None = None, *, seen: bool = False) -> None:
        """The body ended cleanly: the terminal event, if there was none.

        `raw` is what a failure shows of the body; `seen` says that some frame came, if only an unreadable one.
        """
        if self.ended:
            return
        if self.can_finish:
            self.finish(events)
        elif seen or self.started or self.content or self.choices or self._early:
            failure = self.failure(FailureKind.TRUNCATED, f"The stream ended before {self.proof}", raw=raw)
            self.fail(failure, events)
        else:
            self.fail(self.failure(FailureKind.EMPTY, "The body holds no event", raw=raw), events)

    def abort(self, failure: Failure, events: list[Event]) -> None:
        """The body ended badly: Finished with a note if the answer was proved complete, else the failure."""
        if self.ended:
            return
        if self.can_finish:
            self.note(NoteCode.UNCLEAN_END, failure.message, events)
            self.finish(events)
        else:
            self.fail(failure, events)

    # What a subclass calls.

    def start(self, identifier: Any, model: Any, events: list[Event]) -> None:
        """Keeps the first id and model that are not blank, and begins the response once there is one.

        What is no text is neither, and told as a vendor field; behind the beginning nothing more is said of them.
        """
        begun = self.started
        if not self.id and isinstance(identifier, str):
            self.id = identifier
        if not self.model and isinstance(model, str):
            self.model = model
        if not self.started and (self.id or self.model):
            self.begin(events)
        if not (begun or (isinstance(identifier, str | None) and isinstance(model, str | None))):
            odd = {"id": identifier, "model": model}
            self.describe({key: value for key, value in odd.items() if not isinstance(value, str)}, events)

    def begin(self, events: list[Event]) -> None:
        """Begins the response now, whatever is known of it."""
        if not self.started:
            self.started = True
            if self.calls.id_prefix is None and self.id:
                self.calls.id_prefix = self.id
            events.append(ResponseStarted(self.id, self.model, self.name, self.request_id))
            events.extend(self._early)
            self._early.clear()

    def say(self, event: Event, events: list[Event]) -> None:
        """Adds a content event; begins the response if it has not begun."""
        if not self.started:
            self.begin(events)
        self.content = True
        events.append(event)

    def tell(self, event: Event, events: list[Event]) -> None:
        """Adds an event that is no content; held back until the response has begun."""
        (events if self.started else self._early).append(event)

    def note(self, code: NoteCode, detail: str, events: list[Event]) -> None:
        """Says what tolerance was applied."""
        events.append(Note(code, self.redactor.text(detail)))

    def note_once(self, code: NoteCode, detail: str, events: list[Event]) -> None:
        """As `note`, but only the first time for tolerances that a server needs with every frame."""
        if code not in self._noted:
            self._noted.add(code)
            self.note(code, detail, events)

    def unknown(self, payload: Any, events: list[Event]) -> None:
        """Keeps what this version does not know."""
        events.append(Unknown(payload))

    def choice(self, index: int) -> Choice:
        """The choice of that number, begun if it is new."""
        found = self.choices.get(index)
        if found is None:
            found = self.choices[index] = Choice(index)
        return found

    def count(self, said: dict[str, Any], events: list[Event]) -> None:
        """Merges what the provider says of the tokens, and tells it if it is new."""
        refused: dict[str, Any] = {}
        changed = merge_counts(self.usage_raw, said, refused)
        if refused and refused != self._refused_counts:
            # The last good count stays, and the odd value is nowhere else. A server may repeat it with every chunk.
            self._refused_counts = refused
            self._noted.add(NoteCode.USAGE_NOT_A_NUMBER)
            self.note(NoteCode.USAGE_NOT_A_NUMBER, compact_json(refused)[:_LONGEST_DETAIL], events)
        if changed:
            # The events keep what was known at their time: the merged fields live on.
            usage = self.usage_of(self.usage_raw.copy())
            if usage != self.usage:
                self.usage = usage
                self.tell(UsageUpdate(usage), events)

    def describe(self, fields: dict[str, Any], events: list[Event], scope: tuple[str, int] | None = None) -> None:
        """Tells vendor fields that are new or have changed. `scope` names what they belong to, such as a choice."""
        key = "" if scope is None else f"{scope[0]} {scope[1]} "
        said: dict[str, Any] = {}
        for name, value in fields.items():
            if value is not None and (key + name not in self._constants or self._constants[key + name] != value):
                self._constants[key + name] = value
                said[name] = value
        if said:
            self.tell(Metadata(said if scope is None else {scope[0]: scope[1], **said}), events)

    def describe_rest(
        self,
        holder: dict[str, Any],
        known: frozenset[str],
        events: list[Event],
        scope: tuple[str, int] | None = None,
        name: str = "",
    ) -> None:
        """Tells the fields of an object that are not `known`, as vendor fields, under `name` if it has one."""
        rest = {key: value for key, value in holder.items() if key not in known}
        if rest:
            self.describe({name: rest} if name else rest, events, scope)

    def unmapped(self, name: str, value: Any, events: list[Event]) -> None:
        """Says that a known field holds what it is not known for."""
        self.note(NoteCode.UNMAPPED_SHAPE, f"{name}: {compact_json(value)[:_LONGEST_DETAIL]}", events)

    def text(self, name: str, value: Any, events: list[Event]) -> str:
        """The text of a known field; null counts as absent, anything else is noted."""
        if value is not None and not isinstance(value, str):
            self.unmapped(name, value, events)
        return as_text(value)

    def fields(self, name: str, holder: dict[str, Any], events: list[Event]) -> dict[str, Any]:
        """The object in a known field; null counts as absent, anything else is noted."""
        value = holder.get(name)
        if value is not None and not is_object(value):
            self.unmapped(name, value, events)
        return as_object(value)

    def finish_choice(self, choice: Choice, reason: FinishReason, raw_reason: str, events: list[Event]) -> None:
        """Closes the choice's calls and tells its finish reason. The first reason stays."""
        if choice.finished:
            return
        self.begin(events)
        choice.finished = True
        choice.kind = ""
        self.calls.close_all(events, choice.index, cut=reason is FinishReason.LENGTH)
        if reason in (FinishReason.STOP, FinishReason.TOOL_CALLS):
            has_calls = self.calls.any_complete(choice.index)
            if reason is FinishReason.TOOL_CALLS and not has_calls:
                self.note(NoteCode.FINISH_WITHOUT_CALLS, f"choice {choice.index} ended with {raw_reason!r}", events)
            reason = FinishReason.TOOL_CALLS if has_calls else FinishReason.STOP
        choice.reason, choice.raw_reason = reason, raw_reason
        events.append(ChoiceFinished(reason, raw_reason, choice.index))

    def finish(self, events: list[Event], *, proper: bool = True) -> None:
        """The answer is proved complete: closes what is open and ends with `Finished`."""
        self.begin(events)
        self.calls.close_all(events, proper=proper)
        if not self.content:
            self.note(NoteCode.EMPTY_ANSWER, "", events)
        first = self.choices[min(self.choices)] if self.choices else Choice(0)
        reason = first.reason or FinishReason.UNKNOWN
        self.ended = True
        damaged = self.damaged or self.calls.replaced
        events.append(Finished(reason, first.raw_reason, self.usage, self.model or None, damaged))

    def fail(self, failure: Failure, events: list[Event]) -> None:
        """Closes what is open as incomplete and ends with `Failed`."""
        if self._early:
            self.begin(events)
        self.calls.close_all(events, proper=False)
        self.ended = True
        texts: dict[str, Any] = {
            name: self._shown(getattr(failure, name)) for name in ("message", "code", "request_id", "raw")
        }
        events.append(Failed(attrs.evolve(failure, after_content=self.content, **texts)))

    def failure(self, kind: FailureKind, message: str, **fields: Any) -> Failure:
        """A failure of this provider."""
        return Failure(kind, message, provider=self.name, request_id=self.request_id, **fields)

    def fail_with(self, payload: Any, events: list[Event], **fields: Any) -> None:
        """Ends with the failure that an error payload describes."""
        failure = error_failure(
            self.redactor.payload(payload), provider=self.name, request_id=self.request_id, **fields
        )
        self.fail(failure, events)

    def damage(self) -> None:
        """A frame was lost: no call that is open now can be complete."""
        self.damaged = True
        self.calls.damage()

    def _shown(self, text: str | None) -> str | None:
        """Text that can be encoded, without the caller's secrets."""
        return None if text is None else self.redactor.text(str(replace_surrogates(text)))
