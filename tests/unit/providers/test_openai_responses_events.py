"""Every event of the Responses API gives what it means."""

from __future__ import annotations

from typing import Any

import pytest
from tests.responses_wire import (
    AT_TEXT,
    CREATED,
    CUSTOM,
    IMAGE,
    MCP,
    PATCH,
    RESPONSE,
    USAGE,
    Payload,
    added,
    arguments_delta,
    completed,
    done,
    event,
    function,
    incomplete,
    message,
    place,
    reasoning,
    summary_delta,
    text_delta,
    text_part,
    told,
)

from deltawire.events import (
    ChoiceFinished,
    Citation,
    Finished,
    Heartbeat,
    MediaDelta,
    Metadata,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageUpdate,
)
from deltawire.usage import Usage

MESSAGE = added(message(status="in_progress"))
REASONING = added(reasoning())
AT_REASONING = place("rs_1", content_index=0)
AT_SUMMARY = place("rs_1", summary_index=0)
AT_TOOL = place("t_1")
SHELL: Payload = {"id": "sh_1", "type": "shell_call", "call_id": "call_6", "action": {"commands": ["ls"]}}
HOSTED_SHELL = {**SHELL, "environment": {"type": "container_reference", "container_id": "cntr_1"}}
SHELL_OUTPUT: Payload = {"id": "so_1", "type": "shell_call_output", "call_id": "call_6", "output": []}


def tool(kind: str, **fields: Any) -> Payload:
    return {"id": "t_1", "type": kind, "status": "in_progress", **fields}


def heard(item: Payload, payload: Payload, name: str, identifier: str) -> tuple[list[Payload], Payload, list[Any]]:
    """A row for an event that is news of the tool `item`."""
    return [added(item)], payload, [ServerToolUsed("status", name, identifier, payload)]


def news(kind: str) -> tuple[list[Payload], Payload, list[Any]]:
    """A row for an event that is news of a tool which the provider runs."""
    stem = kind.partition(".")[0]
    return heard(tool(stem), event(kind, **AT_TOOL), stem, "t_1")


CODER = tool("code_interpreter_call")
CODE = event("code_interpreter_call_code.delta", **AT_TOOL, delta="1+")
CODE_DONE = event("code_interpreter_call_code.done", **AT_TOOL, code="1+1")
MCP_ARGUMENTS = event("mcp_call_arguments.delta", **place("mcp_1"), delta="{")
MCP_ARGUMENTS_DONE = event("mcp_call_arguments.done", **place("mcp_1"), arguments="{}")
OUTPUT_DELTA = event("shell_call_output_content.delta", **place("so_1"), command_index=0, delta={"stdout": "a"})
OUTPUT_DONE = event("shell_call_output_content.done", **place("so_1"), command_index=0, output=[])
COMMANDS = {
    "shell_call_command.added": event("shell_call_command.added", output_index=0, command_index=0, command=""),
    "shell_call_command.delta": event("shell_call_command.delta", output_index=0, command_index=0, delta="ls"),
    "shell_call_command.done": event("shell_call_command.done", output_index=0, command_index=0, command="ls"),
}
PARTIAL = event(
    "image_generation_call.partial_image", **place("ig_1"), partial_image_index=0, partial_image_b64="aGk=", size="auto"
)
COUNTED = Usage(9, 7, 4, 2, 3, 16, None, USAGE)

