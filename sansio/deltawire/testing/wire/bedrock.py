"""Bedrock's ConverseStream, which is also Nova's own schema
(docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html)."""

from __future__ import annotations

from typing import Any

from ..answer import Answer, Call, Part, Style, Text

__all__ = ["payloads"]

_WORDS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "content_filtered"}


def payloads(answer: Answer, style: Style) -> list[Any]:  # noqa: ARG001 - every writer takes a style
    """The events of an answer, each as `{kind: event}`."""
    events: list[Any] = [{"messageStart": {"role": "assistant"}}]
    for index, part in enumerate(answer.parts):
        events += _block(index, part)
    if answer.error is not None:
        return [*events, {"throttlingException": {"message": answer.error}}]
    word = "tool_use" if answer.calls and answer.finish == "stop" else _WORDS[answer.finish]
    events.append({"messageStop": {"stopReason": word}})
    if answer.usage is not None:
        given, made = answer.usage
        counts = {"inputTokens": given, "outputTokens": made, "totalTokens": given + made}
        events.append({"metadata": {"usage": counts, "metrics": {"latencyMs": 84}}})
    return events


def _block(index: int, part: Part) -> list[Any]:
    opening: list[Any] = []
    if isinstance(part, Call):
        tool = {"toolUseId": part.id, "name": part.name}
        opening.append({"contentBlockStart": {"contentBlockIndex": index, "start": {"toolUse": tool}}})
        deltas: list[dict[str, Any]] = [{"toolUse": {"input": piece}} for piece in part.pieces]
    elif isinstance(part, Text):
        deltas = [{"text": piece} for piece in part.pieces]
    else:
        deltas = [{"reasoningContent": {"text": piece}} for piece in part.pieces]
        deltas.append({"reasoningContent": {"signature": "c2ln"}})
    grown = [{"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}} for delta in deltas]
    return [*opening, *grown, {"contentBlockStop": {"contentBlockIndex": index}}]
