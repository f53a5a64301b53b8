"""Encoding against parsing: the events of a stream to bytes, and those bytes to events."""

from __future__ import annotations

from functools import partial

import deltawire
from tests.bench.clock import interleaved
from tests.bench.floor import parse_chunks
from tests.bench.streams import SHAPES, generate

TARGETS = ("openai-chat", "openai-responses", "anthropic", "gemini", "ollama")
CHUNK = 16 * 1024


def encode(target: str, events: list[deltawire.Event]) -> list[bytes]:
    """The bytes of each event, as a server sends them."""
    encoder = deltawire.Encoder(target)
    return [*map(encoder.feed, events), encoder.end()]


def ratios(target: str, shape: str, events: int, rounds: int) -> dict[str, float]:
    """Encoding over parsing what was encoded, per event, in reads of 16 KiB and event by event; microseconds."""
    # All targets get the same events, those of a provider that has every kind.
    told = deltawire.parse("openai-chat", b"".join(generate("openai-chat", shape, events).chunks(None)), think="off")
    pieces = [piece for piece in encode(target, told) if piece]
    body = b"".join(pieces)
    blocks = [body[place : place + CHUNK] for place in range(0, len(body), CHUNK)]
    jobs = {
        "encode": partial(encode, target, told),
        "16 KiB": partial(parse_chunks, target, blocks),
        "one event": partial(parse_chunks, target, pieces),
    }
    seconds = interleaved(jobs, rounds)
    # Each by its own events: a target that has calls whole gives fewer back.
    encoding, back = seconds["encode"] / len(told), len(deltawire.parse(target, body))
    found = {name: encoding / (seconds[name] / back) for name in ("16 KiB", "one event")}
    return {**found, "encode us/event": encoding * 1e6}


def rows(events: int, rounds: int) -> list[list[str]]:
    """A table: target, shape, ratios, cost."""
    table = [["target", "stream", "x parsing, 16 KiB", "x parsing, one event", "encode, us/event"]]
    for target in TARGETS:
        for shape in SHAPES:
            found = ratios(target, shape, events, rounds)
            table.append([target, shape, *(f"{value:.2f}" for value in found.values())])
    return table
