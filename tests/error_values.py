"""Error values in every shape that a provider is known to send, and generated ones."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

TEXT = "It broke."
# The value, and the message, code and status that it states.
SHAPES: dict[str, tuple[Any, str, str | None, int | None]] = {
    "openai": (
        {"error": {"message": TEXT, "type": "server_error", "param": None, "code": None}},
        TEXT,
        "server_error",
        None,
    ),
    "openai code": ({"error": {"message": TEXT, "type": "invalid_request_error", "code": "c"}}, TEXT, "c", None),
    "openai responses flat": (
        {"type": "error", "code": "server_error", "message": TEXT, "param": None, "sequence_number": 3},
        TEXT,
        "server_error",
        None,
    ),
    "openai responses nested": (
        {"type": "error", "sequence_number": 2, "error": {"type": "too_many_requests", "code": "x", "message": TEXT}},
        TEXT,
        "x",
        None,
    ),
    "openai responses failed": (
        {
            "type": "response.failed",
            "response": {
                "id": "resp_1",
                "status": "failed",
                "error": {"code": "server_error", "message": TEXT},
                "metadata": {"raw": "mine", "reasons": "mine"},
            },
        },
        TEXT,
        "server_error",
        None,
    ),
    "openai websocket": ({"type": "error", "status": 429, "error": {"code": "c", "message": TEXT}}, TEXT, "c", 429),
    "anthropic": (
        {"type": "error", "error": {"type": "overloaded_error", "message": TEXT, "details": None}, "request_id": "r"},
        TEXT,
        "overloaded_error",
        None,
    ),
    "anthropic details": (
        {
            "type": "error",
            "error": {
                "type": "rate_limit_error",
                "message": TEXT,
                "details": {"error_code": "ramp_limit_exceeded"},
            },
        },
        TEXT,
        "ramp_limit_exceeded",
        None,
    ),
    "gemini": ({"error": {"code": 503, "message": TEXT, "status": "UNAVAILABLE"}}, TEXT, "UNAVAILABLE", 503),
    "gemini list": ([{"error": {"code": 503, "message": TEXT, "status": "UNAVAILABLE"}}], TEXT, "UNAVAILABLE", 503),
    "gemini without code": ({"error": {"message": TEXT, "status": "INTERNAL"}}, TEXT, "INTERNAL", None),
    "gemini interactions": (
        {"event_type": "error", "error": {"code": "quota_exceeded", "message": TEXT}},
        TEXT,
        "quota_exceeded",
        None,
    ),
    "azure": ({"error": {"code": "429", "message": TEXT}}, TEXT, "429", 429),
    "azure gateway": ({"statusCode": 401, "message": TEXT}, TEXT, None, 401),
    "text": ({"error": TEXT}, TEXT, None, None),
    "bare text": (TEXT, TEXT, None, None),
    "xai": ({"code": "Some resource is gone", "error": TEXT}, TEXT, "Some resource is gone", None),
    "ollama cloud": ({"StatusCode": 502, "Status": "502 Bad Gateway", "error": TEXT}, TEXT, None, 502),
    "ollama signin": ({"error": "unauthorized", "signin_url": "https://x"}, "unauthorized", "unauthorized", None),
    "chinese": ({"error": "模型过载", "message": "稍后再试 now", "code": "1305"}, "模型过载", "1305", None),
    "json text without a message": (
        {"error": {"message": '{"type": "overloaded_error"}'}},
        '{"type": "overloaded_error"}',
        "overloaded_error",
        None,
    ),
    "error word": ({"error": "rate_limit_exceeded", "message": TEXT}, TEXT, "rate_limit_exceeded", None),
    "error phrase": ({"statusCode": 400, "error": "Bad Request", "message": TEXT}, TEXT, None, 400),
    "only a phrase": ({"error": "Bad Request", "message": "Oh"}, "Bad Request", None, None),
    "cerebras": ({"message": TEXT, "type": "t", "param": "p", "code": "wrong_api_key"}, TEXT, "wrong_api_key", None),
    "vllm old": (
        {"object": "error", "message": TEXT, "type": "BadRequestError", "param": None, "code": 400},
        TEXT,
        "BadRequestError",
        400,
    ),
    "vllm": (
        {"error": {"object": "error", "message": TEXT, "type": "BadRequestError", "code": 400}},
        TEXT,
        "BadRequestError",
        400,
    ),
    "llama.cpp": (
        {"error": {"code": 400, "message": TEXT, "type": "exceed_context_size_error", "n_ctx": 8192}},
        TEXT,
        "exceed_context_size_error",
        400,
    ),
    "llama.cpp field": (
        {"code": 400, "message": TEXT, "type": "invalid_request_error"},
        TEXT,
        "invalid_request_error",
        400,
    ),
    "mistral": (
        {"object": "error", "message": TEXT, "type": "rate_limited", "param": None, "code": "1300"},
        TEXT,
        "rate_limited",
        None,
    ),
    "mistral validation": (
        {
            "object": "error",
            "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs"}]},
            "type": "invalid_request_error",
        },
        "body.store: Extra inputs",
        "invalid_request_error",
        None,
    ),
    "fastapi": ({"detail": TEXT}, TEXT, None, None),
    "fastapi list": (
        {"detail": [{"loc": ["body", "messages", 0], "msg": "Field required"}, {"loc": [], "msg": "Also"}]},
        "body.messages.0: Field required; Also",
        None,
        None,
    ),
    "json text in detail": ({"detail": json.dumps({"error": {"message": TEXT, "type": "t"}})}, TEXT, "t", None),
    "json text in message": (
        {"error": {"message": json.dumps([{"error": {"message": TEXT, "code": 503, "status": "S"}}]), "code": 500}},
        TEXT,
        "S",
        503,
    ),
    "problem details": ({"type": "about:blank", "title": "Bad", "status": 404, "detail": TEXT}, TEXT, None, 404),
    "error in error": ({"error": {"error": {"message": TEXT, "code": "inner"}, "code": "outer"}}, TEXT, "inner", None),
    "errors": ({"errors": [{"message": TEXT, "code": 1}]}, TEXT, "1", None),
    "error and message": ({"error": True, "message": TEXT}, TEXT, None, None),
    "fastchat": ({"text": TEXT, "error_code": 50001}, TEXT, "50001", 500),
    "fastchat rate": ({"text": TEXT, "error_code": 42901}, TEXT, "42901", 429),
    "zai": ({"error": {"code": "1302", "message": TEXT}}, TEXT, "1302", None),
    "minimax": (
        {"type": "error", "error": {"type": "insufficient_balance_error", "message": TEXT, "http_code": "429"}},
        TEXT,
        "insufficient_balance_error",
        429,
    ),
    "aws": ({"message": TEXT}, TEXT, None, None),
    "aws capital": ({"Message": TEXT}, TEXT, None, None),
    "aws type": (
        {"__type": "com.amazon.coral.service#UnrecognizedClientException", "message": TEXT},
        TEXT,
        "UnrecognizedClientException",
        None,
    ),
    "bedrock stream": ({"originalStatusCode": 429, "originalMessage": TEXT}, TEXT, None, None),
    "cohere": ({"id": "8f", "message": TEXT}, TEXT, None, None),
    "cohere stream": ({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": TEXT}}, TEXT, None, None),
    "groq": (
        {"error": {"message": TEXT, "type": "t", "code": "tool_use_failed", "status_code": 400}},
        TEXT,
        "tool_use_failed",
        400,
    ),
    "groq envelope": ({"id": "c", "choices": [], "x_groq": {"error": TEXT}}, TEXT, None, None),
    "openrouter": (
        {"id": "gen", "object": "chat.completion.chunk", "error": {"code": 429, "message": TEXT}, "choices": []},
        TEXT,
        "429",
        429,
    ),
    "openrouter choice": ({"choices": [{"index": 0, "error": {"code": 502, "message": TEXT}}]}, TEXT, "502", 502),
    "openrouter upstream text": (
        {"error": {"code": 502, "message": "Provider returned error", "metadata": {"raw": TEXT}}},
        TEXT,
        "502",
        502,
    ),
    "openrouter upstream json": (
        {
            "error": {
                "code": 400,
                "message": "Provider returned error",
                "metadata": {"raw": json.dumps({"error": {"message": TEXT, "type": "u"}}), "provider_name": "P"},
            }
        },
        TEXT,
        "400",
        400,
    ),
    "openrouter upstream html": (
        {"error": {"message": "Provider returned error", "metadata": {"raw": "<html><b>502</b>"}}},
        "Provider returned error",
        None,
        None,
    ),
    "perplexity": ({"error": {"code": 401, "message": TEXT, "type": "t"}}, TEXT, "t", 401),
    "null": (None, "", None, None),
    "nothing": ({}, "", None, None),
    "only a type": ({"error": {"type": "overloaded_error"}}, "", "overloaded_error", None),
}

FIELDS = """
error errors detail message type code status details metadata raw innererror response choices delta headers retry_after
retryDelay violations quotaId loc msg text error_code request_id StatusCode
"""
NAMES = st.sampled_from(FIELDS.split())
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["429", "{}", '{"error": "x"}', "[", "37s", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(), inner, max_size=6),
    max_leaves=25,
)
