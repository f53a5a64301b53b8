"""Responses events to our events (platform.openai.com API reference, "Streaming events" of Responses)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import attrs

from ...events import (
    Event,
    Heartbeat,
    MediaDelta,
    Metadata,
    ReasoningDelta,
    TextDelta,
    _ReasoningDelta,
    _TextDelta,
)
from ...failures import Failure, FailureKind, UsageError
from ...foreign import foreign_schema
from ...notes import NoteCode
from ...payload import as_object, as_text, is_list
from ...resume import Resumable, Resume
from ...tool_calls import LimitPassedError, ToolCall
from ...usage import Usage
from ..base import Provider, ProviderOptions
from .item_events import ItemMapper
from .items import Item
from .kinds import (
    CALL_INPUTS,
    ENDINGS,
    EVENT_KEYS,
    PART_EVENTS,
    SNAPSHOTS,
    SPEECH,
    tool_of_status,
)
from .lifecycle import Lifecycle
from .sequence import SequenceNumbers
from .spoken import FOLDED_AT, Spoken
from .usage import responses_usage

__all__ = ["OpenAIResponses"]

_ERRORS = ("error", "response.error")
_PINGS = ("keepalive", "ping")
# Prefixes of every event type of this schema; `codex.` is ChatGPT's own backend.
_OWN = ("response.", "codex.", *_PINGS)
_METADATA = ("codex.", "response.steer.")
_AUDIO: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {"response.audio.delta": ("audio", None), "response.audio.transcript.delta": ("transcript", "text/plain")}
)
_AUDIO_ENDS = ("response.audio.done", "response.audio.transcript.done")
# Of some gateways, another one in each event: the first is told.
_CLOCKS = frozenset({"event_id", "timestamp", "created", "created_at"})
# By channel, the kind of reasoning.
_REASONING: Mapping[str, Any] = MappingProxyType({"text": None, "reasoning": "text", "summary": "summary"})
_CONSTANT_KEYS = frozenset({"type", "item_id", "output_index", "content_index", "summary_index", "logprobs"})
_PLAIN_KEYS = _CONSTANT_KEYS | {"sequence_number", "delta", "obfuscation"}


@attrs.define(eq=False)
class _Plain:
    """Where the last delta of an item went: one that says the same of itself goes there too."""

    spoken: Spoken | None
    call: Any
    """The tool call if it is no text."""
    kind: Literal["text", "summary"] | None
    """The kind of reasoning, None for the answer's text."""
    constants_of: Callable[[dict[str, Any]], Any]
    """Gives the fields that must be as they were."""
    constants: Any
    length: int
    """The number of all fields."""
    padded: bool
    """Whether `obfuscation` is one of them."""


