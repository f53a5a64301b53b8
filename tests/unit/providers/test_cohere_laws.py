"""What holds for every stream of Cohere: any split, both ways, near misses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cohere_events import (
    CALLS,
    FIXTURES,
    TALK,
    arguments,
    body_of,
    close_block,
    close_call,
    end,
    event,
    open_block,
    open_call,
    plan,
    start,
    text,
    thinking,
)
from tests.provider_laws import (
    PLACES,
    bytewise,
    cut,
    general_parser,
    near_misses,
    of_chunks,
    of_payloads,
    of_pickled,
)

from deltawire.events import Event, ReasoningDelta, TextDelta, ToolCallDelta
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.testing import laws_of_order

BEGUN = {
    "text": [start(), open_block(0), text(0, "a")],
    "thinking": [start(), open_block(0, "thinking"), thinking(0, "a")],
    "plan": [start(), plan("a")],
    "call": [start(), open_call(0, "x", "f"), arguments(0, "{")],
    "call without a name": [start(), open_call(0, "x", None)],
    "call without an id": [start(), open_call(0, None, "f")],
}


@pytest.mark.parametrize(
    ("begun", "payload", "told"),
    [
        ("text", text(0, "b"), TextDelta("b")),
        ("thinking", thinking(0, "b"), ReasoningDelta("b")),
        ("plan", plan("b"), ReasoningDelta("b")),
        ("call", arguments(0, "}"), ToolCallDelta(0, "}")),
    ],
)
def test_a_delta_that_goes_on_takes_the_quick_way(begun: str, payload: dict[str, Any], told: Event) -> None:
    response = parser("cohere")
    response.receive_data(body_of(BEGUN[begun], done=False))
    response._provider.receive_any = None  # type: ignore[attr-defined]
    assert response.receive_data(body_of([payload], done=False)) == [told]


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN.keys())
@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(text(0, ""), id="no text"),
        pytest.param(text(0, None), id="null text"),
        pytest.param(text(0, 5), id="text of another shape"),
        pytest.param(text([0], "b"), id="index of another shape"),
        pytest.param(text(1, "b"), id="another block"),
        pytest.param(text(0, "b", x=1), id="vendor field"),
        pytest.param(text(0, "b", logprobs={"text": "b"}), id="logprobs"),
        pytest.param(thinking(0, "b"), id="thinking"),
        pytest.param(event("content-delta", {"content": {"text": "b", "thinking": "c"}}, 0), id="both"),
        pytest.param(event("content-delta", {"content": {"text": "b"}, "x": 1}, 0), id="vendor field of the message"),
        pytest.param({**text(0, "b"), "delta": {"x": 1, **text(0, "b")["delta"]}}, id="vendor field of the delta"),
        pytest.param(event("content-delta", {"content": "b"}, 0), id="content is text"),
        pytest.param(event("content-delta", None, 0), id="no delta"),
        pytest.param(plan("b"), id="plan"),
        pytest.param(plan(""), id="no plan"),
        pytest.param({**plan("b"), "x": 1}, id="plan and vendor field"),
        pytest.param({**plan("b"), "index": 0}, id="plan and index"),
        pytest.param(arguments(0, "}"), id="arguments"),
        pytest.param(arguments(0, ""), id="no arguments"),
        pytest.param(arguments(0, {"a": 1}), id="arguments of another shape"),
        pytest.param(arguments(1, "}"), id="arguments of another call"),
        pytest.param(arguments({}, "}"), id="call index of another shape"),
        pytest.param({**arguments(0, "}"), "x": 1}, id="arguments and vendor field"),
        pytest.param(
            event("tool-call-delta", {"tool_calls": {"function": {"arguments": "}", "name": "g"}}}, 0), id="name"
        ),
        pytest.param(event("tool-call-delta", {"tool_calls": {"id": "y", "function": {"arguments": "}"}}}, 0), id="id"),
        pytest.param(event("tool-call-delta", {"tool_calls": {"x": 1, "function": {"arguments": "}"}}}, 0), id="extra"),
        pytest.param(close_block(0), id="end of the block"),
        pytest.param(close_call(0), id="end of the call"),
        pytest.param(open_block(1), id="another start"),
    ],
)
def test_both_ways_agree_on_what_follows(begun: list[dict[str, Any]], payload: dict[str, Any]) -> None:
    payloads = [*begun, payload, payload, text(0, "c"), plan("d"), arguments(0, "}"), end()]
    events = of_payloads(parser("cohere"), payloads)
    laws_of_order(events)
    assert events == of_payloads(general_parser("cohere"), payloads)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_byte_by_byte_gives_the_same_events(fixture: list[dict[str, Any]]) -> None:
    body = body_of(fixture)
    assert of_chunks(parser("cohere"), bytewise(body)) == parse("cohere", body)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_a_parser_is_plain_data_at_any_time(fixture: list[dict[str, Any]]) -> None:
    body = body_of(fixture)
    assert of_pickled(parser("cohere"), cut(body, range(0, len(body), 50))) == parse("cohere", body)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_the_quick_way_gives_the_events_of_the_general_one(fixture: list[dict[str, Any]]) -> None:
    assert of_payloads(parser("cohere"), fixture) == of_payloads(general_parser("cohere"), fixture)
    assert parse("cohere", body_of(fixture)) == of_chunks(general_parser("cohere"), [body_of(fixture)])


@given(st.sampled_from(FIXTURES), PLACES, st.booleans(), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_any_split_gives_the_same_events(
    fixture: list[dict[str, Any]], places: list[int], named: bool, line_end: bytes
) -> None:
    body = body_of(fixture, named=named).replace(b"\n", line_end)
    assert of_chunks(parser("cohere"), cut(body, places)) == parse("cohere", body_of(fixture))


@given(near_misses(FIXTURES))
def test_near_misses_break_no_law_and_both_ways_agree(payloads: list[Any]) -> None:
    events = of_payloads(parser("cohere"), payloads)
    laws_of_order(events)
    assert events == of_payloads(general_parser("cohere"), payloads)


@given(near_misses(FIXTURES), PLACES)
def test_near_misses_as_bytes_are_the_same_at_any_split(payloads: list[Any], places: list[int]) -> None:
    body = body_of(payloads, named=False)
    events = of_chunks(parser("cohere"), cut(body, places))
    laws_of_order(events)
    assert events == parse("cohere", body)


def test_events_alone_hold_no_text() -> None:
    response = parser("cohere")
    response.receive_data(body_of([*TALK[:3], *CALLS[1:3]], done=False))
    before = len(repr(response._provider._blocks.__dict__))
    for _ in range(100):
        response.receive_data(body_of([text(0, "x" * 100), thinking(0, "y" * 100)], done=False))
    assert "x" * 100 not in repr(response._provider.__dict__)
    assert len(repr(response._provider._blocks.__dict__)) < before + 1_000
