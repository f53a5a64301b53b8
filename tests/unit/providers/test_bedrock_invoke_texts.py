"""The older schemas that InvokeModel still carries: text completions, and Cohere's first chat API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from tests.bedrock_frames import chunks_of, invoked
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.provider_laws import PLACES, cut, hold_laws, near_misses, of_chunks, of_payloads

from deltawire.events import (
    ChoiceFinished,
    Citation,
    FinishReason,
    Metadata,
    ReasoningDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser

MEASURED = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 7, "outputTokenCount": 5, "firstByteLatency": 9}}

LLAMA = [
    {"generation": "Hel", "prompt_token_count": 7, "generation_token_count": 1, "stop_reason": None},
    {"generation": "lo", "prompt_token_count": None, "generation_token_count": 4, "stop_reason": None},
    {"generation": "", "prompt_token_count": None, "generation_token_count": 5, "stop_reason": "stop", **MEASURED},
]
MISTRAL = [
    {"outputs": [{"text": "Hel", "stop_reason": None}]},
    {"outputs": [{"text": "lo", "stop_reason": "stop"}], **MEASURED},
]
TITAN = [
    {"outputText": "Hel", "index": 0, "totalOutputTextTokenCount": None, "completionReason": None}
    | {"inputTextTokenCount": 7},
    {"outputText": "lo", "index": 0, "totalOutputTextTokenCount": 5, "completionReason": "FINISH", **MEASURED},
]
CLAUDE_2 = [
    {"type": "completion", "completion": "Hel", "stop_reason": None, "stop": None},
    {"type": "completion", "completion": "lo", "stop_reason": "stop_sequence", "stop": "\n\nHuman:", **MEASURED},
]
COMMAND = [
    {"is_finished": False, "text": "Hel", "index": 0},
    {"is_finished": False, "text": "lo", "index": 0},
    {"is_finished": True, "finish_reason": "COMPLETE", **MEASURED},
]
DEEPSEEK = [
    {"choices": [{"index": 0, "text": "Hel", "stop_reason": None}]},
    {"choices": [{"index": 0, "text": "lo", "stop_reason": "stop"}], **MEASURED},
]
TEXTS = {
    "llama": LLAMA,
    "mistral": MISTRAL,
    "titan": TITAN,
    "claude 2": CLAUDE_2,
    "command": COMMAND,
    "deepseek": DEEPSEEK,
}

CALL = {"name": "find", "parameters": {"q": "x"}}
CITED = {"start": 0, "end": 3, "text": "Hel", "document_ids": ["d"]}
COMMAND_R = [
    {"is_finished": False, "event_type": "stream-start", "generation_id": "g"},
    {"is_finished": False, "event_type": "search-queries-generation", "search_queries": [{"text": "x"}]},
    {"is_finished": False, "event_type": "search-results", "search_results": [{"n": 1}], "documents": [{"id": "d"}]},
    {"is_finished": False, "event_type": "text-generation", "text": "Hel"},
    {"is_finished": False, "event_type": "text-generation", "text": "lo"},
    {"is_finished": False, "event_type": "citation-generation", "citations": [CITED]},
    {
        "is_finished": True,
        "event_type": "stream-end",
        "finish_reason": "COMPLETE",
        "response": {
            "response_id": "r",
            "text": "Hello",
            "generation_id": "g",
            "chat_history": [{"role": "USER", "message": "Hi"}],
            "finish_reason": "COMPLETE",
            "meta": {
                "api_version": {"version": "1"},
                "billed_units": {"input_tokens": 3, "output_tokens": 4},
                "tokens": {"input_tokens": 7, "output_tokens": 5},
            },
        },
        **MEASURED,
    },
]
TOOLS = [
    {"event_type": "stream-start", "generation_id": "g"},
    {"event_type": "tool-calls-chunk", "text": "I will"},
    {"event_type": "tool-calls-chunk", "text": " look."},
    {"event_type": "tool-calls-chunk", "tool_call_delta": {"index": 0, "name": "find"}},
    {"event_type": "tool-calls-chunk", "tool_call_delta": {"index": 0, "parameters": '{"q":'}},
    {"event_type": "tool-calls-chunk", "tool_call_delta": {"index": 0, "parameters": ' "x"}'}},
    {"event_type": "tool-calls-generation", "text": "I will look.", "tool_calls": [CALL]},
    {"event_type": "stream-end", "finish_reason": "COMPLETE", "response": {"tool_calls": [CALL]}, "is_finished": True},
]
FIXTURES = [*TEXTS.values(), COMMAND_R, TOOLS]


class TestTexts:
    @pytest.mark.parametrize("fixture", TEXTS.values(), ids=TEXTS.keys())
    def test_text_reason_and_counts(self, fixture: list[dict[str, Any]]) -> None:
        events = invoked(*fixture)
        message = message_of(events)
        assert (message.text, message.finish_reason) == ("Hello", FinishReason.STOP)
        assert message.usage is not None
        assert (message.usage.input_tokens, message.usage.output_tokens, message.usage.total_tokens) == (7, 5, 12)
        assert events[0] == ResponseStarted("", "", "bedrock-invoke")
        assert codes(events) == []
        assert of_kind(events, Unknown) == []
        assert Metadata(MEASURED) in events

    @pytest.mark.parametrize("fixture", TEXTS.values(), ids=TEXTS.keys())
    def test_without_the_stop_word_it_is_truncated(self, fixture: list[dict[str, Any]]) -> None:
        failure = failure_of(invoked(*fixture[:-1]))
        assert failure.kind is FailureKind.TRUNCATED
        assert failure.after_content

    @pytest.mark.parametrize(
        ("payload", "reason"),
        [
            ({"generation": "a", "stop_reason": "length"}, FinishReason.LENGTH),
            ({"outputs": [{"text": "a", "stop_reason": "length"}]}, FinishReason.LENGTH),
            ({"outputText": "a", "completionReason": "LENGTH"}, FinishReason.LENGTH),
            ({"outputText": "a", "completionReason": "CONTENT_FILTERED"}, FinishReason.CONTENT_FILTER),
            ({"outputText": "a", "completionReason": "STOP_CRITERIA_MET"}, FinishReason.STOP),
            ({"completion": "a", "stop_reason": "max_tokens"}, FinishReason.LENGTH),
            ({"completion": "a", "stop_reason": "a_word_of_another_day"}, FinishReason.OTHER),
            ({"text": "a", "is_finished": True, "finish_reason": "MAX_TOKENS"}, FinishReason.LENGTH),
            ({"text": "a", "is_finished": True, "finish_reason": "ERROR_TOXIC"}, FinishReason.CONTENT_FILTER),
            ({"text": "a", "is_finished": True, "finish_reason": "ERROR_LIMIT"}, FinishReason.LENGTH),
            ({"choices": [{"text": "a", "finish_reason": "length"}]}, FinishReason.LENGTH),
        ],
        ids=repr,
    )
    def test_stop_words(self, payload: dict[str, Any], reason: FinishReason) -> None:
        assert invoked(payload)[-1].reason is reason

    def test_the_word_error_is_a_failure(self) -> None:
        failure = failure_of(invoked(COMMAND[0], {"is_finished": True, "finish_reason": "ERROR"}))
        assert (failure.kind, failure.code) == (FailureKind.PROVIDER, "ERROR")

    @pytest.mark.parametrize(
        "payloads",
        [
            [{"outputs": [{"text": "a", "stop_reason": "ERROR"}, {"text": "b", "stop_reason": "stop"}]}],
            [COMMAND[0], {**COMMAND[0], "index": 1}, {"is_finished": True, "finish_reason": "ERROR"}],
        ],
        ids=["in a list", "for all generations"],
    )
    def test_the_word_error_ends_all_choices_at_once(self, payloads: list[dict[str, Any]]) -> None:
        events = invoked(*payloads)
        assert failure_of(events).code == "ERROR"
        assert of_kind(events, ChoiceFinished) == []
        assert TextDelta("b") not in events

    def test_the_word_error_behind_the_end_of_a_choice_changes_nothing(self) -> None:
        events = invoked(COMMAND[0], COMMAND[-1], {"is_finished": True, "finish_reason": "ERROR", "index": 0})
        assert (events[-1].reason, events[-1].raw_reason) == (FinishReason.STOP, "COMPLETE")

    def test_a_prompt_that_the_guardrail_blocked(self) -> None:
        events = invoked(
            {
                "outputText": "Input blocked",
                "index": 0.0,
                "totalOutputTextTokenCount": 3.0,
                "inputTextTokenCount": 6.0,
                "amazon-bedrock-guardrailAction": "INTERVENED",
                "amazon-bedrock-trace": {"guardrail": {}},
            }
        )
        assert (events[-1].reason, events[-1].raw_reason) == (FinishReason.CONTENT_FILTER, "INTERVENED")
        assert (events[-1].usage.input_tokens, events[-1].usage.output_tokens) == (6, 3)

    def test_text_that_the_guardrail_changed_ends_as_the_model_did(self) -> None:
        events = invoked(*({**payload, "amazon-bedrock-guardrailAction": "INTERVENED"} for payload in TITAN))
        assert (events[-1].reason, events[-1].raw_reason) == (FinishReason.STOP, "FINISH")
        assert Metadata({"amazon-bedrock-guardrailAction": "INTERVENED"}) in events

    def test_several_generations_may_share_one_end(self) -> None:
        events = invoked(COMMAND[0], {"is_finished": False, "text": "Hi", "index": 1}, COMMAND[-1])
        assert of_kind(events, TextDelta) == [TextDelta("Hel", 0), TextDelta("Hi", 1)]
        assert of_kind(events, ChoiceFinished) == [
            ChoiceFinished(FinishReason.STOP, "COMPLETE", 0),
            ChoiceFinished(FinishReason.STOP, "COMPLETE", 1),
        ]

    def test_every_choice_needs_its_end(self) -> None:
        events = invoked({"outputs": [{"text": "a", "stop_reason": "stop"}, {"text": "b", "stop_reason": None}]})
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_think_tags_of_the_text_are_reasoning(self) -> None:
        events = invoked(
            {"choices": [{"index": 0, "text": "hm", "stop_reason": None}]},
            {"choices": [{"index": 0, "text": "</think>a", "stop_reason": "stop"}]},
            think="inside",
        )
        assert (message_of(events).reasoning, message_of(events).text) == ("hm", "a")

    def test_growing_counts_are_totals(self) -> None:
        counts = [event.usage.output_tokens for event in of_kind(invoked(*LLAMA), UsageUpdate)]
        assert counts == [1, 4, 5]

    def test_counts_that_are_no_numbers_are_noted(self) -> None:
        events = invoked({"generation": "a", "stop_reason": "stop", "generation_token_count": "many"})
        assert codes(events) == [NoteCode.USAGE_NOT_A_NUMBER]

    def test_text_behind_the_end_is_kept_and_noted(self) -> None:
        events = invoked(*LLAMA, {"generation": "!"})
        assert message_of(events).text == "Hello!"
        assert codes(events) == [NoteCode.CONTENT_AFTER_FINISH]

    def test_metrics_may_come_alone(self) -> None:
        events = invoked({"generation": "a", "stop_reason": "stop"}, MEASURED)
        assert events[-1].usage.input_tokens == 7
        assert of_kind(events, Unknown) == []

    def test_vendor_fields_are_metadata(self) -> None:
        events = invoked(
            {"outputs": [{"text": "a", "stop_reason": "stop", "likelihood": -1.5}], "seed": 3},
        )
        assert of_kind(events, Metadata) == [Metadata({"seed": 3}), Metadata({"choice": 0, "likelihood": -1.5})]

    @pytest.mark.parametrize(
        "payload",
        [{"generation": 5}, {"outputText": ["a"]}, {"outputs": [{"text": {}}]}, {"completion": True}],
        ids=repr,
    )
    def test_text_of_another_shape_is_noted(self, payload: dict[str, Any]) -> None:
        assert codes(invoked(payload)) == [NoteCode.UNMAPPED_SHAPE]

    @pytest.mark.parametrize("payload", [{"song": "la"}, {"choices": []}], ids=repr)
    def test_what_is_none_is_kept(self, payload: dict[str, Any]) -> None:
        assert of_kind(invoked(LLAMA[0], payload, *LLAMA[1:]), Unknown) == [Unknown(payload)]

    def test_an_error_later(self) -> None:
        assert failure_of(invoked(LLAMA[0], {"message": "It broke."})).message == "It broke."

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (
                {"generation": "Hello", "prompt_token_count": 7, "generation_token_count": 5, "stop_reason": "stop"},
                "stop",
            ),
            ({"outputs": [{"text": "Hello", "stop_reason": "stop"}]}, "stop"),
            (
                {
                    "inputTextTokenCount": 7,
                    "results": [{"tokenCount": 5, "outputText": "Hello", "completionReason": "FINISH"}],
                },
                "FINISH",
            ),
            ({"type": "completion", "completion": "Hello", "stop_reason": "stop_sequence"}, "stop_sequence"),
            ({"id": "x", "generations": [{"id": "y", "text": "Hello", "finish_reason": "COMPLETE"}]}, "COMPLETE"),
            (
                {"id": 1, "completions": [{"data": {"text": "Hello"}, "finishReason": {"reason": "endoftext"}}]},
                "endoftext",
            ),
            ({"choices": [{"text": "Hello", "stop_reason": "stop"}]}, "stop"),
            ({"text": "Hello", "generation_id": "g", "finish_reason": "COMPLETE"}, "COMPLETE"),
        ],
        ids=["llama", "mistral", "titan", "claude 2", "command", "jurassic", "deepseek", "command r"],
    )
    def test_whole_answers(self, body: dict[str, Any], reason: str) -> None:
        events = parse("bedrock-invoke", json.dumps(body).encode())
        hold_laws(events)
        message = message_of(events)
        assert (message.text, message.finish_reason, message.raw_reason) == ("Hello", FinishReason.STOP, reason)
        if "prompt_token_count" in body or "results" in body:
            assert message.usage is not None
            assert message.usage.total_tokens == 12


class TestCommandR:
    def test_every_event(self) -> None:
        events = invoked(*COMMAND_R)
        assert events[0] == ResponseStarted("g", "", "bedrock-invoke")
        assert of_kind(events, TextDelta, Citation, ServerToolUsed) == [
            ServerToolUsed("call", "search-queries", None, {"search_queries": [{"text": "x"}]}, 0, 0),
            ServerToolUsed(
                "result", "search-results", None, {"search_results": [{"n": 1}], "documents": [{"id": "d"}]}, 0, 1
            ),
            TextDelta("Hel", 0, 2),
            TextDelta("lo", 0, 2),
            Citation(CITED, 0, 2),
        ]
        assert codes(events) == []
        assert of_kind(events, Unknown) == []
        assert (events[-1].reason, events[-1].raw_reason) == (FinishReason.STOP, "COMPLETE")

    def test_the_tokens_of_the_model_count_not_the_billed_ones(self) -> None:
        usage = invoked(*COMMAND_R)[-1].usage
        assert (usage.input_tokens, usage.output_tokens) == (7, 5)
        assert usage.raw["billed_units"] == {"input_tokens": 3, "output_tokens": 4}

    def test_metrics_count_where_it_does_not(self) -> None:
        end = {"event_type": "stream-end", "finish_reason": "COMPLETE", **MEASURED}
        assert invoked(COMMAND_R[3], end)[-1].usage.total_tokens == 12

    def test_calls_in_pieces(self) -> None:
        events = invoked(*TOOLS)
        assert of_kind(events, ReasoningDelta) == [ReasoningDelta("I will"), ReasoningDelta(" look.")]
        assert of_kind(events, ToolCallDelta, ToolCallFinished) == [
            ToolCallDelta(0, '{"q":', part=1),
            ToolCallDelta(0, ' "x"}', part=1),
            ToolCallFinished(0, "g_0", "find", '{"q": "x"}', True, part=1, position=0),
        ]
        assert events[-1].reason is FinishReason.TOOL_CALLS

    @pytest.mark.parametrize("last", [TOOLS[-2:], TOOLS[-1:]], ids=["generation", "end"])
    def test_calls_that_come_whole_come_once(self, last: list[dict[str, Any]]) -> None:
        events = invoked(TOOLS[0], *last)
        assert [call.arguments for call in of_kind(events, ToolCallFinished)] == ['{"q":"x"}']

    @pytest.mark.parametrize("text", ["", None])
    def test_an_empty_text_says_nothing(self, text: str | None) -> None:
        empty = {**COMMAND_R[3], "text": text}
        assert invoked(*COMMAND_R[:3], empty, *COMMAND_R[3:]) == invoked(*COMMAND_R)

    def test_an_event_of_another_day_is_kept(self) -> None:
        assert of_kind(invoked(*COMMAND_R[:4], {"song": "la"}), Unknown) == [Unknown({"song": "la"})]

    def test_calls_behind_the_end_are_only_noted(self) -> None:
        assert codes(invoked(*COMMAND_R, TOOLS[3], TOOLS[6])) == [NoteCode.CALL_AFTER_FINISH] * 2

    def test_an_end_without_a_word_proves_nothing(self) -> None:
        events = invoked(*COMMAND_R[:4], {"event_type": "stream-end", **MEASURED})
        assert failure_of(events).kind is FailureKind.TRUNCATED
        assert of_kind(events, UsageUpdate)[-1].usage.total_tokens == 12

    def test_without_its_end_it_is_truncated(self) -> None:
        assert failure_of(invoked(*COMMAND_R[:-1])).kind is FailureKind.TRUNCATED

    @pytest.mark.parametrize(
        "end",
        [
            {"event_type": "stream-end", "finish_reason": "ERROR", "error": "It broke."},
            {"event_type": "stream-end", "finish_reason": "ERROR"},
            {"message": "It broke."},
        ],
        ids=["error", "word", "message"],
    )
    def test_its_failures(self, end: dict[str, Any]) -> None:
        assert failure_of(invoked(*COMMAND_R[:4], end)).kind is FailureKind.PROVIDER


@given(near_misses(FIXTURES), PLACES)
def test_near_misses_break_no_law(payloads: list[Any], places: list[int]) -> None:
    body = chunks_of(payloads)
    events = of_chunks(parser("bedrock-invoke"), cut(body, places))
    hold_laws(events)
    assert events == parse("bedrock-invoke", body)
    hold_laws(of_payloads(parser("bedrock-invoke"), payloads))


@given(
    near_misses(
        [*FIXTURES, [{"results": [{"outputText": "a"}], "generations": [{}]}, {"text": "", "generation_id": 0}]]
    )
)
def test_near_misses_of_documents_break_no_law(payloads: list[Any]) -> None:
    for payload in payloads:
        hold_laws(parse("bedrock-invoke", json.dumps(payload).encode()))
