"""The Responses API (platform.openai.com/docs/api-reference/responses-streaming)."""

from __future__ import annotations

from typing import Any

from ..answer import Answer, Call, Part, Reasoning, Style, Text

__all__ = ["payloads"]

_RESPONSE: dict[str, Any] = {"id": "resp_1", "object": "response", "model": "tiny-1"}
_REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}


def payloads(answer: Answer, style: Style) -> list[Any]:
    """The events of an answer, numbered."""
    events = [_event("created", response=_response("in_progress")), _event("in_progress", response=_response("queued"))]
    if style.keep_alives:
        events.append({"type": "keepalive"})
    items: list[dict[str, Any]] = []
    for index, part in enumerate(answer.parts):
        events += _item(index, part, items)
    events.append(_last(answer, items))
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def _event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


def _response(status: str, **fields: Any) -> dict[str, Any]:
    return {**_RESPONSE, "status": status, "output": [], **fields}


def _last(answer: Answer, items: list[dict[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {"output": items}
    if answer.usage is not None:
        given, made = answer.usage
        fields["usage"] = {"input_tokens": given, "output_tokens": made, "total_tokens": given + made}
    if answer.error is not None:
        error = {"code": "server_error", "message": answer.error}
        return _event("failed", response=_response("failed", error=error, **fields))
    if answer.finish == "stop":
        return _event("completed", response=_response("completed", **fields))
    details = {"reason": _REASONS[answer.finish]}
    return _event("incomplete", response=_response("incomplete", incomplete_details=details, **fields))


def _item(index: int, part: Part, items: list[dict[str, Any]]) -> list[Any]:
    opened, done, events = _ITEMS[type(part)](index, part)
    items.append(done)
    return [
        _event("output_item.added", output_index=index, item=opened),
        *events,
        _event("output_item.done", output_index=index, item=done),
    ]


def _message(index: int, part: Text) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    identifier, whole = f"msg_{index}", "".join(part.pieces)
    at = {"item_id": identifier, "output_index": index, "content_index": 0}
    item: dict[str, Any] = {"id": identifier, "type": "message", "role": "assistant", "status": "in_progress"}
    full: dict[str, Any] = {"type": "output_text", "text": whole, "annotations": []}
    events = [
        _event("content_part.added", **at, part={**full, "text": ""}),
        *(_event("output_text.delta", **at, delta=piece) for piece in part.pieces),
        _event("output_text.done", **at, text=whole),
        _event("content_part.done", **at, part=full),
    ]
    return {**item, "content": []}, {**item, "status": "completed", "content": [full]}, events


def _reasoning(index: int, part: Reasoning) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    identifier, whole = f"rs_{index}", "".join(part.pieces)
    at = {"item_id": identifier, "output_index": index, "summary_index": 0}
    item: dict[str, Any] = {"id": identifier, "type": "reasoning"}
    events = [
        *(_event("reasoning_summary_text.delta", **at, delta=piece) for piece in part.pieces),
        _event("reasoning_summary_text.done", **at, text=whole),
    ]
    return {**item, "summary": []}, {**item, "summary": [{"type": "summary_text", "text": whole}]}, events


def _call(index: int, part: Call) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    identifier, whole = f"fc_{index}", part.arguments
    at = {"item_id": identifier, "output_index": index}
    item = {"id": identifier, "type": "function_call", "call_id": part.id, "name": part.name, "arguments": ""}
    events = [
        *(_event("function_call_arguments.delta", **at, delta=piece) for piece in part.pieces),
        _event("function_call_arguments.done", **at, arguments=whole),
    ]
    return {**item, "status": "in_progress"}, {**item, "status": "completed", "arguments": whole}, events


_ITEMS: dict[type, Any] = {Text: _message, Reasoning: _reasoning, Call: _call}
