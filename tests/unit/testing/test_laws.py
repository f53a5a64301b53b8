"""Events that break a law of order are told from those that keep them all."""

from __future__ import annotations

import pytest

from deltawire.events import (
    ChoiceFinished,
    Event,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Malformed,
    Note,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.testing import laws_of_order
from deltawire.usage import Usage

START = ResponseStarted("r", "m", "openai-chat")
STOP = ChoiceFinished(FinishReason.STOP, "stop")
CALLED = ChoiceFinished(FinishReason.TOOL_CALLS, "tool_calls")
END = Finished(FinishReason.STOP, "stop")
BY_CALL = Finished(FinishReason.TOOL_CALLS, "tool_calls")
OPENED = ToolCallStarted(0, "c", "find")
GROWN = ToolCallDelta(0, "{}")
CLOSED = ToolCallFinished(0, "c", "find", "{}", complete=True)
CALL = (OPENED, GROWN, CLOSED)
USED = UsageUpdate(Usage(input_tokens=3))


def failed(*, after_content: bool) -> Failed:
    return Failed(Failure(FailureKind.TRUNCATED, "cut", after_content=after_content))


LAWFUL: dict[str, list[Event]] = {
    "text": [START, TextDelta("a"), STOP, END],
    "heartbeats and notes first": [Heartbeat("ping"), Note(NoteCode.MISSING_START), Unknown(1), START, STOP, END],
    "nothing": [failed(after_content=False)],
    "failure after content": [START, ReasoningDelta("a"), failed(after_content=True)],
    "call": [START, *CALL, CALLED, BY_CALL],
    "call cut short": [START, OPENED, ToolCallFinished(0, "c", "find", "", complete=False), failed(after_content=True)],
    "calls side by side": [
        *(START, OPENED, ToolCallStarted(1, "d", "now"), GROWN),
        *(ToolCallFinished(1, "d", "now", "", complete=True), CLOSED, CALLED, BY_CALL),
    ],
    "one call a choice": [
        *(START, *CALL, ToolCallStarted(0, "d", "now", choice=1)),
        *(ToolCallFinished(0, "d", "now", "", complete=False, choice=1), CALLED, BY_CALL),
    ],
    "usage": [START, USED, STOP, Finished(FinishReason.STOP, "stop", Usage(input_tokens=3))],
    "no reason": [START, TextDelta("a"), Finished(FinishReason.UNKNOWN)],
    "damage": [START, Malformed(b"{", "cut"), STOP, Finished(FinishReason.STOP, "stop", damaged=True)],
    "two choices": [START, ChoiceFinished(FinishReason.LENGTH, "length", 1), STOP, END],
    "an escape that only looks like half a pair": [START, TextDelta(r"\ud83d"), STOP, END],
}

UNLAWFUL: dict[str, tuple[str, list[Event]]] = {
    "no events": ("ends with a terminal event", []),
    "no end": ("ends with a terminal event", [START, TextDelta("a")]),
    "two ends": ("has one terminal event", [START, END, END]),
    "more behind the end": ("nothing follows", [START, STOP, END, Heartbeat("ping")]),
    "two starts": ("starts once", [START, START, STOP, END]),
    "no start": ("starts before it says anything", [TextDelta("a"), STOP, END]),
    "late start": ("starts before it says anything", [TextDelta("a"), START, STOP, END]),
    "empty text": ("a delta is never empty", [START, TextDelta(""), STOP, END]),
    "empty reasoning": ("a delta is never empty", [START, ReasoningDelta(""), STOP, END]),
    "empty refusal": ("a delta is never empty", [START, RefusalDelta(""), STOP, END]),
    "empty arguments": ("a delta is never empty", [START, OPENED, ToolCallDelta(0, ""), CLOSED, CALLED, BY_CALL]),
    "index twice": ("an index is used once", [START, *CALL, OPENED, CLOSED, CALLED, BY_CALL]),
    "id twice": ("an id is used once", [START, *CALL, ToolCallStarted(1, "c", "now"), CALLED, BY_CALL]),
    "no id": ("a call has an id", [START, ToolCallStarted(0, "", "find"), CLOSED, CALLED, BY_CALL]),
    "arguments of no call": ("a call is open when", [START, GROWN, *CALL, CALLED, BY_CALL]),
    "arguments of another choice": ("a call is open when", [START, OPENED, ToolCallDelta(0, "{}", choice=1), END]),
    "arguments of a closed call": ("a call is open when", [START, *CALL, GROWN, CALLED, BY_CALL]),
    "end of no call": ("a call that finishes is open", [START, CLOSED, CALLED, BY_CALL]),
    "another id": (
        "a call finishes as it started",
        [START, OPENED, GROWN, ToolCallFinished(0, "d", "find", "{}", complete=True), CALLED, BY_CALL],
    ),
    "another name": (
        "a call finishes as it started",
        [START, OPENED, GROWN, ToolCallFinished(0, "c", "now", "{}", complete=True), CALLED, BY_CALL],
    ),
    "another part": (
        "a call finishes as it started",
        [START, OPENED, GROWN, ToolCallFinished(0, "c", "find", "{}", complete=True, part=1), CALLED, BY_CALL],
    ),
    "another kind": (
        "a call finishes as it started",
        [START, OPENED, GROWN, ToolCallFinished(0, "c", "find", "{}", complete=True, kind="custom"), CALLED, BY_CALL],
    ),
    "other arguments": (
        "the deltas of a call are its arguments",
        [START, OPENED, GROWN, ToolCallFinished(0, "c", "find", "{ }", complete=True), CALLED, BY_CALL],
    ),
    "complete without a name": (
        "a complete call has a name",
        [START, ToolCallStarted(0, "c", ""), ToolCallFinished(0, "c", "", "", complete=True), CALLED, BY_CALL],
    ),
    "choice before its call": ("calls finish before their choice", [START, OPENED, GROWN, CALLED, CLOSED, BY_CALL]),
    "call that stays open": ("every call finishes", [START, OPENED, BY_CALL]),
    "choice twice": ("a choice finishes once", [START, STOP, STOP, END]),
    "no word": ("with the provider's word", [START, ChoiceFinished(FinishReason.STOP, ""), END]),
    "tool calls without one": ("needs a complete call", [START, CALLED, BY_CALL]),
    "stop with a call": ("is no mere `stop`", [START, *CALL, STOP, END]),
    "content denied": ("says whether content came before", [START, TextDelta("a"), failed(after_content=False)]),
    "content claimed": ("says whether content came before", [START, failed(after_content=True)]),
    "usage lost": ("carries the last usage", [START, USED, STOP, END]),
    "usage invented": ("carries the last usage", [START, STOP, Finished(FinishReason.STOP, "stop", Usage(1))]),
    "damage hidden": ("is damaged", [START, Malformed(b"{", "cut"), STOP, END]),
    "another reason": ("has the reason of the lowest choice", [START, STOP, Finished(FinishReason.LENGTH, "length")]),
    "reason of a higher choice": (
        "has the reason of the lowest choice",
        [START, ChoiceFinished(FinishReason.LENGTH, "length", 1), STOP, Finished(FinishReason.LENGTH, "length")],
    ),
    "half a pair": ("encoded as UTF-8", [START, TextDelta("a\ud83d"), STOP, END]),
    "half a pair deep inside": ("encoded as UTF-8", [START, Unknown({"a": ["\udc00"]}), STOP, END]),
}


@pytest.mark.parametrize("events", LAWFUL.values(), ids=LAWFUL)
def test_lawful_events_pass(events: list[Event]) -> None:
    laws_of_order(events)


@pytest.mark.parametrize(("law", "events"), UNLAWFUL.values(), ids=UNLAWFUL)
def test_a_broken_law_is_named(law: str, events: list[Event]) -> None:
    with pytest.raises(AssertionError, match=law):
        laws_of_order(events)


@pytest.mark.parametrize("events", [[START, CALLED, BY_CALL], [START, failed(after_content=True)]])
def test_what_was_told_before_a_resumed_stream_counts(events: list[Event]) -> None:
    laws_of_order(events, resumed=True)
    with pytest.raises(AssertionError):
        laws_of_order(events)
