"""Blocks of Bedrock's ConverseStream: text, reasoning, calls, the service's own tools, citations and media."""

from __future__ import annotations

from typing import Any

import pytest
from tests.bedrock_frames import (
    CALLS,
    FIXTURES,
    GROUNDED,
    STARTED,
    TALK,
    arguments,
    close_block,
    events_of,
    grow,
    open_block,
    open_tool,
    reasoning,
    start,
    stop,
    text,
    told,
)
from tests.helpers import codes, failure_of, message_of, of_kind

from deltawire.events import (
    ChoiceFinished,
    Citation,
    Finished,
    FinishReason,
    MediaDelta,
    Metadata,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.response import parser
from deltawire.usage import Usage

COUNTS = {"inputTokens": 7, "outputTokens": 5, "totalTokens": 12}


def test_a_whole_talk() -> None:
    usage = Usage(7, 5, None, None, None, 12, None, COUNTS)
    assert events_of(*TALK) == [
        STARTED,
        ReasoningDelta("hm", 0, 0),
        ReasoningDelta(" so", 0, 0),
        OpaqueState("signature", "c2ln", None, 0, 0),
        PartFinished("reasoning", {"reasoningContent": {"reasoningText": {"text": "", "signature": "c2ln"}}}, 0, 0),
        TextDelta("Hel", 0, 1),
        TextDelta("lo", 0, 1),
        PartFinished("text", {"text": ""}, 0, 1),
        ChoiceFinished(FinishReason.STOP, "end_turn"),
        UsageUpdate(usage),
        Metadata({"metrics": {"latencyMs": 84}}),
        Finished(FinishReason.STOP, "end_turn", usage),
    ]


@pytest.mark.parametrize("fixture", FIXTURES)
def test_nothing_the_api_names_is_unknown_or_noted(fixture: list[dict[str, Any]]) -> None:
    events = events_of(*fixture)
    assert of_kind(events, Unknown) == []
    assert codes(events) == []


def test_padding_is_no_metadata() -> None:
    assert not [event for event in events_of(*GROUNDED) if isinstance(event, Metadata) and "p" in event.payload]


class TestTexts:
    def test_a_block_without_a_start_begins_with_its_first_delta(self) -> None:
        assert told(text(0, "a"), text(0, "b"), close_block(0)) == [
            TextDelta("a"),
            TextDelta("b"),
            PartFinished("text", {"text": ""}),
        ]

    def test_each_block_is_a_part(self) -> None:
        events = told(text(0, "a"), close_block(0), text(1, "b"), close_block(1))
        assert [event.part for event in of_kind(events, TextDelta)] == [0, 1]

    def test_a_block_of_blank_deltas_is_none(self) -> None:
        assert told(text(0, ""), close_block(0), text(1, "b"), close_block(1))[0] == TextDelta("b", 0, 0)

    def test_a_missing_index_is_zero(self) -> None:
        bare = {"contentBlockDelta": {"delta": {"text": "a"}}}
        assert told(bare, bare, {"contentBlockStop": {}}) == told(text(0, "a"), text(0, "a"), close_block(0))

    @pytest.mark.parametrize("index", [1.0, "1", True], ids=str)
    def test_an_index_in_another_form_is_the_same_block(self, index: Any) -> None:
        assert of_kind(told(text(1, "a"), text(index, "b"), close_block(index)), TextDelta, PartFinished) == [
            TextDelta("a"),
            TextDelta("b"),
            PartFinished("text", {"text": ""}),
        ]

    def test_blocks_may_interleave_and_skip_indexes(self) -> None:
        events = told(text(0, "a"), text(7, "b"), text(0, "c"), close_block(7), close_block(0))
        assert [(event.text, event.part) for event in of_kind(events, TextDelta)] == [("a", 0), ("b", 1), ("c", 0)]

    def test_a_block_that_never_stops_ends_with_the_message(self) -> None:
        assert PartFinished("text", {"text": ""}) in told(text(0, "a"))

    def test_a_stop_without_a_block_does_no_harm(self) -> None:
        assert told(close_block(3), text(0, "a"))[0] == TextDelta("a")

    def test_a_start_may_hold_text(self) -> None:
        assert of_kind(told(open_block(0, text="a"), text(0, "b")), TextDelta) == [TextDelta("a"), TextDelta("b")]

    def test_an_empty_text_that_opens_a_block_says_nothing(self) -> None:
        assert told(open_block(0, text=""), text(0, "b")) == told(text(0, "b"))

    def test_reasoning_and_text_under_one_index_are_two_parts(self) -> None:
        events = told(reasoning(0, text="a"), text(0, "b"), reasoning(0, text="c"), close_block(0))
        assert of_kind(events, ReasoningDelta, TextDelta) == [
            ReasoningDelta("a", 0, 0),
            TextDelta("b", 0, 1),
            ReasoningDelta("c", 0, 0),
        ]
        assert [event.kind for event in of_kind(events, PartFinished)] == ["reasoning", "text"]

    def test_think_tags_in_the_text_are_text(self) -> None:
        assert message_of(events_of(start(), text(0, "<think>a</think>"), stop())).text == "<think>a</think>"


class TestReasoning:
    def test_a_signature_may_come_in_pieces(self) -> None:
        events = told(reasoning(0, signature="ab"), reasoning(0, signature="cd"), close_block(0))
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "abcd")]

    @pytest.mark.parametrize(
        ("pieces", "whole"),
        [
            (["AAEC"], "AAEC"),
            (["AAEC", "AwQF"], "AAECAwQF"),
            (["AA==", "AQ=="], "AAE="),
            (["not base64=", "x"], "not base64=x"),
            ([b"\x00", b"\x01"], "AAE="),
        ],
        ids=["one", "two", "padded", "broken", "bytes"],
    )
    def test_redacted_pieces_are_one_blob(self, pieces: list[Any], whole: str) -> None:
        response = parser("bedrock")
        payloads = [start(), *(reasoning(0, redactedContent=piece) for piece in pieces), close_block(0)]
        events = [event for payload in payloads for event in response.receive_payload(payload)]
        assert events[1:] == [
            OpaqueState("redacted", whole),
            PartFinished("reasoning", {"reasoningContent": {"redactedContent": whole}}),
        ]

    def test_the_form_of_a_whole_message_is_understood(self) -> None:
        events = told(reasoning(0, reasoningText={"text": "a", "signature": "s"}), close_block(0))
        assert events[:2] == [ReasoningDelta("a"), OpaqueState("signature", "s")]

    def test_a_member_of_another_day_is_kept(self) -> None:
        assert of_kind(told(reasoning(0, vision="x")), Unknown) == [Unknown({"reasoningContent": {"vision": "x"}})]


