"""The events that wait for a consumer, and what is left of them once it wants no more."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire import (
    Failed,
    Failure,
    FailureKind,
    Heartbeat,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from deltawire.policy import AttemptStarted, Cancelled, ContextOverflow
from deltawire.usage import Usage
from deltawire_transports._outbox import Outbox

STARTED = ToolCallStarted(0, "call_1", "weather", part=2)
PIECES = [ToolCallDelta(0, '{"a"', part=2), ToolCallDelta(0, ":1}", part=2)]
WHOLE = ToolCallFinished(0, "call_1", "weather", '{"a":1}', complete=True, part=2)
USAGE = UsageUpdate(Usage(input_tokens=3))


def filled(*events: Any) -> Outbox:
    outbox = Outbox("raise")
    for event in events:
        outbox.put(event)
    return outbox


def rest(outbox: Outbox) -> list[Any]:
    return [outbox.take() for _ in range(len(outbox))]


def test_events_come_out_in_order_and_make_the_message() -> None:
    outbox = filled(TextDelta("a"), TextDelta("b"))
    assert outbox.take() == TextDelta("a")
    assert outbox.message().text == "a"
    assert rest(outbox) == [TextDelta("b")]


@pytest.mark.parametrize("kind", [Failed, ContextOverflow])
def test_a_failure_is_raised_once_and_only_once_it_was_taken(kind: Any) -> None:
    failure = Failure(FailureKind.SERVER, "no")
    outbox = filled(kind(failure))
    assert outbox.pop_error() is None
    outbox.take()
    error = outbox.pop_error()
    assert error is not None
    assert error.failure == failure
    assert outbox.pop_error() is None


def test_errors_as_events_and_a_cleared_outbox_raise_nothing() -> None:
    quiet, cleared = Outbox("events"), filled()
    for outbox in (quiet, cleared):
        outbox.put(Failed(Failure(FailureKind.SERVER, "no")))
        outbox.take()
    cleared.clear()
    assert quiet.pop_error() is cleared.pop_error() is None


def test_the_message_is_of_the_newest_attempt_whatever_came_before_its_content() -> None:
    outbox = filled(AttemptStarted(1, 2, "groq", "a"), ResponseStarted("first", "a", "groq"), USAGE)
    rest(outbox)
    assert (outbox.message().id, outbox.message().usage) == ("first", USAGE.usage)
    outbox.put(AttemptStarted(2, 2, "groq", "a"))
    rest(outbox)
    assert outbox.message() == Outbox("raise").message()


class TestACut:
    def test_drops_what_is_of_a_choice_and_keeps_the_rest(self) -> None:
        outbox = filled(Heartbeat("ping"), TextDelta("a"), USAGE, TextDelta("b"))
        outbox.cut()
        outbox.put(Cancelled())
        assert rest(outbox) == [Heartbeat("ping"), USAGE, Cancelled()]

    def test_ends_a_call_that_was_begun_with_what_the_consumer_has_of_it(self) -> None:
        outbox = filled(STARTED, *PIECES, WHOLE)
        assert [outbox.take(), outbox.take()] == [STARTED, PIECES[0]]
        outbox.cut()
        assert rest(outbox) == [ToolCallFinished(0, "call_1", "weather", '{"a"', complete=False, part=2)]
        (call,) = outbox.message().choices[0].tool_calls
        assert (call.arguments, call.complete) == ('{"a"', False)

    def test_passes_over_what_the_session_says_of_calls_behind_it(self) -> None:
        outbox = filled(STARTED, *PIECES)
        outbox.take()
        outbox.cut()
        outbox.put(ToolCallFinished(0, "call_1", "weather", '{"a":1}', complete=False, part=2))
        outbox.put(Cancelled())
        assert rest(outbox) == [ToolCallFinished(0, "call_1", "weather", "", complete=False, part=2), Cancelled()]

    def test_ends_no_call_that_the_consumer_never_saw(self) -> None:
        outbox = filled(STARTED, *PIECES)
        outbox.cut()
        assert rest(outbox) == []

    def test_of_an_empty_outbox_leaves_the_calls_to_the_session(self) -> None:
        outbox = filled(STARTED)
        outbox.take()
        outbox.cut()
        outbox.put(WHOLE)
        assert rest(outbox) == [WHOLE]
