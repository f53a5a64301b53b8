"""Ids of calls: accepted by the API that gets them, distinct in one history, alike in call and result."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers import chat, chat_call
from tests.turn_messages import message_of

from deltawire.events import ToolCallFinished
from deltawire.message import Message, MessageChoice, TextPart, ToolCallPart
from deltawire.registry import PROVIDERS
from deltawire.turns import ToolResult, assistant_turn, distinct_ids, tool_results
from deltawire.turns.call_ids import accepted_id

ACCEPTED = {
    "openai-chat": r".{1,40}",
    "azure": r".{1,40}",
    "openai-responses": r".{1,64}",
    "anthropic": r"[a-zA-Z0-9_-]{1,64}",
    "bedrock": r"[a-zA-Z0-9_-]{1,64}",
    "mistral": r"[a-zA-Z0-9]{9}",
}
IDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=80)


def calling(*ids: str, provider: str = "openai-chat") -> Message:
    calls = [ToolCallPart(index, name, "f", "{}", complete=True) for index, name in enumerate(ids)]
    return Message(provider, choices=(MessageChoice(0, (TextPart("Hi"), *calls)),))


def ids_in(native: Any) -> list[str]:
    fields = re.findall(r'"(?:id|call_id|tool_call_id|tool_use_id|toolUseId)": "([^"]*)"', json.dumps(native))
    return [str(json.loads(f'"{field}"')) for field in fields]


@pytest.mark.parametrize(
    ("provider", "identifier"),
    [
        ("openai-chat", "c" * 40),
        ("openai-responses", "c" * 64),
        ("anthropic", "toolu_01-A"),
        ("mistral", "abcDEF123"),
        ("vllm", "chatcmpl-tool-" + "0" * 32),
        ("gemini", "functions.weather:0"),
    ],
)
def test_an_id_that_is_accepted_stays(provider: str, identifier: str) -> None:
    assert accepted_id(identifier, provider) == identifier


@pytest.mark.parametrize(
    ("provider", "identifier", "begins"),
    [
        ("openai-chat", "call_" + "c" * 36, "call_ccc"),
        ("openai-responses", "call_" + "c" * 64, "call_ccc"),
        ("anthropic", "functions.weather:0", "functions_weather_0_"),
        ("bedrock", "ü", "_"),
        ("anthropic", "", "_"),
        ("mistral", "call_1", ""),
        ("mistral", "abcDEF1234", ""),
    ],
)
def test_an_id_that_is_refused_is_replaced_by_one_like_it(provider: str, identifier: str, begins: str) -> None:
    made = accepted_id(identifier, provider)
    assert re.fullmatch(ACCEPTED[provider], made)
    assert made.startswith(begins)
    assert made == accepted_id(identifier, provider) == accepted_id(made, provider)


@given(st.lists(IDS, max_size=8, unique=True), st.sampled_from(sorted(ACCEPTED)))
def test_every_id_is_accepted_and_none_becomes_another_one(ids: list[str], provider: str) -> None:
    made = [accepted_id(identifier, provider) for identifier in ids]
    assert all(re.fullmatch(ACCEPTED[provider], identifier, re.DOTALL) for identifier in made)
    assert len(set(made)) == len(ids)


@pytest.mark.parametrize("identifier", ["functions.weather:0", "call_" + "c" * 64, "c0"])
@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_call_and_result_have_the_same_id(provider: str, identifier: str) -> None:
    message = calling(identifier)
    (sent,) = ids_in(assistant_turn(message, provider))
    (answered,) = ids_in(tool_results([ToolResult(message.tool_calls[0], "x")], provider))
    assert sent == answered == accepted_id(identifier, provider)


def test_ids_of_earlier_messages_are_not_used_again() -> None:
    first, second = calling("call_0", "call_1"), calling("call_0", "call_2")
    renamed = distinct_ids(second, [first])
    assert [call.id for call in renamed.tool_calls] == ["call_0_2", "call_2"]
    third = distinct_ids(calling("call_0"), [first, renamed])
    assert [call.id for call in third.tool_calls] == ["call_0_3"]
    assert renamed.text == "Hi"


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_ids_in_a_history_of_any_provider_are_not_used_again(provider: str) -> None:
    first = calling("call_0", "call_1")
    history = assistant_turn(first, provider) + tool_results(
        [ToolResult(call, "") for call in first.tool_calls], provider
    )
    second = distinct_ids(calling("call_0", "new"), history, provider)
    assert second.tool_calls[1].id == "new"
    sent = ids_in(assistant_turn(second, provider))
    assert not set(sent) & set(ids_in(history))
    results = tool_results([ToolResult(call, "") for call in second.tool_calls], provider)
    assert ids_in(results) == sent


def test_a_server_that_counts_anew_in_every_answer() -> None:
    payloads = [chat_call(0, "{}", "clock", "call_0"), chat(finish="tool_calls"), "[DONE]"]
    history: list[Any] = [{"role": "user", "content": "What time is it?"}]
    for _ in range(3):
        message = distinct_ids(message_of("vllm", *payloads), history)
        history += assistant_turn(message, "vllm")
        history += tool_results([ToolResult(call, "12:00") for call in message.tool_calls], "vllm")
    assert ids_in(history) == ["call_0", "call_0", "call_0_2", "call_0_2", "call_0_3", "call_0_3"]


def test_a_message_without_an_id_of_the_history_is_returned_as_it_is() -> None:
    message = calling("call_0")
    assert distinct_ids(message, [calling("call_1"), {"role": "user", "content": [{"text": "call_0"}]}]) is message
    assert distinct_ids(Message("anthropic"), []) == Message("anthropic")


def test_ids_within_one_choice_are_distinct_and_choices_do_not_count_for_each_other() -> None:
    calls = tuple(ToolCallPart(index, "c", "f", "{}", complete=True) for index in range(3))
    message = Message("openai-chat", choices=(MessageChoice(0, calls), MessageChoice(1, calls[:1])))
    one, other = distinct_ids(message, []).choices
    assert [call.id for call in one.tool_calls] == ["c", "c_2", "c_3"]
    assert [call.id for call in other.tool_calls] == ["c"]


@given(
    st.lists(st.lists(st.sampled_from(["a", "a_2", "a.2", "b"]), max_size=3), max_size=6),
    st.sampled_from(sorted(ACCEPTED)),
)
def test_no_history_has_two_calls_of_one_id(turns: list[list[str]], provider: str) -> None:
    history: list[Any] = []
    for ids in turns:
        history += assistant_turn(distinct_ids(calling(*ids), history, provider), provider)
    sent = ids_in(history)
    assert len(sent) == len(set(sent)) == sum(map(len, turns))


class TestToolResult:
    def test_its_call_is_one_of_a_message(self) -> None:
        event: Any = ToolCallFinished(0, "c", "f", "{}", complete=True)
        for call in (event, "c"):
            with pytest.raises(TypeError, match=r"call is one of Message.tool_calls, a ToolCallPart, not "):
                ToolResult(call, "x")

    @pytest.mark.parametrize("output", [{"a": 1}, None, 5, b"x"], ids=repr)
    def test_its_output_is_text(self, output: Any) -> None:
        with pytest.raises(TypeError, match=r"output is text, not .*: json.dumps\(\)"):
            ToolResult(ToolCallPart(0, "c", "f", "{}", complete=True), output)
