"""What the streams of the servers are built of."""

from __future__ import annotations

from typing import Any

import attrs

Payload = dict[str, Any]


@attrs.frozen
class Fixture:
    """One stream: the dialect that it is read as, and its payloads."""

    provider: str
    payloads: list[Payload]


def chunk(delta: Any = None, finish: Any = None, choice: Payload | None = None, **fields: Any) -> Payload:
    """A chunk with one choice. `choice` adds to the choice, `fields` to the chunk."""
    said = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": finish, **(choice or {})}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m", "choices": [said], **fields}


def call(index: Any, arguments: Any, **fields: Any) -> Payload:
    """A fragment of a tool call; what is `...` is left out."""
    function = {"name": fields.pop("name")} if "name" in fields else {}
    entry = {"index": index, **fields, "function": {**function, "arguments": arguments}}
    return {name: value for name, value in entry.items() if value is not ...}


def calls(*entries: Payload, **fields: Any) -> Payload:
    """A chunk with fragments of tool calls."""
    return chunk({"tool_calls": list(entries)}, **fields)


def choiceless(**fields: Any) -> Payload:
    """A chunk without choices."""
    return {**chunk(**fields), "choices": []}


COUNTS = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
TOKEN = {"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}
VERDICT = {"hate": {"filtered": False, "severity": "safe"}}
URL_CITATION = {"url": "https://a.test", "title": "A", "start_index": 0, "end_index": 2}
