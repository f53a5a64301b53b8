"""What a Chat Completions client sees of events."""

from __future__ import annotations

from typing import Any

import pytest
from tests.encoded import encoded as encode_to
from tests.encoded import lost, payloads

from deltawire import Encoder, Event, Usage
from deltawire.events import (
    ChoiceFinished,
    Citation,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    MediaDelta,
    Metadata,
    OpaqueState,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind

START = ResponseStarted("c1", "m", "openai-chat")
STOP = (ChoiceFinished(FinishReason.STOP, "stop"), Finished(FinishReason.STOP, "stop"))


def encoded(*events: Event, **options: Any) -> bytes:
    return encode_to("openai-chat", *events, **options)


def deltas(*events: Event) -> list[Any]:
    """The first choice of each chunk between the role and the finish reason, without what is always the same."""
    chunks = payloads(encoded(START, *events, *STOP))[1:-2]
    return [chunk["choices"][0]["delta"] for chunk in chunks]


def test_a_chunk_has_all_fields_of_the_api() -> None:
    role, text, finish, done = payloads(encoded(START, TextDelta("hi"), *STOP, created=7))
    same = {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m"}
    choice = {"index": 0, "logprobs": None, "finish_reason": None}
    assert role == {**same, "choices": [{**choice, "delta": {"role": "assistant", "content": ""}}]}
    assert text == {**same, "choices": [{**choice, "delta": {"content": "hi"}}]}
    assert finish == {**same, "choices": [{**choice, "delta": {}, "finish_reason": "stop"}]}
    assert done == "[DONE]"


@pytest.mark.parametrize(
    ("event", "delta"),
    [
        pytest.param(ReasoningDelta("hm"), {"reasoning_content": "hm"}, id="reasoning"),
        pytest.param(RefusalDelta("no"), {"refusal": "no"}, id="refusal"),
        pytest.param(MediaDelta("audio", None, "QUJD"), {"audio": {"data": "QUJD"}}, id="audio"),
        pytest.param(
            Citation({"type": "url_citation", "url": "u", "title": "t", "start_index": 1, "end_index": 2}),
            {
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {"url": "u", "title": "t", "start_index": 1, "end_index": 2},
                    }
                ]
            },
            id="flat source",
        ),
        pytest.param(
            ToolCallStarted(1, "id1", "f"),
            {"tool_calls": [{"index": 1, "id": "id1", "type": "function", "function": {"name": "f", "arguments": ""}}]},
            id="call",
        ),
        pytest.param(
            ToolCallDelta(1, '{"a"'), {"tool_calls": [{"index": 1, "function": {"arguments": '{"a"'}}]}, id="arguments"
        ),
    ],
)
def test_a_delta_says_the_event(event: Event, delta: Any) -> None:
    assert deltas(event) == [delta]


def test_dialects_with_a_reasoning_field_of_another_name() -> None:
    body = encode_to("openrouter", START, ReasoningDelta("hm"))
    assert payloads(body)[1]["choices"][0]["delta"] == {"reasoning": "hm"}


def test_counts_of_nothing_are_no_chunk() -> None:
    usage = UsageUpdate(Usage())
    assert payloads(encoded(START, usage, *STOP)) == payloads(encoded(START, *STOP))


def test_state_of_reasoning_is_a_detail() -> None:
    said = deltas(ReasoningDelta("hm"), OpaqueState("signature", "s1"), OpaqueState("encrypted", "e1", "rs_1"))
    assert said[1:] == [
        {"reasoning_details": [{"type": "reasoning.text", "signature": "s1", "index": 0}]},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "e1", "id": "rs_1", "index": 1}]},
    ]


def test_state_of_calls_and_text_is_extra_content() -> None:
    extra = {"google": {"thought_signature": "s1"}}
    call = ToolCallStarted(2, "i", "f", part=1)
    said = deltas(TextDelta("a"), OpaqueState("signature", "s1"), call, OpaqueState("signature", "s1", "i", part=1))
    assert said[1] == {"extra_content": extra}
    assert said[3] == {"tool_calls": [{"index": 2, "extra_content": extra}]}


def test_another_vendors_state_is_lost() -> None:
    events = (ResponseStarted("r", "m", "anthropic"), ReasoningDelta("hm"), OpaqueState("signature", "s1"))
    assert ("opaque_state", "signature") in lost("openai-chat", *events)


def test_custom_tools_have_an_input() -> None:
    started, piece = deltas(ToolCallStarted(0, "i", "sh", "custom"), ToolCallDelta(0, "ls"))
    assert started == {"tool_calls": [{"index": 0, "id": "i", "type": "custom", "custom": {"name": "sh", "input": ""}}]}
    assert piece == {"tool_calls": [{"index": 0, "custom": {"input": "ls"}}]}