class TestCalls:
    def test_calls_of_the_client(self) -> None:
        assert of_kind(events_of(*CALLS), ToolCallStarted, ToolCallDelta, ToolCallFinished) == [
            ToolCallStarted(0, "use_1", "find", part=1),
            ToolCallDelta(0, '{"q":', part=1),
            ToolCallDelta(0, ' "x"}', part=1),
            ToolCallFinished(0, "use_1", "find", '{"q": "x"}', True, part=1, position=1),
            ToolCallStarted(1, "use_2", "now", part=2),
            ToolCallFinished(1, "use_2", "now", "", True, part=2, position=2),
        ]

    def test_the_block_is_told_as_the_next_request_wants_it(self) -> None:
        natives = [event.native for event in of_kind(events_of(*CALLS), PartFinished)]
        assert natives[1:] == [
            {"toolUse": {"toolUseId": "use_1", "name": "find", "input": {"q": "x"}}},
            {"toolUse": {"toolUseId": "use_2", "name": "now", "input": {}}},
        ]

    def test_an_input_that_comes_with_the_start_counts_if_no_delta_had_any(self) -> None:
        whole = told(open_tool(0, input={"a": 1}), close_block(0))
        both = told(open_tool(0, input={"a": 1}), arguments(0, "{}"), close_block(0))
        assert [of_kind(events, ToolCallFinished)[0].arguments for events in (whole, both)] == ['{"a":1}', "{}"]

    def test_an_input_with_the_start_that_is_no_object_is_noted(self) -> None:
        events = told(open_tool(0, input=[1]), close_block(0))
        assert [(call.arguments, call.complete) for call in of_kind(events, ToolCallFinished)] == [("[1]", False)]
        assert codes(events) == [NoteCode.ARGUMENTS_NOT_TEXT]

    def test_an_input_that_is_no_text_is_noted(self) -> None:
        events = told(open_tool(0), arguments(0, {"a": 1}), close_block(0))
        assert of_kind(events, ToolCallFinished)[0].arguments == '{"a":1}'
        assert codes(events) == [NoteCode.ARGUMENTS_NOT_TEXT]

    def test_an_input_that_is_no_object_is_not_complete(self) -> None:
        events = told(open_tool(0), arguments(0, '{"a"'), close_block(0))
        assert not of_kind(events, ToolCallFinished)[0].complete
        assert of_kind(events, PartFinished)[0].native["toolUse"]["input"] == '{"a"'

    def test_blank_input_cut_by_the_limit_is_not_complete(self) -> None:
        events = events_of(start(), open_tool(0), stop("max_tokens"))
        assert not of_kind(events, ToolCallFinished)[0].complete
        assert events[-1].reason is FinishReason.LENGTH

    def test_input_without_a_start_is_a_call_without_a_name(self) -> None:
        events = told(arguments(0, "{}"), close_block(0))
        assert of_kind(events, ToolCallFinished) == [ToolCallFinished(0, "call_0", "", "{}", False, position=0)]
        assert codes(events) == [NoteCode.MISSING_PART_START, NoteCode.CALL_WITHOUT_NAME]

    def test_a_delta_may_bring_name_and_id(self) -> None:
        events = told(grow(0, toolUse={"toolUseId": "a", "name": "f", "input": "{}"}), close_block(0))
        assert of_kind(events, ToolCallFinished)[0].complete

    def test_text_in_a_tool_block_is_a_part_beside_it(self) -> None:
        events = told(open_tool(0), arguments(0, "{"), text(0, "so"), arguments(0, "}"), close_block(0))
        assert of_kind(events, TextDelta) == [TextDelta("so", 0, 1)]
        assert of_kind(events, ToolCallFinished)[0].complete

    def test_another_call_under_an_open_index_ends_the_first(self) -> None:
        events = told(open_tool(0, "a"), arguments(0, "{}"), open_tool(0, "b"), arguments(0, "{}"), close_block(0))
        assert [(call.id, call.complete) for call in of_kind(events, ToolCallFinished)] == [("a", True), ("b", True)]

    def test_the_same_start_again_is_noted_only(self) -> None:
        events = told(open_tool(0, "a"), open_tool(0, "a"), close_block(0))
        assert len(of_kind(events, ToolCallStarted)) == 1
        assert codes(events) == [NoteCode.SECOND_START]

    def test_an_id_that_comes_again_is_replaced(self) -> None:
        events = told(open_tool(0, "a"), close_block(0), open_tool(1, "a"), arguments(1, "{}"), close_block(1))
        first, second = of_kind(events, ToolCallStarted)
        assert (first.id, first.synthetic_id) == ("a", False)
        assert second.id != "a"
        assert second.synthetic_id
        assert NoteCode.REUSED_CALL_ID in codes(events)

    @pytest.mark.parametrize("identifier", [None, "", "null", 7])
    def test_a_missing_id_is_made_up(self, identifier: Any) -> None:
        events = told(open_tool(0, identifier), arguments(0, "{}"), close_block(0))
        assert of_kind(events, ToolCallStarted)[0].synthetic_id

    def test_the_reason_is_tool_calls_only_if_a_call_is_complete(self) -> None:
        events = events_of(start(), open_tool(0), arguments(0, "{"), stop("tool_use"))
        assert events[-1].reason is FinishReason.STOP
        assert NoteCode.FINISH_WITHOUT_CALLS in codes(events)

    def test_a_plain_stop_after_calls_is_tool_calls(self) -> None:
        assert events_of(*CALLS[:-2], stop("end_turn"))[-1].reason is FinishReason.TOOL_CALLS


