"""Turns of Anthropic Messages: content blocks go back as they were closed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import block_delta, block_start, block_stop, call_block, message_end, message_start, text_block
from tests.turn_messages import message_of

from deltawire.message import Message
from deltawire.turns import ToolResult, assistant_turn, tool_results

SIGNATURE = "EqQBCkYIAxgC/+==\u0085 "


def answered(*payloads: dict[str, Any], reason: str = "tool_use") -> Message:
    return message_of("anthropic", message_start(), *payloads, *message_end(reason))


def whole_block(index: int, **block: Any) -> list[dict[str, Any]]:
    return [block_start(index, **block), block_stop(index)]


def thinking_block(index: int, *pieces: str, signature: str = SIGNATURE) -> list[dict[str, Any]]:
    deltas = [block_delta(index, "thinking_delta", thinking=piece) for piece in pieces]
    signed = [block_delta(index, "signature_delta", signature=signature)] if signature else []
    return [block_start(index, type="thinking", thinking="", signature=""), *deltas, *signed, block_stop(index)]


def content(message: Message, **options: Any) -> list[dict[str, Any]]:
    (turn,) = assistant_turn(message, "anthropic", **options)
    assert turn.keys() == {"role", "content"}
    assert turn["role"] == "assistant"
    return turn["content"]


def test_thinking_text_and_calls_go_back_in_order_with_their_signature() -> None:
    message = answered(
        *thinking_block(0, "First, ", "think."),
        *whole_block(1, type="redacted_thinking", data="b64/+=="),
        *text_block(2, "Let me look."),
        *call_block(3, "weather", "", '{"city": "Kö', 'ln", "n": 1.50}'),
        *call_block(4, "clock", ""),
    )
    assert content(message) == [
        {"type": "thinking", "thinking": "First, think.", "signature": SIGNATURE},
        {"type": "redacted_thinking", "data": "b64/+=="},
        {"type": "text", "text": "Let me look."},
        {"type": "tool_use", "id": "tool-3", "name": "weather", "input": {"city": "Köln", "n": 1.5}},
        {"type": "tool_use", "id": "tool-4", "name": "clock", "input": {}},
    ]
    weather, clock = message.tool_calls
    assert tool_results([ToolResult(weather, "rain"), ToolResult(clock, "stopped", is_error=True)], "anthropic") == [
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "tool-3", "content": "rain"},
                {"type": "tool_result", "tool_use_id": "tool-4", "content": "stopped", "is_error": True},
            ],
        }
    ]


def test_blocks_of_server_tools_compactions_and_new_ones_go_back_as_they_came() -> None:
    caller = {"type": "code_execution_20260101", "tool_id": "srv-1"}
    result = {
        "type": "web_search_tool_result",
        "tool_use_id": "srv-1",
        "content": [{"type": "web_search_result", "url": "https://example.org", "encrypted_content": "enc/="}],
    }
    listing = {"type": "mcp_tool_listing", "mcp_server_name": "s", "tools": [{"name": "f"}]}
    new = {"type": "something_new", "data": {"a": 1}}
    message = answered(
        block_start(0, type="server_tool_use", id="srv-1", name="web_search", input={}),
        block_delta(0, "input_json_delta", partial_json='{"query": "x"}'),
        block_stop(0),
        *whole_block(1, **result),
        block_start(2, type="compaction", content=None),
        block_delta(2, "compaction_delta", content="All so far", encrypted_content="cmp/="),
        block_stop(2),
        *whole_block(3, **listing),
        *whole_block(4, **new),
        *whole_block(5, type="container_upload", file_id="file-1"),
        *whole_block(6, type="tool_use", id="toolu_1", name="f", input={"a": 1}, caller=caller),
        reason="pause_turn",
    )
    assert content(message) == [
        {"type": "server_tool_use", "id": "srv-1", "name": "web_search", "input": {"query": "x"}},
        result,
        {"type": "compaction", "content": "All so far", "encrypted_content": "cmp/="},
        listing,
        new,
        {"type": "container_upload", "file_id": "file-1"},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}, "caller": caller},
    ]


def test_sources_go_back_with_their_text() -> None:
    source = {"type": "web_search_result_location", "url": "https://example.org", "encrypted_index": "idx/="}
    message = answered(
        block_start(0, type="text", text="", citations=[]),
        block_delta(0, "text_delta", text="It rains."),
        block_delta(0, "citations_delta", citation=source),
        block_stop(0),
        reason="end_turn",
    )
    assert content(message) == [{"type": "text", "text": "It rains.", "citations": [source]}]


@pytest.mark.parametrize(
    ("texts", "sent"),
    [
        (["a", " ", "b", "\n\n", "\t"], ["a ", "b\n\n\t"]),
        (["\n\n", "a"], ["\n\na"]),
        (["", "a", ""], ["a"]),
        ([" ", "\n"], []),
    ],
)
def test_white_space_never_stands_alone_and_is_not_lost_beside_text(texts: list[str], sent: list[str]) -> None:
    blocks = [payload for index, text in enumerate(texts) for payload in text_block(index, text)]
    turn = assistant_turn(answered(*blocks, reason="end_turn"), "anthropic")
    assert [block["text"] for message in turn for block in message["content"]] == sent


def test_white_space_alone_between_other_blocks_stays_out() -> None:
    message = answered(*text_block(0, "\n\n"), *thinking_block(1, "hm"), *text_block(2, "Yes"), reason="end_turn")
    assert [block["type"] for block in content(message)] == ["thinking", "text"]


def test_thinking_never_ends_a_turn() -> None:
    message = answered(*text_block(0, "Hm."), *thinking_block(1, "so"), *call_block(2, "f", '{"a'), reason="max_tokens")
    assert not message.tool_calls[0].complete
    assert content(message) == [{"type": "text", "text": "Hm."}]
    assert assistant_turn(answered(*thinking_block(0, "so"), reason="max_tokens"), "anthropic") == []


def test_what_a_cut_left_open_goes_back_as_far_as_the_api_takes_it() -> None:
    signed = thinking_block(0, "so")
    cut = thinking_block(0, "so", signature="")[:-1]
    text = text_block(1, "Well", ", the")[:-1]
    assert content(message_of("anthropic", message_start(), *signed, *text)) == [
        {"type": "thinking", "thinking": "so", "signature": SIGNATURE},
        {"type": "text", "text": "Well, the"},
    ]
    assert content(message_of("anthropic", message_start(), *cut, *text)) == [{"type": "text", "text": "Well, the"}]


def test_thinking_that_its_server_never_signs_goes_back_without_a_signature() -> None:
    start = block_start(0, type="thinking", thinking="")
    delta = block_delta(0, "thinking_delta", thinking="hm")
    message = answered(start, delta, block_stop(0), *text_block(1, "Yes"), reason="end_turn")
    assert content(message)[0] == {"type": "thinking", "thinking": "hm"}


def test_a_signature_from_the_start_of_a_block_goes_back() -> None:
    start = block_start(0, type="thinking", thinking="h", signature="zai")
    delta = block_delta(0, "thinking_delta", thinking="m")
    message = answered(start, delta, block_stop(0), *text_block(1, "Yes"), reason="end_turn")
    assert content(message)[0] == {"type": "thinking", "thinking": "hm", "signature": "zai"}


@pytest.mark.parametrize(
    ("output", "is_error", "content"),
    [("", False, ""), ("", True, "error"), (" \n", True, "error"), ("no", True, "no")],
)
def test_a_failure_always_says_something(output: str, is_error: bool, content: str) -> None:
    (call,) = answered(*call_block(0, "f", "{}")).tool_calls
    (results,) = tool_results([ToolResult(call, output, is_error)], "anthropic")
    assert results["content"][0]["content"] == content


def test_a_reused_id_is_another_one_in_call_and_result() -> None:
    blocks = [*call_block(0, "f", "{}"), *whole_block(1, type="tool_use", id="tool-0", name="f", input={"a": 1})]
    message = answered(*blocks)
    first, second = content(message)
    assert first["id"] == "tool-0" != second["id"]
    (results,) = tool_results([ToolResult(call, "") for call in message.tool_calls], "anthropic")
    assert [block["tool_use_id"] for block in results["content"]] == [first["id"], second["id"]]
