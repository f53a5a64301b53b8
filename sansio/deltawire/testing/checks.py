"""One body through a parser in many splits, held to what a parser promises."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import attrs

from ..event_dict import event_from_dict, event_to_dict
from ..events import Event, Finished
from ..failures import Failure
from ..payload import is_finite
from ..response import Headers, ResponseParser, parser
from .laws import laws_of_order

__all__ = ["assert_split_invariant", "assert_total", "cut", "events_of", "splits"]

_SIZES = (1, 2, 3, 5, 7, 16)
_EVERY_CUT_UP_TO = 400


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    """The body in pieces, cut at these offsets; those outside the body are counted around it. The pieces joined are
    the body, and none is empty."""
    marks = sorted({place % (len(body) + 1) for place in places} | {0, len(body)})
    return [body[here:there] for here, there in pairwise(marks)]


def splits(body: bytes) -> list[list[bytes]]:
    """Ways to cut a body: into pieces of a few fixed sizes, and in two at every offset if it is at most 400 bytes
    long, else at twenty offsets over it."""
    ways = [cut(body, range(0, len(body), size)) for size in _SIZES]
    step = 1 if len(body) <= _EVERY_CUT_UP_TO else len(body) // 20
    return [*ways, *(cut(body, [place]) for place in range(1, len(body), step))]


def events_of(
    provider: str,
    chunks: Iterable[bytes],
    *,
    status: int | None = None,
    headers: Headers = (),
    broken: Failure | None = None,
    **options: Any,
) -> list[Event]:
    """All events of a response whose body comes in these chunks.

    Without `status` no head is received. The body ends cleanly unless `broken` says how it failed. `options` are those
    of `deltawire.parser`. Raises ValueError for an unknown provider.
    """
    response = parser(provider, **options)
    events = [] if status is None else response.receive_head(status, headers)
    for chunk in chunks:
        events += response.receive_data(chunk)
    return events + _ended(response, broken)


def assert_split_invariant(
    provider: str,
    body: bytes,
    chunkings: Iterable[Iterable[bytes]] | None = None,
    *,
    status: int | None = None,
    headers: Headers = (),
    broken: Failure | None = None,
    **options: Any,
) -> list[Event]:
    """Checks that no split of a body changes its events, and gives them.

    Each of `chunkings` is the body in pieces; without them it is cut in the ways of `splits`. The other arguments are
    those of `events_of`. Raises AssertionError with the pieces that gave other events than the whole body.
    """
    whole = events_of(provider, [body], status=status, headers=headers, broken=broken, **options)
    for chunking in splits(body) if chunkings is None else chunkings:
        chunks = list(chunking)
        if b"".join(chunks) != body:
            raise AssertionError(f"the pieces are not the body: {chunks!r}")
        events = events_of(provider, chunks, status=status, headers=headers, broken=broken, **options)
        if events != whole:
            raise AssertionError(f"{provider} cut as {chunks!r} gives {_difference(events, whole)}")
    return whole


def assert_total(
    provider: str,
    body: bytes,
    chunks: Iterable[bytes] | None = None,
    *,
    status: int | None = None,
    headers: Headers = (),
    broken: Failure | None = None,
    **options: Any,
) -> list[Event]:
    """Checks that a parser copes with a body, whatever it is, and gives the events.

    What is checked: nothing is raised, the events keep `laws_of_order`, `can_finish` tells beforehand how a clean end
    turns out, nothing comes after the end, and every event survives `event_to_dict` and `event_from_dict` (numbers
    beyond a double as text). `chunks` are the body in pieces, one piece if None; the other arguments are those of
    `events_of`. Raises AssertionError for a broken promise; what the parser itself raises passes through.
    """
    response = parser(provider, **options)
    events = [] if status is None else response.receive_head(status, headers)
    for chunk in [body] if chunks is None else chunks:
        events += response.receive_data(chunk)
    if not response.ended:
        proved, end = response.can_finish, copy.deepcopy(response).receive_eof()[-1]
        if proved != isinstance(end, Finished):
            raise AssertionError(f"can_finish is {proved}, and a clean end gives {end!r}")
    events += _ended(response, broken)
    laws_of_order(events)
    if not response.ended or response.can_finish or _ended(response, broken):
        raise AssertionError("the parser has not ended with the body")
    for event in events:
        if not _survives_a_dict(event):
            raise AssertionError(f"an event changes on its way through a dict: {event!r}")
    return events


def _survives_a_dict(event: Event) -> bool:
    told = event_to_dict(event)
    again = event_from_dict(told)
    if again == event:
        return True
    # A number beyond a double comes back as text: JSON has no infinity. Nothing else may change.
    return not is_finite(attrs.asdict(event)) and event_to_dict(again) == told


def _ended(response: ResponseParser, broken: Failure | None) -> list[Event]:
    return response.receive_eof() if broken is None else response.receive_error(broken)


def _difference(events: list[Event], expected: list[Event]) -> str:
    """Where two lists of events part."""
    place = next((place for place, pair in enumerate(zip(events, expected, strict=False)) if pair[0] != pair[1]), None)
    if place is None:
        return f"{len(events)} events instead of {len(expected)}: {events!r} instead of {expected!r}"
    return f"{events[place]!r} instead of {expected[place]!r} as event {place}"
