"""What `deltawire demo --tools` plays: for each provider an answer that calls a tool, what its server wants back, and
the answer to that. Written by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from deltawire.requests import Tool

__all__ = ["ANSWER", "CITY", "LOOPS", "PROMPT", "RESULT", "TOOL", "ToolLoop"]

PROMPT = "What is the weather in Zürich?"
CITY = "Zürich"
RESULT = "12 °C, light rain"
ANSWER = "It rains a little in Zürich, at 12 °C."
TOOL = Tool(
    "weather",
    "The weather in a city.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)

Payloads = tuple[Any, ...]

_ARGUMENTS = '{"city":"Zürich"}'
_INPUT = {"city": CITY}
_THOUGHT = "I have to look it up."
# Characters that a careless copy would change: escapes of base64, of JSON, and a line separator.
_SIGNATURE = "EpQCCkYIBRgCKkA/+c4nN0/YQ==\u2028"
_ENCRYPTED = "gAAAAABo/8T+KQe_x-9Zb2c=="


@attrs.frozen
class ToolLoop:
    """Two turns with one provider."""

    provider: str
    what: str
    """What the server wants back, in words."""
    first: Payloads
    """The answer that calls the tool."""
    turn: Payloads
    """The assistant's turn as the second request must have it."""
    second: Payloads
    """The answer to the result."""
    state: tuple[str, ...] = ()
    """The texts in the turn that no one but the provider understands."""
    calls: tuple[str, ...] = ("call_1",)
    """The ids that the results must refer to; empty where the schema goes by names."""
    model: str = "demo"
    history: str = "messages"
    """The field of the request that holds the conversation."""


def _chunks(*deltas: dict[str, Any], reason: str) -> Payloads:
    head = {"id": "chatcmpl-demo", "object": "chat.completion.chunk", "model": "demo"}
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": reason})
    return (*({**head, "choices": [choice]} for choice in choices), "[DONE]")


def _words(text: str) -> list[str]:
    return [text[start : start + 8] for start in range(0, len(text), 8)]


def _chat(
    provider: str, what: str, *deltas: dict[str, Any], call: dict[str, Any] | None = None, **turn: Any
) -> ToolLoop:
    identifier = "aB3xK9mP2" if provider == "mistral" else "call_1"
    function = {"name": "weather", "arguments": _ARGUMENTS}
    entry = {"id": identifier, "type": "function", "function": function, **(call or {})}
    pieces = ({"index": 0, "function": {"arguments": piece}} for piece in _words(_ARGUMENTS))
    opening = {"tool_calls": [{"index": 0, **entry, "function": {"name": "weather", "arguments": ""}}]}
    first = (*deltas, opening, *({"tool_calls": [piece]} for piece in pieces))
    state = turn.pop("state", ())
    return ToolLoop(
        provider,
        what,
        _chunks(*first, reason="tool_calls"),
        ({"role": "assistant", "content": None, **turn, "tool_calls": [entry]},),
        _chunks(*({"content": piece} for piece in _words(ANSWER)), reason="stop"),
        state,
        (identifier,),
    )


def _dialects() -> Iterable[ToolLoop]:
    yield _chat("openai-chat", "the id of its call")
    yield _chat("mistral", "an id of nine letters and digits")
    thought = [{"reasoning_content": piece} for piece in _words(_THOUGHT)]
    yield _chat("deepseek", "reasoning", *thought, reasoning_content=_THOUGHT, state=(_THOUGHT,))
    details: list[dict[str, Any]] = [
        {"type": "reasoning.text", "text": _THOUGHT, "index": 0, "signature": _SIGNATURE},
        {"type": "reasoning.encrypted", "data": _ENCRYPTED, "id": "r1", "index": 1},
    ]
    deltas: list[dict[str, Any]] = [
        {"reasoning": _THOUGHT, "reasoning_details": details[:1]},
        {"reasoning_details": details[1:]},
    ]
    yield _chat("openrouter", "reasoning details", *deltas, reasoning_details=details, state=(_SIGNATURE, _ENCRYPTED))
    signed = {"extra_content": {"google": {"thought_signature": _SIGNATURE}}}
    yield _chat("gemini-openai", "a call with a thought signature", call=signed, state=(_SIGNATURE,))


