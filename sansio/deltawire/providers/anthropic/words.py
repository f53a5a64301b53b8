"""The words of the schema: stop reasons, and the fields that have events of their own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from ...events import FinishReason

__all__ = [
    "BLOCK_DELTA_FIELDS",
    "BLOCK_FIELDS",
    "CHANGE_FIELDS",
    "CUT_SHORT",
    "MESSAGE_DELTA_FIELDS",
    "MESSAGE_FIELDS",
    "PING_FIELDS",
    "START_FIELDS",
    "STOP_FIELDS",
    "STOP_REASONS",
    "KnownFields",
    "vendor_fields",
]

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

KnownFields: TypeAlias = Mapping[str, type]
"""The fields that have events of their own, and the type that they must have for it."""

MESSAGE_FIELDS: KnownFields = MappingProxyType(
    {"id": str, "type": object, "role": object, "model": str, "content": list, "stop_reason": str, "usage": dict}
)
START_FIELDS: KnownFields = MappingProxyType({"type": object, "message": dict})
MESSAGE_DELTA_FIELDS: KnownFields = MappingProxyType({"type": object, "delta": dict, "usage": dict})
CHANGE_FIELDS: KnownFields = MappingProxyType({"stop_reason": str})
STOP_FIELDS: KnownFields = MappingProxyType({"type": object, "usage": dict})
BLOCK_FIELDS: KnownFields = MappingProxyType({"type": object, "index": object, "content_block": dict})
BLOCK_DELTA_FIELDS: KnownFields = MappingProxyType({"type": object, "index": object, "delta": dict})
PING_FIELDS: KnownFields = MappingProxyType({"type": object})


def vendor_fields(holder: dict[str, Any], known: KnownFields) -> dict[str, Any]:
    """The fields that the schema does not know, or knows with a value of another type."""
    return {key: value for key, value in holder.items() if not isinstance(value, known.get(key, ()))}
