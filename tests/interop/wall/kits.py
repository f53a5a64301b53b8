"""One answer with text and one with a tool call in each dialect, as the provider sends them: what is damaged then."""

from __future__ import annotations

import json
from typing import Any

import attrs

Payload = dict[str, Any]
TEXT = "Hello there"
NAME, ARGUMENTS = "weather", {"city": "Bern"}
ID = "call_1"


@attrs.frozen(eq=False)
class Kit:
    """A dialect's two answers. Payloads are counted from the start."""

    dialect: str
    title: str
    media_type: str
    text: tuple[Payload, ...]
    """The answer `TEXT`, in two pieces."""
    first_text: int
    """Payloads up to the first piece of it, `Hello`."""
    second_text: int
    """Payloads up to the second piece of it."""
    text_end: int
    """Payloads before the one that says why the answer ends."""
    finish: str
    """The word for it."""
    call: tuple[Payload, ...]
    """The call of `NAME` with `ARGUMENTS`, in two pieces where the dialect sends pieces."""
    first_arguments: int
    """Payloads up to the first piece of the arguments."""
    call_end: int
    """As `text_end`."""
    call_finish: str
    error: Payload
    """A payload by which the provider reports an error of its own."""
    opening: int = 1
    """Payloads before anything of the answer's content."""
    trailer: bytes = b""
    """What closes a whole body."""
    has_id: bool = True
    """False where calls have no ids."""

    @property
    def lines(self) -> bool:
        """True for lines of JSON, False for server-sent events."""
        return self.media_type == "application/x-ndjson"

    @property
    def named(self) -> bool:
        """True if events are named by their type."""
        return "type" in self.text[0]

    def frame(self, payload: Any, eol: str = "\n", name: str = "") -> bytes:
        """One payload on the wire; text stands for itself, under that name if events have names."""
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        if self.lines:
            return f"{text}{eol}".encode()
        name = payload["type"] if isinstance(payload, dict) and self.named else name
        return f"{f'event: {name}{eol}' if name else ''}data: {text}{eol}{eol}".encode()

    def body(self, *payloads: Any) -> bytes:
        """These payloads on the wire, without the trailer."""
        return b"".join(self.frame(payload) for payload in payloads)

    @property
    def whole(self) -> bytes:
        """The answer with text, undamaged."""
        return self.body(*self.text) + self.trailer

    @property
    def whole_call(self) -> bytes:
        """The answer with the call, undamaged."""
        return self.body(*self.call) + self.trailer

    def with_text(self, first: str, second: str) -> tuple[Payload, ...]:
        """The answer with these two pieces of text."""
        text = json.dumps(self.text)
        for old, new in (("Hello there", first + second), ("Hello", first), (" there", second)):
            text = text.replace(json.dumps(old), json.dumps(new))
        changed: tuple[Payload, ...] = tuple(json.loads(text))
        return changed


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


def started(**fields: Any) -> Payload:
    """The event that opens a message of Anthropic."""
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "small-2",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 1},
    }
    return {"type": "message_start", "message": message | fields}


def delta(kind: str, index: int = 0, **fields: Any) -> Payload:
    """One piece of a block."""
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def block(index: int = 0, **fields: Any) -> Payload:
    """The opening of a block."""
    return {"type": "content_block_start", "index": index, "content_block": fields}


def stopped(reason: str | None) -> Payload:
    """The event that says why the message ends."""
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": 5},
    }


BLOCK_STOP = {"type": "content_block_stop", "index": 0}
MESSAGE_STOP = {"type": "message_stop"}
TOOL_USE = block(type="tool_use", id=ID, name=NAME, input={})

ANTHROPIC = Kit(
    "anthropic",
    "Anthropic",
    "text/event-stream",
    text=(
        started(),
        block(type="text", text=""),
        delta("text_delta", text="Hello"),
        delta("text_delta", text=" there"),
        BLOCK_STOP,
        stopped("end_turn"),
        MESSAGE_STOP,
    ),
    first_text=3,
    second_text=4,
    text_end=5,
    finish="end_turn",
    call=(
        started(),
        TOOL_USE,
        delta("input_json_delta", partial_json='{"city": '),
        delta("input_json_delta", partial_json='"Bern"}'),
        BLOCK_STOP,
        stopped("tool_use"),
        MESSAGE_STOP,
    ),
    first_arguments=3,
    call_end=5,
    call_finish="tool_use",
    error={"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
)


def candidate(*parts: Payload, finish: str | None = None, **fields: Any) -> Payload:
    """One chunk of Gemini."""
    inner: Payload = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish is not None:
        inner["finishReason"] = finish
    counts = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}
    shell = {"candidates": [inner], "usageMetadata": counts, "modelVersion": "small-3", "responseId": "r-1"}
    return shell | fields


FUNCTION_CALL = {"functionCall": {"name": NAME, "args": ARGUMENTS}}

GEMINI = Kit(
    "gemini",
    "Gemini",
    "text/event-stream",
    text=(candidate({"text": "Hello"}), candidate({"text": " there"}), candidate({"text": ""}, finish="STOP")),
    opening=0,
    first_text=1,
    second_text=2,
    text_end=2,
    finish="STOP",
    call=(candidate(FUNCTION_CALL), candidate({"text": ""}, finish="STOP")),
    first_arguments=1,
    call_end=1,
    call_finish="STOP",
    error={"error": {"code": 503, "message": "The model is overloaded", "status": "UNAVAILABLE"}},
    has_id=False,
)


def line(content: str = "", *, done: str | None = None, **message: Any) -> Payload:
    """One line of Ollama."""
    shell: Payload = {"model": "small-4", "created_at": "2026-03-01T10:00:00Z"}
    shell["message"] = {"role": "assistant", "content": content, **message}
    ended = {"done_reason": done, "prompt_eval_count": 9, "eval_count": 5} if done else {}
    return shell | {"done": done is not None} | ended


OLLAMA_CALL = {"function": {"name": NAME, "arguments": ARGUMENTS}}

OLLAMA = Kit(
    "ollama",
    "Ollama",
    "application/x-ndjson",
    text=(line("Hello"), line(" there"), line(done="stop")),
    opening=0,
    first_text=1,
    second_text=2,
    text_end=2,
    finish="stop",
    call=(line(tool_calls=[OLLAMA_CALL]), line(done="stop")),
    first_arguments=1,
    call_end=1,
    call_finish="stop",
    error={"error": "an error was encountered while running the model"},
    has_id=False,
)

KITS = (CHAT, RESPONSES, ANTHROPIC, GEMINI, OLLAMA)
