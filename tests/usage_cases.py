"""Answers with token counts as providers state them, and what they mean, worked out by hand from the providers' pages.

Each case: provider, payloads, and input, output, cache read, cache write, reasoning, total and cost. The raw counts are
those of the last payload that states any, unless the case gives them.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest

__all__ = ["CASES", "Case"]

TEXT = {"index": 0, "delta": {"role": "assistant", "content": "Hi"}, "finish_reason": None}
STOP = {"index": 0, "delta": {}, "finish_reason": "stop"}


@attrs.frozen
class Case:
    provider: str
    payloads: list[Any]
    counts: tuple[int | None, int | None, int | None, int | None, int | None, int | None]
    raw: dict[str, Any]
    cost: float | None = None


def chunk(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": list(choices), **fields}


def chat(provider: str, usage: dict[str, Any], counts: Any, cost: float | None = None) -> Case:
    """Usage in a last chunk without choices, as OpenAI sends it."""
    payloads = [chunk(TEXT, usage=None), chunk(STOP, usage=None), chunk(usage=usage), "[DONE]"]
    return Case(provider, payloads, counts, usage, cost)


def responses(usage: dict[str, Any], counts: Any, cost: float | None = None, kind: str = "completed") -> Case:
    reason = {"incomplete_details": {"reason": "max_output_tokens"}} if kind == "incomplete" else {}
    response = {"id": "r", "model": "m", "status": kind, "output": [], "usage": usage, **reason}
    start = {"type": "response.created", "response": {"id": "r", "model": "m", "usage": None}}
    return Case("openai-responses", [start, {"type": f"response.{kind}", "response": response}], counts, usage, cost)


def anthropic(first: dict[str, Any], *later: dict[str, Any] | None, counts: Any, raw: dict[str, Any]) -> Case:
    message = {"id": "m", "model": "m", "content": [], "usage": first}
    changes = [{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage} for usage in later]
    payloads = [{"type": "message_start", "message": message}, *changes, {"type": "message_stop"}]
    return Case("anthropic", payloads, counts, raw)


def gemini(*usages: dict[str, Any], counts: Any, raw: dict[str, Any]) -> Case:
    parts = [{"content": {"role": "model", "parts": [{"text": "Hi"}]}, "index": 0} for _ in usages]
    parts[-1]["finishReason"] = "STOP"
    chunks = [{"candidates": [part], "usageMetadata": usage} for part, usage in zip(parts, usages, strict=True)]
    return Case("gemini", chunks, counts, raw)


def interaction(*usages: dict[str, Any], counts: Any, raw: dict[str, Any]) -> Case:
    start = {"event_type": "interaction.created", "interaction": {"id": "i", "status": "in_progress"}}
    stops = [{"event_type": "step.stop", "index": 0, "usage": usage} for usage in usages[:-1]]
    end = {"event_type": "interaction.completed", "interaction": {"status": "completed", "usage": usages[-1]}}
    step = {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}}
    return Case("gemini-interactions", [start, step, *stops, end], counts, raw)


def ollama(counts: Any, **usage: int) -> Case:
    last = {"model": "m", "message": {"content": ""}, "done": True, "done_reason": "stop", **usage}
    return Case("ollama", [{"model": "m", "message": {"content": "Hi"}, "done": False}, last], counts, usage)


def bedrock(usage: dict[str, Any], counts: Any) -> Case:
    delta = {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}}
    end = [{"messageStop": {"stopReason": "end_turn"}}, {"metadata": {"usage": usage, "metrics": {"latencyMs": 9}}}]
    return Case("bedrock", [{"messageStart": {"role": "assistant"}}, delta, *end], counts, usage)


def cohere(usage: dict[str, Any], counts: Any) -> Case:
    end = {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage}}
    start = {"type": "message-start", "id": "r", "delta": {"message": {"role": "assistant"}}}
    return Case("cohere", [start, end], counts, usage)


METRICS = {"inputTokenCount": 30, "outputTokenCount": 12, "invocationLatency": 84, "firstByteLatency": 40}
MEASURED = {"amazon-bedrock-invocationMetrics": METRICS}
OPENAI = {
    "prompt_tokens": 100,
    "completion_tokens": 40,
    "total_tokens": 140,
    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 25, "accepted_prediction_tokens": 0},
}
PLAIN = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
GROK = {
    "prompt_tokens": 32,
    "completion_tokens": 9,
    "total_tokens": 135,
    "completion_tokens_details": {"reasoning_tokens": 94},
    "num_sources_used": 0,
}
PERPLEXITY = {
    "prompt_tokens": 14,
    "completion_tokens": 30,
    "total_tokens": 44,
    "search_context_size": "low",
    "cost": {"input_tokens_cost": 0.001, "output_tokens_cost": 0.002, "request_cost": 0.005, "total_cost": 0.008},
}
RESPONSES = {
    "input_tokens": 81,
    "input_tokens_details": {"cached_tokens": 32, "cache_write_tokens": 16},
    "output_tokens": 1035,
    "output_tokens_details": {"reasoning_tokens": 832},
    "total_tokens": 1116,
}
CLAUDE = {
    "input_tokens": 25,
    "output_tokens": 1,
    "cache_creation_input_tokens": 200,
    "cache_read_input_tokens": 3000,
    "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 0},
    "service_tier": "standard",
}
THINKING = {
    "promptTokenCount": 12,
    "candidatesTokenCount": 7,
    "thoughtsTokenCount": 90,
    "totalTokenCount": 109,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 12}],
}
STEPS = {"total_input_tokens": 20, "total_output_tokens": 30, "total_thought_tokens": 50, "total_tokens": 100}
CONVERSE = {"inputTokens": 30, "outputTokens": 628, "totalTokens": 658}

_CASES = {
    # Cached tokens are part of the prompt, reasoning of the completion.
    "OpenAI": chat("openai-chat", OPENAI, (100, 40, 64, None, 25, 140)),
    "OpenAI, plain": chat("openai-chat", PLAIN, (9, 2, None, None, None, 11)),
    "OpenAI, without a total": chat(
        "azure", {"prompt_tokens": 9, "completion_tokens": 2}, (9, 2, None, None, None, 11)
    ),
    "vLLM: running totals with every chunk": Case(
        "vllm",
        [
            chunk(TEXT, usage={"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}),
            chunk(TEXT, usage={"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}),
            chunk(STOP, usage=None),
            "[DONE]",
        ],
        (9, 2, None, None, None, 11),
        PLAIN,
    ),
    "a zero behind the counts": Case(
        "litellm",
        [
            chunk(TEXT, usage=PLAIN),
            chunk(STOP, usage={"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}),
            "[DONE]",
        ],
        (9, 2, None, None, None, 11),
        PLAIN,
    ),
    "DeepSeek": chat(
        "deepseek",
        PLAIN | {"prompt_cache_hit_tokens": 6, "prompt_cache_miss_tokens": 3},
        (9, 2, 6, None, None, 11),
    ),
    "Moonshot: in the choice": Case(
        "moonshot",
        [chunk(TEXT), chunk(STOP | {"usage": PLAIN | {"cached_tokens": 4}}), "[DONE]"],
        (9, 2, 4, None, None, 11),
        PLAIN | {"cached_tokens": 4},
    ),
    "Groq": Case(
        "groq",
        [chunk(TEXT, x_groq={"id": "req"}), chunk(STOP, x_groq={"usage": PLAIN | {"total_time": 0.5}}), "[DONE]"],
        (9, 2, None, None, None, 11),
        PLAIN | {"total_time": 0.5},
    ),
    # xAI's reasoning stands beside the completion: 9 + 94.
    "xAI": chat("grok", GROK, (32, 103, None, None, 94, 135)),
    "xAI: its price in ticks of a ten-billionth": chat(
        "grok", GROK | {"cost_in_usd_ticks": 12_345_000}, (32, 103, None, None, 94, 135), 0.0012345
    ),
    "xAI: more cached than in the prompt": chat(
        "grok",
        {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 100}},
        (110, 5, 100, None, None, 115),
    ),
    "Perplexity": chat("perplexity", PERPLEXITY, (14, 30, None, None, None, 44), 0.008),
    "OpenRouter": chat(
        "openrouter",
        OPENAI | {"cost": 0.00095, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.0009}},
        (100, 40, 64, None, 25, 140),
        0.00095,
    ),
    "Mistral": chat("mistral", PLAIN | {"num_cached_tokens": 5}, (9, 2, 5, None, None, 11)),
    "DashScope": chat(
        "dashscope",
        PLAIN | {"prompt_tokens_details": {"cached_tokens": 4, "cache_creation_input_tokens": 3}},
        (9, 2, 4, 3, None, 11),
    ),
    "Copilot: Anthropic's names": chat(
        "openai-chat", {"input_tokens": 7, "output_tokens": 3}, (7, 3, None, None, None, 10)
    ),
    "counts as text and as floats": chat(
        "openai-chat", {"prompt_tokens": "12", "completion_tokens": 4.0}, (12, 4, None, None, None, 16)
    ),
    # Responses.
    "Responses": responses(RESPONSES, (81, 1035, 32, 16, 832, 1116)),
    "Responses, incomplete": responses(RESPONSES, (81, 1035, 32, 16, 832, 1116), kind="incomplete"),
    "Responses, without a total": responses({"input_tokens": 5, "output_tokens": 6}, (5, 6, None, None, None, 11)),
    "Responses, xAI": responses(
        {"input_tokens": 5, "output_tokens": 6, "total_tokens": 11, "cost_in_usd_ticks": 5_000_000_000},
        (5, 6, None, None, None, 11),
        0.5,
    ),
    # Anthropic: the three input counts stand beside each other, 25 + 200 + 3000.
    "Anthropic": anthropic(
        CLAUDE, {"output_tokens": 15}, counts=(3225, 15, 3000, 200, None, 3240), raw=CLAUDE | {"output_tokens": 15}
    ),
    "Anthropic: the input grows with server tools": anthropic(
        {"input_tokens": 100, "output_tokens": 2},
        {"input_tokens": 900, "output_tokens": 50, "server_tool_use": {"web_search_requests": 1}},
        {"input_tokens": 900, "output_tokens": 60},
        counts=(900, 60, None, None, None, 960),
        raw={"input_tokens": 900, "output_tokens": 60, "server_tool_use": {"web_search_requests": 1}},
    ),
    "Anthropic: thinking is part of the output": anthropic(
        {"input_tokens": 10, "output_tokens": 1},
        {"output_tokens": 80, "output_tokens_details": {"thinking_tokens": 55}},
        counts=(10, 80, None, None, 55, 90),
        raw={"input_tokens": 10, "output_tokens": 80, "output_tokens_details": {"thinking_tokens": 55}},
    ),
    "Z.ai: zeros at first": anthropic(
        {"input_tokens": 0, "output_tokens": 0},
        {"input_tokens": 12, "output_tokens": 34, "cache_read_input_tokens": 5},
        counts=(17, 34, 5, None, None, 51),
        raw={"input_tokens": 12, "output_tokens": 34, "cache_read_input_tokens": 5},
    ),
    "MiniMax: null at the end": anthropic(
        {"input_tokens": 8, "output_tokens": 3},
        None,
        counts=(8, 3, None, None, None, 11),
        raw={"input_tokens": 8, "output_tokens": 3},
    ),
    # Gemini: thoughts stand beside the candidates, what tools fed in beside the prompt, cached tokens inside it.
    "Gemini": gemini(THINKING, counts=(12, 97, None, None, 90, 109), raw=THINKING),
    "Gemini: a cache and tools": gemini(
        {
            "promptTokenCount": 2000,
            "cachedContentTokenCount": 1500,
            "candidatesTokenCount": 10,
            "toolUsePromptTokenCount": 300,
            "totalTokenCount": 2310,
        },
        counts=(2300, 10, 1500, None, None, 2310),
        raw={
            "promptTokenCount": 2000,
            "cachedContentTokenCount": 1500,
            "candidatesTokenCount": 10,
            "toolUsePromptTokenCount": 300,
            "totalTokenCount": 2310,
        },
    ),
    "Gemini: running totals, and a prompt that shrinks": gemini(
        {"trafficType": "ON_DEMAND"},
        {"promptTokenCount": 2304, "candidatesTokenCount": 1, "totalTokenCount": 2305},
        {"promptTokenCount": 2301, "candidatesTokenCount": 60, "totalTokenCount": 2361},
        counts=(2301, 60, None, None, None, 2361),
        raw={
            "trafficType": "ON_DEMAND",
            "promptTokenCount": 2301,
            "candidatesTokenCount": 60,
            "totalTokenCount": 2361,
        },
    ),
    "Gemini: nothing but thoughts": gemini(
        {"promptTokenCount": 5, "thoughtsTokenCount": 30, "totalTokenCount": 35},
        counts=(5, 30, None, None, 30, 35),
        raw={"promptTokenCount": 5, "thoughtsTokenCount": 30, "totalTokenCount": 35},
    ),
    # Interactions: as Gemini, in other words.
    "Interactions": interaction(STEPS, counts=(20, 80, None, None, 50, 100), raw=STEPS),
    "Interactions: a cache and tools": interaction(
        {"total_input_tokens": 20, "total_cached_tokens": 15, "total_tool_use_tokens": 7, "total_output_tokens": 3},
        counts=(27, 3, 15, None, None, 30),
        raw={
            "total_input_tokens": 20,
            "total_cached_tokens": 15,
            "total_tool_use_tokens": 7,
            "total_output_tokens": 3,
        },
    ),
    "Interactions: step by step": interaction(
        {"total_input_tokens": 20, "total_output_tokens": 1, "total_tokens": 21},
        {"total_input_tokens": 20, "total_output_tokens": 9, "total_tokens": 29},
        counts=(20, 9, None, None, None, 29),
        raw={"total_input_tokens": 20, "total_output_tokens": 9, "total_tokens": 29},
    ),
    # Ollama leaves out what is zero, and says nothing of caches.
    "Ollama": ollama((26, 5, None, None, None, 31), prompt_eval_count=26, eval_count=5),
    "Ollama: the whole prompt was cached": ollama((None, 5, None, None, None, None), eval_count=5),
    "Ollama: a prompt and no answer": ollama((26, None, None, None, None, None), prompt_eval_count=26),
    # Converse: the input leaves the cache out, unless the stated total says otherwise.
    "Bedrock": bedrock(CONVERSE, (30, 628, None, None, None, 658)),
    "Bedrock: a cache beside the input": bedrock(
        {
            "inputTokens": 30,
            "outputTokens": 70,
            "cacheReadInputTokens": 400,
            "cacheWriteInputTokens": 500,
            "totalTokens": 1000,
        },
        (930, 70, 400, 500, None, 1000),
    ),
    "Bedrock: a cache inside the input": bedrock(
        {"inputTokens": 430, "outputTokens": 70, "cacheReadInputTokens": 400, "totalTokens": 500},
        (430, 70, 400, None, None, 500),
    ),
    "Bedrock: Nova's names": bedrock(
        {"inputTokens": 30, "outputTokens": 70, "cacheReadInputTokenCount": 40, "cacheWriteInputTokenCount": 0},
        (70, 70, 40, 0, None, 140),
    ),
    # InvokeModel: the vendor's counts, and Bedrock's own where it has none.
    "InvokeModel: Claude": Case(
        "bedrock-invoke",
        [
            {"type": "message_start", "message": {"id": "m", "model": "claude", "usage": CLAUDE}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 12}},
            {"type": "message_stop", **MEASURED},
        ],
        (3225, 12, 3000, 200, None, 3237),
        CLAUDE | {"output_tokens": 12},
    ),
    "InvokeModel: chunks without counts": Case(
        "bedrock-invoke",
        [chunk(TEXT), chunk(STOP), MEASURED],
        (30, 12, None, None, None, 42),
        MEASURED,
    ),
    "InvokeModel: Llama": Case(
        "bedrock-invoke",
        [
            {"generation": "Hi", "prompt_token_count": 8, "generation_token_count": 1, "stop_reason": None},
            {
                "generation": "",
                "prompt_token_count": None,
                "generation_token_count": 2,
                "stop_reason": "stop",
                **MEASURED,
            },
        ],
        (8, 2, None, None, None, 10),
        {"prompt_token_count": 8, "generation_token_count": 2, **MEASURED},
    ),
    "InvokeModel: Nova": Case(
        "bedrock-invoke",
        [
            {"messageStart": {"role": "assistant"}},
            {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hi"}}},
            {"messageStop": {"stopReason": "end_turn"}},
            {"metadata": {"usage": {"inputTokens": 7, "outputTokens": 5, "cacheReadInputTokenCount": 0}}, **MEASURED},
        ],
        (7, 5, 0, None, None, 12),
        {"inputTokens": 7, "outputTokens": 5, "cacheReadInputTokenCount": 0},
    ),
    # Cohere: `tokens` is what the model read, `billed_units` leaves out what is free.
    "Cohere": cohere(
        {
            "billed_units": {"input_tokens": 5, "output_tokens": 40},
            "tokens": {"input_tokens": 71.0, "output_tokens": 42.0},
        },
        (71, 42, None, None, None, 113),
    ),
    "Cohere: only what is billed": cohere(
        {"billed_units": {"input_tokens": 5.0, "output_tokens": 40.0}}, (5, 40, None, None, None, 45)
    ),
    "Cohere: a cache and reasoning": cohere(
        {"tokens": {"input_tokens": 500, "output_tokens": 80, "reasoning_tokens": 60}, "cached_tokens": 448},
        (500, 80, 448, None, 60, 580),
    ),
}
CASES = [pytest.param(case, id=name) for name, case in _CASES.items()]
