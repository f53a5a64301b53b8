"""Bodies that end inside a frame behind a proof that asks for a clean end: what was cut off is told of."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import chat, chat_text, feed, laws_of_order, sse
from tests.provider_laws import bytewise

from deltawire.events import Event, Failed, Finished, Malformed, Note
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.response import parser

CHAT = sse(chat_text("Hello"), chat(finish="stop"))
INSIDE = "the body ended inside a frame"


def candidate(text: str, **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}], **fields}


COUNTED = candidate("a", usageMetadata={"promptTokenCount": 1, "candidatesTokenCount": 1})


def events_of(provider: str, body: bytes) -> list[Event]:
    events = feed(provider, body)
    laws_of_order(events)
    assert feed(provider, body, range(len(body))) == events
    return events


@pytest.mark.parametrize(
    "rest",
    [
        b'{"id":"chat-1","choices":[{"index":0,"delta":{"content":" th',
        b'{"choices":[],"usage":{"prompt_tok',
        b"[DONE] and mor",
        b"\xff",
    ],
)
def test_a_frame_that_was_cut_behind_the_finish_reason_vanished(rest: bytes) -> None:
    events = events_of("openai-chat", CHAT + b"data: " + rest)
    assert Malformed(rest, INSIDE) in events
    assert events[-2] == Note(NoteCode.UNCLEAN_END, "The body ended inside a frame")
    assert isinstance(events[-1], Finished)
    assert events[-1].damaged


@pytest.mark.parametrize("rest", [b"[", b"[DON", b'{"type": "mess', b"{"])
def test_of_a_frame_that_says_the_end_nothing_is_lost(rest: bytes) -> None:
    events = events_of("openai-chat", CHAT + b"data: " + rest)
    assert not any(isinstance(event, Malformed) for event in events)
    assert isinstance(events[-1], Finished)
    assert not events[-1].damaged


@pytest.mark.parametrize(
    ("body", "raw"),
    [
        (sse(candidate("a")) + b'data: {"candidates":[{"content', '{"candidates":[{"content'),
        (b"[" + json.dumps(candidate("a")).encode(), None),
        (b"[" + json.dumps(candidate("a")).encode() + b",\r\n", None),
        (b"[" + json.dumps(candidate("a")).encode() + b',{"cand', '{"cand'),
    ],
    ids=["event", "array", "array, comma", "array, element"],
)
def test_a_cut_stream_of_a_model_that_says_stop_with_every_chunk_was_a_success(body: bytes, raw: str | None) -> None:
    # github.com/BerriAI/litellm/issues/2195
    last = events_of("gemini", body)[-1]
    assert isinstance(last, Failed)
    assert (last.error.kind, last.error.raw) == (FailureKind.TRUNCATED, raw)


def test_an_array_that_never_closed_is_a_success_if_the_answer_was_counted() -> None:
    events = events_of("gemini", b"[" + json.dumps(COUNTED).encode())
    assert Note(NoteCode.UNCLEAN_END, "The body ended inside a frame") in events
    assert isinstance(events[-1], Finished)
    assert not events[-1].damaged


@pytest.mark.parametrize("chunk", [candidate("a"), COUNTED], ids=["proved", "counted"])
@pytest.mark.parametrize("end", [b"", b"\n]", b"]\n", b'] {"x'])
def test_whether_an_array_can_finish_is_what_its_end_would_give(chunk: dict[str, Any], end: bytes) -> None:
    response = parser("gemini")
    body = b"[" + json.dumps(chunk).encode() + end
    for place, byte in enumerate(bytewise(body)):
        response.receive_data(byte)
        assert response.can_finish is isinstance(feed("gemini", body[: place + 1])[-1], Finished)
