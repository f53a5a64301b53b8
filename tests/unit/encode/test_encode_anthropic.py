"""What a Messages client sees of events."""

from __future__ import annotations

from typing import Any

import pytest
from tests.encoded import encoded, frames, lost, payloads

from deltawire import Event, Usage
from deltawire.events import (
    ChoiceFinished,
    Citation,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
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
from deltawire.failures import Failure, FailureKind

START = ResponseStarted("msg_1", "m", "anthropic")
FOREIGN = ResponseStarted("r", "m", "openai-chat")
STOP = (ChoiceFinished(FinishReason.STOP, "end_turn"), Finished(FinishReason.STOP, "end_turn"))


def middle(*events: Event, start: ResponseStarted = START) -> list[Any]:
    """The events between the start and the end of the message, each checked against its name."""
    found = frames(encoded("anthropic", start, *events, *STOP))
    assert all(name == payload["type"] for name, payload in found)
    assert [name for name, _ in found[:1]] == ["message_start"]
    assert [name for name, _ in found[-2:]] == ["message_delta", "message_stop"]
    return [payload for _, payload in found[1:-2]]


def block(index: int, opening: Any, *deltas: Any) -> list[Any]:
    return [
        {"type": "content_block_start", "index": index, "content_block": opening},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def call(index: int, *pieces: str, part: int = 0, complete: bool = True) -> list[Event]:
    arguments = "".join(pieces)
    return [
        ToolCallStarted(index, f"id{index}", "f", part=part),
        *(ToolCallDelta(index, piece, part=part) for piece in pieces),
        ToolCallFinished(index, f"id{index}", "f", arguments, complete, part=part),
    ]


def test_text_and_thinking_are_blocks_that_follow_each_other() -> None:
    said = middle(ReasoningDelta("hm"), TextDelta("a", part=1), TextDelta("b", part=1), TextDelta("c", part=2))
    assert said == [
        *block(0, {"type": "thinking", "thinking": "", "signature": ""}, {"type": "thinking_delta", "thinking": "hm"}),
        *block(
            1, {"type": "text", "text": ""}, {"type": "text_delta", "text": "a"}, {"type": "text_delta", "text": "b"}
        ),
        *block(2, {"type": "text", "text": ""}, {"type": "text_delta", "text": "c"}),
    ]


def test_a_call_is_a_block_with_its_input_in_pieces() -> None:
    assert middle(*call(0, '{"a"', ":1}")) == block(
        0,
        {"type": "tool_use", "id": "id0", "name": "f", "input": {}},
        {"type": "input_json_delta", "partial_json": '{"a"'},
        {"type": "input_json_delta", "partial_json": ":1}"},
    )


def test_calls_that_interleave_follow_each_other() -> None:
    (start0, delta0, end0), (start1, delta1, end1) = call(0, "{}", part=1), call(1, "[]", part=2)
    said = middle(TextDelta("a"), start0, start1, delta1, delta0, TextDelta("b", part=3), end0, end1)
    kinds = [(each["index"], each.get("delta", {}).get("partial_json")) for each in said if "delta" in each]
    assert kinds == [(0, None), (1, "{}"), (2, "[]"), (3, None)]
    assert [each["index"] for each in said] == sorted(each["index"] for each in said)


def test_a_custom_tools_text_stands_in_json() -> None:
    started = ToolCallStarted(0, "i", "sh", "custom")
    said = middle(started, ToolCallDelta(0, 'ls "x"'), ToolCallFinished(0, "i", "sh", 'ls "x"', True, "custom"))
    assert said[1]["delta"] == {"type": "input_json_delta", "partial_json": '{"input":"ls \\"x\\""}'}


def test_a_signature_stands_at_the_end_of_its_thinking() -> None:
    said = middle(ReasoningDelta("hm"), OpaqueState("signature", "c2ln"), PartFinished("reasoning", {}))
    assert [each["delta"] for each in said if "delta" in each][1] == {"type": "signature_delta", "signature": "c2ln"}


def test_thinking_that_is_not_shown_is_its_signature_alone() -> None:
    said = middle(OpaqueState("signature", "c2ln"), PartFinished("reasoning", {"type": "thinking"}))
    assert said == block(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "signature_delta", "signature": "c2ln"},
    )


def test_redacted_thinking_is_a_block_of_its_own() -> None:
    said = middle(OpaqueState("redacted", "xx"), PartFinished("reasoning", {"type": "redacted_thinking", "data": "xx"}))
    assert said == block(0, {"type": "redacted_thinking", "data": "xx"})


def test_another_vendors_signature_is_lost() -> None:
    events = (FOREIGN, ReasoningDelta("hm"), OpaqueState("signature", "c2ln"))
    assert ("opaque_state", "signature") in lost("anthropic", *events)
    assert b"signature_delta" not in encoded("anthropic", *events)


def test_the_providers_own_blocks_come_back_whole() -> None:
    used = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}}
    found = {"type": "web_search_tool_result", "tool_use_id": "s", "content": []}
    fallback = {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}}
    said = middle(
        ServerToolUsed("call", "web_search", "s", used, part=0),
        PartFinished("server_tool_use", used, part=0),
        ServerToolUsed("result", "web_search_tool_result", "s", found, part=1),
        PartFinished("web_search_tool_result", found, part=1),
        PartFinished("fallback", fallback, part=2),
    )
    assert said == [*block(0, used), *block(1, found), *block(2, fallback)]


