"""What holds for every Gemini stream: splits, the quick way, framings, and payloads that are nearly right."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gemini_chunks import FIXTURES, STOP, array, call, chunk, events_of, response, sse, text
from tests.helpers import codes, message_of
from tests.provider_laws import (
    PLACES,
    bytewise,
    cut,
    general_parser,
    hold_laws,
    near_misses,
    of_chunks,
    of_payloads,
)

from deltawire.accumulator import Accumulator
from deltawire.events import Event, Failed, Finished, Note, ToolCallFinished, UsageUpdate
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser

fixtures = pytest.mark.parametrize("payloads", FIXTURES.values(), ids=list(FIXTURES))


@fixtures
@pytest.mark.parametrize("framing", [sse, array])
def test_one_byte_at_a_time_gives_the_same_events(payloads: list[Any], framing: Any) -> None:
    body = framing(payloads)
    assert of_chunks(parser("gemini"), bytewise(body)) == parse("gemini", body)


@given(st.sampled_from(list(FIXTURES.values())), st.sampled_from([sse, array]), PLACES)
def test_any_split_gives_the_same_events(payloads: list[Any], framing: Any, places: list[int]) -> None:
    body = framing(payloads)
    assert of_chunks(parser("gemini"), cut(body, places)) == parse("gemini", body)


@fixtures
def test_both_framings_and_decoded_payloads_give_the_same_events(payloads: list[Any]) -> None:
    events = events_of(*payloads)
    assert parse("gemini", array(payloads)) == events
    assert of_payloads(parser("gemini"), payloads) == events


@fixtures
def test_the_quick_way_gives_what_the_general_one_gives(payloads: list[Any]) -> None:
    assert of_payloads(general_parser("gemini"), payloads) == events_of(*payloads)


@given(near_misses(list(FIXTURES.values())))
def test_near_misses_keep_the_laws_on_both_ways(payloads: list[Any]) -> None:
    events = of_payloads(parser("gemini"), payloads)
    hold_laws(events)
    assert of_payloads(general_parser("gemini"), payloads) == events
    accumulator = Accumulator()
    accumulator.feed_all(events)
    assert accumulator.message().complete is isinstance(events[-1], Finished)


COUNTS = st.fixed_dictionaries(
    {},
    optional={
        "promptTokenCount": st.sampled_from([9, 9, 9, 8, None, "9", 2.0]),
        "candidatesTokenCount": st.sampled_from([1, 2, 3, 4, 0, -1, None, "2", 2.0, True, 2**60]),
        "thoughtsTokenCount": st.sampled_from([1, 2, 3, 0, None, "2", 1.0]),
        "totalTokenCount": st.sampled_from([12, 13, 14, 15, 0, None, "14", 14.0, 2**60]),
        "promptTokensDetails": st.sampled_from([[{"modality": "TEXT", "tokenCount": 9}], [], None, {"a": 1}]),
    },
)


@given(st.lists(COUNTS, max_size=6), st.sampled_from([{}, {"thought": True}]))
def test_counts_on_the_quick_way_are_what_the_general_one_gives(told: list[Any], extra: dict[str, Any]) -> None:
    payloads = [chunk({"text": "a", **extra}), *(chunk({"text": "a", **extra}) | {"usageMetadata": s} for s in told)]
    assert of_payloads(parser("gemini"), payloads) == of_payloads(general_parser("gemini"), payloads)


def _both_ways(*payloads: Any) -> list[Event]:
    events = of_payloads(parser("gemini"), payloads)
    assert of_payloads(general_parser("gemini"), payloads) == events
    return events


@pytest.mark.parametrize("parts", [{"text": "a"}, {"type": None}, "a", ["a"], [None]], ids=repr)
def test_parts_that_are_no_list_of_objects_are_noted_alike(parts: Any) -> None:
    odd = chunk()
    odd["candidates"][0]["content"]["parts"] = parts
    events = _both_ways(chunk(text("a")), odd, chunk(text("b")))
    assert codes(events) == ([] if parts == [None] else [NoteCode.UNMAPPED_SHAPE])


def test_a_truth_that_equals_the_count_before_says_nothing_new() -> None:
    said = [{"candidatesTokenCount": 1}, {"candidatesTokenCount": True}]
    assert codes(_both_ways(chunk(text("a")), *(chunk(text("a")) | {"usageMetadata": each} for each in said))) == []
    said = [{"candidatesTokenCount": 2}, {"candidatesTokenCount": True}]
    events = _both_ways(chunk(text("a")), *(chunk(text("a")) | {"usageMetadata": each} for each in said))
    assert codes(events) == [NoteCode.USAGE_NOT_A_NUMBER]


def test_a_block_is_lifted_by_a_text_that_goes_on() -> None:
    blocked = response(promptFeedback={"blockReason": "SAFETY"}) | chunk(text("a"))
    events = _both_ways(blocked, {"modelVersion": "gemini-tiny"}, chunk(text("b")), chunk(text("c")))
    assert isinstance(events[-1], Failed)
    assert events[-1].error.kind is FailureKind.TRUNCATED


def test_a_traffic_type_beside_a_text_that_goes_on_makes_finish_numbers_those_of_vertex() -> None:
    counts = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}
    vertex = chunk(text("b")) | {"usageMetadata": counts | {"trafficType": "ON_DEMAND"}}
    events = _both_ways(chunk(text("a")) | {"usageMetadata": counts}, vertex, chunk(finish=10))
    assert isinstance(events[-1], Finished)
    assert events[-1].raw_reason == "MODEL_ARMOR"


def _counted(part: Any, **counts: int) -> Any:
    return chunk(part) | {"usageMetadata": counts}


@pytest.mark.parametrize(
    "second",
    [
        pytest.param({"promptTokenCount": 9, "candidatesTokenCount": 7, "totalTokenCount": 16}, id="they grow"),
        pytest.param({"promptTokenCount": 9, "thoughtsTokenCount": 7, "totalTokenCount": 16}, id="of another name"),
        pytest.param({"promptTokenCount": 8, "candidatesTokenCount": 7, "totalTokenCount": 15}, id="of the prompt"),
        pytest.param({"promptTokenCount": 9, "candidatesTokenCount": 17, "totalTokenCount": 16}, id="more than all"),
        pytest.param({"promptTokenCount": 9, "candidatesTokenCount": 7, "totalTokenCount": 14}, id="in the same total"),
    ],
)
@pytest.mark.parametrize("part", [text("b"), call("f", args={})], ids=["text", "call"])
def test_new_counts_beside_a_part_are_told_on_both_ways(part: Any, second: dict[str, int]) -> None:
    first = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}
    events = _both_ways(_counted(text("a"), **first), _counted(part, **second), STOP)
    told = [event.usage.raw for event in events if isinstance(event, UsageUpdate)]
    assert told[0] == first
    assert told[-1] == first | second


def test_whole_calls_and_the_text_behind_them_take_no_general_way() -> None:
    response = parser("gemini")
    response.receive_payload(chunk(text("a")))
    response._provider.receive_any = None  # type: ignore[attr-defined]
    events = [
        event
        for part in (call("f", args={"q": 1}), text("b"), text("c", thought=True), call("g", args={}), call("h"))
        for event in response.receive_payload(chunk(part))
    ]
    called = [event for event in events if isinstance(event, ToolCallFinished)]
    assert [(event.name, event.arguments, event.complete) for event in called] == [
        ("f", '{"q":1}', True),
        ("g", "{}", True),
        ("h", "", True),
    ]


@given(near_misses(list(FIXTURES.values())))
def test_a_payload_is_never_changed(payloads: list[Any]) -> None:
    before = copy.deepcopy(payloads)
    response = parser("gemini")
    for payload in payloads:
        response.receive_payload(payload)
    response.receive_eof()
    assert payloads == before


@given(near_misses(list(FIXTURES.values())))
def test_a_near_miss_as_one_document_ends_once(payloads: list[Any]) -> None:
    for payload in payloads:
        hold_laws(parse("gemini", json.dumps(payload).encode()))


@fixtures
def test_a_parser_can_be_pickled_and_copied_between_chunks(payloads: list[Any]) -> None:
    body = sse(payloads)
    response, events = parser("gemini"), []
    for data in cut(body, range(0, len(body), 50)):
        events += response.receive_data(data)
        response = copy.deepcopy(pickle.loads(pickle.dumps(response)))
    assert events + response.receive_eof() == parse("gemini", body)


WHOLE = {
    "candidates": [
        {
            "content": {
                "role": "model",
                "parts": [
                    {"text": "hm so", "thought": True},
                    {"text": "Hello", "thoughtSignature": "c2ln"},
                    {"functionCall": {"name": "find", "args": {"q": "x"}}},
                ],
            },
            "finishReason": "STOP",
            "index": 0,
            "safetyRatings": [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"}],
        }
    ],
    "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14},
    "modelVersion": "gemini-tiny",
    "responseId": "r1",
}
IN_PIECES = [
    chunk({"text": "hm", "thought": True}),
    chunk({"text": " so", "thought": True}),
    chunk(text("Hel")),
    chunk(text("lo", thoughtSignature="c2ln")),
    chunk({"functionCall": {"name": "find", "args": {"q": "x"}}}),
    chunk(finish="STOP", safetyRatings=WHOLE["candidates"][0]["safetyRatings"])
    | {"usageMetadata": WHOLE["usageMetadata"]},
]


@pytest.mark.parametrize(
    "body", [json.dumps(WHOLE).encode(), array([WHOLE]), sse([WHOLE])], ids=["one", "array", "sse"]
)
def test_a_whole_answer_is_the_message_of_the_stream(body: bytes) -> None:
    assert message_of(parse("gemini", body)) == message_of(events_of(*IN_PIECES))


def test_a_whole_answer_in_place_of_a_stream_is_noted() -> None:
    notes = [event.code for event in parse("gemini", json.dumps(WHOLE).encode()) if isinstance(event, Note)]
    assert notes == [NoteCode.ONE_DOCUMENT]


@pytest.mark.parametrize("cut_at", [0.3, 0.6, 0.9])
def test_a_document_that_is_cut_is_truncated(cut_at: float) -> None:
    body = json.dumps(WHOLE).encode()
    last = parse("gemini", body[: int(len(body) * cut_at)])[-1]
    assert isinstance(last, Failed)
    assert last.error.kind == "truncated"
