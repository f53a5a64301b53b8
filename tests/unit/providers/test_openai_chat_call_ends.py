"""Chat Completions: when tool calls are complete, what they are called, and what they may cost."""

from __future__ import annotations

import pytest
from tests.chat_chunks import (
    DONE,
    call,
    called,
    calls,
    chunk,
    document,
    events_of,
    events_of_body,
    events_of_document,
    failure,
    finished,
    notes,
    of,
    only,
    sse,
)

from deltawire.events import (
    FinishReason,
    Note,
    ToolCallStarted,
)
from deltawire.failures import FailureKind
from deltawire.limits import Limits
from deltawire.notes import NoteCode

END = chunk({}, "tool_calls")
X1 = '{"x":1}'


class TestComplete:
    @pytest.mark.parametrize(
        ("arguments", "word", "complete", "reason"),
        [
            (X1, "tool_calls", True, FinishReason.TOOL_CALLS),
            (X1, "stop", True, FinishReason.TOOL_CALLS),
            (X1, "length", True, FinishReason.LENGTH),
            (X1, "content_filter", True, FinishReason.CONTENT_FILTER),
            ("", "stop", True, FinishReason.TOOL_CALLS),
            ("null", "stop", True, FinishReason.TOOL_CALLS),
            ("", "length", False, FinishReason.LENGTH),
            ('{"x":', "length", False, FinishReason.LENGTH),
            ('{"x":', "tool_calls", False, FinishReason.STOP),
            ("[1]", "tool_calls", False, FinishReason.STOP),
            ("1", "stop", False, FinishReason.STOP),
            ('{"x":1}{"y":2}', "stop", False, FinishReason.STOP),
        ],
    )
    def test_arguments_and_finish_words(self, arguments: str, word: str, complete: bool, reason: FinishReason) -> None:
        events = events_of(calls(call(0, "", id="a", name="f")), calls(call(0, arguments)), chunk({}, word))
        assert called(events) == [("a", "f", arguments, complete)]
        assert finished(events).reason is reason

    def test_a_finish_word_of_calls_without_any_that_is_complete_is_noted(self) -> None:
        events = events_of(calls(call(0, "{", id="a", name="f")), END)
        assert of(events, Note) == [Note(NoteCode.FINISH_WITHOUT_CALLS, "choice 0 ended with 'tool_calls'")]
        assert finished(events).raw_reason == "tool_calls"

    def test_done_without_a_finish_reason_ends_them_properly(self) -> None:
        events = events_of(calls(call(0, X1, id="a", name="f")))
        assert called(events) == [("a", "f", X1, True)]
        assert finished(events).reason is FinishReason.UNKNOWN

    def test_a_cut_stream_does_not(self) -> None:
        events = events_of_body(sse(calls(call(0, X1, id="a", name="f"))))
        assert called(events) == [("a", "f", X1, False)]
        assert failure(events).kind is FailureKind.TRUNCATED

    def test_a_call_that_never_got_a_name(self) -> None:
        events = events_of(calls(call(0, X1, id="a")), chunk({}, "stop"))
        assert called(events) == [("a", "", X1, False)]
        assert finished(events).reason is FinishReason.STOP

    def test_an_unreadable_frame_damages_the_open_calls(self) -> None:
        head, rest = calls(call(0, '{"x"', id="a", name="f")), calls(call(0, ":1}"))
        events = events_of(head, "{bad", rest, calls(call(1, "{}", id="b", name="g")), END)
        assert called(events) == [("a", "f", X1, False), ("b", "g", "{}", True)]
        assert finished(events).damaged

    def test_replaced_characters_damage_the_open_calls(self) -> None:
        head = calls(call(0, "", id="a", name="f"))
        torn = sse(calls(call(0, '{"x":"?"}'))).replace(b"?", b"\xff")
        events = events_of_body(sse(head, torn, END, DONE))
        assert called(events) == [("a", "f", '{"x":"\ufffd"}', False)]
        assert finished(events).damaged

    def test_half_a_character_at_the_end_of_the_arguments(self) -> None:
        events = events_of(calls(call(0, '{"x":"\ud83d', id="a", name="f")), END)
        assert called(events) == [("a", "f", '{"x":"\ufffd', False)]
        assert finished(events).damaged

    def test_halves_of_a_character_in_two_fragments(self) -> None:
        events = events_of(calls(call(0, '{"x":"\ud83d', id="a", name="f")), calls(call(0, '\ude00"}')), END)
        assert called(events) == [("a", "f", '{"x":"😀"}', True)]
        assert not finished(events).damaged


