"""Turns and results of the Responses API: output items go back as input items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..message import MessagePart, RefusalPart, TextPart, ToolCallPart
from ..payload import PayloadError, as_list, as_text, decode_json, is_list, is_object
from .call_ids import accepted_id
from .parts import arguments_text
from .result import ToolResult

__all__ = ["responses_results", "responses_turn"]

_PROVIDER = "openai-responses"
_INPUTS: Mapping[str, str] = MappingProxyType({"function": "arguments", "custom": "input"})
_DEEPEST = 256


def responses_turn(parts: Sequence[MessagePart]) -> list[dict[str, Any]]:
    """The output items as they were closed, in order; what has none is written anew.

    Reasoning at the very end stays out, and so does reasoning whose item was never closed: the API refuses reasoning
    "without its required following item" (github.com/openai/openai-node/issues/1567), and nothing followed it.
    """
    items: list[dict[str, Any]] = []
    # An item that holds several texts was closed once: the other texts have no closing item of their own.
    held = 0
    for part in parts:
        native = part.native
        if is_object(native):
            items.append(_called(native, part) if isinstance(part, ToolCallPart) else native)
            if native.get("type") == "message":
                held += max(0, len(as_list(native.get("content"))) - 1)
        elif isinstance(part, ToolCallPart):
            items += _call(part)
        elif isinstance(part, TextPart | RefusalPart):
            if held:
                held -= 1
            elif part.text:
                items.append(_message(part))
    while items and items[-1].get("type") == "reasoning":
        items.pop()
    return items


def responses_results(results: Iterable[ToolResult]) -> list[dict[str, Any]]:
    """One item for each result: `function_call_output`, `custom_tool_call_output`, or that of OpenAI's own tool.

    Raises ValueError for a result that its tool cannot have.
    """
    items: list[dict[str, Any]] = []
    for result in results:
        kind = result.call.kind
        if kind == "other" and result.call.name in _OUTPUTS:
            items.append(_OUTPUTS[result.call.name](result, accepted_id(result.call.id, _PROVIDER)))
        else:
            name = "custom_tool_call_output" if kind == "custom" else "function_call_output"
            identifier = accepted_id(result.call.id, _PROVIDER)
            items.append({"type": name, "call_id": identifier, "output": result.output})
    return items


def _called(native: dict[str, Any], call: ToolCallPart) -> dict[str, Any]:
    """The item with what the call is known by: some servers close it without the name, or with blank arguments."""
    if native.get("type") == "mcp_approval_request":
        return native
    said = {"call_id": accepted_id(call.id, _PROVIDER)}
    if call.kind != "other":
        said["name"] = call.name
        said[_INPUTS[call.kind]] = call.arguments
    return {**native, **said}


def _call(call: ToolCallPart) -> list[dict[str, Any]]:
    head = {"call_id": accepted_id(call.id, _PROVIDER), "name": call.name}
    if call.kind == "custom":
        return [{"type": "custom_tool_call", **head, "input": call.arguments}]
    # The items of OpenAI's own tools cannot be made of their arguments alone.
    return [{"type": "function_call", **head, "arguments": arguments_text(call)}] if call.kind == "function" else []


def _message(part: TextPart | RefusalPart) -> dict[str, Any]:
    content = (
        {"type": "refusal", "refusal": part.text}
        if isinstance(part, RefusalPart)
        else {"type": "output_text", "text": part.text, "annotations": list(part.citations)}
    )
    return {"type": "message", "role": "assistant", "content": [content]}


def _shell(result: ToolResult, identifier: str) -> dict[str, Any]:
    stdout, stderr = ("", result.output) if result.is_error else (result.output, "")
    outcome = {"type": "exit", "exit_code": int(result.is_error)}
    output = [{"stdout": stdout, "stderr": stderr, "outcome": outcome}]
    return {"type": "shell_call_output", "call_id": identifier, "output": output}


def _local_shell(result: ToolResult, identifier: str) -> dict[str, Any]:
    return {"type": "local_shell_call_output", "call_id": identifier, "output": result.output}


def _patch(result: ToolResult, identifier: str) -> dict[str, Any]:
    status = "failed" if result.is_error else "completed"
    return {"type": "apply_patch_call_output", "call_id": identifier, "status": status, "output": result.output}


def _computer(result: ToolResult, identifier: str) -> dict[str, Any]:
    screenshot = {"type": "computer_screenshot", "image_url": result.output}
    return {"type": "computer_call_output", "call_id": identifier, "output": screenshot}


def _approval(result: ToolResult, _identifier: str) -> dict[str, Any]:
    reason = {"reason": result.output} if result.output else {}
    approval = {"approval_request_id": result.call.id, "approve": not result.is_error}
    return {"type": "mcp_approval_response", **approval, **reason}


def _tools(result: ToolResult, identifier: str) -> dict[str, Any]:
    try:
        tools = decode_json(result.output, _DEEPEST)
    except PayloadError as error:
        raise ValueError(f"the result of a tool search is a JSON array of tools: {error}") from None
    if not is_list(tools):
        raise ValueError(f"the result of a tool search is a JSON array of tools, not {as_text(result.output)[:40]!r}")
    return {"type": "tool_search_output", "call_id": identifier, "execution": "client", "tools": tools}


_OUTPUTS: Mapping[str, Callable[[ToolResult, str], dict[str, Any]]] = MappingProxyType(
    {
        "shell_call": _shell,
        "local_shell_call": _local_shell,
        "apply_patch_call": _patch,
        "computer_call": _computer,
        "mcp_approval_request": _approval,
        "tool_search_call": _tools,
    }
)