class TestToolsOfBedrock:
    def test_call_and_result_are_no_calls_of_the_client(self) -> None:
        events = events_of(*GROUNDED)
        assert of_kind(events, ToolCallStarted) == []
        call = {"toolUseId": "use_3", "name": "nova_grounding", "type": "server_tool_use", "input": {"query": "ruby"}}
        result = {
            "toolUseId": "use_3",
            "type": "nova_grounding_result",
            "status": "success",
            "content": [{"text": "found"}, {"json": {"n": 1}}],
        }
        assert of_kind(events, ServerToolUsed) == [
            ServerToolUsed("call", "nova_grounding", "use_3", call, 0, 0),
            ServerToolUsed("result", "nova_grounding_result", "use_3", result, 0, 1),
        ]
        assert of_kind(events, PartFinished)[:2] == [
            PartFinished("server_tool_use", {"toolUse": call}, 0, 0),
            PartFinished("tool_result", {"toolResult": result}, 0, 1),
        ]

    def test_input_that_was_cut_is_kept_as_text(self) -> None:
        events = told(open_tool(0, type="server_tool_use"), arguments(0, '{"q'))
        assert of_kind(events, ServerToolUsed)[0].payload["input"] == '{"q'

    def test_a_result_without_a_start_is_noted(self) -> None:
        events = told(grow(0, toolResult={"text": "x"}), close_block(0))
        assert of_kind(events, ServerToolUsed)[0] == ServerToolUsed(
            "result", "toolResult", None, {"content": [{"text": "x"}]}
        )
        assert codes(events) == [NoteCode.MISSING_PART_START]

    def test_what_was_received_of_them_is_told_before_a_failure(self) -> None:
        events = events_of(*GROUNDED[:3])
        assert failure_of(events).kind is FailureKind.TRUNCATED
        assert events[-2] == ServerToolUsed(
            "call",
            "nova_grounding",
            "use_3",
            {"toolUseId": "use_3", "name": "nova_grounding", "type": "server_tool_use", "input": '{"query":'},
        )

    def test_a_signature_is_told_before_a_failure(self) -> None:
        assert OpaqueState("signature", "c2ln") in events_of(*TALK[:4])


