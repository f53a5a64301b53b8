"""Chat Completions: token counts wherever servers put them, and what their fields mean."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import chunk, document, events_of, events_of_document, finished, notes, of, text

from deltawire.events import Note, UsageUpdate
from deltawire.notes import NoteCode
from deltawire.usage import Usage

COUNTS = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
SAME = Usage(9, 2, total_tokens=11, raw=COUNTS)
STOP = chunk({}, "stop")


def usage_of(*said: dict[str, Any], provider: str = "openai-chat") -> Usage:
    """What a stream that says this of its tokens, chunk by chunk, has used."""
    events = events_of(text("a"), *(text("b", usage=usage) for usage in said), STOP, provider=provider)
    usage = finished(events).usage
    assert usage is not None
    return usage


class TestPlaces:
    """Where the counts stand."""

    def test_in_a_last_chunk_without_choices(self) -> None:
        events = events_of(text("a"), STOP, {**chunk(usage=COUNTS), "choices": []})
        assert of(events, UsageUpdate) == [UsageUpdate(SAME)]
        assert finished(events).usage == SAME

    @pytest.mark.parametrize("choices", [None, ...], ids=["null", "absent"])
    def test_in_a_last_chunk_whose_choices_are_missing(self, choices: Any) -> None:
        last = {**chunk(usage=COUNTS), "choices": choices}
        if choices is ...:
            del last["choices"]
        assert finished(events_of(text("a"), STOP, last)).usage == SAME

    def test_on_the_finish_chunk(self) -> None:
        assert finished(events_of(text("a"), chunk({}, "stop", usage=COUNTS))).usage == SAME

    def test_beside_the_last_text(self) -> None:
        assert finished(events_of(text("a"), text("b", usage=COUNTS), STOP)).usage == SAME

    def test_in_the_field_of_groq(self) -> None:
        times = {"queue_time": 0.05, "prompt_time": 0.01, "completion_time": 0.2, "total_time": 0.21}
        raw = COUNTS | times
        events = events_of(
            chunk({"role": "assistant"}, x_groq={"id": "req_1"}),
            text("a"),
            chunk({}, "stop", x_groq={"id": "req_1", "usage": raw}),
        )
        assert finished(events).usage == Usage(9, 2, total_tokens=11, raw=raw)

    def test_in_the_choice(self) -> None:
        assert finished(events_of(text("a"), chunk({}, "stop", choice={"usage": COUNTS}))).usage == SAME

    def test_on_every_chunk_growing(self) -> None:
        said = [{"prompt_tokens": 9, "completion_tokens": number, "total_tokens": 9 + number} for number in range(4)]
        events = events_of(*(text("a", usage=usage) for usage in said), STOP)
        assert [event.usage.output_tokens for event in of(events, UsageUpdate)] == [0, 1, 2, 3]
        assert finished(events).usage == Usage(9, 3, total_tokens=12, raw=said[-1])

    def test_the_same_again_is_no_news(self) -> None:
        assert len(of(events_of(*(text("a", usage=COUNTS) for _ in range(3)), STOP), UsageUpdate)) == 1

    def test_in_the_middle_then_null_again(self) -> None:
        events = events_of(
            text("a", usage=None), text("b", usage=COUNTS), text("c", usage=None), chunk({}, "stop", usage=None)
        )
        assert finished(events).usage == SAME

    def test_before_any_content(self) -> None:
        assert (
            finished(events_of({**chunk(usage=COUNTS, id="", model=""), "choices": []}, text("a"), STOP)).usage == SAME
        )

    def test_nowhere(self) -> None:
        events = events_of(text("a"), STOP)
        assert finished(events).usage is None
        assert of(events, UsageUpdate) == []

    def test_in_a_whole_answer(self) -> None:
        assert finished(events_of_document(document({"content": "a"}, usage=COUNTS))).usage == SAME

    def test_what_an_event_has_told_stays(self) -> None:
        said = [
            {"prompt_tokens_details": {"cached_tokens": 1}},
            {"prompt_tokens_details": {"cached_tokens": 2, "x": 1}},
        ]
        events = events_of(*(text("a", usage=usage) for usage in said), STOP)
        assert [event.usage.raw for event in of(events, UsageUpdate)] == said


class TestMerge:
    """Running totals."""

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            pytest.param([COUNTS, {"completion_tokens": 5}], Usage(9, 5, total_tokens=11), id="the last one counts"),
            pytest.param([COUNTS, {"completion_tokens": None}], SAME, id="null erases nothing"),
            pytest.param([COUNTS, {}], SAME, id="an empty object says nothing"),
            pytest.param([COUNTS, dict.fromkeys(COUNTS, 0)], SAME, id="zeros are placeholders"),
            pytest.param(
                [{"prompt_tokens": 0, "completion_tokens": 0}], Usage(0, 0, total_tokens=0), id="zero at first"
            ),
            pytest.param([{"prompt_tokens": 3}, {"completion_tokens": 4}], Usage(3, 4, total_tokens=7), id="in pieces"),
            pytest.param([{"total_tokens": 4}], Usage(total_tokens=4), id="the total alone"),
            pytest.param([{"prompt_tokens": 3}], Usage(3), id="no total without both"),
        ],
    )
    def test_counts(self, said: list[dict[str, Any]], expected: Usage) -> None:
        found = usage_of(*said)
        assert (found.input_tokens, found.output_tokens, found.total_tokens) == (
            expected.input_tokens,
            expected.output_tokens,
            expected.total_tokens,
        )


class TestVendors:
    """The fields of each vendor with our meaning: (input, output, cache read, cache write, reasoning, total, cost)."""

    @pytest.mark.parametrize(
        ("provider", "raw", "expected"),
        [
            pytest.param(
                "openai-chat",
                {
                    "prompt_tokens": 1200,
                    "completion_tokens": 300,
                    "total_tokens": 1500,
                    "prompt_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 64, "audio_tokens": 0},
                    "completion_tokens_details": {
                        "reasoning_tokens": 192,
                        "audio_tokens": 0,
                        "accepted_prediction_tokens": 0,
                        "rejected_prediction_tokens": 0,
                    },
                },
                (1200, 300, 1024, 64, 192, 1500, None),
                id="OpenAI",
            ),
            pytest.param(
                "deepseek",
                {
                    "prompt_tokens": 100,
                    "completion_tokens": 40,
                    "total_tokens": 140,
                    "prompt_tokens_details": {"cached_tokens": 64},
                    "completion_tokens_details": {"reasoning_tokens": 25},
                    "prompt_cache_hit_tokens": 64,
                    "prompt_cache_miss_tokens": 36,
                },
                (100, 40, 64, None, 25, 140, None),
                id="DeepSeek",
            ),
            pytest.param(
                "deepseek",
                {"prompt_tokens": 100, "completion_tokens": 40, "prompt_cache_hit_tokens": 60},
                (100, 40, 60, None, None, 140, None),
                id="DeepSeek, cache hits alone",
            ),
            pytest.param(
                "grok",
                {
                    "prompt_tokens": 32,
                    "completion_tokens": 9,
                    "total_tokens": 135,
                    "prompt_tokens_details": {"text_tokens": 32, "cached_tokens": 6},
                    "completion_tokens_details": {"reasoning_tokens": 94},
                    "num_sources_used": 0,
                    "cost_in_usd_ticks": 5_000_000,
                },
                (32, 103, 6, None, 94, 135, 0.0005),
                id="xAI: reasoning beside the output, a price in ticks",
            ),
            pytest.param(
                "grok",
                {"prompt_tokens": 10, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 25}},
                (35, 4, 25, None, None, 39, None),
                id="xAI: a cache beside the prompt",
            ),
            pytest.param(
                "grok",
                {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 10}},
                (10, None, 10, None, None, None, None),
                id="xAI: the whole prompt from the cache",
            ),
            pytest.param(
                "grok",
                {"completion_tokens_details": {"reasoning_tokens": 94}, "total_tokens": 94},
                (None, None, None, None, 94, 94, None),
                id="xAI: reasoning alone",
            ),
            pytest.param(
                "groq",
                COUNTS | {"queue_time": 0.1, "total_time": 0.3},
                (9, 2, None, None, None, 11, None),
                id="Groq: times are no counts",
            ),
            pytest.param(
                "openrouter",
                COUNTS
                | {
                    "cost": 0.00014,
                    "is_byok": False,
                    "cost_details": {"upstream_inference_cost": None},
                    "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
                },
                (9, 2, 4, 3, None, 11, 0.00014),
                id="OpenRouter",
            ),
            pytest.param("openrouter", COUNTS | {"cost": 0}, (9, 2, None, None, None, 11, 0.0), id="OpenRouter, free"),
            pytest.param(
                "mistral",
                COUNTS | {"num_cached_tokens": 5, "prompt_audio_seconds": None},
                (9, 2, 5, None, None, 11, None),
                id="Mistral",
            ),
            pytest.param(
                "mistral",
                COUNTS | {"prompt_token_details": {"cached_tokens": 6}, "service_tier": "x"},
                (9, 2, 6, None, None, 11, None),
                id="Mistral, details without an s",
            ),
            pytest.param("moonshot", COUNTS | {"cached_tokens": 7}, (9, 2, 7, None, None, 11, None), id="Moonshot"),
            pytest.param(
                "dashscope",
                COUNTS | {"prompt_tokens_details": {"cached_tokens": 3, "cache_creation_input_tokens": 4}},
                (9, 2, 3, 4, None, 11, None),
                id="DashScope",
            ),
            pytest.param(
                "perplexity",
                COUNTS
                | {
                    "citation_tokens": 40,
                    "num_search_queries": 2,
                    "search_context_size": "low",
                    "reasoning_tokens": 30,
                    "cost": {"input_tokens_cost": 0.001, "total_cost": 0.006},
                },
                (9, 32, None, None, 30, 11, 0.006),
                id="Perplexity: reasoning beside the output, a price in parts",
            ),
            pytest.param(
                "openai-chat",
                {"input_tokens": 9, "output_tokens": 2},
                (9, 2, None, None, None, 11, None),
                id="GitHub Copilot's routes to Claude",
            ),
            pytest.param(
                "litellm",
                COUNTS | {"cache_read_input_tokens": 5, "cache_creation_input_tokens": 1},
                (9, 2, 5, 1, None, 11, None),
                id="LiteLLM beside Claude",
            ),
            pytest.param(
                "openai-chat",
                COUNTS | {"completion_tokens_details": {"reasoning_tokens": 50}},
                (9, 2, None, None, 50, 11, None),
                id="Baseten: more reasoning than output",
            ),
            pytest.param(
                "vllm",
                COUNTS | {"prompt_tokens_details": None, "completion_tokens_details": None},
                (9, 2, None, None, None, 11, None),
                id="vLLM: details are null",
            ),
            pytest.param("openai-chat", {}, (None,) * 7, id="nothing"),
        ],
    )
    def test_usage(self, provider: str, raw: dict[str, Any], expected: tuple[Any, ...]) -> None:
        events = events_of(text("a"), chunk({}, "stop", usage={"x": 1, **raw}), provider=provider)
        usage = finished(events).usage
        assert usage is not None
        assert (
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
            usage.reasoning_tokens,
            usage.total_tokens,
            usage.cost,
        ) == expected
        assert notes(events) == []

    def test_the_fields_as_sent_stay(self) -> None:
        raw = COUNTS | {"server_tool_use": {"web_search_requests": 1}, "kinds": ["a"]}
        assert usage_of(raw).raw == raw


class TestOddNumbers:
    @pytest.mark.parametrize(("value", "count"), [("12", 12), (12.0, 12), (0, 0), (2**53, 2**53)])
    def test_what_is_exactly_a_count(self, value: Any, count: int) -> None:
        events = events_of(text("a"), chunk({}, "stop", usage={"prompt_tokens": value}))
        assert finished(events).usage == Usage(count, raw={"prompt_tokens": value})
        assert notes(events) == []

    @pytest.mark.parametrize("value", [-1, 2.25, "x", "-3", "1e3", True, False, [], {}, [5], 2**53 + 1, 10**400])
    def test_what_is_none_is_left_out_and_noted_once(self, value: Any) -> None:
        said = {"prompt_tokens": value, "completion_tokens": 2}
        events = events_of(*(text("a", usage=said) for _ in range(2)), STOP)
        assert of(events, Note) == [Note(NoteCode.USAGE_NOT_A_NUMBER, "prompt_tokens")]
        usage = finished(events).usage
        assert usage is not None
        assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (None, 2, None)

    def test_every_wrong_count_is_named(self) -> None:
        events = events_of(text("a"), chunk({}, "stop", usage=dict.fromkeys(COUNTS, "?")))
        assert of(events, Note) == [Note(NoteCode.USAGE_NOT_A_NUMBER, "prompt_tokens, completion_tokens, total_tokens")]

    @pytest.mark.parametrize("usage", [5, "x", [COUNTS], True])
    def test_usage_that_is_no_object_is_noted(self, usage: Any) -> None:
        events = events_of(text("a"), chunk({}, "stop", usage=usage))
        assert notes(events) == [NoteCode.UNMAPPED_SHAPE]
        assert finished(events).usage is None

    @pytest.mark.parametrize(
        ("raw", "cost"),
        [
            ({"cost": 2}, 2.0),
            ({"cost": "0.01"}, None),
            ({"cost": True}, None),
            ({"cost": -1}, None),
            ({"cost": 10**400}, None),
            ({"cost": {"total_cost": 0.5}}, 0.5),
            ({"cost": {}}, None),
            ({"cost": {"total_cost": [1]}}, None),
            ({"cost_in_usd_ticks": 10**10}, 1.0),
            ({"cost_in_usd_ticks": 5e9}, 0.5),
            ({"cost_in_usd_ticks": False}, None),
            ({"cost_in_usd_ticks": 10**400}, None),
            ({"cost": 0.25, "cost_in_usd_ticks": 10**10}, 0.25),
        ],
    )
    def test_cost(self, raw: dict[str, Any], cost: float | None) -> None:
        assert usage_of(raw).cost == cost

    def test_a_cost_beyond_all_numbers(self) -> None:
        events = events_of(text("a"), '{"choices":[],"usage":{"cost":1e999,"cost_in_usd_ticks":1e999}}', STOP)
        usage = finished(events).usage
        assert usage is not None
        assert usage.cost is None
