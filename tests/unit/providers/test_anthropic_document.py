"""A whole message in place of a stream."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from tests.helpers import codes, failure_of, message_of, of_kind
from tests.messages_wire import (
    CALLS,
    COMPACTED,
    COUNTS,
    FOUND,
    NAME,
    SEARCH,
    SEARCHED,
    SOURCE,
    STARTED,
    STOP,
    THOUGHT,
    Payload,
    begin,
    call_block,
    change,
    events_of,
    finished,
    message,
    natives,
    sse,
    talk,
    whole,
)
from tests.provider_laws import bytewise, hold_laws, of_chunks

from deltawire.events import (
    ChoiceFinished,
    Event,
    Finished,
    FinishReason,
    Metadata,
    Note,
    PartFinished,
    TextDelta,
    ToolCallFinished,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import FailureKind
from deltawire.message import Message
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.usage import Usage

SIGNED = {"type": "thinking", "thinking": "hm so", "signature": "c2lnbmVk"}
REDACTED = {"type": "redacted_thinking", "data": "b3BhcXVl"}


def document_of(*content: Any, reason: Any = "end_turn", **fields: Any) -> bytes:
    return json.dumps(message(*content, stop_reason=reason, **fields), ensure_ascii=False).encode()


def document_events(*content: Any, **fields: Any) -> list[Event]:
    """The events of a whole message, without the note that it was one."""
    body = document_of(*content, **fields)
    events = parse(NAME, body)
    hold_laws(events)
    assert of_chunks(parser(NAME), bytewise(body)) == events
    assert events[0] == Note(NoteCode.ONE_DOCUMENT)
    return events[1:]


def without_natives(found: Message) -> Message:
    """The message without the closing blocks: those of a stream hold no text that came as deltas."""
    choices = (
        attrs.evolve(choice, parts=tuple(attrs.evolve(part, native=None) for part in choice.parts))
        for choice in found.choices
    )
    return attrs.evolve(found, choices=tuple(choices))


def test_event_by_event() -> None:
    block = {"type": "text", "text": "Hello"}
    usage = Usage(9, 1, None, None, None, 10, None, COUNTS)
    assert document_events(block, usage=COUNTS, stop_sequence="END", reason="stop_sequence") == [
        STARTED,
        UsageUpdate(usage),
        Metadata({"stop_sequence": "END"}),
        TextDelta("Hello"),
        PartFinished("text", block),
        ChoiceFinished(FinishReason.STOP, "stop_sequence"),
        finished(FinishReason.STOP, "stop_sequence", usage),
    ]


class TestItIsTheMessageOfTheStream:
    @pytest.mark.parametrize(
        ("stream", "content", "fields"),
        [
            (whole(*talk("Hel", "lo")), [{"type": "text", "text": "Hello"}], {}),
            (
                THOUGHT,
                [SIGNED, REDACTED, {"type": "text", "text": "Hi!"}],
                {"usage": {"output_tokens": 40, "output_tokens_details": {"thinking_tokens": 30}}},
            ),
            (
                SEARCHED,
                [
                    {**SEARCH, "input": {"query": "a"}},
                    FOUND,
                    {"type": "text", "text": "so it is", "citations": [SOURCE]},
                ],
                {"usage": {"output_tokens": 9, "server_tool_use": {"web_search_requests": 1}}},
            ),
            (
                COMPACTED,
                [
                    {"type": "compaction", "content": "So far: ✓", "encrypted_content": "ZW5j"},
                    {"type": "fallback", "from": {"model": "claude-small"}, "to": {"model": "claude-large"}},
                    {"type": "text", "text": "On"},
                ],
                {"reason": "compaction"},
            ),
            (whole(reason="refusal"), [], {"reason": "refusal"}),
        ],
        ids=["text", "thinking", "server tools", "compaction", "nothing"],
    )
    def test_texts_state_and_counts(self, stream: list[Payload], content: list[Any], fields: dict[str, Any]) -> None:
        streamed = message_of(events_of(*stream))
        found = message_of(document_events(*content, **fields))
        used = [part for part in found.parts if type(part).__name__ == "ServerToolPart"]
        assert used == [part for part in streamed.parts if type(part).__name__ == "ServerToolPart"]
        assert without_natives(found) == without_natives(streamed)

    def test_calls(self) -> None:
        content = [
            {"type": "text", "text": "Let me look."},
            call_block(identifier="toolu_a", input={"q": "é"}),
            call_block(identifier="toolu_b", input={"q": "y"}),
            call_block("now", "toolu_c"),
        ]
        streamed = message_of(events_of(*CALLS))
        found = message_of(document_events(*content, reason="tool_use"))
        # The stream's text of the arguments may have spaces of its own.
        assert [made.arguments_object() for made in found.tool_calls] == [
            made.arguments_object() for made in streamed.tool_calls
        ]
        assert [(made.index, made.id, made.name, made.position, made.complete) for made in found.tool_calls] == [
            (made.index, made.id, made.name, made.position, made.complete) for made in streamed.tool_calls
        ]
        assert (found.text, found.finish_reason, found.raw_reason) == (
            streamed.text,
            streamed.finish_reason,
            streamed.raw_reason,
        )

    def test_its_blocks_go_back_as_they_came(self) -> None:
        content = [SIGNED, REDACTED, {"type": "text", "text": "Hi"}, FOUND, call_block(input={"q": 1})]
        assert natives(document_events(*content, reason="tool_use")) == content


class TestItsEnd:
    def test_a_call_without_input_in_a_message_that_was_cut_is_incomplete(self) -> None:
        events = document_events(call_block(), call_block(identifier="b"), reason="max_tokens")
        assert [made.complete for made in of_kind(events, ToolCallFinished)] == [True, False]

    @pytest.mark.parametrize("reason", [None, "", 7], ids=str)
    def test_without_a_stop_reason_nothing_is_guessed(self, reason: Any) -> None:
        assert document_events({"type": "text", "text": "a"}, reason=reason)[-1] == finished(FinishReason.UNKNOWN)

    def test_a_refusal_and_its_details(self) -> None:
        details = {"type": "refusal", "category": None}
        events = document_events(reason="refusal", stop_details=details)
        assert of_kind(events, Metadata) == [Metadata({"stop_details": details})]
        assert codes(events) == [NoteCode.EMPTY_ANSWER]
        assert events[-1] == finished(FinishReason.REFUSAL, "refusal")

    def test_one_that_is_cut_is_truncated(self) -> None:
        body = document_of({"type": "text", "text": "Hello"})
        for place in range(1, len(body)):
            assert failure_of(parse(NAME, body[:place])).kind is FailureKind.TRUNCATED

    def test_an_error_beside_the_content_is_an_error(self) -> None:
        body = document_of({"type": "text", "text": "a"}, error={"type": "overloaded_error", "message": "Overloaded"})
        assert failure_of(parse(NAME, body)).kind is FailureKind.OVERLOADED


class TestOddDocuments:
    def test_elements_that_are_no_blocks(self) -> None:
        events = document_events("plain", None, {"type": "text", "text": "a"}, [1])
        assert of_kind(events, Unknown) == [Unknown("plain"), Unknown(None), Unknown([1])]
        assert message_of(events).text == "a"

    @pytest.mark.parametrize("content", [None, "plain", {"type": "text", "text": "a"}], ids=str)
    def test_content_that_is_no_list(self, content: Any) -> None:
        events = document_events(content=content)
        assert of_kind(events, Metadata) == ([] if content is None else [Metadata({"content": content})])
        assert isinstance(events[-1], Finished)

    def test_an_event_alone_is_a_stream_that_was_cut(self) -> None:
        events = parse(NAME, json.dumps(begin()).encode())
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_an_object_of_no_schema(self) -> None:
        events = parse(NAME, b'{"hello": "world"}')
        assert Unknown({"hello": "world"}) in events
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_a_document_of_another_schema(self) -> None:
        body = json.dumps({"object": "chat.completion", "choices": [{"message": {"content": "a"}}]}).encode()
        assert failure_of(parse(NAME, body)).kind is FailureKind.WRONG_MEDIA


class TestAWholeMessageAsAFrame:
    TEXT = message({"type": "text", "text": "Hello"}, stop_reason="end_turn", usage=COUNTS)

    def test_alone_it_is_the_answer(self) -> None:
        events = events_of(self.TEXT)
        assert events == document_events({"type": "text", "text": "Hello"}, usage=COUNTS)
        assert events_of(self.TEXT, STOP) == events

    def test_behind_the_start_it_brings_the_content(self) -> None:
        events = events_of(begin(), self.TEXT, change(), STOP)
        assert (message_of(events).text, codes(events)) == ("Hello", [NoteCode.SECOND_START])
        assert events[-1].usage.output_tokens == 1

    def test_behind_the_content_it_repeats_it(self) -> None:
        events = events_of(begin(), *talk("Hello"), change(), self.TEXT, STOP)
        assert (message_of(events).text, events[-1].raw_reason) == ("Hello", "end_turn")

    def test_another_message_behind_the_start_fails(self) -> None:
        events = events_of(begin(), *talk("a"), {**self.TEXT, "id": "msg_2"}, STOP)
        assert failure_of(events).kind is FailureKind.MALFORMED


def test_a_document_with_the_media_type_of_a_stream() -> None:
    response = parser(NAME)
    response.receive_head(200, {"content-type": "text/event-stream"})
    events = response.receive_data(document_of({"type": "text", "text": "a"})) + response.receive_eof()
    assert message_of(events).text == "a"
    assert parse(NAME, sse(message(stop_reason="end_turn")))[-1] == finished(FinishReason.STOP, "end_turn")
