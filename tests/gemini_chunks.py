"""Chunks of generateContent, written by hand, and what tests ask of their events."""

from __future__ import annotations

import json
from typing import Any

from deltawire.events import Event, Failed, Finished, Metadata, ResponseStarted, ToolCallFinished
from deltawire.failures import Failure, FailureKind
from deltawire.parsing import parse
from deltawire.response import parser
from tests.helpers import of_kind
from tests.provider_laws import hold_laws

STARTED = ResponseStarted("r1", "gemini-tiny", "gemini")
COUNTS = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}

Payload = dict[str, Any]


def chunk(*parts: Any, finish: Any = None, **fields: Any) -> Payload:
    """A chunk of one candidate; `fields` are those of the candidate."""
    candidate: Payload = {"content": {"parts": list(parts), "role": "model"}, "index": 0, **fields}
    if finish is not None:
        candidate["finishReason"] = finish
    return response(candidate)


def response(*candidates: Any, **fields: Any) -> Payload:
    """A chunk of these candidates."""
    return {"candidates": list(candidates), "modelVersion": "gemini-tiny", "responseId": "r1", **fields}


def text(value: str, **fields: Any) -> Payload:
    return {"text": value, **fields}


def thought(value: str, **fields: Any) -> Payload:
    return {"text": value, "thought": True, **fields}


def call(name: str | None = None, *partial: Payload, signature: str | None = None, **fields: Any) -> Payload:
    """A function call: whole, or with `partialArgs`."""
    body = {**({"name": name} if name else {}), **({"partialArgs": list(partial)} if partial else {}), **fields}
    return {"functionCall": body, **({"thoughtSignature": signature} if signature else {})}


def piece(path: str, **fields: Any) -> Payload:
    """One entry of `partialArgs`."""
    return {"jsonPath": path, **fields}


STOP = chunk(finish="STOP")


def sse(payloads: list[Any], end: str = "\r\n\r\n", *, escaped: bool = False) -> bytes:
    """The stream with `alt=sse`."""
    return "".join(f"data: {json.dumps(payload, ensure_ascii=escaped)}{end}" for payload in payloads).encode()


def array(payloads: list[Any]) -> bytes:
    """The stream without: one array whose elements are printed over many lines."""
    texts = [json.dumps(payload, ensure_ascii=False, indent=2) for payload in payloads]
    return ("[" + "\n,\r\n".join(texts) + "\n]\n").encode()


def events_of(*payloads: Any, **options: Any) -> list[Event]:
    """All events of these payloads as one stream, which keep the laws."""
    events = parse("gemini", sse(list(payloads)), **options)
    hold_laws(events)
    return events


def end_of(*payloads: Any) -> Finished | Failed:
    last = events_of(*payloads)[-1]
    assert isinstance(last, Finished | Failed)
    return last


def failure_of(*payloads: Any) -> Failure:
    last = events_of(*payloads)[-1]
    assert isinstance(last, Failed)
    return last.error


def calls_of(*payloads: Any) -> list[ToolCallFinished]:
    return of_kind(events_of(*payloads), ToolCallFinished)


def metadata_of(events: list[Event]) -> list[Payload]:
    return [event.payload for event in of_kind(events, Metadata)]


TALK = [
    chunk(thought("hm")),
    chunk(thought(" so")) | {"usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}},
    chunk(text("Hel")) | {"usageMetadata": {**COUNTS, "candidatesTokenCount": 1, "thoughtsTokenCount": 3}},
    chunk(text("lo")) | {"usageMetadata": {**COUNTS, "candidatesTokenCount": 2, "thoughtsTokenCount": 3}},
    chunk(text("!")) | {"usageMetadata": {**COUNTS, "candidatesTokenCount": 3, "thoughtsTokenCount": 3}},
    chunk(text("", thoughtSignature="c2ln"), finish="STOP") | {"usageMetadata": COUNTS},
]
CALLS = [
    chunk(text("Let me see."), call("find", args={"q": "é"}, signature="c2ln")),
    chunk(call("find", args={}, id="f2"), call("now")),
    chunk(finish="STOP", finishMessage="Model generated function call(s)."),
]
STREAMED = [
    chunk(call("book", willContinue=True, signature="c2ln")),
    chunk(call(None, piece("$.city", stringValue="Par", willContinue=True), willContinue=True)),
    chunk(call(None, piece("$.city", stringValue="is"), willContinue=True)),
    chunk(call(None, piece("$.days[0].n", numberValue=2), piece("$.days[1].n", numberValue=3), willContinue=True)),
    chunk(call()),
    chunk(call("now")),
    STOP,
]
TWO = [
    response({"content": {"parts": [text("a")]}}, {"content": {"parts": [text("b")]}, "index": 1}),
    response({"content": {"parts": [text("B")]}, "index": 1, "finishReason": "MAX_TOKENS"}),
    response({"content": {"parts": [text("A")]}, "finishReason": "STOP"}),
]
TOOLS = [
    chunk({"executableCode": {"language": "PYTHON", "code": "1+1"}}),
    chunk({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}}, text("2")),
    chunk({"toolCall": {"id": "t1", "toolType": "GOOGLE_SEARCH_WEB", "args": {"queries": ["x"]}}}),
    chunk({"toolResponse": {"id": "t1", "toolType": "GOOGLE_SEARCH_WEB", "response": {"hits": 1}}}),
    chunk({"inlineData": {"mimeType": "image/png", "data": "iVBO"}}, {"partMetadata": {"k": 1}}),
    chunk(
        text("x"),
        citationMetadata={"citations": [{"uri": "https://a.example"}]},
        groundingMetadata={"groundingChunks": [{"web": {"uri": "https://b.example"}}], "webSearchQueries": ["q"]},
        safetyRatings=[{"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"}],
        logprobsResult={"chosenCandidates": [{"token": "x", "logProbability": -0.1}]},
    ),
    {"promptFeedback": {"blockReason": 0}, "createTime": "2026-01-01T00:00:00Z"},
    {"response": chunk(text("!"), continuationToken="dG9r", finish="CONTINUATION"), "traceId": "t"},
]
BLOCKED = [{"promptFeedback": {"blockReason": "SAFETY"}}, {"usageMetadata": {"promptTokenCount": 4}, "responseId": "r"}]
BROKEN = [chunk(text("a")), {"usageMetadata": COUNTS, "error": {"code": 503, "message": "no", "status": "UNAVAILABLE"}}]
REFUSED = [
    chunk(text("a")),
    chunk(finish="MALFORMED_FUNCTION_CALL", finishMessage="bad call") | {"usageMetadata": COUNTS},
]

FIXTURES = {
    "talk": TALK,
    "calls": CALLS,
    "streamed": STREAMED,
    "two": TWO,
    "tools": TOOLS,
    "blocked": BLOCKED,
    "broken": BROKEN,
    "refused": REFUSED,
}


def broken(body: bytes, failure: Failure | None = None) -> list[Event]:
    """The events of a body whose connection breaks behind it."""
    response_parser = parser("gemini")
    events = response_parser.receive_data(body)
    events += response_parser.receive_error(failure or Failure(FailureKind.READ, "reset"))
    hold_laws(events)
    return events
