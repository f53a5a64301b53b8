"""The words of the schema: stop reasons, and the fields that have events of their own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ...events import FinishReason

__all__ = ["CUT_SHORT", "STOP_REASONS", "vendor_fields"]

STOP_REASONS: Mapping[str, FinishReason] = MappingProxyType(
    {
        "end_turn": FinishReason.STOP,
        "stop_sequence": FinishReason.STOP,
        "max_tokens": FinishReason.LENGTH,
        "model_context_window_exceeded": FinishReason.LENGTH,
        "tool_use": FinishReason.TOOL_CALLS,
        "pause_turn": FinishReason.PAUSED,
        "compaction": FinishReason.PAUSED,
        "refusal": FinishReason.REFUSAL,
        # Gateways that translate from Chat Completions leak its words.
        "stop": FinishReason.STOP,
        "length": FinishReason.LENGTH,
        "tool_calls": FinishReason.TOOL_CALLS,
        "content_filter": FinishReason.CONTENT_FILTER,
    }
)
CUT_SHORT = frozenset({FinishReason.LENGTH, FinishReason.REFUSAL, FinishReason.CONTENT_FILTER})
"""The reasons that end an answer anywhere, a call before its arguments among other places."""

KnownFields = Mapping[str, type | tuple[type, ...]]

MESSAGE: KnownFields = MappingProxyType(
    {"id": str, "type": object, "role": object, "model": str, "content": list, "stop_reason": str, "usage": dict}
)
MESSAGE_START: KnownFields = MappingProxyType({"type": object, "message": dict})
MESSAGE_DELTA: KnownFields = MappingProxyType({"type": object, "delta": dict, "usage": dict})
MESSAGE_CHANGE: KnownFields = MappingProxyType({"stop_reason": str})
MESSAGE_STOP: KnownFields = MappingProxyType({"type": object, "usage": dict})
BLOCK: KnownFields = MappingProxyType({"type": object, "index": object, "content_block": dict})
DELTA: KnownFields = MappingProxyType({"type": object, "index": object, "delta": dict})
BARE: KnownFields = MappingProxyType({"type": object})


def vendor_fields(holder: dict[str, Any], known: KnownFields) -> dict[str, Any]:
    """The fields that the schema does not know, or knows with a value of another type."""
    return {key: value for key, value in holder.items() if not isinstance(value, known.get(key, ()))}
