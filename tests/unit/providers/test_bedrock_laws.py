"""What holds for every stream of Bedrock: any split, both ways, near misses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bedrock_frames import (
    CALLS,
    FIXTURES,
    TALK,
    arguments,
    body_of,
    close_block,
    grow,
    open_tool,
    reasoning,
    start,
    stop,
    text,
)
from tests.provider_laws import PLACES, bytewise, cut, general_parser, hold_laws, near_misses, of_chunks, of_payloads

from deltawire.events import Event, Failed, ReasoningDelta, TextDelta, ToolCallDelta
from deltawire.parsing import parse
from deltawire.response import parser

BEGUN = {
    "text": [start(), text(0, "a")],
    "reasoning": [start(), reasoning(0, text="a")],
    "call": [start(), open_tool(0), arguments(0, "{")],
    "call without a name": [start(), open_tool(0, "x", None), arguments(0, "{")],
    "server tool": [start(), open_tool(0, type="server_tool_use"), arguments(0, "{")],
}


@pytest.mark.parametrize(
    ("begun", "payload", "told"),
    [
        ("text", text(0, "b"), TextDelta("b")),
        ("reasoning", reasoning(0, text="b"), ReasoningDelta("b")),
        ("call", arguments(0, "}"), ToolCallDelta(0, "}")),
    ],
)
def test_a_delta_that_goes_on_takes_the_quick_way(begun: str, payload: dict[str, Any], told: Event) -> None:
    response = parser("bedrock")
    response.receive_data(body_of(BEGUN[begun]))
    response._provider.receive_any = None  # type: ignore[attr-defined]
    response._reader.hand_over = None  # type: ignore[assignment, method-assign, union-attr]
    assert response.receive_data(body_of([payload])) == [told]


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN.keys())
@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(text(0, ""), id="no text"),
        pytest.param(text(0, None), id="null text"),
        pytest.param(text(0, 5), id="text of another shape"),
        pytest.param(text([0], "b"), id="index of another shape"),
        pytest.param(text(True, "b"), id="index is true"),
        pytest.param(text(0.0, "b"), id="index is a float"),
        pytest.param(text(1, "b"), id="another block"),
        pytest.param(text("0", "b"), id="index is text"),
        pytest.param({"contentBlockDelta": {"delta": {"text": "b"}}}, id="no index"),
        pytest.param(
            {"contentBlockDelta": {"delta": {"text": "b"}, "contentBlockIndex": 0, "x": 1}}, id="vendor field"
        ),
        pytest.param({**text(0, "b"), "x": 1}, id="field beside"),
        pytest.param({**text(0, "b"), **stop()}, id="two events"),
        pytest.param(grow(0, text="b", reasoningContent={"text": "c"}), id="both"),
        pytest.param(grow(0), id="empty delta"),
        pytest.param({"contentBlockDelta": {"contentBlockIndex": 0, "delta": None}}, id="no delta"),
        pytest.param({"contentBlockDelta": None}, id="no event"),
        pytest.param(reasoning(0, text="b"), id="reasoning"),
        pytest.param(reasoning(0, text="b", signature="c"), id="reasoning and signature"),
        pytest.param(reasoning(0, signature="c"), id="signature"),
        pytest.param(reasoning(0, input="c"), id="reasoning input"),
        pytest.param(grow(0, reasoningContent="b"), id="reasoning is text"),
        pytest.param(arguments(0, "}"), id="arguments"),
        pytest.param(arguments(0, ""), id="no arguments"),
        pytest.param(arguments(0, {"a": 1}), id="arguments of another shape"),
        pytest.param(arguments(1, "}"), id="arguments of another call"),
        pytest.param(grow(0, toolUse={"text": "}"}), id="arguments under another name"),
        pytest.param(grow(0, toolUse={"input": "}", "name": "g"}), id="name"),
        pytest.param(close_block(0), id="end of the block"),
        pytest.param(open_tool(0, "y"), id="another start"),
    ],
)
def test_both_ways_agree_on_what_follows(begun: list[dict[str, Any]], payload: dict[str, Any]) -> None:
    payloads = [*begun, payload, payload, text(0, "c"), reasoning(0, text="d"), arguments(0, "}"), stop()]
    events = of_payloads(parser("bedrock"), payloads)
    hold_laws(events)
    assert events == of_payloads(general_parser("bedrock"), payloads)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_byte_by_byte_gives_the_same_events(fixture: list[dict[str, Any]]) -> None:
    body = body_of(fixture)
    assert of_chunks(parser("bedrock"), bytewise(body)) == parse("bedrock", body)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_the_quick_way_gives_the_events_of_the_general_one(fixture: list[dict[str, Any]]) -> None:
    events = parse("bedrock", body_of(fixture))
    assert events == of_payloads(general_parser("bedrock"), fixture)
    assert events == parse("bedrock", body_of(fixture), loads=json.loads)


@given(st.sampled_from(FIXTURES), PLACES)
def test_any_split_gives_the_same_events(fixture: list[dict[str, Any]], places: list[int]) -> None:
    body = body_of(fixture)
    assert of_chunks(parser("bedrock"), cut(body, places)) == parse("bedrock", body)


@given(st.sampled_from(FIXTURES), PLACES, st.integers(min_value=0))
def test_any_split_of_a_cut_body_gives_the_same_failure(
    fixture: list[dict[str, Any]], places: list[int], length: int
) -> None:
    whole = body_of(fixture)
    body = whole[: length % len(whole)]
    events = parse("bedrock", body)
    hold_laws(events)
    assert of_chunks(parser("bedrock"), cut(body, places)) == events
    assert isinstance(events[-1], Failed) or len(body) == len(body_of(fixture[:-1]))


@given(near_misses(FIXTURES))
def test_near_misses_break_no_law_and_both_ways_agree(payloads: list[Any]) -> None:
    events = of_payloads(parser("bedrock"), payloads)
    hold_laws(events)
    assert events == of_payloads(general_parser("bedrock"), payloads)


@given(near_misses(FIXTURES), PLACES)
def test_near_misses_as_bytes_are_the_same_at_any_split(payloads: list[Any], places: list[int]) -> None:
    body = body_of(payload if isinstance(payload, dict) else {"song": payload} for payload in payloads)
    events = of_chunks(parser("bedrock"), cut(body, places))
    hold_laws(events)
    assert events == parse("bedrock", body)


@given(
    near_misses(
        [
            [{"output": {"message": {"content": [block]}}, "stopReason": "x"}]
            for block in (
                {"text": "a"},
                {"reasoningContent": {"reasoningText": {"text": "a", "signature": "b"}}},
                {"toolUse": {"toolUseId": "u", "name": "f", "input": {"a": 1}}},
                {"toolResult": {"toolUseId": "u", "content": [{"text": "a"}]}},
                {"citationsContent": {"content": [{"text": "a"}], "citations": [{"title": "t"}]}},
                {"image": {"format": "png", "source": {"bytes": "AAEC"}}},
            )
        ]
    )
)
def test_near_misses_of_whole_answers_break_no_law(payloads: list[Any]) -> None:
    for payload in payloads:
        hold_laws(parse("bedrock", json.dumps(payload).encode()))


def test_events_alone_hold_no_text() -> None:
    response = parser("bedrock")
    response.receive_data(body_of([*TALK[:2], *CALLS[1:2]]))
    before = len(repr(response._provider.__dict__))
    for index in range(200):
        response.receive_data(body_of([text(0, "x" * 100), reasoning(0, text="y" * 100)]))
        response.receive_data(body_of([text(index + 5, "z" * 100), close_block(index + 5)]))
    assert len(repr(response._provider.__dict__)) < before + 500


def test_a_run_of_calls_passes_the_limit_of_calls() -> None:
    payloads = [payload for index in range(2_000) for payload in (open_tool(index, f"u{index}"), close_block(index))]
    events = parse("bedrock", body_of([start(), *payloads]))
    hold_laws(events)
    assert events[-1].error.code == "tool_calls"  # type: ignore[union-attr]
