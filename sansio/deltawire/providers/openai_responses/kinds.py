"""The events and items of the Responses API, and what each is about (openai.com API reference, "Streaming events")."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from ...events import FinishReason, ToolKind
from ...payload import as_object, as_text

__all__ = [
    "CALL_INPUTS",
    "CLIENT_CALLS",
    "CONTENT_PARTS",
    "ENDINGS",
    "EVENT_KEYS",
    "INCOMPLETE_REASONS",
    "PART_EVENTS",
    "PART_KINDS",
    "SERVER_TOOLS",
    "SNAPSHOTS",
    "SPEECH",
    "CallInput",
    "PartEvent",
    "Speech",
    "action_of",
    "tool_of_status",
]


@attrs.frozen
class Speech:
    """An event with text: a delta of it, or all of it."""

    item: str
    """The type of the item that it belongs to."""
    channel: str
    """Which of the item's texts: text, refusal, reasoning or summary."""
    field: str
    index: str
    """The field that numbers the texts of one channel."""
    whole: bool


@attrs.frozen
class CallInput:
    """An event with the input of a client's tool: a delta of it, or all of it."""

    item: str
    field: str
    whole: bool


@attrs.frozen
class PartEvent:
    """An event that opens or closes one text of an item."""

    usual: str
    """The type of the part if it does not say."""
    index: str
    closes: bool


def _speech(stem: str, item: str, channel: str, field: str, index: str) -> tuple[tuple[str, Speech], ...]:
    return (
        (f"response.{stem}.delta", Speech(item, channel, "delta", index, whole=False)),
        (f"response.{stem}.done", Speech(item, channel, field, index, whole=True)),
    )


SPEECH: Mapping[str, Speech] = MappingProxyType(
    dict(
        (
            *_speech("output_text", "message", "text", "text", "content_index"),
            *_speech("refusal", "message", "refusal", "refusal", "content_index"),
            *_speech("reasoning_text", "reasoning", "reasoning", "text", "content_index"),
            *_speech("reasoning_summary_text", "reasoning", "summary", "text", "summary_index"),
            # The names of the API's first months, which some servers kept.
            *_speech("reasoning", "reasoning", "reasoning", "text", "content_index"),
            *_speech("reasoning_summary", "reasoning", "summary", "text", "summary_index"),
        )
    )
)

CALL_INPUTS: Mapping[str, CallInput] = MappingProxyType(
    {
        "response.function_call_arguments.delta": CallInput("function_call", "delta", whole=False),
        "response.function_call_arguments.done": CallInput("function_call", "arguments", whole=True),
        "response.custom_tool_call_input.delta": CallInput("custom_tool_call", "delta", whole=False),
        "response.custom_tool_call_input.done": CallInput("custom_tool_call", "input", whole=True),
    }
)

PART_EVENTS: Mapping[str, PartEvent] = MappingProxyType(
    {
        "response.content_part.added": PartEvent("output_text", "content_index", closes=False),
        "response.content_part.done": PartEvent("output_text", "content_index", closes=True),
        # vLLM's name for content parts of reasoning.
        "response.reasoning_part.added": PartEvent("reasoning_text", "content_index", closes=False),
        "response.reasoning_part.done": PartEvent("reasoning_text", "content_index", closes=True),
        "response.reasoning_summary_part.added": PartEvent("summary_text", "summary_index", closes=False),
        "response.reasoning_summary_part.done": PartEvent("summary_text", "summary_index", closes=True),
    }
)

CONTENT_PARTS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "output_text": ("message", "text", "text"),
        "refusal": ("message", "refusal", "refusal"),
        "reasoning_text": ("reasoning", "reasoning", "text"),
        "summary_text": ("reasoning", "summary", "text"),
    }
)
"""By the type of a part: the type of its item, the channel and the field of its text."""

