"""Chat Completions: the streams of each server as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import (
    called,
    chunk,
    events_of,
    failure,
    finished,
    message,
    notes,
    of,
    said_beside,
    spoken,
    text,
    thought,
)
from tests.chat_fixtures import FIXTURES, VERDICT

from deltawire.events import (
    Citation,
    Event,
    FinishReason,
    Malformed,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.usage import Usage

X1 = '{"x":1}'
ODD = "a gateway with every deviation"


def stream(name: str) -> list[Event]:
    """The events of a fixture."""
    fixture = FIXTURES[name]
    return events_of(*fixture.payloads, provider=fixture.provider)


def metadata(events: list[Event]) -> list[dict[str, Any]]:
    """The vendor fields that were told, but for the time of creation."""
    payloads = [{name: value for name, value in one.items() if name != "created"} for one in said_beside(events)]
    return [one for one in payloads if one]


@pytest.mark.parametrize("name", FIXTURES)
def test_nothing_in_the_streams_of_known_servers_is_unknown(name: str) -> None:
    events = stream(name)
    assert of(events, Unknown) == []
    assert of(events, Malformed) == []
    assert finished(events)


TOLERANCES = {
    "xai": [NoteCode.REPEATED_REASONING],
    "lm studio": [NoteCode.FINISH_WITHOUT_CALLS],
    "llama.cpp": [NoteCode.ARGUMENTS_NOT_TEXT],
    ODD: [
        NoteCode.LATE_CALL_NAME,
        NoteCode.ARGUMENTS_NOT_TEXT,
        NoteCode.USAGE_NOT_A_NUMBER,
        NoteCode.CONTENT_AFTER_FINISH,
    ],
}


@pytest.mark.parametrize("name", FIXTURES)
def test_what_is_usual_needs_no_note(name: str) -> None:
    assert notes(stream(name)) == TOLERANCES.get(name, [])


# (text, reasoning, calls, reason, raw reason)
ANSWERS: dict[str, tuple[str, str, list[tuple[str, str, str, bool]], FinishReason, str]] = {
    "openai, text": ("Hello", "", [], FinishReason.STOP, "stop"),
    "openai, tools": (
        "",
        "",
        [("a", "f", X1, True), ("b", "g", "{}", True)],
        FinishReason.TOOL_CALLS,
        "tool_calls",
    ),
    "openai, logprobs and refusal": ("a", "", [], FinishReason.REFUSAL, "stop"),
    "openai, audio": ("", "", [], FinishReason.STOP, "stop"),
    "openai, search": ("abcd", "", [], FinishReason.STOP, "stop"),
    "openai, two choices": ("abc", "", [("a", "f", "{}", True)], FinishReason.LENGTH, "length"),
    "openai, first form of calls": ("", "", [("c1_0", "f", X1, True)], FinishReason.TOOL_CALLS, "function_call"),
    "openai, custom tool": ("", "", [("a", "sh", "ls -l", True)], FinishReason.TOOL_CALLS, "tool_calls"),
    "azure": ("A burst of text. More.", "", [], FinishReason.STOP, "stop"),
    "xai": (
        "Hi",
        "Thinking... ",
        [("a", "f", X1, True), ("b", "g", "{}", True)],
        FinishReason.TOOL_CALLS,
        "stop",
    ),
    "deepseek": ("It is", "Let me", [], FinishReason.STOP, "stop"),
    "groq": ("", "Let me see", [("a", "f", X1, True)], FinishReason.TOOL_CALLS, "tool_calls"),
    "openrouter": ("Hi!", "Let me", [], FinishReason.STOP, "stop"),
    "mistral": ("It is so", "Hm", [("D681PevKs", "f", X1, True)], FinishReason.TOOL_CALLS, "tool_calls"),
    "together": ("Hi!", "", [], FinishReason.STOP, "eos"),
    "fireworks": ("", "", [("a", "f", X1, True)], FinishReason.TOOL_CALLS, "tool_calls"),
    "vllm": ("Aa", "Hm", [], FinishReason.STOP, "stop"),
    "vllm, named tool": ("", "", [("chatcmpl-tool-1", "f", "{}", True)], FinishReason.TOOL_CALLS, "stop"),
    "sglang": ("Hi", "Let me", [("a", "f", "{}", True)], FinishReason.TOOL_CALLS, "tool_calls"),
    "llama.cpp": ("Hi!", "", [("c1_0", "f", X1, True)], FinishReason.TOOL_CALLS, "stop"),
    "lm studio": ("Hi", "", [], FinishReason.STOP, "tool_calls"),
    "ollama": ("Hi!", "Let me", [("call_1", "f", X1, True)], FinishReason.TOOL_CALLS, "tool_calls"),
    "gemini": (
        "Hi",
        "",
        [("c1_0", "f", X1, True), ("c1_1", "g", "{}", True)],
        FinishReason.TOOL_CALLS,
        "stop",
    ),
    "cerebras": ("Hi", "Let me", [], FinishReason.STOP, "stop"),
    "dashscope": ("", "Hm", [("a", "f", X1, True)], FinishReason.TOOL_CALLS, "tool_calls"),
    "moonshot": ("", "Let me", [("f:0", "f", X1, True)], FinishReason.TOOL_CALLS, "tool_calls"),
    "z.ai": ("Hi!", "Let me", [], FinishReason.CONTENT_FILTER, "sensitive"),
    "perplexity": ("Hello!", "", [], FinishReason.STOP, "stop"),
    "perplexity, concise": ("Hello!", "", [], FinishReason.STOP, "stop"),
    "litellm": ("Hi!", "Hm", [], FinishReason.STOP, "end_turn"),
    ODD: (
        "abcd",
        "",
        [("a", "f", "{}", True), ("x1_1", "g", "[1]", False)],
        FinishReason.TOOL_CALLS,
        "stop",
    ),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_the_answer(name: str) -> None:
    events = stream(name)
    said = (spoken(events), thought(events), called(events), finished(events).reason, finished(events).raw_reason)
    assert said == ANSWERS[name]
    assert (message(events).text, message(events).reasoning) == said[:2]
    assert [
        (one.id, one.name, one.arguments, one.complete)
        for choice in message(events).choices
        for one in choice.tool_calls
    ] == said[2]


# (input, output, cache read, cache write, reasoning, total, cost)
USED: dict[str, tuple[Any, ...]] = {
    "openai, text": (9, 4, None, None, None, 13, None),
    "azure": (9, 4, None, None, None, 13, None),
    "xai": (10, 10, None, None, 6, 20, 0.0025),
    "deepseek": (9, 4, 4, None, None, 13, None),
    "groq": (9, 4, None, None, None, 13, None),
    "openrouter": (9, 4, None, None, None, 13, 0.00014),
    "mistral": (9, 4, 2, None, None, 13, None),
    "together": (9, 4, None, None, None, 13, None),
    "fireworks": (9, 4, None, None, None, 13, None),
    "vllm": (9, 4, None, None, None, 13, None),
    "sglang": (9, 4, None, None, None, 13, None),
    "llama.cpp": (9, 4, None, None, None, 13, None),
    "ollama": (9, 4, None, None, None, 13, None),
    "gemini": (9, 4, None, None, None, 13, None),
    "cerebras": (9, 4, None, None, None, 13, None),
    "dashscope": (9, 4, 3, None, None, 13, None),
    "moonshot": (9, 4, 2, None, None, 13, None),
    "z.ai": (9, 4, None, None, None, 13, None),
    "perplexity": (5, 3, None, None, None, 8, None),
    "perplexity, concise": (5, 7, None, None, 4, 12, 0.01),
    "litellm": (9, 4, None, 3, None, 13, None),
    ODD: (9, None, None, None, None, None, None),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_the_usage(name: str) -> None:
    usage = finished(stream(name)).usage
    if name not in USED:
        assert usage is None
        return
    assert usage is not None
    assert (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
        usage.total_tokens,
        usage.cost,
    ) == USED[name]


class TestAzure:
    def test_verdicts_of_the_filter(self) -> None:
        offsets = {"check_offset": 44, "start_offset": 44, "end_offset": 198}
        assert metadata(stream("azure")) == [
            {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": VERDICT}]},
            {"choice": 0, "content_filter_results": {}},
            {"choice": 0, "content_filter_results": VERDICT},
            {"choice": 0, "content_filter_offsets": offsets},
        ]

    def test_a_blocked_answer(self) -> None:
        events = events_of(text("So"), chunk({}, "content_filter"), provider="azure")
        assert finished(events).reason is FinishReason.CONTENT_FILTER
        assert spoken(events) == "So"


class TestXAI:
    def test_sources_come_last(self) -> None:
        assert of(stream("xai"), Citation) == [Citation({"url": "https://a.test"}, 0, 1)]

    def test_calls_without_an_index_have_no_position(self) -> None:
        assert [part.position for part in message(stream("xai")).tool_calls] == [None, None]


def test_groq_names_its_request_and_its_own_tools() -> None:
    events = stream("groq")
    assert metadata(events) == [{"x_groq": {"id": "req_1"}}]
    assert [event.kind for event in of(events, ServerToolUsed)] == ["call"]


class TestOpenRouter:
    def test_what_goes_back_with_the_next_request(self) -> None:
        events = stream("openrouter")
        assert of(events, OpaqueState) == [OpaqueState("signature", "c2ln"), OpaqueState("encrypted", "gAAA", "rs_1")]
        assert [event.native for event in of(events, PartFinished)] == [
            {
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "Let me", "format": "x", "index": 0, "signature": "c2ln"},
                    {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "x", "index": 0},
                ]
            }
        ]

    def test_who_answered_and_how_it_ended(self) -> None:
        assert metadata(stream("openrouter")) == [
            {"provider": "Anthropic"},
            {"choice": 0, "native_finish_reason": "end_turn"},
        ]

    def test_parts(self) -> None:
        kinds = [type(part).__name__ for part in message(stream("openrouter")).parts]
        assert kinds == ["ReasoningPart", "TextPart", "MediaPart"]


def test_mistral_begins_without_a_time() -> None:
    assert said_beside(stream("mistral")) == [{"created": 7}, {"choice": 0, "content": {"closed": True}}]


def test_vllm_has_two_choices_and_growing_counts() -> None:
    events = stream("vllm")
    assert spoken(events, 1) == "Bb"
    assert [event.usage.output_tokens for event in of(events, UsageUpdate)] == [0, 1, 2, 3, 4]
    assert {"choice": 1, "stop_reason": 128001} in metadata(events)


class TestSGLang:
    def test_keys_that_are_null_end_no_part(self) -> None:
        parts = [
            (event.text, event.part) for event in stream("sglang") if isinstance(event, ReasoningDelta | TextDelta)
        ]
        assert parts == [("Let", 0), (" me", 0), ("Hi", 1)]

    def test_aborted(self) -> None:
        error = failure(events_of(text("a"), chunk({}, "abort"), provider="sglang"))
        assert error.kind is FailureKind.SERVER

    def test_a_prompt_that_is_too_long_is_an_error_at_status_200(self) -> None:
        said = "The input (9 tokens) is longer than the model's context length (8 tokens)."
        error = failure(events_of({"error": {"message": said, "code": 400, "type": "BadRequest"}}, provider="sglang"))
        assert (error.kind, error.status) == (FailureKind.CONTEXT_OVERFLOW, 400)


def test_llama_cpp_tells_progress_and_timings() -> None:
    told = [next(iter(one)) for one in metadata(stream("llama.cpp"))]
    assert told == ["prompt_progress", "prompt_progress", "system_fingerprint", "timings"]


def test_lm_studio_tells_its_speed() -> None:
    assert metadata(stream("lm studio")) == [{"stats": {"tokens_per_second": 9.5}}]


class TestGemini:
    def test_the_signature_belongs_to_its_call(self) -> None:
        events = stream("gemini")
        assert of(events, OpaqueState) == [OpaqueState("signature", "c2ln", "c1_0", 0, 1)]
        assert [part.opaque for part in message(events).tool_calls] == [tuple(of(events, OpaqueState)), ()]

    def test_ids_are_made_up(self) -> None:
        assert all(event.synthetic_id for event in of(stream("gemini"), ToolCallStarted))


def test_z_ai_ends_with_words_of_its_own() -> None:
    for word, reason in (("model_context_window_exceeded", FinishReason.LENGTH), ("sensitive", "content_filter")):
        assert finished(events_of(text("a"), chunk({}, word), provider="zai")).reason == reason
    assert failure(events_of(text("a"), chunk({}, "network_error"), provider="zai")).kind is FailureKind.SERVER


def test_deepseek_lacks_resources() -> None:
    error = failure(events_of(text("a"), chunk({}, "insufficient_system_resource"), provider="deepseek"))
    assert (error.kind, error.retryable) == (FailureKind.OVERLOADED, True)


class TestPerplexity:
    @pytest.mark.parametrize("name", ["perplexity", "perplexity, concise"])
    def test_sources_once(self, name: str) -> None:
        sources = [event.payload["url"] for event in of(stream(name), Citation)]
        assert sources == ["https://a.test", "https://b.test"][: len(sources)]
        assert len(sources) == (2 if name == "perplexity" else 1)

    def test_results_once(self) -> None:
        assert metadata(stream("perplexity")) == [{"search_results": [{"title": "A", "url": "https://a.test"}]}]

    def test_steps_of_the_search(self) -> None:
        assert {"choice": 0, "reasoning_steps": [{"thought": "x"}]} in metadata(stream("perplexity, concise"))


def test_litellm_tells_what_it_adds() -> None:
    assert metadata(stream("litellm"))[0] == {
        "choice": 0,
        "provider_specific_fields": {"thinking_blocks": []},
    }


def test_usage_that_is_half_wrong_keeps_its_other_half() -> None:
    assert finished(stream(ODD)).usage == Usage(9, raw={"prompt_tokens": "9", "completion_tokens": -1})


class TestHeartbeats:
    """Comments while a model thinks: OpenRouter, DeepSeek."""

    @pytest.mark.parametrize("comment", [b": OPENROUTER PROCESSING\n\n", b": keep-alive\n\n", b":\n\n"])
    def test_they_change_nothing(self, comment: bytes) -> None:
        frames: list[Any] = [frame for payload in FIXTURES["deepseek"].payloads for frame in (comment, payload)]
        events = [event for event in events_of(*frames, provider="deepseek") if type(event).__name__ != "Heartbeat"]
        assert events == stream("deepseek")
