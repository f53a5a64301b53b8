"""Turns of Bedrock: Converse's blocks, and for InvokeModel the vendor's own schema."""

from __future__ import annotations

from typing import Any

import pytest
from tests.bedrock_frames import (
    arguments,
    close_block,
    grow,
    metadata,
    open_block,
    open_tool,
    reasoning,
    start,
    stop,
    text,
)
from tests.bedrock_objects import CHAT, COHERE, NOVA, claude
from tests.turn_messages import message_of

from deltawire.message import Message
from deltawire.turns import ToolResult, assistant_turn, tool_results

SIGNATURE = "EqQB/+=="
CLAUDE_ID = "eu.anthropic.claude-opus-5-v1:0"


def answered(*events: dict[str, Any], reason: str = "tool_use") -> Message:
    return message_of("bedrock", start(), *events, stop(reason), metadata())


def content(message: Message, **options: Any) -> list[dict[str, Any]]:
    (turn,) = assistant_turn(message, "bedrock", **options)
    assert turn.keys() == {"role", "content"}
    assert turn["role"] == "assistant"
    return turn["content"]


def test_blocks_go_back_in_order_with_what_streamed_beside_them() -> None:
    source = {"title": "t", "sourceContent": [{"text": "s"}], "location": {"web": {"url": "https://example.org"}}}
    message = answered(
        *(reasoning(0, text="First, "), reasoning(0, text="think."), reasoning(0, signature=SIGNATURE)),
        *(close_block(0), reasoning(1, redactedContent="cmVk/+=="), close_block(1)),
        *(text(2, "Let me "), text(2, "look."), close_block(2)),
        *(text(3, "It rains."), grow(3, citation=source), close_block(3)),
        *(open_block(4, image={"format": "png"}), grow(4, image={"source": {"bytes": "AAAA"}}), close_block(4)),
        *(open_tool(5, "use_1", "weather"), arguments(5, '{"city": "Kö'), arguments(5, 'ln"}'), close_block(5)),
        *(open_tool(6, "use_2", "clock"), close_block(6)),
    )
    assert content(message) == [
        {"reasoningContent": {"reasoningText": {"text": "First, think.", "signature": SIGNATURE}}},
        {"reasoningContent": {"redactedContent": "cmVk/+=="}},
        {"text": "Let me look."},
        {"citationsContent": {"content": [{"text": "It rains."}], "citations": [source]}},
        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
        {"toolUse": {"toolUseId": "use_1", "name": "weather", "input": {"city": "Köln"}}},
        {"toolUse": {"toolUseId": "use_2", "name": "clock", "input": {}}},
    ]
    weather, clock = message.tool_calls
    assert tool_results([ToolResult(weather, "rain"), ToolResult(clock, "stopped", is_error=True)], "bedrock") == [
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "use_1", "content": [{"text": "rain"}]}},
                {"toolResult": {"toolUseId": "use_2", "content": [{"text": "stopped"}], "status": "error"}},
            ],
        }
    ]


def test_what_bedrock_ran_by_itself_goes_back_as_it_came() -> None:
    used = {"toolUseId": "srv_1", "name": "nova_grounding", "type": "server_tool_use"}
    message = answered(
        *(open_block(0, toolUse=used), arguments(0, '{"query": "x"}'), close_block(0)),
        *(open_block(1, toolResult={"toolUseId": "srv_1", "type": "nova_grounding_result", "status": "success"}),),
        *(grow(1, toolResult=[{"json": {"a": 1}}]), close_block(1), text(2, "Yes"), close_block(2)),
        reason="end_turn",
    )
    ran, given, said = content(message)
    assert ran == {"toolUse": used | {"input": {"query": "x"}}}
    assert given["toolResult"]["content"] == [{"json": {"a": 1}}]
    assert said == {"text": "Yes"}


def test_reasoning_that_is_not_signed_or_ends_the_turn_stays_out() -> None:
    unsigned = (reasoning(0, text="hm"), close_block(0), text(1, "Yes"), close_block(1))
    assert content(answered(*unsigned, reason="end_turn")) == [{"text": "Yes"}]
    last = (text(0, "So"), close_block(0), reasoning(1, text="hm"), reasoning(1, signature=SIGNATURE), close_block(1))
    assert content(answered(*last, reason="max_tokens")) == [{"text": "So"}]
    assert assistant_turn(answered(*last[2:], reason="max_tokens"), "bedrock") == []


def test_white_space_joins_the_text_beside_it() -> None:
    texts = [event for index, said in enumerate(["a", "\n", "b"]) for event in (text(index, said), close_block(index))]
    assert content(answered(*texts, reason="end_turn")) == [{"text": "a\n"}, {"text": "b"}]


def test_a_source_without_a_text_stays_out() -> None:
    blocks = (grow(0, citation={"title": "t"}), close_block(0), text(1, "a"), close_block(1))
    assert content(answered(*blocks, reason="end_turn")) == [{"text": "a"}]


def test_a_source_with_white_space_beside_it_keeps_it() -> None:
    blocks = (text(0, "a"), grow(0, citation={"title": "t"}), close_block(0), text(1, "\n"), close_block(1))
    assert content(answered(*blocks, reason="end_turn")) == [
        {"citationsContent": {"content": [{"text": "a\n"}], "citations": [{"title": "t"}]}}
    ]


