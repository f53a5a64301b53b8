"""Chunks of Chat Completions written by hand, and what a parser makes of them."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from deltawire.accumulator import Accumulator
from deltawire.events import Event, Failed, Finished, Metadata, Note, ReasoningDelta, TextDelta, ToolCallFinished
from deltawire.failures import Failure
from deltawire.message import Message
from deltawire.notes import NoteCode
from deltawire.providers.base import ProviderOptions
from deltawire.providers.openai_chat import OpenAIChat
from deltawire.response import ResponseParser, parser
from tests.provider_laws import bytewise, hold_laws, of_chunks

DONE = "[DONE]"
E = TypeVar("E")


class GeneralChat(OpenAIChat):
    """Chat that never takes the plain way."""

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        """Maps one chunk the general way."""
        self.receive_any(payload, events)


def general_parser(name: str = "openai-chat", **options: Any) -> ResponseParser:
    """A parser of that dialect that never takes the plain way."""
    general = parser(name, **options)
    plain = general._provider
    general._provider = GeneralChat(ProviderOptions(name, plain.limits, options.get("id_prefix"), plain.redactor))
    return general


def chunk(
    delta: Any = None, finish: Any = None, *, index: Any = 0, choice: Any = None, **fields: Any
) -> dict[str, Any]:
    """A chunk with one choice. `choice` adds to the choice, `fields` to the chunk."""
    said = {"index": index, "delta": {} if delta is None else delta, "finish_reason": finish, **(choice or {})}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "gpt-x",
        "choices": [said],
        **fields,
    }


def text(content: Any, **fields: Any) -> dict[str, Any]:
    """A chunk with a piece of text."""
    return chunk({"content": content}, **fields)


def calls(*entries: Any, **fields: Any) -> dict[str, Any]:
    """A chunk with fragments of tool calls."""
    return chunk({"tool_calls": list(entries)}, **fields)


def call(index: Any = 0, arguments: Any = "", **fields: Any) -> dict[str, Any]:
    """A fragment of a tool call; `id` and `name` where they are given."""
    function = {"name": fields.pop("name")} if "name" in fields else {}
    return {"index": index, **fields, "function": {**function, "arguments": arguments}}


def document(message: Any, finish: Any = "stop", **fields: Any) -> dict[str, Any]:
    """An answer that was not streamed."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "gpt-x",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        **fields,
    }


def sse(*frames: Any) -> bytes:
    """The body of a stream: payloads and data as text become frames, bytes stay as they are."""
    return b"".join(map(_frame, frames))


def _frame(frame: Any) -> bytes:
    if isinstance(frame, bytes):
        return frame
    data = frame if isinstance(frame, str) else json.dumps(frame)
    return f"data: {data}\n\n".encode()


def events_of_body(body: bytes, provider: str = "openai-chat", **options: Any) -> list[Event]:
    """The events of a body; holds that neither its split nor the way through the parser changes them."""
    options = {"think": "off", **options}
    events = of_chunks(parser(provider, **options), [body])
    hold_laws(events)
    assert of_chunks(parser(provider, **options), bytewise(body)) == events
    assert of_chunks(general_parser(provider, **options), [body]) == events
    return events


def events_of(*frames: Any, provider: str = "openai-chat", **options: Any) -> list[Event]:
    """The events of these frames and `[DONE]`."""
    return events_of_body(sse(*frames, DONE), provider, **options)


def events_of_document(payload: Any, provider: str = "openai-chat", **options: Any) -> list[Event]:
    """The events of a body that is one JSON document."""
    return events_of_body(json.dumps(payload).encode(), provider, **options)


def of(events: list[Event], kind: type[E]) -> list[E]:
    """The events of one type."""
    return [event for event in events if isinstance(event, kind)]


def only(events: list[Event], kind: type[E]) -> E:
    """The one event of that type."""
    (event,) = of(events, kind)
    return event


def spoken(events: list[Event], choice: int = 0) -> str:
    """The text of a choice."""
    return "".join(event.text for event in of(events, TextDelta) if event.choice == choice)


def thought(events: list[Event], choice: int = 0) -> str:
    """The reasoning of a choice."""
    return "".join(event.text for event in of(events, ReasoningDelta) if event.choice == choice)


def called(events: list[Event]) -> list[tuple[str, str, str, bool]]:
    """(id, name, arguments, complete) of every call."""
    return [(event.id, event.name, event.arguments, event.complete) for event in of(events, ToolCallFinished)]


def notes(events: list[Event]) -> list[NoteCode]:
    """The codes of all notes."""
    return [event.code for event in of(events, Note)]


def said_beside(events: list[Event]) -> list[dict[str, Any]]:
    """The payloads of all metadata but for the time of creation."""
    return [event.payload for event in of(events, Metadata) if event.payload != {"created": 1790000000}]


def finished(events: list[Event]) -> Finished:
    """The terminal event of an answer that is complete."""
    assert isinstance(events[-1], Finished), events[-1]
    return events[-1]


def failure(events: list[Event]) -> Failure:
    """The failure of an answer that failed."""
    assert isinstance(events[-1], Failed), events[-1]
    return events[-1].error


def message(events: list[Event]) -> Message:
    """What the events accumulate to."""
    accumulator = Accumulator()
    accumulator.feed_all(events)
    return accumulator.message()
