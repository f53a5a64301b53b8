"""One wrong byte anywhere in a body: the stream ends, and what is lost is told of."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from deltawire import Failed, Finished, parse
from deltawire_transports.faults import SAMPLES, Position
from tests.faults.cells import Cell
from tests.faults.verdict import content_violations

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
PLACES = 40


def damages(data: bytes, place: int) -> Iterator[bytes]:
    """The body with another byte, one more and one less."""
    before, byte, behind = data[:place], data[place], data[place + 1 :]
    yield from (before + bytes([byte ^ 1 << bit]) + behind for bit in range(8))
    yield data[: place + 1] + data[place:]
    yield before + behind


@pytest.mark.parametrize("provider", SAMPLES)
def test_a_wrong_byte_is_told_of_or_stays_inside_a_string(provider: str) -> None:
    sample = SAMPLES[provider]
    data = sample.body.data
    places = range(len(data)) if THOROUGH else random.Random(4711).sample(range(len(data)), PLACES)
    cell = Cell(0, "corrupt", Position.MID_EVENT, provider, "blocking")
    for place in places:
        for body in damages(data, place):
            events = parse(provider, body)
            last = events[-1]
            assert [event for event in events if isinstance(event, Finished | Failed)] == [last]
            assert content_violations(cell, sample, events, last) == [], body[max(0, place - 30) : place + 30]
