"""Events of the Responses API, written by hand, and what tests ask of ours."""

from __future__ import annotations

import copy
import json
from typing import Any

from deltawire.events import Event, Metadata, Note
from deltawire.parsing import parse
from deltawire.response import ResponseParser, parser
from deltawire.testing import laws_of_order
from tests.provider_laws import of_payloads

NAME = "openai-responses"
Payload = dict[str, Any]

RESPONSE: Payload = {"id": "resp_1", "object": "response", "model": "tiny", "status": "in_progress", "output": []}
USAGE: Payload = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 3},
    "total_tokens": 16,
}


def event(kind: str, **fields: Any) -> Payload:
    return {"type": f"response.{kind}", **fields}


def numbered(payloads: list[Payload], first: int = 0) -> list[Payload]:
    return [{**payload, "sequence_number": number} for number, payload in enumerate(payloads, first)]


CREATED = event("created", response={**RESPONSE, "usage": None})


def completed(*output: Payload, **fields: Any) -> Payload:
    fields = {"status": "completed", "output": list(output), "usage": USAGE, **fields}
    return event("completed", response={**RESPONSE, **fields})


def incomplete(reason: str | None, *output: Payload) -> Payload:
    details = None if reason is None else {"reason": reason}
    fields = {"status": "incomplete", "incomplete_details": details, "output": list(output)}
    return event("incomplete", response={**RESPONSE, **fields})


def failed(*output: Payload, **error: Any) -> Payload:
    return event("failed", response={**RESPONSE, "status": "failed", "output": list(output), "error": error or None})


def added(item: Payload, index: int = 0) -> Payload:
    return event("output_item.added", output_index=index, item=item)


def done(item: Payload, index: int = 0) -> Payload:
    return event("output_item.done", output_index=index, item=item)


def place(identifier: str, index: int = 0, **fields: Any) -> Payload:
    return {"item_id": identifier, "output_index": index, **fields}


def text_part(text: str = "", **fields: Any) -> Payload:
    return {"type": "output_text", "text": text, "annotations": [], **fields}


def message(*parts: Payload, identifier: str = "msg_1", **fields: Any) -> Payload:
    fields = {"role": "assistant", "status": "completed", "content": list(parts), **fields}
    return {"id": identifier, "type": "message", **fields}


def reasoning(*summaries: str, identifier: str = "rs_1", **fields: Any) -> Payload:
    summary = [{"type": "summary_text", "text": text} for text in summaries]
    return {"id": identifier, "type": "reasoning", "summary": summary, **fields}


def function(arguments: Any, number: int = 1, **fields: Any) -> Payload:
    call = {"id": f"fc_{number}", "type": "function_call", "call_id": f"call_{number}", "name": "find"}
    return {**call, "arguments": arguments, "status": "completed" if arguments else "in_progress", **fields}


def text_delta(delta: str, identifier: str = "msg_1", index: int = 0, content: int = 0, **fields: Any) -> Payload:
    return event("output_text.delta", **place(identifier, index, content_index=content), delta=delta, **fields)


def arguments_delta(delta: str, number: int = 1, index: int = 0, **fields: Any) -> Payload:
    return event("function_call_arguments.delta", **place(f"fc_{number}", index), delta=delta, **fields)


def summary_delta(delta: str, summary: int = 0, **fields: Any) -> Payload:
    return event("reasoning_summary_text.delta", **place("rs_1", summary_index=summary), delta=delta, **fields)


