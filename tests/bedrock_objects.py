"""Objects of the vendors' own schemas as InvokeModel carries them, written by hand."""

from __future__ import annotations

from typing import Any

from tests.bedrock_frames import stop, text

METRICS = {"inputTokenCount": 7, "outputTokenCount": 5, "invocationLatency": 84, "firstByteLatency": 40}
MEASURED = {"amazon-bedrock-invocationMetrics": METRICS}


def claude(usage: dict[str, int] | None = None, reason: str = "tool_use") -> list[dict[str, Any]]:
    return [
        {"type": "message_start", "message": {"id": "msg_1", "model": "claude", "usage": usage or {}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "<think>Hel"}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "lo"}},
        {"type": "content_block_stop", "index": 1},
        {
            "type": "content_block_start",
            "index": 2,
            "content_block": {"type": "tool_use", "id": "use_1", "name": "find", "input": {}},
        },
        {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": '{"q":1}'}},
        {"type": "content_block_stop", "index": 2},
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage or {}},
        {"type": "message_stop", **MEASURED},
    ]


def piece(content: str, reason: str | None = None, **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-oss", "choices": [choice], **fields}


CLAUDE = claude({"input_tokens": 3, "output_tokens": 4})
CHAT = [piece("Hel"), piece("lo"), piece("", "stop"), MEASURED]
NOVA = [
    {"messageStart": {"role": "assistant"}},
    text(0, "Hel"),
    {"contentBlockStop": {"contentBlockIndex": 0}},
    text(1, "lo"),
    {"contentBlockStop": {"contentBlockIndex": 1}},
    {"contentBlockStart": {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "a", "name": "f"}}}},
    {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolUse": {"input": "{}"}}}},
    {"contentBlockStop": {"contentBlockIndex": 2}},
    stop("tool_use"),
    {
        "metadata": {"usage": {"inputTokens": 7, "outputTokens": 5}, "metrics": {}, "trace": {}},
        "amazon-bedrock-invocationMetrics": METRICS,
    },
]
MISTRAL = [
    {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hel"}, "stop_reason": None}]},
    {"choices": [{"index": 0, "message": {"role": "assistant", "content": "lo"}, "stop_reason": None}]},
    {"choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "stop_reason": "length"}], **MEASURED},
]
COHERE = [
    {"type": "message-start", "id": "r", "delta": {"message": {"role": "assistant"}}},
    {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hello"}}}},
    {"type": "content-end", "index": 0},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}, **MEASURED},
]
FIXTURES = [CLAUDE, CHAT, NOVA, MISTRAL, COHERE]
