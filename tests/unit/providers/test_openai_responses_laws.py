"""What holds for every stream of the Responses API: any split, both ways, near misses, copies."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import PLACES, bytewise, cut, near_misses, of_chunks
from tests.responses_wire import (
    CALLS,
    CREATED,
    FIXTURES,
    NAME,
    TALK,
    THINKING,
    added,
    arguments_delta,
    body_of,
    both_ways,
    completed,
    event,
    function,
    general_parser,
    hold_laws,
    message,
    numbered,
    place,
    summary_delta,
    text_delta,
)

from deltawire.events import Event, ReasoningDelta, TextDelta, ToolCallDelta
from deltawire.parsing import parse
from deltawire.response import parser

ids = {
    "ids": [
        "talk", "sources", "thinking", "calls", "tools", "client", "bare", "drifting", "cut", "failing", "error"
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("before", "delta", "told"),
    [
        ([text_delta("a")], text_delta("b"), TextDelta("b")),
        ([text_delta("a", logprobs=[])], text_delta("b", logprobs=[]), TextDelta("b")),
        ([text_delta("a", obfuscation="1")], text_delta("b", obfuscation="22"), TextDelta("b")),
        ([summary_delta("a")], summary_delta("b"), ReasoningDelta("b", kind="summary")),
        (
            [event("reasoning_text.delta", **place("rs_1", content_index=0), delta="a")],
            event("reasoning_text.delta", **place("rs_1", content_index=0), delta="b"),
            ReasoningDelta("b"),
        ),
        ([added(function("")), arguments_delta("a")], arguments_delta("b"), ToolCallDelta(0, "b")),
        (
            [event("output_text.delta", item_id="m", delta="a")],
            event("output_text.delta", item_id="m", delta="b"),
            TextDelta("b"),
        ),
        ([event("output_text.delta", delta="a")], event("output_text.delta", delta="b"), TextDelta("b")),
    ],
    ids=["text", "no logprobs", "padding", "summary", "reasoning", "arguments", "no indexes", "no id"],
)
@pytest.mark.parametrize("counted", [True, False])
def test_a_delta_that_goes_on_takes_the_quick_way(
    before: list[dict[str, Any]], delta: dict[str, Any], told: Event, counted: bool
) -> None:
    payloads = [CREATED, *before, delta]
    payloads = numbered(payloads) if counted else payloads
    response = parser(NAME)
    response.receive_data(body_of(payloads[:-1]))
    response._provider.receive_any = None  # type: ignore[attr-defined]
    assert response.receive_data(body_of(payloads[-1:])) == [told]


def test_deltas_of_calls_that_take_turns_take_the_quick_way() -> None:
    response = parser(NAME)
    payloads = numbered(
        [CREATED, added(function("")), added(function("", 2), 1), arguments_delta("{"), arguments_delta("[", 2, 1)]
    )
    response.receive_data(body_of(payloads))
    response._provider.receive_any = None  # type: ignore[attr-defined]
    rest = numbered([arguments_delta("}"), arguments_delta("]", 2, 1), arguments_delta(" ")], 5)
    assert response.receive_data(body_of(rest)) == [
        ToolCallDelta(0, "}", 0, 0),
        ToolCallDelta(1, "]", 0, 1),
        ToolCallDelta(0, " ", 0, 0),
    ]


@pytest.mark.parametrize(
    "delta",
    [
        pytest.param(text_delta(""), id="empty"),
        pytest.param({**text_delta("b"), "delta": None}, id="null"),
        pytest.param({**text_delta("b"), "delta": 5}, id="number"),
        pytest.param({**text_delta("b"), "delta": {"text": "b"}}, id="object"),
        pytest.param(text_delta("b", logprobs=[{"token": "b"}]), id="logprobs"),
        pytest.param(text_delta("b", x=1), id="vendor field"),
        pytest.param({**text_delta("b"), "x": text_delta("b").pop("output_index")} | {"output_index": 0}, id="both"),
        pytest.param(
            {key: value for key, value in text_delta("b", x=1).items() if key != "output_index"}, id="swapped"
        ),
        pytest.param(text_delta("b", content=1), id="another part"),
        pytest.param(text_delta("b", "msg_2"), id="another id"),
        pytest.param(text_delta("b", "msg_1", 1), id="another place"),
        pytest.param({**text_delta("b"), "item_id": ["msg_1"]}, id="id of another shape"),
        pytest.param({**text_delta("b"), "item_id": None}, id="null id"),
        pytest.param({**text_delta("b"), "content_index": 0.0}, id="index as a float"),
        pytest.param({**text_delta("b"), "content_index": False}, id="index as a boolean"),
        pytest.param({**text_delta("b"), "sequence_number": 1}, id="repeated number"),
        pytest.param({**text_delta("b"), "sequence_number": None}, id="null number"),
        pytest.param({**text_delta("b"), "sequence_number": 99}, id="number too high"),
        pytest.param(event("refusal.delta", **place("msg_1", content_index=0), delta="b"), id="refusal"),
        pytest.param(summary_delta("b"), id="summary"),
        pytest.param({**text_delta("b"), "type": "response.output_text.done", "text": "ab"}, id="done"),
    ],
)
@pytest.mark.parametrize("counted", [True, False])
def test_both_ways_agree_on_a_delta_unlike_the_one_before(delta: dict[str, Any], counted: bool) -> None:
    payloads = [CREATED, added(message()), text_delta("a"), text_delta("a")]
    payloads = numbered(payloads) if counted else payloads
    both_ways([*payloads, delta, delta, text_delta("c"), completed()])


class TestEveryStream:
    @pytest.mark.parametrize("fixture", FIXTURES, **ids)
    def test_byte_by_byte_gives_the_same_events(self, fixture: list[dict[str, Any]]) -> None:
        body = body_of(fixture)
        whole = parse(NAME, body)
        hold_laws(whole)
        assert of_chunks(parser(NAME), bytewise(body)) == whole

    @given(st.sampled_from(FIXTURES), PLACES, st.sampled_from(["\n", "\r\n", "\r"]))
    def test_any_split_gives_the_same_events(self, fixture: list[dict[str, Any]], places: list[int], end: str) -> None:
        body = body_of(fixture, end)
        assert of_chunks(parser(NAME), cut(body, places)) == parse(NAME, body)

    @pytest.mark.parametrize("fixture", FIXTURES, **ids)
    def test_payloads_give_the_events_of_their_bytes(self, fixture: list[dict[str, Any]]) -> None:
        assert both_ways(fixture) == parse(NAME, body_of(fixture))

    @pytest.mark.parametrize("fixture", FIXTURES, **ids)
    def test_a_parser_can_be_copied_and_pickled_at_any_time(self, fixture: list[dict[str, Any]]) -> None:
        response = parser(NAME)
        events: list[Event] = []
        for number, payload in enumerate(fixture):
            response = pickle.loads(pickle.dumps(response)) if number % 2 else copy.deepcopy(response)
            events += response.receive_payload(copy.deepcopy(payload))
        assert events + response.receive_eof() == both_ways(fixture)

    @given(near_misses(FIXTURES))
    def test_near_misses_break_no_law_and_both_ways_agree(self, payloads: list[Any]) -> None:
        both_ways(payloads)

    @given(near_misses(FIXTURES), PLACES)
    def test_near_misses_as_bytes_are_the_same_at_any_split(self, payloads: list[Any], places: list[int]) -> None:
        body = body_of(payloads)
        events = of_chunks(parser(NAME), cut(body, places))
        hold_laws(events)
        assert events == parse(NAME, body)
        assert events == of_chunks(general_parser(), [body])

    @given(st.sampled_from([TALK, THINKING, CALLS]), st.data())
    def test_a_stream_that_is_cut_is_never_a_success(self, fixture: list[dict[str, Any]], data: st.DataObject) -> None:
        body = body_of(fixture[:-1])
        events = parse(NAME, body[: data.draw(st.integers(1, len(body)))])
        hold_laws(events)
        assert events[-1].error.kind in ("truncated", "empty")  # type: ignore[union-attr]


def test_half_a_pair_in_each_delta_is_joined_and_not_repeated_at_the_end() -> None:
    half = [
        body_of(numbered([CREATED, added(message())])),
        b'data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"delta":"a\\ud83d"}\n\n',
        b'data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"delta":"\\ude00"}\n\n',
    ]
    whole = b'data: {"type":"response.output_text.done","item_id":"msg_1","text":"a\\ud83d\\ude00b"}\n\n'
    events = of_chunks(parser(NAME), [*half, whole, body_of([completed()])])
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "a\U0001f600b"
    events = of_chunks(parser(NAME), [*half[:2], whole, body_of([completed()])])
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "a\U0001f600b"


def test_half_a_pair_in_arguments_is_joined_with_the_rest_of_the_closing_event() -> None:
    half = b'data: {"type":"response.function_call_arguments.delta","item_id":"fc_1","delta":"{\\"q\\":\\"\\ud83d"}\n\n'
    whole = body_of([event("function_call_arguments.done", item_id="fc_1", arguments='{"q":"\U0001f600"}')])
    body = body_of([CREATED, added(function(""))]) + half + whole + body_of([completed(function('{"q":"\U0001f600"}'))])
    (call,) = [event for event in parse(NAME, body) if type(event).__name__ == "ToolCallFinished"]
    assert (call.arguments, call.complete) == ('{"q":"\U0001f600"}', True)


def test_every_recorded_stream_gives_the_same_events_on_both_ways(streams: Path) -> None:
    rows = [json.loads(line) for line in (streams / "manifest.jsonl").read_text("utf-8").splitlines()]
    files = [row["file"] for row in rows if row["dialect"] == NAME]
    assert files
    for file in files:
        body = (streams / file).read_bytes()
        events = parse(NAME, body)
        hold_laws(events)
        assert events == of_chunks(general_parser(), [body])
