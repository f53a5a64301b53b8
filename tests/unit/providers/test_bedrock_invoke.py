"""InvokeModelWithResponseStream: the vendors' own objects, told apart and handed on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.bedrock_frames import CALLS, chunks_of, events_of, frame, invoked, text, without_extras
from tests.bedrock_objects import CHAT, CLAUDE, COHERE, FIXTURES, MEASURED, METRICS, MISTRAL, NOVA, claude, piece
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.provider_laws import hold_laws

from deltawire.events import (
    ChoiceFinished,
    Failed,
    Finished,
    FinishReason,
    Metadata,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ResponseStarted,
    TextDelta,
    ToolCallFinished,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.usage import Usage


class TestAnthropic:
    def test_its_events_are_those_of_the_vendors_own_stream(self) -> None:
        body = "".join(f"data: {json.dumps(payload)}\n\n" for payload in [*CLAUDE[:-1], {"type": "message_stop"}])
        own = without_extras(parse("anthropic", body.encode()))
        found = without_extras(invoked(*CLAUDE))
        assert found[0] == ResponseStarted("msg_1", "claude", "bedrock-invoke")
        assert found[1:] == own[1:]

    def test_reasoning_has_its_own_place_so_that_tags_stay_text(self) -> None:
        message = message_of(invoked(*CLAUDE))
        assert (message.reasoning, message.text) == ("hm", "<think>Hello")
        assert [call.arguments for call in message.tool_calls] == ['{"q":1}']

    def test_tags_are_looked_for_when_asked(self) -> None:
        message = message_of(invoked(*claude(reason="end_turn")[5:9], CLAUDE[-2], CLAUDE[-1], think="leading"))
        assert message.reasoning == "Hello"

    def test_without_its_last_event_it_is_truncated(self) -> None:
        failure = failure_of(invoked(*CLAUDE[:-2]))
        assert failure.kind is FailureKind.TRUNCATED
        assert "message_stop" in failure.message
        assert failure.after_content

    def test_its_error_inside_a_chunk(self) -> None:
        error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        assert failure_of(invoked(*CLAUDE[:3], error)).kind is FailureKind.OVERLOADED
        assert failure_of(invoked(error)).kind is FailureKind.OVERLOADED

    def test_a_signature_held_open_is_told_before_an_exception(self) -> None:
        body = chunks_of(CLAUDE[:4]) + frame("throttlingException", {"message": "Slow."}, "exception")
        events = parse("bedrock-invoke", body)
        hold_laws(events)
        assert OpaqueState("signature", "c2ln") in events
        assert failure_of(events).kind is FailureKind.RATE_LIMIT
        assert failure_of(events).after_content


class TestNova:
    def test_texts_that_follow_each_other_are_one_part(self) -> None:
        events = invoked(*NOVA)
        assert of_kind(events, TextDelta) == [TextDelta("Hel", 0, 0), TextDelta("lo", 0, 0)]
        assert [event.kind for event in of_kind(events, PartFinished)] == ["tool_call"]
        assert events[-1].reason is FinishReason.TOOL_CALLS

    def test_text_behind_a_call_is_another_part(self) -> None:
        events = invoked(*NOVA[:-2], text(3, "done"), *NOVA[-2:])
        assert of_kind(events, TextDelta)[-1] == TextDelta("done", 0, 2)

    def test_the_frames_of_converse_are_understood_too(self) -> None:
        body = b"".join(frame(name, event) for payload in CALLS for name, event in payload.items())
        events = parse("bedrock-invoke", body)
        assert of_kind(events, ToolCallFinished) == of_kind(events_of(*CALLS), ToolCallFinished)

    def test_without_its_stop_it_is_truncated(self) -> None:
        assert failure_of(invoked(*NOVA[:-2])).kind is FailureKind.TRUNCATED


class TestChatCompletions:
    def test_the_stream_ends_without_done_and_without_a_note(self) -> None:
        events = invoked(*CHAT)
        assert codes(events) == []
        assert message_of(events).text == "Hello"
        assert (events[-1].reason, events[-1].raw_reason) == (FinishReason.STOP, "stop")

    def test_a_done_is_understood(self) -> None:
        events = parse("bedrock-invoke", chunks_of([*CHAT[:-1], b"[DONE]"]))
        assert isinstance(events[-1], Finished)

    def test_without_a_finish_reason_it_is_truncated(self) -> None:
        assert failure_of(invoked(*CHAT[:2])).kind is FailureKind.TRUNCATED

    def test_think_tags_of_the_text_are_reasoning(self) -> None:
        events = invoked(piece("<think>a"), piece("</think>b"), piece("", "stop"))
        assert (message_of(events).reasoning, message_of(events).text) == ("a", "b")
        assert of_kind(events, ReasoningDelta)[0].in_band

    def test_think_tags_stay_when_asked(self) -> None:
        events = invoked(piece("<think>a</think>"), piece("", "stop"), think="off")
        assert message_of(events).text == "<think>a</think>"

    def test_mistral_says_message_and_stop_reason(self) -> None:
        events = invoked(*MISTRAL)
        assert message_of(events).text == "Hello"
        assert (events[-1].reason, events[-1].raw_reason) == (FinishReason.LENGTH, "length")

    def test_mistral_calls_tools(self) -> None:
        call = {"id": "c1", "function": {"name": "f", "arguments": "{}"}}
        first = {"choices": [{"index": 0, "message": {"content": "", "tool_calls": [call]}, "stop_reason": None}]}
        last = {"choices": [{"index": 0, "message": {"content": ""}, "stop_reason": "tool_calls"}]}
        events = invoked(first, last)
        assert of_kind(events, ToolCallFinished) == [ToolCallFinished(0, "c1", "f", "{}", True)]
        assert events[-1].reason is FinishReason.TOOL_CALLS

    def test_a_stop_reason_beside_a_finish_reason_is_the_servers_own(self) -> None:
        last = piece("", "stop")
        last["choices"][0]["stop_reason"] = 518
        events = invoked(piece("a"), last)
        assert events[-1].raw_reason == "stop"
        assert Metadata({"choice": 0, "stop_reason": 518}) in events


class TestCohere:
    def test_the_second_version_of_its_chat(self) -> None:
        events = invoked(*COHERE)
        assert message_of(events).text == "Hello"
        assert events[-1].usage.input_tokens == 7

    def test_without_its_end_it_is_truncated(self) -> None:
        assert failure_of(invoked(*COHERE[:-1])).kind is FailureKind.TRUNCATED


class TestMetrics:
    @pytest.mark.parametrize("payloads", [claude(), CHAT], ids=["with the last event", "alone"])
    def test_they_count_where_the_vendor_does_not(self, payloads: list[dict[str, Any]]) -> None:
        events = invoked(*payloads)
        usage = Usage(7, 5, None, None, None, 12, None, MEASURED)
        assert events[-1].usage == usage
        assert of_kind(events, UsageUpdate) == [UsageUpdate(usage)]

    @pytest.mark.parametrize("payloads", [CLAUDE, NOVA], ids=["claude", "nova"])
    def test_the_vendors_own_counts_win(self, payloads: list[dict[str, Any]]) -> None:
        usage = invoked(*payloads)[-1].usage
        assert "amazon-bedrock-invocationMetrics" not in usage.raw
        assert usage.input_tokens == (3 if payloads is CLAUDE else 7)

    def test_they_are_told_before_the_failure_that_they_came_with(self) -> None:
        events = invoked(piece("Hel"), {**piece("", "error"), **MEASURED})
        assert failure_of(events).after_content
        assert [type(event) for event in events[-2:]] == [UsageUpdate, Failed]
        assert events[-2].usage.total_tokens == 12

    def test_they_fill_up_what_the_vendor_left_out(self) -> None:
        usage = invoked(*claude({"input_tokens": 3}))[-1].usage
        assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (3, 5, 8)
        assert usage.raw == {"input_tokens": 3, **MEASURED}

    def test_cached_tokens_stand_beside_the_input(self) -> None:
        metrics = {**METRICS, "cacheReadInputTokenCount": 100, "cacheWriteInputTokenCount": 10}
        usage = invoked(piece("a", "stop"), {"amazon-bedrock-invocationMetrics": metrics})[-1].usage
        assert (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens) == (117, 100, 10)

    @pytest.mark.parametrize("metrics", [None, 5, {}, {"inputTokenCount": "many"}], ids=repr)
    def test_metrics_that_count_nothing(self, metrics: Any) -> None:
        assert invoked(piece("a", "stop"), {"amazon-bedrock-invocationMetrics": metrics})[-1].usage is None

    def test_they_are_metadata_as_well(self) -> None:
        for payloads in FIXTURES:
            assert Metadata(MEASURED) in invoked(*payloads)

    def test_a_guardrail_is_metadata_once(self) -> None:
        acted = {"amazon-bedrock-guardrailAction": "INTERVENED"}
        trace = {"amazon-bedrock-trace": {"guardrail": {"modelOutput": ["x"]}}}
        events = invoked(*({**payload, **acted} for payload in CHAT[:-1]), {**MEASURED, **trace, **acted})
        assert of_kind(events, Metadata) == [Metadata(acted), Metadata(MEASURED | trace)]
        assert of_kind(events, Unknown) == []


class TestChoosing:
    @pytest.mark.parametrize("fixture", FIXTURES)
    def test_nothing_known_is_unknown_or_noted(self, fixture: list[dict[str, Any]]) -> None:
        events = invoked(*fixture)
        assert of_kind(events, Unknown) == []
        assert codes(events) == []

    def test_a_ping_may_come_first(self) -> None:
        assert message_of(invoked({"type": "ping"}, *CLAUDE)).text == "<think>Hello"

    def test_what_shows_no_schema_is_kept_and_waited_behind(self) -> None:
        events = invoked({"song": "la"}, *CHAT)
        assert events[0] == Unknown({"song": "la"})
        assert isinstance(events[-1], Finished)

    def test_fields_of_bedrock_alone_choose_nothing(self) -> None:
        events = invoked({"amazon-bedrock-guardrailAction": "NONE"}, *CHAT)
        assert events[:2] == [
            ResponseStarted("chatcmpl-1", "gpt-oss", "bedrock-invoke"),
            Metadata({"amazon-bedrock-guardrailAction": "NONE"}),
        ]

    @pytest.mark.parametrize(
        "error", [{"error": {"message": "No."}}, {"message": "No."}, {"Message": "No."}, {"error": "No."}], ids=repr
    )
    def test_an_error_before_any_answer(self, error: dict[str, Any]) -> None:
        assert failure_of(invoked(error)).message == "No."

    def test_a_lost_frame_before_the_first_payload_is_remembered(self) -> None:
        body = frame("chunk", {"bytes": "!"}) + chunks_of(CLAUDE)
        assert parse("bedrock-invoke", body)[-1].damaged  # type: ignore[union-attr]

    def test_the_request_id_of_the_head_is_kept(self) -> None:
        response = parser("bedrock-invoke")
        response.receive_head(200, {"x-amzn-requestid": "r-1"})
        assert response.receive_data(chunks_of(CLAUDE))[0].request_id == "r-1"  # type: ignore[union-attr]


class TestTheEndOfTheBody:
    def test_nothing_at_all_is_empty(self) -> None:
        assert failure_of(parse("bedrock-invoke", b"")).kind is FailureKind.EMPTY

    def test_a_done_before_any_answer_is_none(self) -> None:
        assert failure_of(parse("bedrock-invoke", b"data: [DONE]\n\n")).kind is FailureKind.TRUNCATED

    def test_only_unknown_frames_are_truncated(self) -> None:
        assert failure_of(invoked({"song": "la"})).kind is FailureKind.TRUNCATED

    @pytest.mark.parametrize("fixture", [CHAT, NOVA, MISTRAL])
    def test_the_parser_can_finish_once_the_schema_says_so(self, fixture: list[dict[str, Any]]) -> None:
        response = parser("bedrock-invoke")
        response.receive_data(chunks_of(fixture[:1]))
        assert not response.can_finish
        response.receive_data(chunks_of(fixture[1:]))
        assert response.can_finish

    def test_a_break_after_the_proof_is_noted(self) -> None:
        response = parser("bedrock-invoke")
        response.receive_data(chunks_of(CHAT))
        events = response.receive_error(Failure(FailureKind.READ, "reset"))
        assert codes(events) == [NoteCode.UNCLEAN_END]
        assert isinstance(events[-1], Finished)

    @pytest.mark.parametrize("payloads", [[], CHAT[:1]], ids=["nothing", "begun"])
    def test_a_break_before_it_is_the_failure(self, payloads: list[dict[str, Any]]) -> None:
        response = parser("bedrock-invoke")
        response.receive_data(chunks_of(payloads))
        assert failure_of(response.receive_error(Failure(FailureKind.READ, "reset"))).kind is FailureKind.READ
        assert response.ended

    @pytest.mark.parametrize("begun", [b"\0", b"\0\0\0\x20"])
    def test_an_end_inside_a_message_behind_the_proof_is_one_failure(self, begun: bytes) -> None:
        events = parse("bedrock-invoke", chunks_of(CHAT) + begun)
        hold_laws(events)
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_a_limit_passed_inside_the_schema_ends_the_stream(self) -> None:
        block = {"type": "tool_use", "id": "a", "name": "f", "input": {}}
        starts = [{"type": "content_block_start", "index": index, "content_block": block} for index in range(1_100)]
        events = parse("bedrock-invoke", chunks_of([CLAUDE[0], *starts]))
        hold_laws(events)
        assert failure_of(events).code == "tool_calls"


class TestWholeAnswers:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (
                {
                    "id": "msg_1",
                    "type": "message",
                    "model": "claude",
                    "content": [{"type": "text", "text": "Hello"}],
                    "stop_reason": "end_turn",
                    "usage": {"input_tokens": 7, "output_tokens": 5},
                },
                "end_turn",
            ),
            (
                {
                    "output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}},
                    "stopReason": "end_turn",
                    "usage": {"inputTokens": 7, "outputTokens": 5, "totalTokens": 12},
                },
                "end_turn",
            ),
            (
                {
                    "id": "c",
                    "object": "chat.completion",
                    "choices": [{"index": 0, "message": {"content": "Hello"}, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
                },
                "stop",
            ),
            (
                {
                    "choices": [{"index": 0, "message": {"content": "Hello"}, "stop_reason": "stop"}],
                    "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
                },
                "stop",
            ),
        ],
        ids=["anthropic", "nova", "openai", "mistral"],
    )
    def test_a_body_of_one_document(self, body: dict[str, Any], reason: str) -> None:
        events = parse("bedrock-invoke", json.dumps(body).encode())
        hold_laws(events)
        message = message_of(events)
        assert (message.text, message.raw_reason) == ("Hello", reason)
        assert message.usage is not None
        assert message.usage.total_tokens == 12

    @pytest.mark.parametrize("body", [{"message": "Too many requests"}, {"song": "la"}], ids=repr)
    def test_a_document_without_an_answer_is_an_error(self, body: dict[str, Any]) -> None:
        assert failure_of(parse("bedrock-invoke", json.dumps(body).encode())).kind is not FailureKind.TRUNCATED

    def test_a_gateway_may_send_the_objects_as_server_sent_events(self) -> None:
        body = "".join(f"data: {json.dumps(payload)}\n\n" for payload in CLAUDE).encode()
        assert parse("bedrock-invoke", body) == invoked(*CLAUDE)


def test_several_choices_are_told_apart() -> None:
    second = piece("b", "stop")
    second["choices"][0]["index"] = 1
    events = invoked(piece("a"), second, piece("", "length"))
    assert of_kind(events, ChoiceFinished) == [
        ChoiceFinished(FinishReason.STOP, "stop", 1),
        ChoiceFinished(FinishReason.LENGTH, "length", 0),
    ]
