"""What must hold for the events of every provider, and near misses of payloads to try it with."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from deltawire.events import Event, ToolCallStarted
from deltawire.response import ResponseParser, parser
from deltawire.testing import (
    cut,  # noqa: F401 - tests take it from here
    laws_of_order,
)

JSON = st.recursive(
    st.sampled_from([None, True, False, 0, 1, -1, 2**60, 0.5, 1.0, "", " ", "x", "null", "tool_calls", "text"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "content", "index", "error", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
PLACES = st.lists(st.integers(min_value=0), max_size=8)


def hold_laws(events: list[Event]) -> None:
    """Fails if the events of one whole response break a law of order, or if the indexes of its calls have gaps."""
    laws_of_order(events)
    numbers: dict[int, list[int]] = {}
    for event in events:
        if isinstance(event, ToolCallStarted):
            numbers.setdefault(event.choice, []).append(event.index)
    assert all(sorted(indexes) == list(range(len(indexes))) for indexes in numbers.values())


def general_parser(name: str, **options: Any) -> ResponseParser:
    """A parser whose provider never takes its quick way."""
    general = parser(name, **options)
    general._provider.receive = general._provider.receive_any  # type: ignore[attr-defined]
    return general


def of_payloads(response: ResponseParser, payloads: Iterable[Any]) -> list[Event]:
    """All events of payloads that come decoded."""
    events = [event for payload in payloads for event in response.receive_payload(copy.deepcopy(payload))]
    return events + response.receive_eof()


def of_chunks(response: ResponseParser, chunks: Iterable[bytes]) -> list[Event]:
    """All events of a body in these chunks."""
    events = [event for chunk in chunks for event in response.receive_data(chunk)]
    return events + response.receive_eof()


def of_pickled(response: ResponseParser, chunks: Iterable[bytes]) -> list[Event]:
    """All events of a body when the parser is pickled and copied between its chunks."""
    events: list[Event] = []
    for chunk in chunks:
        events += response.receive_data(chunk)
        response = pickle.loads(pickle.dumps(copy.deepcopy(response)))
    return events + response.receive_eof()


def bytewise(body: bytes) -> list[bytes]:
    """The body in chunks of one byte."""
    return [body[place : place + 1] for place in range(len(body))]


@st.composite
def near_misses(draw: st.DrawFn, fixtures: list[list[dict[str, Any]]]) -> list[Any]:
    """One of the fixtures with some of its payloads, or of the values inside them, replaced, lost or doubled."""
    payloads: list[Any] = copy.deepcopy(draw(st.sampled_from(fixtures)))
    for _ in range(draw(st.integers(0, 4))):
        places = list(_places(payloads))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        change = draw(st.sampled_from(["replace", "replace", "replace", "remove", "double"]))
        if change == "replace":
            holder[key] = draw(JSON)
        elif change == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            holder[draw(st.sampled_from(["type", "index", "x"]))] = copy.deepcopy(holder[key])
    return payloads


def _places(value: Any) -> Iterable[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)
