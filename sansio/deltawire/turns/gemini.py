"""Turns and results of Gemini's generateContent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..message import MessagePart, ReasoningPart, TextPart, ToolCallPart
from ..payload import as_object, is_object
from .parts import arguments_value, spoken
from .result import ToolResult

__all__ = ["gemini_results", "gemini_turn"]

# For calls that another model made: ai.google.dev/gemini-api/docs/thought-signatures, "FAQs". Older models take it too:
# github.com/strands-agents/harness-sdk/pull/1298.
_UNSIGNED = "skip_thought_signature_validator"


def gemini_turn(parts: Sequence[MessagePart], *, foreign: bool) -> list[dict[str, Any]]:
    """One content with the parts as they came, each with its own signature, in order; none if no part is left.

    Gemini 3 refuses a turn whose first call is not signed: if another model made it, it gets the value that says so.
    """
    found = [content for part in parts for content in _parts(part)]
    if foreign:
        first = next((content for content in found if "functionCall" in content), None)
        if first is not None:
            first["thoughtSignature"] = _UNSIGNED
    return [{"role": "model", "parts": found}] if found else []


def gemini_results(results: Iterable[ToolResult]) -> list[dict[str, Any]]:
    """One content with all results. An id goes with those whose call had one."""
    return [{"role": "user", "parts": [{"functionResponse": _response(result)} for result in results]}]


def _response(result: ToolResult) -> dict[str, Any]:
    # The names that the API knows: ai.google.dev/api/caching#FunctionResponse.
    said = {"error" if result.is_error else "output": result.output}
    return _identified({"name": result.call.name, "response": said}, result.call)


def _call(native: dict[str, Any], call: ToolCallPart) -> dict[str, Any]:
    said: dict[str, Any] = {**native, "name": call.name}
    if not native or ("args" in native and not is_object(native["args"])):
        said["args"] = arguments_value(call)
    return _identified(said, call)


def _identified(fields: dict[str, Any], call: ToolCallPart) -> dict[str, Any]:
    """The fields with the call's id. An id of ours means nothing to the API, which pairs such calls by their order."""
    if call.synthetic_id:
        return {name: value for name, value in fields.items() if name != "id"}
    return fields if fields.get("id") == call.id else {**fields, "id": call.id}


def _parts(part: MessagePart) -> list[dict[str, Any]]:
    native: dict[str, Any] = part.native if is_object(part.native) else {}
    if isinstance(part, ToolCallPart):
        signed = [state.data for state in part.opaque if state.kind == "signature"]
        modifiers = native or ({"thoughtSignature": signed[-1]} if signed else {})
        return [{**modifiers, "functionCall": _call(as_object(native.get("functionCall")), part)}]
    if isinstance(part, TextPart | ReasoningPart) and native:
        # A signature may come alone, without any text.
        return [{**native, "text": part.text}] if part.text or "text" in native else [native]
    if native:
        return [native]
    text = spoken(part)
    return [{"text": text}] if text else []
