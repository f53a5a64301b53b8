"""One byte at a time: the cost of a feed against that of a call of a method that does nothing."""

from __future__ import annotations

from functools import partial

import deltawire
from tests.bench.clock import interleaved
from tests.bench.streams import PROVIDERS, generate


class _Nothing:
    def receive_data(self, chunk: bytes) -> None:
        """Does nothing."""


def _feed(chunks: list[bytes], provider: str) -> None:
    parser = deltawire.parser(provider)
    for chunk in chunks:
        parser.receive_data(chunk)


def _call(chunks: list[bytes]) -> None:
    parser = _Nothing()
    for chunk in chunks:
        parser.receive_data(chunk)


def rows(rounds: int, events: int = 200) -> list[list[str]]:
    """A table: provider, nanoseconds of both, and the ratio. What the frames themselves cost is in it."""
    table = [["provider", "ns per 1-byte feed", "ns per empty method call", "feed over call"]]
    for provider in PROVIDERS:
        chunks = generate(provider, "text", events).chunks(1)
        seconds = interleaved({"feed": partial(_feed, chunks, provider), "call": partial(_call, chunks)}, rounds)
        feed, call = (seconds[name] / len(chunks) * 1e9 for name in ("feed", "call"))
        table.append([provider, f"{feed:.0f}", f"{call:.1f}", f"{feed / call:.1f}"])
    return table
