"""What the steps of an interaction become."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import message_of, of_kind
from tests.interactions_events import (
    CALLS,
    COMPLETED,
    CREATED,
    STARTED,
    TALK,
    USAGE,
    arguments,
    delta,
    events_of,
    interaction,
    start,
    stop,
    summary,
    text,
    within,
)

from deltawire.events import (
    ChoiceFinished,
    Citation,
    Finished,
    FinishReason,
    MediaDelta,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.usage import Usage


def notes_of(*payloads: Any, done: bool = True) -> list[NoteCode]:
    return [note.code for note in of_kind(events_of(*payloads, done=done), Note)]


def test_a_thought_and_an_answer() -> None:
    counted = Usage(10, 20, 0, None, 12, 30, None, USAGE)
    early = Usage(10, 14, 0, None, 12, 30, None, {**USAGE, "total_output_tokens": 2})
    assert events_of(*TALK) == [
        STARTED,
        Metadata({"object": "interaction"}),
        ReasoningDelta("hm", 0, 0, "summary"),
        ReasoningDelta(" so", 0, 0, "summary"),
        OpaqueState("signature", "c2ln"),
        PartFinished("reasoning", {"type": "thought", "signature": "c2ln"}),
        TextDelta("Hel", 0, 1),
        UsageUpdate(early),
        TextDelta("lo", 0, 1),
        TextDelta("!", 0, 1),
        Citation({"type": "url_citation", "url": "https://a.example"}, 0, 1),
        UsageUpdate(counted),
        PartFinished("text", {"type": "model_output"}, 0, 1),
        Metadata({"step": 1, "step_usage": {"total_output_tokens": 8}}),
        ChoiceFinished(FinishReason.STOP, "completed"),
        Finished(FinishReason.STOP, "completed", counted, "gemini-tiny"),
    ]


class TestCalls:
    def test_arguments_come_in_pieces_under_an_index(self) -> None:
        events = events_of(*CALLS)
        assert of_kind(events, ToolCallStarted) == [
            ToolCallStarted(0, "f1", "find"),
            ToolCallStarted(1, "f2", "now", part=1),
        ]
        assert of_kind(events, ToolCallFinished) == [
            ToolCallFinished(1, "f2", "now", "", True, part=1, position=1),
            ToolCallFinished(0, "f1", "find", '{"q":"é"}', True, position=0),
        ]
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln", "f2", 0, 1)]
        assert [part.native for part in of_kind(events, PartFinished)] == [
            {"type": "function_call", "id": "f2", "name": "now", "signature": "c2ln"},
            {"type": "function_call", "id": "f1", "name": "find", "arguments": {"q": "é"}},
        ]
        assert events[-1] == Finished(FinishReason.TOOL_CALLS, "requires_action", None, "gemini-tiny")

    @pytest.mark.parametrize(
        ("given", "pieces", "expected"),
        [
            ({"q": 1}, [], '{"q":1}'),
            ({}, [], "{}"),
            (None, [], ""),
            ({"q": 1}, ['{"q":2}'], '{"q":2}'),
            ('{"q":1}', [], '{"q":1}'),
            (None, [{"q": 3}], '{"q":3}'),
            (None, [None, "", "{}"], "{}"),
        ],
    )
    def test_pieces_count_before_the_arguments_of_the_start(self, given: Any, pieces: list[Any], expected: str) -> None:
        fields = {} if given is None else {"arguments": given}
        deltas = [arguments(0, piece) for piece in pieces]
        events = within(start(0, "function_call", id="f", name="find", **fields), *deltas, stop(0))
        (found,) = of_kind(events, ToolCallFinished)
        assert (found.arguments, found.complete) == (expected, True)

    def test_a_completed_answer_with_calls_is_a_call(self) -> None:
        events = within(start(0, "function_call", id="f", name="find"), stop(0))
        assert events[-1].reason is FinishReason.TOOL_CALLS
        assert events[-1].raw_reason == "completed"

    def test_a_call_without_id_gets_one_of_ours(self) -> None:
        events = within(start(0, "function_call", name="find"), arguments(0, "{}"), stop(0))
        assert of_kind(events, ToolCallStarted) == [ToolCallStarted(0, "v1_a_0", "find", synthetic_id=True)]

    def test_an_id_that_comes_twice_is_given_once(self) -> None:
        payloads = [start(n, "function_call", id="f", name="find") for n in (0, 1)]
        assert NoteCode.REUSED_CALL_ID in notes_of(CREATED, *payloads, COMPLETED)

    def test_a_call_that_never_stopped_ends_with_the_interaction(self) -> None:
        events = within(start(0, "function_call", id="f", name="find"), arguments(0, '{"a":1}'))
        assert [found.complete for found in of_kind(events, ToolCallFinished)] == [True]

    @pytest.mark.parametrize("word", ["incomplete", "requires_continuation", "budget_exceeded"])
    @pytest.mark.parametrize("pieces", [[], [arguments(0, '{"a')]], ids=["blank", "begun"])
    def test_a_call_that_was_cut_is_incomplete(self, word: str, pieces: list[Any]) -> None:
        begin = start(0, "function_call", id="f", name="find", arguments={})
        events = within(begin, *pieces, end=interaction("completed", word))
        assert [found.complete for found in of_kind(events, ToolCallFinished)] == [False]

    def test_a_call_without_a_name_is_incomplete(self) -> None:
        payloads = [CREATED, start(0, "function_call", id="f"), arguments(0, "{}"), stop(0), COMPLETED]
        assert notes_of(*payloads) == [NoteCode.CALL_WITHOUT_NAME]
        assert not of_kind(events_of(*payloads), ToolCallFinished)[0].complete

    def test_text_inside_a_call_is_a_part_of_its_own(self) -> None:
        begin = start(0, "function_call", id="f", name="find")
        events = within(begin, arguments(0, '{"a":'), text(0, "x"), text(0, "y"), arguments(0, "1}"), stop(0))
        message = message_of([STARTED, *events])
        assert (message.text, message.tool_calls[0].arguments) == ("xy", '{"a":1}')

    def test_arguments_for_a_step_that_is_no_call_are_noted(self) -> None:
        assert notes_of(CREATED, start(0, "model_output"), text(0, "x"), arguments(0, "{}"), COMPLETED) == [
            NoteCode.UNMAPPED_SHAPE
        ]


SERVER_STEPS = ("google_search", "code_execution", "url_context", "file_search", "google_maps", "retrieval")
SERVER_STEPS += ("tool_search", "processing", "mcp_server_tool")


class TestServerTools:
    @pytest.mark.parametrize("tool", SERVER_STEPS)
    def test_calls_and_results_are_the_providers_own(self, tool: str) -> None:
        events = within(
            start(0, f"{tool}_call", id="s1", signature="MQ=="),
            delta(0, f"{tool}_call", arguments={"x": 1}, signature="MQ=="),
            stop(0),
            start(1, f"{tool}_result", call_id="s1"),
            delta(1, f"{tool}_result", result=[2], is_error=False, signature="Mg=="),
            stop(1),
        )
        call = {"type": f"{tool}_call", "id": "s1", "signature": "MQ==", "arguments": {"x": 1}}
        result = {"type": f"{tool}_result", "call_id": "s1", "result": [2], "is_error": False, "signature": "Mg=="}
        assert of_kind(events, ServerToolUsed) == [
            ServerToolUsed("call", tool, "s1", call),
            ServerToolUsed("result", tool, "s1", result, 0, 1),
        ]
        assert [(state.data, state.item_id) for state in of_kind(events, OpaqueState)] == [
            ("MQ==", "s1"),
            ("Mg==", None),
        ]
        assert [part.native for part in of_kind(events, PartFinished)] == [call, result]
        assert of_kind(events, ToolCallStarted) == []

    def test_a_tool_of_a_server_goes_by_its_name(self) -> None:
        events = within(start(0, "mcp_server_tool_call", id="m", name="look", server_name="s"), stop(0))
        assert [used.name for used in of_kind(events, ServerToolUsed)] == ["look"]

    def test_a_function_result_is_a_result(self) -> None:
        events = within(start(0, "function_result", call_id="f1"), delta(0, "function_result", result="ok"), stop(0))
        result = {"type": "function_result", "call_id": "f1", "result": "ok"}
        assert of_kind(events, ServerToolUsed) == [ServerToolUsed("result", "function", "f1", result)]

    def test_what_is_held_of_an_open_call_is_told_when_the_stream_breaks(self) -> None:
        events = events_of(CREATED, start(0, "google_search_call", id="s1"), done=False)
        assert [used.id for used in of_kind(events, ServerToolUsed)] == ["s1"]
        assert events[-1].error.kind is FailureKind.TRUNCATED


class TestContent:
    @pytest.mark.parametrize("kind", ["image", "audio", "video", "document"])
    def test_media(self, kind: str) -> None:
        events = within(
            start(0, "model_output"),
            delta(0, kind, mime_type="a/b", data="AAAA"),
            delta(0, kind, uri="https://f.example", rate=24000),
            stop(0),
        )
        assert of_kind(events, MediaDelta) == [
            MediaDelta(kind, "a/b", "AAAA"),
            MediaDelta(kind, None, None, "https://f.example"),
        ]
        assert Metadata({"step": 0, "rate": 24000}) in events

    def test_content_of_the_start_comes_first(self) -> None:
        content = [{"type": "text", "text": "a", "annotations": [{"type": "place_citation"}]}, {"type": "image"}]
        events = within(start(0, "model_output", content=content), text(0, "b"), stop(0))
        assert [type(event) for event in events[:4]] == [TextDelta, Citation, MediaDelta, TextDelta]

    def test_a_thought_comes_with_its_summary(self) -> None:
        parts = [{"type": "text", "text": "a"}, {"type": "text", "text": ""}]
        events = within(start(0, "thought", summary=parts, signature="c2ln"), summary(0, "b"), stop(0))
        assert message_of([STARTED, *events]).reasoning == "ab"
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln")]

    @pytest.mark.parametrize(
        "hollow", [delta(0, "thought_summary"), summary(0, ""), delta(0, "thought_signature")], ids=str
    )
    def test_hollow_deltas_say_nothing(self, hollow: Any) -> None:
        events = within(start(0, "thought"), hollow, summary(0, "a"), stop(0))
        assert events[0] == ReasoningDelta("a", 0, 0, "summary")

    def test_the_older_name_of_annotations(self) -> None:
        events = within(start(0, "model_output"), delta(0, "text_annotation", annotations=[1, 2]), stop(0))
        assert of_kind(events, Citation) == [Citation(1), Citation(2)]

    def test_the_callers_own_words_are_no_answer(self) -> None:
        words = {"type": "text", "text": "hi"}
        events = within(start(0, "user_input", content=[words]), delta(0, kind="text", text="you"), stop(0))
        assert message_of([STARTED, *events]).text == ""
        native = {"type": "user_input", "content": [words, {"type": "text", "text": "you"}]}
        assert of_kind(events, PartFinished) == [PartFinished("user_input", native)]

    def test_what_is_not_known_is_kept(self) -> None:
        strange = [
            start(0, "hologram"),
            delta(0, "depth", z=1),
            {"event_type": "interaction.moved"},
            {"event_type": "x.y"},
        ]
        content = start(1, "model_output", content=[{"type": "smell"}])
        events = events_of(CREATED, *strange, {"neither": 1}, content, COMPLETED)
        assert [event.payload for event in of_kind(events, Unknown)] == [
            {"type": "hologram"},
            *strange[1:],
            {"neither": 1},
            {"type": "smell"},
        ]


class TestSteps:
    def test_deltas_for_a_step_that_never_started_start_it(self) -> None:
        deltas = [
            summary(0, "hm"),
            text(1, "a"),
            delta(2, "google_search_call", arguments={}),
            arguments(3, "{}"),
            delta(4, "x"),
        ]
        events = within(*deltas)
        message = message_of([STARTED, *events])
        assert (message.reasoning, message.text) == ("hm", "a")
        assert [used.name for used in of_kind(events, ServerToolUsed)] == ["google_search"]
        assert [call.complete for call in of_kind(events, ToolCallFinished)] == [False]
        assert NoteCode.MISSING_PART_START in [note.code for note in of_kind(events, Note)]

    def test_a_stop_without_a_start_is_noted(self) -> None:
        assert NoteCode.MISSING_PART_START in notes_of(CREATED, stop(7), COMPLETED)

    def test_a_second_start_goes_on_with_the_first(self) -> None:
        payloads = [CREATED, start(0, "model_output"), text(0, "a"), start(0, "model_output"), text(0, "b"), COMPLETED]
        assert NoteCode.SECOND_START in notes_of(*payloads)
        assert len(of_kind(events_of(*payloads), PartFinished)) == 1

    def test_an_index_that_stopped_may_begin_again(self) -> None:
        events = within(
            start(0, "model_output"), text(0, "a"), stop(0), stop(0), start(0, "model_output"), text(0, "b")
        )
        assert [event.part for event in of_kind(events, TextDelta)] == [0, 1]

    @pytest.mark.parametrize("index", [None, "1", True, {}, 1.5], ids=str)
    def test_without_an_index_the_latest_step_is_meant(self, index: Any) -> None:
        events = within(
            start(4, "model_output"), text(4, "a"), stop(4), start(index, "thought"), summary(index, "b"), stop(index)
        )
        message = message_of([STARTED, *events])
        assert (message.text, message.reasoning) == ("a", "b")
        assert len(of_kind(events, PartFinished)) == 2