def test_a_source_hangs_on_its_text() -> None:
    cited = {"type": "char_location", "cited_text": "x", "document_index": 0}
    said = middle(TextDelta("a"), Citation(cited), TextDelta("b"))
    assert [each["delta"]["type"] for each in said[1:-1]] == ["text_delta", "citations_delta", "text_delta"]
    assert said[2]["delta"]["citation"] == cited


def test_counts_of_the_prompt_are_disjoint_and_stand_where_they_are_known() -> None:
    first = UsageUpdate(Usage(100, None, 30, 20))
    usage = Usage(100, 7, 30, 20, 3, 107)
    sent = payloads(encoded("anthropic", START, first, TextDelta("a"), UsageUpdate(usage), *STOP))
    shared = {"input_tokens": 50, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 30}
    assert sent[0]["message"]["usage"] == {**shared, "output_tokens": 0}
    assert sent[-2]["usage"] == {**shared, "output_tokens": 7, "output_tokens_details": {"thinking_tokens": 3}}


def test_counts_that_nobody_said_are_zero_and_listed() -> None:
    sent = payloads(encoded("anthropic", START, *STOP))
    assert sent[0]["message"]["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert sent[-2]["usage"] == {"output_tokens": 0}
    assert ("finished", "usage") in lost("anthropic", START, *STOP)


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (FinishReason.STOP, "end_turn"),
        (FinishReason.LENGTH, "max_tokens"),
        (FinishReason.TOOL_CALLS, "tool_use"),
        (FinishReason.CONTENT_FILTER, "refusal"),
        (FinishReason.REFUSAL, "refusal"),
        (FinishReason.PAUSED, "pause_turn"),
        (FinishReason.OTHER, "end_turn"),
    ],
)
def test_stop_reasons_of_another_vendor(reason: FinishReason, word: str) -> None:
    sent = payloads(encoded("anthropic", FOREIGN, ChoiceFinished(reason, "stop"), Finished(reason, "stop")))
    assert sent[-2]["delta"] == {"stop_reason": word, "stop_sequence": None}


def test_calls_behind_a_plain_word_end_with_tool_use() -> None:
    end = (ChoiceFinished(FinishReason.TOOL_CALLS, "end_turn"), Finished(FinishReason.TOOL_CALLS, "end_turn"))
    assert payloads(encoded("anthropic", START, *call(0, "{}"), *end))[-2]["delta"]["stop_reason"] == "tool_use"


