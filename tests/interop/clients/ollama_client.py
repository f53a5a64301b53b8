"""The `ollama` package: `chat(stream=True)`."""

from __future__ import annotations

import httpx
import ollama

from tests.interop.answer import Answer, Call
from tests.interop.memory import Reply, Wire

WIRE = Wire()
CLIENT = ollama.Client()
CLIENT._client = WIRE.httpx(httpx, base_url="http://in.memory")


def chat(reply: Reply) -> Answer:
    """The chunks of `chat`, appended."""
    WIRE.reply = reply
    answer = Answer()
    choice = answer.choice()
    for chunk in CLIENT.chat(model="m", messages=[{"role": "user", "content": "hi"}], stream=True):
        choice.text += chunk.message.content or ""
        choice.reasoning += chunk.message.thinking or ""
        choice.calls += [
            Call(None, call.function.name, dict(call.function.arguments)) for call in chunk.message.tool_calls or ()
        ]
        choice.finish = chunk.done_reason or choice.finish
        if chunk.prompt_eval_count is not None or chunk.eval_count is not None:
            answer.usage = {"input": chunk.prompt_eval_count, "output": chunk.eval_count}
    return answer
