"""One call at a time, and everything in the order of its beginning."""

from __future__ import annotations

from deltawire.encode.call_order import CallOrder
from deltawire.events import (
    Event,
    Failed,
    Finished,
    FinishReason,
    OpaqueState,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.usage import Usage


def start(index: int, choice: int = 0) -> Event:
    return ToolCallStarted(index, f"c{index}", "f", choice=choice, part=index)


def delta(index: int, text: str = "x", choice: int = 0) -> Event:
    return ToolCallDelta(index, text, choice, index)


def finish(index: int, choice: int = 0) -> Event:
    return ToolCallFinished(index, f"c{index}", "f", "", complete=True, choice=choice, part=index)


def ordered(*events: Event) -> list[Event]:
    order = CallOrder()
    return [passed for event in events for passed in order.take(event)]


def test_what_is_in_order_passes_at_once() -> None:
    events = [TextDelta("a", part=9), start(0), delta(0), finish(0), start(1), delta(1), finish(1)]
    order = CallOrder()
    assert [order.take(event) for event in events] == [(event,) for event in events]


def test_calls_side_by_side_follow_each_other() -> None:
    assert ordered(start(0), start(1), delta(1), delta(0), finish(1), finish(0)) == [
        *(start(0), delta(0), finish(0)),
        *(start(1), delta(1), finish(1)),
    ]


def test_a_call_that_goes_on_behind_the_first_one_streams_again() -> None:
    order = CallOrder()
    for event in (start(0), start(1), delta(1, "held")):
        order.take(event)
    assert list(order.take(finish(0))) == [finish(0), start(1), delta(1, "held")]
    assert list(order.take(delta(1, "live"))) == [delta(1, "live")]
    assert not order.idle


def test_text_inside_a_call_waits_for_its_end() -> None:
    text = TextDelta("t", part=5)
    assert ordered(start(0), text, start(1), delta(0), finish(0), finish(1)) == [
        *(start(0), delta(0), finish(0)),
        text,
        *(start(1), finish(1)),
    ]


def test_what_belongs_to_a_held_call_stays_behind_it() -> None:
    signature = OpaqueState("signature", "s", part=1)
    own = OpaqueState("signature", "s", part=0)
    assert ordered(start(0), start(1), signature, own, finish(0), finish(1)) == [
        *(start(0), own, finish(0)),
        *(start(1), signature, finish(1)),
    ]


def test_choices_do_not_wait_for_each_other() -> None:
    events = [start(0), start(0, 1), delta(0, choice=1), finish(0, 1), delta(0), finish(0)]
    assert ordered(*events) == events


def test_what_is_no_part_of_the_answer_passes() -> None:
    usage = UsageUpdate(Usage(1))
    assert ordered(start(0), usage) == [start(0), usage]


def test_an_end_lets_go_of_everything() -> None:
    for end in (Finished(FinishReason.STOP), Failed(Failure(FailureKind.SERVER, "x"))):
        assert ordered(start(0), start(1), end) == [start(0), start(1), end]
