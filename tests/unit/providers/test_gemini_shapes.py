"""Gemini's fields in shapes that they are not known for: noted, told, and never lost."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gemini_chunks import call, calls_of, chunk, events_of, metadata_of, response, text, thought
from tests.helpers import codes, message_of, of_kind

from deltawire.events import PartFinished, TextDelta, UsageUpdate
from deltawire.notes import NoteCode
from deltawire.providers.gemini.usage import gemini_usage, plain_usage

STOP = chunk(finish="STOP")


@pytest.mark.parametrize("odd", ["$.a", 5, {"jsonPath": "$.a"}], ids=repr)
def test_partial_arguments_that_are_no_list_are_noted(odd: Any) -> None:
    payloads = [chunk(call("f", args={"a": 1}, partialArgs=odd)), STOP]
    assert codes(events_of(*payloads)) == [NoteCode.UNMAPPED_SHAPE]
    assert [done.name for done in calls_of(*payloads)] == ["f"]


@pytest.mark.parametrize("nothing", [None, [], {}, ""], ids=repr)
def test_partial_arguments_that_are_nothing_are_not(nothing: Any) -> None:
    assert codes(events_of(chunk(call("f", args={"a": 1}, partialArgs=nothing)), STOP)) == []


def test_a_candidate_that_is_null_is_none() -> None:
    events = events_of(response(None, {"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}))
    assert codes(events) == []
    assert [delta.text for delta in of_kind(events, TextDelta)] == ["a"]
    odd = events_of(response("a", {"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}))
    assert codes(odd) == [NoteCode.UNMAPPED_SHAPE]


def test_what_a_later_piece_of_a_text_says_otherwise_is_told() -> None:
    first, second = {"videoMetadata": {"fps": 1}}, {"videoMetadata": {"fps": 2}}
    events = events_of(chunk(text("a", **first)), chunk(text("b", **first)), chunk(text("c", **second)), STOP)
    assert [delta.text for delta in of_kind(events, TextDelta)] == ["a", "b", "c"]
    assert [part.native["videoMetadata"] for part in of_kind(events, PartFinished)] == [{"fps": 1}]
    assert {"choice": 0, **second} in metadata_of(events)


def test_thoughts_and_text_are_told_apart_whatever_stands_beside_them() -> None:
    message = message_of(events_of(chunk(thought("Hm", mark=1)), chunk(text("Hi", mark=1)), STOP))
    assert (message.reasoning, message.text) == ("Hm", "Hi")


def test_prompts_of_tools_count_in_every_chunk() -> None:
    counts = {"promptTokenCount": 9, "toolUsePromptTokenCount": 4, "candidatesTokenCount": 1}
    payloads = [chunk(text("a")) | {"usageMetadata": {**counts, "candidatesTokenCount": n}} for n in (1, 2, 3)]
    updates = of_kind(events_of(*payloads, STOP), UsageUpdate)
    assert [(each.usage.input_tokens, each.usage.output_tokens) for each in updates] == [(13, 1), (13, 2), (13, 3)]
    assert updates[-1].usage.total_tokens == 16


@pytest.mark.parametrize(
    ("later", "output"),
    [
        ({"candidatesTokenCount": 0, "thoughtsTokenCount": 5}, 6),
        ({"candidatesTokenCount": 2, "thoughtsTokenCount": 5}, 7),
    ],
    ids=["no candidates", "both"],
)
def test_growing_thoughts_and_candidates_are_added(later: dict[str, int], output: int) -> None:
    first = {"promptTokenCount": 4, "candidatesTokenCount": 1, "thoughtsTokenCount": 2, "totalTokenCount": 7}
    said = [first, {**first, **later, "totalTokenCount": 11}]
    events = events_of(*(chunk(text("a")) | {"usageMetadata": counts} for counts in said), STOP)
    assert of_kind(events, UsageUpdate)[-1].usage.output_tokens == output


def test_prompts_of_tools_count_when_thoughts_begin() -> None:
    first = {"promptTokenCount": 9, "toolUsePromptTokenCount": 4, "candidatesTokenCount": 1}
    said = [first, {**first, "thoughtsTokenCount": 2}, {**first, "thoughtsTokenCount": 2, "cachedContentTokenCount": 3}]
    events = events_of(*(chunk(text("a")) | {"usageMetadata": counts} for counts in said), STOP)
    usage = of_kind(events, UsageUpdate)[-1].usage
    assert (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens) == (13, 3, 3)


@pytest.mark.parametrize(
    "said", [{"candidatesTokenCount": 5}, {"thoughtsTokenCount": 3}, {"totalTokenCount": 30}], ids=str
)
@pytest.mark.parametrize(
    "before",
    [
        {"promptTokenCount": 9, "toolUsePromptTokenCount": 4},
        {"promptTokenCount": 9, "candidatesTokenCount": 1},
        {"toolUsePromptTokenCount": 4, "cachedContentTokenCount": 2},
        {},
    ],
    ids=str,
)
def test_plain_counts_are_what_the_general_way_makes_of_them(before: dict[str, Any], said: dict[str, Any]) -> None:
    assert plain_usage(before, said) == gemini_usage(before | said)


@pytest.mark.parametrize(
    "said", [{"promptTokenCount": 0}, {"promptTokenCount": -1}, {"promptTokenCount": "9"}, {"a": {}}]
)
def test_counts_that_are_not_plain_are_for_the_general_way(said: dict[str, Any]) -> None:
    assert plain_usage({}, said) is None
