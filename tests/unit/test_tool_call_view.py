"""Tool calls while they grow, and tool calls one after the other."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import CHAT, chat, chat_call, feed, message_of, sse

from deltawire.events import (
    ChoiceFinished,
    Event,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from deltawire.failures import Failure, FailureKind
from deltawire.partial_json import PartialJson
from deltawire.tool_call_view import GrowingCall, ToolCallSequencer, ToolCallView

INTERLEAVED = feed("openai-chat", CHAT["two parallel calls"])
OF_CALLS = (ToolCallStarted, ToolCallDelta, ToolCallFinished)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def sequenced(events: list[Event]) -> list[Event]:
    sequencer = ToolCallSequencer()
    return [out for event in events for out in sequencer.feed(event)] + sequencer.end()


def call_events(
    index: int, arguments: str, *, position: int | None = None, choice: int = 0, complete: bool = True
) -> list[Event]:
    pieces = [arguments[place : place + 2] for place in range(0, len(arguments), 2)]
    return [
        ToolCallStarted(index, f"c{index}", f"f{index}", choice=choice, part=index),
        *(ToolCallDelta(index, piece, choice, index) for piece in pieces),
        ToolCallFinished(
            index, f"c{index}", f"f{index}", arguments, complete, choice=choice, part=index, position=position
        ),
    ]


# Growing.


def test_each_event_of_a_call_gives_the_call_as_it_has_become() -> None:
    view, seen = ToolCallView(), []
    for event in INTERLEAVED:
        call = view.feed(event)
        assert (call is not None) is isinstance(event, OF_CALLS)
        if call is not None:
            seen.append((call.started.id, call.arguments, copy.deepcopy(call.value), call.complete))
    assert seen == [
        ("c0", "", None, False),
        ("c0", '{"city": "Kö', {"city": "Kö"}, False),
        ("c1", "", None, False),
        ("c0", '{"city": "Köln"}', {"city": "Köln"}, False),
        ("c1", "{}", {}, False),
        ("c0", '{"city": "Köln"}', {"city": "Köln"}, True),
        ("c1", "{}", {}, True),
    ]
    assert [call.started.name for call in view.calls.values()] == ["weather", "clock"]
    assert all(isinstance(call, GrowingCall) for call in view.calls.values())


def test_calls_of_several_choices_do_not_mix() -> None:
    view = ToolCallView()
    events = [call_events(0, f'{{"a": {choice}}}', choice=choice) for choice in (0, 1)]
    for pair in zip(*events, strict=True):
        for event in pair:
            view.feed(event)
    assert {key: call.value for key, call in view.calls.items()} == {(0, 0): {"a": 0}, (1, 0): {"a": 1}}


def test_a_call_that_is_cut_shows_what_came_and_is_never_complete() -> None:
    view = ToolCallView()
    for event in feed("openai-chat", sse(chat_call(0, '{"a": "b', "f", "c0"))):
        view.feed(event)
    (call,) = view.calls.values()
    assert (call.arguments, call.value, call.complete) == ('{"a": "b', {"a": "b"}, False)
    assert call.finished is not None


@pytest.mark.parametrize("arguments", ["", " \n", "null"])
def test_a_complete_call_without_arguments_has_an_empty_object(arguments: str) -> None:
    view = ToolCallView()
    values = [copy.deepcopy(call.value) for call in map(view.feed, call_events(0, arguments)) if call is not None]
    assert values[0] is None
    assert values[-1] == {}
    incomplete = ToolCallView()
    for event in call_events(0, arguments, complete=False):
        incomplete.feed(event)
    assert incomplete.calls[0, 0].value is None


def test_free_text_has_no_value() -> None:
    view = ToolCallView()
    view.feed(ToolCallStarted(0, "c0", "shell", "custom"))
    view.feed(ToolCallDelta(0, '{"looks": "like'))
    call = view.feed(ToolCallFinished(0, "c0", "shell", '{"looks": "like', True, "custom"))
    assert call is not None
    assert (call.arguments, call.value, call.complete) == ('{"looks": "like', None, True)


def test_what_is_no_json_keeps_the_value_before() -> None:
    view = ToolCallView()
    for event in call_events(0, '{"a": 1, oops', complete=False):
        view.feed(event)
    call = view.calls[0, 0]
    assert (call.arguments, call.value) == ('{"a": 1, oops', {"a": 1})


def test_events_of_a_call_whose_start_was_not_fed_are_passed_over() -> None:
    view = ToolCallView()
    assert view.feed(ToolCallDelta(0, "{}")) is None
    assert view.feed(ToolCallFinished(0, "c0", "f", "{}", True)) is None
    assert view.calls == {}


def test_a_view_can_be_copied_and_pickled_at_any_time() -> None:
    for place in range(len(INTERLEAVED)):
        view = ToolCallView()
        for event in INTERLEAVED[:place]:
            view.feed(event)
        for again in (copy.deepcopy(view), pickle.loads(pickle.dumps(view))):
            for event in INTERLEAVED[place:]:
                again.feed(event)
            assert [call.value for call in again.calls.values()] == [{"city": "Köln"}, {}]


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), st.booleans(), st.data())
def test_a_finished_call_shows_its_whole_arguments(
    value: dict[str, Any], ascii_only: bool, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    view = ToolCallView()
    view.feed(ToolCallStarted(0, "c0", "f"))
    reader = PartialJson()
    for low, high in zip([0, *places], [*places, len(text)], strict=True):
        call = view.feed(ToolCallDelta(0, text[low:high]))
        reader.feed(text[low:high])
        assert call is not None
        assert call.value == reader.value
        assert call.arguments == text[:high]
    finished = ToolCallFinished(0, "c0", "f", text, True)
    view.feed(finished)
    assert view.calls[0, 0].value == finished.arguments_object() == value


# One after the other.


def test_calls_that_interleave_come_one_after_the_other() -> None:
    events = sequenced(INTERLEAVED)
    assert [event for event in events if isinstance(event, OF_CALLS)] == [
        ToolCallStarted(0, "c0", "weather"),
        ToolCallDelta(0, '{"city": "Köln"}'),
        ToolCallFinished(0, "c0", "weather", '{"city": "Köln"}', complete=True, position=0),
        ToolCallStarted(1, "c1", "clock", part=1),
        ToolCallDelta(1, "{}", part=1),
        ToolCallFinished(1, "c1", "clock", "{}", complete=True, part=1, position=1),
    ]
    assert events[-2:] == INTERLEAVED[-2:]
    assert isinstance(events[-2], ChoiceFinished)
    assert message_of(events) == message_of(INTERLEAVED)


def test_other_events_pass_at_once() -> None:
    sequencer = ToolCallSequencer()
    for event in call_events(0, "{}"):
        assert sequencer.feed(event) == []
        for other in (TextDelta("a"), Heartbeat("ping")):
            assert sequencer.feed(other) == [other]


@pytest.mark.parametrize(
    ("positions", "order"),
    [
        pytest.param([2, 0, 1], [1, 2, 0], id="the server's order"),
        pytest.param([0, 0, 0], [0, 1, 2], id="one position for all"),
        pytest.param([None, None, None], [0, 1, 2], id="no positions"),
        pytest.param([7, None, 0], [2, 1, 0], id="some positions"),
    ],
)
def test_calls_come_by_the_servers_positions(positions: list[int | None], order: list[int]) -> None:
    events = [
        event for index, position in enumerate(positions) for event in call_events(index, "{}", position=position)
    ]
    came = sequenced([*events, ChoiceFinished(FinishReason.TOOL_CALLS, "tool_calls")])
    assert [event.index for event in came if isinstance(event, ToolCallFinished)] == order


def test_a_choice_gives_its_calls_when_it_ends_and_not_those_of_others() -> None:
    sequencer = ToolCallSequencer()
    for event in [*call_events(0, "{}", choice=0), *call_events(0, '{"a":1}', choice=1)]:
        assert sequencer.feed(event) == []
    end = ChoiceFinished(FinishReason.TOOL_CALLS, "tool_calls", 1)
    assert [getattr(event, "choice", None) for event in sequencer.feed(end)] == [1, 1, 1, 1]
    finished = Finished(FinishReason.UNKNOWN)
    *released, last = sequencer.feed(finished)
    assert [type(event) for event in released] == [ToolCallStarted, ToolCallDelta, ToolCallFinished]
    assert last is finished


def test_at_a_bad_end_the_incomplete_calls_come_before_the_failure() -> None:
    events = sequenced(feed("openai-chat", sse(chat_call(0, '{"a', "f", "c0"), chat_call(1, "", "g", "c1"))))
    assert isinstance(events[-1], Failed)
    calls = [event for event in events[:-1] if isinstance(event, ToolCallFinished)]
    assert [(call.id, call.complete) for call in calls] == [("c0", False), ("c1", False)]


def test_what_is_held_can_be_asked_for_at_any_other_end() -> None:
    sequencer = ToolCallSequencer()
    for event in call_events(0, "{}", complete=False):
        sequencer.feed(event)
    assert [type(event) for event in sequencer.end()] == [ToolCallStarted, ToolCallDelta, ToolCallFinished]
    assert sequencer.end() == []
    failed = Failed(Failure(FailureKind.TRUNCATED, "cut"))
    assert sequencer.feed(failed) == [failed]


def test_a_call_whose_start_was_not_fed_comes_without_one() -> None:
    started, *rest = call_events(0, "{}")
    assert isinstance(started, ToolCallStarted)
    assert [type(event) for event in sequenced(rest)] == [ToolCallDelta, ToolCallFinished]


def test_a_call_without_arguments_has_no_delta() -> None:
    body = sse(chat_call(0, "", "f", "c0"), chat(finish="tool_calls"), "[DONE]")
    came = [type(event) for event in sequenced(feed("openai-chat", body)) if isinstance(event, OF_CALLS)]
    assert came == [ToolCallStarted, ToolCallFinished]


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["", "{}", '{"a": "b"}'])), max_size=12))
def test_regrouping_changes_neither_the_message_nor_any_other_event(fragments: list[tuple[int, str]]) -> None:
    names = [chat_call(index, "", f"f{index}", f"c{index}") for index in (2, 0, 1)]
    chunks = [chat_call(index, text) for index, text in fragments]
    texts = [chat({"content": "a"}) for _ in chunks]
    mixed = [chunk for pair in zip(chunks, texts, strict=True) for chunk in pair]
    events = feed("openai-chat", sse(*names, *mixed, chat(finish="stop"), "[DONE]"))
    came = sequenced(events)
    assert message_of(came) == message_of(events)
    assert [event for event in came if not isinstance(event, OF_CALLS)] == [
        event for event in events if not isinstance(event, OF_CALLS)
    ]
    started = [event.index for event in came if isinstance(event, ToolCallStarted)]
    calls = [event for event in came if isinstance(event, OF_CALLS)]
    assert [event.index for event in calls] == sorted((event.index for event in calls), key=started.index)


def test_a_list_of_events_is_not_passed_over() -> None:
    events: Any = []
    with pytest.raises(TypeError, match="takes one event"):
        ToolCallView().feed(events)
