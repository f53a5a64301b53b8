"""What holds for every stream: any split, both ways, near misses, copies, recorded bodies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import of_kind
from tests.messages_wire import (
    CALLS,
    FIXTURES,
    MIXED,
    NAME,
    TALK,
    THOUGHT,
    Payload,
    begin,
    delta,
    general_parser,
    open_call,
    open_text,
    open_thinking,
    part_of_input,
    sse,
    stop,
    text,
    thinking,
)
from tests.provider_laws import PLACES, bytewise, cut, hold_laws, near_misses, of_chunks, of_payloads, of_pickled

from deltawire.events import Event, Failed, Finished, ReasoningDelta, TextDelta, ToolCallDelta
from deltawire.parsing import parse
from deltawire.response import parser

FRAMES = st.sampled_from(FIXTURES)
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


class TestTheQuickWay:
    @pytest.mark.parametrize(
        ("block", "piece", "event"),
        [
            (open_text(3), text, TextDelta("b")),
            (open_thinking(3), thinking, ReasoningDelta("b")),
            (open_call(3), part_of_input, ToolCallDelta(0, "b")),
        ],
        ids=["text", "thinking", "input"],
    )
    def test_takes_a_delta_that_goes_on_with_its_block(self, block: Payload, piece: Any, event: Event) -> None:
        response = parser(NAME)
        response.receive_data(sse(begin(), block, piece(3, "a")))
        response._provider.receive_any = None  # type: ignore[assignment,method-assign]
        assert response.receive_data(sse(piece(3, "b"))) == [event]

    @pytest.mark.parametrize(
        "payload",
        [
            text(0, ""),
            text(0, None),
            text(0, ["b"]),
            thinking(0, "b"),
            part_of_input(0, "b"),
            text(1, "b"),
            text([0], "b"),
            text({}, "b"),
            text(None, "b"),
            text(0.0, "b"),
            text(False, "b"),
            text("0", "b"),
            delta(0, "text_delta", text="b", x=1),
            delta(0, "text_delta"),
            delta(0, "citations_delta", citation={}),
            {**text(0, "b"), "x": 1},
            {**text(0, "b"), "error": {"message": "x"}},
            {**text(0, "b"), "type": "message_delta"},
            {**text(0, "b"), "type": "content_block_start"},
            {**text(0, "b"), "type": "content_block_stop"},
            {"type": "content_block_delta", "delta": text(0, "b")["delta"]},
            {"type": "content_block_delta", "index": 0, "delta": "text"},
            {"type": "content_block_delta", "index": 0, "delta": ["text_delta", "b"]},
            {"type": "content_block_delta", "index": 0, "delta": None},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "thinking": "b"}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": ["text_delta"], "text": "b"}},
            {"index": 0, "delta": {"type": "text_delta", "text": "b"}, "x": 1},
        ],
        ids=json.dumps,
    )
    @pytest.mark.parametrize("before", [open_text(0), open_thinking(0), open_call(0)], ids=["text", "thinking", "call"])
    def test_gives_what_the_general_way_gives(self, before: Payload, payload: Payload) -> None:
        started = [text(0, "a"), thinking(0, "a"), part_of_input(0, "a")]
        payloads = [begin(), before, *started, payload, payload, *started, stop(0), *TALK[-2:]]
        events = of_payloads(parser(NAME), payloads)
        hold_laws(events)
        assert events == of_payloads(general_parser(), payloads)


class TestEveryStream:
    @pytest.mark.parametrize("fixture", FIXTURES)
    def test_has_one_end(self, fixture: list[Payload]) -> None:
        events = parse(NAME, sse(*fixture))
        assert len(of_kind(events, Finished, Failed)) == 1
        assert isinstance(events[-1], Finished | Failed)

    @pytest.mark.parametrize("fixture", FIXTURES)
    def test_byte_by_byte_gives_the_same_events(self, fixture: list[Payload]) -> None:
        body = sse(*fixture)
        assert of_chunks(parser(NAME), bytewise(body)) == parse(NAME, body)

    @given(FRAMES, PLACES, LINE_ENDS, st.booleans(), st.booleans())
    def test_any_split_gives_the_same_events(
        self, fixture: list[Payload], places: list[int], end: str, names: bool, terminated: bool
    ) -> None:
        body = sse(*fixture, names=names, end=end)
        body = body if terminated else body.rstrip()
        assert of_chunks(parser(NAME), cut(body, places)) == parse(NAME, body)

    @pytest.mark.parametrize("fixture", FIXTURES)
    def test_the_quick_way_gives_the_events_of_the_general_one(self, fixture: list[Payload]) -> None:
        assert of_payloads(parser(NAME), fixture) == of_payloads(general_parser(), fixture)
        assert parse(NAME, sse(*fixture)) == of_chunks(general_parser(), [sse(*fixture)])

    @given(FRAMES, PLACES)
    def test_a_parser_is_plain_data_between_chunks(self, fixture: list[Payload], places: list[int]) -> None:
        body = sse(*fixture)
        assert of_pickled(parser(NAME), cut(body, places)) == parse(NAME, body)

    @pytest.mark.parametrize("fixture", [TALK, THOUGHT, CALLS, MIXED])
    def test_a_copy_at_any_frame_goes_on_alike(self, fixture: list[Payload]) -> None:
        frames = [sse(payload) for payload in fixture]
        assert of_pickled(parser(NAME), frames) == parse(NAME, b"".join(frames))


class TestNearMisses:
    @given(near_misses(FIXTURES))
    def test_break_no_law_and_both_ways_agree(self, payloads: list[Any]) -> None:
        events = of_payloads(parser(NAME), payloads)
        hold_laws(events)
        assert events == of_payloads(general_parser(), payloads)

    @given(near_misses(FIXTURES), PLACES)
    def test_as_bytes_they_are_the_same_at_any_split(self, payloads: list[Any], places: list[int]) -> None:
        body = sse(*payloads)
        events = of_chunks(parser(NAME), cut(body, places))
        hold_laws(events)
        assert events == parse(NAME, body)

    @given(near_misses(FIXTURES), st.integers(0, 3))
    def test_cut_short_they_break_no_law(self, payloads: list[Any], lost: int) -> None:
        events = of_payloads(parser(NAME), payloads[: len(payloads) - lost])
        hold_laws(events)

    @given(near_misses([[payload] for fixture in FIXTURES for payload in fixture]))
    def test_any_one_payload_alone(self, payloads: list[Any]) -> None:
        hold_laws(of_payloads(parser(NAME), payloads))


def test_recorded_streams_are_the_same_both_ways(streams: Path) -> None:
    files = sorted((streams / "anthropic").iterdir())[::10]
    assert files
    for file in files:
        body = file.read_bytes()
        events = parse(NAME, body)
        hold_laws(events)
        assert of_chunks(general_parser(), [body]) == events
        assert of_chunks(parser(NAME), cut(body, range(0, len(body), 97))) == events
