"""Events of an interaction to ours (ai.google.dev/gemini-api/docs/interactions/streaming)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from ...events import (
    Event,
    FinishReason,
    OpaqueState,
    ReasoningDelta,
    TextDelta,
    _ReasoningDelta,
    _TextDelta,
)
from ...failures import Failure, FailureKind
from ...foreign import foreign_schema
from ...notes import NoteCode
from ...payload import as_count, as_list, as_text, is_list, is_object
from ...usage import Usage
from ..base import Provider, ProviderOptions
from .steps import StepMapper, plain_text

__all__ = ["GeminiInteractions"]

# docs.cloud.google.com/gemini-enterprise-agent-platform/reference/rest/v1beta1/Status. "incomplete" and
# "budget_exceeded" are answers that a number of tokens has cut.
STATUSES: Mapping[str, FinishReason] = MappingProxyType(
    {
        "completed": FinishReason.STOP,
        "requires_action": FinishReason.TOOL_CALLS,
        "requires_continuation": FinishReason.PAUSED,
        "incomplete": FinishReason.LENGTH,
        "budget_exceeded": FinishReason.LENGTH,
    }
)
FAILING_STATUSES = frozenset({"failed", "cancelled"})
GOING_ON = frozenset({"", "queued", "in_progress"})
_NEWS = frozenset({"created", "completed", "status_update"})

_COUNTS = (
    "total_input_tokens",
    "total_output_tokens",
    "total_thought_tokens",
    "total_tool_use_tokens",
    "total_cached_tokens",
    "total_tokens",
)
_INTERACTION_KEYS = frozenset({"id", "model", "status", "usage", "steps", "continuation_token"})
_FRAME_KEYS = frozenset(
    {
        "event_type",
        "event_id",
        "interaction",
        "interaction_id",
        "status",
        "continuation_token",
        "usage",
        "metadata",
        "index",
        "step",
        "delta",
        "error",
        "step_usage",
    }
)


class GeminiInteractions(Provider):
    """One interaction.

    Steps are known by their index. An answer that waits for the results of calls may end without
    `interaction.completed`: then the status that says so is the proof, at `[DONE]` or a clean end.
    """

    proof: ClassVar[str] = "interaction.completed"

    def __init__(self, options: ProviderOptions) -> None:
        super().__init__(options)
        self._steps = StepMapper(self)
        self._status = ""
        self._token = ""
        self._event_id: Any = None
        self._error: Any = None

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event; deltas that go on with a known step take the quick way."""
        if not self._receive_plain(payload, events):
            self.receive_any(payload, events)

    def _receive_plain(self, payload: dict[str, Any], events: list[Event]) -> bool:
        try:
            if payload["event_type"] != "step.delta" or len(payload) != (4 if "event_id" in payload else 3):
                return False
            delta, index = payload["delta"], payload["index"]
            step = self._steps.by_index[index]
            if len(delta) != 2 or delta["type"] != step.plain_delta or type(index) is not int:
                return False
            text = plain_text(delta, step.plain_field)
            if "event_id" in payload:
                if self._event_id is None or payload["event_id"] is None:
                    return False
                event_id = payload["event_id"]
            else:
                event_id = self._event_id
        except (KeyError, TypeError):
            # A missing or odd field: the general way sorts it out.
            return False
        if type(text) is not str or not text:
            return False
        self._event_id = event_id
        # Any: the class swap is explained at the classes.
        event: Any
        if step.call is not None:
            self.calls.append(step.call, text, events)
        elif step.type == "thought":
            event = _ReasoningDelta(text, 0, step.part, "summary")
            event.__class__ = ReasoningDelta
            events.append(event)
        else:
            event = _TextDelta(text, 0, step.part)
            event.__class__ = TextDelta
            events.append(event)
        return True

    def receive_any(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one event the general way."""
        kind = as_text(payload.get("event_type"))
        if kind == "error" or payload.get("error"):
            self._keep_event_id(payload, events)
            self.fail_with(payload, events)
            return
        if not kind:
            self._receive_untyped(payload, events)
            return
        self._keep_event_id(payload, events)
        self._tell_frame(payload, events)
        if kind == "step.delta":
            self._steps.delta(payload, events)
        elif kind == "step.start":
            step = self.fields("step", payload, events)
            self._error = step.get("error") or self._error
            self._steps.start(payload.get("index"), step, events)
        elif kind == "step.stop":
            part = self._steps.stop(payload.get("index"), events)
            self.describe({"step_usage": payload.get("step_usage")}, events, ("step", part))
        elif not self._is_news(kind):
            self.unknown(payload, events)
        else:
            self._take_interaction(kind.removeprefix("interaction."), payload, events)

    def receive_document(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps a whole interaction; anything else as in a stream."""
        self.whole = True
        if "event_type" not in payload and not payload.get("error") and "status" in payload:
            self._take_interaction("completed", {"interaction": payload}, events)
        else:
            self.receive(payload, events)

    def receive_done(self, events: list[Event]) -> None:
        """`[DONE]` ends the stream, but proves nothing by itself."""
        if self._status in FAILING_STATUSES:
            self._fail_by_status(events)
        elif self.can_finish:
            self.finish(events)

    @property
    def can_finish(self) -> bool:
        """True if a status is known that no more output follows."""
        return self._status in STATUSES

    def end(self, events: list[Event], raw: str | None = None, *, seen: bool = False) -> None:
        """A clean end after a final status is proof, with a note."""
        if not self.ended and self._status in FAILING_STATUSES:
            self._fail_by_status(events)
        elif not self.ended and self.can_finish:
            self.note(NoteCode.MISSING_TERMINATOR, "interaction.completed never came", events)
        super().end(events, raw, seen=seen)

    def finish(self, events: list[Event], *, proper: bool = True) -> None:
        """Ends the steps that are open, tells the status, and ends."""
        reason = STATUSES.get(self._status, FinishReason.OTHER)
        self._steps.stop_all(events, cut=reason in (FinishReason.LENGTH, FinishReason.PAUSED))
        self._tell_event_id(events)
        self.finish_choice(self.choice(0), reason, self._status, events)
        super().finish(events, proper=proper)

    def fail(self, failure: Failure, events: list[Event]) -> None:
        """Lets go of what is held of open steps, and ends."""
        self.calls.close_all(events, proper=False)
        self._steps.let_go(events)
        self._tell_event_id(events)
        super().fail(failure, events)

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        """The merged `usage` object with our meaning.

        Thoughts stand beside the output and what tools fed in beside the input; cached tokens are part of the input.
        """
        prompt, output, thoughts, fed, cached, total = [as_count(raw.get(name)) for name in _COUNTS]
        if prompt is not None:
            prompt += fed or 0
        if output is not None:
            output += thoughts or 0
        if total is None and prompt is not None and output is not None:
            total = prompt + output
        return Usage(prompt, output, cached, None, thoughts, total, None, raw)

    def _receive_untyped(self, payload: dict[str, Any], events: list[Event]) -> None:
        speaks = foreign_schema(payload)
        if speaks:
            message = f"The body speaks another schema: read it as {speaks!r}, not as {self.name!r}"
            self.fail(self.failure(FailureKind.WRONG_MEDIA, message, retryable=False), events)
        else:
            self.unknown(payload, events)

    @staticmethod
    def _is_news(kind: str) -> bool:
        group, _, name = kind.partition(".")
        known = name in _NEWS or name in STATUSES or name in FAILING_STATUSES or name in GOING_ON
        return group == "interaction" and bool(name) and known

    def _take_interaction(self, kind: str, payload: dict[str, Any], events: list[Event]) -> None:
        """Takes the news of the interaction itself: `created`, `completed`, `status_update` or a status as a name."""
        interaction = self.fields("interaction", payload, events)
        identifier = interaction.get("id") or payload.get("interaction_id")
        self.start(identifier, interaction.get("model") or interaction.get("agent"), events)
        self.begin(events)
        self._tell_usage(interaction.get("usage"), events)
        self.describe({key: value for key, value in interaction.items() if key not in _INTERACTION_KEYS}, events)
        self._tell_token(interaction.get("continuation_token"), events)
        self._error = next(iter(as_list(interaction.get("errors"))), None) or self._error
        if kind == "created":
            self.choice(0)
            return
        status = self.text("status", interaction.get("status"), events)
        status = status or self.text("status", payload.get("status"), events)
        if kind == "completed":
            steps = interaction.get("steps")
            if steps is not None and not is_list(steps):
                self.unmapped("steps", steps, events)
            self._complete(as_list(steps), status, events)
            return
        status = status or (kind if kind not in _NEWS else "")
        # A status of another day is no proof of anything.
        self._status = status if status in STATUSES or status in FAILING_STATUSES else ""

    def _complete(self, steps: list[Any], status: str, events: list[Event]) -> None:
        if steps and not self._steps.by_index:
            self._steps.take_whole(steps, events)
        if status not in GOING_ON:
            self._status = status
        elif self.whole:
            # An interaction in the background, asked for before its end.
            return
        self._status = self._status or "completed"
        if self._status in FAILING_STATUSES:
            self._fail_by_status(events)
        else:
            self.finish(events)

    def _fail_by_status(self, events: list[Event]) -> None:
        if self._error:
            self.fail_with({"error": self._error}, events)
        else:
            message = f"The interaction ended with status {self._status!r}"
            retryable = self._status != "cancelled"
            failure = self.failure(FailureKind.PROVIDER, message, code=self._status, retryable=retryable)
            self.fail(failure, events)

    def _tell_frame(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Tells what any event may carry beside its own fields."""
        metadata = self.fields("metadata", payload, events)
        for usage in (metadata.get("usage"), metadata.get("total_usage"), payload.get("usage")):
            self._tell_usage(usage, events)
        fields = {key: value for key, value in payload.items() if key not in _FRAME_KEYS}
        rest = {key: value for key, value in metadata.items() if key not in ("usage", "total_usage")}
        if rest:
            fields["metadata"] = rest
        self.describe(fields, events)
        self._tell_token(payload.get("continuation_token"), events)

    def _tell_token(self, said: Any, events: list[Event]) -> None:
        token = self.text("continuation_token", said, events)
        if token and token != self._token:
            self._token = token
            self.tell(OpaqueState("continuation", token, None, 0, max(self.choice(0).parts - 1, 0)), events)

    def _keep_event_id(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Tells the first id; each event has another one, and the last is told at the end: a stream resumes there."""
        identifier = payload.get("event_id")
        if identifier is not None:
            if self._event_id is None:
                self.describe({"event_id": identifier}, events)
            self._event_id = identifier

    def _tell_event_id(self, events: list[Event]) -> None:
        self.describe({"event_id": self._event_id}, events)

    def _tell_usage(self, usage: Any, events: list[Event]) -> None:
        if not is_object(usage):
            if usage is not None:
                self.unmapped("usage", usage, events)
            return
        self.count(usage, events)
        wrong = [name for name in _COUNTS if usage.get(name) is not None and as_count(usage[name]) is None]
        if wrong:
            self.note_once(NoteCode.USAGE_NOT_A_NUMBER, ", ".join(wrong), events)
