"""The vendors' own clients on the same bytes, as their users run them, in memory: no sockets on either side.

Needs `openai`, `anthropic`, `google-genai` and `ollama` installed; those that are missing are left out.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import deltawire
from tests.bench.clock import Job, interleaved
from tests.bench.floor import parse_chunks
from tests.bench.streams import generate

CHUNK = 16 * 1024


def accumulate(provider: str, chunks: list[bytes]) -> deltawire.Message:
    """Ours with the whole message collected, as the vendors' helpers do."""
    parser = deltawire.parser(provider)
    collected = deltawire.Accumulator()
    for chunk in chunks:
        collected.feed_all(parser.receive_data(chunk))
    collected.feed_all(parser.receive_eof())
    return collected.message()


def _transport(http: Any, chunks: list[bytes], media_type: str) -> Any:
    class Body(http.SyncByteStream):  # type: ignore[misc, name-defined]
        def __iter__(self) -> Iterator[bytes]:
            return iter(chunks)

    def answer(_request: Any) -> Any:
        return http.Response(200, headers={"content-type": media_type}, stream=Body())

    return http.Client(transport=http.MockTransport(answer))


def _drain(events: Any) -> None:
    for _ in events:
        pass


def _openai(chunks: list[bytes], *, helper: bool) -> Job:
    openai = importlib.import_module("openai")
    http = importlib.import_module("httpx2")
    client = openai.OpenAI(api_key="k", http_client=_transport(http, chunks, "text/event-stream"))
    asked: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}

    def create() -> None:
        _drain(client.chat.completions.create(**asked, stream=True))

    def stream() -> None:
        with client.chat.completions.stream(**asked) as events:
            _drain(events)

    return stream if helper else create


def _anthropic(chunks: list[bytes], *, helper: bool) -> Job:
    anthropic = importlib.import_module("anthropic")
    http = importlib.import_module("httpx2")
    client = anthropic.Anthropic(api_key="k", http_client=_transport(http, chunks, "text/event-stream"))
    asked: dict[str, Any] = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}

    def create() -> None:
        _drain(client.messages.create(**asked, stream=True))

    def stream() -> None:
        with client.messages.stream(**asked) as events:
            _drain(events)

    return stream if helper else create


def _genai(chunks: list[bytes]) -> Job:
    genai = importlib.import_module("google.genai")
    types = importlib.import_module("google.genai.types")
    http = importlib.import_module("httpx2")
    options = types.HttpOptions(httpx_client=_transport(http, chunks, "text/event-stream"))
    client = genai.Client(api_key="k", http_options=options)
    return lambda: _drain(client.models.generate_content_stream(model="m", contents="hi"))


def _ollama(chunks: list[bytes]) -> Job:
    ollama = importlib.import_module("ollama")
    http = importlib.import_module("httpx")
    client = ollama.Client()
    client._client = _transport(http, chunks, "application/x-ndjson")
    client._client.base_url = "http://127.0.0.1:11434"
    return lambda: _drain(client.chat(model="m", messages=[{"role": "user", "content": "hi"}], stream=True))


_PEERS: tuple[tuple[str, str, str, Callable[[list[bytes]], Job], bool], ...] = (
    ("openai", "create(stream=True)", "openai-chat", partial(_openai, helper=False), False),
    ("openai", ".stream()", "openai-chat", partial(_openai, helper=True), True),
    ("anthropic", "create(stream=True)", "anthropic", partial(_anthropic, helper=False), False),
    ("anthropic", ".stream()", "anthropic", partial(_anthropic, helper=True), True),
    ("google-genai", "generate_content_stream", "gemini", _genai, False),
    ("ollama", "chat(stream=True)", "ollama", _ollama, False),
)


def rows(events: int, rounds: int) -> list[list[str]]:
    """A table: the peer's CPU time per event, ours, and how many times less ours is."""
    table = [["client", "version", "call", "stream", "us/event", "deltawire us/event", "times less"]]
    for package, call, provider, make, accumulating in _PEERS:
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            table.append([package, "not installed", call, "", "", "", ""])
            continue
        for shape in ("text", "tools"):
            stream = generate(provider, shape, events)
            chunks = stream.chunks(CHUNK)
            ours = partial(accumulate if accumulating else parse_chunks, provider, chunks)
            seconds = interleaved({"peer": make(chunks), "ours": ours}, rounds)
            per = {name: value / len(stream.payloads) * 1e6 for name, value in seconds.items()}
            less = per["peer"] / per["ours"]
            table.append([package, version, call, shape, f"{per['peer']:.1f}", f"{per['ours']:.2f}", f"{less:.1f}"])
    return table
