"""The answers in OpenAI's two dialects."""

from __future__ import annotations

import json
from typing import Any

from tests.interop.wall.kit import ARGUMENTS, ID, NAME, TEXT, Kit, Payload


def chunk(delta: Payload | None = None, finish: str | None = None, **fields: Any) -> Payload:
    """One chunk of Chat Completions."""
    choice = {"index": 0, "delta": delta or {}, "logprobs": None, "finish_reason": finish}
    shell = {"id": "chat-1", "object": "chat.completion.chunk", "created": 1_760_000_000, "model": "small-1"}
    return shell | {"choices": [choice]} | fields


def fragment(index: int | None, arguments: Any = None, name: str | None = None, id: str | None = None) -> Payload:  # noqa: A002
    """One chunk with a piece of a tool call."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    entry: Payload = {"function": function} if index is None else {"index": index, "function": function}
    return chunk({"tool_calls": [entry if id is None else entry | {"id": id, "type": "function"}]})


ROLE = chunk({"role": "assistant", "content": ""})
STOP, CALLS = chunk(finish="stop"), chunk(finish="tool_calls")
COUNTS = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
COUNTED = chunk(choices=[], usage=COUNTS)

CHAT = Kit(
    "openai-chat",
    "OpenAI Chat",
    "text/event-stream",
    text=(ROLE, chunk({"content": "Hello"}), chunk({"content": " there"}), STOP, COUNTED),
    first_text=2,
    second_text=3,
    text_end=3,
    finish="stop",
    call=(
        ROLE,
        fragment(0, "", NAME, ID),
        fragment(0, '{"city": '),
        fragment(0, '"Bern"}'),
        CALLS,
        COUNTED,
    ),
    first_arguments=3,
    call_end=4,
    call_finish="tool_calls",
    error={"error": {"message": "The server had an error", "type": "server_error", "param": None, "code": None}},
    trailer=b"data: [DONE]\n\n",
)


def response(status: str, *output: Payload, **fields: Any) -> Payload:
    """The response object that opens and closes a stream of Responses."""
    usage = {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 14,
    }
    shell = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_760_000_000,
        "model": "small-1",
        "status": status,
        "error": None,
        "incomplete_details": None,
        "output": list(output),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None if status == "in_progress" else usage,
    }
    return shell | fields


def numbered(*payloads: Payload) -> tuple[Payload, ...]:
    """Events of Responses, with their numbers."""
    return tuple(payload | {"sequence_number": number} for number, payload in enumerate(payloads))


def event(kind: str, **fields: Any) -> Payload:
    """One event of Responses."""
    return {"type": f"response.{kind}", **fields}


_IN_MESSAGE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
_IN_CALL = {"item_id": "fc_1", "output_index": 0}
_PART = {"type": "output_text", "text": TEXT, "annotations": []}
_MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [_PART]}
_CALL = {
    "id": "fc_1",
    "type": "function_call",
    "status": "completed",
    "call_id": ID,
    "name": NAME,
    "arguments": json.dumps(ARGUMENTS),
}
CREATED = event("created", response=response("in_progress"))

RESPONSES = Kit(
    "openai-responses",
    "OpenAI Responses",
    "text/event-stream",
    text=numbered(
        CREATED,
        event("in_progress", response=response("in_progress")),
        event("output_item.added", output_index=0, item=_MESSAGE | {"status": "in_progress", "content": []}),
        event("content_part.added", **_IN_MESSAGE, part=_PART | {"text": ""}),
        event("output_text.delta", **_IN_MESSAGE, delta="Hello", logprobs=[]),
        event("output_text.delta", **_IN_MESSAGE, delta=" there", logprobs=[]),
        event("output_text.done", **_IN_MESSAGE, text=TEXT, logprobs=[]),
        event("content_part.done", **_IN_MESSAGE, part=_PART),
        event("output_item.done", output_index=0, item=_MESSAGE),
        event("completed", response=response("completed", _MESSAGE)),
    ),
    opening=2,
    first_text=5,
    second_text=6,
    text_end=9,
    finish="completed",
    call=numbered(
        CREATED,
        event("in_progress", response=response("in_progress")),
        event("output_item.added", output_index=0, item=_CALL | {"status": "in_progress", "arguments": ""}),
        event("function_call_arguments.delta", **_IN_CALL, delta='{"city": '),
        event("function_call_arguments.delta", **_IN_CALL, delta='"Bern"}'),
        event("function_call_arguments.done", **_IN_CALL, arguments=json.dumps(ARGUMENTS)),
        event("output_item.done", output_index=0, item=_CALL),
        event("completed", response=response("completed", _CALL)),
    ),
    first_arguments=4,
    call_end=7,
    call_finish="completed",
    error={
        "type": "error",
        "sequence_number": 6,
        "error": {"type": "server_error", "code": "server_error", "message": "The server had an error", "param": None},
    },
)
