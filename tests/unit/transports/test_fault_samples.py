"""The sample answers: right in their protocols, and with what faults need."""

from __future__ import annotations

import json

import pytest

import deltawire
from deltawire_transports.fault_positions import Body, Position
from deltawire_transports.fault_samples import SAMPLES, Sample

ALL = pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))


@ALL
def test_it_says_what_it_claims_and_nothing_is_odd_about_it(sample: Sample) -> None:
    events = deltawire.parse(sample.provider, sample.body.data)
    last = events[-1]
    assert isinstance(last, deltawire.Finished)
    assert last.reason is deltawire.FinishReason.TOOL_CALLS
    assert last.model == sample.model or sample.provider == "bedrock"
    assert last.usage is not None
    assert last.usage.total_tokens == 55
    message = deltawire.Accumulator()
    for event in events:
        message.feed(event)
    assert message.message().text == sample.text
    (call,) = [event for event in events if isinstance(event, deltawire.ToolCallFinished)]
    assert (call.name, json.loads(call.arguments), call.complete) == (sample.tool, json.loads(sample.arguments), True)
    assert not [event for event in events if isinstance(event, deltawire.Note | deltawire.Unknown)]


@ALL
def test_before_its_proof_it_cannot_finish_and_behind_it_can(sample: Sample) -> None:
    place = sample.body.offset(Position.BEFORE_TERMINAL)
    proof = sample.body.frames[sample.body.proof]
    for cut, finished in ((place, False), (place + len(proof), True)):
        last = deltawire.parse(sample.provider, sample.body.data[:cut])[-1]
        assert isinstance(last, deltawire.Finished) is finished


@ALL
def test_it_has_a_character_of_four_bytes_and_is_cut_inside_it(sample: Sample) -> None:
    place = sample.body.offset(Position.MID_UTF8)
    assert sample.body.data[place - 2 : place + 2].decode() in sample.text


@ALL
def test_mid_event_is_inside_its_tool_call(sample: Sample) -> None:
    frame = sample.body.frames[sample.body.middle or 0]
    assert "東京".encode() in frame


@ALL
def test_its_events_are_those_that_any_cut_finds(sample: Sample) -> None:
    assert Body.of(sample.body.data).frames == sample.body.frames
