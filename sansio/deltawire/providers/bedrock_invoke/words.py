"""Stop words of the schemas that only Bedrock still speaks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...events import FinishReason
from ...failures import FailureKind

__all__ = ["FAILING_WORDS", "STOP_WORDS"]

_BY_REASON = {
    FinishReason.STOP: (
        "stop",
        "stop_sequence",
        "end_turn",
        "eos",
        "endoftext",
        "FINISH",
        "FINISHED",
        "STOP_CRITERIA_MET",
        "STOP_SEQUENCE",
        "COMPLETE",
    ),
    FinishReason.LENGTH: ("length", "max_tokens", "LENGTH", "MAX_TOKENS", "ERROR_LIMIT"),
    FinishReason.TOOL_CALLS: ("tool_calls", "tool_use", "TOOL_CALL"),
    FinishReason.CONTENT_FILTER: (
        "content_filter",
        "content_filtered",
        "CONTENT_FILTERED",
        "ERROR_TOXIC",
        "INTERVENED",
    ),
}

STOP_WORDS: Mapping[str, FinishReason] = MappingProxyType(
    {word: reason for reason, words in _BY_REASON.items() for word in words}
)

FAILING_WORDS: Mapping[str, FailureKind] = MappingProxyType(
    {"ERROR": FailureKind.PROVIDER, "error": FailureKind.PROVIDER}
)
"""Words that mean that the answer failed, and how."""