def _responses() -> ToolLoop:
    reasoning: dict[str, Any] = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": _ENCRYPTED}
    call: dict[str, Any] = {"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": "weather"}
    called: dict[str, Any] = {**call, "arguments": _ARGUMENTS, "status": "completed"}
    message: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    spoken: dict[str, Any] = {**message, "content": [{"type": "output_text", "text": ANSWER, "annotations": []}]}

    def answer(identifier: str, opened: Payloads, deltas: Payloads, items: Payloads) -> Payloads:
        response = {"id": identifier, "object": "response", "model": "demo"}
        done = ({"type": "response.output_item.done", "output_index": i, "item": item} for i, item in enumerate(items))
        return (
            {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}},
            *({"type": "response.output_item.added", "output_index": i, "item": item} for i, item in enumerate(opened)),
            *deltas,
            *done,
            {"type": "response.completed", "response": {**response, "status": "completed", "output": list(items)}},
        )

    argument = {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1}
    text = {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0}
    opened = ({**reasoning, "encrypted_content": "not yet"}, {**call, "arguments": "", "status": "in_progress"})
    first = answer("resp_1", opened, tuple({**argument, "delta": p} for p in _words(_ARGUMENTS)), (reasoning, called))
    second = answer(
        "resp_2", ({**message, "content": []},), tuple({**text, "delta": p} for p in _words(ANSWER)), (spoken,)
    )
    turn = (reasoning, called)
    return ToolLoop("openai-responses", "encrypted reasoning", first, turn, second, (_ENCRYPTED,), history="input")


def _blocks(stop_reason: str, *blocks: tuple[dict[str, Any], str, str, str]) -> Payloads:
    """Events of a message: each block as it starts, then (delta type, field, whole text)."""
    message: dict[str, Any] = {
        "id": "msg_demo",
        "type": "message",
        "role": "assistant",
        "model": "claude-demo",
        "content": [],
    }
    events: list[Any] = [
        {"type": "message_start", "message": {**message, "usage": {"input_tokens": 9, "output_tokens": 1}}}
    ]
    for index, (start, kind, field, text) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        deltas = [{"type": kind, field: piece} for piece in _words(text)]
        if start["type"] == "thinking":
            deltas.append({"type": "signature_delta", "signature": _SIGNATURE})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    events.append({"type": "message_delta", "delta": {"stop_reason": stop_reason}, "usage": {"output_tokens": 40}})
    return (*events, {"type": "message_stop"})


def _claude(provider: str, model: str) -> ToolLoop:
    redacted: dict[str, Any] = {"type": "redacted_thinking", "data": _ENCRYPTED}
    call: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
    first = _blocks(
        "tool_use",
        ({"type": "thinking", "thinking": "", "signature": ""}, "thinking_delta", "thinking", _THOUGHT),
        (redacted, "", "", ""),
        (call, "input_json_delta", "partial_json", _ARGUMENTS),
    )
    content: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": _THOUGHT, "signature": _SIGNATURE},
        redacted,
        {**call, "input": _INPUT},
    ]
    second = _blocks("end_turn", ({"type": "text", "text": ""}, "text_delta", "text", ANSWER))
    turn = ({"role": "assistant", "content": content},)
    return ToolLoop(
        provider, "signed and redacted thinking", first, turn, second, (_SIGNATURE, _ENCRYPTED), ("toolu_1",), model
    )


def _gemini() -> ToolLoop:
    call: dict[str, Any] = {"functionCall": {"name": "weather", "args": _INPUT}, "thoughtSignature": _SIGNATURE}

    def chunk(part: dict[str, Any], **ending: str) -> dict[str, Any]:
        candidate = {"index": 0, "content": {"role": "model", "parts": [part]}, **ending}
        return {"candidates": [candidate], "responseId": "demo", "modelVersion": "demo"}

    first = (chunk({"text": _THOUGHT, "thought": True}), chunk(call, finishReason="STOP"))
    second = (*(chunk({"text": piece}) for piece in _words(ANSWER)), chunk({"text": ""}, finishReason="STOP"))
    turn = ({"role": "model", "parts": [{"text": _THOUGHT, "thought": True}, call]},)
    return ToolLoop("gemini", "a thought signature", first, turn, second, (_SIGNATURE,), (), history="contents")


def _interaction() -> ToolLoop:
    def events(status: str, *steps: tuple[dict[str, Any], list[dict[str, Any]]]) -> Payloads:
        said: list[Any] = [{"event_type": "interaction.created", "interaction": {"id": "i", "model": "demo"}}]
        for index, (step, deltas) in enumerate(steps):
            said.append({"event_type": "step.start", "index": index, "step": step})
            said += [{"event_type": "step.delta", "index": index, "delta": delta} for delta in deltas]
            said.append({"event_type": "step.stop", "index": index})
        return (*said, {"event_type": "interaction.completed", "interaction": {"id": "i", "status": status}}, "[DONE]")

    summary = {"type": "text", "text": _THOUGHT}
    thought: list[dict[str, Any]] = [
        {"type": "thought_summary", "content": summary},
        {"type": "thought_signature", "signature": _SIGNATURE},
    ]
    call: dict[str, Any] = {"type": "function_call", "id": "call_1", "name": "weather"}
    arguments = [{"type": "arguments_delta", "arguments": piece} for piece in _words(_ARGUMENTS)]
    first = events("requires_action", ({"type": "thought"}, thought), ({**call, "arguments": {}}, arguments))
    texts = [{"type": "text", "text": piece} for piece in _words(ANSWER)]
    turn = (
        {"type": "thought", "signature": _SIGNATURE, "summary": [summary]},
        {**call, "arguments": _INPUT},
    )
    second = events("completed", ({"type": "model_output"}, texts))
    return ToolLoop("gemini-interactions", "a signed thought", first, turn, second, (_SIGNATURE,), history="input")


