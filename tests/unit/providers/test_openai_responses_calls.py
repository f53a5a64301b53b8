"""Inputs of client calls of the Responses API: what closing events add, late names, ids given twice."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, of_kind
from tests.responses_wire import (
    COMPUTER,
    CREATED,
    added,
    arguments_delta,
    both_ways,
    completed,
    done,
    event,
    function,
    incomplete,
    place,
    told,
)

from deltawire.events import (
    Finished,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from deltawire.notes import NoteCode


class TestInputs:
    @pytest.mark.parametrize(
        ("deltas", "whole", "arguments", "complete"),
        [
            ([], '{"a":1}', '{"a":1}', True),
            (['{"a":'], '{"a":1}', '{"a":1}', True),
            (['{"a":', "1}"], '{"a":1}', '{"a":1}', True),
            (['{"a":1}'], "", '{"a":1}', True),
            (['{"a":1}'], "{}", '{"a":1}', True),
            (['{"a":1}'], None, '{"a":1}', True),
            (['{"a":1}'], {"a": 1}, '{"a":1}', True),
            ([], {"a": 1}, '{"a":1}', True),
            (['{"a": 1}'], '{"a":1}', '{"a": 1}', True),
            (['{"a":2}'], '{"a":1}', '{"a":2}', False),
            (['{"a":'], "[", '{"a":', False),
            ([], "", "", True),
            ([], "{}", "{}", True),
            ([], "[1]", "[1]", False),
        ],
    )
    @pytest.mark.parametrize("end", ["arguments", "item", "response"])
    def test_a_closing_input_gives_what_is_missing_and_never_takes_back(
        self, deltas: list[str], whole: Any, arguments: str, complete: bool, end: str
    ) -> None:
        item = function(whole)
        closing = {
            "arguments": event("function_call_arguments.done", **place("fc_1"), arguments=whole),
            "item": done(item),
            "response": completed(item),
        }[end]
        events = both_ways([CREATED, added(function("")), *map(arguments_delta, deltas), closing, completed()])
        (call,) = of_kind(events, ToolCallFinished)
        assert (call.arguments, call.complete) == (arguments, complete)
        (last,) = of_kind(events, Finished)
        assert last.reason == ("tool_calls" if complete else "stop")

    def test_other_arguments_at_the_end_are_noted(self) -> None:
        before = [CREATED, added(function("")), arguments_delta('{"a":2}')]
        assert NoteCode.ARGUMENTS_REPLACED in codes(told(*before, done(function('{"a":1}'))))

    @pytest.mark.parametrize(
        ("held", "deltas", "arguments"),
        [
            ('{"a":', ["1}"], '{"a":1}'),
            ('{"a":1}', ['{"a"', ":1}"], '{"a":1}'),
            ("{}", ['{"a":1}'], '{"a":1}'),
            ('{"a":1}', [], '{"a":1}'),
        ],
        ids=["goes on", "said again", "placeholder", "all"],
    )
    def test_arguments_that_the_opening_event_holds_count_once(
        self, held: str, deltas: list[str], arguments: str
    ) -> None:
        opening = added(function(held, status="in_progress"))
        events = both_ways([CREATED, opening, *map(arguments_delta, deltas), completed()])
        (call,) = of_kind(events, ToolCallFinished)
        assert (call.arguments, call.complete) == (arguments, True)

    def test_arguments_before_the_opening_event_wait_for_the_name(self) -> None:
        before = [CREATED, arguments_delta('{"a":')]
        assert not of_kind(told(*before), ToolCallStarted)
        assert of_kind(told(*before, added(function(""))), ToolCallStarted, ToolCallDelta) == [
            ToolCallStarted(0, "call_1", "find", item_id="fc_1"),
            ToolCallDelta(0, '{"a":'),
        ]
        events = both_ways([*before, arguments_delta("1}"), done(function('{"a":1}')), completed()])
        (call,) = of_kind(events, ToolCallFinished)
        assert (call.id, call.name, call.arguments, call.complete) == ("call_1", "find", '{"a":1}', True)

    def test_a_delta_behind_the_end_of_its_call_is_a_note(self) -> None:
        events = told(CREATED, done(function("{}")), arguments_delta("x"))
        assert codes(events) == [NoteCode.CALL_AFTER_FINISH]

    def test_the_items_id_stands_in_for_a_call_id(self) -> None:
        (start,) = of_kind(told(CREATED, added(function("", call_id=None))), ToolCallStarted)
        assert (start.id, start.synthetic_id) == ("fc_1", False)

    def test_a_call_id_given_twice_is_not_given_on(self) -> None:
        first = [added(function("", 1)), done(function("{}", 1))]
        second = function("", 2, call_id="call_1")
        events = both_ways([CREATED, *first, added(second, 1), done({**second, "arguments": "{}"}, 1), completed()])
        assert [(call.id, call.complete) for call in of_kind(events, ToolCallFinished)] == [
            ("call_1", True),
            ("resp_1_1", True),
        ]
        assert NoteCode.REUSED_CALL_ID in codes(events)

    def test_a_call_id_given_twice_without_opening_events_is_not_given_on(self) -> None:
        stream = [done(function("{}", 1), 0), done(function("{}", 2, call_id="call_1"), 1)]
        calls = of_kind(both_ways([CREATED, *stream, completed()]), ToolCallFinished)
        assert [call.id for call in calls] == ["call_1", "resp_1_1"]

    def test_the_end_of_the_input_behind_the_end_of_the_call_says_nothing(self) -> None:
        late = event("function_call_arguments.done", **place("fc_1"), arguments="{} ")
        assert told(CREATED, done(function("{}")), late) == []

    def test_an_empty_delta_behind_the_end_of_the_call_says_nothing(self) -> None:
        assert told(CREATED, done(function("{}")), arguments_delta("")) == []

    def test_the_name_at_the_end_of_the_input_counts_if_no_other_comes(self) -> None:
        whole = event("function_call_arguments.done", **place("fc_1"), arguments="{}", name="find")
        (call,) = of_kind(both_ways([CREATED, whole, completed()]), ToolCallFinished)
        assert (call.id, call.name, call.arguments, call.complete) == ("fc_1", "find", "{}", True)
        (call,) = of_kind(both_ways([CREATED, whole, done(function("{}")), completed()]), ToolCallFinished)
        assert (call.id, call.name) == ("call_1", "find")

    def test_a_call_without_a_name_is_not_complete(self) -> None:
        (call,) = of_kind(both_ways([CREATED, arguments_delta("{}"), completed()]), ToolCallFinished)
        assert (call.id, call.name, call.complete) == ("fc_1", "", False)

    def test_a_call_of_which_nothing_came_but_its_opening_has_no_arguments(self) -> None:
        (call,) = of_kind(both_ways([CREATED, added(COMPUTER), completed()]), ToolCallFinished)
        assert (call.name, call.arguments) == ("computer_call", "")

    def test_another_name_at_the_end_comes_too_late(self) -> None:
        events = told(CREATED, added(function("")), done(function("{}", name="other")))
        assert codes(events) == [NoteCode.LATE_CALL_NAME]
        assert of_kind(events, ToolCallFinished)[0].name == "find"

    @pytest.mark.parametrize(("arguments", "complete"), [("", False), ('{"a":', False), ('{"a":1}', True)])
    def test_a_call_that_is_open_at_a_length_limit_counts_only_if_it_is_whole(
        self, arguments: str, complete: bool
    ) -> None:
        events = both_ways([CREATED, added(function("")), arguments_delta(arguments), incomplete("max_output_tokens")])
        (call,) = of_kind(events, ToolCallFinished)
        assert call.complete is complete
        assert of_kind(events, Finished)[0].reason == "length"
