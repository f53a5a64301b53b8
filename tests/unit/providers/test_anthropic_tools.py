"""The client's tools: where the input stands, and when a call is complete."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.messages_wire import (
    CALLS,
    INTERLEAVED,
    MADE_EARLIER,
    NAME,
    OVERLOADED,
    STARTED,
    STOP,
    Payload,
    begin,
    call,
    call_block,
    change,
    content_of,
    events_of,
    finished,
    natives,
    open_call,
    open_text,
    part_of_input,
    start,
    stop,
    talk,
    text,
    told,
    whole,
)

from deltawire.events import (
    ChoiceFinished,
    Failed,
    Finished,
    FinishReason,
    Note,
    PartFinished,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from deltawire.failures import Failure, FailureKind
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.response import parser

CALL_EVENTS = (ToolCallStarted, ToolCallDelta, ToolCallFinished)
USED = FinishReason.TOOL_CALLS
BLANK = {"type": "tool_use", "id": "toolu_1", "name": "find", "input": {}}


def calls_of(*blocks: Payload, reason: Any = "tool_use") -> list[ToolCallFinished]:
    return of_kind(events_of(*whole(*blocks, reason=reason)), ToolCallFinished)


def only_call(*blocks: Payload, reason: Any = "tool_use") -> ToolCallFinished:
    (found,) = calls_of(*blocks, reason=reason)
    return found


class TestACall:
    def test_event_by_event(self) -> None:
        assert events_of(*whole(*call("", '{"q":', ' "é"}'), reason="tool_use")) == [
            STARTED,
            ToolCallStarted(0, "toolu_1", "find"),
            ToolCallDelta(0, '{"q":'),
            ToolCallDelta(0, ' "é"}'),
            ToolCallFinished(0, "toolu_1", "find", '{"q": "é"}', complete=True, position=0),
            PartFinished("tool_call", BLANK),
            ChoiceFinished(USED, "tool_use"),
            finished(USED, "tool_use"),
        ]

    def test_each_piece_is_told_as_it_comes(self) -> None:
        started, first = ToolCallStarted(0, "toolu_1", "find"), ToolCallDelta(0, '{"q"')
        assert told(begin(), open_call(0)) == [started]
        assert told(begin(), open_call(0), part_of_input(0, '{"q"')) == [first]
        pieces = [part_of_input(0, '{"q"'), part_of_input(0, ":1}")]
        assert told(begin(), open_call(0), *pieces, stop(0))[0].complete

    def test_one_without_an_id_starts_with_its_input(self) -> None:
        assert told(begin(), open_call(0, None)) == []
        assert told(begin(), open_call(0, None), part_of_input(0, '{"q"')) == [
            ToolCallStarted(0, "msg_1_0", "find", synthetic_id=True),
            ToolCallDelta(0, '{"q"'),
        ]

    def test_several_have_numbers_of_ours_and_positions_of_the_server(self) -> None:
        calls = of_kind(events_of(*CALLS), ToolCallFinished)
        assert [(made.index, made.part, made.position, made.id) for made in calls] == [
            (0, 1, 1, "toolu_a"),
            (1, 2, 2, "toolu_b"),
            (2, 3, 3, "toolu_c"),
        ]
        assert [made.arguments_object() for made in calls] == [{"q": "é"}, {"q": "y"}, {}]

    def test_interleaved_ones_are_kept_apart(self) -> None:
        calls = of_kind(events_of(*INTERLEAVED), ToolCallFinished)
        assert [(made.id, made.arguments, made.position) for made in calls] == [
            ("toolu_b", '{"q":2}', 2),
            ("toolu_a", '{"q":0}', 0),
        ]
        assert [made.id for made in message_of(events_of(*INTERLEAVED)).tool_calls] == ["toolu_a", "toolu_b"]

    def test_who_called_and_from_which_toolset_stands_in_the_block(self) -> None:
        fields = {"caller": {"type": "direct"}, "toolset_name": "browser"}
        (block,) = natives(content_of(open_call(0, **fields), part_of_input(0, "{}"), stop(0), reason="tool_use"))
        assert block == {**BLANK, **fields}

    @pytest.mark.parametrize("index", [None, "1", 1.5, True, -1])
    def test_a_position_is_a_whole_number(self, index: Any) -> None:
        made = only_call(open_call(index), part_of_input(index, "{}"), stop(index))
        assert (made.arguments, made.position) == ("{}", {None: 0, -1: -1}.get(index))


class TestNamesAndIds:
    @pytest.mark.parametrize("identifier", ["", None, 7], ids=str)
    def test_an_id_that_is_missing_is_made_up(self, identifier: Any) -> None:
        events = content_of(open_call(0, identifier), part_of_input(0, "{}"), stop(0), reason="tool_use")
        assert of_kind(events, ToolCallStarted) == [ToolCallStarted(0, "msg_1_0", "find", synthetic_id=True)]

    def test_the_id_of_an_earlier_call_is_not_given_twice(self) -> None:
        events = events_of(*whole(*call("{}"), *call("{}", index=1), reason="tool_use"))
        assert [made.id for made in of_kind(events, ToolCallFinished)] == ["toolu_1", "msg_1_1"]
        assert codes(events) == [NoteCode.REUSED_CALL_ID]

    def test_the_prefix_of_made_up_ids_can_be_chosen(self) -> None:
        events = events_of(*whole(open_call(0, None), part_of_input(0, "{}"), stop(0)), id_prefix="mine")
        assert of_kind(events, ToolCallFinished)[0].id == "mine_0"

    @pytest.mark.parametrize("name", ["", None, ["find"]], ids=str)
    def test_a_call_without_a_name_is_incomplete(self, name: Any) -> None:
        events = events_of(*whole(open_call(0, name=name), part_of_input(0, "{}"), stop(0), reason="tool_use"))
        assert of_kind(events, *CALL_EVENTS) == [
            ToolCallStarted(0, "toolu_1", ""),
            ToolCallDelta(0, "{}"),
            ToolCallFinished(0, "toolu_1", "", "{}", complete=False, position=0),
        ]
        assert codes(events) == [NoteCode.CALL_WITHOUT_NAME, NoteCode.FINISH_WITHOUT_CALLS]
        assert Note(NoteCode.CALL_WITHOUT_NAME, "toolu_1") in events
        assert events[-1] == finished(FinishReason.STOP, "tool_use")


class TestWhereTheInputStands:
    def test_nowhere(self) -> None:
        assert only_call(open_call(0), stop(0)).arguments_object() == {}

    @pytest.mark.parametrize("pieces", [[""], ["", ""], [" "], ["\n", " "], ["null"], ["{}"], ["{", "}"]], ids=str)
    def test_deltas_without_a_field(self, pieces: list[str]) -> None:
        made = only_call(*call(*pieces))
        assert (made.arguments, made.complete) == ("".join(pieces), True)
        assert made.arguments_object() == {}

    @pytest.mark.parametrize("block", [{}, {"input": None}, {"input": ""}], ids=str)
    def test_no_field_for_it_in_the_start(self, block: Payload) -> None:
        started = start(0, "tool_use", id="toolu_1", name="find", **block)
        assert only_call(started, part_of_input(0, '{"q":1}'), stop(0)).arguments_object() == {"q": 1}
        assert only_call(started, stop(0)).arguments_object() == {}

    def test_whole_in_the_start(self) -> None:
        block = {**BLANK, "input": {"q": "é", "n": [1, None]}}
        assert content_of(start(0, **block), stop(0), reason="tool_use") == [
            ToolCallStarted(0, "toolu_1", "find"),
            ToolCallDelta(0, '{"q":"é","n":[1,null]}'),
            ToolCallFinished(0, "toolu_1", "find", '{"q":"é","n":[1,null]}', complete=True, position=0),
            PartFinished("tool_call", block),
        ]

    def test_in_the_start_and_in_deltas_the_deltas_count(self) -> None:
        assert only_call(open_call(0, input={"q": 1}), part_of_input(0, '{"q":2}'), stop(0)).arguments == '{"q":2}'

    def test_in_the_start_and_in_empty_deltas_the_start_counts(self) -> None:
        assert only_call(open_call(0, input={"q": 1}), part_of_input(0, ""), stop(0)).arguments == '{"q":1}'

    @pytest.mark.parametrize(
        ("value", "text_of_value"),
        [([], "[]"), ([{"q": 1}], '[{"q":1}]'), (7, "7"), (False, "false"), ("plain", "plain")],
        ids=str,
    )
    def test_a_value_that_is_no_object_is_passed_on_as_incomplete(self, value: Any, text_of_value: str) -> None:
        events = events_of(*whole(open_call(0, input=value), stop(0), reason="tool_use"))
        (made,) = of_kind(events, ToolCallFinished)
        assert (made.arguments, made.complete) == (text_of_value, False)
        assert codes(events) == [NoteCode.ARGUMENTS_NOT_TEXT, NoteCode.FINISH_WITHOUT_CALLS]

    def test_an_object_that_was_encoded_twice_is_complete_and_noted(self) -> None:
        events = events_of(*whole(open_call(0, input='{"q":1}'), stop(0), reason="tool_use"))
        assert of_kind(events, ToolCallFinished)[0].arguments_object() == {"q": 1}
        assert codes(events) == [NoteCode.ARGUMENTS_NOT_TEXT]

    def test_a_delta_whose_piece_is_an_object_is_taken_as_its_text(self) -> None:
        events = events_of(*whole(open_call(0), part_of_input(0, {"q": [1]}), stop(0), reason="tool_use"))
        assert of_kind(events, ToolCallFinished)[0].arguments_object() == {"q": [1]}
        assert codes(events) == [NoteCode.ARGUMENTS_NOT_TEXT]

    def test_whole_blocks_in_the_start_of_the_message(self) -> None:
        events = events_of(*MADE_EARLIER)
        assert events[:3] == [STARTED, ToolCallStarted(0, "toolu_1", "find"), ToolCallDelta(0, '{"q":"x"}')]
        assert events[3] == ToolCallFinished(0, "toolu_1", "find", '{"q":"x"}', complete=True, position=0)
        assert events[-1] == finished(USED, "tool_use")

    def test_they_stand_before_the_blocks_of_the_stream(self) -> None:
        made = [call_block(identifier="toolu_a"), call_block(identifier="toolu_b", input={"q": 1})]
        events = events_of(begin(*made), *talk("so"), *call("{}", index=1), change("tool_use"), STOP)
        calls = of_kind(events, ToolCallFinished)
        assert [(entry.id, entry.part, entry.complete) for entry in calls] == [
            ("toolu_a", 0, True),
            ("toolu_b", 1, True),
            ("toolu_1", 3, True),
        ]
        assert of_kind(events, TextDelta) == [TextDelta("so", part=2)]


class TestInputThatIsNoObject:
    @pytest.mark.parametrize(
        "arguments",
        ['{"a": "b", "c": "tru', '"}', '{"a":1}{"b":2}', '{"a":1} done', "[1]", '"text"', "{'a': 1}", '{"a":NaN}'],
    )
    def test_it_is_kept_and_the_call_is_incomplete(self, arguments: str) -> None:
        made = only_call(*call(arguments[:4], arguments[4:]))
        assert (made.arguments, made.complete) == (arguments, False)
        with pytest.raises(ValueError, match="incomplete"):
            made.arguments_object()

    def test_arguments_nested_too_deep(self) -> None:
        assert not only_call(*call('{"a":' + "[" * 200 + "]" * 200 + "}")).complete

    def test_the_reason_is_then_not_that_of_calls(self) -> None:
        events = events_of(*whole(*call('{"a"'), reason="tool_use"))
        assert events[-1] == finished(FinishReason.STOP, "tool_use")
        assert codes(events) == [NoteCode.FINISH_WITHOUT_CALLS]


class TestACallThatIsCut:
    @pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded", "refusal", "content_filter"])
    @pytest.mark.parametrize("pieces", [[], [""], [" "], ['{"a": "b", "c": "tru']], ids=str)
    def test_the_last_call_of_an_answer_that_was_cut_is_incomplete(self, pieces: list[str], reason: str) -> None:
        assert not only_call(*call(*pieces), reason=reason).complete
        # A block that never ended is no better.
        assert not only_call(*call(*pieces)[:-1], reason=reason).complete

    def test_whole_arguments_are_whole(self) -> None:
        made, cut = calls_of(*call('{"a":1}'), *call(index=1, identifier="b"), reason="max_tokens")
        assert (made.complete, cut.complete) == (True, False)

    def test_a_call_without_input_is_complete_once_another_block_follows(self) -> None:
        events = told(begin(), *call(), open_text(1))
        assert of_kind(events, ToolCallFinished)[0].complete
        made, cut = calls_of(*call(), *call(index=1, identifier="b"), reason="max_tokens")
        assert (made.complete, cut.complete) == (True, False)

    @pytest.mark.parametrize("reason", ["tool_use", "end_turn", "pause_turn", "novel", None])
    def test_or_once_the_answer_ends_in_another_way(self, reason: Any) -> None:
        assert told(begin(), *call()) == []
        assert only_call(*call(), reason=reason).complete

    def test_calls_without_input_that_were_open_together(self) -> None:
        blocks = [open_call(0, "a"), open_call(1, "b"), stop(0), stop(1)]
        events = events_of(*whole(*blocks, reason="max_tokens"))
        assert [(made.id, made.complete) for made in of_kind(events, ToolCallFinished)] == [("a", True), ("b", False)]
        assert [block["id"] for block in natives(events)] == ["a", "b"]

    def test_it_is_finished_with_the_stop_reason_at_the_latest(self) -> None:
        events = told(begin(), *call(), change("tool_use"))
        assert [type(event) for event in events] == [ToolCallFinished, PartFinished]

    @pytest.mark.parametrize(
        "end",
        [[], [OVERLOADED], [{"type": "content_block_start", "index": 1}]],
        ids=["end of the body", "error", "lost start"],
    )
    def test_a_stream_that_breaks_behind_it_leaves_it_incomplete(self, end: list[Payload]) -> None:
        events = events_of(begin(), *call(), *end)
        assert [made.complete for made in of_kind(events, ToolCallFinished)] == [False]
        assert [type(event) for event in events[-3:]] == [ToolCallFinished, PartFinished, Failed]
        assert natives(events) == [BLANK]

    def test_an_open_call_of_a_stream_that_breaks(self) -> None:
        events = events_of(begin(), open_call(0), part_of_input(0, '{"a":1}'), OVERLOADED)
        assert of_kind(events, ToolCallFinished) == [
            ToolCallFinished(0, "toolu_1", "find", '{"a":1}', complete=False, position=0)
        ]
        assert natives(events) == []

    def test_its_input_from_the_start_is_not_lost(self) -> None:
        events = events_of(begin(), open_call(0, input={"a": 1}), OVERLOADED)
        assert of_kind(events, ToolCallDelta) == [ToolCallDelta(0, '{"a":1}')]
        assert [made.complete for made in of_kind(events, ToolCallFinished)] == [False]

    def test_a_call_that_never_stopped_in_an_answer_that_is_complete(self) -> None:
        assert only_call(*call('{"a":1}')[:-1]).complete
        assert not only_call(*call('{"a"')[:-1]).complete

    def test_every_prefix_of_a_stream_has_no_complete_call_that_is_open(self) -> None:
        for count in range(1, len(CALLS) - 1):
            events = events_of(*CALLS[:count])
            stopped = [payload["index"] for payload in CALLS[:count] if payload["type"] == "content_block_stop"]
            for made in of_kind(events, ToolCallFinished):
                assert not made.complete or made.position in stopped


class TestDoubledAndDamaged:
    def test_half_a_surrogate_pair_in_the_arguments(self) -> None:
        made = only_call(*call('{"a":"\ud83d', '\ude00"}'))
        assert (made.arguments, made.complete) == ('{"a":"😀"}', True)

    def test_one_that_stays_alone_makes_the_call_incomplete(self) -> None:
        events = events_of(*whole(*call('{"a":"\ud83d', '"}'), reason="tool_use"))
        (made,) = of_kind(events, ToolCallFinished)
        assert (made.arguments, made.complete) == ('{"a":"\ufffd"}', False)
        assert events[-1].damaged


class TestLimits:
    def test_the_number_of_calls(self) -> None:
        payloads = whole(*call("{}"), *call("{}", index=1, identifier="b"), reason="tool_use")
        assert isinstance(events_of(*payloads, limits=Limits(tool_calls=2))[-1], Finished)
        error = failure_of(events_of(*payloads, limits=Limits(tool_calls=1)))
        assert (error.kind, error.code) == (FailureKind.TOO_LARGE, "tool_calls")

    @pytest.mark.parametrize("whole_at_start", [True, False])
    @pytest.mark.parametrize("ended", [True, False], ids=["stopped", "open at the end"])
    def test_the_bytes_of_arguments(self, whole_at_start: bool, ended: bool) -> None:
        arguments = {"a": "é" * 10}
        size = len(json.dumps(arguments, ensure_ascii=False, separators=(",", ":")).encode())
        pieces = (
            []
            if whole_at_start
            else [part_of_input(0, json.dumps(arguments, ensure_ascii=False, separators=(",", ":")))]
        )
        block = open_call(0, input=arguments if whole_at_start else {})
        payloads = [begin(), block, *pieces, *([stop(0)] if ended else []), change("tool_use")]
        assert isinstance(events_of(*payloads, limits=Limits(tool_argument_bytes=size))[-1], Finished)
        error = failure_of(events_of(*payloads, limits=Limits(tool_argument_bytes=size - 1)))
        assert (error.kind, error.code) == (FailureKind.TOO_LARGE, "tool_argument_bytes")

    def test_a_break_with_too_much_input_held_raises_nothing(self) -> None:
        limits = Limits(tool_argument_bytes=4)
        events = events_of(begin(), open_call(0, input={"a": 1}), OVERLOADED, limits=limits)
        assert of_kind(events, ToolCallFinished)[0].arguments == ""
        assert failure_of(events).kind is FailureKind.OVERLOADED
        response = parser(NAME, limits=limits)
        response.receive_payload(begin())
        response.receive_payload(open_call(0, input={"a": 1}))
        reset = Failure(FailureKind.READ, "connection reset")
        assert failure_of(response.receive_error(reset)).kind is FailureKind.READ


def test_text_stands_beside_calls() -> None:
    events = events_of(*whole(*talk("a"), *call("{}", index=1), open_text(2), text(2, "b"), stop(2), reason="tool_use"))
    found = message_of(events)
    assert (found.text, len(found.tool_calls), found.finish_reason) == ("ab", 1, USED)
