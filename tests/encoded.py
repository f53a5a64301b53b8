"""Events through an encoder, and what a client sees of the bytes."""

from __future__ import annotations

import json
from typing import Any

from deltawire import Encoder, Event


def encoded(target: str, *events: Event, **options: Any) -> bytes:
    """The whole stream of these events."""
    encoder = Encoder(target, **options)
    return b"".join(map(encoder.feed, events)) + encoder.end()


def frames(body: bytes) -> list[tuple[str, Any]]:
    """Name and payload of each server-sent event, read by the plainest reader there can be; `""` for no name."""
    found: list[tuple[str, Any]] = []
    for frame in body.decode().replace("\r\n", "\n").split("\n\n"):
        lines = dict(line.split(": ", 1) for line in frame.split("\n") if line)
        if "data" in lines:
            text = lines.pop("data")
            name = lines.pop("event", "")
            found.append((name, text if text == "[DONE]" else json.loads(text)))
        assert lines.keys() <= {""}, lines
    return found


def payloads(body: bytes) -> list[Any]:
    """The payloads alone."""
    return [payload for _, payload in frames(body)]


def lines(body: bytes) -> list[Any]:
    """The JSON lines."""
    assert body.endswith(b"\n")
    return [json.loads(line) for line in body.decode().split("\n")[:-1]]


def lost(target: str, *events: Event) -> list[tuple[str, str]]:
    """What the dialect cannot say of these events: event and part of it."""
    encoder = Encoder(target)
    for event in events:
        encoder.feed(event)
    return [(record.event, record.what) for record in encoder.lost]
