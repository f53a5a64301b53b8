"""What an encoder writes, a parser reads as what went in."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.encode_laws import TARGETS, assert_accounted, assert_same_answer

from deltawire import ENCODABLE, Encoder, Event, parse
from deltawire.testing import laws_of_order
from deltawire.testing.strategies import event_streams, providers


def encoded(target: str, events: list[Event], **options: bool) -> bytes:
    encoder = Encoder(target, **options)
    return b"".join(map(encoder.feed, events)) + encoder.end()


def hold(target: str, events: list[Event]) -> None:
    encoder = Encoder(target)
    received = parse(target, b"".join(map(encoder.feed, events)), think="off")
    laws_of_order(received)
    assert_same_answer(events, target, received)
    assert_accounted(events, encoder.lost, received)


@pytest.mark.parametrize("target", TARGETS)
@given(st.data())
def test_events_of_the_dialect_come_back(target: str, data: st.DataObject) -> None:
    hold(target, data.draw(event_streams(target, think="off")))


@pytest.mark.parametrize("target", TARGETS)
@given(st.data())
def test_events_of_any_provider_come_back(target: str, data: st.DataObject) -> None:
    hold(target, data.draw(providers().flatmap(lambda source: event_streams(source, damaged=True))))


@given(st.data())
def test_an_array_holds_what_the_event_stream_holds(data: st.DataObject) -> None:
    events = data.draw(providers().flatmap(event_streams))
    as_array = parse("gemini", encoded("gemini", events, array=True))
    assert as_array == parse("gemini", encoded("gemini", events))


@given(st.data())
def test_an_encoder_can_be_put_away_and_taken_up_anywhere(data: st.DataObject) -> None:
    target = data.draw(st.sampled_from(ENCODABLE))
    events = data.draw(providers().flatmap(event_streams))
    encoder, pieces = Encoder(target), []
    for event in events:
        encoder = pickle.loads(pickle.dumps(encoder))
        copy.deepcopy(encoder).feed(event)
        pieces.append(encoder.feed(event))
    assert b"".join(pieces) == encoded(target, events)