# What came before, the event, and all that it gives.
EVENTS: dict[str, tuple[list[Payload], Payload, list[Any]]] = {
    "keepalive": ([], {"type": "keepalive", "sequence_number": 3}, [Heartbeat("ping")]),
    "response.in_progress": (
        [],
        event("in_progress", response={**RESPONSE, "status": "in_progress", "service_tier": "flex"}),
        [Metadata({"service_tier": "flex"})],
    ),
    "response.queued": (
        [],
        event("queued", response={**RESPONSE, "status": "queued"}),
        [Metadata({"status": "queued"})],
    ),
    "response.completed": (
        [text_delta("a")],
        completed(status="completed"),
        [
            UsageUpdate(COUNTED),
            Metadata({"status": "completed"}),
            ChoiceFinished("stop", "completed"),
            Finished("stop", "completed", COUNTED, "tiny"),
        ],
    ),
    "response.incomplete": (
        [text_delta("a")],
        incomplete("max_output_tokens"),
        [
            Metadata({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}),
            ChoiceFinished("length", "max_output_tokens"),
            Finished("length", "max_output_tokens", None, "tiny"),
        ],
    ),
    "response.output_item.added": (
        [],
        added(function("")),
        [ToolCallStarted(0, "call_1", "find", item_id="fc_1")],
    ),
    "response.output_item.done": (
        [MESSAGE, text_delta("a")],
        done(message(text_part("a"))),
        [PartFinished("text", message(text_part("a")))],
    ),
    "response.content_part.added": ([MESSAGE], event("content_part.added", **AT_TEXT, part=text_part()), []),
    "response.content_part.done": (
        [MESSAGE, text_delta("a")],
        event("content_part.done", **AT_TEXT, part=text_part("ab")),
        [TextDelta("b")],
    ),
    "response.output_text.delta": ([MESSAGE], text_delta("a"), [TextDelta("a")]),
    "response.output_text.done": (
        [MESSAGE, text_delta("a")],
        event("output_text.done", **AT_TEXT, text="ab"),
        [TextDelta("b")],
    ),
    "response.output_text.annotation.added": (
        [MESSAGE],
        event("output_text.annotation.added", **AT_TEXT, annotation_index=0, annotation={"type": "url_citation"}),
        [Citation({"type": "url_citation"})],
    ),
    "response.refusal.delta": (
        [MESSAGE],
        event("refusal.delta", **AT_TEXT, delta="no"),
        [RefusalDelta("no")],
    ),
    "response.refusal.done": (
        [MESSAGE, event("refusal.delta", **AT_TEXT, delta="no")],
        event("refusal.done", **AT_TEXT, refusal="no."),
        [RefusalDelta(".")],
    ),
    "response.reasoning_summary_part.added": (
        [REASONING],
        event("reasoning_summary_part.added", **AT_SUMMARY, part={"type": "summary_text", "text": ""}),
        [],
    ),
    "response.reasoning_summary_part.done": (
        [REASONING, summary_delta("a")],
        event(
            "reasoning_summary_part.done",
            **AT_SUMMARY,
            part={"type": "summary_text", "text": "ab"},
            status="incomplete",
        ),
        [ReasoningDelta("b", kind="summary")],
    ),
    "response.reasoning_summary_text.delta": (
        [REASONING],
        summary_delta("a"),
        [ReasoningDelta("a", kind="summary")],
    ),
    "response.reasoning_summary_text.done": (
        [REASONING, summary_delta("a")],
        event("reasoning_summary_text.done", **AT_SUMMARY, text="ab"),
        [ReasoningDelta("b", kind="summary")],
    ),
    "response.reasoning_text.delta": (
        [REASONING],
        event("reasoning_text.delta", **AT_REASONING, delta="a"),
        [ReasoningDelta("a")],
    ),
    "response.reasoning_text.done": (
        [REASONING, event("reasoning_text.delta", **AT_REASONING, delta="a")],
        event("reasoning_text.done", **AT_REASONING, text="ab"),
        [ReasoningDelta("b")],
    ),
    "response.function_call_arguments.delta": ([added(function(""))], arguments_delta("{"), [ToolCallDelta(0, "{")]),
    "response.function_call_arguments.done": (
        [added(function("")), arguments_delta("{")],
        event("function_call_arguments.done", **place("fc_1"), arguments="{}", name="find"),
        [ToolCallDelta(0, "}")],
    ),
    "response.custom_tool_call_input.delta": (
        [added(CUSTOM)],
        event("custom_tool_call_input.delta", **place("ctc_1"), delta="*"),
        [ToolCallDelta(0, "*")],
    ),
    "response.custom_tool_call_input.done": (
        [added(CUSTOM)],
        event("custom_tool_call_input.done", **place("ctc_1"), input="*"),
        [ToolCallDelta(0, "*")],
    ),
    "response.mcp_call_arguments.delta": heard(MCP, MCP_ARGUMENTS, "roll", "mcp_1"),
    "response.mcp_call_arguments.done": heard(MCP, MCP_ARGUMENTS_DONE, "roll", "mcp_1"),
    "response.code_interpreter_call_code.delta": heard(CODER, CODE, CODER["type"], "t_1"),
    "response.code_interpreter_call_code.done": heard(CODER, CODE_DONE, CODER["type"], "t_1"),
    "response.image_generation_call.partial_image": (
        [added(IMAGE)],
        PARTIAL,
        [
            MediaDelta("image", "image/png", "aGk=", None, 0, 1),
            Metadata({"part": 0, "size": "auto", "partial_image_index": 0}),
        ],
    ),
    **{f"response.{name}": heard(HOSTED_SHELL, payload, "shell_call", "call_6") for name, payload in COMMANDS.items()},
    "response.shell_call_output_content.delta": heard(SHELL_OUTPUT, OUTPUT_DELTA, "shell_call_output", "call_6"),
    "response.shell_call_output_content.done": heard(SHELL_OUTPUT, OUTPUT_DONE, "shell_call_output", "call_6"),
    **{
        f"response.{kind}": news(kind)
        for kind in (
            "compaction.compacting",
            "mcp_call.in_progress",
            "mcp_call.completed",
            "mcp_call.failed",
            "mcp_list_tools.in_progress",
            "mcp_list_tools.completed",
            "mcp_list_tools.failed",
            "web_search_call.in_progress",
            "web_search_call.searching",
            "web_search_call.completed",
            "file_search_call.in_progress",
            "file_search_call.searching",
            "file_search_call.completed",
            "code_interpreter_call.in_progress",
            "code_interpreter_call.interpreting",
            "code_interpreter_call.completed",
            "image_generation_call.in_progress",
            "image_generation_call.generating",
            "image_generation_call.completed",
        )
    },
    "response.audio.delta": ([], event("audio.delta", delta="AAAA"), [MediaDelta("audio", None, "AAAA")]),
    "response.audio.done": ([], event("audio.done"), []),
    "response.audio.transcript.delta": (
        [],
        event("audio.transcript.delta", delta="hi"),
        [MediaDelta("transcript", "text/plain", "hi")],
    ),
    "response.audio.transcript.done": ([], event("audio.transcript.done"), []),
}
# Events of other servers, of ChatGPT's own backend, of WebSocket mode, and older names.
UNLISTED: dict[str, tuple[list[Payload], Payload, list[Any]]] = {
    "response.done": (
        [text_delta("a")],
        event("done", response={**RESPONSE, "status": "completed"}),
        [
            Metadata({"status": "completed"}),
            ChoiceFinished("stop", "completed"),
            Finished("stop", "completed", None, "tiny"),
        ],
    ),
    **{
        f"response.{kind}": news(kind)
        for kind in (
            "x_search_call.in_progress",
            "x_search_call.searching",
            "x_search_call.completed",
            "code_execution_call.in_progress",
            "code_execution_call.executing",
            "code_execution_call.completed",
            "mcp_call.executing",
        )
    },
    **{
        f"response.mcp_call_output.{end}": heard(
            MCP, event(f"mcp_call_output.{end}", **place("mcp_1"), **{field: "4"}), "roll", "mcp_1"
        )
        for end, field in (("delta", "delta"), ("done", "output"))
    },
    "response.reasoning_part.added": (
        [REASONING],
        event("reasoning_part.added", **AT_REASONING, part={"type": "reasoning_text", "text": ""}),
        [],
    ),
    "response.reasoning_part.done": (
        [REASONING],
        event("reasoning_part.done", **AT_REASONING, part={"type": "reasoning_text", "text": "a"}),
        [ReasoningDelta("a")],
    ),
    "response.reasoning.delta": (
        [REASONING],
        event("reasoning.delta", **AT_REASONING, delta={"text": "a"}),
        [ReasoningDelta("a")],
    ),
    "response.reasoning.done": (
        [REASONING],
        event("reasoning.done", **AT_REASONING, text="a"),
        [ReasoningDelta("a")],
    ),
    "response.reasoning_summary.delta": (
        [REASONING],
        event("reasoning_summary.delta", **AT_SUMMARY, delta="a"),
        [ReasoningDelta("a", kind="summary")],
    ),
    "response.reasoning_summary.done": (
        [REASONING],
        event("reasoning_summary.done", **AT_SUMMARY, text="a"),
        [ReasoningDelta("a", kind="summary")],
    ),
    **{
        f"response.apply_patch_call_operation_diff.{end}": (
            [added(PATCH)],
            event(f"apply_patch_call_operation_diff.{end}", **place("ap_1"), **{field: "+x"}),
            [Metadata(event(f"apply_patch_call_operation_diff.{end}", **place("ap_1"), **{field: "+x"}))],
        )
        for end, field in (("delta", "delta"), ("done", "diff"))
    },
    **{
        kind: ([], {"type": kind, "x": 1}, [Metadata({"type": kind, "x": 1})])
        for kind in (
            "codex.rate_limits",
            "response.steer.accepted",
            "response.steer.pending",
            "response.steer.failed",
        )
    },
}
# With their own tests: they begin or fail a response.
BEGIN_OR_FAIL = {"response.created", "response.failed", "error"}
PUBLISHED_STEMS = """
created queued in_progress completed incomplete failed
output_item.added output_item.done content_part.added content_part.done
output_text.delta output_text.done output_text.annotation.added refusal.delta refusal.done
reasoning_summary_part.added reasoning_summary_part.done reasoning_summary_text.delta reasoning_summary_text.done
reasoning_text.delta reasoning_text.done
function_call_arguments.delta function_call_arguments.done custom_tool_call_input.delta custom_tool_call_input.done
mcp_call_arguments.delta mcp_call_arguments.done mcp_call.in_progress mcp_call.completed mcp_call.failed
mcp_list_tools.in_progress mcp_list_tools.completed mcp_list_tools.failed
web_search_call.in_progress web_search_call.searching web_search_call.completed
file_search_call.in_progress file_search_call.searching file_search_call.completed
code_interpreter_call.in_progress code_interpreter_call.interpreting code_interpreter_call.completed
code_interpreter_call_code.delta code_interpreter_call_code.done
image_generation_call.in_progress image_generation_call.generating image_generation_call.completed
image_generation_call.partial_image
shell_call_command.added shell_call_command.delta shell_call_command.done
shell_call_output_content.delta shell_call_output_content.done
compaction.compacting audio.delta audio.done audio.transcript.delta audio.transcript.done
"""
PUBLISHED = {"error", *(f"response.{stem}" for stem in PUBLISHED_STEMS.split())}


def test_the_table_has_every_published_event() -> None:
    assert len(PUBLISHED) == 59
    assert EVENTS.keys() | BEGIN_OR_FAIL == PUBLISHED | {"keepalive"}


@pytest.mark.parametrize(("before", "payload", "events"), (EVENTS | UNLISTED).values(), ids=EVENTS | UNLISTED)
def test_each_event_gives_what_it_means(before: list[Payload], payload: Payload, events: list[Any]) -> None:
    assert told(CREATED, *before, payload) == events


def test_created_begins_the_response_and_tells_the_echo_of_the_request_once() -> None:
    echo = {**RESPONSE, "tools": [{"type": "web_search"}], "instructions": "Be brief.", "user": None}
    created, again = event("created", response=echo), event("in_progress", response=echo)
    assert told(created) == [
        ResponseStarted("resp_1", "tiny", "openai-responses"),
        Metadata({"status": "in_progress", "tools": [{"type": "web_search"}], "instructions": "Be brief."}),
    ]
    assert told(created, again) == []
