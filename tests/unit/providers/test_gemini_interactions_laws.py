"""What holds for every stream of the Interactions API."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.interactions_events import FIXTURES, events_of, sse
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
from deltawire.events import Finished
from deltawire.parsing import parse
from deltawire.response import parser

NAME = "gemini-interactions"

fixtures = pytest.mark.parametrize("payloads", FIXTURES.values(), ids=list(FIXTURES))


@fixtures
def test_one_byte_at_a_time_gives_the_same_events(payloads: list[Any]) -> None:
    body = sse(payloads)
    assert of_chunks(parser(NAME), bytewise(body)) == parse(NAME, body)


@given(st.sampled_from(list(FIXTURES.values())), PLACES)
def test_any_split_gives_the_same_events(payloads: list[Any], places: list[int]) -> None:
    body = sse(payloads)
    assert of_chunks(parser(NAME), cut(body, places)) == parse(NAME, body)


@fixtures
def test_the_quick_way_gives_what_the_general_one_gives(payloads: list[Any]) -> None:
    events = of_payloads(parser(NAME), payloads)
    assert of_payloads(general_parser(NAME), payloads) == events
    # The raw text of an error is that of the frame, or made of the payload.
    assert events[:-1] == events_of(*payloads, done=False)[:-1]


@given(near_misses(list(FIXTURES.values())))
def test_near_misses_keep_the_laws_on_both_ways(payloads: list[Any]) -> None:
    events = of_payloads(parser(NAME), payloads)
    hold_laws(events)
    assert of_payloads(general_parser(NAME), payloads) == events
    accumulator = Accumulator()
    accumulator.feed_all(events)
    assert accumulator.message().complete is isinstance(events[-1], Finished)


@given(near_misses(list(FIXTURES.values())))
def test_a_payload_is_never_changed(payloads: list[Any]) -> None:
    before = copy.deepcopy(payloads)
    response = parser(NAME)
    for payload in payloads:
        response.receive_payload(payload)
    response.receive_eof()
    assert payloads == before


@given(
    near_misses(
        [[payload["interaction"]] for fixture in FIXTURES.values() for payload in fixture if "interaction" in payload]
    )
)
def test_a_near_miss_as_one_document_ends_once(payloads: list[Any]) -> None:
    for payload in payloads:
        hold_laws(parse(NAME, json.dumps(payload).encode()))


@fixtures
def test_a_parser_can_be_pickled_and_copied_between_chunks(payloads: list[Any]) -> None:
    body = sse(payloads)
    response, events = parser(NAME), []
    for data in cut(body, range(0, len(body), 50)):
        events += response.receive_data(data)
        response = copy.deepcopy(pickle.loads(pickle.dumps(response)))
    assert events + response.receive_eof() == parse(NAME, body)