SNAPSHOTS = frozenset({"response.created", "response.queued", "response.in_progress"})
"""Events with the response as it stands, which do not end it."""

ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "response.completed": "completed",
        "response.incomplete": "incomplete",
        "response.failed": "failed",
        # In no published list: a background response that was cancelled, and xAI's last event.
        "response.cancelled": "cancelled",
        "response.canceled": "cancelled",
        "response.done": "completed",
    }
)
"""Events that end the response, and the status that they speak of."""

INCOMPLETE_REASONS: Mapping[str, FinishReason] = MappingProxyType(
    {
        "max_output_tokens": FinishReason.LENGTH,
        "max_tokens": FinishReason.LENGTH,
        "length": FinishReason.LENGTH,
        "content_filter": FinishReason.CONTENT_FILTER,
    }
)
"""Reasons of `incomplete_details`. Others, such as max_messages and steered, are no limit and no filter of ours."""

CLIENT_CALLS: Mapping[str, ToolKind] = MappingProxyType(
    {
        "function_call": "function",
        "custom_tool_call": "custom",
        "computer_call": "other",
        "local_shell_call": "other",
        "shell_call": "other",
        "apply_patch_call": "other",
        "tool_search_call": "other",
        "mcp_approval_request": "other",
    }
)
"""Items that may wait for the client, and the kind of call that they are."""

SERVER_TOOLS = frozenset(
    {
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "mcp_call",
        "mcp_list_tools",
        "compaction",
        "program",
        "additional_tools",
        # xAI.
        "x_search_call",
        "code_execution_call",
        "view_image_call",
        "view_x_video_call",
    }
)
"""Items of what the provider does by itself."""

PART_KINDS: Mapping[str, str] = MappingProxyType(
    {"message": "text", "reasoning": "reasoning", **dict.fromkeys(CLIENT_CALLS, "tool_call")}
)
"""What `PartFinished` calls an item; others go by their own type."""

_TOOLS_OF_STEMS: Mapping[str, str] = MappingProxyType(
    {
        "mcp_call_arguments": "mcp_call",
        "mcp_call_output": "mcp_call",
        "code_interpreter_call_code": "code_interpreter_call",
        "code_execution_call_code": "code_execution_call",
        "shell_call_command": "shell_call",
        "shell_call_output_content": "shell_call_output",
        "apply_patch_call_operation_diff": "apply_patch_call",
        **{kind: kind for kind in SERVER_TOOLS | (CLIENT_CALLS.keys() - {"function_call", "custom_tool_call"})},
    }
)

EVENT_KEYS = frozenset(
    {
        "type",
        "sequence_number",
        # Random padding against guessing texts from packet sizes.
        "obfuscation",
        "item_id",
        "output_index",
        "content_index",
        "summary_index",
        "annotation_index",
        "response",
        "item",
        "part",
        "delta",
        "text",
        "refusal",
        "arguments",
        "input",
        "name",
        "annotation",
        "logprobs",
        "status",
    }
)
"""Fields of events that the mapping takes in."""


def tool_of_status(kind: str) -> str:
    """The item type that an event such as `response.web_search_call.searching` is news of, `""` for other events."""
    prefix, _, rest = kind.partition(".")
    stem = rest.partition(".")[0]
    if prefix != "response" or stem == rest:
        return ""
    return _TOOLS_OF_STEMS.get(stem, stem if stem.endswith("_call_output") else "")


def action_of(native: dict[str, Any]) -> Any:
    """What a client call of kind `other` asks for: the value whose JSON text is the call's arguments, None if nothing
    is said yet."""
    kind = as_text(native.get("type"))
    if kind == "mcp_approval_request":
        fields = ("server_label", "name", "arguments")
        return {name: native[name] for name in fields if native.get(name) is not None} or None
    if kind == "computer_call" and not as_object(native.get("action")) and native.get("actions"):
        return {"actions": native["actions"]}
    field = {"apply_patch_call": "operation", "tool_search_call": "arguments"}.get(kind, "action")
    return native.get(field) or None
