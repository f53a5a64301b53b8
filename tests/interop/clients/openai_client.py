"""The `openai` package: Chat Completions and Responses, each by `create(stream=True)` and by the `.stream()` helper."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai

from tests.interop.answer import Answer, Call, Choice, Counts, decoded
from tests.interop.memory import Reply, Wire

WIRE = Wire()
CLIENT = openai.OpenAI(api_key="k", base_url="http://in.memory/v1", http_client=WIRE.httpx(httpx2), max_retries=0)
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def chat_create(reply: Reply) -> Answer:
    """The chunks of `chat.completions.create`, put together as the vendor's guide does: by index, text appended."""
    WIRE.reply = reply
    answer = Answer()
    calls: dict[int, dict[int, list[Any]]] = {}
    for chunk in CLIENT.chat.completions.create(**ASKED, stream=True):
        for part in chunk.choices or ():
            choice = answer.choice(part.index or 0)
            choice.finish = part.finish_reason or choice.finish
            if part.delta is None:
                continue
            if isinstance(part.delta.content, str):
                choice.text += part.delta.content
            own = calls.setdefault(part.index or 0, {})
            for piece in part.delta.tool_calls or ():
                call = own.setdefault(piece.index, [None, None, []])
                call[0] = call[0] or piece.id or None
                if piece.function is not None:
                    call[1] = call[1] or piece.function.name
                    call[2].append(_text(piece.function.arguments))
        if chunk.usage is not None:
            answer.usage = chat_counts(chunk.usage)
    for index, own in calls.items():
        answer.choice(index).calls = [Call(id_, name, decoded("".join(args))) for id_, name, args in own.values()]
    return answer


def _text(arguments: Any) -> str:
    """A piece of arguments; the client passes on what is no text though its type says so."""
    return arguments if isinstance(arguments, str) else "" if arguments is None else json.dumps(arguments)


def chat_stream(reply: Reply) -> Answer:
    """The completion that `chat.completions.stream` puts together."""
    WIRE.reply = reply
    with CLIENT.chat.completions.stream(**ASKED) as events:
        for _ in events:
            pass
        whole = events.current_completion_snapshot
    answer = Answer()
    for choice in whole.choices:
        calls = [
            Call(call.id or None, call.function.name, decoded(call.function.arguments))
            for call in choice.message.tool_calls or ()
        ]
        answer.choices[choice.index] = Choice(choice.message.content or "", "", calls, choice.finish_reason)
    if whole.usage is not None:
        answer.usage = chat_counts(whole.usage)
    return answer


def chat_counts(usage: Any) -> Counts:
    """Token counts of Chat Completions: totals with details inside."""
    inside, outside = usage.prompt_tokens_details, usage.completion_tokens_details
    return {
        "input": usage.prompt_tokens,
        "output": usage.completion_tokens,
        "cached": inside and inside.cached_tokens,
        "reasoning": outside and outside.reasoning_tokens,
        "total": usage.total_tokens,
    }


def responses_create(reply: Reply) -> Answer:
    """The deltas and closed items of `responses.create`, finish and usage of its closing event."""
    WIRE.reply = reply
    texts: list[str] = []
    choice = Choice()
    usage: Counts = {}
    for event in CLIENT.responses.create(model="m", input="hi", stream=True):
        if event.type == "response.output_text.delta":
            texts.append(event.delta)
        elif event.type == "response.output_item.done":
            _item(choice, event.item)
        elif event.type in ("response.completed", "response.incomplete", "response.failed"):
            choice.finish = _finish(event.response)
            usage = responses_counts(event.response.usage)
    choice.text = "".join(texts)
    return Answer({0: choice}, usage)


def responses_stream(reply: Reply) -> Answer:
    """The response that `responses.stream` puts together."""
    WIRE.reply = reply
    with CLIENT.responses.stream(model="m", input="hi") as events:
        response = events.get_final_response()
    choice = Choice(finish=_finish(response))
    for item in response.output:
        _item(choice, item)
    return Answer({0: choice}, responses_counts(response.usage))


def _item(choice: Choice, item: Any) -> None:
    if item.type == "message":
        choice.text += "".join(part.text for part in item.content if part.type == "output_text")
    elif item.type == "reasoning":
        # The client keeps the parts apart; as one text they are divided by a blank line.
        choice.reasoning += "\n\n".join(part.text for part in [*item.summary, *(item.content or ())])
    elif item.type == "function_call":
        choice.calls.append(Call(item.call_id, item.name, decoded(item.arguments)))
    elif item.type == "custom_tool_call":
        choice.calls.append(Call(item.call_id, item.name, item.input))


def _finish(response: Any) -> str | None:
    return (response.incomplete_details and response.incomplete_details.reason) or response.status


def responses_counts(usage: Any) -> Counts:
    """Token counts of Responses: totals with details inside."""
    if usage is None:
        return {}
    inside, outside = usage.input_tokens_details, usage.output_tokens_details
    return {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cached": inside and inside.cached_tokens,
        "reasoning": outside and outside.reasoning_tokens,
        "total": usage.total_tokens,
    }
