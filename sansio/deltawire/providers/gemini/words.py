"""Gemini's finish and block reasons, as words and as the numbers of their protobuf enums."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...events import FinishReason
from ...failures import FailureKind
from ...payload import as_count, as_text

__all__ = ["block_word", "failure_kind", "finish_reason", "finish_word"]

_UNSPECIFIED = "_UNSPECIFIED"

# ai.google.dev/api/generate-content#FinishReason and Vertex AI's v1beta1 Candidate.FinishReason.
_BY_REASON = {
    # The second is of neither enum: mock servers and translators make it of OpenAI's (github.com/CopilotKit/aimock).
    FinishReason.STOP: ("STOP", "FUNCTION_CALL"),
    FinishReason.LENGTH: ("MAX_TOKENS",),
    FinishReason.CONTENT_FILTER: (
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "MODEL_ARMOR",
        "ESCALATION",
        "PUP_LIMITED_DISABLED",
    ),
    FinishReason.PAUSED: ("CONTINUATION",),
    FinishReason.OTHER: ("OTHER", "LANGUAGE", "IMAGE_OTHER", "NO_IMAGE"),
}

_FINISH_WORDS: Mapping[str, FinishReason] = MappingProxyType(
    {word: reason for reason, words in _BY_REASON.items() for word in words}
)

_FAILING_WORDS: Mapping[str, FailureKind] = MappingProxyType(
    {
        # "STOP" in their place makes silent empty answers: github.com/NousResearch/hermes-agent/pull/83882.
        "MALFORMED_FUNCTION_CALL": FailureKind.MODEL_OUTPUT,
        "MALFORMED_RESPONSE": FailureKind.MODEL_OUTPUT,
        "UNEXPECTED_TOOL_CALL": FailureKind.MODEL_OUTPUT,
        "TOO_MANY_TOOL_CALLS": FailureKind.MODEL_OUTPUT,
        # Of the request, which will lack it the next time too: ai.google.dev/api/generate-content#FinishReason.
        "MISSING_THOUGHT_SIGNATURE": FailureKind.INVALID_REQUEST,
    }
)
# The enums agree up to 5 (google/ai/generativelanguage/v1beta/generative_service.proto and
# google/cloud/aiplatform/v1beta1/prediction_service.proto); clients that print enums as numbers send these.
_SHARED = ("", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER")
_GEMINI_API = (
    *_SHARED,
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MALFORMED_FUNCTION_CALL",
    "IMAGE_SAFETY",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_OTHER",
    "NO_IMAGE",
    "IMAGE_RECITATION",
)
_VERTEX = (
    *_SHARED,
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MALFORMED_FUNCTION_CALL",
    "MODEL_ARMOR",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "IMAGE_OTHER",
    "UNEXPECTED_TOOL_CALL",
    "NO_IMAGE",
)
_BLOCKS = ("", "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT")


def finish_reason(word: str) -> FinishReason:
    """What a finish word means; `OTHER` for words of another day."""
    return _FINISH_WORDS.get(word.upper(), FinishReason.OTHER)


def failure_kind(word: str) -> FailureKind | None:
    """How the answer failed, for finish words that mean that it did."""
    return _FAILING_WORDS.get(word.upper())


def finish_word(value: Any, *, vertex: bool) -> str:
    """The finish reason as sent, a number as the API's word for it; `""` if the value names none.

    "Unspecified" names none. A number that the enum of this API does not have stays as its digits.
    """
    return _word(value, _VERTEX if vertex else _GEMINI_API)


def block_word(value: Any) -> str:
    """The block reason, read like a finish reason: unspecified is not a confirmed block."""
    return _word(value, _BLOCKS)


def _word(value: Any, numbers: tuple[str, ...]) -> str:
    number = as_count(value)
    if number is not None:
        return numbers[number] if number < len(numbers) else str(number)
    word = as_text(value).strip()
    return "" if word.upper().endswith(_UNSPECIFIED) else word
