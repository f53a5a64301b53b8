"""Cohere's content blocks, plan and citations."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cohere_events import (
    CALLS,
    RICH,
    SOURCE,
    STARTED,
    TALK,
    body_of,
    cite,
    close_block,
    close_call,
    end,
    event,
    events_of,
    open_block,
    open_call,
    plan,
    start,
    text,
    thinking,
)
from tests.helpers import codes, message_of, of_kind

from deltawire.events import Citation, Logprobs, Metadata, PartFinished, ReasoningDelta, TextDelta, Unknown
from deltawire.notes import NoteCode
from deltawire.parsing import parse


class TestContent:
    def test_message_start_begins_the_response(self) -> None:
        assert events_of(*TALK)[0] == STARTED

    def test_blocks_are_parts(self) -> None:
        assert of_kind(events_of(*TALK), TextDelta, ReasoningDelta, PartFinished) == [
            ReasoningDelta("hm", 0, 0),
            ReasoningDelta(" so", 0, 0),
            PartFinished("reasoning", {"type": "thinking", "thinking": ""}, 0, 0),
            TextDelta("Hel", 0, 1),
            TextDelta("lo", 0, 1),
            TextDelta("!", 0, 1),
            PartFinished("text", {"type": "text", "text": ""}, 0, 1),
        ]

    def test_text_of_a_start_is_told(self) -> None:
        assert message_of(events_of(*RICH)).text == "abé"

    def test_think_tags_in_the_text_stay(self) -> None:
        events = events_of(start(), open_block(0), text(0, "<think>a</think>"), end())
        assert message_of(events).text == "<think>a</think>"

    def test_the_field_of_a_delta_decides_over_the_type_of_its_block(self) -> None:
        events = events_of(
            start(), open_block(0), text(0, "a"), thinking(0, "b"), text(0, "c"), thinking(0, "d"), end()
        )
        assert of_kind(events, TextDelta, ReasoningDelta) == [
            TextDelta("a", 0, 0),
            ReasoningDelta("b", 0, 1),
            TextDelta("c", 0, 0),
            ReasoningDelta("d", 0, 1),
        ]

    def test_interleaved_blocks_keep_apart(self) -> None:
        events = events_of(start(), open_block(0), open_block(1), text(1, "b"), text(0, "a"), text(1, "B"), end())
        assert of_kind(events, TextDelta) == [TextDelta("b", 0, 1), TextDelta("a", 0, 0), TextDelta("B", 0, 1)]

    def test_a_delta_without_a_start_starts_its_block(self) -> None:
        events = events_of(start(), text(4, "a"), thinking(5, "b"), close_block(5), end())
        assert of_kind(events, TextDelta, ReasoningDelta) == [TextDelta("a", 0, 0), ReasoningDelta("b", 0, 1)]
        assert NoteCode.MISSING_PART_START in codes(events)

    def test_a_delta_without_an_index_goes_on_with_the_last_block(self) -> None:
        events = events_of(start(), open_block(0), open_block(1), text(None, "a"), close_block(None), end())
        assert of_kind(events, TextDelta) == [TextDelta("a", 0, 1)]
        assert [part.part for part in of_kind(events, PartFinished)] == [1, 0]

    def test_an_end_without_a_start_is_noted(self) -> None:
        assert NoteCode.MISSING_PART_START in codes(events_of(start(), close_block(3), close_call(3), end()))

    def test_a_second_start_of_an_open_block_goes_on_with_it(self) -> None:
        events = events_of(start(), open_block(0), text(0, "a"), open_block(0), text(0, "b"), close_block(0), end())
        assert of_kind(events, TextDelta) == [TextDelta("a", 0, 0), TextDelta("b", 0, 0)]
        assert NoteCode.SECOND_START in codes(events)

    def test_blocks_without_an_index_may_be_open_together(self) -> None:
        events = events_of(start(), open_block(None), text(None, "a"), open_block(None), text(None, "b"), end())
        assert of_kind(events, TextDelta) == [TextDelta("a", 0, 0), TextDelta("b", 0, 1)]

    def test_a_second_end_is_nothing(self) -> None:
        events = events_of(start(), open_block(0), text(0, "a"), close_block(0), close_block(0), end())
        assert len(of_kind(events, PartFinished)) == 1

    def test_an_index_used_again_is_another_block(self) -> None:
        block = [open_block(0), text(0, "a"), close_block(0)]
        assert of_kind(events_of(start(), *block, *block, end()), TextDelta) == [
            TextDelta("a", 0, 0),
            TextDelta("a", 0, 1),
        ]

    def test_a_delta_after_the_end_of_its_block_begins_another(self) -> None:
        events = events_of(start(), open_block(0), text(0, "a"), close_block(0), text(0, "b"), end())
        assert of_kind(events, TextDelta) == [TextDelta("a", 0, 0), TextDelta("b", 0, 1)]

    def test_an_unknown_block_is_kept(self) -> None:
        native = {"type": "image", "image": "", "url": "u"}
        events = events_of(start(), open_block(0, "image", url="u"), close_block(0), end())
        assert Unknown(native) in events
        assert PartFinished("image", native, 0, 0) in events

    def test_a_block_without_a_type_is_told_by_its_fields(self) -> None:
        events = events_of(start(), event("content-start", {"content": {"thinking": "a"}}, 0), thinking(0, "b"), end())
        assert of_kind(events, ReasoningDelta) == [ReasoningDelta("a", 0, 0), ReasoningDelta("b", 0, 0)]

    def test_logprobs_come_with_their_part(self) -> None:
        tokens = {"text": "b", "token_ids": [1], "logprobs": [-0.5]}
        assert of_kind(events_of(*RICH), Logprobs) == [Logprobs([tokens], 0, 0)]

    def test_other_fields_of_a_delta_are_kept(self) -> None:
        delta = event("content-delta", {"content": {"text": "a", "lang": "en"}}, 0)
        assert Metadata({"part": 0, "lang": "en"}) in events_of(start(), open_block(0), delta, end())

    @pytest.mark.parametrize("shape", [5, ["a"], {"a": 1}])
    def test_text_of_another_shape_is_noted(self, shape: Any) -> None:
        events = events_of(start(), open_block(0), text(0, shape), plan(shape), end())
        assert codes(events).count(NoteCode.UNMAPPED_SHAPE) == 2

    def test_half_surrogate_pairs_of_two_deltas_are_joined(self) -> None:
        body = body_of([start(), open_block(0), text(0, "LEFT"), text(0, "RIGHT"), end()])
        body = body.replace(b"LEFT", b"\\ud83d").replace(b"RIGHT", b"\\ude00")
        assert message_of(parse("cohere", body)).text == "😀"

    def test_content_that_stands_in_the_start_is_told(self) -> None:
        held = start(content=[{"type": "text", "text": "a"}], tool_plan="p")
        events = events_of(held, open_block(0), text(0, "b"), close_block(0), end())
        assert of_kind(events, ReasoningDelta, TextDelta) == [
            ReasoningDelta("p", 0, 0),
            TextDelta("a", 0, 1),
            TextDelta("b", 0, 2),
        ]


class TestPlan:
    def test_a_plan_is_reasoning_and_its_part_is_marked(self) -> None:
        assert of_kind(events_of(*CALLS), ReasoningDelta, PartFinished)[:3] == [
            ReasoningDelta("I will", 0, 0),
            ReasoningDelta(" look.", 0, 0),
            PartFinished("tool_plan", {"tool_plan": ""}, 0, 0),
        ]

    def test_a_plan_without_calls_is_marked_at_the_end(self) -> None:
        events = events_of(start(), plan("a"), end())
        assert PartFinished("tool_plan", {"tool_plan": ""}, 0, 0) in events

    def test_a_plan_between_other_parts_is_a_part_of_its_own(self) -> None:
        events = events_of(start(), open_block(0), text(0, "a"), plan("b"), text(0, "c"), plan("d"), end())
        assert of_kind(events, TextDelta, ReasoningDelta) == [
            TextDelta("a", 0, 0),
            ReasoningDelta("b", 0, 1),
            TextDelta("c", 0, 0),
            ReasoningDelta("d", 0, 1),
        ]

    def test_a_second_plan_after_a_call_is_another_part(self) -> None:
        events = events_of(start(), plan("a"), open_call(0, "x", "f"), close_call(0), plan("b"), end("TOOL_CALL"))
        assert of_kind(events, ReasoningDelta) == [ReasoningDelta("a", 0, 0), ReasoningDelta("b", 0, 2)]


class TestCitations:
    def test_a_citation_belongs_to_the_content_that_it_names(self) -> None:
        assert of_kind(events_of(*TALK), Citation) == [Citation({**SOURCE, "content_index": 1}, 0, 1)]

    def test_a_citation_that_names_none_belongs_to_the_last_content(self) -> None:
        events = events_of(start(), open_block(0), open_block(1), text(1, "a"), cite(0, **SOURCE), end())
        assert of_kind(events, Citation) == [Citation(SOURCE, 0, 1)]

    def test_a_citation_of_the_plan_belongs_to_the_plan(self) -> None:
        citation = {**SOURCE, "type": "PLAN"}
        events = events_of(start(), open_block(0), text(0, "a"), plan("b"), cite(0, **citation), end())
        assert of_kind(events, Citation) == [Citation(citation, 0, 1)]

    def test_a_list_of_citations_is_told_one_by_one(self) -> None:
        several = event("citation-start", {"citations": [{"text": "a"}, None, {"text": "b"}]}, 0)
        assert of_kind(events_of(start(), several, end()), Citation) == [
            Citation({"text": "a"}),
            Citation({"text": "b"}),
        ]