class OpenAIResponses(Provider, Resumable):
    """One response of the Responses API.

    `receive` has two ways. The plain one takes a delta that goes on where the event before it stopped. Everything else
    takes the general way, which is also the reference for the plain one.
    """

    proof: ClassVar[str] = "response.completed, response.incomplete or response.failed"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self.refused = False
        """True once a refusal was said."""
        self.custom_tools: frozenset[str] = frozenset()
        """The client's own custom tools, as the echo of the request names them."""
        self.shell_in_container = False
        """True if the echo of the request says that the provider runs the shell."""
        self._items = ItemMapper(self)
        self._lifecycle = Lifecycle(self, self._items)
        self._sequence = SequenceNumbers()
        self._plains: dict[str | None, _Plain] = {}
        self._began = False
        self._lane: Any = None
        self._audio_part: int | None = None

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event."""
        # Any: the class swap is explained at the classes.
        event: Any
        try:
            plain = self._plains[payload.get("item_id")]
            text = payload["delta"]
            number = payload.get("sequence_number")
            sequence = self._sequence
            if (
                plain.constants_of(payload) == plain.constants
                and len(payload) == plain.length
                and ("obfuscation" in payload) is plain.padded
                and number == sequence.expected
                and type(text) is str
                and text
            ):
                if number is not None:
                    sequence.expected = number + 1
                spoken = plain.spoken
                if spoken is None:
                    self.calls.append(plain.call, text, events)
                    return
                pending = spoken.pending
                pending.append(text)
                if len(pending) >= FOLDED_AT:
                    spoken.fold()
                if plain.kind is None:
                    event = _TextDelta(text, 0, spoken.part)
                    event.__class__ = TextDelta
                else:
                    event = _ReasoningDelta(text, 0, spoken.part, plain.kind)
                    event.__class__ = ReasoningDelta
                events.append(event)
                return
        except (KeyError, TypeError):
            # A missing or odd field: the general way sorts it out.
            pass
        self.receive_any(payload, events)

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event the general way."""
        kind = as_text(payload.get("type"))
        if not kind.endswith(".delta"):
            self.forget_places()
        if self._is_of_another_lane(payload):
            self.unknown(payload, events)
        elif kind in _ERRORS:
            self.fail_with(payload, events)
        elif not kind.startswith(_OWN):
            self._receive_stray(payload, events)
        elif self._comes_in_turn(kind, payload, events):
            self._map(kind, payload, events)

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps a whole response; anything else as in a stream."""
        self.whole = _is_response(payload)
        self.receive(payload, events)

    def resume(self, resume: Resume) -> None:
        """Goes on with a response whose stream broke off."""
        self.id = resume.response_id
        self._began = True
        self.content = bool(resume.items)
        self._sequence.resume(resume.starting_after)
        try:
            self._items.recall([as_object(native) for native in resume.items])
        except LimitPassedError as passed:
            raise UsageError(passed.failure.message) from None

    @property
    def can_finish(self) -> bool:
        """False: the event that proves the end is the end."""
        return False

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usage` object with our meaning."""
        return responses_usage(raw)

    def say(self, event: Event, events: list[Event]) -> None:
        """As every provider; a response that was never started is noted."""
        self._note_start(events)
        super().say(event, events)

    def begin_content(self, events: list[Event]) -> None:
        """Something has begun that is content and has no event yet."""
        self._note_start(events)
        self.begin(events)
        self.content = True

    def forget_places(self) -> None:
        """Closes the quick way: deltas that said the same may go elsewhere from now on."""
        self._plains.clear()

    def fail(self, failure: Failure, events: list[Event]) -> None:
        """Lets go of what is held of open texts, and ends."""
        if self.calls.open:
            self.begin(events)
        self._items.let_go_texts(events)
        super().fail(failure, events)

    def _note_start(self, events: list[Event]) -> None:
        if not self._began:
            self._began = True
            self.note(NoteCode.MISSING_START, "response.created never came", events)

    def _is_of_another_lane(self, payload: dict[str, Any]) -> bool:
        """WebSocket mode: several responses take turns on one connection, told apart by `stream_id`."""
        lane = payload.get("stream_id")
        if lane is not None and self._lane is None:
            self._lane = lane
        return lane is not None and lane != self._lane

    def _comes_in_turn(self, kind: str, payload: dict[str, Any], events: list[Event]) -> bool:
        if kind == "response.created" and self._began and not self._begins_again(payload, events):
            return False
        opens = self._began or kind in SNAPSHOTS or kind in ENDINGS
        in_turn = self._sequence.take(payload.get("sequence_number"), opens=opens)
        if self._sequence.missed is not None:
            first, last = self._sequence.missed
            self.note(NoteCode.SEQUENCE_GAP, f"{first} to {last}", events)
            self.damage()
        if not in_turn and kind not in ENDINGS:
            self.note_once(NoteCode.DUPLICATE_DROPPED, f"{kind} {payload.get('sequence_number')}", events)
            return False
        return True

    def _begins_again(self, payload: dict[str, Any], events: list[Event]) -> bool:
        """A second opening event: True to go on, False if it is dropped or ends the response."""
        identifier = as_text(as_object(payload.get("response")).get("id"))
        if identifier and self.id and identifier != self.id and self.content:
            message = f"A second response began inside the first: {identifier!r} after {self.id!r}"
            self.fail(self.failure(FailureKind.MALFORMED, message), events)
            return False
        self.note_once(NoteCode.SECOND_START, identifier, events)
        return True

    def _map(self, kind: str, payload: dict[str, Any], events: list[Event]) -> None:
        tool = tool_of_status(kind)
        if tool:
            self._items.status(tool, payload, events)
        elif kind in _PINGS:
            events.append(Heartbeat("ping"))
            self._tell_vendor_fields(payload, events)
        elif kind.startswith(_METADATA):
            self.tell(Metadata(payload), events)
        else:
            self._tell_vendor_fields(payload, events)
            if not (self._map_item_event(kind, payload, events) or self._map_response_event(kind, payload, events)):
                self.unknown(payload, events)

    def _tell_vendor_fields(self, payload: dict[str, Any], events: list[Event]) -> None:
        told = self._constants
        fields = {
            key: value
            for key, value in payload.items()
            if key not in EVENT_KEYS and not (key in told and key in _CLOCKS)
        }
        if fields:
            self.describe(fields, events)

    def _map_item_event(self, kind: str, payload: dict[str, Any], events: list[Event]) -> bool:
        if kind in SPEECH:
            speech = SPEECH[kind]
            item, spoken = self._items.speak(speech, payload, events)
            if spoken is not None and not spoken.silent and not item.done and speech.channel in _REASONING:
                self._keep_plain(item, payload, spoken, None, _REASONING[speech.channel])
        elif kind in CALL_INPUTS:
            item = self._items.input(kind, payload, events)
            if item.call is not None and item.call.started and not (item.call.closed or CALL_INPUTS[kind].whole):
                self._keep_plain(item, payload, None, item.call, None)
        elif kind in PART_EVENTS:
            self._items.part(kind, payload, events)
        elif kind == "response.output_item.added":
            self._items.add(payload, events)
        elif kind == "response.output_item.done":
            self._items.close(payload, events)
        elif kind == "response.output_text.annotation.added":
            self._items.annotate(payload, events)
        else:
            return False
        return True

    def _map_response_event(self, kind: str, payload: dict[str, Any], events: list[Event]) -> bool:
        if kind in SNAPSHOTS:
            self._began = True
            self._lifecycle.snapshot(self.fields("response", payload, events), events)
        elif kind in ENDINGS:
            self._began = True
            self._lifecycle.end(ENDINGS[kind], self.fields("response", payload, events), events)
        elif kind in _AUDIO:
            self._tell_audio(*_AUDIO[kind], self.text("delta", payload.get("delta"), events), events)
        else:
            return kind in _AUDIO_ENDS
        return True

    def _keep_plain(
        self, item: Item, payload: dict[str, Any], spoken: Spoken | None, call: ToolCall | None, kind: Any
    ) -> None:
        identifier = payload.get("item_id")
        if identifier != item.id or not item.id:
            # The item goes by several names: what is kept under another one may have changed.
            self.forget_places()
        if not (identifier is None or isinstance(identifier, str)):
            return
        self._plains.pop(identifier, None)
        numbered = payload.get("sequence_number") is not None
        in_turn = not self._sequence.ignored if numbered else "sequence_number" not in payload
        if in_turn and not payload.get("logprobs") and _PLAIN_KEYS.issuperset(payload):
            constants_of = itemgetter(*_CONSTANT_KEYS.intersection(payload), "type")
            self._plains[identifier] = _Plain(
                spoken,
                call,
                kind,
                constants_of,
                constants_of(payload),
                len(payload),
                "obfuscation" in payload,
            )

    def _tell_audio(self, kind: str, media_type: str | None, data: str, events: list[Event]) -> None:
        if data:
            if self._audio_part is None:
                self._audio_part = self.choice(0).new_part("audio")
            self.say(MediaDelta(kind, media_type, data, None, 0, self._audio_part), events)

    def _receive_stray(self, payload: dict[str, Any], events: list[Event]) -> None:
        """A payload that is no event: a whole response, an error, or another schema."""
        named = "code" in payload or "error" in as_text(payload.get("type")).lower()
        flat = named and isinstance(payload.get("message"), str)
        speaks = foreign_schema(payload)
        if _is_response(payload):
            status = payload.get("status")
            if status is None:
                self.note(NoteCode.UNMAPPED_SHAPE, "a response without a status", events)
            self._began = True
            self._lifecycle.end("completed" if status is None else "", payload, events)
        elif payload.get("error") or payload.get("object") == "error" or flat:
            self.fail_with(payload, events)
        elif speaks:
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
        else:
            self.unknown(payload, events)


def _is_response(payload: dict[str, Any]) -> bool:
    return "type" not in payload and (
        payload.get("object") == "response" or (is_list(payload.get("output")) and not payload.get("error"))
    )
