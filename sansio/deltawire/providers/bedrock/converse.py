"""ConverseStream to events (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from ...events import Event, FinishReason, ReasoningDelta, TextDelta, _ReasoningDelta, _TextDelta
from ...failures import Failure, FailureKind
from ...foreign import foreign_schema
from ...notes import NoteCode
from ...payload import as_object, as_text, compact_json, is_list
from ...usage import Usage
from ..base import Provider, ProviderOptions
from .blocks import BlockMapper
from .usage import converse_usage, uncounted

__all__ = ["Bedrock"]

STOP_REASONS: Mapping[str, FinishReason] = MappingProxyType(
    {
        "end_turn": FinishReason.STOP,
        "stop_sequence": FinishReason.STOP,
        "tool_use": FinishReason.TOOL_CALLS,
        "max_tokens": FinishReason.LENGTH,
        "model_context_window_exceeded": FinishReason.LENGTH,
        "guardrail_intervened": FinishReason.CONTENT_FILTER,
        "content_filtered": FinishReason.CONTENT_FILTER,
    }
)
FAILING_REASONS = frozenset({"malformed_model_output", "malformed_tool_use"})

# By fields that only they have: for events without the member's name around them.
_MEMBER_BY_FIELD = (
    ("delta", "contentBlockDelta"),
    ("start", "contentBlockStart"),
    ("contentBlockIndex", "contentBlockStop"),
    ("stopReason", "messageStop"),
    ("usage", "metadata"),
    ("metrics", "metadata"),
    ("role", "messageStart"),
)
_PLAIN_KEYS = frozenset({"contentBlockIndex", "delta", "p"})
# `p` is random padding against guessing texts from the sizes of messages.
_STOP_KEYS = frozenset({"stopReason", "p"})
_METADATA_KEYS = frozenset({"usage", "p"})
_ANSWER_KEYS = frozenset({"output", "stopReason"})
_ROLE_KEYS = frozenset({"role", "p"})
_LONGEST_DETAIL = 1_000


class Bedrock(Provider):
    """One Converse response: payloads `{event type: event}`.

    Text and reasoning blocks begin with their first delta (github.com/maximhq/bifrost/issues/4262). The token counts
    come after messageStop, so that the end of the body is waited for.
    """

    proof: ClassVar[str] = "messageStop and a clean end"
    joins_texts: ClassVar[bool] = False
    """True if text blocks that follow each other are one part."""

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._blocks = BlockMapper(self)
        self._began = False
        self._stopped = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event; deltas that go on with a known block take the quick way."""
        if not self._receive_plain(payload, events):
            self.receive_any(payload, events)

    def _receive_plain(self, payload: dict[str, Any], events: list[Event]) -> bool:
        try:
            member = payload["contentBlockDelta"]
            ((kind, value),) = member["delta"].items()
            block = self._blocks.plain[kind][member["contentBlockIndex"]]
            if len(payload) != 1 or not _PLAIN_KEYS.issuperset(member):
                return False
            # Any: the class swap is explained at the classes.
            event: Any
            if kind == "text":
                if type(value) is not str or not value:
                    return False
                event = _TextDelta(value, 0, block.part)
                event.__class__ = TextDelta
                events.append(event)
                return True
            ((field, text),) = value.items()
        except (KeyError, TypeError, ValueError, AttributeError):
            return False
        if type(text) is not str or not text:
            return False
        if kind == "toolUse" and field == "input" and block.call is not None:
            self.calls.append(block.call, text, events)
            return True
        if kind != "reasoningContent" or field != "text":
            return False
        event = _ReasoningDelta(text, 0, block.part)
        event.__class__ = ReasoningDelta
        events.append(event)
        return True

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event the general way."""
        named = [name for name in payload if name in _MEMBERS or name.endswith("Exception")]
        if not named:
            self._receive_nameless(payload, events)
            return
        self.describe({key: value for key, value in payload.items() if key not in named and key != "p"}, events)
        for name in named:
            if self.ended:
                return
            if name in _MEMBERS:
                _MEMBERS[name](self, self.fields(name, payload, events), events)
            else:
                self.fail_with(payload[name], events, code=name)

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps the answer of Converse, which is one document, or an error."""
        self.whole = True
        self.receive_any(payload, events)
        if not self.started and not self.ended:
            self.fail_with(payload, events)

    @property
    def can_finish(self) -> bool:
        """True if messageStop came."""
        return self._stopped

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usage` object with our meaning."""
        return converse_usage(raw)

    def finish(self, events: list[Event], *, proper: bool = True) -> None:
        """Ends what was opened behind messageStop, and the response."""
        self._blocks.stop_all(events, cut=False)
        super().finish(events, proper=proper)

    def fail(self, failure: Failure, events: list[Event]) -> None:
        """Lets go of what is held of open blocks, and ends."""
        self.calls.close_all(events, proper=False)
        self._blocks.let_go(events)
        super().fail(failure, events)

    def say(self, event: Event, events: list[Event]) -> None:
        """As every provider; content outside of a message is noted."""
        self._note_start(events)
        if self._stopped:
            self.note_once(NoteCode.CONTENT_AFTER_FINISH, type(event).__name__, events)
        super().say(event, events)

    def begin(self, events: list[Event]) -> None:
        """As every provider; a message that was never started is noted."""
        self._note_start(events)
        super().begin(events)

    def _note_start(self, events: list[Event]) -> None:
        if not self._began:
            self._began = True
            self.note(NoteCode.MISSING_START, "messageStart never came", events)

    def _start_message(self, member: dict[str, Any], events: list[Event]) -> None:
        if self._began:
            self.note_once(NoteCode.SECOND_START, "messageStart", events)
            return
        self._began = True
        self.choice(0)
        self.start(None, None, events)
        self.begin(events)
        self.describe({key: value for key, value in member.items() if key not in _ROLE_KEYS}, events)

    def _start_block(self, member: dict[str, Any], events: list[Event]) -> None:
        if not self._is_late_call(member.get("start"), events):
            self._blocks.start(member, events)

    def _grow_block(self, member: dict[str, Any], events: list[Event]) -> None:
        if not self._is_late_call(member.get("delta"), events):
            self._blocks.delta(member, events)

    def _is_late_call(self, block: Any, events: list[Event]) -> bool:
        late = self._stopped and "toolUse" in as_object(block)
        if late:
            self.note(NoteCode.CALL_AFTER_FINISH, compact_json(block)[:_LONGEST_DETAIL], events)
        return late

    def _stop_block(self, member: dict[str, Any], events: list[Event]) -> None:
        self._blocks.end(member, events)

    def _stop_message(self, member: dict[str, Any], events: list[Event]) -> None:
        if self._stopped:
            return
        raw_reason = self.text("stopReason", member.get("stopReason"), events)
        reason = STOP_REASONS.get(raw_reason, FinishReason.OTHER)
        self._blocks.stop_all(events, cut=reason is FinishReason.LENGTH)
        self.describe({key: value for key, value in member.items() if key not in _STOP_KEYS}, events)
        if raw_reason in FAILING_REASONS:
            message = f"The model ended the answer with stopReason {raw_reason!r}"
            self.fail(self.failure(FailureKind.MODEL_OUTPUT, message, code=raw_reason), events)
            return
        self._stopped = True
        if raw_reason:
            self.finish_choice(self.choice(0), reason, raw_reason, events)

    def _tell_metadata(self, member: dict[str, Any], events: list[Event]) -> None:
        self._tell_usage(member.get("usage"), events)
        self.describe({key: value for key, value in member.items() if key not in _METADATA_KEYS}, events)
        # A prompt router chooses the model, and says so here only.
        router = as_object(as_object(member.get("trace")).get("promptRouter"))
        self.model = self.model or as_text(router.get("invokedModelId"))

    def _tell_usage(self, usage: Any, events: list[Event]) -> None:
        said = self.fields("usage", {"usage": usage}, events)
        self.count(said, events)
        wrong = uncounted(said)
        if wrong:
            self.note_once(NoteCode.USAGE_NOT_A_NUMBER, wrong, events)

    def _take_answer(self, payload: dict[str, Any], content: list[Any], events: list[Event]) -> None:
        self._start_message({}, events)
        for index, block in enumerate(content):
            self._blocks.take_whole(index, self.fields("block", {"block": block}, events), events)
        self._tell_metadata({key: value for key, value in payload.items() if key not in _ANSWER_KEYS}, events)
        self._stop_message({"stopReason": payload.get("stopReason")}, events)

    def _receive_nameless(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps an event without its type around it, an error, or what is neither."""
        content = as_object(as_object(payload.get("output")).get("message")).get("content")
        schema = "" if self.started else foreign_schema(payload)
        if schema:
            message = f"The body speaks another schema: read it as {schema!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
        elif payload.get("error") or payload.get("__type") or as_text(payload.get("message") or payload.get("Message")):
            self.fail_with(payload, events)
        elif is_list(content):
            self._take_answer(payload, content, events)
        else:
            name = next((name for field, name in _MEMBER_BY_FIELD if field in payload), None)
            if name is None:
                self.unknown(payload, events)
            else:
                _MEMBERS[name](self, payload, events)


# What maps each event.
_MEMBERS = MappingProxyType(
    {
        "messageStart": Bedrock._start_message,
        "contentBlockStart": Bedrock._start_block,
        "contentBlockDelta": Bedrock._grow_block,
        "contentBlockStop": Bedrock._stop_block,
        "messageStop": Bedrock._stop_message,
        "metadata": Bedrock._tell_metadata,
    }
)
