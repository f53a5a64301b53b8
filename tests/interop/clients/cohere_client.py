"""The `cohere` package: `ClientV2.chat_stream`."""

from __future__ import annotations

from typing import Any

import cohere
import httpx

from tests.interop.answer import Answer, Call, decoded
from tests.interop.memory import Reply, Wire

WIRE = Wire()
CLIENT = cohere.ClientV2(api_key="k", base_url="http://in.memory", httpx_client=WIRE.httpx(httpx))


def chat_stream(reply: Reply) -> Answer:
    """The events of `chat_stream`, put together by index."""
    WIRE.reply = reply
    answer = Answer()
    choice = answer.choice()
    calls: dict[int, list[Any]] = {}
    for event in CLIENT.chat_stream(model="m", messages=[{"role": "user", "content": "hi"}]):
        if event.type in ("content-start", "content-delta"):
            content = event.delta.message.content
            choice.text += content.text or ""
            choice.reasoning += content.thinking or ""
        elif event.type == "tool-plan-delta":
            choice.reasoning += event.delta.message.tool_plan
        elif event.type == "tool-call-start":
            call = event.delta.message.tool_calls
            calls[event.index] = [call.id, call.function.name, [call.function.arguments or ""]]
        elif event.type == "tool-call-delta":
            calls[event.index][2].append(event.delta.message.tool_calls.function.arguments)
        elif event.type == "message-end":
            choice.finish = choice.finish or event.delta.finish_reason
            usage = event.delta.usage
            if usage is not None and usage.tokens is not None:
                answer.usage = {
                    "input": number(usage.tokens.input_tokens),
                    "output": number(usage.tokens.output_tokens),
                }
    choice.calls = [Call(identifier, name, decoded("".join(pieces))) for identifier, name, pieces in calls.values()]
    return answer


def number(count: float | None) -> int | None:
    """A count that the client gives as a float."""
    return None if count is None else int(count)
