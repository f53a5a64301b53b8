"""Payloads as the bytes of a body, framed as each provider frames its streams."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from deltawire.framing.event_stream import encode_message

__all__ = ["MEDIA_TYPES", "frames"]

MEDIA_TYPES = {
    "ollama": "application/x-ndjson",
    "bedrock": "application/vnd.amazon.eventstream",
    "bedrock-invoke": "application/vnd.amazon.eventstream",
}
"""The Content-Type of the streams that are no server-sent events."""


def frames(provider: str, payloads: Sequence[Any]) -> tuple[bytes, ...]:
    """A frame for each payload; text stands for itself, as `[DONE]`."""
    match provider:
        case "ollama":
            return tuple(_json(payload) + b"\n" for payload in payloads)
        case "bedrock":
            return tuple(_message(kind, _json(event)) for payload in payloads for kind, event in payload.items())
        case "bedrock-invoke":
            carried = [base64.b64encode(_json(payload)).decode() for payload in payloads]
            return tuple(_message("chunk", _json({"bytes": text})) for text in carried)
        case _:
            return tuple(_event(payload) for payload in payloads)


def _json(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _event(payload: Any) -> bytes:
    if isinstance(payload, str):
        return f"data: {payload}\n\n".encode()
    name = payload.get("type")
    return (f"event: {name}\n".encode() if name else b"") + b"data: " + _json(payload) + b"\n\n"


def _message(kind: str, payload: bytes) -> bytes:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return encode_message(headers, payload)
