"""The `google-genai` package: `generate_content_stream` and the Interactions API."""

from __future__ import annotations

from typing import Any

import httpx2
from google import genai
from google.genai import types

from tests.interop.answer import Answer, Call, Choice, Counts, decoded
from tests.interop.memory import Reply, Wire

WIRE = Wire()
CLIENT = genai.Client(
    api_key="k", http_options=types.HttpOptions(base_url="http://in.memory", httpx_client=WIRE.httpx(httpx2))
)


def generate(reply: Reply) -> Answer:
    """The chunks of `generate_content_stream`, parts appended."""
    WIRE.reply = reply
    answer = Answer()
    for chunk in CLIENT.models.generate_content_stream(model="m", contents="hi"):
        for candidate in chunk.candidates or ():
            choice = answer.choice(candidate.index or 0)
            for part in (candidate.content and candidate.content.parts) or ():
                _part(choice, part)
            if candidate.finish_reason is not None:
                choice.finish = candidate.finish_reason.value
        if chunk.usage_metadata is not None:
            answer.usage = counts(chunk.usage_metadata)
    return answer


def _part(choice: Choice, part: Any) -> None:
    if part.text is not None:
        if part.thought:
            choice.reasoning += part.text
        else:
            choice.text += part.text
    if part.function_call is not None:
        call = part.function_call
        choice.calls.append(Call(call.id, call.name, call.args or {}))


def counts(usage: Any) -> Counts:
    """Token counts of Gemini: the answer without its thoughts, which are added."""
    output, thoughts = usage.candidates_token_count, usage.thoughts_token_count
    prompt, tools = usage.prompt_token_count, usage.tool_use_prompt_token_count
    return {
        "input": None if prompt is None else prompt + (tools or 0),
        "output": None if output is None and thoughts is None else (output or 0) + (thoughts or 0),
        "cached": usage.cached_content_token_count,
        "reasoning": thoughts,
        "total": usage.total_token_count,
    }


def interactions(reply: Reply) -> Answer:
    """The deltas of `interactions.create`, and the counts of its closing event."""
    WIRE.reply = reply
    answer = Answer()
    choice = answer.choice()
    calls: dict[int, list[Any]] = {}
    for event in CLIENT.interactions.create(model="m", input="hi", stream=True):
        if event.event_type == "step.start" and event.step.type == "function_call":
            calls[event.index] = [event.step.id, event.step.name, event.step.arguments or {}, []]
        elif event.event_type == "step.delta":
            if event.delta.type == "text":
                choice.text += event.delta.text
            elif event.delta.type == "thought_summary":
                choice.reasoning += event.delta.content.text
            elif event.delta.type == "arguments_delta":
                calls[event.index][3].append(event.delta.arguments)
        elif event.event_type == "interaction.completed":
            choice.finish = event.interaction.status
            answer.usage = interactions_counts(event.interaction.usage)
    for identifier, name, whole, pieces in calls.values():
        choice.calls.append(Call(identifier, name, decoded("".join(pieces)) or whole))
    return answer


def interactions_counts(usage: Any) -> Counts:
    """Token counts of Interactions: the answer without its thoughts, which are added."""
    if usage is None:
        return {}
    return {
        "input": usage.total_input_tokens,
        "output": usage.total_output_tokens + (usage.total_thought_tokens or 0),
        "cached": usage.total_cached_tokens,
        "reasoning": usage.total_thought_tokens,
        "total": usage.total_tokens,
    }
