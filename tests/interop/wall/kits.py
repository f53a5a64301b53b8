"""The answers in the other dialects, and the kits of all of them."""

from __future__ import annotations

from typing import Any

from tests.interop.wall.kit import ARGUMENTS, ID, NAME, Kit, Payload
from tests.interop.wall.openai_kits import CHAT, RESPONSES


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
    framing="lines",
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


def cohere(kind: str, index: int | None = None, **message: Any) -> Payload:
    """One event of Cohere."""
    numbered: Payload = {} if index is None else {"index": index}
    return {"type": kind, **numbered, **({"delta": {"message": message}} if message else {})}


def _said(kind: str, text: str) -> Payload:
    return cohere(kind, 0, content={"type": "text", "text": text} if kind == "content-start" else {"text": text})


def _ended(reason: str, **fields: Any) -> Payload:
    counts = {"tokens": {"input_tokens": 9.0, "output_tokens": 5.0}}
    return {"type": "message-end", "delta": {"finish_reason": reason, "usage": counts, **fields}}


def _fragment(arguments: str) -> Payload:
    return cohere("tool-call-delta", 0, tool_calls={"function": {"arguments": arguments}})


_COHERE_START = cohere("message-start", role="assistant", content=[], tool_plan="", tool_calls=[], citations=[])
_COHERE_START |= {"id": "r-1"}
_COHERE_CALL = {"id": ID, "type": "function", "function": {"name": NAME, "arguments": ""}}

COHERE = Kit(
    "cohere",
    "Cohere",
    "text/event-stream",
    text=(
        _COHERE_START,
        _said("content-start", ""),
        _said("content-delta", "Hello"),
        _said("content-delta", " there"),
        cohere("content-end", 0),
        _ended("COMPLETE"),
    ),
    first_text=3,
    second_text=4,
    text_end=5,
    finish="COMPLETE",
    call=(
        _COHERE_START,
        cohere("tool-call-start", 0, tool_calls=_COHERE_CALL),
        _fragment('{"city": '),
        _fragment('"Bern"}'),
        cohere("tool-call-end", 0),
        _ended("TOOL_CALL"),
    ),
    first_arguments=3,
    call_end=5,
    call_finish="TOOL_CALL",
    error=_ended("ERROR", error="internal server error"),
    document={"id": "r-1", "message": "internal server error"},
    trailer=b"data: [DONE]\n\n",
)


def grown(**delta: Any) -> Payload:
    """One piece of a block of Bedrock."""
    return {"contentBlockDelta": {"contentBlockIndex": 0, "delta": delta}}


_BEDROCK_START = {"messageStart": {"role": "assistant"}}
_BEDROCK_STOP = {"contentBlockStop": {"contentBlockIndex": 0}}
_BEDROCK_COUNTS = {
    "metadata": {"usage": {"inputTokens": 9, "outputTokens": 5, "totalTokens": 14}, "metrics": {"latencyMs": 1}}
}

BEDROCK = Kit(
    "bedrock",
    "Bedrock",
    "application/vnd.amazon.eventstream",
    framing="messages",
    text=(
        _BEDROCK_START,
        grown(text="Hello"),
        grown(text=" there"),
        _BEDROCK_STOP,
        {"messageStop": {"stopReason": "end_turn"}},
        _BEDROCK_COUNTS,
    ),
    first_text=2,
    second_text=3,
    text_end=4,
    finish="end_turn",
    call=(
        _BEDROCK_START,
        {"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": ID, "name": NAME}}}},
        grown(toolUse={"input": '{"city": '}),
        grown(toolUse={"input": '"Bern"}'}),
        _BEDROCK_STOP,
        {"messageStop": {"stopReason": "tool_use"}},
        _BEDROCK_COUNTS,
    ),
    first_arguments=3,
    call_end=5,
    call_finish="tool_use",
    error={"throttlingException": {"message": "Too many requests, please wait"}},
    document={"message": "Too many requests, please wait"},
)

KITS = (CHAT, RESPONSES, ANTHROPIC, GEMINI, OLLAMA, COHERE, BEDROCK)
