"""Turns of a message that another schema gave: texts and calls go, state never does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import block_delta, block_start, block_stop, call_block, chat, message_end, message_start, text_block
from tests.turn_messages import message_of, read_again

from deltawire.message import MediaPart, Message, MessageChoice, TextPart, ToolCallPart
from deltawire.registry import PROVIDERS
from deltawire.turns import ToolResult, assistant_turn, tool_results
from deltawire.turns.families import family_of

SIGNATURE = "c2lnbmF0dXJl"
ENCRYPTED = "ZW5jcnlwdGVk"
CLAUDE = message_of(
    "anthropic",
    message_start(),
    block_start(0, type="thinking", thinking="", signature=""),
    block_delta(0, "thinking_delta", thinking="Secret thoughts"),
    block_delta(0, "signature_delta", signature=SIGNATURE),
    block_stop(0),
    block_start(1, type="redacted_thinking", data=ENCRYPTED),
    block_stop(1),
    *text_block(2, "Let me "),
    *text_block(3, "look."),
    *call_block(4, "weather", '{"city": "Köln"}'),
    *message_end("tool_use"),
)
GPT = message_of(
    "openai-responses",
    {"type": "response.created", "response": {"id": "resp_1", "model": "m"}},
    *(
        {"type": "response.output_item.done", "output_index": index, "item": item}
        for index, item in enumerate(
            [
                {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": ENCRYPTED},
                {
                    "id": "msg_1",
                    "type": "message",
                    "content": [
                        {"type": "output_text", "text": "Let me "},
                        {"type": "refusal", "refusal": "look."},
                    ],
                },
                {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city": "Köln"}'},
            ]
        )
    ),
    {"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": []}},
)
OTHERS = sorted(PROVIDERS.keys() - {"anthropic", "openai-responses"})


@pytest.mark.parametrize("message", [CLAUDE, GPT], ids=["from Anthropic", "from OpenAI"])
@pytest.mark.parametrize("provider", [*OTHERS, "anthropic", "openai-responses"])
def test_texts_and_calls_go_to_everyone_and_state_to_nobody_else(message: Message, provider: str) -> None:
    if message.provider == provider:
        assert ENCRYPTED in json.dumps(assistant_turn(message, provider))
        return
    model = "openai.gpt-oss-120b-1:0" if provider == "bedrock-invoke" else ""
    turn = assistant_turn(message, provider, model=model)
    sent = json.dumps(turn)
    assert not any(secret in sent for secret in (SIGNATURE, ENCRYPTED, "Secret thoughts"))
    again = read_again(provider, family_of(provider, (), model), turn)
    assert again.text == "Let me look."
    (call,) = again.tool_calls
    assert (call.name, call.arguments_object(), call.complete) == ("weather", {"city": "Köln"}, True)
    assert not any(part.opaque for part in again.parts if not isinstance(part, ToolCallPart))
    (result,) = tool_results([ToolResult(message.tool_calls[0], "rain")], provider, model=model)
    ids = [call.id] if provider != "gemini-interactions" else []
    assert all(identifier in json.dumps(result) for identifier in [*ids, "rain"])


def test_texts_beside_each_other_become_one() -> None:
    assert assistant_turn(CLAUDE, "openai-responses")[0]["content"][0]["text"] == "Let me look."
    assert assistant_turn(GPT, "anthropic")[0]["content"][0] == {"type": "text", "text": "Let me look."}


def test_dialects_do_not_get_each_others_state() -> None:
    delta = {"content": "Hi", "reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}
    message = message_of("openrouter", chat(delta), chat(finish="stop"), "[DONE]")
    assert "reasoning_details" in assistant_turn(message, "openrouter")[0]
    assert assistant_turn(message, "vllm") == [{"role": "assistant", "content": "Hi"}]


def handmade(*parts: Any, provider: str = "openai-responses") -> Message:
    return Message(provider, choices=(MessageChoice(0, parts),))


def custom(text: str = "ls -l") -> ToolCallPart:
    return ToolCallPart(0, "c0", "shell", text, complete=True, kind="custom")


@pytest.mark.parametrize(
    ("provider", "call"),
    [
        ("openai-chat", {"id": "c0", "type": "custom", "custom": {"name": "shell", "input": "ls -l"}}),
        ("groq", {"id": "c0", "type": "function", "function": {"name": "shell", "arguments": '{"input":"ls -l"}'}}),
        ("cohere", {"id": "c0", "type": "function", "function": {"name": "shell", "arguments": '{"input":"ls -l"}'}}),
        ("ollama", {"id": "c0", "function": {"name": "shell", "arguments": {"input": "ls -l"}}}),
    ],
)
def test_a_custom_call_becomes_a_function_where_there_are_no_others(provider: str, call: dict[str, Any]) -> None:
    (turn,) = assistant_turn(handmade(custom()), provider)
    assert turn["tool_calls"] == [call]


def test_a_custom_call_becomes_a_block_or_an_item() -> None:
    block = {"type": "tool_use", "id": "c0", "name": "shell", "input": {"input": "ls -l"}}
    assert assistant_turn(handmade(custom()), "anthropic")[0]["content"] == [block]
    item = {"type": "custom_tool_call", "call_id": "c0", "name": "shell", "input": "ls -l"}
    assert assistant_turn(handmade(custom(), provider="openai-chat"), "openai-responses") == [item]


@pytest.mark.parametrize(
    ("arguments", "value"),
    [('{"commands": ["ls"]}', {"commands": ["ls"]}), ("[1]", {"input": "[1]"}), ("ls", {"input": "ls"})],
)
def test_openais_own_client_tools_become_functions(arguments: str, value: dict[str, Any]) -> None:
    call = ToolCallPart(0, "s1", "shell_call", arguments, complete=True, kind="other")
    (turn,) = assistant_turn(handmade(call), "ollama")
    assert turn["tool_calls"] == [{"id": "s1", "function": {"name": "shell_call", "arguments": value}}]
    assert tool_results([ToolResult(call, "x")], "openai-chat") == [
        {"role": "tool", "tool_call_id": "s1", "content": "x"}
    ]


def test_a_transcript_goes_as_text_and_other_media_do_not() -> None:
    heard = MediaPart("transcript", "text/plain", ("Hel", "lo"))
    message = handmade(heard, MediaPart("image", "image/png", ("AAAA",)), provider="openai-chat")
    assert assistant_turn(message, "anthropic") == [
        {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]}
    ]


@pytest.mark.parametrize("provider", ["", "myself"])
def test_a_message_of_no_provider_is_foreign_everywhere(provider: str) -> None:
    message = handmade(TextPart("Hi", native={"type": "text", "text": "", "secret": 1}), provider=provider)
    assert assistant_turn(message, "anthropic") == [{"role": "assistant", "content": [{"type": "text", "text": "Hi"}]}]


def test_arguments_that_no_parser_calls_complete_are_refused() -> None:
    call = ToolCallPart(0, "c0", "f", "[1]", complete=True)
    with pytest.raises(ValueError, match="no JSON object"):
        assistant_turn(handmade(call), "anthropic")


def test_an_unknown_provider_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ValueError, match="did you mean 'anthropic'"):
        assistant_turn(CLAUDE, "antropic")
    with pytest.raises(ValueError, match="no provider 'openai'"):
        tool_results([ToolResult(custom(), "")], "openai")


def test_a_call_has_one_result() -> None:
    with pytest.raises(ValueError, match="same call"):
        tool_results([ToolResult(custom(), "a"), ToolResult(custom(), "b")], "openai-chat")
    assert tool_results([], "anthropic") == []