class TestCitationsAndMedia:
    def test_a_citation_belongs_to_its_text(self) -> None:
        cited = {"title": "facts", "source": "s", "sourceContent": [{"text": "x"}], "location": {"documentChar": {}}}
        events = told(grow(0, citation=cited), text(0, "a"), close_block(0))
        assert events == [
            Citation(cited),
            TextDelta("a"),
            PartFinished("text", {"citationsContent": {"content": [], "citations": [cited]}}),
        ]

    def test_an_image(self) -> None:
        assert of_kind(events_of(*GROUNDED), MediaDelta) == [
            MediaDelta("image", "image/png", "iVBORw0KGgo=", None, 0, 3)
        ]

    def test_an_image_in_a_bucket(self) -> None:
        source = {"s3Location": {"uri": "s3://bucket/a.png", "bucketOwner": "1"}}
        events = told(open_block(0, image={"format": "webp"}), grow(0, image={"source": source}), close_block(0))
        assert events == [
            MediaDelta("image", "image/webp", None, "s3://bucket/a.png"),
            PartFinished("image", {"image": {"format": "webp"}}),
        ]

    def test_an_image_that_could_not_be_made(self) -> None:
        events = told(open_block(0, image={"format": "png"}), grow(0, image={"error": {"message": "no"}}))
        assert events[0] == Metadata({"part": 0, "image": {"error": {"message": "no"}}})

    def test_an_empty_source_is_noted(self) -> None:
        assert codes(told(grow(0, image={"source": {"bytes": ""}}))) == [NoteCode.UNMAPPED_SHAPE]
