"""Turns of the Responses API: output items go back as they were closed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.turn_messages import message_of

from deltawire.message import Message, MessageChoice, TextPart, ToolCallPart
from deltawire.think import THINK_TAGS
from deltawire.turns import ToolResult, assistant_turn, tool_results

REASONING = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAAA/+=\u2028"}
CALL = {
    "id": "fc_1",
    "type": "function_call",
    "call_id": "call_1",
    "name": "weather",
    "arguments": '{"city": "Köln"}',
    "status": "completed",
}
CUSTOM = {"id": "ctc_1", "type": "custom_tool_call", "call_id": "call_2", "name": "shell", "input": "ls"}
SEARCH = {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "x"}}
COMPACTION = {"id": "cmp_1", "type": "compaction", "encrypted_content": "b64=="}
IMAGE = {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": "AAAA"}
NEW = {"id": "new_1", "type": "something_new", "payload": {"a": [1]}}


def text_item(*texts: str, **fields: Any) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []} for text in texts]
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content} | fields


def done(*items: dict[str, Any]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "resp_1", "model": "m"}}]
    events += [{"type": "response.output_item.done", "output_index": i, "item": item} for i, item in enumerate(items)]
    return events


def answered(*items: dict[str, Any], status: str = "completed", **options: Any) -> Message:
    end = {"type": f"response.{status}", "response": {"id": "resp_1", "status": status, "output": list(items)}}
    return message_of("openai-responses", *done(*items), end, **options)


def test_every_item_goes_back_as_it_was_closed_in_order() -> None:
    items = [REASONING, text_item("Let me look.", phase="commentary"), SEARCH, IMAGE, CALL, CUSTOM, COMPACTION, NEW]
    message = answered(*items)
    assert assistant_turn(message, "openai-responses") == items
    call, custom = message.tool_calls
    assert tool_results([ToolResult(call, "rain"), ToolResult(custom, "a.txt", is_error=True)], "openai-responses") == [
        {"type": "function_call_output", "call_id": "call_1", "output": "rain"},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "a.txt"},
    ]


def test_an_item_with_several_texts_goes_back_once() -> None:
    refusing = text_item("One", "Two")
    refusing["content"].append({"type": "refusal", "refusal": "Three"})
    message = answered(refusing, CALL)
    assert message.text == "OneTwo"
    assert assistant_turn(message, "openai-responses") == [refusing, CALL]


def test_a_text_that_was_cut_goes_back_behind_the_items_before_it() -> None:
    delta = {"type": "response.output_text.delta", "item_id": "msg_2", "output_index": 1, "content_index": 0}
    message = message_of("openai-responses", *done(text_item("One", "Two")), delta | {"delta": "Thr"})
    assert message.failure is not None
    assert assistant_turn(message, "openai-responses") == [
        text_item("One", "Two"),
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Thr", "annotations": []}],
        },
    ]


def test_reasoning_that_nothing_follows_stays_out() -> None:
    cut = CALL | {"status": "incomplete", "arguments": '{"city": "K'}
    message = answered(text_item("Hi"), REASONING, cut, status="incomplete")
    assert not message.tool_calls[0].complete
    assert assistant_turn(message, "openai-responses") == [text_item("Hi")]
    assert assistant_turn(answered(REASONING, status="incomplete"), "openai-responses") == []


@pytest.mark.parametrize("closing", [CALL | {"arguments": ""}, {k: v for k, v in CALL.items() if k != "name"}])
def test_a_call_whose_item_was_closed_without_its_name_or_arguments_has_them(closing: dict[str, Any]) -> None:
    added = {"type": "response.output_item.added", "output_index": 0, "item": CALL | {"arguments": ""}}
    delta = {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 0}
    end = {"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": [closing]}}
    done_event = {"type": "response.output_item.done", "output_index": 0, "item": closing}
    message = message_of("openai-responses", added, delta | {"delta": CALL["arguments"]}, done_event, end)
    assert assistant_turn(message, "openai-responses") == [CALL]


def test_an_empty_text_that_no_item_closed_stays_out() -> None:
    parts = (TextPart(""), TextPart("Hi"))
    message = Message("openai-responses", choices=(MessageChoice(0, parts),))
    (item,) = assistant_turn(message, "openai-responses")
    assert item["content"][0]["text"] == "Hi"


def test_a_call_that_no_item_closed_is_written_anew() -> None:
    added = {"type": "response.output_item.added", "output_index": 0, "item": CALL | {"arguments": ""}}
    delta = {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 0, "delta": "{}"}
    end = {"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": []}}
    message = message_of("openai-responses", added, delta, end)
    assert assistant_turn(message, "openai-responses") == [
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}
    ]


def test_an_id_that_the_api_would_refuse_is_replaced_in_the_call_and_its_result() -> None:
    message = answered(CALL | {"call_id": "c" * 69})
    (item,) = assistant_turn(message, "openai-responses")
    (output,) = tool_results([ToolResult(message.tool_calls[0], "")], "openai-responses")
    assert item == CALL | {"call_id": item["call_id"]}
    assert output["call_id"] == item["call_id"]
    assert len(item["call_id"]) <= 64


def test_reasoning_between_tags_is_taken_out_of_the_items() -> None:
    message = answered(text_item("<think>hm</think>Yes"), think="leading")
    said = {"type": "message", "role": "assistant"}
    assert assistant_turn(message, "openai-responses") == [
        said | {"content": [{"type": "output_text", "text": "Yes", "annotations": []}]}
    ]
    (first, second) = assistant_turn(message, "openai-responses", in_band=THINK_TAGS["qwen"][0])
    assert first["content"][0]["text"] + second["content"][0]["text"] == "<think>hm</think>Yes"


def own_call(native: dict[str, Any]) -> ToolCallPart:
    (call,) = answered(native).tool_calls
    assert call.kind == "other"
    return call


@pytest.mark.parametrize(
    ("native", "result", "is_error", "output"),
    [
        (
            {"type": "shell_call", "call_id": "s1", "action": {"commands": ["ls"]}},
            "a.txt",
            False,
            {
                "type": "shell_call_output",
                "call_id": "s1",
                "output": [{"stdout": "a.txt", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
            },
        ),
        (
            {"type": "shell_call", "call_id": "s1", "action": {"commands": ["ls"]}},
            "no",
            True,
            {
                "type": "shell_call_output",
                "call_id": "s1",
                "output": [{"stdout": "", "stderr": "no", "outcome": {"type": "exit", "exit_code": 1}}],
            },
        ),
        (
            {"type": "local_shell_call", "call_id": "s1", "action": {"type": "exec", "command": ["ls"]}},
            "a.txt",
            False,
            {"type": "local_shell_call_output", "call_id": "s1", "output": "a.txt"},
        ),
        (
            {"type": "apply_patch_call", "call_id": "p1", "operation": {"type": "delete_file", "path": "a"}},
            "denied",
            True,
            {"type": "apply_patch_call_output", "call_id": "p1", "status": "failed", "output": "denied"},
        ),
        (
            {"type": "computer_call", "call_id": "k1", "action": {"type": "screenshot"}},
            "data:image/png;base64,AA==",
            False,
            {
                "type": "computer_call_output",
                "call_id": "k1",
                "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA=="},
            },
        ),
        (
            {
                "type": "mcp_approval_request",
                "id": "mcpr_1",
                "server_label": "s",
                "name": "n",
                "arguments": "{}",
            },
            "",
            False,
            {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True},
        ),
        (
            {
                "type": "mcp_approval_request",
                "id": "mcpr_1",
                "server_label": "s",
                "name": "n",
                "arguments": "{}",
            },
            "not today",
            True,
            {
                "type": "mcp_approval_response",
                "approval_request_id": "mcpr_1",
                "approve": False,
                "reason": "not today",
            },
        ),
        (
            {"type": "tool_search_call", "call_id": "t1", "execution": "client", "arguments": {"query": "x"}},
            '[{"type": "function", "name": "f"}]',
            False,
            {
                "type": "tool_search_output",
                "call_id": "t1",
                "execution": "client",
                "tools": [{"type": "function", "name": "f"}],
            },
        ),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else None,
)
def test_openais_own_client_tools_have_results_of_their_own(
    native: dict[str, Any], result: str, is_error: bool, output: dict[str, Any]
) -> None:
    call = own_call(native)
    assert assistant_turn(answered(native), "openai-responses") == [native]
    assert tool_results([ToolResult(call, result, is_error)], "openai-responses") == [output]


@pytest.mark.parametrize("found", ["nothing", '{"tools": []}'])
def test_a_tool_search_gives_a_list(found: str) -> None:
    call = own_call({"type": "tool_search_call", "call_id": "t1", "execution": "client", "arguments": {"query": "x"}})
    with pytest.raises(ValueError, match="JSON array of tools"):
        tool_results([ToolResult(call, found)], "openai-responses")
