"""Blocks that start, stop or repeat as they should not, and deltas under the index of another block."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, message_of, of_kind
from tests.messages_wire import (
    SOURCE,
    STOP,
    Payload,
    begin,
    change,
    content_of,
    delta,
    events_of,
    natives,
    open_call,
    open_text,
    open_thinking,
    part_of_input,
    signed,
    start,
    stop,
    talk,
    text,
    thinking,
    told,
    whole,
)

from deltawire.events import (
    Citation,
    Event,
    Failed,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
)
from deltawire.notes import NoteCode


class TestIndexes:
    @pytest.mark.parametrize(
        ("first", "second"),
        [(0, 2), (5, 1), (-1, -7), (10**30, 0), ("0", "1"), (0.5, 0), (True, False)],
        ids=["a gap", "backwards", "negative", "huge", "strings", "a fraction", "booleans"],
    )
    def test_they_only_tell_blocks_apart(self, first: Any, second: Any) -> None:
        blocks = [open_text(first), text(first, "a"), open_text(second), text(second, "b"), text(first, "c")]
        assert content_of(*blocks, text(second, "d"), stop(first), stop(second)) == [
            TextDelta("a", part=0),
            TextDelta("b", part=1),
            TextDelta("c", part=0),
            TextDelta("d", part=1),
            PartFinished("text", {"type": "text", "text": ""}, part=0),
            PartFinished("text", {"type": "text", "text": ""}, part=1),
        ]

    @pytest.mark.parametrize("index", [None, [0], {"index": 0}], ids=str)
    def test_without_them_deltas_belong_to_the_block_begun_last(self, index: Any) -> None:
        numbered = [open_text(3), text(3, "a"), open_text(4), text(4, "b"), stop(4), stop(3)]
        bare = [open_text(3), text(3, "a"), open_text(index), text(index, "b"), text(index, ""), stop(index), stop(3)]
        assert content_of(*bare) == content_of(*numbered)

    def test_a_first_delta_without_one_begins_the_block_of_index_0(self) -> None:
        events = events_of(begin(), part_of_input(None, "{}"), part_of_input(0, " "), stop(0), change(), STOP)
        assert [(made.arguments, made.position) for made in of_kind(events, ToolCallFinished)] == [("{} ", 0)]

    def test_a_block_without_an_index_takes_the_next_that_is_free(self) -> None:
        blocks = [open_text(1), open_text(None), text(2, "b"), text(1, "a"), stop(1), stop(2)]
        assert of_kind(content_of(*blocks), TextDelta) == [TextDelta("b", part=1), TextDelta("a", part=0)]

    def test_blocks_without_an_index_that_are_open_together(self) -> None:
        pieces = [open_text(None), text(None, "a"), open_text(None), text(None, "b"), open_thinking(None)]
        events = events_of(begin(), *pieces, thinking(None, "c"), change(), STOP)
        assert [event.part for event in of_kind(events, TextDelta, ReasoningDelta)] == [0, 1, 2]
        assert codes(events) == []

    @pytest.mark.parametrize("same", [1.0, True])
    def test_equal_numbers_are_the_same_index_on_both_ways(self, same: Any) -> None:
        blocks = [open_text(1), text(1, "a"), open_text(2), text(2, "b"), text(same, "c"), text(same, "d")]
        assert [event.part for event in of_kind(content_of(*blocks), TextDelta)] == [0, 1, 0, 0]


class TestMissingStarts:
    @pytest.mark.parametrize(
        ("payload", "native", "event"),
        [
            (text(0, "a"), {"type": "text"}, TextDelta("a")),
            (thinking(0, "a"), {"type": "thinking"}, ReasoningDelta("a")),
            (signed(0, "c2ln"), {"type": "thinking", "signature": "c2ln"}, OpaqueState("signature", "c2ln")),
            (delta(0, "citations_delta", citation=SOURCE), {"type": "text"}, Citation(SOURCE)),
            (
                delta(0, "compaction_delta", encrypted_content="ZQ=="),
                {"type": "compaction", "encrypted_content": "ZQ=="},
                OpaqueState("encrypted", "ZQ=="),
            ),
        ],
        ids=["text", "thinking", "signature", "citation", "compaction"],
    )
    def test_the_delta_shows_what_began(self, payload: Payload, native: Payload, event: Event) -> None:
        events = events_of(begin(), payload, stop(0), change(), STOP)
        assert codes(events)[0] is NoteCode.MISSING_PART_START
        assert event in events
        assert natives(events) == [native]

    def test_arguments_without_a_start_have_no_name_and_are_incomplete(self) -> None:
        events = events_of(begin(), part_of_input(0, '{"a":1}'), stop(0), change("tool_use"), STOP)
        assert of_kind(events, ToolCallStarted, ToolCallDelta, ToolCallFinished) == [
            ToolCallStarted(0, "msg_1_0", "", synthetic_id=True),
            ToolCallDelta(0, '{"a":1}'),
            ToolCallFinished(0, "msg_1_0", "", '{"a":1}', complete=False, position=0),
        ]
        assert NoteCode.CALL_WITHOUT_NAME in codes(events)

    def test_a_delta_behind_the_end_of_its_block_begins_another(self) -> None:
        events = events_of(begin(), *talk("a"), text(0, "b"), change(), STOP)
        assert of_kind(events, TextDelta) == [TextDelta("a"), TextDelta("b", part=1)]
        assert codes(events) == [NoteCode.MISSING_PART_START]

    def test_an_unknown_delta_begins_nothing(self) -> None:
        lost = delta(0, "hologram_delta", data=1)
        events = events_of(begin(), lost, change(), STOP)
        assert of_kind(events, Unknown) == [Unknown(lost)]
        assert natives(events) == []


class TestRepeatedStarts:
    def test_the_same_start_goes_on(self) -> None:
        events = content_of(open_text(0), text(0, "a"), open_text(0), text(0, "b"), stop(0))
        assert of_kind(events, TextDelta, PartFinished) == [
            TextDelta("a"),
            TextDelta("b"),
            PartFinished("text", {"type": "text", "text": ""}),
        ]

    def test_it_is_noted(self) -> None:
        assert of_kind(told(begin(), open_text(0), open_text(0)), Note) == [Note(NoteCode.SECOND_START, "block 0")]

    def test_another_block_under_the_index_ends_the_first(self) -> None:
        blocks = [open_text(0), text(0, "a"), open_call(0), part_of_input(0, "{}"), stop(0)]
        assert content_of(*blocks, reason="tool_use") == [
            TextDelta("a"),
            PartFinished("text", {"type": "text", "text": ""}),
            ToolCallStarted(0, "toolu_1", "find", part=1),
            ToolCallDelta(0, "{}", part=1),
            ToolCallFinished(0, "toolu_1", "find", "{}", complete=True, part=1, position=0),
            PartFinished("tool_call", {"type": "tool_use", "id": "toolu_1", "name": "find", "input": {}}, part=1),
        ]

    def test_two_calls_under_one_index_are_two_calls(self) -> None:
        blocks = [open_call(0, "a"), part_of_input(0, "{}"), open_call(0, "b"), part_of_input(0, "{}"), stop(0)]
        calls = of_kind(content_of(*blocks, reason="tool_use"), ToolCallFinished)
        assert [(call.id, call.complete) for call in calls] == [("a", True), ("b", True)]

    def test_a_call_that_starts_again_with_its_input_is_one_call(self) -> None:
        blocks = [open_call(0), open_call(0, input={"q": 1}), stop(0)]
        calls = of_kind(content_of(*blocks, reason="tool_use"), ToolCallFinished)
        assert [(call.id, call.arguments) for call in calls] == [("toolu_1", '{"q":1}')]


class TestMisplacedDeltas:
    """What comes under the index of a block that has no place for it: github.com/sgl-project/sglang/issues/24293."""

    @pytest.mark.parametrize(
        "block",
        [
            open_call(0),
            start(0, "server_tool_use", id="s", name="web_search", input={}),
            start(0, "web_search_tool_result", tool_use_id="s", content=[]),
            start(0, "redacted_thinking", data="eA=="),
            start(0, "compaction", content=None),
            start(0, "fallback", to={}),
            start(0, "container_upload", file_id="file_1"),
            start(0, "mcp_tool_listing", tools=[]),
            start(0, "mcp_tool_use", id="s", name="read", input={}),
        ],
        ids=lambda block: block["content_block"]["type"],
    )
    def test_text_and_thoughts_become_parts_of_their_own(self, block: Payload) -> None:
        events = events_of(*whole(block, text(0, "a"), thinking(0, "b"), text(0, "c"), stop(0), reason="pause_turn"))
        assert of_kind(events, TextDelta, ReasoningDelta) == [
            TextDelta("a", part=1),
            ReasoningDelta("b", part=2),
            TextDelta("c", part=1),
        ]
        assert codes(events).count(NoteCode.MISSING_PART_START) == 1
        finished = {event.part: event.kind for event in of_kind(events, PartFinished)}
        assert (finished[1], finished[2], len(finished)) == ("text", "reasoning", 3)

    def test_text_among_thoughts_and_thoughts_in_text(self) -> None:
        blocks = [open_thinking(0), thinking(0, "a"), text(0, "b"), thinking(0, "c"), signed(0, "c2ln"), stop(0)]
        more = [open_text(1), text(1, "d"), thinking(1, "e"), text(1, "f"), stop(1)]
        events = events_of(*whole(*blocks, *more))
        message = message_of(events)
        assert (message.text, message.reasoning) == ("bdf", "ace")
        assert [type(part).__name__ for part in message.parts] == [
            "ReasoningPart",
            "TextPart",
            "TextPart",
            "ReasoningPart",
        ]
        assert OpaqueState("signature", "c2ln", part=0) in events

    def test_text_in_a_call_leaves_its_arguments_whole(self) -> None:
        blocks = [open_call(0), part_of_input(0, '{"q":'), text(0, "aside"), part_of_input(0, "1}"), stop(0)]
        (call,) = of_kind(events_of(*whole(*blocks, reason="tool_use")), ToolCallFinished)
        assert (call.arguments, call.complete) == ('{"q":1}', True)

    def test_text_of_a_block_of_no_known_type_is_its_own(self) -> None:
        events = content_of(start(0, "hologram"), text(0, "a"), thinking(0, "b"), text(0, "c"), stop(0))
        assert of_kind(events, TextDelta, ReasoningDelta) == [TextDelta("a"), ReasoningDelta("b"), TextDelta("c")]

    def test_input_of_a_block_that_is_no_call_completes_the_block(self) -> None:
        for kind in ("text", "hologram"):
            pieces = [part_of_input(0, '{"a"'), part_of_input(0, ":1}")]
            assert natives(content_of(start(0, kind), *pieces, stop(0))) == [{"type": kind, "input": {"a": 1}}]

    def test_it_is_told_when_the_stream_is_cut(self) -> None:
        events = events_of(begin(), start(0, "hologram"), part_of_input(0, '{"a":1}'))
        assert events[-2] == Metadata({"part": 0, "input": {"a": 1}})
        assert isinstance(events[-1], Failed)

    def test_a_signature_of_a_call_is_not_lost(self) -> None:
        events = content_of(open_call(0), part_of_input(0, "{}"), signed(0, "c2ln"), stop(0), reason="tool_use")
        assert OpaqueState("signature", "c2ln") in events
        assert natives(events)[0]["signature"] == "c2ln"

    def test_a_source_of_a_result_stays_with_it(self) -> None:
        result = start(0, "web_fetch_tool_result", tool_use_id="s", content={})
        events = content_of(result, delta(0, "citations_delta", citation=SOURCE), stop(0))
        assert of_kind(events, ServerToolUsed, Citation)[1] == Citation(SOURCE, part=0)