def test_a_whole_answer_goes_back_as_it_came() -> None:
    blocks = [
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": SIGNATURE}}},
        {"citationsContent": {"content": [{"text": "It "}, {"text": "rains."}], "citations": [{"title": "t"}]}},
        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
        {"toolUse": {"toolUseId": "use_1", "name": "clock", "input": {"a": 1}}},
    ]
    answer = {"output": {"message": {"role": "assistant", "content": blocks}}, "stopReason": "tool_use", "usage": {}}
    assert content(message_of("bedrock", answer)) == blocks


def test_an_incomplete_call_stays_out() -> None:
    message = answered(text(0, "Hi"), close_block(0), open_tool(1), arguments(1, '{"a'), reason="max_tokens")
    assert content(message) == [{"text": "Hi"}]


# InvokeModel.


def test_anthropic_behind_invoke_model() -> None:
    message = message_of("bedrock-invoke", *claude())
    expected = [
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "text", "text": "<think>Hello"},
        {"type": "tool_use", "id": "use_1", "name": "find", "input": {"q": 1}},
    ]
    for provider, model in (("bedrock-invoke", ""), ("bedrock-invoke", CLAUDE_ID), ("anthropic", "")):
        assert assistant_turn(message, provider, model=model) == [{"role": "assistant", "content": expected}]
    (results,) = tool_results([ToolResult(message.tool_calls[0], "found")], "bedrock-invoke")
    assert results["content"] == [{"type": "tool_result", "tool_use_id": "use_1", "content": "found"}]


def test_nova_behind_invoke_model() -> None:
    message = message_of("bedrock-invoke", *NOVA)
    expected = [{"text": "Hello"}, {"toolUse": {"toolUseId": "a", "name": "f", "input": {}}}]
    for provider, model in (("bedrock-invoke", ""), ("bedrock-invoke", "amazon.nova-pro-v1:0"), ("bedrock", "")):
        assert assistant_turn(message, provider, model=model) == [{"role": "assistant", "content": expected}]
    (results,) = tool_results([ToolResult(message.tool_calls[0], "x")], "bedrock-invoke")
    assert results["content"] == [{"toolResult": {"toolUseId": "a", "content": [{"text": "x"}]}}]


def test_chat_completions_behind_invoke_model() -> None:
    turn = assistant_turn(message_of("bedrock-invoke", *CHAT), "bedrock-invoke", model="openai.gpt-oss-120b-1:0")
    assert turn == [{"role": "assistant", "content": "Hello"}]
    assert assistant_turn(message_of("bedrock-invoke", *CHAT), "bedrock-invoke") == turn


def test_coheres_new_chat_behind_invoke_model() -> None:
    started = {"type": "tool-call-start", "index": 0, "delta": {"message": {"tool_calls": {"id": "c0"}}}}
    started["delta"]["message"]["tool_calls"] |= {"type": "function", "function": {"name": "f", "arguments": "{}"}}  # type: ignore[index]
    message = message_of("bedrock-invoke", *COHERE[:4], started, {"type": "tool-call-end", "index": 0}, COHERE[4])
    (turn,) = assistant_turn(message, "bedrock-invoke")
    assert turn["content"] == [{"type": "text", "text": "Hello"}]
    assert turn["tool_calls"] == [{"id": "c0", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    assert tool_results([ToolResult(message.tool_calls[0], "x")], "bedrock-invoke") == [
        {"role": "tool", "tool_call_id": "c0", "content": "x"}
    ]


def test_coheres_plan_shows_the_schema() -> None:
    plan = {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I look."}}}
    message = message_of("bedrock-invoke", COHERE[0], plan, *COHERE[1:])
    (turn,) = assistant_turn(message, "bedrock-invoke")
    assert turn == {"role": "assistant", "tool_plan": "I look.", "content": [{"type": "text", "text": "Hello"}]}


def test_what_shows_no_schema_is_taken_for_chat_completions() -> None:
    thinking = {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "thinking"}}}}
    message = message_of("bedrock-invoke", COHERE[0], thinking, *COHERE[2:])
    assert assistant_turn(message, "bedrock-invoke") == [{"role": "assistant", "content": "Hello"}]


def test_coheres_first_chat_behind_invoke_model() -> None:
    command_r = "cohere.command-r-plus-v1:0"
    calls = [{"name": "f", "parameters": {"a": 1}}]
    message = message_of(
        "bedrock-invoke",
        {"event_type": "text-generation", "text": "Look:"},
        {"event_type": "tool-calls-generation", "tool_calls": calls},
        {"event_type": "stream-end", "finish_reason": "COMPLETE", "response": {"tool_calls": calls}},
    )
    assert assistant_turn(message, "bedrock-invoke", model=command_r) == [
        {"role": "CHATBOT", "message": "Look:", "tool_calls": calls}
    ]
    (call,) = message.tool_calls
    for failed, said in (({}, {"output": "x"}), ({"is_error": True}, {"error": "x"})):
        assert tool_results([ToolResult(call, "x", **failed)], "bedrock-invoke", model=command_r) == [
            {"role": "TOOL", "tool_results": [{"call": calls[0], "outputs": [said]}]}
        ]
    assert assistant_turn(Message("bedrock-invoke"), "bedrock-invoke", model=command_r) == []


@pytest.mark.parametrize(
    ("model", "first"),
    [
        (CLAUDE_ID, {"type": "text", "text": "Hello"}),
        ("us.amazon.nova-lite-v1:0", {"text": "Hello"}),
    ],
)
def test_the_model_to_be_asked_tells_the_schema(model: str, first: dict[str, Any]) -> None:
    for message in (message_of("bedrock-invoke", *CHAT), message_of("bedrock-invoke", *COHERE)):
        assert assistant_turn(message, "bedrock-invoke", model=model) == [{"role": "assistant", "content": [first]}]
