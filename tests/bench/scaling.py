"""Linear time and bounded memory, shown by the cost of the same thing at two sizes."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from functools import partial

import deltawire
from tests.bench.clock import once
from tests.bench.floor import parse_chunks
from tests.bench.streams import generate

MEBIBYTE = 1024 * 1024
CHUNK_SIZES = (1, 1024, 1460)


def _line(size: int) -> bytes:
    payload = {"id": "x", "model": "m", "choices": [{"index": 0, "delta": {"content": "A" * size}}]}
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def _feed(body: bytes, size: int) -> None:
    parser = deltawire.parser("openai-chat", limits=deltawire.Limits(frame_bytes=1024 * MEBIBYTE))
    for start in range(0, len(body), size):
        parser.receive_data(body[start : start + size])


def long_lines(whole: int = 16 * MEBIBYTE) -> list[list[str]]:
    """One data line at a tenth and at its whole size: the cost per byte of the second over the first."""
    table = [["one data line", "chunk bytes", "ns/byte at a tenth", "ns/byte whole", "ratio"]]
    for size in CHUNK_SIZES:
        tenth, full = _line(whole // 10), _line(whole)
        small = min(once(partial(_feed, tenth, size)) for _ in range(3)) / len(tenth)
        large = min(once(partial(_feed, full, size)) for _ in range(3 if size > 1 else 1)) / len(full)
        table.append(
            [f"{whole / MEBIBYTE:g} MiB", str(size), f"{small * 1e9:.2f}", f"{large * 1e9:.2f}", f"{large / small:.2f}"]
        )
    return table


def _fragment_chunks(count: int) -> Iterator[bytes]:
    head = b'data: {"id":"x","model":"m","choices":[{"index":0,"delta":{"tool_calls":['
    yield head + b'{"index":0,"id":"c","function":{"name":"f","arguments":"{\\"q\\":\\""}}]}}]}\n\n'
    frame = head + b'{"index":0,"function":{"arguments":"abcd"}}]}}]}\n\n'
    batch = frame * 100
    for _ in range(count // 100):
        yield batch


def fragments(count: int = 2_500_000) -> list[list[str]]:
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
        ["argument fragments", "us/fragment, first tenth", "us/fragment, last tenth", "ratio"],
        [f"{count:,}", f"{per[0]:.2f}", f"{per[-1]:.2f}", f"{per[-1] / per[0]:.2f}"],
    ]


def many_events(whole: int = 1_000_000) -> list[list[str]]:
    """Events of one stream: the cost per event of many over few, and what memory stays per event."""
    table = [["stream", "us/event at 1,000", f"us/event at {whole:,}", "ratio", "bytes kept per event"]]
    for provider in ("openai-chat", "anthropic"):
        few = generate(provider, "text", 1000).chunks(16 * 1024)
        small = min(once(partial(parse_chunks, provider, few)) for _ in range(20)) / 1000
        many = generate(provider, "text", whole).chunks(16 * 1024)
        large = once(partial(parse_chunks, provider, many)) / whole
        del many
        table.append([provider, f"{small * 1e6:.2f}", f"{large * 1e6:.2f}", f"{large / small:.2f}", _kept(provider)])
    return table


def _kept(provider: str) -> str:
    found: list[float] = []
    for shape in ("text", "reasoning"):
        peaks: list[int] = []
        for events in (5_000, 25_000):
            chunks = generate(provider, shape, events).chunks(16 * 1024)
            tracemalloc.start()
            parse_chunks(provider, chunks)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        found.append((peaks[1] - peaks[0]) / 20_000)
    return ", ".join(f"{value:.2f}" for value in found)
