"""Linear time and bounded memory, shown by the cost of the same thing at two sizes."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from functools import partial

import deltawire
from tests.bench.clock import once
from tests.bench.floor import parse_chunks
from tests.bench.streams import PROVIDERS, generate

Table = list[list[str]]
MEBIBYTE = 1024 * 1024
CHUNK = 16 * 1024
# Chunk size, and the mebibytes of the shorter and the longer line: a byte at a time takes its time.
PROCESSES = 9
LINES = ((1, 1, 8), (1024, 8, 64), (1460, 8, 64))


def _line(size: int) -> bytes:
    payload = {"id": "x", "model": "m", "choices": [{"index": 0, "delta": {"content": "A" * size}}]}
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def _feed(body: bytes, size: int) -> None:
    parser = deltawire.parser("openai-chat", limits=deltawire.Limits(frame_bytes=1024 * MEBIBYTE))
    for start in range(0, len(body), size):
        parser.receive_data(body[start : start + size])


def print_line_cost(size: int, length: int) -> None:
    """Prints the CPU seconds of one line of so many MiB, the first and only one of its process.

    An allocator keeps what was freed before, up to a size, and a line that finds such memory costs half.
    """
    _feed(_line(1000), CHUNK)
    print(once(partial(_feed, _line(length * MEBIBYTE), size)))


def _line_cost(size: int, length: int) -> float:
    command = f"from tests.bench.scaling import print_line_cost; print_line_cost({size}, {length})"
    return float(subprocess.run([sys.executable, "-c", command], check=True, capture_output=True).stdout)


def long_lines(lines: tuple[tuple[int, int, int], ...] = LINES, processes: int = PROCESSES) -> Table:
    """One data line, and one that is eight times as long (the limit raised): the cost of the second over the first.

    The lowest of several processes each: a machine that has its memory back only now takes twice as long to give it.
    """
    table = [["one data line, in chunks of", "shorter", "s", "longer", "s", "longer over shorter"]]
    for size, short, long in lines:
        pairs = [(_line_cost(size, short), _line_cost(size, long)) for _ in range(processes)]
        costs = list(map(min, zip(*pairs, strict=True)))
        ratio = f"{costs[1] / costs[0]:.1f}"
        unit = "byte" if size == 1 else "bytes"
        table.append([f"{size:,} {unit}", f"{short} MiB", f"{costs[0]:.3f}", f"{long} MiB", f"{costs[1]:.3f}", ratio])
    return table


def _fragment_chunks(count: int) -> Iterator[bytes]:
    head = b'data: {"id":"x","model":"m","choices":[{"index":0,"delta":{"tool_calls":['
    yield head + b'{"index":0,"id":"c","function":{"name":"f","arguments":"{\\"q\\":\\""}}]}}]}\n\n'
    frame = head + b'{"index":0,"function":{"arguments":"abcd"}}]}}]}\n\n'
    batch = frame * 100
    for _ in range(count // 100):
        yield batch


def fragments(count: int = 2_500_000) -> Table:
    """Fragments of one call's arguments: the cost of the last tenth over the first."""
    parser = deltawire.parser("openai-chat")
    chunks = list(_fragment_chunks(count))
    tenth = len(chunks) // 10

    def feed(part: list[bytes]) -> None:
        for chunk in part:
            parser.receive_data(chunk)

    parser.receive_data(chunks[0])
    costs = [once(partial(feed, chunks[start : start + tenth])) for start in range(1, len(chunks) - tenth + 1, tenth)]
    per = [cost / (tenth * 100) * 1e6 for cost in costs]
    return [
        ["argument fragments", "us/fragment, first tenth", "us/fragment, last tenth", "last over first tenth"],
        [f"{count:,}", f"{per[0]:.2f}", f"{per[-1]:.2f}", f"{per[-1] / per[0]:.2f}"],
    ]


def many_events(whole: int = 1_000_000) -> Table:
    """Events of one stream: the cost per event of many over few."""
    few_events = 1_000
    table = [["stream", f"us/event of {few_events:,}", f"us/event of {whole:,}", "many over few, per event"]]
    for provider in ("openai-chat", "anthropic"):
        few = generate(provider, "text", few_events).chunks(CHUNK)
        small = min(once(partial(parse_chunks, provider, few)) for _ in range(20)) / few_events
        many = generate(provider, "text", whole).chunks(CHUNK)
        large = once(partial(parse_chunks, provider, many)) / whole
        del many
        table.append([provider, f"{small * 1e6:.2f}", f"{large * 1e6:.2f}", f"{large / small:.2f}"])
    return table


def kept() -> Table:
    """What memory grows by for each further event of a stream that is drained: what stays, and the peak on the way."""
    head = ["stream", "bytes kept per event, text", "peak, text", "bytes kept per event, reasoning", "peak, reasoning"]
    return [head, *([provider, *_growth(provider, "text"), *_growth(provider, "reasoning")] for provider in PROVIDERS)]


def _growth(provider: str, shape: str) -> list[str]:
    held: list[tuple[int, int]] = []
    for events in (100, 5_000, 25_000):
        # The first stream is there for what is loaded and kept once.
        chunks = generate(provider, shape, events).chunks(CHUNK)
        gc.collect()
        tracemalloc.start()
        parser = deltawire.parser(provider)
        for chunk in chunks:
            parser.receive_data(chunk)
        parser.receive_eof()
        gc.collect()
        held.append(tracemalloc.get_traced_memory())
        tracemalloc.stop()
    return [f"{max(more - less, 0) / 20_000:.2f}" for less, more in zip(held[1], held[2], strict=True)]
