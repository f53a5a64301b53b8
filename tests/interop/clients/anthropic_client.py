"""The `anthropic` package: Messages, by `create(stream=True)` and by the `.stream()` helper."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2

from tests.interop.answer import Answer, Call, Counts, decoded
from tests.interop.memory import Reply, Wire

WIRE = Wire()
CLIENT = anthropic.Anthropic(api_key="k", base_url="http://in.memory", http_client=WIRE.httpx(httpx2), max_retries=0)
ASKED: dict[str, Any] = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


def create(reply: Reply) -> Answer:
    """The events of `messages.create`, put together by block index."""
    WIRE.reply = reply
    answer = Answer()
    choice = answer.choice()
    calls: dict[int, Any] = {}
    pieces: dict[int, list[str]] = {}
    usage: dict[str, Any] = {}
    for event in CLIENT.messages.create(**ASKED, stream=True):
        if event.type == "message_start":
            usage |= said(event.message.usage)
            choice.finish = event.message.stop_reason or choice.finish
        elif event.type == "content_block_start":
            if event.content_block.type == "tool_use":
                calls[event.index] = event.content_block
            choice.text += event.content_block.text if event.content_block.type == "text" else ""
        elif event.type == "content_block_delta":
            if event.delta.type == "text_delta":
                choice.text += event.delta.text
            elif event.delta.type == "thinking_delta":
                choice.reasoning += event.delta.thinking
            elif event.delta.type == "input_json_delta":
                pieces.setdefault(event.index, []).append(event.delta.partial_json)
        elif event.type == "message_delta":
            choice.finish = event.delta.stop_reason or choice.finish
            usage |= said(event.usage)
    for index, block in calls.items():
        arguments = decoded("".join(pieces.get(index, ()))) or block.input
        choice.calls.append(Call(block.id, block.name, arguments))
    answer.usage = counts(usage) if usage else {}
    return answer


def stream(reply: Reply) -> Answer:
    """The message that `messages.stream` puts together."""
    return _stream(CLIENT, reply)


def bedrock_stream(reply: Reply) -> Answer:
    """The same of the client for Bedrock, which reads the AWS event stream; it needs boto3."""
    keys = {"aws_access_key": "k", "aws_secret_key": "k", "aws_region": "us-east-1"}
    client = anthropic.AnthropicBedrock(
        **keys, base_url="http://in.memory", http_client=WIRE.httpx(httpx2), max_retries=0
    )
    return _stream(client, reply)


def _stream(client: Any, reply: Reply) -> Answer:
    WIRE.reply = reply
    with client.messages.stream(**ASKED) as events:
        whole = events.get_final_message()
    answer = Answer()
    choice = answer.choice()
    for block in whole.content:
        if block.type == "text":
            choice.text += block.text
        elif block.type == "thinking":
            choice.reasoning += block.thinking
        elif block.type == "tool_use":
            choice.calls.append(Call(block.id, block.name, decoded(block.input)))
    choice.finish = whole.stop_reason
    answer.usage = counts(said(whole.usage))
    return answer


def said(usage: Any) -> dict[str, Any]:
    """The counts of one event that are not null."""
    return {} if usage is None else {name: value for name, value in usage.to_dict().items() if value is not None}


def counts(usage: dict[str, Any]) -> Counts:
    """Token counts of Messages: the prompt's parts, which are told apart, added up."""
    read, written = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
    prompt = usage.get("input_tokens")
    whole = None if prompt is None else prompt + (read or 0) + (written or 0)
    output = usage.get("output_tokens")
    return {"input": whole, "output": output, "cached": read}
