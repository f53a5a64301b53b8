"""Every event of the Responses API gives what it means."""

from __future__ import annotations

from typing import Any

import pytest
from tests.responses_wire import (
    AT_TEXT,
    COMPUTER,
    CREATED,
    CUSTOM,
    IMAGE,
    MCP,
    PATCH,
    RESPONSE,
    SEARCH,
    USAGE,
    Payload,
    added,
    arguments_delta,
    completed,
    done,
    event,
    failed,
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
    Failed,
    Finished,
    Heartbeat,
    Logprobs,
    MediaDelta,
    Metadata,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
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


def news(kind: str) -> tuple[list[Payload], Payload, list[Any]]:
    """A row for an event that is news of a tool which the provider runs."""
    stem = kind.partition(".")[0]
    payload = event(kind, **AT_TOOL)
    return [added(tool(stem))], payload, [ServerToolUsed("status", stem, "t_1", payload)]


CODE = event("code_interpreter_call_code.delta", **AT_TOOL, delta="1+")
CODE_DONE = event("code_interpreter_call_code.done", **AT_TOOL, code="1+1")
MCP_ARGUMENTS = event("mcp_call_arguments.delta", **place("mcp_1"), delta="{")
MCP_ARGUMENTS_DONE = event("mcp_call_arguments.done", **place("mcp_1"), arguments="{}")
OUTPUT_DELTA = event("shell_call_output_content.delta", **place("so_1", 1), command_index=0, delta={"stdout": "a"})
OUTPUT_DONE = event("shell_call_output_content.done", **place("so_1", 1), command_index=0, output=[])
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
    "response.mcp_call_arguments.delta": (
        [added(MCP)],
        MCP_ARGUMENTS,
        [ServerToolUsed("status", "roll", "mcp_1", MCP_ARGUMENTS)],
    ),
    "response.mcp_call_arguments.done": (
        [added(MCP)],
        MCP_ARGUMENTS_DONE,
        [ServerToolUsed("status", "roll", "mcp_1", MCP_ARGUMENTS_DONE)],
    ),
    "response.code_interpreter_call_code.delta": (
        [added(tool("code_interpreter_call"))],
        CODE,
        [ServerToolUsed("status", "code_interpreter_call", "t_1", CODE)],
    ),
    "response.code_interpreter_call_code.done": (
        [added(tool("code_interpreter_call"))],
        CODE_DONE,
        [ServerToolUsed("status", "code_interpreter_call", "t_1", CODE_DONE)],
    ),
    "response.image_generation_call.partial_image": (
        [added(IMAGE)],
        PARTIAL,
        [
            MediaDelta("image", "image/png", "aGk=", None, 0, 1),
            Metadata({"part": 0, "size": "auto", "partial_image_index": 0}),
        ],
    ),
    **{
        f"response.{name}": (
            [added(HOSTED_SHELL)],
            payload,
            [ServerToolUsed("status", "shell_call", "call_6", payload)],
        )
        for name, payload in COMMANDS.items()
    },
    "response.shell_call_output_content.delta": (
        [added(SHELL_OUTPUT, 1)],
        OUTPUT_DELTA,
        [ServerToolUsed("status", "shell_call_output", "call_6", OUTPUT_DELTA)],
    ),
    "response.shell_call_output_content.done": (
        [added(SHELL_OUTPUT, 1)],
        OUTPUT_DONE,
        [ServerToolUsed("status", "shell_call_output", "call_6", OUTPUT_DONE)],
    ),
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
    "response.mcp_call_output.delta": (
        [added(MCP)],
        event("mcp_call_output.delta", **place("mcp_1"), delta="4"),
        [ServerToolUsed("status", "roll", "mcp_1", event("mcp_call_output.delta", **place("mcp_1"), delta="4"))],
    ),
    "response.mcp_call_output.done": (
        [added(MCP)],
        event("mcp_call_output.done", **place("mcp_1"), output="4"),
        [ServerToolUsed("status", "roll", "mcp_1", event("mcp_call_output.done", **place("mcp_1"), output="4"))],
    ),
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
PUBLISHED = {
    "error",
    *(f"response.{name}" for name in ("created", "queued", "in_progress", "completed", "incomplete", "failed")),
    *(f"response.{name}.{end}" for name in ("output_item", "content_part") for end in ("added", "done")),
    *(
        f"response.{name}.{end}"
        for name in (
            "output_text",
            "refusal",
            "reasoning_summary_text",
            "reasoning_text",
            "function_call_arguments",
            "custom_tool_call_input",
            "mcp_call_arguments",
            "code_interpreter_call_code",
            "shell_call_output_content",
            "audio",
            "audio.transcript",
        )
        for end in ("delta", "done")
    ),
    *(f"response.reasoning_summary_part.{end}" for end in ("added", "done")),
    *(f"response.shell_call_command.{end}" for end in ("added", "delta", "done")),
    *(
        f"response.{name}.{end}"
        for name in ("mcp_call", "mcp_list_tools")
        for end in ("in_progress", "completed", "failed")
    ),
    *(
        f"response.{name}.{end}"
        for name in ("web_search_call", "file_search_call")
        for end in ("in_progress", "searching", "completed")
    ),
    *(f"response.code_interpreter_call.{end}" for end in ("in_progress", "interpreting", "completed")),
    *(f"response.image_generation_call.{end}" for end in ("in_progress", "generating", "completed", "partial_image")),
    "response.compaction.compacting",
    "response.output_text.annotation.added",
}


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


def test_failed_ends_the_response_and_keeps_what_came() -> None:
    before = [CREATED, MESSAGE, text_delta("a")]
    *kept, last = told(*before, failed(message(text_part("ab")), code="server_error", message="Sorry."))
    assert kept[1:] == [TextDelta("b"), PartFinished("text", message(text_part("ab")))]
    assert isinstance(last, Failed)
    assert (last.error.kind, last.error.code, last.error.message) == ("server", "server_error", "Sorry.")
    assert last.error.retryable
    assert last.error.after_content


@pytest.mark.parametrize(
    "item",
    [added(message(phase="commentary")), added(message(phase="final_answer"))],
    ids=["commentary", "final_answer"],
)
def test_the_phase_of_a_message_is_told(item: Payload) -> None:
    assert told(CREATED, item) == [Metadata({"part": 0, "phase": item["item"]["phase"]})]


def test_logprobs_come_with_their_delta_and_not_again_with_the_closing_events() -> None:
    tokens = [{"token": "a", "logprob": -0.1, "top_logprobs": []}]
    before = [CREATED, MESSAGE, text_delta("a", logprobs=tokens)]
    assert told(*before) == [TextDelta("a"), Logprobs(tokens)]
    assert told(*before, event("output_text.done", **AT_TEXT, text="a", logprobs=tokens)) == []
    assert told(CREATED, MESSAGE, event("output_text.done", **AT_TEXT, text="a", logprobs=tokens)) == [
        TextDelta("a"),
        Logprobs(tokens),
    ]


def test_sources_of_a_closing_item_are_told_once() -> None:
    one, two = {"url": "u:1"}, {"url": "u:2"}
    annotated = event("output_text.annotation.added", **AT_TEXT, annotation_index=0, annotation=one)
    closing = done(message(text_part("a", annotations=[one, two])))
    assert told(CREATED, MESSAGE, text_delta("a"), annotated, closing)[:1] == [Citation(two)]
    both = event("content_part.done", **AT_TEXT, part=text_part("a", annotations=[one, two]))
    assert told(CREATED, MESSAGE, text_delta("a"), both) == [Citation(one), Citation(two)]
    assert not [e for e in told(CREATED, MESSAGE, text_delta("a"), both, closing) if isinstance(e, Citation)]


@pytest.mark.parametrize(
    "annotation",
    [
        {"type": "url_citation", "url": "u:", "title": "t", "start_index": 0, "end_index": 1},
        {"type": "file_citation", "file_id": "f", "filename": "n", "index": 0},
        {"type": "container_file_citation", "container_id": "c", "file_id": "f", "filename": "n"},
        {"type": "file_path", "file_id": "f", "index": 0},
        {"type": "of tomorrow"},
    ],
    ids=lambda annotation: annotation["type"],
)
def test_each_kind_of_source_is_a_citation(annotation: Payload) -> None:
    payload = event("output_text.annotation.added", **AT_TEXT, annotation_index=0, annotation=annotation)
    assert told(CREATED, MESSAGE, payload) == [Citation(annotation)]


def test_a_null_source_says_nothing() -> None:
    payload = event("output_text.annotation.added", **AT_TEXT, annotation_index=0, annotation=None)
    assert told(CREATED, MESSAGE, payload) == []


def test_audio_and_its_transcript_share_a_part_of_their_own() -> None:
    before = [CREATED, MESSAGE, text_delta("a"), event("audio.delta", delta="AAAA")]
    assert told(*before) == [MediaDelta("audio", None, "AAAA", None, 0, 1)]
    transcript = event("audio.transcript.delta", delta="hi")
    assert told(*before, transcript) == [MediaDelta("transcript", "text/plain", "hi", None, 0, 1)]


@pytest.mark.parametrize("data", ["", None, 5], ids=["blank", "null", "number"])
def test_media_without_data_says_nothing(data: Any) -> None:
    assert told(CREATED, event("audio.delta", delta=data)) == []
    image = event("image_generation_call.partial_image", **place("ig_1"), partial_image_b64=data)
    assert told(CREATED, added(IMAGE), image) == []


def test_encrypted_reasoning_counts_only_from_the_closing_item() -> None:
    before = [CREATED, added(reasoning(encrypted_content="half"))]
    assert told(*before) == []
    closing = reasoning(encrypted_content="whole")
    assert told(*before, done(closing)) == [
        OpaqueState("encrypted", "whole", "rs_1"),
        PartFinished("reasoning", closing),
    ]


def test_vendor_fields_are_told_once_and_clocks_only_at_first() -> None:
    first, second = text_delta("a", region="eu", timestamp=1), text_delta("b", region="eu", timestamp=2)
    assert told(CREATED, MESSAGE, first) == [Metadata({"region": "eu", "timestamp": 1}), TextDelta("a")]
    assert told(CREATED, MESSAGE, first, second) == [TextDelta("b")]
    assert told(CREATED, MESSAGE, first, text_delta("b", region="us")) == [Metadata({"region": "us"}), TextDelta("b")]


def test_a_function_call_from_its_opening_to_its_end() -> None:
    before = [CREATED, added(function(""), 3), arguments_delta("{}", index=3)]
    assert told(*before, done(function("{}"), 3)) == [
        ToolCallFinished(0, "call_1", "find", "{}", complete=True, item_id="fc_1", position=3),
        PartFinished("tool_call", function("{}")),
    ]


def test_the_computer_tool_waits_for_the_client() -> None:
    assert told(CREATED, added(COMPUTER)) == [
        ToolCallStarted(0, "call_4", "computer_call", "other", item_id="cu_1"),
    ]


def test_the_web_search_runs_at_the_provider() -> None:
    found = {**SEARCH, "status": "completed"}
    assert told(CREATED, added(SEARCH)) == [ServerToolUsed("call", "web_search_call", "ws_1", SEARCH)]
    assert told(CREATED, added(SEARCH), done(found)) == [
        ServerToolUsed("result", "web_search_call", "ws_1", found),
        PartFinished("web_search_call", found),
    ]
