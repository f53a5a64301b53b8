"""What an Ollama client sees of events."""

from __future__ import annotations

from typing import Any

import pytest
from tests.encoded import encoded, lines, lost

from deltawire import Encoder, Event, Usage
from deltawire.events import (
    ChoiceFinished,
    Failed,
    Finished,
    FinishReason,
    Logprobs,
    Metadata,
    ReasoningDelta,
    ResponseStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind

START = ResponseStarted("", "m", "ollama")
STOP = (ChoiceFinished(FinishReason.STOP, "stop"), Finished(FinishReason.STOP, "stop"))
CLOCK = "1970-01-01T00:00:00Z"


def messages(*events: Event) -> list[Any]:
    """The messages of all lines but the last."""
    found = lines(encoded("ollama", START, *events, *STOP))
    assert all((line["model"], line["created_at"]) == ("m", CLOCK) for line in found)
    assert [line["done"] for line in found] == [False] * (len(found) - 1) + [True]
    return [line["message"] for line in found[:-1]]


def test_a_line_to_a_piece() -> None:
    assert messages(ReasoningDelta("hm"), TextDelta("a"), TextDelta("b")) == [
        {"role": "assistant", "content": "", "thinking": "hm"},
        {"role": "assistant", "content": "a"},
        {"role": "assistant", "content": "b"},
    ]


def test_calls_come_whole_and_count_on() -> None:
    calls = [
        event
        for index in (0, 1)
        for event in (
            ToolCallStarted(index, f"id{index}", "f", part=index),
            ToolCallFinished(index, f"id{index}", "f", "{}", complete=True, part=index),
        )
    ]
    said = [message["tool_calls"] for message in messages(*calls)]
    assert said == [
        [{"id": "id0", "function": {"index": 0, "name": "f", "arguments": {}}}],
        [{"id": "id1", "function": {"index": 1, "name": "f", "arguments": {}}}],
    ]


def test_the_last_line_has_reason_and_counts() -> None:
    last = lines(
        encoded("ollama", START, UsageUpdate(Usage(10, 5)), *STOP[:1], Finished(FinishReason.STOP), created=60)
    )
    assert last == [
        {
            "model": "m",
            "created_at": "1970-01-01T00:01:00Z",
            "message": {"role": "assistant", "content": ""},
            "done": True,
            "done_reason": "stop",
            "prompt_eval_count": 10,
            "eval_count": 5,
        }
    ]


def test_its_own_clocks_stay() -> None:
    said = Metadata({"created_at": "2026-01-01T00:00:00.5Z", "total_duration": 9})
    first, last = lines(encoded("ollama", START, said, TextDelta("a"), *STOP))
    assert first["created_at"] == last["created_at"] == "2026-01-01T00:00:00.5Z"
    assert last["total_duration"] == 9


@pytest.mark.parametrize("created", [-1, 10**30])
def test_impossible_times_are_told_as_the_nearest(created: int) -> None:
    (line,) = lines(encoded("ollama", START, *STOP, created=created))
    assert line["created_at"] in (CLOCK, "9999-12-31T23:59:59Z")


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (FinishReason.STOP, "stop"),
        (FinishReason.TOOL_CALLS, "stop"),
        (FinishReason.LENGTH, "length"),
        (FinishReason.CONTENT_FILTER, "content_filter"),
        (FinishReason.UNKNOWN, None),
    ],
)
def test_reasons_of_another_vendor(reason: FinishReason, word: str | None) -> None:
    started = ResponseStarted("", "m", "anthropic")
    assert lines(encoded("ollama", started, Finished(reason, "x")))[-1].get("done_reason") == word


def test_log_probabilities_stand_beside_an_empty_message() -> None:
    token = {"token": "a", "logprob": -1.0}
    found = lines(encoded("ollama", START, Logprobs([token]), *STOP))
    assert found[0]["logprobs"] == [token]
    assert found[0]["message"]["content"] == ""


def test_a_failure_is_a_line_with_its_text() -> None:
    assert lines(encoded("ollama", START, Failed(Failure(FailureKind.SERVER, "broken"))))[-1] == {"error": "broken"}


def test_a_sign_of_life_is_an_empty_message() -> None:
    (line,) = lines(Encoder("ollama", model="m").keep_alive())
    assert (line["message"]["content"], line["done"]) == ("", False)


def test_what_its_counts_and_lines_do_not_have_is_listed() -> None:
    usage = Usage(1, 2, cache_read_tokens=1, reasoning_tokens=1)
    started = ResponseStarted("r", "m", "openai-chat")
    assert lost("ollama", started, Finished(FinishReason.STOP, "stop", usage)) == [
        ("response_started", "id"),
        ("usage_update", "cache_read_tokens"),
        ("usage_update", "reasoning_tokens"),
    ]


def test_log_probabilities_in_another_shape_are_listed() -> None:
    assert lost("ollama", START, Logprobs([{"token": "a", "logProbability": -0.1}])) == [("logprobs", "tokens")]
