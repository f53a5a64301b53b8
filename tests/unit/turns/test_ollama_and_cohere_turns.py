"""Turns of Ollama and of Cohere: one message with everything in its field."""

from __future__ import annotations

from tests import cohere_events as cohere
from tests import ollama_lines as ollama
from tests.turn_messages import message_of

from deltawire.turns import ToolResult, assistant_turn, tool_results


def test_ollama_gets_thinking_text_and_calls() -> None:
    calls = [ollama.call("weather", {"city": "Köln"}, id="call_ab12"), ollama.call("clock", {})]
    lines = [
        ollama.chat({"thinking": "First, "}),
        ollama.chat({"thinking": "think."}),
        ollama.chat({"content": "Let me look."}),
        ollama.chat({"tool_calls": calls}),
        ollama.chat(**ollama.DONE),
    ]
    message = message_of("ollama", *lines)
    assert assistant_turn(message, "ollama") == [
        {"role": "assistant", "content": "Let me look.", "thinking": "First, think.", "tool_calls": calls}
    ]
    weather, clock = message.tool_calls
    assert clock.synthetic_id
    assert tool_results([ToolResult(weather, "rain"), ToolResult(clock, "12:00")], "ollama") == [
        {"role": "tool", "tool_name": "weather", "tool_call_id": "call_ab12", "content": "rain"},
        {"role": "tool", "tool_name": "clock", "content": "12:00"},
    ]


def test_arguments_that_came_as_text_go_back_to_ollama_as_an_object() -> None:
    lines = [ollama.chat({"tool_calls": [ollama.call("f", '{"a": 1}', id="c0")]}), ollama.chat(**ollama.DONE)]
    (turn,) = assistant_turn(message_of("ollama", *lines), "ollama")
    assert turn["tool_calls"] == [{"id": "c0", "function": {"index": 0, "name": "f", "arguments": {"a": 1}}}]


def test_ollamas_generate_goes_on_as_a_chat() -> None:
    message = message_of("ollama", ollama.generate("Hello"), ollama.generate(**ollama.DONE))
    assert assistant_turn(message, "ollama") == [{"role": "assistant", "content": "Hello"}]


def test_ollama_gets_nothing_for_nothing_and_for_thinking_alone() -> None:
    assert assistant_turn(message_of("ollama", ollama.chat(**ollama.DONE)), "ollama") == []
    cut = message_of("ollama", ollama.chat({"thinking": "hm"}))
    assert assistant_turn(cut, "ollama") == []


def test_an_id_that_ollama_gave_twice_goes_back_once() -> None:
    calls = [ollama.call("clock", {}, id="call_1"), ollama.call("clock", {"zone": "UTC"}, id="call_1")]
    message = message_of("ollama", ollama.chat({"tool_calls": calls}), ollama.chat(**ollama.DONE))
    (turn,) = assistant_turn(message, "ollama")
    assert [call.get("id") for call in turn["tool_calls"]] == ["call_1", None]
    results = tool_results([ToolResult(call, "") for call in message.tool_calls], "ollama")
    assert [result.get("tool_call_id") for result in results] == ["call_1", None]


def test_cohere_gets_its_plan_thinking_text_and_calls() -> None:
    message = message_of(
        "cohere",
        cohere.start(),
        *(cohere.open_block(0, "thinking"), cohere.thinking(0, "First, "), cohere.thinking(0, "think.")),
        *(cohere.close_block(0), cohere.plan("I will "), cohere.plan("look.")),
        *(cohere.open_call(0, "weather_1", "weather"), cohere.arguments(0, '{"city": "Kö')),
        *(cohere.arguments(0, 'ln"}'), cohere.close_call(0)),
        cohere.event("message-end", delta={"finish_reason": "TOOL_CALL"}),
    )
    function = {"name": "weather", "arguments": '{"city": "Köln"}'}
    assert assistant_turn(message, "cohere") == [
        {
            "role": "assistant",
            "tool_plan": "I will look.",
            "tool_calls": [{"id": "weather_1", "type": "function", "function": function}],
            "content": [{"type": "thinking", "thinking": "First, think."}],
        }
    ]
    assert tool_results([ToolResult(message.tool_calls[0], "rain")], "cohere") == [
        {"role": "tool", "tool_call_id": "weather_1", "content": "rain"}
    ]


def test_cohere_gets_a_plain_text() -> None:
    end = cohere.event("message-end", delta={"finish_reason": "COMPLETE"})
    spoken = [cohere.open_block(0), cohere.text(0, "Hel"), cohere.text(0, "lo"), cohere.close_block(0)]
    assert assistant_turn(message_of("cohere", cohere.start(), *spoken, end), "cohere") == [
        {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]}
    ]


def test_empty_blocks_do_not_go_back_to_cohere() -> None:
    end = cohere.event("message-end", delta={"finish_reason": "COMPLETE"})
    empty = [cohere.open_block(0, "thinking"), cohere.close_block(0), cohere.open_block(1), cohere.close_block(1)]
    spoken = [cohere.open_block(2), cohere.text(2, "Hi"), cohere.close_block(2)]
    assert assistant_turn(message_of("cohere", cohere.start(), *empty, *spoken, end), "cohere") == [
        {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]}
    ]


def test_cohere_gets_no_plan_without_calls() -> None:
    cut = message_of("cohere", cohere.start(), cohere.plan("I will"), cohere.open_call(0, "a", "f", '{"a'))
    assert not cut.tool_calls[0].complete
    assert assistant_turn(cut, "cohere") == []
