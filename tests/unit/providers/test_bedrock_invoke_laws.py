"""What holds for every stream of InvokeModel: any split, near misses, copies."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bedrock_frames import (
    TALK,
    chunks_of,
    invoked,
)
from tests.bedrock_objects import FIXTURES
from tests.provider_laws import PLACES, bytewise, cut, hold_laws, near_misses, of_chunks, of_payloads

from deltawire.parsing import parse
from deltawire.response import parser


@pytest.mark.parametrize("fixture", FIXTURES)
def test_byte_by_byte_gives_the_same_events(fixture: list[dict[str, Any]]) -> None:
    body = chunks_of(fixture)
    assert of_chunks(parser("bedrock-invoke"), bytewise(body)) == parse("bedrock-invoke", body)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_decoded_payloads_give_the_same_events(fixture: list[dict[str, Any]]) -> None:
    events = invoked(*fixture)
    assert of_payloads(parser("bedrock-invoke"), fixture) == events
    wrapped = [{"chunk": {"bytes": json.dumps(payload).encode()}} for payload in fixture]
    assert of_payloads(parser("bedrock-invoke"), wrapped) == events


@given(st.sampled_from(FIXTURES), PLACES)
def test_any_split_gives_the_same_events(fixture: list[dict[str, Any]], places: list[int]) -> None:
    body = chunks_of(fixture)
    assert of_chunks(parser("bedrock-invoke"), cut(body, places)) == parse("bedrock-invoke", body)


@given(near_misses([*FIXTURES, TALK]), PLACES)
def test_near_misses_break_no_law(payloads: list[Any], places: list[int]) -> None:
    body = chunks_of(payloads)
    events = of_chunks(parser("bedrock-invoke"), cut(body, places))
    hold_laws(events)
    assert events == parse("bedrock-invoke", body)
    hold_laws(of_payloads(parser("bedrock-invoke"), payloads))


@given(near_misses([*FIXTURES, TALK]))
def test_near_misses_of_documents_break_no_law(payloads: list[Any]) -> None:
    for payload in payloads:
        hold_laws(parse("bedrock-invoke", json.dumps(payload).encode()))


@pytest.mark.parametrize("fixture", FIXTURES)
def test_a_parser_can_be_copied_and_pickled_anywhere(fixture: list[dict[str, Any]]) -> None:
    body, events = chunks_of(fixture), invoked(*fixture)
    for place in range(0, len(body), 101):
        response = parser("bedrock-invoke")
        before = response.receive_data(body[:place])
        for other in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
            assert before + other.receive_data(body[place:]) + other.receive_eof() == events