class TestAfterTheFinishReason:
    def test_fragments_are_a_note(self) -> None:
        entry = call(0, "}", id="a")
        events = events_of(calls(call(0, "{}", id="a", name="f")), END, calls(entry))
        assert called(events) == [("a", "f", "{}", True)]
        detail = 'choice 0: {"index":0,"id":"a","function":{"arguments":"}"}}'
        assert of(events, Note) == [Note(NoteCode.CALL_AFTER_FINISH, detail)]

    def test_so_are_plain_ones(self) -> None:
        events = events_of(calls(call(0, "{}", id="a", name="f")), calls(call(0, " ")), END, calls(call(0, "}")))
        assert called(events) == [("a", "f", "{} ", True)]
        assert notes(events) == [NoteCode.CALL_AFTER_FINISH]

    def test_another_choice_goes_on(self) -> None:
        events = events_of(
            calls(call(0, "{}", id="a", name="f")),
            calls(call(0, "", id="b", name="g"), index=1),
            END,
            calls(call(0, "{}"), index=1),
        )
        assert called(events) == [("a", "f", "{}", True), ("b", "g", "{}", True)]


class TestIds:
    def test_made_up_ids_begin_with_the_response(self) -> None:
        events = events_of(calls(call(0, "{}", name="f"), call(1, "{}", name="f")), END)
        assert [event.id for event in of(events, ToolCallStarted)] == ["chatcmpl-1_0", "chatcmpl-1_1"]
        assert all(event.synthetic_id for event in of(events, ToolCallStarted))

    def test_or_with_what_the_caller_wants(self) -> None:
        events = events_of(calls(call(0, "{}", name="f")), END, id_prefix="turn7")
        assert only(events, ToolCallStarted).id == "turn7_0"

    def test_or_with_call(self) -> None:
        events = events_of(calls(call(0, "{}", name="f"), id=""), END)
        assert only(events, ToolCallStarted).id == "call_0"


class TestLimits:
    def test_as_many_calls_as_the_limit(self) -> None:
        said = [calls(call(index, "{}", id=f"id{index}", name="f")) for index in range(3)]
        assert len(called(events_of(*said, END, limits=Limits(tool_calls=3)))) == 3
        events = events_of(*said, END, limits=Limits(tool_calls=2))
        assert failure(events).kind is FailureKind.TOO_LARGE
        assert failure(events).code == "tool_calls"
        assert failure(events).provider == "openai-chat"
        assert [complete for *_, complete in called(events)] == [False, False]

    def test_as_many_bytes_of_arguments_as_the_limit(self) -> None:
        said = [calls(call(0, "", id="a", name="f")), calls(call(0, '{"é":')), calls(call(0, "1}"))]
        assert called(events_of(*said, END, limits=Limits(tool_argument_bytes=8)))[0][3]
        events = events_of(*said, END, limits=Limits(tool_argument_bytes=7))
        assert failure(events).code == "tool_argument_bytes"
        assert called(events) == [("a", "f", '{"é":', False)]

    def test_half_a_character_at_the_limit_and_the_end(self) -> None:
        body = sse(calls(call(0, "{}\ud83d", id="a", name="f")))
        events = events_of_body(body, limits=Limits(tool_argument_bytes=2))
        assert failure(events).kind is FailureKind.TRUNCATED

    def test_made_up_by_documents_too(self) -> None:
        entries = [{"id": f"id{number}", "function": {"name": "f", "arguments": "{}"}} for number in range(3)]
        events = events_of_document(document({"tool_calls": entries}, "tool_calls"), limits=Limits(tool_calls=2))
        assert failure(events).code == "tool_calls"
