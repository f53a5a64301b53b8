"""One wrong byte anywhere in a body: the stream ends, and what is lost is told of."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator

import pytest

from deltawire import Failed, Finished, parse
from deltawire_transports.faults import SAMPLES, Position
from tests.faults.cells import Cell
from tests.faults.verdict import content_violations

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
PLACES = 40

# What is known to pass in silence, by what stands where the byte is.
SILENT = {
    # Fragments of a call that nothing began look like those of another call without a name.
    "a call's number": rb'(?<="tool_calls":\[\{"index":)\d',
    # The part that ends may be one that had no deltas.
    "a part's number": rb'(?<="content_index":)\d(?=,"part")',
}


def damages(data: bytes, place: int) -> Iterator[bytes]:
    """The body with another byte, one more and one less."""
    before, byte, behind = data[:place], data[place], data[place + 1 :]
    yield from (before + bytes([byte ^ 1 << bit]) + behind for bit in range(8))
    yield data[: place + 1] + data[place:]
    yield before + behind


def silent_places(data: bytes) -> set[int]:
    """Where a wrong byte is not told of."""
    found = [match for pattern in SILENT.values() for match in re.finditer(pattern, data)]
    return {place for match in found for place in range(match.start(), match.end())}


@pytest.mark.parametrize("provider", SAMPLES)
def test_a_wrong_byte_is_told_of_or_stays_inside_a_string(provider: str) -> None:
    sample = SAMPLES[provider]
    data = sample.body.data
    places = [place for place in range(len(data)) if place not in silent_places(data)]
    if not THOROUGH:
        places = random.Random(4711).sample(places, PLACES)
    cell = Cell(0, "corrupt", Position.MID_EVENT, provider, "blocking")
    for place in places:
        for body in damages(data, place):
            events = parse(provider, body)
            last = events[-1]
            assert isinstance(last, Finished | Failed)
            assert content_violations(cell, sample, events, last) == [], body[max(0, place - 30) : place + 30]


@pytest.mark.parametrize("provider", SAMPLES)
def test_even_where_it_is_silent_a_wrong_byte_ends_in_one_terminal_event(provider: str) -> None:
    data = SAMPLES[provider].body.data
    for place in sorted(silent_places(data))[: None if THOROUGH else PLACES]:
        for body in damages(data, place):
            ends = [isinstance(event, Finished | Failed) for event in parse(provider, body)]
            assert ends.count(True) == 1
            assert ends[-1]