HELLO = message(text_part("Hello!"))
AT_TEXT = place("msg_1", content_index=0)
TALK = numbered(
    [
        CREATED,
        event("in_progress", response=RESPONSE),
        added(message(status="in_progress")),
        event("content_part.added", **AT_TEXT, part=text_part()),
        text_delta("Hel", logprobs=[], obfuscation="aB3"),
        text_delta("lo", logprobs=[], obfuscation="x"),
        {"type": "keepalive"},
        text_delta("!", logprobs=[], obfuscation="xyz"),
        event("output_text.done", **AT_TEXT, text="Hello!", logprobs=[]),
        event("content_part.done", **AT_TEXT, part=text_part("Hello!")),
        done(HELLO),
        completed(HELLO),
    ]
)
SOURCES = numbered(
    [
        CREATED,
        added(message(status="in_progress")),
        text_delta("a", logprobs=[{"token": "a", "logprob": -0.1}]),
        text_delta("b", logprobs=[{"token": "b", "logprob": -0.2}]),
        event("output_text.annotation.added", **AT_TEXT, annotation_index=0, annotation={"url": "u:1"}),
        done(message(text_part("ab", annotations=[{"url": "u:1"}, {"url": "u:2"}]))),
        completed(message(text_part("ab", annotations=[{"url": "u:1"}, {"url": "u:2"}]))),
    ]
)
THOUGHT = reasoning("one", "two", encrypted_content="gAAA", content=[{"type": "reasoning_text", "text": "hm so"}])
THINKING = numbered(
    [
        CREATED,
        added(reasoning(encrypted_content="gA")),
        event("reasoning_summary_part.added", **place("rs_1", summary_index=0), part={"type": "summary_text"}),
        summary_delta("o"),
        summary_delta("ne"),
        event("reasoning_summary_text.done", **place("rs_1", summary_index=0), text="one"),
        summary_delta("t", 1),
        summary_delta("wo", 1),
        event("reasoning_text.delta", **place("rs_1", content_index=0), delta="hm"),
        event("reasoning_text.delta", **place("rs_1", content_index=0), delta=" so"),
        done(THOUGHT),
        added(message(identifier="msg_2", status="in_progress"), 1),
        text_delta("Hello!", "msg_2", 1),
        done(message(text_part("Hello!"), identifier="msg_2"), 1),
        completed(THOUGHT, message(text_part("Hello!"), identifier="msg_2")),
    ]
)
CUSTOM: Payload = {"id": "ctc_1", "type": "custom_tool_call", "call_id": "call_3", "name": "patch", "input": ""}
CALLS = numbered(
    [
        CREATED,
        added(function("", 1)),
        added(function("", 2), 1),
        arguments_delta('{"q":'),
        arguments_delta("{", 2, 1),
        arguments_delta('"x"}', obfuscation="1"),
        arguments_delta("}", 2, 1),
        event("function_call_arguments.done", **place("fc_1"), arguments='{"q":"x"}'),
        done(function('{"q":"x"}', 1)),
        done(function("{}", 2), 1),
        added(CUSTOM, 2),
        event("custom_tool_call_input.delta", **place("ctc_1", 2), delta="*** "),
        event("custom_tool_call_input.delta", **place("ctc_1", 2), delta="Begin"),
        event("custom_tool_call_input.done", **place("ctc_1", 2), input="*** Begin"),
        done({**CUSTOM, "input": "*** Begin"}, 2),
        completed(function('{"q":"x"}', 1), function("{}", 2), {**CUSTOM, "input": "*** Begin"}),
    ]
)
SEARCH: Payload = {"id": "ws_1", "type": "web_search_call", "status": "in_progress", "action": None}
FOUND = {**SEARCH, "status": "completed", "action": {"type": "search", "query": "x"}}
IMAGE: Payload = {"id": "ig_1", "type": "image_generation_call", "status": "in_progress", "result": None}
MCP: Payload = {"id": "mcp_1", "type": "mcp_call", "server_label": "dice", "name": "roll", "arguments": ""}
TOOLS = numbered(
    [
        CREATED,
        added(SEARCH),
        event("web_search_call.searching", **place("ws_1")),
        done(FOUND),
        added(IMAGE, 1),
        event("image_generation_call.partial_image", **place("ig_1", 1), partial_image_b64="aGk=", size="auto"),
        done({**IMAGE, "result": "aGlnaA==", "output_format": "webp"}, 1),
        added(MCP, 2),
        event("mcp_call_arguments.delta", **place("mcp_1", 2), delta="{}"),
        event("mcp_call.completed", **place("mcp_1", 2)),
        done({**MCP, "arguments": "{}", "output": "4"}, 2),
        event("audio.delta", delta="AAAA"),
        event("audio.transcript.delta", delta="hi"),
        event("refusal.delta", **place("msg_9", 3, content_index=0), delta="I ca"),
        event("refusal.delta", **place("msg_9", 3, content_index=0), delta="nnot"),
        completed(),
    ]
)
COMPUTER: Payload = {"id": "cu_1", "type": "computer_call", "call_id": "call_4", "action": {"type": "screenshot"}}
PATCH: Payload = {"id": "ap_1", "type": "apply_patch_call", "call_id": "call_5", "operation": {"type": "delete_file"}}
CLIENT = numbered(
    [CREATED, added(COMPUTER), done(COMPUTER), added(PATCH, 1), done(PATCH, 1), completed(COMPUTER, PATCH)]
)
# llama.cpp and Ollama: no numbers, no indexes, half of the events.
BARE = [
    CREATED,
    {**added(message(status="in_progress")), "output_index": None},
    event("output_text.delta", item_id="msg_1", delta="Hel"),
    event("output_text.delta", item_id="msg_1", delta="lo"),
    event("output_text.done", item_id="msg_1", text="Hello!"),
    {"type": "response.output_item.done", "item": HELLO},
    {"type": "response.output_item.added", "item": function("")},
    event("function_call_arguments.delta", item_id="fc_1", delta="{"),
    event("function_call_arguments.delta", item_id="fc_1", delta="}"),
    {"type": "response.output_item.done", "item": function("{}")},
    completed(),
]
# GitHub Copilot: another id for the same item in every event.
DRIFTING = numbered(
    [
        CREATED,
        added(message(identifier="a", status="in_progress")),
        text_delta("Hel", "b"),
        text_delta("lo", "c"),
        event("output_text.done", **place("d", content_index=0), text="Hello!"),
        done(message(text_part("Hello!"), identifier="e")),
        added(function("", id="f"), 1),
        arguments_delta("{", 7, 1),
        arguments_delta("}", 8, 1),
        done(function("{}", id="g"), 1),
        completed(message(text_part("Hello!"), identifier="h"), function("{}", id="i")),
    ]
)
CUT = numbered([CREATED, added(function("")), arguments_delta('{"q'), incomplete("max_output_tokens", function('{"q'))])
FAILING = numbered([CREATED, added(message()), text_delta("Hel"), failed(code="server_error", message="Sorry.")])
ERROR = numbered([CREATED, text_delta("a"), {"type": "error", "code": "rate_limit_exceeded", "message": "Slow down."}])
FIXTURES = [TALK, SOURCES, THINKING, CALLS, TOOLS, CLIENT, BARE, DRIFTING, CUT, FAILING, ERROR]


