"""What single events of the Responses API carry beside their text: sources, phases, state, vendor fields."""

from __future__ import annotations

from typing import Any

import pytest
from tests.responses_wire import (
    AT_TEXT,
    COMPUTER,
    CREATED,
    IMAGE,
    SEARCH,
    Payload,
    added,
    arguments_delta,
    done,
    event,
    failed,
    function,
    message,
    place,
    reasoning,
    text_delta,
    text_part,
    told,
)

from deltawire.events import (
    Citation,
    Failed,
    Logprobs,
    MediaDelta,
    Metadata,
    OpaqueState,
    PartFinished,
    ServerToolUsed,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
)

MESSAGE = added(message(status="in_progress"))


def test_failed_ends_the_response_and_keeps_what_came() -> None:
    before = [CREATED, MESSAGE, text_delta("a")]
    *kept, last = told(*before, failed(message(text_part("ab")), code="server_error", message="Sorry."))
    assert kept[1:] == [TextDelta("b"), PartFinished("text", message(text_part("ab")))]
    assert isinstance(last, Failed)
    assert (last.error.kind, last.error.code, last.error.message) == ("server", "server_error", "Sorry.")
    assert last.error.retryable
    assert last.error.after_content


@pytest.mark.parametrize(
    "item",
    [added(message(phase="commentary")), added(message(phase="final_answer"))],
    ids=["commentary", "final_answer"],
)
def test_the_phase_of_a_message_is_told(item: Payload) -> None:
    assert told(CREATED, item) == [Metadata({"part": 0, "phase": item["item"]["phase"]})]


def test_logprobs_come_with_their_delta_and_not_again_with_the_closing_events() -> None:
    tokens = [{"token": "a", "logprob": -0.1, "top_logprobs": []}]
    before = [CREATED, MESSAGE, text_delta("a", logprobs=tokens)]
    assert told(*before) == [TextDelta("a"), Logprobs(tokens)]
    assert told(*before, event("output_text.done", **AT_TEXT, text="a", logprobs=tokens)) == []
    assert told(CREATED, MESSAGE, event("output_text.done", **AT_TEXT, text="a", logprobs=tokens)) == [
        TextDelta("a"),
        Logprobs(tokens),
    ]


def test_sources_of_a_closing_item_are_told_once() -> None:
    one, two = {"url": "u:1"}, {"url": "u:2"}
    annotated = event("output_text.annotation.added", **AT_TEXT, annotation_index=0, annotation=one)
    closing = done(message(text_part("a", annotations=[one, two])))
    assert told(CREATED, MESSAGE, text_delta("a"), annotated, closing)[:1] == [Citation(two)]
    both = event("content_part.done", **AT_TEXT, part=text_part("a", annotations=[one, two]))
    assert told(CREATED, MESSAGE, text_delta("a"), both) == [Citation(one), Citation(two)]
    assert not [e for e in told(CREATED, MESSAGE, text_delta("a"), both, closing) if isinstance(e, Citation)]


@pytest.mark.parametrize(
    "annotation",
    [
        {"type": "url_citation", "url": "u:", "title": "t", "start_index": 0, "end_index": 1},
        {"type": "file_citation", "file_id": "f", "filename": "n", "index": 0},
        {"type": "container_file_citation", "container_id": "c", "file_id": "f", "filename": "n"},
        {"type": "file_path", "file_id": "f", "index": 0},
        {"type": "of tomorrow"},
    ],
    ids=lambda annotation: annotation["type"],
)
def test_each_kind_of_source_is_a_citation(annotation: Payload) -> None:
    payload = event("output_text.annotation.added", **AT_TEXT, annotation_index=0, annotation=annotation)
    assert told(CREATED, MESSAGE, payload) == [Citation(annotation)]


def test_a_null_source_says_nothing() -> None:
    payload = event("output_text.annotation.added", **AT_TEXT, annotation_index=0, annotation=None)
    assert told(CREATED, MESSAGE, payload) == []


def test_audio_and_its_transcript_share_a_part_of_their_own() -> None:
    before = [CREATED, MESSAGE, text_delta("a"), event("audio.delta", delta="AAAA")]
    assert told(*before) == [MediaDelta("audio", None, "AAAA", None, 0, 1)]
    transcript = event("audio.transcript.delta", delta="hi")
    assert told(*before, transcript) == [MediaDelta("transcript", "text/plain", "hi", None, 0, 1)]


@pytest.mark.parametrize("data", ["", None], ids=["blank", "null"])
def test_media_without_data_says_nothing(data: Any) -> None:
    assert told(CREATED, event("audio.delta", delta=data)) == []
    image = event("image_generation_call.partial_image", **place("ig_1"), partial_image_b64=data)
    assert told(CREATED, added(IMAGE), image) == []


def test_encrypted_reasoning_counts_only_from_the_closing_item() -> None:
    before = [CREATED, added(reasoning(encrypted_content="half"))]
    assert told(*before) == []
    closing = reasoning(encrypted_content="whole")
    assert told(*before, done(closing)) == [
        OpaqueState("encrypted", "whole", "rs_1"),
        PartFinished("reasoning", closing),
    ]


def test_vendor_fields_are_told_once_and_clocks_only_at_first() -> None:
    first, second = text_delta("a", region="eu", timestamp=1), text_delta("b", region="eu", timestamp=2)
    assert told(CREATED, MESSAGE, first) == [Metadata({"region": "eu", "timestamp": 1}), TextDelta("a")]
    assert told(CREATED, MESSAGE, first, second) == [TextDelta("b")]
    assert told(CREATED, MESSAGE, first, text_delta("b", region="us")) == [Metadata({"region": "us"}), TextDelta("b")]


def test_a_function_call_from_its_opening_to_its_end() -> None:
    before = [CREATED, added(function(""), 3), arguments_delta("{}", index=3)]
    assert told(*before, done(function("{}"), 3)) == [
        ToolCallFinished(0, "call_1", "find", "{}", complete=True, item_id="fc_1", position=3),
        PartFinished("tool_call", function("{}")),
    ]


def test_the_computer_tool_waits_for_the_client() -> None:
    assert told(CREATED, added(COMPUTER)) == [
        ToolCallStarted(0, "call_4", "computer_call", "other", item_id="cu_1"),
    ]


def test_the_web_search_runs_at_the_provider() -> None:
    found = {**SEARCH, "status": "completed"}
    assert told(CREATED, added(SEARCH)) == [ServerToolUsed("call", "web_search_call", "ws_1", SEARCH)]
    assert told(CREATED, added(SEARCH), done(found)) == [
        ServerToolUsed("result", "web_search_call", "ws_1", found),
        PartFinished("web_search_call", found),
    ]
