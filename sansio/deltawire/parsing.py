"""The short ways from bytes to events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .events import Event
from .response import parser

__all__ = ["iter_events", "parse"]


def parse(provider: str, body: bytes, **options: Any) -> list[Event]:
    """All events of a whole body, a terminal event last. `options` are those of `parser`."""
    response = parser(provider, **options)
    return response.receive_data(body) + response.receive_eof()


def iter_events(provider: str, chunks: Iterable[bytes], **options: Any) -> Iterator[Event]:
    """The events of a body that comes in chunks, each as soon as it is complete, a terminal event last.

    Chunks are read one at a time, none after the terminal event. What the iterable raises passes through. `options`
    are those of `parser`. Raises TypeError for a single body in place of chunks.
    """
    return _Events(provider, chunks, options)


class _Events(Iterator[Event]):
    def __init__(self, provider: str, chunks: Iterable[bytes], options: dict[str, Any]) -> None:
        if isinstance(chunks, bytes | bytearray | memoryview | str):
            raise TypeError("iter_events() takes chunks, such as [body]; parse() takes one body")
        self._parser = parser(provider, **options)
        self._chunks = iter(chunks)
        self._ready: list[Event] = []

    def __next__(self) -> Event:
        while not self._ready:
            if self._parser.ended:
                raise StopIteration
            chunk = next(self._chunks, None)
            events = self._parser.receive_eof() if chunk is None else self._parser.receive_data(chunk)
            self._ready = events[::-1]
        return self._ready.pop()
