"""Finish words of Chat Completions, OpenAI's and those that servers and gateways send in their place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...events import FinishReason
from ...failures import FailureKind

__all__ = ["FAILING_WORDS", "FINISH_WORDS"]

# In lower case: gateways pass Gemini's words on as they are.
_BY_REASON = {
    FinishReason.STOP: ("stop", "eos", "eos_token", "stop_sequence", "end_turn", "complete"),
    FinishReason.LENGTH: (
        "length",
        "max_tokens",
        "model_length",
        "model_context_window_exceeded",
        "max_output_tokens",
    ),
    FinishReason.TOOL_CALLS: ("tool_calls", "function_call", "tool_use", "tool_call"),
    FinishReason.CONTENT_FILTER: (
        "content_filter",
        "content_filtered",
        "sensitive",
        "safety",
        "recitation",
        "blocklist",
        "prohibited_content",
        "spii",
        "image_safety",
        "image_prohibited_content",
        "image_recitation",
        "model_armor",
    ),
    FinishReason.REFUSAL: ("refusal",),
    FinishReason.PAUSED: ("pause_turn", "continuation"),
}

FINISH_WORDS: Mapping[str, FinishReason] = MappingProxyType(
    {word: reason for reason, words in _BY_REASON.items() for word in words}
)
"""Words in lower case."""

FAILING_WORDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        # Mistral, OpenRouter and vLLM end so after an internal error; SGLang and vLLM abort; DeepSeek and Z.ai below.
        "error": FailureKind.PROVIDER,
        "abort": FailureKind.SERVER,
        "insufficient_system_resource": FailureKind.OVERLOADED,
        "network_error": FailureKind.SERVER,
        "malformed_function_call": FailureKind.MODEL_OUTPUT,
        "unexpected_tool_call": FailureKind.MODEL_OUTPUT,
        "malformed_response": FailureKind.MODEL_OUTPUT,
        "too_many_tool_calls": FailureKind.MODEL_OUTPUT,
        # What the request lacks: ai.google.dev/api/generate-content#FinishReason.
        "missing_thought_signature": FailureKind.INVALID_REQUEST,
    }
)
"""Words in lower case that mean that the answer failed, and how."""
