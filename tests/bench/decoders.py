"""Other JSON decoders in the place of the standard one, through `loads`: ours with each of them against the floor."""

from __future__ import annotations

import importlib
import importlib.util
from functools import partial
from typing import Any

from tests.bench.clock import Job, interleaved
from tests.bench.floor import CHUNKS, floor, parse_chunks
from tests.bench.streams import PROVIDERS, generate

DECODERS = (("orjson", "loads"), ("msgspec.json", "decode"))


def rows(events: int, rounds: int) -> list[list[str]]:
    """A table: provider, stream, chunks, and the ratio with each decoder that is installed."""
    loads: dict[str, Any] = {"standard": None}
    for module, function in DECODERS:
        if importlib.util.find_spec(module.partition(".")[0]) is not None:
            loads[f"{module}.{function}"] = getattr(importlib.import_module(module), function)
    table = [["provider", "stream", "chunks", *(f"x floor, {name}" for name in loads)]]
    for provider in PROVIDERS:
        for shape in ("text", "tools"):
            stream = generate(provider, shape, events)
            for size_name, size in CHUNKS.items():
                jobs: dict[str, Job] = {"floor": partial(floor, stream)}
                for name, decoder in loads.items():
                    jobs[name] = partial(parse_chunks, provider, stream.chunks(size), loads=decoder)
                seconds = interleaved(jobs, rounds)
                base = seconds.pop("floor")
                table.append([provider, shape, size_name, *(f"{value / base:.2f}" for value in seconds.values())])
    return table
