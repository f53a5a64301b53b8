"""Events of Bedrock's two streams, written by hand, and what tests ask of what becomes of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from deltawire.events import Event, Metadata, Note, ResponseStarted, UsageUpdate
from deltawire.framing.event_stream import encode_message
from deltawire.parsing import parse
from tests.provider_laws import hold_laws

STARTED = ResponseStarted("", "", "bedrock")


def start(role: str = "assistant", **fields: Any) -> dict[str, Any]:
    return {"messageStart": {"role": role, "p": "abc", **fields}}


def open_block(index: Any, **block: Any) -> dict[str, Any]:
    return {"contentBlockStart": {"contentBlockIndex": index, "start": block, "p": "abcde"}}


def open_tool(index: Any, identifier: Any = "use_1", name: Any = "find", **fields: Any) -> dict[str, Any]:
    return open_block(index, toolUse={"toolUseId": identifier, "name": name, **fields})


def grow(index: Any, **delta: Any) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta, "p": "abcdefg"}}


def text(index: Any, said: Any) -> dict[str, Any]:
    return grow(index, text=said)


def reasoning(index: Any, **content: Any) -> dict[str, Any]:
    return grow(index, reasoningContent=content)


def arguments(index: Any, piece: Any) -> dict[str, Any]:
    return grow(index, toolUse={"input": piece})


def close_block(index: Any) -> dict[str, Any]:
    return {"contentBlockStop": {"contentBlockIndex": index, "p": "ab"}}


def stop(reason: Any = "end_turn", **fields: Any) -> dict[str, Any]:
    return {"messageStop": {"stopReason": reason, "p": "abcd", **fields}}


def metadata(usage: Any = None, **fields: Any) -> dict[str, Any]:
    counts = {"inputTokens": 7, "outputTokens": 5, "totalTokens": 12} if usage is None else usage
    return {"metadata": {"usage": counts, "metrics": {"latencyMs": 84}, "p": "a", **fields}}


TALK = [
    start(),
    reasoning(0, text="hm"),
    reasoning(0, text=" so"),
    reasoning(0, signature="c2ln"),
    close_block(0),
    text(1, "Hel"),
    text(1, "lo"),
    text(1, ""),
    close_block(1),
    stop(),
    metadata(),
]
CALLS = [
    start(),
    text(0, "Let me look."),
    close_block(0),
    open_tool(1, "use_1", "find"),
    arguments(1, ""),
    arguments(1, '{"q":'),
    arguments(1, ' "x"}'),
    close_block(1),
    open_tool(2, "use_2", "now"),
    close_block(2),
    stop("tool_use"),
    metadata(),
]
GROUNDED = [
    start(),
    open_tool(0, "use_3", "nova_grounding", type="server_tool_use"),
    arguments(0, '{"query":'),
    arguments(0, '"ruby"}'),
    close_block(0),
    open_block(1, toolResult={"toolUseId": "use_3", "type": "nova_grounding_result", "status": "success"}),
    grow(1, toolResult=[{"text": "found"}, {"json": {"n": 1}}]),
    close_block(1),
    text(2, "Ruby 3"),
    grow(2, citation={"title": "ruby", "location": {"web": {"url": "https://ruby-lang.org", "domain": "ruby"}}}),
    close_block(2),
    open_block(3, image={"format": "png"}),
    grow(3, image={"source": {"bytes": "iVBORw0KGgo="}}),
    close_block(3),
    reasoning(4, redactedContent="AAEC"),
    reasoning(4, redactedContent="AwQ="),
    close_block(4),
    stop("max_tokens", additionalModelResponseFields={"stop_sequence": None}),
    metadata(
        {
            "inputTokens": 3,
            "outputTokens": 4,
            "totalTokens": 117,
            "cacheReadInputTokens": 100,
            "cacheWriteInputTokens": 10,
            "cacheDetails": [{"ttl": "5m", "inputTokens": 10}],
        },
        trace={"guardrail": {"actionReason": "No action."}},
        performanceConfig={"latency": "optimized"},
        serviceTier={"type": "flex"},
    ),
]
FIXTURES = [TALK, CALLS, GROUNDED]


def frame(kind: str, payload: Any, message_type: str = "event") -> bytes:
    """One message as Bedrock sends it; the payload is made JSON unless it is bytes."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    name = {"event": ":event-type", "exception": ":exception-type"}[message_type]
    return encode_message({name: kind, ":content-type": "application/json", ":message-type": message_type}, body)


def body_of(payloads: Iterable[dict[str, Any]]) -> bytes:
    """The messages of events that are written `{type: event}`."""
    return b"".join(frame(kind, event) for payload in payloads for kind, event in payload.items())


def chunk(payload: Any) -> bytes:
    """One message of InvokeModelWithResponseStream."""
    carried = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    return frame("chunk", {"bytes": base64.b64encode(carried).decode(), "p": "abcdef"})


def chunks_of(payloads: Iterable[Any]) -> bytes:
    return b"".join(map(chunk, payloads))


def events_of(*payloads: dict[str, Any], **options: Any) -> list[Event]:
    events = parse("bedrock", body_of(payloads), **options)
    hold_laws(events)
    return events


def told(*payloads: dict[str, Any]) -> list[Event]:
    """The events between the start of a message and its stop."""
    events = events_of(start(), *payloads, stop())
    return events[1:-2]


def invoked(*payloads: Any, **options: Any) -> list[Event]:
    events = parse("bedrock-invoke", chunks_of(payloads), **options)
    hold_laws(events)
    return events


def without_extras(events: list[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, Metadata | UsageUpdate | Note)]
