"""Six short answers, one in each great protocol: a text with a character of four bytes, and a call of a tool."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from .fault_positions import Body

__all__ = ["SAMPLES", "Sample"]

Payload: TypeAlias = dict[str, Any]

TEXT = "Grüezi, ich schaue nach 🌍 …"
PIECES = ("Grüezi, ich ", "schaue nach 🌍", " …")
NAME = "weather"
ARGUMENTS = '{"city":"東京","unit":"celsius"}'
FRAGMENTS = ('{"city":', '"東京",', '"unit":"celsius"}')
CALL_ID = "call_sample"
MODEL = "sample-1"


@attrs.frozen
class Sample:
    """An answer as a provider sends it, and what it says."""

    provider: str
    """The provider whose protocol it is."""
    body: Body
    """Its events."""
    model: str = MODEL
    """The model that answers."""
    text: str = TEXT
    """The whole text."""
    tool: str = NAME
    """The tool that is called."""
    arguments: str = ARGUMENTS
    """The arguments of the call, as JSON."""


def _json(payload: Payload) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _data(payload: Payload) -> bytes:
    return b"data: " + _json(payload) + b"\n\n"


def _named(payload: Payload) -> bytes:
    return b"event: " + str(payload["type"]).encode() + b"\n" + _data(payload)


def _chat() -> Body:
    def chunk(delta: Payload, reason: str | None = None) -> bytes:
        return _data({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

    def call(**fields: Any) -> bytes:
        return chunk({"tool_calls": [{"index": 0, **fields}]})

    head = {"id": "chatcmpl-sample", "object": "chat.completion.chunk", "created": 1760000000, "model": MODEL}
    usage = {"prompt_tokens": 21, "completion_tokens": 34, "total_tokens": 55}
    frames = [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": piece}) for piece in PIECES),
        call(id=CALL_ID, type="function", function={"name": NAME, "arguments": ""}),
        *(call(function={"arguments": piece}) for piece in FRAGMENTS),
        chunk({}, "tool_calls"),
        _data({**head, "choices": [], "usage": usage}),
        b"data: [DONE]\n\n",
    ]
    return Body(frames, proof=8, middle=6)


def _responses() -> Body:
    response: Payload = {
        "id": "resp_sample",
        "object": "response",
        "model": MODEL,
        "status": "in_progress",
        "output": [],
    }
    words: Payload = {"type": "output_text", "text": TEXT, "annotations": []}
    message: Payload = {
        "id": "msg_sample",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [words],
    }
    call = {"id": "fc_sample", "type": "function_call", "call_id": CALL_ID, "name": NAME, "arguments": ARGUMENTS}
    usage = {"input_tokens": 21, "output_tokens": 34, "total_tokens": 55}
    at_text = {"item_id": "msg_sample", "output_index": 0, "content_index": 0}
    at_call = {"item_id": "fc_sample", "output_index": 1}
    begun, done = {"status": "in_progress"}, {"status": "completed"}
    output = [{**message, **done}, {**call, **done}]
    events: list[tuple[str, Payload]] = [
        ("created", {"response": {**response, **begun}}),
        ("in_progress", {"response": {**response, **begun}}),
        ("output_item.added", {"output_index": 0, "item": {**message, **begun, "content": []}}),
        ("content_part.added", {**at_text, "part": {**words, "text": ""}}),
        *(("output_text.delta", {**at_text, "delta": piece}) for piece in PIECES),
        ("output_text.done", {**at_text, "text": TEXT}),
        ("content_part.done", {**at_text, "part": words}),
        ("output_item.done", {"output_index": 0, "item": {**message, **done}}),
        ("output_item.added", {"output_index": 1, "item": {**call, **begun, "arguments": ""}}),
        *(("function_call_arguments.delta", {**at_call, "delta": piece}) for piece in FRAGMENTS),
        ("function_call_arguments.done", {**at_call, "arguments": ARGUMENTS}),
        ("output_item.done", {"output_index": 1, "item": {**call, **done}}),
        ("completed", {"response": {**response, **done, "output": output, "usage": usage}}),
    ]
    frames = [
        _named({"type": f"response.{kind}", "sequence_number": number, **fields})
        for number, (kind, fields) in enumerate(events)
    ]
    return Body(frames, middle=12)


def _anthropic() -> Body:
    def delta(index: int, kind: str, **fields: Any) -> bytes:
        return _named({"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}})

    def start(index: int, **block: Any) -> bytes:
        return _named({"type": "content_block_start", "index": index, "content_block": block})

    def stop(index: int) -> bytes:
        return _named({"type": "content_block_stop", "index": index})

    message: Payload = {"id": "msg_sample", "type": "message", "role": "assistant", "model": MODEL, "content": []}
    usage = {"input_tokens": 21, "output_tokens": 1}
    frames = [
        _named({"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}}),
        start(0, type="text", text=""),
        _named({"type": "ping"}),
        *(delta(0, "text_delta", text=piece) for piece in PIECES),
        stop(0),
        start(1, type="tool_use", id=CALL_ID, name=NAME, input={}),
        *(delta(1, "input_json_delta", partial_json=piece) for piece in FRAGMENTS),
        stop(1),
        _named({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 34}}),
        _named({"type": "message_stop"}),
    ]
    return Body(frames, proof=12, middle=9)


def _gemini() -> Body:
    def chunk(part: Payload, **fields: Any) -> bytes:
        candidate = {"content": {"parts": [part], "role": "model"}, "index": 0, **fields}
        payload = {"candidates": [candidate], "modelVersion": MODEL, "responseId": "sample", "usageMetadata": usage}
        return b"data: " + _json(payload) + b"\r\n\r\n"

    usage = {"promptTokenCount": 21, "candidatesTokenCount": 34, "totalTokenCount": 55}
    call = {"functionCall": {"name": NAME, "args": json.loads(ARGUMENTS), "id": CALL_ID}}
    frames = [*(chunk({"text": piece}) for piece in PIECES), chunk(call), chunk({"text": ""}, finishReason="STOP")]
    return Body(frames, middle=3)


def _ollama() -> Body:
    def line(message: Payload, *, done: bool = False, **fields: Any) -> bytes:
        message = {"role": "assistant", **message}
        payload = {"model": MODEL, "created_at": "2026-01-01T00:00:00Z", "message": message, "done": done, **fields}
        return _json(payload) + b"\n"

    call = {"id": CALL_ID, "function": {"name": NAME, "arguments": json.loads(ARGUMENTS)}}
    counts = {"total_duration": 900, "prompt_eval_count": 21, "eval_count": 34}
    frames = [
        *(line({"content": piece}) for piece in PIECES),
        line({"content": "", "tool_calls": [call]}),
        line({"content": ""}, done=True, done_reason="stop", **counts),
    ]
    return Body(frames, middle=3)


def _aws_header(name: str, value: str) -> bytes:
    # A name with one byte of length, the type 7 for a string, a value with two.
    return b"%c%b\x07%b%b" % (len(name), name.encode(), struct.pack(">H", len(value)), value.encode())


def _aws_message(kind: str, payload: Payload) -> bytes:
    """A message of the AWS event stream (smithy.io/2.0/aws/amazon-eventstream.html)."""
    names = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(_aws_header(name, value) for name, value in names.items())
    content = _json(payload)
    prelude = struct.pack(">II", 16 + len(headers) + len(content), len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + content
    return message + struct.pack(">I", zlib.crc32(message))


def _bedrock() -> Body:
    def delta(index: int, **fields: Any) -> bytes:
        return _aws_message("contentBlockDelta", {"contentBlockIndex": index, "delta": fields})

    def stop(index: int) -> bytes:
        return _aws_message("contentBlockStop", {"contentBlockIndex": index})

    usage = {"inputTokens": 21, "outputTokens": 34, "totalTokens": 55}
    call = {"toolUse": {"toolUseId": CALL_ID, "name": NAME}}
    frames = [
        _aws_message("messageStart", {"role": "assistant"}),
        *(delta(0, text=piece) for piece in PIECES),
        stop(0),
        _aws_message("contentBlockStart", {"contentBlockIndex": 1, "start": call}),
        *(delta(1, toolUse={"input": piece}) for piece in FRAGMENTS),
        stop(1),
        _aws_message("messageStop", {"stopReason": "tool_use"}),
        _aws_message("metadata", {"usage": usage, "metrics": {"latencyMs": 900}}),
    ]
    return Body(frames, proof=10, middle=7)


_BODIES: Mapping[str, Callable[[], Body]] = {
    "openai-chat": _chat,
    "openai-responses": _responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "ollama": _ollama,
    "bedrock": _bedrock,
}
SAMPLES: Mapping[str, Sample] = MappingProxyType({name: Sample(name, build()) for name, build in _BODIES.items()})
"""A sample for each of six protocols, by provider name."""
