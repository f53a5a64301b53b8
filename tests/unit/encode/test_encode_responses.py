"""What a Responses client sees of events."""

from __future__ import annotations

from typing import Any

import pytest
from tests.encoded import encoded, frames, lost

from deltawire import Event, Usage
from deltawire.events import (
    ChoiceFinished,
    Citation,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    MediaDelta,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind

START = ResponseStarted("r", "m", "openai-responses")
FOREIGN = ResponseStarted("r", "m", "anthropic")
STOP = (ChoiceFinished(FinishReason.STOP, "completed"), Finished(FinishReason.STOP, "completed"))


def sent(*events: Event, start: ResponseStarted = START) -> list[Any]:
    """All events, their names and numbers checked."""
    found = frames(encoded("openai-responses", start, *events, created=5))
    assert all(name == payload["type"] for name, payload in found)
    assert [payload.pop("sequence_number") for _, payload in found] == list(range(len(found)))
    return [payload for _, payload in found]


def kinds(events: list[Any]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


def test_a_text_has_all_events_of_the_api() -> None:
    events = sent(TextDelta("a"), TextDelta("b"), *STOP)
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    place = {"item_id": "msg_r_0", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": "ab", "annotations": [], "logprobs": []}
    item = {"id": "msg_r_0", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    assert events[4] == {"type": "response.output_text.delta", **place, "delta": "a", "logprobs": []}
    assert events[6] == {"type": "response.output_text.done", **place, "text": "ab", "logprobs": []}
    assert events[8] == {"type": "response.output_item.done", "output_index": 0, "item": item}
    response = events[9]["response"]
    assert response["output"] == [item]
    assert (response["id"], response["object"], response["created_at"], response["model"]) == ("r", "response", 5, "m")
    assert (response["status"], response["usage"], response["error"]) == ("completed", None, None)


def test_reasoning_and_its_summary_share_an_item() -> None:
    events = sent(ReasoningDelta("s", kind="summary"), ReasoningDelta("hm", part=1), TextDelta("a", part=2), *STOP)
    reasoning, message = events[-1]["response"]["output"]
    assert reasoning == {
        "id": "rs_r_0",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": "s"}],
        "content": [{"type": "reasoning_text", "text": "hm"}],
    }
    assert message["id"] == "msg_r_1"
    assert "reasoning_summary_part.added" in kinds(events)


def test_calls_side_by_side_keep_their_places() -> None:
    events = sent(
        ToolCallStarted(0, "c0", "f", part=0),
        ToolCallStarted(1, "c1", "sh", "custom", part=1),
        ToolCallDelta(1, "ls", part=1),
        ToolCallDelta(0, "{}", part=0),
        ToolCallFinished(1, "c1", "sh", "ls", True, "custom", part=1),
        ToolCallFinished(0, "c0", "f", "{}", True, part=0),
        ChoiceFinished(FinishReason.TOOL_CALLS, "completed"),
        Finished(FinishReason.TOOL_CALLS, "completed"),
    )
    assert events[-1]["response"]["output"] == [
        {
            "id": "fc_r_0",
            "type": "function_call",
            "status": "completed",
            "call_id": "c0",
            "name": "f",
            "arguments": "{}",
        },
        {
            "id": "ctc_r_1",
            "type": "custom_tool_call",
            "status": "completed",
            "call_id": "c1",
            "name": "sh",
            "input": "ls",
        },
    ]
    deltas = [(event["type"], event["output_index"], event["delta"]) for event in events if "delta" in event]
    assert deltas == [
        ("response.custom_tool_call_input.delta", 1, "ls"),
        ("response.function_call_arguments.delta", 0, "{}"),
    ]


def test_a_call_that_is_not_complete_says_so() -> None:
    events = sent(
        ToolCallStarted(0, "c", "f"), ToolCallDelta(0, "{"), ToolCallFinished(0, "c", "f", "{", complete=False), *STOP
    )
    assert "function_call_arguments.done" not in kinds(events)
    assert events[-1]["response"]["output"][0]["status"] == "incomplete"


def test_a_refusal_is_a_part_of_the_message() -> None:
    end = (ChoiceFinished(FinishReason.REFUSAL, "refusal"), Finished(FinishReason.REFUSAL, "refusal"))
    events = sent(RefusalDelta("no"), *end, start=FOREIGN)
    assert events[-1]["response"]["status"] == "completed"
    assert events[-1]["response"]["output"][0]["content"] == [{"type": "refusal", "refusal": "no"}]


@pytest.mark.parametrize(
    ("reason", "status", "why"),
    [
        (FinishReason.STOP, "completed", None),
        (FinishReason.TOOL_CALLS, "completed", None),
        (FinishReason.LENGTH, "incomplete", "max_output_tokens"),
        (FinishReason.CONTENT_FILTER, "incomplete", "content_filter"),
        (FinishReason.REFUSAL, "incomplete", "content_filter"),
        (FinishReason.PAUSED, "incomplete", "paused"),
        (FinishReason.OTHER, "incomplete", "other"),
        (FinishReason.UNKNOWN, "completed", None),
    ],
)
def test_how_an_answer_ended(reason: FinishReason, status: str, why: str | None) -> None:
    last = sent(TextDelta("a"), Finished(reason, "x"), start=FOREIGN)[-1]
    assert last["type"] == f"response.{status}"
    assert last["response"]["status"] == status
    assert last["response"]["incomplete_details"] == (why and {"reason": why})


def test_a_failure_keeps_what_there_is_of_the_output() -> None:
    failure = Failure(FailureKind.RATE_LIMIT, "slow down")
    events = sent(TextDelta("a"), ToolCallStarted(0, "c", "f", part=1), ToolCallDelta(0, "{", part=1), Failed(failure))
    response = events[-1]["response"]
    assert events[-1]["type"] == "response.failed"
    assert response["error"] == {"code": "rate_limit_exceeded", "message": "slow down"}
    assert [item["status"] for item in response["output"]] == ["completed", "incomplete"]


def test_a_failure_before_anything_begins_the_response() -> None:
    events = sent(Failed(Failure(FailureKind.TRUNCATED, "cut")))
    assert kinds(events) == ["created", "in_progress", "failed"]
    assert events[-1]["response"]["error"]["code"] == "server_error"


def test_sources_and_log_probabilities_stand_in_the_text() -> None:
    cited = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}
    token = {"token": "a", "logprob": -0.1, "top_logprobs": []}
    nested = {"type": "url_citation", "url_citation": {"url": "v"}}
    events = sent(TextDelta("a"), Logprobs([token]), Citation(cited), Citation(nested), *STOP)
    part = events[-1]["response"]["output"][0]["content"][0]
    assert part["annotations"] == [cited, {"type": "url_citation", "url": "v"}]
    assert part["logprobs"] == [token]
    added = [event for event in events if event["type"] == "response.output_text.annotation.added"]
    assert [event["annotation_index"] for event in added] == [0, 1]


def test_encrypted_reasoning_goes_into_its_item() -> None:
    native = {"id": "rs", "type": "reasoning", "summary": [], "encrypted_content": "xx"}
    events = sent(OpaqueState("encrypted", "xx", "rs"), PartFinished("reasoning", native), *STOP)
    assert [item.get("encrypted_content") for item in events[-1]["response"]["output"]] == ["xx"]


def test_the_providers_own_items_come_back_whole() -> None:
    native = {"id": "ws", "type": "web_search_call", "status": "completed", "action": {"type": "search"}}
    used = ServerToolUsed("call", "web_search_call", "ws", native)
    events = sent(used, PartFinished("web_search_call", native), *STOP)
    assert kinds(events)[2:4] == ["output_item.added", "output_item.done"]
    assert events[2]["item"]["status"] == "in_progress"
    assert events[-1]["response"]["output"] == [native]
    assert lost("openai-responses", FOREIGN, used) == [("server_tool_used", "call")]
    assert lost("openai-responses", START, used, *STOP) == [("server_tool_used", "item")]


def test_counts_stand_in_the_last_event() -> None:
    usage = Usage(10, 5, 3, None, 2, 15)
    response = sent(TextDelta("a"), UsageUpdate(usage), *STOP[:1], Finished(FinishReason.STOP, "x", usage))[-1][
        "response"
    ]
    assert response["usage"] == {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 3},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 15,
    }


def other_call(arguments: str = "{}") -> list[Event]:
    """A call of a tool of the client's that is neither a function nor custom."""
    return [
        ToolCallStarted(0, "c", "shell", "other"),
        ToolCallDelta(0, arguments),
        ToolCallFinished(0, "c", "shell", arguments, True, "other"),
    ]


def test_a_client_tool_of_another_kind_comes_whole_as_its_item() -> None:
    native = {"id": "lsh", "type": "local_shell_call", "status": "completed", "call_id": "c", "action": {}}
    events = sent(*other_call(), PartFinished("local_shell_call", native), *STOP)
    assert kinds(events)[2:4] == ["output_item.added", "output_item.done"]
    assert events[-1]["response"]["output"] == [native]
    assert lost("openai-responses", START, *other_call(), *STOP) == [("tool_call_started", "item")]


def test_another_vendors_client_tool_of_another_kind_is_a_function_and_listed() -> None:
    item = sent(*other_call(), *STOP, start=FOREIGN)[-1]["response"]["output"][0]
    assert (item["type"], item["name"], item["arguments"]) == ("function_call", "shell", "{}")
    assert lost("openai-responses", FOREIGN, *other_call()) == [("tool_call_started", "kind")]


def test_news_of_a_server_tool_are_listed() -> None:
    news = ServerToolUsed("status", "web_search_call", "ws", {"type": "response.web_search_call.searching"})
    assert lost("openai-responses", START, news) == [("server_tool_used", "status")]


IMAGE = {"id": "ig", "type": "image_generation_call", "status": "completed", "result": "QUJD"}


@pytest.mark.parametrize(
    "told",
    [
        pytest.param([MediaDelta("image", "image/png", "QUJD")], id="image"),
        pytest.param([ServerToolUsed("call", "image_generation_call", "ig", IMAGE)], id="call"),
        pytest.param([OpaqueState("encrypted", "xx")], id="state"),
    ],
)
def test_what_stands_in_a_whole_item_is_said_once_whenever_it_is_told(told: list[Event]) -> None:
    used = ServerToolUsed("call", "image_generation_call", "ig", IMAGE)
    for events in (
        [used, *told, PartFinished("image_generation_call", IMAGE)],
        [used, PartFinished("image_generation_call", IMAGE), *told[: told[0].__class__ is not OpaqueState]],
    ):
        assert sent(*events, *STOP)[-1]["response"]["output"] == [IMAGE]


def test_encrypted_reasoning_behind_its_summary_goes_into_the_same_item() -> None:
    events = sent(ReasoningDelta("hm", kind="summary"), OpaqueState("encrypted", "xx"), *STOP)
    (item,) = events[-1]["response"]["output"]
    assert (item["summary"][0]["text"], item["encrypted_content"]) == ("hm", "xx")


@pytest.mark.parametrize(
    ("event", "what"),
    [
        pytest.param(
            Citation({"type": "char_location", "cited_text": "x"}),
            ("citation", "payload"),
            id="a source in another shape",
        ),
        pytest.param(Logprobs([{"token": "a", "logprob": -0.1}]), ("logprobs", "tokens"), id="tokens of no text"),
    ],
)
def test_what_has_no_place_in_the_text_is_listed(event: Event, what: tuple[str, str]) -> None:
    assert lost("openai-responses", FOREIGN, event) == [what]


def test_audio_and_its_transcript_have_events_of_their_own() -> None:
    events = sent(MediaDelta("audio", None, "QUJD"), MediaDelta("transcript", None, "hi"), *STOP)
    told = [(event["type"], event["delta"]) for event in events if "delta" in event]
    assert told == [("response.audio.delta", "QUJD"), ("response.audio.transcript.delta", "hi")]


def test_a_heartbeat_is_a_comment() -> None:
    assert encoded("openai-responses", Heartbeat("ping")).startswith(b":")


def test_a_reason_of_its_own_stays() -> None:
    last = sent(TextDelta("a"), ChoiceFinished(FinishReason.OTHER, "max_tool_calls"), Finished(FinishReason.OTHER))[-1]
    assert last["response"]["incomplete_details"] == {"reason": "max_tool_calls"}


def test_an_item_that_ends_without_its_native_form_is_listed() -> None:
    used = ServerToolUsed("call", "web_search_call", "ws", {})
    assert lost("openai-responses", START, used, PartFinished("web_search_call", None)) == [
        ("server_tool_used", "item")
    ]
