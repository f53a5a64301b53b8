"""Every body of ours gives the same events in every cut: in two at every place, and in pieces of 1 to 17 bytes.

The thorough profile adds cuts in three at every two places, of the shortest bodies of each provider.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import combinations

import pytest
from tests.bodies import BODIES

from deltawire.events import Event
from deltawire.response import parser
from deltawire.testing import laws_of_order

SIZES = range(1, 18)
THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
AT_LEAST = 1_000_000 if THOROUGH else 48_000


def in_two(body: bytes) -> Iterator[list[bytes]]:
    for place in range(1, len(body)):
        yield [body[:place], body[place:]]


def in_sizes(body: bytes) -> Iterator[list[bytes]]:
    for size in SIZES:
        yield [body[place : place + size] for place in range(0, len(body), size)]


def in_three(body: bytes) -> Iterator[list[bytes]]:
    for here, there in combinations(range(1, len(body)), 2):
        yield [body[:here], body[here:there], body[there:]]


def chosen() -> dict[str, list[tuple[bytes, bool]]]:
    """The bodies of each provider, the shortest first, until the chunkings are enough; True for those cut in three."""
    left = {provider: sorted(set(bodies), key=len) for provider, bodies in BODIES.items()}
    found: dict[str, list[tuple[bytes, bool]]] = {provider: [] for provider in BODIES}
    count = 0
    while any(left.values()) and (THOROUGH or count < AT_LEAST):
        for provider, bodies in left.items():
            if bodies:
                # Each provider gives its shortest body that is not taken yet.
                body = bodies.pop(0)
                three = THOROUGH and count < AT_LEAST and len(body) < 620
                found[provider].append((body, three))
                count += planned(body, three=three)
    return found


def planned(body: bytes, *, three: bool) -> int:
    places = len(body) - 1
    return places + len(SIZES) + (places * (places - 1) // 2 if three else 0)


CHOSEN = chosen()


def events_of(provider: str, chunks: list[bytes]) -> list[Event]:
    response = parser(provider)
    events: list[Event] = []
    for chunk in chunks:
        events += response.receive_data(chunk)
    return events + response.receive_eof()


def test_the_chunkings_are_as_many_as_promised() -> None:
    count = sum(planned(body, three=three) for bodies in CHOSEN.values() for body, three in bodies)
    assert count >= AT_LEAST
    assert all(CHOSEN.values())


@pytest.mark.parametrize("provider", CHOSEN)
def test_no_cut_changes_the_events(provider: str) -> None:
    count = 0
    for body, three in CHOSEN[provider]:
        whole = events_of(provider, [body])
        laws_of_order(whole)
        for ways in (in_two(body), in_sizes(body), in_three(body) if three else ()):
            for chunks in ways:
                assert events_of(provider, chunks) == whole, chunks
                count += 1
    assert count == sum(planned(body, three=three) for body, three in CHOSEN[provider])