def test_the_dialects_own_stop_reason_stays() -> None:
    end = (ChoiceFinished(FinishReason.STOP, "stop_sequence"), Finished(FinishReason.STOP, "stop_sequence"))
    sent = payloads(encoded("anthropic", START, Metadata({"stop_sequence": "END"}), *end))
    assert sent[-2]["delta"] == {"stop_reason": "stop_sequence", "stop_sequence": "END"}


def test_an_end_for_no_reason_says_none() -> None:
    assert payloads(encoded("anthropic", START, Finished(FinishReason.UNKNOWN)))[-2]["delta"]["stop_reason"] is None


def test_a_failure_is_an_error_event_and_no_stop() -> None:
    sent = frames(encoded("anthropic", START, TextDelta("a"), Failed(Failure(FailureKind.OVERLOADED, "busy"))))
    assert sent[-1] == ("error", {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})
    assert "message_stop" not in [name for name, _ in sent]


def test_a_refusal_is_text_and_listed() -> None:
    assert middle(RefusalDelta("no"))[1]["delta"] == {"type": "text_delta", "text": "no"}
    assert ("refusal_delta", "refusal") in lost("anthropic", START, RefusalDelta("no"))


def test_a_heartbeat_is_a_ping() -> None:
    assert frames(encoded("anthropic", Heartbeat("comment")))[0] == ("ping", {"type": "ping"})


def test_other_choices_are_left_out_and_listed() -> None:
    said = middle(TextDelta("a"), TextDelta("other", choice=1), TextDelta("b"))
    assert [each["delta"]["text"] for each in said if "delta" in each] == ["a", "b"]
    assert lost("anthropic", START, TextDelta("other", choice=1)) == [("text_delta", "choice")]


def test_a_call_that_reads_whole_and_is_not_ends_the_answer_as_cut() -> None:
    end = (ChoiceFinished(FinishReason.STOP, "stop"), Finished(FinishReason.STOP, "stop", damaged=True))
    sent = payloads(encoded("anthropic", FOREIGN, *call(0, "{}", complete=False), *end))
    assert sent[-2]["delta"]["stop_reason"] == "max_tokens"


def test_a_client_tool_of_another_kind_is_a_tool_use_and_listed() -> None:
    events = [ToolCallStarted(0, "id0", "f", "other"), ToolCallFinished(0, "id0", "f", "{}", True, "other")]
    assert middle(*events) == block(0, {"type": "tool_use", "id": "id0", "name": "f", "input": {}})
    assert lost("anthropic", START, *events) == [("tool_call_started", "kind")]


def test_a_file_in_the_container_is_a_block() -> None:
    file = MediaDelta("file", None, None, "file_1")
    assert middle(file) == block(0, {"type": "container_upload", "file_id": "file_1"})
    assert lost("anthropic", FOREIGN, file) == [("media_delta", "file")]


def test_state_that_stands_in_a_whole_block_is_said_with_it() -> None:
    native = {"type": "compaction", "content": "c", "signature": "sig"}
    events = [OpaqueState("compaction", "sig"), PartFinished("compaction", native)]
    assert middle(*events) == block(0, native)
    assert lost("anthropic", START, *events) == []


@pytest.mark.parametrize(
    "end",
    [
        pytest.param([PartFinished("compaction", {"type": "compaction", "content": "c"})], id="a block without it"),
        pytest.param([PartFinished("compaction", None)], id="no block"),
        pytest.param([Failed(Failure(FailureKind.READ, "reset"))], id="the end of the answer"),
    ],
)
def test_state_whose_block_never_comes_whole_is_listed(end: list[Event]) -> None:
    events = [OpaqueState("compaction", "sig"), *end]
    assert b"sig" not in encoded("anthropic", START, *events)
    assert ("opaque_state", "data") in lost("anthropic", START, *events)


def test_thinking_that_goes_on_stays_in_its_block() -> None:
    said = middle(ReasoningDelta("a"), ReasoningDelta("b"))
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in "ab"]
    assert said == block(0, {"type": "thinking", "thinking": "", "signature": ""}, *deltas)
