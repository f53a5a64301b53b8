"""The end of Bedrock's ConverseStream: stop reasons, usage, odd payloads, and whole answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.bedrock_frames import (
    GROUNDED,
    STARTED,
    TALK,
    arguments,
    close_block,
    events_of,
    grow,
    metadata,
    open_block,
    open_tool,
    reasoning,
    start,
    stop,
    text,
    told,
)
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.provider_laws import hold_laws, of_payloads

from deltawire.events import (
    Citation,
    Event,
    FinishReason,
    MediaDelta,
    Metadata,
    OpaqueState,
    PartFinished,
    ServerToolUsed,
    TextDelta,
    Unknown,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.usage import Usage

COUNTS = {"inputTokens": 7, "outputTokens": 5, "totalTokens": 12}


class TestStops:
    @pytest.mark.parametrize(
        ("word", "reason"),
        [
            ("end_turn", FinishReason.STOP),
            ("stop_sequence", FinishReason.STOP),
            ("tool_use", FinishReason.STOP),
            ("max_tokens", FinishReason.LENGTH),
            ("model_context_window_exceeded", FinishReason.LENGTH),
            ("guardrail_intervened", FinishReason.CONTENT_FILTER),
            ("content_filtered", FinishReason.CONTENT_FILTER),
            ("a_word_of_another_day", FinishReason.OTHER),
        ],
    )
    def test_every_stop_reason(self, word: str, reason: FinishReason) -> None:
        last = events_of(start(), text(0, "a"), stop(word), metadata())[-1]
        assert (last.reason, last.raw_reason) == (reason, word)

    @pytest.mark.parametrize("word", ["malformed_model_output", "malformed_tool_use"])
    def test_output_that_bedrock_cannot_read_is_a_failure(self, word: str) -> None:
        failure = failure_of(events_of(start(), open_tool(0), arguments(0, "{"), stop(word), metadata()))
        assert (failure.kind, failure.code, failure.retryable) == (FailureKind.MODEL_OUTPUT, word, True)

    def test_a_stop_without_a_reason_is_proof_all_the_same(self) -> None:
        last = events_of(start(), text(0, "a"), {"messageStop": {}})[-1]
        assert (last.reason, last.raw_reason) == (FinishReason.UNKNOWN, None)

    def test_the_first_stop_counts(self) -> None:
        assert events_of(start(), text(0, "a"), stop(), stop("max_tokens"))[-1].raw_reason == "end_turn"

    def test_the_stop_may_bring_fields_of_the_model(self) -> None:
        events = events_of(start(), stop(additionalModelResponseFields={"stop_sequence": "###"}))
        assert Metadata({"additionalModelResponseFields": {"stop_sequence": "###"}}) in events

    def test_text_behind_the_stop_is_kept_and_noted(self) -> None:
        events = events_of(start(), text(0, "a"), stop(), text(1, "b"))
        assert message_of(events).text == "ab"
        assert codes(events) == [NoteCode.CONTENT_AFTER_FINISH]

    def test_a_call_behind_the_stop_is_only_noted(self) -> None:
        events = events_of(start(), text(0, "a"), stop(), open_tool(1), arguments(1, "{}"))
        assert codes(events) == [NoteCode.CALL_AFTER_FINISH] * 2

    def test_an_empty_answer_is_noted(self) -> None:
        assert codes(events_of(start(), stop(), metadata())) == [NoteCode.EMPTY_ANSWER]


class TestUsage:
    @pytest.mark.parametrize(
        ("raw", "usage"),
        [
            ({}, (None, None, None, None, None)),
            ({"inputTokens": 7, "outputTokens": 5, "totalTokens": 12}, (7, 5, None, None, 12)),
            (
                {
                    "inputTokens": 11,
                    "outputTokens": 236,
                    "totalTokens": 1275,
                    "cacheReadInputTokens": 0,
                    "cacheWriteInputTokens": 1028,
                },
                (1039, 236, 0, 1028, 1275),
            ),
            (
                {"inputTokens": 1039, "outputTokens": 236, "totalTokens": 1275, "cacheReadInputTokens": 1028},
                (1039, 236, 1028, None, 1275),
            ),
            (
                {"inputTokens": 3, "outputTokens": 4, "cacheReadInputTokenCount": 2, "cacheWriteInputTokenCount": 1},
                (6, 4, 2, 1, 10),
            ),
            ({"inputTokens": 3}, (3, None, None, None, None)),
            ({"outputTokens": 4, "cacheReadInputTokens": 1}, (None, 4, 1, None, None)),
        ],
        ids=["nothing", "plain", "cache beside", "cache inside", "nova", "input only", "output only"],
    )
    def test_counts(self, raw: dict[str, int], usage: tuple[int | None, ...]) -> None:
        last = events_of(start(), stop(), metadata(raw))[-1]
        found = last.usage or Usage()
        assert (
            found.input_tokens,
            found.output_tokens,
            found.cache_read_tokens,
            found.cache_write_tokens,
            found.total_tokens,
        ) == usage

    def test_the_raw_counts_stay(self) -> None:
        raw = GROUNDED[-1]["metadata"]["usage"]
        assert events_of(*GROUNDED)[-1].usage.raw == raw

    def test_counts_that_are_no_numbers_are_noted(self) -> None:
        events = events_of(start(), text(0, "a"), stop(), metadata({"inputTokens": "many", "outputTokens": 2}))
        assert events[-1].usage.output_tokens == 2
        assert codes(events) == [NoteCode.USAGE_NOT_A_NUMBER]

    def test_metadata_may_come_before_the_stop(self) -> None:
        assert events_of(start(), text(0, "a"), metadata(), stop())[-1].usage.total_tokens == 12

    def test_what_else_metadata_says_is_told(self) -> None:
        assert Metadata(
            {
                "metrics": {"latencyMs": 84},
                "trace": {"guardrail": {"actionReason": "No action."}},
                "performanceConfig": {"latency": "optimized"},
                "serviceTier": {"type": "flex"},
            }
        ) in events_of(*GROUNDED)

    def test_the_model_that_a_prompt_router_chose(self) -> None:
        trace = {"promptRouter": {"invokedModelId": "arn:aws:bedrock:model"}}
        assert events_of(start(), stop(), metadata(trace=trace))[-1].model == "arn:aws:bedrock:model"


class TestOddPayloads:
    def test_a_message_that_never_started_is_noted(self) -> None:
        events = events_of(text(0, "a"), stop())
        assert events[1] == STARTED
        assert codes(events) == [NoteCode.MISSING_START]

    def test_a_second_start_is_noted(self) -> None:
        assert codes(events_of(*TALK[:5], start(), *TALK[5:])) == [NoteCode.SECOND_START]

    def test_a_start_may_bring_more(self) -> None:
        assert events_of(start(conversation="c"), stop())[1] == Metadata({"conversation": "c"})

    @pytest.mark.parametrize(
        "payload",
        [
            {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"song": "la"}}},
            {"contentBlockStart": {"contentBlockIndex": 0, "start": {"song": {}}}},
            {"songStart": {"key": "c"}},
        ],
        ids=["delta", "start", "event"],
    )
    def test_what_is_not_known_is_kept(self, payload: dict[str, Any]) -> None:
        assert of_kind(told(payload), Unknown) == [Unknown(payload)]

    @pytest.mark.parametrize(
        "payload",
        [
            text(0, 5),
            text(0, ["a"]),
            reasoning(0, text=5),
            reasoning(0, signature=5),
            grow(0, reasoningContent="a"),
            grow(0, toolUse="a"),
            open_block(0, toolUse="a"),
            open_block(0, image=5),
            {"contentBlockDelta": "a"},
            {"contentBlockDelta": {"delta": "a"}},
            {"contentBlockStart": {"start": "a"}},
            {"metadata": {"usage": 5}},
            {"messageStart": "assistant"},
        ],
        ids=repr,
    )
    def test_a_field_of_another_shape_is_noted(self, payload: dict[str, Any]) -> None:
        assert NoteCode.UNMAPPED_SHAPE in codes(of_payloads(parser("bedrock"), [start(), payload, stop()]))

    def test_null_is_absent(self) -> None:
        payloads = [text(0, None), reasoning(0, text=None), {"contentBlockDelta": {"delta": None}}]
        assert codes(told(*payloads)) == []

    def test_fields_beside_an_event_are_told(self) -> None:
        response = parser("bedrock")
        events = response.receive_payload({"messageStart": {"role": "assistant"}, "note": 1})
        assert events == [STARTED, Metadata({"note": 1})]


GROUNDING = {"toolUseId": "u", "name": "g", "type": "server_tool_use", "input": {"q": 1}}
GROUNDED_ON = {"toolUseId": "u", "type": "g_result", "content": [{"text": "x"}]}
WHOLE = {
    "output": {
        "message": {
            "role": "assistant",
            "content": [
                {"reasoningContent": {"reasoningText": {"text": "hm so", "signature": "c2ln"}}},
                {"text": "Let me look."},
                {"toolUse": {"toolUseId": "use_1", "name": "find", "input": {"q": "x"}}},
                {"toolUse": {"toolUseId": "use_2", "name": "now", "input": {}}},
            ],
        }
    },
    "stopReason": "tool_use",
    "usage": COUNTS,
    "metrics": {"latencyMs": 84},
}


class TestWholeAnswers:
    def test_it_gives_the_message_of_the_stream(self) -> None:
        stream = [*TALK[:5], text(1, "Let me look."), close_block(1)]
        stream += [open_tool(2), arguments(2, '{"q":"x"}'), close_block(2), open_tool(3, "use_2", "now")]
        streamed = message_of(events_of(*stream, close_block(3), stop("tool_use"), metadata()))
        whole = message_of(parse("bedrock", json.dumps(WHOLE).encode()))
        for message in (streamed, whole):
            assert (message.reasoning, message.text) == ("hm so", "Let me look.")
            assert [(call.id, call.name, call.arguments, call.complete) for call in message.tool_calls] == [
                ("use_1", "find", '{"q":"x"}', True),
                ("use_2", "now", "", True),
            ]
            assert (message.finish_reason, message.raw_reason) == (FinishReason.TOOL_CALLS, "tool_use")
            assert message.usage == Usage(7, 5, None, None, None, 12, None, COUNTS)

    def test_it_is_noted_as_one(self) -> None:
        events = parse("bedrock", json.dumps(WHOLE).encode())
        hold_laws(events)
        assert codes(events) == [NoteCode.ONE_DOCUMENT]
        assert Metadata({"metrics": {"latencyMs": 84}}) in events

    def test_every_block_is_told_as_sent(self) -> None:
        natives = [event.native for event in of_kind(parse("bedrock", json.dumps(WHOLE).encode()), PartFinished)]
        assert natives == WHOLE["output"]["message"]["content"]

    @pytest.mark.parametrize(
        ("block", "kind", "events"),
        [
            (
                {"citationsContent": {"content": [{"text": "a"}], "citations": [{"title": "t"}]}},
                "text",
                [TextDelta("a"), Citation({"title": "t"})],
            ),
            (
                {"image": {"format": "png", "source": {"bytes": "AAEC"}}},
                "image",
                [MediaDelta("image", "image/png", "AAEC")],
            ),
            (
                {"audio": {"format": "mp3", "source": {"bytes": "AAEC"}}},
                "audio",
                [MediaDelta("audio", "audio/mp3", "AAEC")],
            ),
            (
                {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://b/v"}}}},
                "video",
                [MediaDelta("video", "video/mp4", None, "s3://b/v")],
            ),
            ({"reasoningContent": {"redactedContent": "AAEC"}}, "reasoning", [OpaqueState("redacted", "AAEC")]),
            ({"toolUse": GROUNDING}, "server_tool_use", [ServerToolUsed("call", "g", "u", GROUNDING)]),
            ({"toolResult": GROUNDED_ON}, "tool_result", [ServerToolUsed("result", "g_result", "u", GROUNDED_ON)]),
            ({"cachePoint": {"type": "default"}}, "cachePoint", []),
            ({"document": {"format": "pdf", "name": "d"}}, "document", []),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_every_block(self, block: dict[str, Any], kind: str, events: list[Event]) -> None:
        body = {"output": {"message": {"content": [block]}}, "stopReason": "end_turn"}
        found = parse("bedrock", json.dumps(body).encode())
        assert found[2 : 3 + len(events)] == [*events, PartFinished(kind, block)]
