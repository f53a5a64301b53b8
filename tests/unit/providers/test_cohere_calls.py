"""Cohere's tool calls."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cohere_events import CALLS, RICH, arguments, body_of, close_call, end, event, events_of, open_call, start
from tests.helpers import codes, failure_of, message_of, of_kind

from deltawire.events import (
    FinishReason,
    Malformed,
    Metadata,
    PartFinished,
    ResponseStarted,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from deltawire.failures import FailureKind
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.parsing import parse


class TestCalls:
    def test_a_call_comes_in_pieces(self) -> None:
        whole = {"id": "find_a", "type": "function", "function": {"name": "find", "arguments": '{"q": "x"}'}}
        assert [*events_of(*CALLS)][4:9] == [
            ToolCallStarted(0, "find_a", "find", part=1),
            ToolCallDelta(0, '{"q":', part=1),
            ToolCallDelta(0, ' "x"}', part=1),
            ToolCallFinished(0, "find_a", "find", '{"q": "x"}', True, part=1, position=0),
            PartFinished("tool_call", whole, 0, 1),
        ]

    def test_a_call_without_arguments_is_complete(self) -> None:
        second = of_kind(events_of(*CALLS), ToolCallFinished)[1]
        assert (second.arguments, second.complete) == ("", True)
        assert message_of(events_of(*CALLS)).tool_calls[1].arguments_object() == {}

    def test_calls_are_numbered_apart_from_content_and_may_interleave(self) -> None:
        calls = of_kind(events_of(*RICH), ToolCallFinished)
        assert [(call.id, call.arguments, call.position, call.part) for call in calls] == [
            ("g_b", "{}", 1, 2),
            ("f_a", '{"n": 1}', 0, 1),
        ]

    def test_a_list_in_place_of_the_object_is_understood(self) -> None:
        entries = [{"id": "a", "function": {"name": "f"}}, {"id": "b", "function": {"name": "g"}}, None]
        piece = event("tool-call-delta", {"tool_calls": [{"function": {"arguments": "{}"}}]}, 1)
        events = events_of(start(), event("tool-call-start", {"tool_calls": entries}, 0), piece, end("TOOL_CALL"))
        calls = of_kind(events, ToolCallFinished)
        assert [(call.id, call.name, call.arguments, call.complete) for call in calls] == [
            ("a", "f", "", True),
            ("b", "g", "{}", True),
        ]

    def test_calls_without_an_index_go_in_order(self) -> None:
        calls = [open_call(None, "a", "f"), arguments(None, "{}"), close_call(None), open_call(None, "b", "g")]
        finished = of_kind(events_of(start(), *calls, arguments(None, "[]"), end("TOOL_CALL")), ToolCallFinished)
        assert [(call.id, call.arguments, call.complete, call.position) for call in finished] == [
            ("a", "{}", True, None),
            ("b", "[]", False, None),
        ]

    def test_calls_without_an_index_may_be_open_together(self) -> None:
        calls = [open_call(None, "a", "f"), open_call(None, "b", "g"), arguments(None, "{}")]
        finished = of_kind(events_of(start(), *calls, end("TOOL_CALL")), ToolCallFinished)
        assert [(call.id, call.arguments) for call in finished] == [("a", ""), ("b", "{}")]

    def test_a_second_end_is_nothing(self) -> None:
        events = events_of(start(), open_call(0, "a", "f"), close_call(0), close_call(0), end("TOOL_CALL"))
        assert len(of_kind(events, PartFinished)) == 1

    def test_a_call_may_come_first_of_all_and_is_content(self) -> None:
        events = events_of(open_call(0, "a", "f"), end("ERROR"))
        assert of_kind(events, ResponseStarted) == [ResponseStarted("", "", "cohere")]
        assert failure_of(events).after_content

    def test_another_call_at_the_same_index_ends_the_first(self) -> None:
        calls = [open_call(0, "a", "f"), arguments(0, "{}"), open_call(0, "b", "g"), arguments(0, '{"x":1}')]
        finished = of_kind(events_of(start(), *calls, close_call(0), end("TOOL_CALL")), ToolCallFinished)
        assert [(call.id, call.arguments) for call in finished] == [("a", "{}"), ("b", '{"x":1}')]

    @pytest.mark.parametrize("identifier", ["a", "", None])
    def test_a_second_start_of_an_open_call_is_noted(self, identifier: Any) -> None:
        calls = [open_call(0, "a", "f"), arguments(0, "{}"), open_call(0, identifier, "f"), close_call(0)]
        events = events_of(start(), *calls, end("TOOL_CALL"))
        assert len(of_kind(events, ToolCallFinished)) == 1
        assert NoteCode.SECOND_START in codes(events)

    def test_a_delta_without_a_start_starts_a_call(self) -> None:
        piece = event("tool-call-delta", {"tool_calls": {"id": "a", "function": {"name": "f", "arguments": "{}"}}}, 2)
        events = events_of(start(), piece, close_call(2), end("TOOL_CALL"))
        assert of_kind(events, ToolCallFinished) == [ToolCallFinished(0, "a", "f", "{}", True, position=2)]
        assert NoteCode.MISSING_PART_START in codes(events)

    def test_a_delta_after_the_end_of_its_call_is_noted(self) -> None:
        events = events_of(start(), open_call(0, "a", "f"), close_call(0), arguments(0, "{}"), end("TOOL_CALL"))
        assert of_kind(events, ToolCallFinished)[0].arguments == ""
        assert NoteCode.CALL_AFTER_FINISH in codes(events)

    def test_a_name_may_come_with_the_arguments(self) -> None:
        piece = event("tool-call-delta", {"tool_calls": {"function": {"name": "f", "arguments": "{}"}}}, 0)
        events = events_of(start(), open_call(0, "a", None), piece, close_call(0), end("TOOL_CALL"))
        assert of_kind(events, ToolCallStarted) == [ToolCallStarted(0, "a", "f")]

    def test_another_name_comes_too_late(self) -> None:
        piece = event("tool-call-delta", {"tool_calls": {"function": {"name": "g"}}}, 0)
        events = events_of(start(), open_call(0, "a", "f"), piece, close_call(0), end("TOOL_CALL"))
        assert of_kind(events, ToolCallFinished)[0].name == "f"
        assert NoteCode.LATE_CALL_NAME in codes(events)

    def test_a_missing_id_is_made_up_from_the_response(self) -> None:
        events = events_of(start(), open_call(0, "", "f"), arguments(0, "{}"), close_call(0), end("TOOL_CALL"))
        assert of_kind(events, ToolCallStarted) == [ToolCallStarted(0, "resp-1_0", "f", synthetic_id=True)]

    def test_an_id_given_twice_is_replaced_for_the_second_call(self) -> None:
        calls = [open_call(0, "a", "f"), close_call(0), open_call(1, "a", "g"), close_call(1)]
        events = events_of(start(), *calls, end("TOOL_CALL"))
        assert [call.synthetic_id for call in of_kind(events, ToolCallStarted)] == [False, True]
        assert NoteCode.REUSED_CALL_ID in codes(events)

    def test_a_call_that_never_gets_a_name_is_incomplete(self) -> None:
        events = events_of(start(), open_call(0, "a", None), arguments(0, "{}"), close_call(0), end("TOOL_CALL"))
        assert of_kind(events, ToolCallFinished) == [ToolCallFinished(0, "a", "", "{}", False, position=0)]
        assert NoteCode.CALL_WITHOUT_NAME in codes(events)

    def test_arguments_that_are_no_text_are_serialized_and_noted(self) -> None:
        events = events_of(start(), open_call(0, "a", "f", {"x": 1}), close_call(0), end("TOOL_CALL"))
        assert of_kind(events, ToolCallFinished)[0].arguments == '{"x":1}'
        assert NoteCode.ARGUMENTS_NOT_TEXT in codes(events)

    @pytest.mark.parametrize("entry", ["f", 5, ["f"]])
    def test_what_is_no_call_is_noted(self, entry: Any) -> None:
        odd = [event("tool-call-start", {"tool_calls": entry}, 0), event("tool-call-delta", {"tool_calls": entry}, 0)]
        events = events_of(start(), *odd, end())
        assert codes(events).count(NoteCode.UNMAPPED_SHAPE) == 2
        assert not of_kind(events, ToolCallStarted)

    def test_other_fields_of_a_call_are_kept(self) -> None:
        entry = {"id": "a", "extra": 1, "function": {"name": "f", "arguments": "", "strict": True}}
        events = events_of(start(), event("tool-call-start", {"tool_calls": entry}, 0), close_call(0), end("TOOL_CALL"))
        assert Metadata({"tool_call": 0, "extra": 1, "strict": True}) in events

    def test_a_call_open_at_the_end_is_closed(self) -> None:
        events = events_of(start(), open_call(0, "a", "f"), arguments(0, "{}"), end("TOOL_CALL"))
        assert of_kind(events, ToolCallFinished)[0].complete
        assert [part.kind for part in of_kind(events, PartFinished)] == ["tool_call"]

    @pytest.mark.parametrize("piece", ["", '{"x": '])
    def test_a_call_cut_by_the_token_limit_is_incomplete(self, piece: str) -> None:
        events = events_of(start(), open_call(0, "a", "f"), arguments(0, piece), end("MAX_TOKENS"))
        assert not of_kind(events, ToolCallFinished)[0].complete
        assert events[-1].reason is FinishReason.LENGTH

    def test_a_lost_frame_makes_the_open_call_incomplete(self) -> None:
        frames = body_of(CALLS[:5]) + b"data: {broken\n\n" + body_of(CALLS[5:])
        events = parse("cohere", frames)
        assert len(of_kind(events, Malformed)) == 1
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [False, True]

    def test_replaced_characters_make_a_call_incomplete(self) -> None:
        body = body_of([start(), open_call(0, "a", "f"), arguments(0, '{"x":"@"}'), close_call(0), end("TOOL_CALL")])
        events = parse("cohere", body.replace(b"@", b"\xff"))
        assert not of_kind(events, ToolCallFinished)[0].complete
        assert events[-1].damaged

    @pytest.mark.parametrize(
        ("limits", "code"),
        [(Limits(tool_calls=1), "tool_calls"), (Limits(tool_argument_bytes=9), "tool_argument_bytes")],
    )
    def test_limits(self, limits: Limits, code: str) -> None:
        error = failure_of(events_of(*CALLS, limits=limits))
        assert (error.kind, error.code) == (FailureKind.TOO_LARGE, code)
