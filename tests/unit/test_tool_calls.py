"""Calls from their fragments: what is said of them, and when they are complete."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.events import Event, ToolCallDelta, ToolCallFinished, ToolCallStarted
from deltawire.limits import Limits
from deltawire.tool_calls import ToolCall, ToolCalls, tool_name


def begun(calls: ToolCalls, name: str = "f", identifier: str = "a", choice: int = 0) -> ToolCall:
    """A call with its name and id, not started yet."""
    call = calls.begin(choice, 0)
    calls.name(call, name, identifier)
    return call


def finished(arguments: str, **options: Any) -> ToolCallFinished:
    """The end of a call with these arguments."""
    calls = ToolCalls(options.pop("limits", Limits()), None)
    call = begun(calls)
    call.kind = options.pop("kind", "function")
    events: list[Event] = []
    calls.append(call, arguments, events)
    calls.close(call, events, **options)
    last = events[-1]
    assert isinstance(last, ToolCallFinished)
    return last


class TestStart:
    def test_a_call_starts_once_name_and_id_are_known(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        call = calls.begin(2, 5, "custom", 7)
        call.item_id = "item_1"
        calls.start_if_known(call, events)
        calls.name(call, "", "a")
        calls.start_if_known(call, events)
        assert events == []
        calls.name(call, "f", "")
        calls.start_if_known(call, events)
        assert events == [ToolCallStarted(0, "a", "f", "custom", 2, 5, "item_1")]
        calls.start_if_known(call, events)
        assert len(events) == 1

    def test_without_an_id_it_starts_with_its_arguments(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        call = begun(calls, identifier="")
        calls.start_if_known(call, events)
        assert events == []
        calls.append(call, "{", events)
        calls.start_if_known(call, events)
        assert events == [ToolCallStarted(0, "call_0", "f", synthetic_id=True), ToolCallDelta(0, "{")]

    def test_arguments_before_the_start_come_with_it_in_one_piece(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        call = calls.begin(0, 3)
        calls.append(call, '{"x"', events)
        calls.append(call, ":1}", events)
        assert events == []
        calls.name(call, "f", "a")
        calls.start_if_known(call, events)
        calls.append(call, " ", events)
        assert events == [
            ToolCallStarted(0, "a", "f", part=3),
            ToolCallDelta(0, '{"x":1}', 0, 3),
            ToolCallDelta(0, " ", 0, 3),
        ]

    def test_a_call_without_a_name_starts_when_it_closes(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        calls.append(calls.begin(0, 0), "{}", events)
        calls.close_all(events)
        assert events == [
            ToolCallStarted(0, "call_0", "", synthetic_id=True),
            ToolCallDelta(0, "{}"),
            ToolCallFinished(0, "call_0", "", "{}", complete=False),
        ]

    def test_an_empty_piece_is_no_event(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        call = begun(calls)
        calls.start(call, events)
        calls.append(call, "", events)
        assert len(events) == 1
        assert not call.has_arguments

    def test_calls_are_numbered_within_their_choice(self) -> None:
        calls = ToolCalls(Limits(), None)
        assert [calls.begin(choice, 0).index for choice in (0, 1, 0, 1, 0)] == [0, 0, 1, 1, 2]


class TestName:
    def test_name_and_id_are_set_once_the_call_has_started(self) -> None:
        calls = ToolCalls(Limits(), None)
        call = begun(calls)
        calls.start(call, [])
        assert calls.name(call, "f", "a")
        assert calls.name(call, "", "")
        assert calls.name(call, "f<|channel|>x", "b")
        assert not calls.name(call, "g", "b")
        assert (call.name, call.id) == ("f", "a")

    def test_before_the_start_the_arguments_settle_the_name(self) -> None:
        calls = ToolCalls(Limits(), None)
        call = calls.begin(0, 0)
        for name in ("f", "g"):
            calls.name(call, name, "")
        calls.append(call, "{", [])
        assert calls.name(call, "h", "")
        assert call.name == "g"

    def test_an_id_is_given_once(self) -> None:
        calls = ToolCalls(Limits(), None)
        first, second = begun(calls), begun(calls)
        assert (first.id, second.id) == ("a", "")
        assert calls.has_id("a")
        assert not calls.has_id("b")
        calls.start(second, [])
        assert (second.id, second.synthetic_id) == ("call_1", True)

    @pytest.mark.parametrize(
        ("said", "name"), [("f", "f"), ("f<|channel|>commentary", "f"), ("<|x|>", "<|x|>"), ("", ""), ("a<b", "a<b")]
    )
    def test_channel_markup_is_cut_off(self, said: str, name: str) -> None:
        assert tool_name(said) == name


class TestMadeUpIds:
    @staticmethod
    def made_up(calls: ToolCalls) -> str:
        events: list[Event] = []
        calls.start(begun(calls, identifier=""), events)
        (event,) = events
        assert isinstance(event, ToolCallStarted)
        assert event.synthetic_id
        return event.id

    def test_they_begin_with_the_prefix(self) -> None:
        calls = ToolCalls(Limits(), "chatcmpl-1")
        assert [self.made_up(calls) for _ in range(2)] == ["chatcmpl-1_0", "chatcmpl-1_1"]

    @pytest.mark.parametrize("prefix", [None, ""])
    def test_they_begin_with_call_without_a_prefix(self, prefix: str | None) -> None:
        assert self.made_up(ToolCalls(Limits(), prefix)) == "call_0"

    def test_they_are_none_of_the_servers(self) -> None:
        calls = ToolCalls(Limits(), None)
        for identifier in ("call_2", "call_3"):
            begun(calls, identifier=identifier)
        assert self.made_up(calls) == "call_4"


class TestComplete:
    @pytest.mark.parametrize(
        ("arguments", "complete"),
        [
            pytest.param('{"x":1}', True, id="object"),
            pytest.param(' {"x": [1, {}]}\n', True, id="object with white space"),
            pytest.param("{}", True, id="empty object"),
            pytest.param("", True, id="blank"),
            pytest.param(" \n", True, id="white space"),
            pytest.param("null", True, id="null"),
            pytest.param("[]", False, id="array"),
            pytest.param("1", False, id="number"),
            pytest.param('"x"', False, id="string"),
            pytest.param("true", False, id="true"),
            pytest.param('{"x":', False, id="cut"),
            pytest.param('{"x":1}{"y":2}', False, id="two objects glued"),
            pytest.param("{}{", False, id="an object and more"),
            pytest.param("{'x':1}", False, id="single quotes"),
            pytest.param('{"x":NaN}', False, id="not a number"),
            pytest.param("nullnull", False, id="null twice"),
        ],
    )
    def test_arguments(self, arguments: str, complete: bool) -> None:
        event = finished(arguments)
        assert event.arguments == arguments
        assert event.complete is complete

    @pytest.mark.parametrize(("arguments", "complete"), [("", False), (" ", False), ("null", True), ("{}", True)])
    def test_blank_arguments_of_a_call_that_a_limit_cut_may_be_their_beginning(
        self, arguments: str, complete: bool
    ) -> None:
        assert finished(arguments, cut=True).complete is complete

    @pytest.mark.parametrize("arguments", ["", "{}"])
    def test_nothing_is_complete_that_did_not_end_properly(self, arguments: str) -> None:
        assert not finished(arguments, proper=False).complete

    @pytest.mark.parametrize("arguments", ["", "{", "ls -l"])
    def test_free_text_is_complete_when_it_is_closed(self, arguments: str) -> None:
        assert finished(arguments, kind="custom").complete
        assert not finished(arguments, kind="custom", proper=False).complete

    def test_arguments_may_nest_as_deep_as_the_limit(self) -> None:
        deep = '{"x":' * 3 + "1" + "}" * 3
        assert finished(deep, limits=Limits(json_depth=3)).complete
        assert not finished(deep, limits=Limits(json_depth=2)).complete

    def test_without_a_name_nothing_can_be_run(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        calls.name(calls.begin(0, 0), "", "a")
        calls.close_all(events)
        assert events[-1] == ToolCallFinished(0, "a", "", "", complete=False)
        assert not calls.any_complete(0)

    def test_a_complete_call_is_remembered_for_its_choice(self) -> None:
        calls = ToolCalls(Limits(), None)
        calls.close(begun(calls, choice=3), [])
        assert calls.any_complete(3)
        assert not calls.any_complete(0)


class TestDamage:
    def test_every_open_call_is_incomplete_after_a_loss_and_no_later_one(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        closed, first, second = begun(calls), begun(calls, identifier="b"), begun(calls, identifier="c")
        calls.close(closed, events)
        calls.damage()
        begun(calls, identifier="d")
        calls.append(first, "{}", events)
        calls.close_all(events)
        assert second.damaged
        ends = {event.id: event.complete for event in events if isinstance(event, ToolCallFinished)}
        assert ends == {"a": True, "b": False, "c": False, "d": True}

    @pytest.mark.parametrize(
        ("pieces", "text", "replaced"),
        [
            pytest.param(['{"x":"', "\ud83d", "\ude00", '"}'], '{"x":"😀"}', False, id="halves that meet"),
            pytest.param(['{"x":"\ud83d', '\ude00"}'], '{"x":"😀"}', False, id="halves inside pieces"),
            pytest.param(['{"x":"', "\ud83d", '"}'], '{"x":"\ufffd"}', True, id="a high half alone"),
            pytest.param(['{"x":"\ude00"}'], '{"x":"\ufffd"}', True, id="a low half alone"),
            pytest.param(['{"x":"\ufffd"}'], '{"x":"\ufffd"}', True, id="invalid UTF-8"),
            pytest.param(['{"x":"é"}'], '{"x":"é"}', False, id="nothing odd"),
            pytest.param(["{}", "\ud83d"], "{}\ufffd", True, id="a high half at the end"),
        ],
    )
    def test_half_pairs_and_replaced_characters(self, pieces: list[str], text: str, replaced: bool) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        calls.mend = True
        call = begun(calls)
        calls.start(call, events)
        for piece in pieces:
            calls.append(call, piece, events)
        calls.mend = False
        calls.close(call, events)
        assert events[-1] == ToolCallFinished(0, "a", "f", text, complete=not replaced)
        assert "".join(event.arguments for event in events if isinstance(event, ToolCallDelta)) == text
        assert calls.replaced is replaced

    def test_half_a_pair_at_the_end_of_a_call_that_never_started(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        calls.mend = True
        calls.append(calls.begin(0, 0), "\ud83d", events)
        calls.close_all(events)
        assert events[1:] == [ToolCallDelta(0, "\ufffd"), ToolCallFinished(0, "call_0", "", "\ufffd", complete=False)]

    def test_half_a_pair_at_the_end_of_a_call_belongs_to_its_choice_and_part(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        calls.mend = True
        call = calls.begin(2, 3)
        calls.name(call, "f", "a")
        calls.start(call, events)
        calls.append(call, "\ud83d", events)
        calls.close(call, events)
        assert events[1] == ToolCallDelta(0, "\ufffd", 2, 3)

    def test_a_replaced_character_says_nothing_of_later_calls(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        calls.mend = True
        for identifier, arguments in (("a", '{"x":"\ude00"}'), ("b", '{"x":"😀"}')):
            call = begun(calls, identifier=identifier)
            calls.append(call, arguments, events)
            calls.close(call, events)
        assert [event.complete for event in events if isinstance(event, ToolCallFinished)] == [False, True]

    def test_characters_are_looked_at_only_while_mending(self) -> None:
        assert finished('{"x":"\ufffd"}').complete


class TestClosing:
    def test_a_call_is_finished_once(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        call = begun(calls)
        calls.close(call, events)
        calls.close(call, events)
        assert [type(event) for event in events] == [ToolCallStarted, ToolCallFinished]

    def test_the_choice_is_closed_in_order_of_appearance(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        for identifier, choice in (("a", 0), ("b", 1), ("c", 0)):
            begun(calls, identifier=identifier, choice=choice)
        calls.close_all(events, 0)
        assert [event.id for event in events if isinstance(event, ToolCallFinished)] == ["a", "c"]
        assert [call.id for call in calls.open] == ["b"]
        calls.close_all(events)
        assert calls.open == []

    @pytest.mark.parametrize(("how", "complete"), [({}, True), ({"proper": False}, False), ({"cut": True}, True)])
    def test_calls_that_nothing_ended_are_incomplete_though_they_parse(self, how: Any, complete: bool) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        for identifier in ("a", "b"):
            calls.append(begun(calls, identifier=identifier), "{}", events)
        calls.close_all(events, **how)
        assert [event.complete for event in events if isinstance(event, ToolCallFinished)] == [complete] * 2

    def test_without_arguments_they_are_cut_by_a_length_limit(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        calls.append(begun(calls), " ", events)
        calls.close_all(events, cut=True)
        assert not events[-1].complete  # type: ignore[union-attr]

    def test_the_end_says_all_that_is_known(self) -> None:
        calls, events = ToolCalls(Limits(), None), list[Event]()
        call = calls.begin(1, 4, "other", 9)
        call.item_id = "item_1"
        calls.name(call, "f", "a")
        calls.close(call, events)
        assert events[-1] == ToolCallFinished(0, "a", "f", "", True, "other", 1, 4, "item_1", 9)


@given(st.lists(st.text(max_size=3), max_size=12), st.booleans(), st.data())
def test_joined_deltas_are_the_arguments_whenever_the_name_comes(
    pieces: list[str], mend: bool, data: st.DataObject
) -> None:
    calls, events = ToolCalls(Limits(), None), list[Event]()
    calls.mend = mend
    call = calls.begin(0, 0)
    named = data.draw(st.integers(0, len(pieces)))
    for number, piece in enumerate([*pieces, ""]):
        if number == named:
            calls.name(call, "f", "a")
            calls.start_if_known(call, events)
        calls.append(call, piece, events)
    calls.close(call, events)
    start, *deltas, end = events
    assert isinstance(start, ToolCallStarted)
    assert isinstance(end, ToolCallFinished)
    assert "".join(event.arguments for event in deltas if isinstance(event, ToolCallDelta)) == end.arguments
    assert len(deltas) <= len(pieces)
    assert end.arguments == "".join(pieces)


def test_a_call_whose_arguments_went_to_one_without_a_name_was_complete() -> None:
    for stray_first in (True, False):
        calls, events = ToolCalls(Limits(), None), list[Event]()
        named, stray, other = calls.begin(0, 0), calls.begin(0, 1), calls.begin(1, 0)
        for call, name in ((named, "f"), (other, "g")):
            calls.name(call, name, name)
        calls.append(stray, "{}", events)
        for call in (stray, named, other) if stray_first else (named, stray, other):
            calls.close(call, events)
        finished = {event.name: event.complete for event in events if isinstance(event, ToolCallFinished)}
        assert finished == {"f": False, "": False, "g": True}


def test_a_call_without_arguments_is_complete_beside_one_that_has_some() -> None:
    calls, events = ToolCalls(Limits(), None), list[Event]()
    calls.append(begun(calls, "f", "a"), '{"x":', events)
    calls.close(begun(calls, "g", "b"), events)
    last = events[-1]
    assert isinstance(last, ToolCallFinished)
    assert (last.name, last.complete) == ("g", True)


def test_a_call_without_name_and_arguments_takes_nothing_from_others() -> None:
    calls, events = ToolCalls(Limits(), None), list[Event]()
    named, stray = calls.begin(0, 0), calls.begin(0, 1)
    calls.name(named, "f", "a")
    calls.close(stray, events)
    calls.close(named, events)
    assert [event.complete for event in events if isinstance(event, ToolCallFinished)] == [False, True]