def _ollama() -> ToolLoop:
    call: dict[str, Any] = {"id": "call_1", "function": {"index": 0, "name": "weather", "arguments": _INPUT}}

    def line(done: bool = False, **message: Any) -> dict[str, Any]:
        ending = {"done_reason": "stop", "prompt_eval_count": 26, "eval_count": 5} if done else {}
        said = {"role": "assistant", "content": "", **message}
        return {"model": "demo", "created_at": "2026-01-01T00:00:00Z", "message": said, "done": done, **ending}

    first = (*(line(thinking=piece) for piece in _words(_THOUGHT)), line(tool_calls=[call]), line(done=True))
    turn = ({"role": "assistant", "content": "", "thinking": _THOUGHT, "tool_calls": [call]},)
    second = (*(line(content=piece) for piece in _words(ANSWER)), line(done=True))
    return ToolLoop("ollama", "thinking", first, turn, second, (_THOUGHT,))


def _converse() -> ToolLoop:
    def grow(index: int, **delta: Any) -> dict[str, Any]:
        return {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}}

    def answer(reason: str, *events: dict[str, Any]) -> Payloads:
        metadata = {"usage": {"inputTokens": 9, "outputTokens": 40, "totalTokens": 49}}
        return (
            {"messageStart": {"role": "assistant"}},
            *events,
            {"messageStop": {"stopReason": reason}},
            {"metadata": metadata},
        )

    used = {"toolUseId": "tooluse_1", "name": "weather"}
    first = answer(
        "tool_use",
        *(grow(0, reasoningContent={"text": piece}) for piece in _words(_THOUGHT)),
        grow(0, reasoningContent={"signature": _SIGNATURE}),
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"contentBlockStart": {"contentBlockIndex": 1, "start": {"toolUse": used}}},
        *(grow(1, toolUse={"input": piece}) for piece in _words(_ARGUMENTS)),
        {"contentBlockStop": {"contentBlockIndex": 1}},
    )
    reasoning: dict[str, Any] = {"reasoningContent": {"reasoningText": {"text": _THOUGHT, "signature": _SIGNATURE}}}
    turn = ({"role": "assistant", "content": [reasoning, {"toolUse": {**used, "input": _INPUT}}]},)
    second = answer("end_turn", *(grow(0, text=piece) for piece in _words(ANSWER)))
    return ToolLoop("bedrock", "signed reasoning", first, turn, second, (_SIGNATURE,), ("tooluse_1",))


def _cohere() -> ToolLoop:
    def event(kind: str, index: int | None = None, **message: Any) -> dict[str, Any]:
        numbered = {} if index is None else {"index": index}
        return {"type": kind, **numbered, **({"delta": {"message": message}} if message else {})}

    def answer(reason: str, *events: dict[str, Any]) -> Payloads:
        start = {**event("message-start", role="assistant"), "id": "demo"}
        return (start, *events, {"type": "message-end", "delta": {"finish_reason": reason}})

    call: dict[str, Any] = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ""}}
    first = answer(
        "TOOL_CALL",
        *(event("tool-plan-delta", tool_plan=piece) for piece in _words(_THOUGHT)),
        event("tool-call-start", 0, tool_calls=call),
        *(event("tool-call-delta", 0, tool_calls={"function": {"arguments": p}}) for p in _words(_ARGUMENTS)),
        event("tool-call-end", 0),
    )
    called: dict[str, Any] = {**call, "function": {"name": "weather", "arguments": _ARGUMENTS}}
    turn = ({"role": "assistant", "tool_plan": _THOUGHT, "tool_calls": [called]},)
    second = answer(
        "COMPLETE",
        event("content-start", 0, content={"type": "text", "text": ""}),
        *(event("content-delta", 0, content={"text": piece}) for piece in _words(ANSWER)),
        event("content-end", 0),
    )
    return ToolLoop("cohere", "a plan", first, turn, second, (_THOUGHT,))


LOOPS: tuple[ToolLoop, ...] = (
    *_dialects(),
    _responses(),
    _claude("anthropic", "claude-demo"),
    _gemini(),
    _interaction(),
    _ollama(),
    _converse(),
    _claude("bedrock-invoke", "anthropic.claude-demo-v1:0"),
    _cohere(),
)
