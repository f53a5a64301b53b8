"""What the providers of the demo send: payloads written by hand, one for each frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["calls", "cut_answer", "greeting", "grounded_answer", "local_answer", "summarised_answer"]

Payloads = list[Any]

_SCRIPTS = "Grüezi, こんにちは, привет, hello 🌍 — the same events, however the bytes are cut."
_SUMMARY = "**Comparing** frames of text with lines of JSON, and both with binary frames."
_FRAMINGS = "Server-sent events end with a blank line, JSON lines with a line end, AWS frames by their length."
_THOUGHT = "The question is how long light takes from the Sun to the Earth. About 150 million km at c."
_LIGHT = "Light from the Sun takes about 8 minutes and 20 seconds to the Earth — 499 seconds for 149.6 million km."
_LOCAL = "A small model on this machine answers instead: nobody glued two halves together."
_CUT = "The answer to the question of life, the universe and everything is"


def _words(text: str, size: int = 6) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "chatcmpl-demo", "object": "chat.completion.chunk", "model": "demo-chat", "choices": [choice]}


def calls() -> Payloads:
    """Chat Completions: reasoning, and two tool calls that grow side by side."""
    frames = [_chunk({"role": "assistant", "content": ""})]
    thought = "The user wants the weather in two cities. I ask for both at once."
    frames += [_chunk({"reasoning_content": piece}) for piece in _words(thought)]
    named = [("call_zrh", '{"city":"Zürich","unit":"celsius"}'), ("call_tyo", '{"city":"東京","unit":"celsius"}')]
    for index, (identifier, _) in enumerate(named):
        function = {"name": "weather", "arguments": ""}
        entry = {"index": index, "id": identifier, "type": "function", "function": function}
        frames.append(_chunk({"tool_calls": [entry]}))
    pieces = [_words(arguments, 3) for _, arguments in named]
    for step in range(max(map(len, pieces))):
        for index, piece in enumerate(pieces):
            if step < len(piece):
                frames.append(_chunk({"tool_calls": [{"index": index, "function": {"arguments": piece[step]}}]}))
    frames.append(_chunk({}, "tool_calls"))
    usage = {"prompt_tokens": 61, "completion_tokens": 48, "total_tokens": 109}
    frames.append({"id": "chatcmpl-demo", "model": "demo-chat", "choices": [], "usage": usage})
    return [*frames, "[DONE]"]


def greeting() -> Payloads:
    """Messages: signed thinking, then text in several scripts, with a ping in between."""
    message: dict[str, Any] = {"id": "msg_demo", "type": "message", "role": "assistant", "model": "demo-claude"}
    usage = {"input_tokens": 24, "output_tokens": 1}
    frames: Payloads = [{"type": "message_start", "message": {**message, "content": [], "usage": usage}}]
    parts = [("thinking", "A short greeting in several scripts will do."), ("text", _SCRIPTS)]
    for index, (kind, text) in enumerate(parts):
        frames.append({"type": "content_block_start", "index": index, "content_block": {"type": kind, kind: ""}})
        deltas = [{"type": f"{kind}_delta", kind: piece} for piece in _words(text)]
        if kind == "thinking":
            deltas.append({"type": "signature_delta", "signature": "ZGVtbw=="})
        frames += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        frames += [{"type": "content_block_stop", "index": index}, {"type": "ping"}]
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 57}}
    return [*frames, end, {"type": "message_stop"}]


def summarised_answer() -> Payloads:
    """Responses: a summary of the reasoning, then text."""
    response = {"id": "resp_demo", "object": "response", "model": "demo-responses"}
    reasoning: dict[str, Any] = {"id": "rs_demo", "type": "reasoning"}
    message: dict[str, Any] = {"id": "msg_demo", "type": "message", "role": "assistant"}
    thought = {"type": "response.reasoning_summary_text.delta", "item_id": "rs_demo", "output_index": 0}
    said = {"type": "response.output_text.delta", "item_id": "msg_demo", "output_index": 1, "content_index": 0}
    whole: list[dict[str, Any]] = [{"type": "output_text", "text": _FRAMINGS, "annotations": []}]
    items: Sequence[dict[str, Any]] = (
        {**reasoning, "summary": [{"type": "summary_text", "text": _SUMMARY}]},
        {**message, "status": "completed", "content": whole},
    )
    usage = {"input_tokens": 38, "output_tokens": 62, "total_tokens": 100}
    done = {**response, "status": "completed", "output": list(items)}
    return [
        {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**reasoning, "summary": []}},
        *({**thought, "summary_index": 0, "delta": piece} for piece in _words(_SUMMARY)),
        {"type": "response.output_item.done", "output_index": 0, "item": items[0]},
        {"type": "response.output_item.added", "output_index": 1, "item": {**message, "content": []}},
        *({**said, "delta": piece} for piece in _words(_FRAMINGS)),
        {"type": "response.output_item.done", "output_index": 1, "item": items[1]},
        {
            "type": "response.completed",
            "response": {**done, "usage": {**usage, "output_tokens_details": {"reasoning_tokens": 33}}},
        },
    ]


def grounded_answer() -> Payloads:
    """Gemini: thoughts, then text, with counts that grow."""
    frames: Payloads = []
    parts: list[dict[str, Any]] = [{"text": piece, "thought": True} for piece in _words(_THOUGHT, 18)]
    parts += [{"text": piece} for piece in _words(_LIGHT, 18)]
    for number, part in enumerate(parts, 1):
        candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": [part]}}
        counts = {"promptTokenCount": 17, "thoughtsTokenCount": 21, "candidatesTokenCount": 5 * number}
        frame: dict[str, Any] = {"candidates": [candidate], "responseId": "demo", "modelVersion": "demo-gemini"}
        frames.append({**frame, "usageMetadata": {**counts, "totalTokenCount": 38 + 5 * number}})
    frames[-1]["candidates"][0]["finishReason"] = "STOP"
    return frames


def local_answer() -> Payloads:
    """Ollama: lines of JSON, counts in the last one."""
    line = {"model": "demo-small", "created_at": "2026-01-01T00:00:00Z"}
    frames: Payloads = [
        {**line, "message": {"role": "assistant", "content": piece}, "done": False} for piece in _words(_LOCAL, 4)
    ]
    counts = {"prompt_eval_count": 19, "eval_count": 27}
    end = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
    return [*frames, {**line, **end, **counts}]


def cut_answer() -> Payloads:
    """Converse: text in binary frames that breaks off."""
    deltas = [{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": piece}}} for piece in _words(_CUT)]
    return [{"messageStart": {"role": "assistant"}}, *deltas]
