"""Output items: every type of them, and which item an event speaks of when servers break the rules."""

from __future__ import annotations

from typing import Any

import pytest
from tests.responses_wire import (
    AT_TEXT,
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
    arguments_delta,
    both_ways,
    codes,
    completed,
    done,
    event,
    function,
    incomplete,
    message,
    message_of,
    of_type,
    place,
    reasoning,
    summary_delta,
    text_delta,
    text_part,
    told,
    without_notes,
)

from deltawire.events import (
    Citation,
    Finished,
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
from deltawire.notes import NoteCode

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
            assert of_type(whole, kind) == of_type(events, kind)


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
        assert of_type(told(created, added(SHELL)), ServerToolUsed)
        tools = [{"type": "shell", "environment": {"type": "local"}}]
        created = event("created", response={**RESPONSE, "tools": tools})
        assert of_type(told(created, added(SHELL)), ToolCallStarted)

    def test_xai_runs_its_own_custom_tools(self) -> None:
        item = {**CUSTOM, "name": "x_keyword_search"}
        delta = event("custom_tool_call_input.delta", **place("ctc_1"), delta="{}")
        assert told(CREATED, added(item)) == [ServerToolUsed("call", "x_keyword_search", "call_3", item)]
        assert told(CREATED, added(item), delta) == [ServerToolUsed("status", "x_keyword_search", "call_3", delta)]
        tools = [{"type": "custom", "name": "x_keyword_search"}]
        created = event("created", response={**RESPONSE, "tools": tools})
        assert of_type(told(created, added(item)), ToolCallStarted)

    def test_commands_of_the_clients_shell_are_told_as_they_come(self) -> None:
        command = event("shell_call_command.delta", output_index=0, command_index=0, delta="ls")
        assert told(CREATED, added(SHELL), command) == [Metadata(command)]

    def test_the_call_of_a_container_shell_comes_again_when_it_is_whole(self) -> None:
        events = told(CREATED, added({**IN_CONTAINER, "action": {"commands": []}}), done(IN_CONTAINER))
        assert events[0] == ServerToolUsed("status", "shell_call", "call_6", IN_CONTAINER)


class TestTextsOfOneItem:
    def test_summaries_are_one_text_with_blank_lines_between(self) -> None:
        events = both_ways(
            [CREATED, added(reasoning()), summary_delta("a"), summary_delta("b", 1), done(reasoning("a", "bc"))]
        )
        assert message_of(events).reasoning == "a\n\nbc"
        assert {event.part for event in of_type(events, ReasoningDelta)} == {0}

    def test_a_summary_part_without_text_leaves_no_blank_line(self) -> None:
        part = event("reasoning_summary_part.added", **place("rs_1", summary_index=1), part={"type": "summary_text"})
        events = both_ways([CREATED, added(reasoning()), summary_delta("a"), part, done(reasoning("a", ""))])
        assert message_of(events).reasoning == "a"

    def test_reasoning_and_its_summary_are_parts_of_their_own(self) -> None:
        item = reasoning("sum", content=[{"type": "reasoning_text", "text": "hm"}, {"type": "text", "text": "so"}])
        events = told(CREATED, done(item))[1:]
        assert events == [
            ReasoningDelta("sum", kind="summary"),
            ReasoningDelta("hm", 0, 1),
            ReasoningDelta("so", 0, 2),
            PartFinished("reasoning", item),
        ]

    def test_content_parts_are_parts_of_their_own(self) -> None:
        item = message(
            text_part("a"), {"type": "refusal", "refusal": "no"}, text_part("b", annotations=[{"url": "u:"}])
        )
        assert told(CREATED, done(item))[1:] == [
            TextDelta("a"),
            RefusalDelta("no", 0, 1),
            TextDelta("b", 0, 2),
            Citation({"url": "u:"}, 0, 2),
            PartFinished("text", item),
        ]

    def test_content_parts_may_take_turns(self) -> None:
        item = message(text_part("ac"), text_part("bd"))
        deltas = [text_delta("a"), text_delta("b", content=1), text_delta("c"), text_delta("d", content=1)]
        events = both_ways([CREATED, added(message()), *deltas, done(item), completed(item)])
        assert [(e.text, e.part) for e in of_type(events, TextDelta)] == [("a", 0), ("b", 1), ("c", 0), ("d", 1)]

    def test_a_content_part_that_nobody_knows_is_unknown(self) -> None:
        part = {"type": "output_hologram", "hologram": "x"}
        assert of_type(told(CREATED, done(message(part))), Unknown) == [Unknown(part)]
        payload = event("content_part.added", **AT_TEXT, part=part)
        assert told(CREATED, added(message()), payload) == [Unknown(payload)]

    @pytest.mark.parametrize(
        ("deltas", "whole", "rest"),
        [
            ([], "Hello", ["Hello"]),
            (["Hel"], "Hello", ["lo"]),
            (["Hel", "lo"], "Hello", []),
            (["Hello"], "", []),
            (["Jello"], "Hello", []),
            (["Hello"], "Hel", []),
        ],
        ids=["all", "some", "none", "a blank end", "another text", "a shorter text"],
    )
    @pytest.mark.parametrize("end", ["text", "part", "item", "response"])
    def test_a_closing_text_gives_what_is_missing_and_never_takes_back(
        self, deltas: list[str], whole: str, rest: list[str], end: str
    ) -> None:
        item = message(text_part(whole))
        closing = {
            "text": event("output_text.done", **AT_TEXT, text=whole),
            "part": event("content_part.done", **AT_TEXT, part=text_part(whole)),
            "item": done(item),
            "response": completed(item),
        }[end]
        events = told(CREATED, added(message()), *map(text_delta, deltas), closing)
        assert [event.text for event in of_type(events, TextDelta)] == rest
        differs = bool(deltas and whole) and not whole.startswith("".join(deltas))
        assert (NoteCode.TEXT_REPLACED in codes(events)) is differs

    def test_another_closing_text_is_noted_once(self) -> None:
        item = message(text_part("Hello"))
        closing = [event("output_text.done", **AT_TEXT, text="Hello"), done(item), completed(item)]
        events = both_ways([CREATED, added(message()), text_delta("Jello"), *closing])
        assert codes(events) == [NoteCode.TEXT_REPLACED]
        assert message_of(events).text == "Jello"

    def test_long_texts_are_compared_whole(self) -> None:
        pieces = [f"piece {number} é\U0001f600 " for number in range(200)]
        item = message(text_part("".join(pieces) + "end"))
        events = both_ways([CREATED, added(message()), *map(text_delta, pieces), done(item), completed(item)])
        assert codes(events) == []
        assert of_type(events, TextDelta)[-1].text == "end"

    @pytest.mark.parametrize(
        ("held", "deltas", "text"),
        [
            ("Hel", ["lo"], "Hello"),
            ("Hello", ["Hel", "lo"], "Hello"),
            ("Hello", [], "Hello"),
            ("", ["Hello"], "Hello"),
        ],
        ids=["goes on", "said again", "all", "nothing"],
    )
    @pytest.mark.parametrize("where", ["item", "part"])
    def test_text_that_an_opening_event_holds_is_said_once(
        self, held: str, deltas: list[str], text: str, where: str
    ) -> None:
        opening = (
            added(message(text_part(held)))
            if where == "item"
            else event("content_part.added", **AT_TEXT, part=text_part(held))
        )
        for rest in ([done(message(text_part(text)))], []):
            events = both_ways([CREATED, opening, *map(text_delta, deltas), *rest, completed()])
            assert message_of(events).text == text

    def test_an_opening_event_behind_its_deltas_says_nothing(self) -> None:
        events = both_ways([CREATED, text_delta("Hel"), added(message(text_part("Hel"))), done(HELLO), completed()])
        assert message_of(events).text == "Hello!"

    def test_null_parts_are_passed_over(self) -> None:
        item = message(text_part("a"), content=[None, text_part("a"), {"type": "output_text"}])
        events = both_ways([CREATED, done(item), completed(item)])
        assert message_of(events).text == "a"
        assert not of_type(events, Unknown)

    def test_texts_that_begin_alike_stay_apart(self) -> None:
        item = message(text_part("a"), text_part("ab"))
        closing = [event("output_text.done", **AT_TEXT, text="a")]
        closing.append(event("output_text.done", **place("msg_1", content_index=1), text="ab"))
        events = both_ways([CREATED, added(message()), text_delta("a"), *closing, done(item), completed(item)])
        assert [(e.text, e.part) for e in of_type(events, TextDelta)] == [("a", 0), ("ab", 1)]

    def test_text_that_an_opening_event_holds_is_said_before_a_bad_end(self) -> None:
        events = both_ways([CREATED, added(message(text_part("Hel")))])
        assert message_of(events).text == "Hel"
        assert events[-1].error.kind == "truncated"  # type: ignore[union-attr]


class TestInputs:
    @pytest.mark.parametrize(
        ("deltas", "whole", "arguments", "complete"),
        [
            ([], '{"a":1}', '{"a":1}', True),
            (['{"a":'], '{"a":1}', '{"a":1}', True),
            (['{"a":', "1}"], '{"a":1}', '{"a":1}', True),
            (['{"a":1}'], "", '{"a":1}', True),
            (['{"a":1}'], "{}", '{"a":1}', True),
            (['{"a":1}'], None, '{"a":1}', True),
            (['{"a":1}'], {"a": 1}, '{"a":1}', True),
            ([], {"a": 1}, '{"a":1}', True),
            (['{"a": 1}'], '{"a":1}', '{"a": 1}', True),
            (['{"a":2}'], '{"a":1}', '{"a":2}', False),
            (['{"a":'], "[", '{"a":', False),
            ([], "", "", True),
            ([], "{}", "{}", True),
            ([], "[1]", "[1]", False),
        ],
    )
    @pytest.mark.parametrize("end", ["arguments", "item", "response"])
    def test_a_closing_input_gives_what_is_missing_and_never_takes_back(
        self, deltas: list[str], whole: Any, arguments: str, complete: bool, end: str
    ) -> None:
        item = function(whole)
        closing = {
            "arguments": event("function_call_arguments.done", **place("fc_1"), arguments=whole),
            "item": done(item),
            "response": completed(item),
        }[end]
        events = both_ways([CREATED, added(function("")), *map(arguments_delta, deltas), closing, completed()])
        (call,) = of_type(events, ToolCallFinished)
        assert (call.arguments, call.complete) == (arguments, complete)
        (last,) = of_type(events, Finished)
        assert last.reason == ("tool_calls" if complete else "stop")

    def test_other_arguments_at_the_end_are_noted(self) -> None:
        before = [CREATED, added(function("")), arguments_delta('{"a":2}')]
        assert NoteCode.ARGUMENTS_REPLACED in codes(told(*before, done(function('{"a":1}'))))

    @pytest.mark.parametrize(
        ("held", "deltas", "arguments"),
        [
            ('{"a":', ["1}"], '{"a":1}'),
            ('{"a":1}', ['{"a"', ":1}"], '{"a":1}'),
            ("{}", ['{"a":1}'], '{"a":1}'),
            ('{"a":1}', [], '{"a":1}'),
        ],
        ids=["goes on", "said again", "placeholder", "all"],
    )
    def test_arguments_that_the_opening_event_holds_count_once(
        self, held: str, deltas: list[str], arguments: str
    ) -> None:
        opening = added(function(held, status="in_progress"))
        events = both_ways([CREATED, opening, *map(arguments_delta, deltas), completed()])
        (call,) = of_type(events, ToolCallFinished)
        assert (call.arguments, call.complete) == (arguments, True)

    def test_arguments_before_the_opening_event_wait_for_the_name(self) -> None:
        before = [CREATED, arguments_delta('{"a":')]
        assert not of_type(told(*before), ToolCallStarted)
        assert of_type(told(*before, added(function(""))), ToolCallStarted, ToolCallDelta) == [
            ToolCallStarted(0, "call_1", "find", item_id="fc_1"),
            ToolCallDelta(0, '{"a":'),
        ]
        events = both_ways([*before, arguments_delta("1}"), done(function('{"a":1}')), completed()])
        (call,) = of_type(events, ToolCallFinished)
        assert (call.id, call.name, call.arguments, call.complete) == ("call_1", "find", '{"a":1}', True)

    def test_a_delta_behind_the_end_of_its_call_is_a_note(self) -> None:
        events = told(CREATED, done(function("{}")), arguments_delta("x"))
        assert codes(events) == [NoteCode.CALL_AFTER_FINISH]

    def test_the_items_id_stands_in_for_a_call_id(self) -> None:
        (start,) = of_type(told(CREATED, added(function("", call_id=None))), ToolCallStarted)
        assert (start.id, start.synthetic_id) == ("fc_1", False)

    def test_a_call_id_given_twice_is_not_given_on(self) -> None:
        first = [added(function("", 1)), done(function("{}", 1))]
        second = function("", 2, call_id="call_1")
        events = both_ways([CREATED, *first, added(second, 1), done({**second, "arguments": "{}"}, 1), completed()])
        assert [(call.id, call.complete) for call in of_type(events, ToolCallFinished)] == [
            ("call_1", True),
            ("resp_1_1", True),
        ]
        assert NoteCode.REUSED_CALL_ID in codes(events)

    def test_a_call_id_given_twice_without_opening_events_is_not_given_on(self) -> None:
        stream = [done(function("{}", 1), 0), done(function("{}", 2, call_id="call_1"), 1)]
        calls = of_type(both_ways([CREATED, *stream, completed()]), ToolCallFinished)
        assert [call.id for call in calls] == ["call_1", "resp_1_1"]

    def test_the_end_of_the_input_behind_the_end_of_the_call_says_nothing(self) -> None:
        late = event("function_call_arguments.done", **place("fc_1"), arguments="{} ")
        assert told(CREATED, done(function("{}")), late) == []

    def test_an_empty_delta_behind_the_end_of_the_call_says_nothing(self) -> None:
        assert told(CREATED, done(function("{}")), arguments_delta("")) == []

    def test_the_name_at_the_end_of_the_input_counts_if_no_other_comes(self) -> None:
        whole = event("function_call_arguments.done", **place("fc_1"), arguments="{}", name="find")
        (call,) = of_type(both_ways([CREATED, whole, completed()]), ToolCallFinished)
        assert (call.id, call.name, call.arguments, call.complete) == ("fc_1", "find", "{}", True)
        (call,) = of_type(both_ways([CREATED, whole, done(function("{}")), completed()]), ToolCallFinished)
        assert (call.id, call.name) == ("call_1", "find")

    def test_a_call_without_a_name_is_not_complete(self) -> None:
        (call,) = of_type(both_ways([CREATED, arguments_delta("{}"), completed()]), ToolCallFinished)
        assert (call.id, call.name, call.complete) == ("fc_1", "", False)

    def test_a_call_of_which_nothing_came_but_its_opening_has_no_arguments(self) -> None:
        (call,) = of_type(both_ways([CREATED, added(COMPUTER), completed()]), ToolCallFinished)
        assert (call.name, call.arguments) == ("computer_call", "")

    def test_another_name_at_the_end_comes_too_late(self) -> None:
        events = told(CREATED, added(function("")), done(function("{}", name="other")))
        assert codes(events) == [NoteCode.LATE_CALL_NAME]
        assert of_type(events, ToolCallFinished)[0].name == "find"

    @pytest.mark.parametrize(("arguments", "complete"), [("", False), ('{"a":', False), ('{"a":1}', True)])
    def test_a_call_that_is_open_at_a_length_limit_counts_only_if_it_is_whole(
        self, arguments: str, complete: bool
    ) -> None:
        events = both_ways([CREATED, added(function("")), arguments_delta(arguments), incomplete("max_output_tokens")])
        (call,) = of_type(events, ToolCallFinished)
        assert call.complete is complete
        assert of_type(events, Finished)[0].reason == "length"


class TestWhichItem:
    def test_an_item_is_found_by_its_id_whatever_the_index(self) -> None:
        events = both_ways(
            [
                CREATED,
                added(message(identifier="a"), 0),
                added(message(identifier="b"), 1),
                text_delta("1", "b", 5),
                text_delta("2", "a", 1),
                done(message(text_part("1"), identifier="b"), 7),
                done(message(text_part("2"), identifier="a"), 9),
                completed(),
            ]
        )
        assert [(e.text, e.part) for e in of_type(events, TextDelta)] == [("1", 1), ("2", 0)]
        assert len(of_type(events, PartFinished)) == 2

    def test_another_id_in_each_event_is_found_by_the_index(self) -> None:
        events = both_ways(
            [
                CREATED,
                added(function("", 1, id="a"), 0),
                added(function("", 2, id="b"), 1),
                arguments_delta("{", 11, 0),
                arguments_delta("{ ", 12, 1),
                arguments_delta("}", 13, 0),
                arguments_delta(" }", 14, 1),
                done(function("{}", 1, id="c"), 0),
                done(function("{  }", 2, id="d"), 1),
                completed(function("{}", 1, id="e"), function("{  }", 2, id="f")),
            ]
        )
        calls = of_type(events, ToolCallFinished)
        assert [(call.id, call.arguments, call.complete) for call in calls] == [
            ("call_1", "{}", True),
            ("call_2", "{  }", True),
        ]

    def test_when_ids_drift_an_index_of_its_own_at_the_end_is_no_new_item(self) -> None:
        item = message(text_part("Hello!"), identifier="c")
        events = both_ways([CREATED, added(message(identifier="a")), text_delta("Hello!", "b"), done(item, 4)])
        assert message_of(events).text == "Hello!"
        assert len(of_type(events, PartFinished)) == 1

    def test_an_id_and_an_index_that_nobody_knows_are_another_item(self) -> None:
        events = both_ways(
            [
                CREATED,
                arguments_delta('{"a":', 1, 0),
                arguments_delta('{"b":', 2, 1),
                arguments_delta("1}", 1, 0),
                arguments_delta("2}", 2, 1),
                done(function('{"a":1}', 1), 0),
                done(function('{"b":2}', 2), 1),
                completed(),
            ]
        )
        assert [call.arguments for call in of_type(events, ToolCallFinished)] == ['{"a":1}', '{"b":2}']

    def test_without_id_and_index_no_finished_item_goes_on(self) -> None:
        first, second = [added(HELLO), done(HELLO)], [event("output_text.delta", delta="b")]
        events = both_ways([CREATED, *first, *second, completed()])
        assert [(e.text, e.part) for e in of_type(events, TextDelta)] == [("Hello!", 0), ("b", 1)]

    def test_without_id_and_index_the_newest_open_item_of_the_type_goes_on(self) -> None:
        events = both_ways(
            [
                CREATED,
                {"type": "response.output_item.added", "item": message(identifier="a")},
                {"type": "response.output_item.added", "item": function("")},
                event("output_text.delta", delta="Hel"),
                event("function_call_arguments.delta", delta="{"),
                event("output_text.delta", delta="lo"),
                event("function_call_arguments.delta", delta="}"),
                {"type": "response.output_item.done", "item": {**function("{}"), "id": None}},
                completed(),
            ]
        )
        assert message_of(events).text == "Hello"
        assert of_type(events, ToolCallFinished)[0].arguments == "{}"
        assert [event.part for event in of_type(events, TextDelta)] == [0, 0]

    def test_events_of_another_type_at_the_same_index_are_another_item(self) -> None:
        events = both_ways(
            [CREATED, added(reasoning(identifier="x")), text_delta("a", "x"), summary_delta("b"), completed()]
        )
        assert [(type(e), e.part) for e in of_type(events, TextDelta, ReasoningDelta)] == [
            (TextDelta, 1),
            (ReasoningDelta, 0),
        ]

    def test_a_server_that_numbers_every_item_alike_opens_new_ones(self) -> None:
        one, two = message(text_part("a")), message(text_part("b"))
        events = both_ways(
            [
                CREATED,
                added(message(), 0),
                text_delta("a"),
                done(one),
                added(message(identifier="msg_2"), 0),
                text_delta("b", "msg_2"),
                done({**two, "id": "msg_2"}),
                completed(one, {**two, "id": "msg_2"}),
            ]
        )
        assert [(e.text, e.part) for e in of_type(events, TextDelta)] == [("a", 0), ("b", 1)]

    def test_a_server_that_gives_every_item_the_same_id_opens_new_ones(self) -> None:
        one, two = message(text_part("a")), message(text_part("b"))
        events = both_ways(
            [
                CREATED,
                added(message(), 0),
                text_delta("a"),
                done(one),
                added(message(), 1),
                text_delta("b", index=1),
                done(two, 1),
                completed(one, two),
            ]
        )
        assert [(e.text, e.part) for e in of_type(events, TextDelta)] == [("a", 0), ("b", 1)]
        assert codes(events) == []

    @pytest.mark.parametrize("opening", [True, False])
    def test_a_server_that_gives_all_calls_the_same_id_loses_none(self, opening: bool) -> None:
        calls = [function('{"n":1}', 1, id="fc"), function('{"n":2}', 2, id="fc")]
        stream: list[Payload] = []
        for index, call in enumerate(calls):
            stream += [added({**call, "arguments": ""}, index)] if opening else []
            stream += [done(call, index)]
        events = both_ways([CREATED, *stream, completed(*calls)])
        assert [call.arguments for call in of_type(events, ToolCallFinished)] == ['{"n":1}', '{"n":2}']

    def test_messages_with_the_same_id_that_are_open_together_stay_apart(self) -> None:
        events = both_ways(
            [
                CREATED,
                added(message(), 0),
                added(message(), 1),
                text_delta("b", index=1),
                done(message(text_part("b")), 1),
                done(message(text_part("a")), 0),
                completed(message(text_part("a")), message(text_part("b"))),
            ]
        )
        assert [(event.text, event.part) for event in of_type(events, TextDelta)] == [("b", 1), ("a", 0)]

    @pytest.mark.parametrize("item", [message(), function(""), SEARCH], ids=lambda item: item["type"])
    def test_an_opening_event_that_comes_twice_opens_one_item(self, item: Payload) -> None:
        events = told(CREATED, added(item), added(item))
        assert codes(events) == [NoteCode.SECOND_START]
        assert without_notes(events) == []

    def test_a_tool_whose_news_came_before_its_opening_is_one_item(self) -> None:
        news = event("web_search_call.searching", **place("ws_1"))
        events = both_ways([CREATED, news, added(SEARCH), done(SEARCH), completed(SEARCH)])
        assert [event.kind for event in of_type(events, ServerToolUsed)] == ["status", "call", "result"]

    def test_items_without_an_opening_event_are_noted_once(self) -> None:
        events = both_ways([CREATED, text_delta("a"), summary_delta("b"), done(function("{}"), 3), completed()])
        assert codes(events) == [NoteCode.MISSING_PART_START]

    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_content_indexes_that_count_on_over_items_say_nothing_twice(self, number: int) -> None:
        item = message(text_part("Hello!"), identifier="b")
        at = place("b", 1, content_index=number)
        events = both_ways(
            [
                CREATED,
                added(message(identifier="b"), 1),
                event("content_part.added", **at, part=text_part()),
                text_delta("Hello", "b", 1, number),
                event("output_text.done", **at, text="Hello!"),
                done(item, 1),
                completed(item),
            ]
        )
        assert message_of(events).text == "Hello!"
        assert codes(events) == []

    def test_a_closing_event_with_another_content_index_says_nothing_twice(self) -> None:
        item = message(text_part("Hello!"))
        closing = event("output_text.done", **place("msg_1", content_index=2), text="Hello!")
        events = both_ways([CREATED, added(message()), text_delta("Hello"), closing, done(item), completed(item)])
        assert message_of(events).text == "Hello!"

    def test_content_parts_without_an_index_follow_each_other(self) -> None:
        part = {"type": "response.content_part.added", "item_id": "msg_1", "part": text_part()}
        delta = {"type": "response.output_text.delta", "item_id": "msg_1"}
        item = message(text_part("a"), text_part("b"))
        events = both_ways(
            [CREATED, added(message()), part, {**delta, "delta": "a"}, part, {**delta, "delta": "b"}, done(item)]
        )
        assert [(e.text, e.part) for e in of_type(events, TextDelta)] == [("a", 0), ("b", 1)]
        assert codes(events) == []


class TestFinalOutput:
    def test_an_empty_one_takes_nothing_back(self) -> None:
        for output in ([], None):
            events = both_ways(
                [CREATED, added(message()), text_delta("a"), done(message(text_part("a"))), completed(output=output)]
            )
            assert message_of(events).text == "a"
            assert len(of_type(events, PartFinished)) == 1

    def test_it_completes_items_that_are_open(self) -> None:
        tools = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "dice", "tools": []}
        events = both_ways([CREATED, added(tools), completed(tools)])
        assert of_type(events, ServerToolUsed)[1].kind == "result"
        assert of_type(events, PartFinished) == [PartFinished("mcp_list_tools", tools)]

    def test_with_more_text_it_gives_the_rest(self) -> None:
        done_first = done(message(text_part("Hel")))
        events = both_ways([CREATED, added(message()), text_delta("Hel"), done_first, completed(HELLO)])
        assert message_of(events).text == "Hello!"

    def test_with_other_ids_and_places_it_says_nothing_twice(self) -> None:
        items = [reasoning("hm"), message(text_part("a")), function("{}")]
        stream = [payload for index, item in enumerate(items) for payload in (added(item, index), done(item, index))]
        others = [message(text_part("a"), identifier="x"), reasoning("hm", identifier="y"), function("{}", id="z")]
        events = both_ways([CREATED, *stream, completed(*others)])
        assert message_of(events).text == "a"
        assert message_of(events).reasoning == "hm"
        assert len(of_type(events, ToolCallFinished)) == 1
        assert len(of_type(events, PartFinished)) == 3

    def test_it_finds_the_one_item_of_several_that_never_came(self) -> None:
        calls = [function('{"n":1}', 1), function('{"n":2}', 2), function('{"n":3}', 3)]
        stream = [added(calls[0], 0), done(calls[0], 0), added(calls[2], 2), done(calls[2], 2)]
        events = both_ways([CREATED, *stream, completed(*calls)])
        assert [call.arguments for call in of_type(events, ToolCallFinished)] == ['{"n":1}', '{"n":3}', '{"n":2}']

    def test_entries_that_are_no_items_are_passed_over(self) -> None:
        events = both_ways([CREATED, completed(output=[None, 5, "x", [], {}, HELLO])])
        assert message_of(events).text == "Hello!"


def test_parts_keep_the_native_items_in_order() -> None:
    items = [reasoning("hm", encrypted_content="gA"), HELLO, function("{}"), SEARCH]
    stream = [payload for index, item in enumerate(items) for payload in (added(item, index), done(item, index))]
    message = message_of(both_ways([CREATED, *stream, completed(*items)]))
    assert [part.native for part in message.parts] == items
    assert message.parts[0].opaque == (OpaqueState("encrypted", "gA", "rs_1"),)  # type: ignore[union-attr]
