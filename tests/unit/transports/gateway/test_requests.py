"""What the targets of each schema are asked for the same conversation in three APIs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deltawire.policy import Plan
from deltawire.policy.question import Question
from deltawire.requests import Options, Target
from deltawire_transports.gateway.anthropic_request import read_anthropic
from deltawire_transports.gateway.asked import Asked, RefusedError, plan_for
from deltawire_transports.gateway.chat_request import read_chat
from deltawire_transports.gateway.responses_request import read_responses

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
ARGUMENTS = '{"city":"Bern"}'

CHAT: dict[str, Any] = {
    "model": "any",
    "stream": True,
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Weather in "}, {"type": "text", "text": "Bern?"}]},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": ARGUMENTS}},
                {"id": "call_2", "type": "function", "function": {"name": "clock", "arguments": ""}},
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "Sun"},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "noon"}]},
        {"role": "user", "content": "Thanks"},
    ],
    "tools": [{"type": "function", "function": {"name": "weather", "description": "Looks.", "parameters": SCHEMA}}],
    "tool_choice": {"type": "function", "function": {"name": "weather"}},
    "max_completion_tokens": 99,
    "temperature": 0.5,
    "stop": "END",
}
ANTHROPIC: dict[str, Any] = {
    "model": "any",
    "stream": True,
    "max_tokens": 99,
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [
        {"role": "user", "content": "Weather in Bern?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Bern"}},
                {"type": "tool_use", "id": "call_2", "name": "clock", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "Sun"},
                {"type": "tool_result", "tool_use_id": "call_2", "content": [{"type": "text", "text": "noon"}]},
                {"type": "text", "text": "Thanks"},
            ],
        },
    ],
    "tools": [{"name": "weather", "description": "Looks.", "input_schema": SCHEMA}],
    "tool_choice": {"type": "tool", "name": "weather"},
    "temperature": 0.5,
    "stop_sequences": ["END"],
}
RESPONSES: dict[str, Any] = {
    "model": "any",
    "stream": True,
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Weather in Bern?"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": ARGUMENTS},
        {"type": "function_call", "call_id": "call_2", "name": "clock", "arguments": ""},
        {"type": "function_call_output", "call_id": "call_1", "output": "Sun"},
        {"type": "function_call_output", "call_id": "call_2", "output": [{"type": "input_text", "text": "noon"}]},
        {"role": "user", "content": "Thanks"},
    ],
    "tools": [{"type": "function", "name": "weather", "description": "Looks.", "parameters": SCHEMA}],
    "tool_choice": {"type": "function", "name": "weather"},
    "max_output_tokens": 99,
    "temperature": 0.5,
}
ASKED = {"chat": read_chat(CHAT), "anthropic": read_anthropic(ANTHROPIC), "responses": read_responses(RESPONSES)}


def sent(asked: Asked, provider: str, model: str = "m") -> dict[str, Any]:
    """The body that a target of this provider gets."""
    plan, options = plan_for(asked, Plan(Target(provider, model, "key", region="us-east-1")))
    question = Question(
        messages=options["messages"], tools=options["tools"], options=options["options"], extra=options["extra"]
    )
    body: dict[str, Any] = json.loads(question.request(plan.primary).body)
    return body


@pytest.mark.parametrize("dialect", ASKED)
def test_the_three_apis_say_the_same(dialect: str) -> None:
    # The Responses API has no stop sequences.
    stop = () if dialect == "responses" else ("END",)
    asked, first = ASKED[dialect], ASKED["chat"]
    assert asked.turns == first.turns
    assert asked.tools == first.tools
    assert asked.options == Options(max_tokens=99, tool_choice="weather", stop=stop)
    assert (asked.sampling, asked.only_here, asked.left_out) == ({"temperature": 0.5}, None, ())


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_a_target_of_anthropic_gets_its_own_form(dialect: str) -> None:
    body = sent(ASKED[dialect], "anthropic")
    assert body["system"] == "Be brief."
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user", "user"]
    assert [block["type"] for block in body["messages"][1]["content"]] == ["text", "tool_use", "tool_use"]
    assert [block["content"] for block in body["messages"][2]["content"]] == ["Sun", "noon"]
    assert body["tools"] == [{"name": "weather", "description": "Looks.", "input_schema": SCHEMA}]
    assert (body["tool_choice"], body["max_tokens"], body["temperature"]) == (
        {"type": "tool", "name": "weather"},
        99,
        0.5,
    )


@pytest.mark.parametrize("dialect", ["anthropic", "responses"])
def test_a_target_of_chat_gets_its_own_form(dialect: str) -> None:
    body = sent(ASKED[dialect], "groq")
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "tool", "tool", "user"]
    assert [call["function"] for call in body["messages"][2]["tool_calls"]] == [
        {"name": "weather", "arguments": ARGUMENTS},
        {"name": "clock", "arguments": "{}"},
    ]
    assert body["messages"][3] == {"role": "tool", "tool_call_id": "call_1", "content": "Sun"}
    assert body["tools"][0]["function"]["parameters"] == SCHEMA


def test_a_target_of_gemini_gets_its_own_form() -> None:
    body = sent(ASKED["anthropic"], "gemini")
    assert [content["role"] for content in body["contents"]] == ["user", "model", "user", "user"]
    assert body["generationConfig"] == {"maxOutputTokens": 99, "stopSequences": ["END"], "temperature": 0.5}
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}


@pytest.mark.parametrize(
    ("provider", "where"),
    [("ollama", "options"), ("bedrock", "inferenceConfig"), ("gemini", "generationConfig")],
)
def test_sampling_goes_where_the_schema_has_it(provider: str, where: str) -> None:
    asked = read_responses({"input": "hi", "temperature": 0.5, "top_p": 0.9})
    found = sent(asked, provider)[where]
    assert (found.pop("temperature"), found) == (0.5, {"top_p" if provider == "ollama" else "topP": 0.9})


@pytest.mark.parametrize(
    ("dialect", "provider", "field", "value"),
    [
        ("chat", "openai-chat", "messages", CHAT["messages"]),
        ("chat", "openai-chat", "max_completion_tokens", 99),
        ("chat", "groq", "messages", CHAT["messages"]),
        ("anthropic", "anthropic", "messages", ANTHROPIC["messages"]),
        ("anthropic", "anthropic", "system", ANTHROPIC["system"]),
        ("responses", "openai-responses", "input", RESPONSES["input"]),
        ("responses", "openai-responses", "instructions", "Be brief."),
    ],
)
def test_a_target_of_the_clients_own_schema_gets_what_came(dialect: str, provider: str, field: str, value: Any) -> None:
    assert sent(ASKED[dialect], provider, "gpt-5")[field] == value


def test_a_limit_is_named_as_the_dialect_names_it() -> None:
    body = sent(read_chat({**CHAT, "max_completion_tokens": None, "max_tokens": 7}), "openai-chat", "gpt-5")
    assert (body["max_completion_tokens"], "max_tokens" in body) == (7, False)


IMAGE = {"type": "image_url", "image_url": {"url": "data:,"}}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (read_chat({"messages": [{"role": "user", "content": [IMAGE]}]}), "'image_url'"),
        (read_chat({"messages": [], "response_format": {"type": "json_object"}}), "response_format"),
        (read_chat({"messages": [], "tools": [{"type": "custom", "custom": {"name": "x"}}]}), "'custom'"),
        (read_chat({"messages": [], "tool_choice": {"type": "allowed_tools"}}), "tool_choice"),
        (read_chat({"messages": [{"role": "function", "content": "x"}]}), "role 'function'"),
        (read_chat({"messages": [], "modalities": ["audio"]}), "modalities"),
        (read_anthropic({"max_tokens": 1, "messages": [], "tools": [{"type": "web_search_20250305"}]}), "web_search"),
        (read_anthropic({"max_tokens": 1, "messages": [], "mcp_servers": [{}]}), "mcp_servers"),
        (
            read_anthropic({"max_tokens": 1, "messages": [{"role": "user", "content": [{"type": "document"}]}]}),
            "'document'",
        ),
        (read_responses({"input": "hi", "previous_response_id": "resp_1"}), "previous_response_id"),
        (read_responses({"input": [{"type": "item_reference", "id": "x"}]}), "'item_reference'"),
        (read_responses({"input": "hi", "text": {"format": {"type": "json_schema"}}}), "text format"),
        (read_responses({"input": "hi", "tools": [{"type": "web_search"}]}), "'web_search'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_one_schema_alone_can_say_goes_to_its_targets_only(asked: Asked, words: str) -> None:
    other = Target("ollama", "m")
    with pytest.raises(RefusedError, match=words):
        plan_for(asked, Plan(other))
    own = Target(asked.dialect, "gpt-5", "key")
    plan, _ = plan_for(asked, Plan(other, (own, other)))
    assert plan.targets == (own,)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"messages": [{"role": "tool", "tool_call_id": "call_9", "content": "x"}]}, "no tool call before"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "x"}}]}]}, "no id"),
        ({"messages": [], "max_tokens": "many"}, "max_tokens"),
        ({"messages": [], "max_tokens": True}, "max_tokens"),
        ({"messages": [], "stop": [1]}, "stop"),
        ({"messages": [], "reasoning_effort": 3}, "reasoning_effort"),
        ({"messages": [], "parallel_tool_calls": "no"}, "parallel_tool_calls"),
        ({"messages": [], "tools": [{"type": "function", "function": {}}]}, "no name"),
        ({"messages": ["hi"]}, "list of objects"),
    ],
)
def test_a_wrong_field_is_named(body: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        read_chat(body)


def test_arguments_that_are_no_object_are_refused_where_the_schema_needs_one() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "[1]"}}
    asked = read_chat({"messages": [{"role": "assistant", "tool_calls": [call]}]})
    with pytest.raises(RefusedError, match="JSON object"):
        plan_for(asked, Plan(Target("gemini", "m", "key")))


@pytest.mark.parametrize(
    ("thinking", "expected"),
    [
        ({"type": "enabled", "budget_tokens": 2_048}, 2_048),
        ({"type": "adaptive"}, True),
        ({"type": "disabled"}, False),
        ({}, None),
    ],
)
def test_thinking_is_asked_of_others_too(thinking: dict[str, Any], expected: object) -> None:
    asked = read_anthropic({"max_tokens": 1, "messages": [], "thinking": thinking})
    assert asked.options.thinking == expected


def test_reasoning_of_the_responses_api_is_asked_of_others_too() -> None:
    options = read_responses({"input": "hi", "reasoning": {"effort": "low", "summary": "auto"}}).options
    assert (options.effort, options.thinking) == ("low", True)


def test_what_others_are_not_sent_is_listed() -> None:
    assert read_chat({"messages": [], "seed": 1, "user": "x", "top_p": 1}).left_out == ("seed", "user")