def test_every_choice_begins_with_its_role() -> None:
    chunks = payloads(encoded(START, TextDelta("b", 1), TextDelta("a", 0), *STOP))
    begun = [chunk["choices"][0] for chunk in chunks[:4]]
    assert [(choice["index"], choice["delta"].get("role")) for choice in begun] == [
        (1, "assistant"),
        (1, None),
        (0, "assistant"),
        (0, None),
    ]


def test_counts_come_last_in_a_chunk_without_choices() -> None:
    usage = Usage(10, 4, cache_read_tokens=3, reasoning_tokens=1, total_tokens=14)
    chunks = payloads(encoded(START, TextDelta("a"), UsageUpdate(usage), *STOP[:1], Finished(FinishReason.STOP)))
    assert chunks[-2]["choices"] == []
    assert chunks[-2]["usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 4,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    without = payloads(encoded(START, UsageUpdate(usage), *STOP, usage=False))
    assert not any("usage" in chunk for chunk in without[:-1])


@pytest.mark.parametrize(
    ("reason", "raw", "word"),
    [
        (FinishReason.STOP, "end_turn", "stop"),
        (FinishReason.LENGTH, "max_tokens", "length"),
        (FinishReason.TOOL_CALLS, "tool_use", "tool_calls"),
        pytest.param(FinishReason.TOOL_CALLS, "stop", "tool_calls", id="calls of a dialect that says stop"),
        (FinishReason.TOOL_CALLS, "function_call", "function_call"),
        (FinishReason.CONTENT_FILTER, "SAFETY", "content_filter"),
        (FinishReason.REFUSAL, "refusal", "content_filter"),
        (FinishReason.PAUSED, "pause_turn", "length"),
        (FinishReason.OTHER, "OTHER", "stop"),
    ],
)
def test_finish_reasons_in_the_words_of_the_api(reason: FinishReason, raw: str, word: str) -> None:
    started = ResponseStarted("", "m", "anthropic")
    chunks = payloads(encoded(started, ChoiceFinished(reason, raw), Finished(reason, raw)))
    assert chunks[-2]["choices"][0]["finish_reason"] == word


def test_a_refusal_that_was_said_ends_with_stop() -> None:
    chunks = payloads(encoded(START, RefusalDelta("no"), ChoiceFinished(FinishReason.REFUSAL, "refusal")))
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"


def test_an_end_without_a_finished_choice_says_its_reason() -> None:
    chunks = payloads(encoded(START, TextDelta("a"), Finished(FinishReason.LENGTH)))
    assert chunks[-2]["choices"][0]["finish_reason"] == "length"


def test_an_answer_of_nothing_for_no_reason_is_a_chunk_and_done() -> None:
    role, done = payloads(encoded(START, Finished(FinishReason.UNKNOWN)))
    assert role["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert done == "[DONE]"


def test_log_probabilities_hang_on_an_empty_delta() -> None:
    token = {"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}
    chunk = payloads(encoded(START, TextDelta("a"), Logprobs([token])))[2]
    assert chunk["choices"][0]["logprobs"] == {"content": [token], "refusal": None}


def test_a_heartbeat_is_a_comment() -> None:
    encoder = Encoder("openai-chat")
    assert encoder.feed(Heartbeat("ping")) == encoder.keep_alive() == b": keep-alive\n\n"


def test_a_failure_is_an_error_and_no_done() -> None:
    last = payloads(encoded(START, TextDelta("a"), Failed(Failure(FailureKind.OVERLOADED, "busy"))))[-1]
    assert last == {"error": {"message": "busy", "type": "server_error", "param": None, "code": "server_overloaded"}}


def test_a_call_that_was_cut_is_listed() -> None:
    encoder = Encoder("openai-chat")
    encoder.feed(ToolCallFinished(0, "i", "f", '{"a', complete=False))
    assert [(lost.event, lost.what) for lost in encoder.lost] == [("tool_call_finished", "complete")]


def test_a_client_tool_of_another_kind_is_a_function_and_listed() -> None:
    events = [ToolCallStarted(0, "c", "f", "other"), ToolCallFinished(0, "c", "f", "{}", True, "other")]
    assert deltas(*events) == [
        {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    ]
    assert lost("openai-chat", START, *events) == [("tool_call_started", "kind")]


def test_log_probabilities_in_another_shape_are_listed() -> None:
    assert lost("openai-chat", START, Logprobs([{"token": "a", "logProbability": -0.1}])) == [("logprobs", "tokens")]


@pytest.mark.parametrize(("named", "created"), [(None, 7), (5, 5)], ids=["as first said", "as the caller names it"])
def test_when_the_response_was_created(named: int | None, created: int) -> None:
    events = [Metadata({"created": 7}), Metadata({"created": 9}), TextDelta("a"), *STOP]
    *chunks, _ = payloads(encoded(START, *events, created=named))
    assert {chunk["created"] for chunk in chunks} == {created}