def body_of(payloads: list[Payload], end: str = "\n") -> bytes:
    frames: list[str] = []
    for payload in payloads:
        name = payload.get("type") if isinstance(payload, dict) else None
        data = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        frames.append(f"event: {json.dumps(name)[1:-1]}{end}data: {data}{end}{end}")
    return "".join(frames).encode()


def hold_laws(events: list[Event], *, resumed: bool = False) -> None:
    """The laws of every provider. A call that is never told leaves a gap in the indexes."""
    laws_of_order(events, resumed=resumed)


def events_of(*payloads: Payload, **options: Any) -> list[Event]:
    """All events of these payloads as a body, which hold the laws of order."""
    events = parse(NAME, body_of(list(payloads)), **options)
    hold_laws(events)
    return events


def told(*payloads: Payload) -> list[Event]:
    """What the last payload alone gives, behind those before it."""
    response = parser(NAME)
    for payload in payloads[:-1]:
        response.receive_payload(copy.deepcopy(payload))
    return response.receive_payload(copy.deepcopy(payloads[-1]))


def general_parser(**options: Any) -> ResponseParser:
    """A parser that never takes the quick way."""
    general = parser(NAME, **options)
    general._provider._keep_plain = lambda *_: None  # type: ignore[attr-defined]
    return general


def both_ways(payloads: list[Any]) -> list[Event]:
    """The events of decoded payloads, equal on the quick and on the general way."""
    events = of_payloads(parser(NAME), payloads)
    hold_laws(events)
    assert events == of_payloads(general_parser(), payloads)
    return events


def without_notes(events: list[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, Note | Metadata)]
