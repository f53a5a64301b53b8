"""Sequence numbers and lanes of the Responses API: what was lost, what came again, what is another response's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, message_of, of_kind
from tests.responses_wire import (
    CREATED,
    Payload,
    added,
    arguments_delta,
    both_ways,
    completed,
    done,
    function,
    message,
    numbered,
    text_delta,
    text_part,
)

from deltawire.events import (
    Failed,
    Finished,
    Metadata,
    Note,
    ToolCallFinished,
    Unknown,
)
from deltawire.notes import NoteCode

SAID = [CREATED, added(message()), text_delta("a")]


class TestSequenceNumbers:
    def test_events_that_come_again_are_dropped_with_one_note(self) -> None:
        payloads = numbered([*SAID, text_delta("b"), text_delta("c"), completed()])
        events = both_ways([*payloads[:4], *payloads[2:5], *payloads[4:]])
        assert message_of(events).text == "abc"
        assert codes(events) == [NoteCode.DUPLICATE_DROPPED]

    def test_a_gap_is_noted_and_damages_open_calls(self) -> None:
        payloads = numbered(
            [
                CREATED,
                added(function("", 1)),
                done(function("{}", 1)),
                added(function("", 2), 1),
                arguments_delta("{", 2, 1),
                arguments_delta(" ", 2, 1),
                arguments_delta("}", 2, 1),
                done(function("{ }", 2), 1),
                completed(),
            ]
        )
        events = both_ways([*payloads[:5], *payloads[6:]])
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [True, False]
        assert [note.detail for note in of_kind(events, Note) if note.code is NoteCode.SEQUENCE_GAP] == ["5 to 5"]
        assert of_kind(events, Finished)[0].damaged

    def test_heartbeats_are_counted(self) -> None:
        payloads = numbered([*SAID, {"type": "keepalive"}, text_delta("b"), completed()])
        assert codes(both_ways(payloads)) == []
        assert codes(both_ways([*payloads[:3], *payloads[4:]])) == [NoteCode.SEQUENCE_GAP]

    @pytest.mark.parametrize("first", [0, 1, 7])
    def test_the_first_event_may_have_any_number(self, first: int) -> None:
        assert codes(both_ways(numbered([*SAID, completed()], first))) == []

    def test_a_stream_that_begins_in_the_middle_has_a_gap(self) -> None:
        events = both_ways(numbered([added(message()), text_delta("a"), completed()], 3))
        assert NoteCode.SEQUENCE_GAP in codes(events)

    @pytest.mark.parametrize("number", [0, 5, -1, None, "3", [1]])
    def test_numbers_that_do_not_count_are_passed_over(self, number: Any) -> None:
        payloads = [{**payload, "sequence_number": number} for payload in [*SAID, text_delta("b"), completed()]]
        events = both_ways(payloads)
        assert message_of(events).text == "ab"
        assert codes(events) == []

    @pytest.mark.parametrize("last", [completed(), {"type": "error", "message": "m"}], ids=["completed", "error"])
    def test_the_end_counts_whatever_its_number(self, last: Payload) -> None:
        events = both_ways([*numbered(SAID), {**last, "sequence_number": 0}])
        assert type(events[-1]) is (Failed if last["type"] == "error" else Finished)

    def test_events_without_a_number_are_taken_between_others(self) -> None:
        payloads = numbered([*SAID, text_delta("b"), completed()])
        events = both_ways([*payloads[:3], text_delta("x"), *payloads[3:]])
        assert message_of(events).text == "axb"
        assert codes(events) == []

    def test_numbers_of_closing_events_alone_neither_miss_nor_repeat_anything(self) -> None:
        """LiteLLM's proxy counts so, in front of models without a Responses API."""
        payloads = [
            CREATED,
            added(function("", 1)),
            arguments_delta("{}", 1),
            {**done(function("{}", 1)), "sequence_number": 19},
            added(function("", 2), 1),
            arguments_delta("{}", 2, 1),
            {**done(function("{}", 2), 1), "sequence_number": 21},
            added(message(), 2),
            text_delta("a", index=2),
            {**done(message(text_part("ab")), 2), "sequence_number": 1},
            completed(),
        ]
        events = both_ways(payloads)
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [True, True]
        assert message_of(events).text == "ab"
        assert codes(events) == []


class TestWebSocketLanes:
    def test_the_lane_of_the_first_event_counts(self) -> None:
        mine = [{**payload, "stream_id": "s1"} for payload in [*SAID, text_delta("b"), completed()]]
        other = {**text_delta("x"), "stream_id": "s2"}
        events = both_ways([*mine[:4], other, *mine[4:]])
        assert of_kind(events, Unknown) == [Unknown(other)]
        assert message_of(events).text == "ab"
        assert Metadata({"stream_id": "s1"}) in events

    def test_an_error_of_another_lane_is_not_ours(self) -> None:
        mine = [{**payload, "stream_id": "s1"} for payload in [*SAID, completed()]]
        other = {"type": "error", "stream_id": "s2", "error": {"message": "m"}}
        assert isinstance(both_ways([*mine[:3], other, mine[3]])[-1], Finished)
