"""Events of the Interactions API, written by hand, and what tests ask of ours."""

from __future__ import annotations

import json
from typing import Any

from deltawire.events import Event, ResponseStarted
from deltawire.parsing import parse
from tests.provider_laws import hold_laws

Payload = dict[str, Any]

STARTED = ResponseStarted("v1_a", "gemini-tiny", "gemini-interactions")
USAGE = {
    "total_tokens": 30,
    "total_input_tokens": 10,
    "total_output_tokens": 8,
    "total_thought_tokens": 12,
    "total_cached_tokens": 0,
    "total_tool_use_tokens": 0,
    "input_tokens_by_modality": [{"modality": "text", "tokens": 10}],
}


def interaction(kind: str, status: str | None = None, **fields: Any) -> Payload:
    body = {"id": "v1_a", "model": "gemini-tiny", **({"status": status} if status else {}), **fields}
    return {"event_type": f"interaction.{kind}", "interaction": body}


def status(value: str, **fields: Any) -> Payload:
    return {"event_type": "interaction.status_update", "interaction_id": "v1_a", "status": value, **fields}


def start(index: Any, kind: str, **fields: Any) -> Payload:
    return {"event_type": "step.start", "index": index, "step": {"type": kind, **fields}}


def delta(index: Any, kind: str, **fields: Any) -> Payload:
    return {"event_type": "step.delta", "index": index, "delta": {"type": kind, **fields}}


def stop(index: Any, **fields: Any) -> Payload:
    return {"event_type": "step.stop", "index": index, **fields}


def text(index: Any, value: str) -> Payload:
    return delta(index, "text", text=value)


def summary(index: Any, value: str) -> Payload:
    return delta(index, "thought_summary", content={"type": "text", "text": value})


def arguments(index: Any, value: Any) -> Payload:
    return delta(index, "arguments_delta", arguments=value)


CREATED = interaction("created", "in_progress", object="interaction")
COMPLETED = interaction("completed", "completed", usage=USAGE)


def sse(payloads: list[Any], *, done: bool = True) -> bytes:
    frames = [f"event: {payload.get('event_type')}\ndata: {json.dumps(payload)}\n\n" for payload in payloads]
    return "".join([*frames, *(["event: done\ndata: [DONE]\n\n"] if done else [])]).encode()


def events_of(*payloads: Any, done: bool = True) -> list[Event]:
    """All events of these payloads as one stream, which keep the laws."""
    events = parse("gemini-interactions", sse(list(payloads), done=done))
    hold_laws(events)
    return events


def within(*payloads: Any, end: Payload = COMPLETED) -> list[Event]:
    """The events of a stream around these payloads, without those of its opening."""
    return events_of(CREATED, *payloads, end)[2:]


TALK = [
    CREATED,
    status("in_progress"),
    start(0, "thought"),
    summary(0, "hm"),
    summary(0, " so"),
    delta(0, "thought_signature", signature=""),
    delta(0, "thought_signature", signature="c2ln"),
    stop(0),
    start(1, "model_output"),
    text(1, "Hel"),
    text(1, "lo") | {"metadata": {"total_usage": {**USAGE, "total_output_tokens": 2}}},
    text(1, "!"),
    delta(1, "text_annotation_delta", annotations=[{"type": "url_citation", "url": "https://a.example"}]),
    stop(1, usage=USAGE, step_usage={"total_output_tokens": 8}),
    COMPLETED,
]
CALLS = [
    CREATED,
    start(0, "function_call", id="f1", name="find", arguments={}),
    arguments(0, '{"q":'),
    start(1, "function_call", id="f2", name="now", signature="c2ln"),
    arguments(0, '"é"}'),
    stop(1),
    stop(0),
    {"event_type": "interaction.requires_action", "interaction_id": "v1_a"},
]
TOOLS = [
    {**CREATED, "event_id": "e0"},
    {**start(0, "google_search_call", id="s1"), "event_id": "e1"},
    delta(0, "google_search_call", arguments={"queries": ["x"]}, signature="c2ln"),
    stop(0),
    start(1, "google_search_result", call_id="s1"),
    delta(1, "google_search_result", result=[{"url": "https://a.example"}]),
    stop(1),
    start(2, "model_output", content=[{"type": "text", "text": "So"}]),
    {**text(2, " it"), "event_id": "e2"},
    {**text(2, " is"), "event_id": "e3"},
    delta(2, "image", mime_type="image/png", data="iVBO", resolution="low"),
    status("requires_continuation", continuation_token="dG9r"),
    interaction("completed", "requires_continuation", continuation_token="dG9r"),
]
BROKEN = [CREATED, start(0, "model_output"), text(0, "a"), {"event_type": "error", "error": {"code": "unavailable"}}]
FIXTURES = {"talk": TALK, "calls": CALLS, "tools": TOOLS, "broken": BROKEN}

WHOLE = {
    "id": "v1_a",
    "object": "interaction",
    "model": "gemini-tiny",
    "status": "requires_action",
    "steps": [
        {"type": "thought", "summary": [{"type": "text", "text": "hm so"}], "signature": "c2ln"},
        {"type": "model_output", "content": [{"type": "text", "text": "Hello"}]},
        {"type": "function_call", "id": "f1", "name": "find", "arguments": {"q": "x"}},
    ],
    "usage": USAGE,
}
