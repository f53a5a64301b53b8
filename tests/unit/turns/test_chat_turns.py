"""Turns of Chat Completions: one assistant message, and what each dialect wants back in it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import chat, chat_call
from tests.turn_messages import message_of

from deltawire.message import Message
from deltawire.think import THINK_TAGS, TagPair
from deltawire.turns import ToolResult, assistant_turn, tool_results

THINK = THINK_TAGS["qwen"][0]


def said(*deltas: dict[str, Any], finish: str = "stop", provider: str = "openai-chat", **options: Any) -> Message:
    return message_of(provider, *map(chat, deltas), chat(finish=finish), "[DONE]", **options)


def called(provider: str = "openai-chat", *deltas: dict[str, Any]) -> Message:
    calls = [chat_call(0, '{"city": "Köln"}', "weather", "c0"), chat_call(1, "", "clock", "c1")]
    return message_of(provider, *map(chat, deltas), *calls, chat(finish="tool_calls"), "[DONE]")


def test_a_text_is_one_assistant_message() -> None:
    assert assistant_turn(said({"content": "Hel"}, {"content": "lo"}), "openai-chat") == [
        {"role": "assistant", "content": "Hello"}
    ]


def test_calls_go_back_with_their_arguments_as_text_and_results_behind_them() -> None:
    message = called()
    assert assistant_turn(message, "openai-chat") == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c0", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Köln"}'}},
                {"id": "c1", "type": "function", "function": {"name": "clock", "arguments": "{}"}},
            ],
        }
    ]
    weather, clock = message.tool_calls
    assert tool_results([ToolResult(weather, "rain"), ToolResult(clock, "none", is_error=True)], "openai-chat") == [
        {"role": "tool", "tool_call_id": "c0", "content": "rain"},
        {"role": "tool", "tool_call_id": "c1", "content": "none"},
    ]


def test_a_custom_call_goes_back_as_one() -> None:
    entry = {"index": 0, "id": "c0", "type": "custom", "custom": {"name": "shell", "input": "ls -l"}}
    message = said({"tool_calls": [entry]}, finish="tool_calls")
    (turn,) = assistant_turn(message, "openai-chat")
    assert turn["tool_calls"] == [{"id": "c0", "type": "custom", "custom": {"name": "shell", "input": "ls -l"}}]
    assert tool_results([ToolResult(message.tool_calls[0], "a.txt")], "azure") == [
        {"role": "tool", "tool_call_id": "c0", "content": "a.txt"}
    ]


def test_the_first_form_of_calls_goes_back_in_the_new_one() -> None:
    message = said({"function_call": {"name": "clock", "arguments": "{}"}}, finish="function_call")
    (turn,) = assistant_turn(message, "openai-chat")
    assert turn["tool_calls"] == [
        {"id": "chat-1_0", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
    ]


def test_a_refusal_goes_back_as_one() -> None:
    assert assistant_turn(said({"refusal": "I can"}, {"refusal": "not."}), "openai-chat") == [
        {"role": "assistant", "content": None, "refusal": "I cannot."}
    ]


def test_what_was_heard_goes_back_as_text() -> None:
    audio = {"id": "audio-1", "data": "AAAA", "transcript": "Hello"}
    assert assistant_turn(said({"audio": audio}), "openai-chat") == [{"role": "assistant", "content": "Hello"}]


def test_another_choice_can_be_chosen() -> None:
    chunks = [chat(choices=[{"index": index, "delta": {"content": word}}]) for index, word in enumerate("ab")]
    ends = [chat(choices=[{"index": index, "delta": {}, "finish_reason": "stop"}]) for index in (0, 1)]
    message = message_of("openai-chat", *chunks, *ends, "[DONE]")
    assert assistant_turn(message, "openai-chat", 1) == [{"role": "assistant", "content": "b"}]
    assert assistant_turn(message, "openai-chat", choice=2) == []


@pytest.mark.parametrize(
    ("provider", "field"),
    [
        ("deepseek", "reasoning_content"),
        ("moonshot", "reasoning_content"),
        ("zai", "reasoning_content"),
        ("dashscope", "reasoning_content"),
        ("sglang", "reasoning_content"),
        ("llama-cpp", "reasoning_content"),
        ("vllm", "reasoning"),
        ("cerebras", "reasoning"),
        ("groq", "reasoning"),
        ("openrouter", "reasoning"),
        ("ollama-openai", "reasoning"),
        ("openai-chat", None),
        ("azure", None),
        ("grok", None),
        ("perplexity", None),
    ],
)
@pytest.mark.parametrize("came_as", ["reasoning", "reasoning_content"])
def test_reasoning_goes_back_in_the_field_of_the_dialect(provider: str, field: str | None, came_as: str) -> None:
    (turn,) = assistant_turn(called(provider, {came_as: "First, "}, {came_as: "think."}), provider)
    fields = {name: turn[name] for name in ("reasoning", "reasoning_content") if name in turn}
    assert fields == ({field: "First, think."} if field else {})
    assert [call["id"] for call in turn["tool_calls"]] == ["c0", "c1"]


@pytest.mark.parametrize(("provider", "stands_in"), [("deepseek", ""), ("moonshot", " "), ("vllm", None)])
def test_calls_without_reasoning_have_the_field_where_it_is_asked_for(provider: str, stands_in: str | None) -> None:
    for message in (called(provider), called("openai-chat")):
        (turn,) = assistant_turn(message, provider)
        assert turn.get("reasoning_content") == stands_in
    (turn,) = assistant_turn(said({"content": "Hi"}, provider=provider), provider)
    assert "reasoning_content" not in turn


def test_reasoning_details_go_back_as_they_came() -> None:
    pieces = [
        {"type": "reasoning.text", "text": "First, ", "index": 0, "format": "anthropic-claude-v1"},
        {"type": "reasoning.text", "text": "think.", "index": 0},
        {"type": "reasoning.text", "signature": "c2ln\n==", "index": 0},
        {"type": "reasoning.encrypted", "data": "b64/+=", "id": "r1", "index": 1},
    ]
    deltas = [{"reasoning": piece.get("text", ""), "reasoning_details": [piece]} for piece in pieces]
    (turn,) = assistant_turn(called("openrouter", *deltas), "openrouter")
    assert turn["reasoning_details"] == [
        {
            "type": "reasoning.text",
            "text": "First, think.",
            "index": 0,
            "format": "anthropic-claude-v1",
            "signature": "c2ln\n==",
        },
        {"type": "reasoning.encrypted", "data": "b64/+=", "id": "r1", "index": 1},
    ]
    assert "reasoning" not in turn
    assert "extra_content" not in turn


def test_sealed_thinking_blocks_go_back_as_they_came() -> None:
    sealed = {"type": "thinking", "thinking": "Hm", "signature": "c2ln"}
    hidden = {"type": "redacted_thinking", "data": "gAAA"}
    deltas = [{"reasoning_content": "Hm", "thinking_blocks": [block]} for block in (sealed, hidden)]
    (turn,) = assistant_turn(called("litellm", *deltas), "litellm")
    assert turn["thinking_blocks"] == [sealed, hidden]
    open_block = {"type": "thinking", "thinking": "Hm", "signature": ""}
    (turn,) = assistant_turn(called("litellm", {"reasoning_content": "Hm", "thinking_blocks": [open_block]}), "litellm")
    assert "thinking_blocks" not in turn


def test_thought_signatures_stay_with_the_message_and_with_their_calls() -> None:
    signed = {"google": {"thought_signature": "c2lnMQ=="}}
    function = {"name": "clock", "arguments": "{}"}
    entries = [
        {"id": "c0", "type": "function", "function": function, "extra_content": signed},
        {"id": "c1", "type": "function", "function": function},
    ]
    text = {"content": "Hi", "extra_content": {"google": {"thought_signature": "c2lnMg=="}}}
    message = said(text, {"tool_calls": entries}, provider="gemini-openai", finish="stop")
    (turn,) = assistant_turn(message, "gemini-openai")
    assert turn["extra_content"] == {"google": {"thought_signature": "c2lnMg=="}}
    assert [call.get("extra_content") for call in turn["tool_calls"]] == [signed, None]


def test_mistral_gets_its_list_of_chunks_again() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "First, think."}], "signature": "c2ln"}
    message = said({"content": [thinking]}, {"content": "Yes"}, provider="mistral")
    assert assistant_turn(message, "mistral") == [
        {"role": "assistant", "content": [thinking, {"type": "text", "text": "Yes"}]}
    ]
    image = [{"image_url": {"url": "https://example.org/a.png"}, "type": "image_url"}]
    drawn = said({"content": [thinking]}, {"content": image}, {"content": "Yes"}, provider="mistral")
    assert assistant_turn(drawn, "mistral") == assistant_turn(message, "mistral")
    assert assistant_turn(said({"content": "Yes"}, provider="mistral"), "mistral") == [
        {"role": "assistant", "content": "Yes"}
    ]


@pytest.mark.parametrize(
    ("in_band", "content"),
    [(None, "Yes"), (THINK, "<think>Well.</think>Yes"), (TagPair("[THINK]", "[/THINK]"), "[THINK]Well.[/THINK]Yes")],
)
def test_reasoning_between_tags_goes_back_only_if_asked_for(in_band: TagPair | None, content: str) -> None:
    message = said({"content": "<think>Well.</think>\n\nYes"}, provider="vllm")
    assert message.reasoning == "Well."
    assert assistant_turn(message, "vllm", in_band=in_band) == [{"role": "assistant", "content": content}]


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param([], id="nothing"),
        pytest.param([{"reasoning": "hm"}], id="reasoning alone"),
        pytest.param([{"content": "<think>hm</think>"}], id="a think block alone"),
    ],
)
def test_nothing_goes_back_if_nothing_was_said(deltas: list[dict[str, Any]]) -> None:
    assert assistant_turn(said(*deltas, provider="vllm"), "vllm") == []


def test_an_incomplete_call_stays_out_and_the_text_before_it_goes() -> None:
    payloads = [chat({"content": "Look:"}), chat_call(0, '{"a": "b', "weather", "c0"), chat(finish="length"), "[DONE]"]
    message = message_of("openai-chat", *payloads)
    assert assistant_turn(message, "openai-chat") == [{"role": "assistant", "content": "Look:"}]
    assert assistant_turn(message_of("openai-chat", *payloads[:2]), "openai-chat") == [
        {"role": "assistant", "content": "Look:"}
    ]
    with pytest.raises(ValueError, match="'c0' of 'weather' is incomplete"):
        tool_results([ToolResult(message.tool_calls[0], "x")], "openai-chat")
