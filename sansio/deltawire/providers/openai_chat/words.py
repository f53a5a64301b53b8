"""Finish words of Chat Completions, OpenAI's and those that servers and gateways send in their place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...events import FinishReason
from ...failures import FailureKind

__all__ = ["FAILING_WORDS", "FINISH_WORDS"]

_BY_REASON = {
    FinishReason.STOP: ("stop", "eos", "eos_token", "stop_sequence", "end_turn", "STOP", "complete", "COMPLETE"),
    FinishReason.LENGTH: (
        "length",
        "max_tokens",
        "model_length",
        "model_context_window_exceeded",
        "MAX_TOKENS",
        "max_output_tokens",
    ),
    FinishReason.TOOL_CALLS: ("tool_calls", "function_call", "tool_use", "tool_call", "TOOL_CALL"),
    FinishReason.CONTENT_FILTER: (
        "content_filter",
        "content_filtered",
        "sensitive",
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
    ),
    FinishReason.REFUSAL: ("refusal",),
    FinishReason.PAUSED: ("pause_turn",),
}

FINISH_WORDS: Mapping[str, FinishReason] = MappingProxyType(
    {word: reason for reason, words in _BY_REASON.items() for word in words}
)

FAILING_WORDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        # Mistral, OpenRouter and vLLM end so after an internal error; SGLang and vLLM abort; DeepSeek and Z.ai below.
        "error": FailureKind.PROVIDER,
        "abort": FailureKind.SERVER,
        "insufficient_system_resource": FailureKind.OVERLOADED,
        "network_error": FailureKind.SERVER,
        "MALFORMED_FUNCTION_CALL": FailureKind.MODEL_OUTPUT,
        "UNEXPECTED_TOOL_CALL": FailureKind.MODEL_OUTPUT,
        "MALFORMED_RESPONSE": FailureKind.MODEL_OUTPUT,
    }
)
"""Words that mean that the answer failed, and how."""
