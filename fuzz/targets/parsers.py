"""The parsers, one target a provider. Allowed: events that keep the laws of order, the same at any split, quick or slow
decoder, that accumulate to a message at any time and never show a secret; ends in `Finished`, or in `Failed` of a kind
that a body alone can bring about (and `read`, if the connection breaks)."""

from __future__ import annotations

import base64
import json
from collections.abc import Hashable
from functools import partial
from typing import Any

from deltawire.accumulator import Accumulator
from deltawire.events import Event, Failed, Finished, Malformed, Note
from deltawire.failures import Failure, FailureKind
from deltawire.framing.event_stream import encode_message
from deltawire.limits import Limits
from deltawire.testing import assert_split_invariant, assert_total, events_of

from ..harness import Choices, FindingError, Target, allowed, same
from .event_stream import with_checksums

SECRET = "sk-canary-0123456789"  # also a word of the dictionary
BROKEN = Failure(FailureKind.READ, "The connection was reset.")
ALLOWED = frozenset(FailureKind) - {
    *(FailureKind.CONNECT, FailureKind.READ, FailureKind.STALLED, FailureKind.UNCONFIGURED, FailureKind.REDIRECT),
}
PROVIDERS = (
    *("anthropic", "bedrock", "bedrock-invoke", "cohere", "gemini", "gemini-interactions", "ollama"),
    *("openai-chat", "openai-responses", "grok", "mistral"),
)
_SMALL = Limits(
    frame_bytes=300,
    error_body_bytes=50,
    json_depth=6,
    tool_calls=2,
    tool_argument_bytes=20,
    event_stream_header_bytes=120,
)


def check(provider: str, data: bytes) -> Hashable:
    choices = Choices(data)
    body = data
    if provider.startswith("bedrock"):
        body = _as_messages(provider, data)
        # Lines become whole messages: a body that ends inside one is made here.
        body = body[: choices.of(range(len(body)))] if body and choices.flag(8) else body
    options: dict[str, Any] = {"redact": (SECRET,)}
    if choices.flag(4):
        options["limits"] = _SMALL
    if choices.flag(4):
        options["think"] = choices.of(("off", "leading", "anywhere", "inside"))
    if choices.flag(8):
        options["raw"] = True
    end: dict[str, Any] = {"broken": BROKEN} if choices.flag(8) else {}
    if choices.flag(16):
        end |= {"status": choices.of((200, 400, 404, 429, 500)), "headers": {"content-type": "application/json"}}
    pieces = [choices.pieces(body), choices.pieces(body)]
    events = assert_total(provider, body, pieces[0], **end, **options)
    same(assert_split_invariant(provider, body, pieces[1:], **end, **options), events, "events")
    _accumulate(events)
    _hide(events)
    if "raw" not in options and not any(isinstance(event, Malformed) for event in events):
        same(events_of(provider, [body], loads=_loads, **end, **options), events, "events of another decoder")
    last = events[-1]
    if isinstance(last, Failed):
        allowed(last.error, ALLOWED | {FailureKind.READ} if "broken" in end else ALLOWED)
        return (_kinds(events), last.error.kind, last.error.code)
    assert isinstance(last, Finished)
    return (_kinds(events), last.reason, tuple(event.code for event in events if isinstance(event, Note))[:3])


def _kinds(events: list[Event]) -> Hashable:
    """The kinds of events in the order in which they first come."""
    return tuple(dict.fromkeys(type(event).__name__ for event in events))


def _loads(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse)


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _accumulate(events: list[Event]) -> None:
    """A message can be asked for at any time."""
    accumulator = Accumulator()
    for event in events:
        accumulator.feed(event)
        if not isinstance(event, Note):
            accumulator.message()


def _hide(events: list[Event]) -> None:
    for event in events:
        if isinstance(event, Failed | Malformed | Note) and SECRET in repr(event):
            raise FindingError(f"the secret shows in {event!r}")


def _as_messages(provider: str, data: bytes) -> bytes:
    """Messages of Bedrock: bytes with their checksums put right, or lines such as `messageStop {"stopReason": "x"}`;
    with InvokeModel lines that are what the message carries."""
    if data[:1] in {b"", b"\x00"}:
        return with_checksums(data)
    frames: list[bytes] = []
    for line in data.split(b"\n"):
        kind, _, payload = line.partition(b" ")
        if provider == "bedrock-invoke" and not kind.endswith(b"Exception"):
            kind, payload = b"chunk", json.dumps({"bytes": base64.b64encode(line).decode()}).encode()
        message_type = "exception" if kind.endswith(b"Exception") else "event"
        name = kind[:200].decode("utf-8", "replace")
        frames.append(encode_message({f":{message_type}-type": name, ":message-type": message_type}, payload))
    return b"".join(frames)


TARGETS = tuple(Target(f"parser-{name}", partial(check, name), name) for name in PROVIDERS)
