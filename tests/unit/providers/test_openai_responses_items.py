"""Every type of output item of the Responses API gives what it means."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import message_of, of_kind
from tests.responses_wire import (
    COMPUTER,
    CREATED,
    CUSTOM,
    HELLO,
    IMAGE,
    MCP,
    PATCH,
    RESPONSE,
    SEARCH,
    Payload,
    added,
    both_ways,
    completed,
    done,
    event,
    function,
    message,
    place,
    reasoning,
    told,
)

from deltawire.events import (
    MediaDelta,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
)

LOCAL_SHELL = {"id": "ls_1", "type": "local_shell_call", "call_id": "call_7", "action": {"type": "exec", "command": []}}
SHELL = {"id": "sh_1", "type": "shell_call", "call_id": "call_6", "action": {"commands": ["ls"]}}
IN_CONTAINER = {**SHELL, "environment": {"type": "container_reference", "container_id": "c"}}
TOOL_SEARCH = {"id": "ts_1", "type": "tool_search_call", "execution": "client", "call_id": "call_8"}
APPROVAL = {"id": "ap_9", "type": "mcp_approval_request", "server_label": "dice", "name": "roll", "arguments": "{}"}


def called(item: Payload, name: str, arguments: str, identifier: str, kind: Any = "other") -> list[Any]:
    events = [ToolCallStarted(0, identifier, name, kind, item_id=item["id"])]
    if arguments:
        events.append(ToolCallDelta(0, arguments))
    finished = ToolCallFinished(0, identifier, name, arguments, True, kind, item_id=item["id"], position=0)
    return [*events, finished, PartFinished("tool_call", item)]


def ran(item: Payload, *told: tuple[Any, Payload], name: str | None = None, identifier: str = "t_1") -> list[Any]:
    used = [ServerToolUsed(kind, name or item["type"], identifier, payload) for kind, payload in told]
    return [*used, PartFinished(item["type"], item)]


def tool(kind: str, **fields: Any) -> Payload:
    return {"id": "t_1", "type": kind, "status": "completed", **fields}


ITEMS: dict[str, tuple[Payload, list[Any]]] = {
    "message": (HELLO, [TextDelta("Hello!"), PartFinished("text", HELLO)]),
    "message with a refusal": (
        message({"type": "refusal", "refusal": "No."}),
        [RefusalDelta("No."), PartFinished("text", message({"type": "refusal", "refusal": "No."}))],
    ),
    "reasoning": (
        reasoning("one", "two"),
        [
            ReasoningDelta("one", kind="summary"),
            ReasoningDelta("\n\ntwo", kind="summary"),
            PartFinished("reasoning", reasoning("one", "two")),
        ],
    ),
    "function_call": (function("{}"), called(function("{}"), "find", "{}", "call_1", "function")),
    "custom_tool_call": (
        {**CUSTOM, "input": "*"},
        called({**CUSTOM, "input": "*"}, "patch", "*", "call_3", "custom"),
    ),
    "computer_call": (COMPUTER, called(COMPUTER, "computer_call", '{"type":"screenshot"}', "call_4")),
    "computer_call with several actions": (
        {**COMPUTER, "action": None, "actions": [{"type": "wait"}]},
        called(
            {**COMPUTER, "action": None, "actions": [{"type": "wait"}]},
            "computer_call",
            '{"actions":[{"type":"wait"}]}',
            "call_4",
        ),
    ),
    "local_shell_call": (
        LOCAL_SHELL,
        called(LOCAL_SHELL, "local_shell_call", '{"type":"exec","command":[]}', "call_7"),
    ),
    "shell_call of the client": (SHELL, called(SHELL, "shell_call", '{"commands":["ls"]}', "call_6")),
    "shell_call in a local environment": (
        {**SHELL, "environment": {"type": "local"}},
        called({**SHELL, "environment": {"type": "local"}}, "shell_call", '{"commands":["ls"]}', "call_6"),
    ),
    "apply_patch_call": (PATCH, called(PATCH, "apply_patch_call", '{"type":"delete_file"}', "call_5")),
    "tool_search_call of the client": (
        {**TOOL_SEARCH, "arguments": {"q": "x"}},
        called({**TOOL_SEARCH, "arguments": {"q": "x"}}, "tool_search_call", '{"q":"x"}', "call_8"),
    ),
    "tool_search_call without arguments": (TOOL_SEARCH, called(TOOL_SEARCH, "tool_search_call", "", "call_8")),
    "mcp_approval_request": (
        APPROVAL,
        called(APPROVAL, "mcp_approval_request", '{"server_label":"dice","name":"roll","arguments":"{}"}', "ap_9"),
    ),
    **{
        kind: (tool(kind), ran(tool(kind), ("call", tool(kind)), ("result", tool(kind))))
        for kind in (
            "web_search_call",
            "file_search_call",
            "code_interpreter_call",
            "mcp_list_tools",
            "x_search_call",
            "code_execution_call",
            "view_image_call",
            "view_x_video_call",
        )
    },
    "mcp_call": (MCP, ran(MCP, ("call", MCP), ("result", MCP), name="roll", identifier="mcp_1")),
    "shell_call in a container": (IN_CONTAINER, ran(IN_CONTAINER, ("call", IN_CONTAINER), identifier="call_6")),
    "shell_call_output": (
        tool("shell_call_output", call_id="call_6"),
        ran(
            tool("shell_call_output", call_id="call_6"),
            ("result", tool("shell_call_output", call_id="call_6")),
            identifier="call_6",
        ),
    ),
    "tool_search_call of the server": (
        tool("tool_search_call", execution="server", call_id=None),
        ran(
            tool("tool_search_call", execution="server", call_id=None),
            ("call", tool("tool_search_call", execution="server", call_id=None)),
        ),
    ),
    "program": (tool("program"), ran(tool("program"), ("call", tool("program")))),
    **{
        kind: (tool(kind), ran(tool(kind), ("result", tool(kind))))
        for kind in (
            "tool_search_output",
            "program_output",
            "apply_patch_call_output",
            "computer_call_output",
            "function_call_output",
        )
    },
    "additional_tools": (tool("additional_tools"), ran(tool("additional_tools"), ("status", tool("additional_tools")))),
    "image_generation_call": (
        {**IMAGE, "result": "aGk=", "output_format": "webp"},
        [
            ServerToolUsed(
                "call", "image_generation_call", "ig_1", {**IMAGE, "result": "aGk=", "output_format": "webp"}
            ),
            ServerToolUsed(
                "result", "image_generation_call", "ig_1", {**IMAGE, "result": "aGk=", "output_format": "webp"}
            ),
            MediaDelta("image", "image/webp", "aGk=", None, 0, 1),
            PartFinished("image_generation_call", {**IMAGE, "result": "aGk=", "output_format": "webp"}),
        ],
    ),
    "compaction": (
        tool("compaction", encrypted_content="gA"),
        [
            *ran(
                tool("compaction", encrypted_content="gA"),
                ("call", tool("compaction", encrypted_content="gA")),
                ("result", tool("compaction", encrypted_content="gA")),
            )[:2],
            OpaqueState("encrypted", "gA", "t_1"),
            PartFinished("compaction", tool("compaction", encrypted_content="gA")),
        ],
    ),
    "of a type that nobody knows": (
        tool("of tomorrow"),
        [Unknown(tool("of tomorrow")), PartFinished("of tomorrow", tool("of tomorrow"))],
    ),
}


@pytest.mark.parametrize(("item", "events"), ITEMS.values(), ids=ITEMS)
class TestEveryItem:
    def test_gives_all_at_its_end_if_its_opening_never_came(self, item: Payload, events: list[Any]) -> None:
        assert [e for e in told(CREATED, done(item)) if not isinstance(e, Note)] == events

    def test_gives_all_from_the_final_output_if_it_never_came(self, item: Payload, events: list[Any]) -> None:
        whole = both_ways([CREATED, completed(item, usage=None)])
        assert [e for e in whole if not isinstance(e, Note | Metadata)][1:-2] == events

    def test_gives_nothing_twice(self, item: Payload, events: list[Any]) -> None:
        whole = both_ways([CREATED, added(item), done(item), done(item), completed(item, usage=None)])
        assert [e for e in whole if isinstance(e, PartFinished)] == events[-1:]
        for kind in (TextDelta, ReasoningDelta, ToolCallStarted, ToolCallFinished, OpaqueState, MediaDelta, Unknown):
            assert of_kind(whole, kind) == of_kind(events, kind)


def finished(*payloads: Payload) -> Any:
    return both_ways([CREATED, *payloads])[-1]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (HELLO, "stop"),
        (message({"type": "refusal", "refusal": "No."}), "refusal"),
        (function("{}"), "tool_calls"),
        (function("{"), "stop"),
        (function("{}", status="incomplete"), "stop"),
        ({**CUSTOM, "input": "*"}, "tool_calls"),
        (COMPUTER, "tool_calls"),
        (LOCAL_SHELL, "tool_calls"),
        (SHELL, "tool_calls"),
        (IN_CONTAINER, "stop"),
        (PATCH, "tool_calls"),
        (TOOL_SEARCH, "tool_calls"),
        (tool("tool_search_call", execution="server"), "stop"),
        (APPROVAL, "tool_calls"),
        (SEARCH, "stop"),
        (MCP, "stop"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["type"],
)
def test_only_complete_client_calls_make_the_reason_tool_calls(item: Payload, reason: str) -> None:
    assert finished(done(item), completed()).reason == reason


class TestWhereAToolRuns:
    def test_the_echo_of_the_request_tells_of_a_shell_in_a_container(self) -> None:
        tools = [{"type": "shell", "environment": {"type": "container_auto"}}]
        created = event("created", response={**RESPONSE, "tools": tools})
        assert of_kind(told(created, added(SHELL)), ServerToolUsed)
        tools = [{"type": "shell", "environment": {"type": "local"}}]
        created = event("created", response={**RESPONSE, "tools": tools})
        assert of_kind(told(created, added(SHELL)), ToolCallStarted)

    def test_xai_runs_its_own_custom_tools(self) -> None:
        item = {**CUSTOM, "name": "x_keyword_search"}
        delta = event("custom_tool_call_input.delta", **place("ctc_1"), delta="{}")
        assert told(CREATED, added(item)) == [ServerToolUsed("call", "x_keyword_search", "call_3", item)]
        assert told(CREATED, added(item), delta) == [ServerToolUsed("status", "x_keyword_search", "call_3", delta)]
        tools = [{"type": "custom", "name": "x_keyword_search"}]
        created = event("created", response={**RESPONSE, "tools": tools})
        assert of_kind(told(created, added(item)), ToolCallStarted)

    def test_commands_of_the_clients_shell_are_told_as_they_come(self) -> None:
        command = event("shell_call_command.delta", output_index=0, command_index=0, delta="ls")
        assert told(CREATED, added(SHELL), command) == [Metadata(command)]

    def test_the_call_of_a_container_shell_comes_again_when_it_is_whole(self) -> None:
        events = told(CREATED, added({**IN_CONTAINER, "action": {"commands": []}}), done(IN_CONTAINER))
        assert events[0] == ServerToolUsed("status", "shell_call", "call_6", IN_CONTAINER)


def test_parts_keep_the_native_items_in_order() -> None:
    items = [reasoning("hm", encrypted_content="gA"), HELLO, function("{}"), SEARCH]
    stream = [payload for index, item in enumerate(items) for payload in (added(item, index), done(item, index))]
    message = message_of(both_ways([CREATED, *stream, completed(*items)]))
    assert [part.native for part in message.parts] == items
    assert message.parts[0].opaque == (OpaqueState("encrypted", "gA", "rs_1"),)  # type: ignore[union-attr]
