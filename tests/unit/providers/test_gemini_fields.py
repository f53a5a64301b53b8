"""What the fields of Gemini's chunks and candidates become."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.gemini_chunks import COUNTS, STOP, chunk, end_of, events_of, metadata_of, piece, response, text
from tests.helpers import message_of, of_kind
from tests.provider_laws import general_parser, of_payloads

from deltawire.events import (
    Citation,
    Finished,
    FinishReason,
    Logprobs,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    ResponseStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.notes import NoteCode
from deltawire.usage import Usage


def notes_of(*payloads: Any) -> list[NoteCode]:
    return [note.code for note in of_kind(events_of(*payloads), Note)]


class TestModifiers:
    def test_metadata_of_a_part_stands_in_it(self) -> None:
        events = events_of(chunk(text("a", partMetadata={"k": 1})), chunk(text("b", speechMetadata={"s": 2})), STOP)
        native = {"text": "", "partMetadata": {"k": 1}, "speechMetadata": {"s": 2}}
        assert of_kind(events, PartFinished) == [PartFinished("text", native)]

    def test_metadata_without_a_part_is_told(self) -> None:
        events = events_of(chunk(text("a"), {"partMetadata": {"k": 1}}), chunk(text("", speechMetadata={"s": 2})), STOP)
        assert metadata_of(events) == [
            {"choice": 0, "partMetadata": {"k": 1}},
            {"choice": 0, "speechMetadata": {"s": 2}},
        ]


class TestSources:
    def test_citations_under_both_names_come_once(self) -> None:
        first, second = {"startIndex": 1, "uri": "https://a.example"}, {"startIndex": 9, "uri": "https://b.example"}
        events = events_of(
            chunk(text("a"), citationMetadata={"citations": [first]}),
            chunk(text("b"), citationMetadata={"citationSources": [second]}),
            chunk(text("c"), citationMetadata={"citations": [first, second]}),
            STOP,
        )
        assert [event.payload for event in of_kind(events, Citation)] == [first, second, second]

    def test_repeated_lists_of_sources_are_told_once(self) -> None:
        sources = [{"uri": "https://a.example"}, {"uri": "https://b.example"}]
        events = events_of(*[chunk(text("a"), citationMetadata={"citations": sources[:n]}) for n in (1, 2, 2)], STOP)
        assert [event.payload for event in of_kind(events, Citation)] == sources

    def test_grounding_tells_chunks_and_supports_and_keeps_the_rest(self) -> None:
        grounding = {
            "webSearchQueries": ["q"],
            "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}] * 2,
            "groundingSupports": [{"segment": {"endIndex": 5}, "groundingChunkIndices": [1]}],
            "searchEntryPoint": {"renderedContent": "<div>"},
        }
        events = events_of(chunk(text("a"), groundingMetadata=grounding), chunk(groundingMetadata=grounding), STOP)
        told = [event.payload for event in of_kind(events, Citation)]
        # Supports name chunks by their place: equal ones are not merged.
        assert told == [*grounding["groundingChunks"], *grounding["groundingSupports"]]
        rest = {"webSearchQueries": ["q"], "searchEntryPoint": {"renderedContent": "<div>"}}
        assert metadata_of(events) == [{"choice": 0, "groundingMetadata": rest}]

    def test_attributions_are_sources(self) -> None:
        events = events_of(chunk(text("a"), groundingAttributions=[{"sourceId": {}}]), STOP)
        assert of_kind(events, Citation) == [Citation({"sourceId": {}})]

    def test_retrieved_addresses_are_metadata(self) -> None:
        said = {
            "urlMetadata": [{"retrievedUrl": "https://a.example", "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS"}]
        }
        events = events_of(chunk(text("a"), urlContextMetadata=said), chunk(urlContextMetadata=said), STOP)
        assert metadata_of(events) == [{"choice": 0, "urlContextMetadata": said}]

    def test_empty_source_metadata_says_nothing(self) -> None:
        events = events_of(chunk(text("a"), groundingMetadata={}, citationMetadata={"citations": []}), STOP)
        assert of_kind(events, Citation, Metadata) == []


class TestLogprobs:
    def test_chosen_tokens_come_with_their_alternatives(self) -> None:
        result = {
            "chosenCandidates": [{"token": "a", "logProbability": -0.1}, {"token": "b", "logProbability": -0.2}],
            "topCandidates": [{"candidates": [{"token": "a"}, {"token": "x"}]}],
            "logProbabilitySum": -0.3,
        }
        events = events_of(chunk(text("ab"), logprobsResult=result, avgLogprobs=-0.15), STOP)
        assert of_kind(events, Logprobs) == [
            Logprobs(
                [
                    {"token": "a", "logProbability": -0.1, "topCandidates": [{"token": "a"}, {"token": "x"}]},
                    {"token": "b", "logProbability": -0.2},
                ]
            )
        ]
        assert metadata_of(events) == [
            {"choice": 0, "logprobsResult": {"logProbabilitySum": -0.3}},
            {"choice": 0, "avgLogprobs": -0.15},
        ]

    def test_alternatives_alone_are_kept(self) -> None:
        result = {"topCandidates": [{"candidates": [{"token": "a"}]}]}
        events = events_of(chunk(text("a"), logprobsResult=result), STOP)
        assert metadata_of(events) == [{"choice": 0, "logprobsResult": result}]


class TestFields:
    def test_constants_come_once(self) -> None:
        rated = {"safetyRatings": [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"}]}
        dated = {"createTime": "2026-01-01T00:00:00Z", "modelStatus": {"stage": "PREVIEW"}}
        payloads = [chunk(text(letter), **rated, tokenCount=4) | dated for letter in "abc"]
        events = events_of(*payloads, STOP)
        assert metadata_of(events) == [dated, {"choice": 0, **rated, "tokenCount": 4}]

    def test_a_field_that_changes_is_told_again(self) -> None:
        payloads = [chunk(text("a")) | {"createTime": time} for time in ("1", "1", "2", "2")]
        assert metadata_of(events_of(*payloads, STOP)) == [{"createTime": "1"}, {"createTime": "2"}]

    def test_odd_fields_of_content_are_told(self) -> None:
        strange = response({"content": {"parts": [text("a")], "role": "user", "missing-parts": True}})
        assert metadata_of(events_of(strange, STOP)) == [
            {"choice": 0, "content": {"missing-parts": True, "role": "user"}}
        ]

    def test_prompt_feedback_beside_an_answer_is_metadata(self) -> None:
        feedback = {"safetyRatings": [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"}]}
        events = events_of(chunk(text("a")) | {"promptFeedback": feedback}, STOP)
        assert metadata_of(events) == [{"promptFeedback": feedback}]

    def test_the_first_id_and_model_stay(self) -> None:
        events = events_of(
            {"candidates": [{"content": {"parts": [text("a")]}}]},
            {"candidates": [{"content": {"parts": [text("b")]}}], "responseId": "late"},
            {
                "candidates": [{"content": {"parts": [text("c")]}, "finishReason": "STOP"}],
                "modelVersion": "m",
                "responseId": "x",
            },
        )
        assert events[0] == ResponseStarted("", "", "gemini")
        assert message_of(events).text == "abc"
        assert events[-1] == Finished(FinishReason.STOP, "STOP", None, "m")

    def test_an_envelope_of_code_assist_is_opened(self) -> None:
        payloads = [{"response": payload, "traceId": "t1"} for payload in (chunk(text("a")), chunk(text("b")), STOP)]
        events = events_of(*payloads)
        assert message_of(events).text == "ab"
        assert metadata_of(events) == [{"traceId": "t1"}]

    def test_a_payload_of_another_day_is_kept(self) -> None:
        assert of_kind(events_of(chunk(text("a")), {"this": [1]}, {}, STOP), Unknown) == [Unknown({"this": [1]})]


class TestCandidates:
    def test_candidates_go_by_their_index(self) -> None:
        events = events_of(
            response({"content": {"parts": [text("b")]}, "index": 1}),
            response({"content": {"parts": [text("a")]}, "index": 0}, {"content": {"parts": [text("B")]}, "index": 1}),
            response({"index": 1, "finishReason": "MAX_TOKENS"}, {"index": 0, "finishReason": "STOP"}),
        )
        message = message_of(events)
        assert [(choice.index, choice.text, choice.finish_reason) for choice in message.choices] == [
            (0, "a", FinishReason.STOP),
            (1, "bB", FinishReason.LENGTH),
        ]
        assert message.finish_reason is FinishReason.STOP

    def test_a_missing_index_is_zero_but_for_a_second_one(self) -> None:
        pair = response({"content": {"parts": [text("a")]}}, {"content": {"parts": [text("b")]}})
        message = message_of(events_of(pair, pair, response({"finishReason": "STOP"}, {"finishReason": "STOP"})))
        assert [choice.text for choice in message.choices] == ["aa", "bb"]

    def test_a_missing_index_behind_another_is_zero(self) -> None:
        pair = response({"content": {"parts": [text("b")]}, "index": 1}, {"content": {"parts": [text("a")]}})
        events = events_of(pair, response({"index": 1, "finishReason": "STOP"}, {"finishReason": "STOP"}))
        assert [choice.text for choice in message_of(events).choices] == ["a", "b"]


class TestUsage:
    def test_thoughts_and_tool_prompts_are_counted_where_they_are_billed(self) -> None:
        said = {
            "promptTokenCount": 100,
            "cachedContentTokenCount": 40,
            "toolUsePromptTokenCount": 7,
            "candidatesTokenCount": 20,
            "thoughtsTokenCount": 30,
            "totalTokenCount": 157,
            "trafficType": "ON_DEMAND",
        }
        assert end_of(chunk(text("a"), finish="STOP") | {"usageMetadata": said}).usage == Usage(
            input_tokens=107,
            output_tokens=50,
            cache_read_tokens=40,
            cache_write_tokens=None,
            reasoning_tokens=30,
            total_tokens=157,
            raw=said,
        )

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({"promptTokenCount": 9}, Usage(9)),
            ({"promptTokenCount": 9, "candidatesTokenCount": 5}, Usage(9, 5, total_tokens=14)),
            ({"promptTokenCount": 9, "thoughtsTokenCount": 3}, Usage(9, 3, reasoning_tokens=3, total_tokens=12)),
            ({"toolUsePromptTokenCount": 4}, Usage()),
            ({"trafficType": "ON_DEMAND"}, Usage()),
            ({"promptTokenCount": "9", "candidatesTokenCount": 5.0}, Usage(9, 5, total_tokens=14)),
        ],
        ids=str,
    )
    def test_absent_counts_stay_absent(self, said: dict[str, Any], expected: Usage) -> None:
        usage = end_of(chunk(text("a"), finish="STOP") | {"usageMetadata": said}).usage
        assert usage is not None
        assert usage.raw == said
        assert usage == attrs.evolve(expected, raw=said)

    def test_each_chunk_that_says_something_new_is_told_and_the_last_value_wins(self) -> None:
        counts = [
            {"promptTokenCount": 2304, "totalTokenCount": 2304},
            {"promptTokenCount": 2304, "totalTokenCount": 2304},
            {"promptTokenCount": 2301, "candidatesTokenCount": 3, "totalTokenCount": 2304},
            {"candidatesTokenCount": 5, "totalTokenCount": 2306},
            {"candidatesTokenCount": 0, "totalTokenCount": None},
        ]
        payloads = [chunk(text("a")) | {"usageMetadata": said} for said in counts]
        updates = of_kind(events_of(*payloads, STOP), UsageUpdate)
        assert [(u.usage.input_tokens, u.usage.output_tokens, u.usage.total_tokens) for u in updates] == [
            (2304, None, 2304),
            (2301, 3, 2304),
            (2301, 5, 2306),
        ]
        # What was told keeps what was known then.
        assert updates[0].usage.raw == counts[0]

    @pytest.mark.parametrize(
        ("later", "output", "reasoning"),
        [
            ({"thoughtsTokenCount": 9, "totalTokenCount": 13}, 9, 9),
            ({"candidatesTokenCount": 2, "thoughtsTokenCount": 9, "totalTokenCount": 15}, 11, 9),
            ({"candidatesTokenCount": 0, "thoughtsTokenCount": 9, "totalTokenCount": 13}, 9, 9),
            ({"candidatesTokenCount": -2, "thoughtsTokenCount": 9, "totalTokenCount": 13}, None, 9),
            ({"candidatesTokenCount": 2.0, "thoughtsTokenCount": 9, "totalTokenCount": 15}, 11, 9),
        ],
        ids=["thoughts", "both", "no candidates", "odd candidates", "candidates as a float"],
    )
    def test_counts_that_grow_are_told_as_the_first_were(
        self, later: dict[str, Any], output: int | None, reasoning: int
    ) -> None:
        first = {"promptTokenCount": 4, "thoughtsTokenCount": 3, "totalTokenCount": 7}
        payloads = [chunk(text("a")) | {"usageMetadata": said} for said in (first, {**first, **later})]
        usage = of_kind(events_of(*payloads, STOP), UsageUpdate)[-1].usage
        assert (usage.output_tokens, usage.reasoning_tokens) == (output, reasoning)
        assert usage.total_tokens == later["totalTokenCount"]

    def test_counts_that_are_none_are_noted_once(self) -> None:
        payloads = [chunk(text("a")) | {"usageMetadata": {"promptTokenCount": -n}} for n in (1, 2)]
        events = events_of(*payloads, STOP)
        assert [note.code for note in of_kind(events, Note)] == [NoteCode.USAGE_NOT_A_NUMBER]
        assert events[-1].usage.input_tokens is None
        assert events[-1].usage.raw == {"promptTokenCount": -2}

    def test_the_quick_way_counts_like_the_general_one(self) -> None:
        told = [
            {"promptTokenCount": 9},
            {"promptTokenCount": 9, "thoughtsTokenCount": 3},
            {"thoughtsTokenCount": 3},
            {"totalTokenCount": 12},
            {"promptTokenCount": 9, "thoughtsTokenCount": 3, "candidatesTokenCount": 2, "toolUsePromptTokenCount": 1},
            {"candidatesTokenCount": 4, "serviceTier": "standard", "cachedContentTokenCount": 5},
            {"candidatesTokenCount": 2**60},
            {"candidatesTokenCount": 5, "extra": {"a": 1}},
            {"candidatesTokenCount": 6, "extra": {"b": 1}},
            {"candidatesTokenCount": "7"},
            {"candidatesTokenCount": 8},
            {"candidatesTokenCount": 0},
        ]
        payloads = [chunk(text("a")), *(chunk(text("a")) | {"usageMetadata": said} for said in told), STOP]
        events = events_of(*payloads)
        assert events == of_payloads(general_parser("gemini"), payloads)
        outputs = [update.usage.output_tokens for update in of_kind(events, UsageUpdate)]
        assert outputs == [None, 3, 3, 5, 7, 8, 9, 10, 11]

    def test_usage_after_the_finish_reason_counts(self) -> None:
        assert end_of(chunk(text("a"), finish="STOP"), {"usageMetadata": COUNTS}).usage.total_tokens == 14


def test_continuation_tokens_are_told_once_each() -> None:
    events = events_of(
        chunk(text("a"), continuationToken="MQ=="),
        chunk(text("b"), continuationToken="MQ=="),
        chunk(continuationToken="Mg==", finish="CONTINUATION"),
    )
    assert of_kind(events, OpaqueState) == [OpaqueState("continuation", "MQ=="), OpaqueState("continuation", "Mg==")]
    assert events[-1].reason is FinishReason.PAUSED


def test_partial_arguments_without_a_call_do_no_harm() -> None:
    stray = {"functionCall": {"partialArgs": [piece("$.a", numberValue=1)]}}
    assert NoteCode.CALL_WITHOUT_NAME in notes_of(chunk(text("a")), chunk(stray), STOP)
