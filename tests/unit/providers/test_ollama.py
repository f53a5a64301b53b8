"""Ollama's text, thinking and tool calls."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import failure_of, message_of, of_kind
from tests.ollama_lines import BORN, CALLS, DONE, STARTED, STORY, TALK, body_of, call, chat, events_of, generate

from deltawire.events import (
    ChoiceFinished,
    FinishReason,
    Metadata,
    Note,
    PartFinished,
    ReasoningDelta,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from deltawire.failures import FailureKind
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.parsing import parse


class TestText:
    def test_a_chat_begins_with_the_model_and_its_first_clock(self) -> None:
        assert events_of(*TALK)[:3] == [STARTED, BORN, ReasoningDelta("hm")]

    def test_thinking_and_content_are_parts_of_their_own(self) -> None:
        assert of_kind(events_of(*TALK), TextDelta, ReasoningDelta) == [
            ReasoningDelta("hm", 0, 0),
            ReasoningDelta(" so", 0, 0),
            TextDelta("Hel", 0, 1),
            TextDelta("lo", 0, 1),
            TextDelta("!", 0, 1),
        ]

    def test_one_line_may_hold_thinking_and_content(self) -> None:
        events = events_of(chat({"content": "b", "thinking": "a"}), chat(**DONE))
        assert of_kind(events, TextDelta, ReasoningDelta) == [ReasoningDelta("a", 0, 0), TextDelta("b", 0, 1)]

    def test_generate_says_response_and_thinking_at_the_top(self) -> None:
        message = message_of(events_of(*STORY))
        assert (message.reasoning, message.text) == ("hm so", "Once upon")

    def test_the_done_line_may_hold_content_thinking_and_calls(self) -> None:
        last = chat({"content": "b", "thinking": "a", "tool_calls": [call("f", {})]}, **DONE)
        message = message_of(events_of(last))
        assert (message.reasoning, message.text) == ("a", "b")
        assert [part.name for part in message.tool_calls] == ["f"]
        assert message.finish_reason is FinishReason.TOOL_CALLS

    def test_a_leading_think_block_in_the_content_is_reasoning(self) -> None:
        message = message_of(events_of(chat({"content": "<think>a"}), chat({"content": "</think>b"}), chat(**DONE)))
        assert (message.reasoning, message.text) == ("a", "b")

    def test_think_blocks_stay_text_when_asked(self) -> None:
        events = events_of(chat({"content": "<think>a</think>"}), chat(**DONE), think="off")
        assert message_of(events).text == "<think>a</think>"

    def test_line_separators_inside_strings_cut_nothing(self) -> None:
        text = "a\u2028b\u2029c\x85d\x0be\x0cf"
        assert message_of(events_of(chat({"content": text}), chat(**DONE))).text == text

    def test_half_surrogate_pairs_of_two_lines_are_joined(self) -> None:
        body = body_of([chat({"content": "LEFT"}), chat({"content": "RIGHT"}), chat(**DONE)])
        body = body.replace(b"LEFT", b"\\ud83d").replace(b"RIGHT", b"\\ude00")
        assert message_of(parse("ollama", body)).text == "😀"


class TestCalls:
    def test_each_entry_is_a_call_whatever_its_index(self) -> None:
        assert of_kind(events_of(*CALLS), ToolCallFinished) == [
            ToolCallFinished(0, "call_a", "find", '{"q":"x"}', True, part=1, position=0),
            ToolCallFinished(1, "call_b", "find", '{"q":"é"}', True, part=2, position=0),
            ToolCallFinished(2, "call_2", "now", "{}", True, part=3, position=0),
        ]

    def test_a_call_comes_whole(self) -> None:
        entry = call("f", {"x": 1}, id="call_a")
        events = events_of(chat({"tool_calls": [entry]}), chat(**DONE))
        assert events[2:6] == [
            ToolCallStarted(0, "call_a", "f"),
            ToolCallDelta(0, '{"x":1}'),
            ToolCallFinished(0, "call_a", "f", '{"x":1}', True, position=0),
            PartFinished("tool_call", entry),
        ]

    def test_a_call_alone_is_content(self) -> None:
        lines = [{"message": {"tool_calls": [call("f", {})]}, "done": False}, {"error": "boom"}]
        events = events_of(*lines)
        assert events[0] == ResponseStarted("", "", "ollama")
        assert events[-1].error.after_content

    @pytest.mark.parametrize(("index", "position"), [(3, 3), (True, None), ("0", None), (None, None)])
    def test_the_servers_index_is_the_position_if_it_is_a_number(self, index: Any, position: int | None) -> None:
        entry = {"function": {"index": index, "name": "f", "arguments": {}}}
        events = events_of(chat({"tool_calls": [entry]}), chat(**DONE))
        assert of_kind(events, ToolCallFinished)[0].position == position

    def test_stop_after_calls_means_tool_calls(self) -> None:
        events = events_of(*CALLS)
        assert ChoiceFinished(FinishReason.TOOL_CALLS, "stop") in events
        assert events[-1].reason is FinishReason.TOOL_CALLS
        assert events[-1].raw_reason == "stop"

    def test_length_after_calls_stays_length(self) -> None:
        events = events_of(chat({"tool_calls": [call("f", {})]}), chat(done=True, done_reason="length"))
        assert events[-1].reason is FinishReason.LENGTH
        assert of_kind(events, ToolCallFinished)[0].complete

    def test_text_after_a_call_is_a_part_of_its_own(self) -> None:
        events = events_of(*CALLS[:2], chat({"content": "b"}), chat({"content": "c"}), chat(**DONE))
        assert [event.part for event in of_kind(events, TextDelta)] == [0, 3, 3]

    def test_calls_of_generate_stand_at_the_top(self) -> None:
        events = events_of(generate(tool_calls=[call("f", {"x": 1})]), generate(**DONE))
        assert of_kind(events, ToolCallFinished)[0].arguments == '{"x":1}'

    @pytest.mark.parametrize("identifier", [None, "", " ", 7], ids=["null", "empty", "blank", "number"])
    def test_a_missing_id_is_made_up_and_marked(self, identifier: Any) -> None:
        events = events_of(chat({"tool_calls": [call("f", {}, id=identifier)]}), chat(**DONE), id_prefix="mine")
        assert of_kind(events, ToolCallStarted) == [ToolCallStarted(0, "mine_0", "f", synthetic_id=True)]

    def test_an_id_given_twice_is_replaced_for_the_second_call(self) -> None:
        events = events_of(chat({"tool_calls": [call("f", {}, id="a"), call("g", {}, id="a")]}), chat(**DONE))
        first, second = of_kind(events, ToolCallStarted)
        assert (first.id, first.synthetic_id) == ("a", False)
        assert (second.id != "a", second.synthetic_id) == (True, True)
        assert Note(NoteCode.REUSED_CALL_ID, "a") in events

    @pytest.mark.parametrize(
        ("arguments", "text", "complete"),
        [
            pytest.param({"a": {"b": [1, "é", None]}}, '{"a":{"b":[1,"é",null]}}', True, id="object"),
            pytest.param('{"a": 1}', '{"a": 1}', True, id="text of an object"),
            pytest.param("", "", True, id="empty text"),
            pytest.param(None, "", True, id="null"),
            pytest.param('{"a": ', '{"a": ', False, id="cut text"),
            pytest.param([1], "[1]", False, id="list"),
            pytest.param(3, "3", False, id="number"),
            pytest.param('"{}"', '"{}"', False, id="text of a text"),
        ],
    )
    def test_arguments_of_any_shape_keep_their_text(self, arguments: Any, text: str, *, complete: bool) -> None:
        events = events_of(chat({"tool_calls": [call("f", arguments)]}), chat(**DONE))
        (finished,) = of_kind(events, ToolCallFinished)
        assert (finished.arguments, finished.complete) == (text, complete)

    def test_absent_arguments_are_none(self) -> None:
        events = events_of(chat({"tool_calls": [{"function": {"name": "f"}}]}), chat(**DONE))
        assert of_kind(events, ToolCallFinished) == [ToolCallFinished(0, "call_0", "f", "", True)]
        assert message_of(events).tool_calls[0].arguments_object() == {}

    @pytest.mark.parametrize(
        "entry",
        [{}, {"function": None}, *({"function": {"name": name, "arguments": {}}} for name in ("", " ", "null", 7))],
    )
    def test_a_call_without_a_name_is_noted_and_incomplete(self, entry: dict[str, Any]) -> None:
        events = events_of(chat({"tool_calls": [entry]}), chat(**DONE))
        assert not of_kind(events, ToolCallFinished)[0].complete
        assert NoteCode.CALL_WITHOUT_NAME in [note.code for note in of_kind(events, Note)]
        assert events[-1].reason is FinishReason.STOP

    def test_what_is_no_call_is_noted(self) -> None:
        events = events_of(chat({"tool_calls": ["f", None]}), chat({"tool_calls": {"a": 1}}), chat(**DONE))
        details = [note.detail for note in of_kind(events, Note) if note.code is NoteCode.UNMAPPED_SHAPE]
        assert details == ['tool_calls: "f"', 'tool_calls: {"a":1}']

    def test_other_fields_of_a_call_are_kept(self) -> None:
        entry = {"type": "function", "extra": 1, "function": {"name": "f", "arguments": {}, "strict": True}}
        events = events_of(chat({"tool_calls": [entry]}), chat(**DONE))
        assert Metadata({"tool_call": 0, "extra": 1, "strict": True}) in events

    def test_too_many_calls_are_too_large(self) -> None:
        error = failure_of(events_of(*CALLS, limits=Limits(tool_calls=2)))
        assert (error.kind, error.code) == (FailureKind.TOO_LARGE, "tool_calls")

    def test_too_long_arguments_are_too_large(self) -> None:
        error = failure_of(events_of(*CALLS, limits=Limits(tool_argument_bytes=8)))
        assert (error.kind, error.code) == (FailureKind.TOO_LARGE, "tool_argument_bytes")

    def test_replaced_characters_make_a_call_incomplete(self) -> None:
        body = body_of([chat({"tool_calls": [call("f", {"x": "@"})]}), chat(**DONE)]).replace(b"@", b"\xff")
        events = parse("ollama", body)
        assert not of_kind(events, ToolCallFinished)[0].complete
        assert events[-1].damaged
