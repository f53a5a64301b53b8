"""Ours against the floor: `json.loads` of each payload that is split already, plus one frozen object of three fields.

The floor is what anybody writes by hand, with the framing for nothing.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import attrs

import deltawire
from tests.bench.clock import Job, interleaved
from tests.bench.streams import PROVIDERS, SHAPES, Stream, generate

CHUNKS = {"16 KiB": 16 * 1024, "one event": None}


@attrs.frozen
class _Event:
    payload: object
    choice: int
    part: int


def floor(stream: Stream) -> None:
    """What the floor does with a stream."""
    for text in stream.payloads:
        _Event(json.loads(text), 0, 0)


def parse_chunks(provider: str, chunks: list[bytes], *, loads: Any = None) -> deltawire.Event:
    """What a user of the parser does; events are dropped as they come. Returns the terminal event."""
    parser = deltawire.parser(provider, loads=loads)
    for chunk in chunks:
        parser.receive_data(chunk)
        if parser.ended:
            break
    return parser.receive_eof()[-1] if not parser.ended else deltawire.Heartbeat("blank")


def ratios(provider: str, shape: str, events: int, rounds: int) -> dict[str, float]:
    """Ours over the floor for each size of chunks, and the floor's microseconds per event."""
    stream = generate(provider, shape, events)
    jobs: dict[str, Job] = {"floor": partial(floor, stream)}
    for name, size in CHUNKS.items():
        jobs[name] = partial(parse_chunks, provider, stream.chunks(size))
    seconds = interleaved(jobs, rounds)
    floor_seconds = seconds.pop("floor")
    found = {name: value / floor_seconds for name, value in seconds.items()}
    return {**found, "floor us/event": floor_seconds / len(stream.payloads) * 1e6}


def rows(providers: tuple[str, ...], events: int, rounds: int) -> list[list[str]]:
    """A table: provider, shape, ratios, floor."""
    known = [provider for provider in PROVIDERS if provider in providers]
    table = [["provider", "stream", *(f"x floor, {name}" for name in CHUNKS), "floor, us/event"]]
    for provider in known:
        for shape in SHAPES:
            found = ratios(provider, shape, events, rounds)
            table.append([provider, shape, *(f"{value:.2f}" for value in found.values())])
    return table
