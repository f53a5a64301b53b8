"""What must hold for the turn of any message, whatever the server sent."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import near_misses
from tests.turn_messages import message_of

from deltawire.message import Message, MessageChoice, ToolCallPart
from deltawire.registry import PROVIDERS
from deltawire.think import THINK_TAGS
from deltawire.turns import ToolResult, assistant_turn, distinct_ids, tool_results
from deltawire_transports.cli.demo_loops import LOOPS, ToolLoop

each_loop = pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.provider)
FAMILIES = (
    "openai-chat",
    "mistral",
    "openai-responses",
    "anthropic",
    "gemini",
    "gemini-interactions",
    "ollama",
    "bedrock",
)
MODELS = ("", "anthropic.claude-opus-5-v1:0", "amazon.nova-pro-v1:0", "cohere.command-r-v1:0", "openai.gpt-oss-20b-1:0")


def answers(loop: ToolLoop) -> st.SearchStrategy[list[Any]]:
    return near_misses([list(loop.first), list(loop.second)])


def names_in(turn: list[dict[str, Any]], name: str) -> int:
    return json.dumps(turn).count(f'"name": {json.dumps(name)}')


@each_loop
@given(data=st.data())
def test_every_message_can_go_back_to_everyone(loop: ToolLoop, data: st.DataObject) -> None:
    message = message_of(loop.provider, *data.draw(answers(loop)))
    before = copy.deepcopy(message)
    provider = data.draw(st.sampled_from([loop.provider, loop.provider, *FAMILIES, "cohere", "bedrock-invoke"]))
    model = data.draw(st.sampled_from(MODELS)) if provider == "bedrock-invoke" else ""
    in_band = data.draw(st.sampled_from([None, THINK_TAGS["qwen"][0]]))
    for choice in [choice.index for choice in message.choices] or [0]:
        turn = assistant_turn(message, provider, choice, model=model, in_band=in_band)
        assert turn == assistant_turn(message, provider, choice, model=model, in_band=in_band)
        assert all(isinstance(native, dict) for native in turn)
        json.dumps(turn, ensure_ascii=False, allow_nan=False).encode()
    assert message == before


@each_loop
@given(data=st.data())
def test_every_complete_call_goes_back_once_and_has_its_result(loop: ToolLoop, data: st.DataObject) -> None:
    message = message_of(loop.provider, *data.draw(answers(loop)))
    provider = data.draw(st.sampled_from([loop.provider, *FAMILIES]))
    complete = [call for call in message.tool_calls if call.complete]
    turn = assistant_turn(message, provider, min((choice.index for choice in message.choices), default=0))
    for name in {call.name for call in message.tool_calls}:
        # Arguments of the same shape could hold the name too.
        assert names_in(turn, name) >= sum(call.name == name for call in complete)
    results = tool_results([ToolResult(call, "out") for call in complete], provider)
    assert json.dumps(results).count('"out"') == len(complete)
    assert bool(results) is bool(complete)


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
@given(
    st.lists(st.tuples(st.text(max_size=12), st.booleans(), st.booleans()), max_size=5, unique_by=lambda call: call[0])
)
def test_the_ids_of_results_are_those_of_the_turn(provider: str, calls: list[tuple[str, bool, bool]]) -> None:
    parts = tuple(
        ToolCallPart(index, identifier, "f", "{}", complete, synthetic_id=synthetic)
        for index, (identifier, complete, synthetic) in enumerate(calls)
    )
    message = distinct_ids(message_with(provider, *parts), [])
    complete = [call for call in message.tool_calls if call.complete]
    turn, results = assistant_turn(message, provider), tool_results([ToolResult(c, "") for c in complete], provider)
    assert ids_in(turn, "id", "call_id", "toolUseId") == ids_in(
        results, "id", "call_id", "tool_call_id", "tool_use_id", "toolUseId"
    )


def message_with(provider: str, *parts: ToolCallPart) -> Message:
    return Message(provider, choices=(MessageChoice(0, parts),))


def ids_in(value: Any, *fields: str) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in ids_in(each, *fields)]
    if not isinstance(value, dict):
        return []
    own = [value[field] for field in fields if isinstance(value.get(field), str)]
    return own + [found for each in value.values() for found in ids_in(each, *fields)]
