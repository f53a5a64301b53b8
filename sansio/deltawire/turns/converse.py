"""Turns and results of Bedrock's Converse, whose blocks Amazon Nova's own schema has too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..message import MediaPart, MessagePart, ReasoningPart, ToolCallPart
from ..payload import as_list, as_object, as_text, is_object
from .call_ids import accepted_id
from .parts import arguments_value, spoken, without_blank_texts
from .result import ToolResult

__all__ = ["converse_results", "converse_turn"]

_PROVIDER = "bedrock"


def converse_turn(parts: Sequence[MessagePart]) -> list[dict[str, Any]]:
    """One message with the content blocks as they were closed, in order; none if no block is left.

    Texts of white space alone are refused (github.com/boto/botocore/issues/3525): they join the text beside them.
    Claude refuses reasoning without its signature and reasoning that ends a message, and other models have no place
    for it: those stay out.
    """
    blocks = [block for part in without_blank_texts(parts) for block in _blocks(part)]
    while blocks and "reasoningContent" in blocks[-1]:
        blocks.pop()
    return [{"role": "assistant", "content": blocks}] if blocks else []


def converse_results(results: Iterable[ToolResult]) -> list[dict[str, Any]]:
    """One user message with all results."""
    blocks: list[dict[str, Any]] = []
    for result in results:
        identifier = accepted_id(result.call.id, _PROVIDER)
        block: dict[str, Any] = {"toolUseId": identifier, "content": [{"text": result.output}]}
        blocks.append({"toolResult": {**block, "status": "error"} if result.is_error else block})
    return [{"role": "user", "content": blocks}]


def _blocks(part: MessagePart) -> list[dict[str, Any]]:
    native: dict[str, Any] = part.native if is_object(part.native) else {}
    if isinstance(part, ToolCallPart):
        identifier = accepted_id(part.id, _PROVIDER)
        used = {"toolUseId": identifier, "name": part.name, "input": arguments_value(part)}
        return [{"toolUse": {**as_object(native.get("toolUse")), **used}}]
    if isinstance(part, ReasoningPart):
        return _reasoning(native, part.text)
    if "citationsContent" in native:
        return _cited(as_object(native["citationsContent"]), spoken(part))
    if "text" in native or not native:
        text = spoken(part)
        return [{"text": text}] if text.strip() else []
    if isinstance(part, MediaPart):
        return [_media(native, part)]
    return [native]


def _reasoning(native: dict[str, Any], text: str) -> list[dict[str, Any]]:
    content = as_object(native.get("reasoningContent"))
    if "redactedContent" in content:
        return [native]
    said = as_object(content.get("reasoningText"))
    return [{"reasoningContent": {"reasoningText": {**said, "text": text}}}] if said.get("signature") else []


def _cited(cited: dict[str, Any], text: str) -> list[dict[str, Any]]:
    content = as_list(cited.get("content"))
    whole = "".join(as_text(as_object(piece).get("text")) for piece in content) == text
    return [{"citationsContent": {**cited, "content": content if whole else [{"text": text}]}}]


def _media(native: dict[str, Any], part: MediaPart) -> dict[str, Any]:
    """The block with its source, which streams beside it."""
    media = as_object(native.get(part.kind))
    if "source" in media or not (part.uri or part.data):
        return native
    source = {"s3Location": {"uri": part.uri}} if part.uri else {"bytes": "".join(part.data)}
    return {**native, part.kind: {**media, "source": source}}
