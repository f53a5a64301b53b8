"""Tools that the provider runs by itself: their calls, their input and every kind of result."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import message_of, of_kind
from tests.messages_wire import (
    FOUND,
    SEARCH,
    SEARCHED,
    STOP,
    Payload,
    begin,
    change,
    content_of,
    events_of,
    natives,
    part_of_input,
    start,
    stop,
    talk,
    told,
    whole,
)

from deltawire.events import (
    Citation,
    Failed,
    FinishReason,
    Metadata,
    PartFinished,
    ServerToolUsed,
    TextDelta,
    ToolCallStarted,
)
from deltawire.message import ServerToolPart, TextPart

NAMES = [
    "web_search",
    "web_fetch",
    "code_execution",
    "bash_code_execution",
    "text_editor_code_execution",
    "tool_search_tool_regex",
    "tool_search_tool_bm25",
    "advisor",
]
PAGE = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "so"}}
RAN = {"stdout": "4\n", "stderr": "", "return_code": 0, "content": []}
RESULTS: list[Payload] = [
    FOUND,
    {"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error", "error_code": "x"}},
    {
        "type": "web_fetch_tool_result",
        "content": {"type": "web_fetch_result", "url": "https://a.test", "content": PAGE},
    },
    {"type": "web_fetch_tool_result", "content": {"type": "web_fetch_tool_result_error", "error_code": "x"}},
    {"type": "code_execution_tool_result", "content": {"type": "code_execution_result", **RAN}},
    {"type": "code_execution_tool_result", "content": {"type": "encrypted_code_execution_result", "return_code": 0}},
    {"type": "code_execution_tool_result", "content": {"type": "code_execution_tool_result_error", "error_code": "x"}},
    {"type": "bash_code_execution_tool_result", "content": {"type": "bash_code_execution_result", **RAN}},
    {
        "type": "text_editor_code_execution_tool_result",
        "content": {"type": "text_editor_code_execution_view_result", "content": "a\n", "file_type": "text"},
    },
    {
        "type": "text_editor_code_execution_tool_result",
        "content": {"type": "text_editor_code_execution_create_result", "is_file_update": False},
    },
    {
        "type": "text_editor_code_execution_tool_result",
        "content": {"type": "text_editor_code_execution_str_replace_result", "lines": ["-a", "+b"]},
    },
    {
        "type": "tool_search_tool_result",
        "content": {"type": "tool_search_tool_search_result", "tool_references": [{"tool_name": "find"}]},
    },
    {"type": "tool_search_tool_result", "content": {"type": "tool_search_tool_result_error", "error_code": "x"}},
    {"type": "advisor_tool_result", "content": {"type": "advisor_result", "text": "Do", "stop_reason": "end_turn"}},
    {"type": "advisor_tool_result", "content": {"type": "advisor_redacted_result", "data": "b3BhcXVl"}},
    {"type": "mcp_tool_result", "is_error": False, "content": [{"type": "text", "text": "so"}]},
    {"type": "mcp_tool_result", "is_error": True, "content": "no such file"},
    {"type": "divination_tool_result", "content": {"omens": 3}},
]


def server_call(*pieces: str, index: int = 0, **fields: Any) -> list[Payload]:
    block = {**SEARCH, **fields}
    return [start(index, **block), *(part_of_input(index, piece) for piece in pieces), stop(index)]


class TestCalls:
    @pytest.mark.parametrize("name", NAMES)
    def test_they_are_told_once_their_input_is_whole(self, name: str) -> None:
        block = {**SEARCH, "name": name, "input": {"query": "a"}}
        assert content_of(*server_call("", '{"query":', '"a"}', name=name)) == [
            ServerToolUsed("call", name, "srvtoolu_1", block),
            PartFinished("server_tool_use", block),
        ]

    def test_calls_of_mcp_servers(self) -> None:
        block = {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "read", "server_name": "files", "input": {"p": 1}}
        events = content_of(start(0, **{**block, "input": {}}), part_of_input(0, '{"p":1}'), stop(0))
        assert events == [ServerToolUsed("call", "read", "mcptoolu_1", block), PartFinished("mcp_tool_use", block)]

    def test_they_are_no_calls_of_the_client(self) -> None:
        events = events_of(*whole(*server_call('{"query":"a"}'), reason="tool_use"))
        assert not of_kind(events, ToolCallStarted)
        assert events[-1].reason is FinishReason.STOP

    @pytest.mark.parametrize(
        ("pieces", "said", "expected"),
        [
            ([], {}, {}),
            ([""], {}, {}),
            ([" ", "\n"], {}, {}),
            ([], {"q": 1}, {"q": 1}),
            ([""], {"q": 1}, {"q": 1}),
            (['{"q":', "2}"], {"q": 1}, {"q": 2}),
            (['{"q":"\ud83d', '\ude00"}'], {}, {"q": "😀"}),
            (["[1", ",2]"], {}, [1, 2]),
            (['{"q":'], {}, '{"q":'),
            (['{"q":1} and more'], {}, '{"q":1} and more'),
        ],
    )
    def test_where_the_input_stands(self, pieces: list[str], said: Any, expected: Any) -> None:
        events = content_of(*server_call(*pieces, input=said))
        assert of_kind(events, ServerToolUsed)[0].payload["input"] == expected
        assert natives(events)[0]["input"] == expected

    def test_a_start_without_input(self) -> None:
        block = {"type": "server_tool_use", "id": "s", "name": "advisor"}
        assert natives(content_of(start(0, **block), stop(0))) == [block]
        assert natives(content_of(start(0, **block), part_of_input(0, {"a": 1}), stop(0))) == [
            {**block, "input": {"a": 1}}
        ]

    @pytest.mark.parametrize("fields", [{"id": None}, {"id": ""}, {"id": 7}, {"name": None}, {"name": ["x"]}], ids=str)
    def test_names_and_ids_of_another_type(self, fields: Payload) -> None:
        (used,) = of_kind(content_of(*server_call(**fields)), ServerToolUsed)
        name = "" if "name" in fields else "web_search"
        assert (used.name, used.id) == (name, None if "id" in fields else "srvtoolu_1")

    def test_the_event_keeps_what_was_known_at_its_time(self) -> None:
        block = dict(SEARCH)
        payloads = [begin(), {"type": "content_block_start", "index": 0, "content_block": block}]
        told(*payloads, part_of_input(0, '{"q":1}'), stop(0))
        assert block == SEARCH

    def test_one_that_never_stopped_is_told_at_the_end(self) -> None:
        open_call = server_call('{"query":"a"}')[:-1]
        for end in ([change("pause_turn"), STOP], [change("pause_turn")], []):
            events = events_of(begin(), *open_call, *end)
            (used,) = of_kind(events, ServerToolUsed)
            assert used.payload["input"] == {"query": "a"}
            assert isinstance(events[-1], Failed) is (end == [])

    def test_what_came_of_its_input_is_told_when_the_stream_is_cut(self) -> None:
        events = events_of(begin(), *server_call('{"query":')[:-1])
        assert [used.payload["input"] for used in of_kind(events, ServerToolUsed)] == ['{"query":']
        assert not of_kind(events, PartFinished, Metadata)


class TestResults:
    @pytest.mark.parametrize("result", RESULTS, ids=lambda result: f"{result['type']} {str(result['content'])[:40]}")
    def test_they_come_whole_and_go_back_as_sent(self, result: Payload) -> None:
        result = {"tool_use_id": "srvtoolu_1", **result}
        assert content_of(start(0, **result), stop(0)) == [
            ServerToolUsed("result", result["type"], "srvtoolu_1", result),
            PartFinished(result["type"], result),
        ]

    def test_they_are_told_with_their_start(self) -> None:
        assert told(begin(), start(0, **FOUND)) == [
            ServerToolUsed("result", "web_search_tool_result", "srvtoolu_1", FOUND)
        ]

    @pytest.mark.parametrize("identifier", [None, "", 7], ids=str)
    def test_one_that_names_no_call(self, identifier: Any) -> None:
        (used,) = of_kind(content_of(start(0, **{**FOUND, "tool_use_id": identifier}), stop(0)), ServerToolUsed)
        assert used.id is None

    def test_a_call_its_result_and_the_answer_from_it(self) -> None:
        events = events_of(*SEARCHED)
        assert [type(event) for event in of_kind(events, ServerToolUsed, Citation, TextDelta)] == [
            ServerToolUsed,
            ServerToolUsed,
            TextDelta,
            Citation,
            TextDelta,
        ]
        called, found, answer = message_of(events).parts
        assert isinstance(called, ServerToolPart)
        assert isinstance(found, ServerToolPart)
        assert isinstance(answer, TextPart)
        assert (answer.text, len(answer.citations)) == ("so it is", 1)
        assert events[-1].usage.raw["server_tool_use"] == {"web_search_requests": 1}


class TestListings:
    def test_the_tools_of_an_mcp_server(self) -> None:
        block = {"type": "mcp_tool_listing", "mcp_server_name": "files", "tools": [{"name": "read"}]}
        assert content_of(start(0, **block), stop(0)) == [
            ServerToolUsed("status", "files", None, block),
            PartFinished("mcp_tool_listing", block),
        ]

    def test_one_without_a_name(self) -> None:
        assert content_of(start(0, "mcp_tool_listing"), stop(0))[0].name == ""


def test_a_long_turn_that_the_server_pauses() -> None:
    events = events_of(*whole(*talk("Let me look."), *server_call('{"query":"a"}', index=1), reason="pause_turn"))
    assert (events[-1].reason, events[-1].raw_reason) == (FinishReason.PAUSED, "pause_turn")
    assert [block["type"] for block in natives(events)] == ["text", "server_tool_use"]
