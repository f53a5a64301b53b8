"""Realistic streams of five schemas: text, reasoning, and eight parallel tool calls in many fragments.

Sizes follow what the providers send: about 320 bytes an event for Chat (obfuscation, service tier and fingerprint
included), 235 for Responses, 92 for Anthropic, 390 for Gemini and 130 for Ollama.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import attrs

Payload = dict[str, Any]
WORDS = (" the", " stream", " of", " a", " model", " grows", " word", " by", " word", " until", " it", " ends.")
PADDING = "aB3dEf7Gh1Jk9Lm"
CALLS = 8
SHAPES = ("text", "reasoning", "tools")


@attrs.frozen
class Stream:
    """One generated stream, as payload texts and as wire frames."""

    provider: str
    shape: str
    payloads: list[str]
    frames: list[bytes]

    def chunks(self, size: int | None) -> list[bytes]:
        """The body in chunks of `size` bytes; None for one event per chunk."""
        if size is None:
            return self.frames
        body = b"".join(self.frames)
        return [body[start : start + size] for start in range(0, len(body), size)]


def generate(provider: str, shape: str, events: int) -> Stream:
    """A stream of about that many events."""
    payloads = list(_SCHEMAS[provider](shape, events))
    texts = [json.dumps(payload, separators=(",", ":")) for payload in payloads]
    return Stream(provider, shape, texts, [_frame(provider, *pair) for pair in zip(payloads, texts, strict=True)])


def _frame(provider: str, payload: Payload, text: str) -> bytes:
    if provider == "ollama":
        return f"{text}\n".encode()
    if provider == "gemini":
        return f"data: {text}\r\n\r\n".encode()
    if provider in ("anthropic", "openai-responses"):
        return f"event: {payload['type']}\ndata: {text}\n\n".encode()
    return f"data: {text}\n\n".encode()


def _fragments(events: int) -> Iterator[tuple[int, str]]:
    """(call, fragment of its arguments), round robin, whole objects in all."""
    per_call = max(events // CALLS, 3)
    for number in range(per_call):
        for call in range(CALLS):
            if number == 0:
                yield call, '{"q":"'
            elif number == per_call - 1:
                yield call, '"}'
            else:
                yield call, WORDS[(number + call) % len(WORDS)]


def _chat(shape: str, events: int) -> Iterator[Payload]:
    head = {
        "id": "chatcmpl-BDA7OEUOiPJr6S3fbWdwAE3GbR2n5",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "gpt-example-2026-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_44709d6fcb",
    }

    def chunk(delta: Payload, number: int, reason: str | None = None) -> Payload:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return {**head, "choices": [choice], "usage": None, "obfuscation": PADDING[: number % 12 + 1]}

    yield chunk({"role": "assistant", "content": "", "refusal": None}, 0)
    if shape == "tools":
        for call in range(CALLS):
            function = {"name": "search", "arguments": ""}
            entry = {"index": call, "id": f"call_{call}", "type": "function", "function": function}
            yield chunk({"tool_calls": [entry]}, call)
        for number, (call, text) in enumerate(_fragments(events)):
            yield chunk({"tool_calls": [{"index": call, "function": {"arguments": text}}]}, number)
    else:
        field = "content" if shape == "text" else "reasoning_content"
        for number in range(events):
            yield chunk({field: WORDS[number % len(WORDS)]}, number)
    yield chunk({}, 0, "tool_calls" if shape == "tools" else "stop")
    usage = {"prompt_tokens": 9, "completion_tokens": events, "total_tokens": events + 9}
    yield {**head, "choices": [], "usage": usage}


def _anthropic(shape: str, events: int) -> Iterator[Payload]:
    usage = {"input_tokens": 9, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-example", "content": []}
    yield {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}}
    if shape == "tools":
        for call in range(CALLS):
            block = {"type": "tool_use", "id": f"toolu_{call}", "name": "search", "input": {}}
            yield {"type": "content_block_start", "index": call, "content_block": block}
        for call, text in _fragments(events):
            delta = {"type": "input_json_delta", "partial_json": text}
            yield {"type": "content_block_delta", "index": call, "delta": delta}
        for call in range(CALLS):
            yield {"type": "content_block_stop", "index": call}
    else:
        kind = "text" if shape == "text" else "thinking"
        yield {"type": "content_block_start", "index": 0, "content_block": {"type": kind, kind: ""}}
        for number in range(events):
            delta = {"type": f"{kind}_delta", kind: WORDS[number % len(WORDS)]}
            yield {"type": "content_block_delta", "index": 0, "delta": delta}
        yield {"type": "content_block_stop", "index": 0}
    reason = "tool_use" if shape == "tools" else "end_turn"
    yield {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": events}}
    yield {"type": "message_stop"}


def _responses(shape: str, events: int) -> Iterator[Payload]:
    response = {"id": "resp_1", "object": "response", "model": "gpt-example", "status": "in_progress", "output": []}
    number = 0

    def event(kind: str, **fields: Any) -> Payload:
        nonlocal number
        number += 1
        return {"type": kind, "sequence_number": number - 1, **fields}

    yield event("response.created", response=response)
    output: list[Payload] = []
    if shape == "tools":
        texts = [""] * CALLS
        for call in range(CALLS):
            item = {"id": f"fc_{call}", "type": "function_call", "call_id": f"call_{call}", "name": "search"}
            output.append({**item, "arguments": "", "status": "in_progress"})
            yield event("response.output_item.added", output_index=call, item=output[-1])
        for call, text in _fragments(events):
            texts[call] += text
            place = {"item_id": f"fc_{call}", "output_index": call}
            yield event("response.function_call_arguments.delta", **place, delta=text, obfuscation=PADDING)
        for call in range(CALLS):
            output[call] = {**output[call], "arguments": texts[call], "status": "completed"}
            yield event("response.output_item.done", output_index=call, item=output[call])
    else:
        yield from _responses_text(shape, events, event, output)
    usage = {"input_tokens": 9, "output_tokens": events, "total_tokens": events + 9}
    yield event("response.completed", response={**response, "status": "completed", "output": output, "usage": usage})


def _responses_text(shape: str, events: int, event: Callable[..., Payload], output: list[Payload]) -> Iterator[Payload]:
    words = [WORDS[number % len(WORDS)] for number in range(events)]
    if shape == "reasoning":
        item: Payload = {"id": "rs_1", "type": "reasoning", "summary": []}
        part: Payload = {"type": "summary_text", "text": ""}
        place = {"item_id": "rs_1", "output_index": 0, "summary_index": 0}
        done = {**item, "summary": [{**part, "text": "".join(words)}]}
        kind, stem = "response.reasoning_summary_text", "response.reasoning_summary_part"
    else:
        item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
        part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        done = {**item, "status": "completed", "content": [{**part, "text": "".join(words)}]}
        kind, stem = "response.output_text", "response.content_part"
    yield event("response.output_item.added", output_index=0, item=item)
    yield event(f"{stem}.added", **place, part=part)
    for number, word in enumerate(words):
        extra = {} if shape == "reasoning" else {"logprobs": []}
        yield event(f"{kind}.delta", **place, delta=word, **extra, obfuscation=PADDING[: number % 12 + 1])
    yield event(f"{kind}.done", **place, text="".join(words))
    yield event(f"{stem}.done", **place, part={**part, "text": "".join(words)})
    output.append(done)
    yield event("response.output_item.done", output_index=0, item=done)


def _gemini(shape: str, events: int) -> Iterator[Payload]:
    def chunk(parts: list[Payload], number: int, reason: str | None = None) -> Payload:
        candidate: Payload = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if reason:
            candidate["finishReason"] = reason
        details = [{"modality": "TEXT", "tokenCount": 9}]
        usage = {"promptTokenCount": 9, "candidatesTokenCount": number + 1, "totalTokenCount": number + 10}
        return {
            "candidates": [candidate],
            "usageMetadata": {**usage, "promptTokensDetails": details},
            "modelVersion": "gemini-example",
            "responseId": "r3aB-example-id",
        }

    if shape == "tools":
        for number in range(events):
            call = {"name": "search", "args": {"q": WORDS[number % len(WORDS)], "limit": 5}}
            thought = {"text": WORDS[number % len(WORDS)], "thought": True}
            yield chunk([{"functionCall": call}] if number % (events // CALLS) == 0 else [thought], number)
    else:
        extra = {"thought": True} if shape == "reasoning" else {}
        for number in range(events):
            yield chunk([{"text": WORDS[number % len(WORDS)], **extra}], number)
    yield chunk([{"text": ""}], events, "STOP")


def _ollama(shape: str, events: int) -> Iterator[Payload]:
    def line(message: Payload) -> Payload:
        head = {"model": "llama-example", "created_at": "2026-11-20T21:00:00.123456789Z"}
        return {**head, "message": {"role": "assistant", "content": "", **message}, "done": False}

    for number in range(events):
        word = WORDS[number % len(WORDS)]
        if shape == "tools" and number % (events // CALLS) == 0:
            yield line({"tool_calls": [{"function": {"index": 0, "name": "search", "arguments": {"q": word}}}]})
        else:
            yield line({"content": word} if shape == "text" else {"thinking": word})
    counts = {"prompt_eval_count": 26, "eval_count": events, "total_duration": 9, "eval_duration": 6}
    yield {**line({}), "done": True, "done_reason": "stop", **counts}


_SCHEMAS: dict[str, Callable[[str, int], Iterator[Payload]]] = {
    "openai-chat": _chat,
    "openai-responses": _responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "ollama": _ollama,
}
PROVIDERS = tuple(_SCHEMAS)
