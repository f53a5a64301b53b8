"""Finish reasons in each dialect's own words: the inverse of reading them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from ..events import ChoiceFinished, FinishReason

__all__ = ["CHAT_WORDS", "GEMINI_WORDS", "MESSAGES_WORDS", "OLLAMA_WORDS", "PLAIN_ENDS", "FinishWords"]

PLAIN_ENDS = (FinishReason.STOP, FinishReason.TOOL_CALLS)
"""The reasons that one word may stand for: whether there were calls shows by itself."""


@attrs.frozen
class FinishWords:
    """The finish words of a dialect."""

    documented: Mapping[str, FinishReason]
    """What each of its words means."""
    chosen: Mapping[FinishReason, str]
    """The word for each reason."""

    def word(self, told: ChoiceFinished, *, own: bool) -> tuple[str, bool]:
        """The word for a reason, and whether it means just that. A word of the dialect itself stays, and so does any
        word for another reason if the events are of its `own` schema."""
        raw = told.raw_reason
        if self.documented.get(raw) is told.reason or (own and raw and told.reason is FinishReason.OTHER):
            return raw, True
        word = self.chosen[told.reason]
        meant = self.documented.get(word)
        return word, meant is told.reason or (meant in PLAIN_ENDS and told.reason in PLAIN_ENDS)


CHAT_WORDS = FinishWords(
    MappingProxyType(
        {
            "stop": FinishReason.STOP,
            "length": FinishReason.LENGTH,
            "tool_calls": FinishReason.TOOL_CALLS,
            "function_call": FinishReason.TOOL_CALLS,
            "content_filter": FinishReason.CONTENT_FILTER,
        }
    ),
    MappingProxyType(
        {
            FinishReason.STOP: "stop",
            FinishReason.LENGTH: "length",
            FinishReason.TOOL_CALLS: "tool_calls",
            FinishReason.CONTENT_FILTER: "content_filter",
            FinishReason.REFUSAL: "content_filter",
            # Of the words that there are, the one that says that more belongs to the answer.
            FinishReason.PAUSED: "length",
            FinishReason.OTHER: "stop",
            FinishReason.UNKNOWN: "stop",
        }
    ),
)
"""platform.openai.com/docs/api-reference/chat-streaming."""

MESSAGES_WORDS = FinishWords(
    MappingProxyType(
        {
            "end_turn": FinishReason.STOP,
            "stop_sequence": FinishReason.STOP,
            "max_tokens": FinishReason.LENGTH,
            "model_context_window_exceeded": FinishReason.LENGTH,
            "tool_use": FinishReason.TOOL_CALLS,
            "pause_turn": FinishReason.PAUSED,
            "compaction": FinishReason.PAUSED,
            "refusal": FinishReason.REFUSAL,
        }
    ),
    MappingProxyType(
        {
            FinishReason.STOP: "end_turn",
            FinishReason.LENGTH: "max_tokens",
            FinishReason.TOOL_CALLS: "tool_use",
            FinishReason.CONTENT_FILTER: "refusal",
            FinishReason.REFUSAL: "refusal",
            FinishReason.PAUSED: "pause_turn",
            FinishReason.OTHER: "end_turn",
            FinishReason.UNKNOWN: "end_turn",
        }
    ),
)
"""platform.claude.com/docs/en/build-with-claude/handling-stop-reasons."""

_GEMINI_FILTERS = (
    *("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"),
    *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
)
GEMINI_WORDS = FinishWords(
    MappingProxyType(
        {
            "STOP": FinishReason.STOP,
            "MAX_TOKENS": FinishReason.LENGTH,
            **dict.fromkeys(_GEMINI_FILTERS, FinishReason.CONTENT_FILTER),
            # Stands with a token that goes back, and is chosen for nobody else.
            "CONTINUATION": FinishReason.PAUSED,
            **dict.fromkeys(("OTHER", "LANGUAGE", "IMAGE_OTHER", "NO_IMAGE"), FinishReason.OTHER),
        }
    ),
    MappingProxyType(
        {
            FinishReason.STOP: "STOP",
            FinishReason.LENGTH: "MAX_TOKENS",
            FinishReason.TOOL_CALLS: "STOP",
            FinishReason.CONTENT_FILTER: "SAFETY",
            FinishReason.REFUSAL: "SAFETY",
            FinishReason.PAUSED: "OTHER",
            FinishReason.OTHER: "OTHER",
            FinishReason.UNKNOWN: "OTHER",
        }
    ),
)
"""ai.google.dev/api/generate-content#FinishReason."""

OLLAMA_WORDS = FinishWords(
    MappingProxyType(
        {
            "stop": FinishReason.STOP,
            "length": FinishReason.LENGTH,
            "load": FinishReason.OTHER,
            "unload": FinishReason.OTHER,
        }
    ),
    # The field is free text, and these words claim no plain end: ollama/ollama, api/types.go.
    MappingProxyType({**{reason: reason.value for reason in FinishReason}, FinishReason.TOOL_CALLS: "stop"}),
)
"""docs.ollama.com/api/chat."""
