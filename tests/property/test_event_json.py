"""Every event of every provider goes through JSON and comes back equal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import feed, recorded

from deltawire.event_dict import event_from_dict, event_to_dict
from deltawire.events import Event, Unknown
from deltawire.framing.event_stream import encode_message
from deltawire.registry import PROVIDERS
from deltawire.response import parser
from deltawire.testing.strategies import event_streams, providers

SCHEMAS = (
    *("anthropic", "bedrock", "bedrock-invoke", "cohere", "gemini", "gemini-interactions", "ollama"),
    *("openai-chat", "openai-responses"),
)
HEADERS = st.dictionaries(
    st.sampled_from([":message-type", ":event-type", ":exception-type", ":error-code", "x", "y"]),
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.binary(max_size=8) | st.sampled_from(["event", "new", ""]),
    max_size=4,
)
# What a vendor's client may have put in the place of JSON.
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.binary(max_size=4)
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = (
    *("type", "choices", "delta", "message", "content_block", "item", "candidates", "content", "contentBlockDelta"),
    *("chunk", "bytes", "new", "step", "metadata", "usage", "error"),
)


def hold(events: Iterable[Event]) -> None:
    for event in events:
        assert event_from_dict(json.loads(json.dumps(event_to_dict(event)))) == event


@given(providers().flatmap(lambda name: event_streams(name, damaged=True, raw=True)))
def test_events_of_damaged_streams(events: list[Event]) -> None:
    hold(events)


@given(st.sampled_from(["bedrock", "bedrock-invoke"]), st.lists(st.tuples(HEADERS, st.binary(max_size=9)), max_size=3))
def test_events_of_any_messages(provider: str, messages: list[tuple[dict[str, Any], bytes]]) -> None:
    hold(feed(provider, b"".join(encode_message(*message) for message in messages), raw=True))


@given(st.sampled_from(SCHEMAS), st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3), max_size=3))
def test_events_of_payloads_from_clients(provider: str, payloads: list[Any]) -> None:
    response = parser(provider, raw=True)
    hold([event for payload in payloads for event in response.receive_payload(payload)] + response.receive_eof())


def test_bytes_of_an_unknown_message_were_no_json() -> None:
    headers = {":message-type": "new", "id": bytes(16), "at": 5}
    (event,) = [event for event in feed("bedrock", encode_message(headers, b"\xff")) if isinstance(event, Unknown)]
    assert event.payload == {
        "headers": {":message-type": "new", "id": "AAAAAAAAAAAAAAAAAAAAAA==", "at": 5},
        "payload": "/w==",
    }


@pytest.mark.parametrize("provider", SCHEMAS)
def test_values_of_a_client_were_no_json(provider: str) -> None:
    said = {"new": {"at": date(2026, 1, 2), "blob": b"la"}}
    events = parser(provider, raw=True).receive_payload(said)
    hold(events)
    assert json.dumps({"at": "2026-01-02", "blob": "bGE="}) in json.dumps([event_to_dict(e) for e in events])


def test_events_of_recorded_streams(streams: Path) -> None:
    for row in recorded(streams)[::2]:
        if row["dialect"] in PROVIDERS:
            hold(feed(row["dialect"], (streams / row["file"]).read_bytes()))
