"""Turns and results of Chat Completions, for OpenAI and every dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..events import OpaqueState
from ..message import MessagePart, ReasoningPart, RefusalPart, TextPart, ToolCallPart
from ..payload import as_list, as_object
from .call_ids import accepted_id
from .parts import all_spoken, arguments_text
from .result import ToolResult

__all__ = ["chat_results", "chat_turn", "function_call"]

# The field in which a server takes its reasoning back. Those that are not named refuse it, or have no use for it.
_REASONING_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        # Without it a turn with calls is refused: api-docs.deepseek.com/guides/thinking_mode,
        # github.com/continuedev/continue/issues/11600 for Kimi, docs.z.ai/guides/capabilities/thinking-mode.
        **dict.fromkeys(
            ("deepseek", "moonshot", "zai", "dashscope", "fireworks", "sglang", "llama-cpp", "lmstudio", "litellm"),
            "reasoning_content",
        ),
        # github.com/vllm-project/vllm/issues/27755; openrouter.ai/docs, "Preserving Reasoning"; groq-python's
        # ChatCompletionAssistantMessageParam.
        **dict.fromkeys(("vllm", "cerebras", "groq", "openrouter", "together", "ollama-openai"), "reasoning"),
    }
)
# What stands for reasoning that a turn with calls does not have, where the field is asked for all the same:
# github.com/deepseek-ai/deepseek-harness/discussions/739, github.com/farion1231/cc-switch/issues/2365.
_NO_REASONING: Mapping[str, str] = MappingProxyType({"deepseek": "", "moonshot": " "})
# Custom tools are OpenAI's.
_WITH_CUSTOM_TOOLS = frozenset({"openai-chat", "azure"})


def chat_turn(parts: Sequence[MessagePart], provider: str, *, foreign: bool) -> list[dict[str, Any]]:
    """One assistant message, none if nothing was said or called.

    Reasoning goes back in the field that the dialect takes it in; OpenRouter's `reasoning_details`, LiteLLM's
    `thinking_blocks` and the thought signatures of Gemini's compatible endpoint as they came. Images and audio do not
    go back (an `audio.id` expires): what was heard does, as the text of its transcript.
    """
    texts = [part for part in parts if not isinstance(part, RefusalPart)]
    calls = [_call(part, provider, foreign=foreign) for part in parts if isinstance(part, ToolCallPart)]
    refusal = "".join(part.text for part in parts if isinstance(part, RefusalPart))
    message: dict[str, Any] = {"role": "assistant", "content": all_spoken(texts) or None}
    if message["content"] is None and not calls and not refusal:
        return []
    if refusal:
        message["refusal"] = refusal
    if provider == "mistral" and any(isinstance(part, ReasoningPart) for part in parts):
        message["content"] = _chunks(texts)
    else:
        message |= _state(texts, provider, with_calls=bool(calls))
    if calls:
        message["tool_calls"] = calls
    return [message]


def chat_results(results: Iterable[ToolResult], provider: str) -> list[dict[str, Any]]:
    """One message with the role `tool` for each result; the schema has no field for a failure."""
    return [
        {"role": "tool", "tool_call_id": accepted_id(result.call.id, provider), "content": result.output}
        for result in results
    ]


def function_call(call: ToolCallPart, provider: str) -> dict[str, Any]:
    """The call as an entry of `tool_calls`, with its arguments as text."""
    function = {"name": call.name, "arguments": arguments_text(call)}
    return {"id": accepted_id(call.id, provider), "type": "function", "function": function}


def _call(call: ToolCallPart, provider: str, *, foreign: bool) -> dict[str, Any]:
    if call.kind == "custom" and (not foreign or provider in _WITH_CUSTOM_TOOLS):
        custom = {"name": call.name, "input": call.arguments}
        return {"id": accepted_id(call.id, provider), "type": "custom", "custom": custom}
    return function_call(call, provider) | _signature(call.opaque)


def _state(parts: Iterable[MessagePart], provider: str, *, with_calls: bool) -> dict[str, Any]:
    """What goes back beside text and calls: the reasoning and its signature."""
    beside = [part for part in parts if not isinstance(part, ToolCallPart)]
    reasoning = [part for part in beside if isinstance(part, ReasoningPart)]
    details = [as_list(as_object(part.native).get("reasoning_details")) for part in reasoning]
    if any(details):
        return {"reasoning_details": [entry for entries in details for entry in entries]}
    natives = [as_list(as_object(part.native).get("thinking_blocks")) for part in reasoning]
    blocks = [block for entries in natives for block in entries if _is_sealed(as_object(block))]
    signature = _signature(state for part in beside for state in part.opaque)
    if blocks:
        signature = {"thinking_blocks": blocks}
    field = _REASONING_FIELDS.get(provider)
    text = "".join(part.text for part in reasoning)
    if field is None or not (text or (with_calls and provider in _NO_REASONING)):
        return signature
    return {field: text or _NO_REASONING[provider]} | signature


def _signature(states: Iterable[OpaqueState]) -> dict[str, Any]:
    """Gemini's thought signature at the place where it came: ai.google.dev/gemini-api/docs/thought-signatures."""
    signed = _signatures(states)
    return {"extra_content": {"google": {"thought_signature": signed[-1]}}} if signed else {}


def _is_sealed(block: dict[str, Any]) -> bool:
    """True for a block that Anthropic takes back: a signed one, or a redacted one."""
    return bool(block.get("signature") or block.get("data"))


def _signatures(states: Iterable[OpaqueState]) -> list[str]:
    return [state.data for state in states if state.kind == "signature"]


def _chunks(parts: Iterable[MessagePart]) -> list[dict[str, Any]]:
    """Content as Mistral's list of chunks (docs.mistral.ai/studio-api/conversations/reasoning)."""
    chunks: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, ReasoningPart):
            thinking: dict[str, Any] = {"type": "thinking", "thinking": [{"type": "text", "text": part.text}]}
            signed = _signatures(part.opaque)
            chunks.append({**thinking, "signature": signed[-1]} if signed else thinking)
        elif isinstance(part, TextPart) and part.text:
            chunks.append({"type": "text", "text": part.text})
    return chunks
