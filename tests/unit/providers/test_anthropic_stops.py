"""How an answer ends: stop reasons, the proof of completion, and bodies that are cut."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, failure_of, of_kind
from tests.messages_wire import (
    CALLS,
    FIXTURES,
    NAME,
    PING,
    REFUSED,
    STOP,
    TALK,
    Payload,
    begin,
    call,
    change,
    content_of,
    events_of,
    finished,
    open_text,
    sse,
    stop,
    talk,
    text,
    told,
    whole,
)
from tests.provider_laws import hold_laws, of_chunks

from deltawire.events import (
    ChoiceFinished,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Metadata,
    Note,
    PartFinished,
    TextDelta,
)
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser

STOPPED = FinishReason.STOP
RESET = Failure(FailureKind.READ, "connection reset")


class TestStopReasons:
    @pytest.mark.parametrize(
        ("word", "reason"),
        [
            ("end_turn", STOPPED),
            ("stop_sequence", STOPPED),
            ("max_tokens", FinishReason.LENGTH),
            ("model_context_window_exceeded", FinishReason.LENGTH),
            ("pause_turn", FinishReason.PAUSED),
            ("compaction", FinishReason.PAUSED),
            ("refusal", FinishReason.REFUSAL),
            ("stop", STOPPED),
            ("length", FinishReason.LENGTH),
            ("content_filter", FinishReason.CONTENT_FILTER),
            ("novel", FinishReason.OTHER),
        ],
    )
    def test_of_text(self, word: str, reason: FinishReason) -> None:
        events = events_of(*whole(*talk("a"), reason=word))
        assert events[-2:] == [ChoiceFinished(reason, word), finished(reason, word)]

    @pytest.mark.parametrize(
        ("word", "reason"),
        [
            ("tool_use", FinishReason.TOOL_CALLS),
            ("tool_calls", FinishReason.TOOL_CALLS),
            ("end_turn", FinishReason.TOOL_CALLS),
            ("stop_sequence", FinishReason.TOOL_CALLS),
            ("max_tokens", FinishReason.LENGTH),
            ("pause_turn", FinishReason.PAUSED),
            ("refusal", FinishReason.REFUSAL),
            ("novel", FinishReason.OTHER),
        ],
    )
    def test_of_a_complete_call(self, word: str, reason: FinishReason) -> None:
        assert events_of(*whole(*call("{}"), reason=word))[-1] == finished(reason, word)

    def test_a_word_that_speaks_of_calls_where_there_is_none(self) -> None:
        events = events_of(*whole(*talk("a"), reason="tool_use"))
        assert codes(events) == [NoteCode.FINISH_WITHOUT_CALLS]
        assert events[-1] == finished(STOPPED, "tool_use")

    @pytest.mark.parametrize("word", [None, "", 7, ["end_turn"]], ids=str)
    def test_without_one_nothing_is_guessed(self, word: Any) -> None:
        events = events_of(*whole(*talk("a"), reason=word))
        assert not of_kind(events, ChoiceFinished)
        assert events[-1] == finished(FinishReason.UNKNOWN)

    def test_a_stop_without_any_message_delta(self) -> None:
        assert events_of(begin(), *talk("a"), STOP)[-1] == finished(FinishReason.UNKNOWN)

    def test_the_last_one_that_is_not_null_counts(self) -> None:
        events = events_of(begin(), *talk("a"), change("end_turn"), change("refusal"), change(None), STOP)
        assert events[-1] == finished(FinishReason.REFUSAL, "refusal")

    def test_one_in_the_start_of_the_message_stands_if_no_other_comes(self) -> None:
        start = begin(stop_reason="tool_use")
        assert events_of(start, *call("{}"), STOP)[-1] == finished(FinishReason.TOOL_CALLS, "tool_use")
        assert events_of(start, *talk("a"), change("max_tokens"), STOP)[-1].raw_reason == "max_tokens"

    def test_a_refusal_after_text(self) -> None:
        events = events_of(*REFUSED)
        details = {"type": "refusal", "category": "cyber", "explanation": "no"}
        assert of_kind(events, TextDelta, Metadata) == [TextDelta("Well"), Metadata({"stop_details": details})]
        assert events[-1] == finished(FinishReason.REFUSAL, "refusal")

    def test_details_that_are_null_say_nothing(self) -> None:
        assert not of_kind(events_of(*whole(*talk("a"), stop_details=None)), Metadata)


class TestEmptyAnswers:
    def test_an_answer_without_content_is_noted(self) -> None:
        events = events_of(*whole(usage={"output_tokens": 40}))
        assert codes(events) == [NoteCode.EMPTY_ANSWER]
        assert (events[-1].reason, events[-1].usage.output_tokens) == (STOPPED, 40)

    def test_empty_blocks_are_no_content(self) -> None:
        assert codes(events_of(*whole(*talk("", "")))) == [NoteCode.EMPTY_ANSWER]


class TestTheEndOfTheBody:
    def test_after_the_stop_reason_it_is_proof(self) -> None:
        events = events_of(*TALK[:-1])
        assert events[-3] == Note(NoteCode.MISSING_TERMINATOR, "message_stop never came")
        assert [event for event in events if not isinstance(event, Note)] == events_of(*TALK)

    @pytest.mark.parametrize("cut", [b'event: message_stop\ndata: {"type": "m', b"event: message_st", b"data: {"])
    def test_a_last_frame_that_is_cut_changes_no_more_than_a_note(self, cut: bytes) -> None:
        # github.com/sudoprivacy/sudocode/pull/576
        events = [event for event in parse(NAME, sse(*TALK[:-1]) + cut) if event != Heartbeat("blank")]
        expected = [event for event in events_of(*TALK[:-1]) if not isinstance(event, Note)]
        assert [event for event in events if not isinstance(event, Note)] == expected

    def test_a_last_frame_without_its_blank_line_is_taken(self) -> None:
        events = parse(NAME, sse(*TALK).rstrip(b"\n"))
        assert of_kind(events, Note)[0].code is NoteCode.UNTERMINATED_FRAME
        assert [event for event in events if not isinstance(event, Note)] == events_of(*TALK)

    @pytest.mark.parametrize("count", range(1, len(CALLS) - 1))
    def test_before_the_stop_reason_it_is_truncated(self, count: int) -> None:
        events = events_of(*CALLS[:count])
        error = failure_of(events)
        assert codes(events) == []
        assert (error.kind, error.retryable, error.after_content) == (FailureKind.TRUNCATED, True, count > 2)
        assert "message_stop" in error.message

    @pytest.mark.parametrize("fixture", FIXTURES)
    def test_a_body_cut_at_any_byte_is_never_a_success_before_the_stop_reason(self, fixture: list[Payload]) -> None:
        body = sse(*fixture)
        said = [frame for frame in fixture if frame["type"] == "message_delta" and frame["delta"].get("stop_reason")]
        proof = body.index(sse(said[0])) + len(sse(said[0])) - 2 if said else len(body) - len(sse(STOP))
        for place in range(1, min(proof, len(body)), 7):
            events = parse(NAME, body[:place])
            hold_laws(events)
            assert isinstance(events[-1], Failed)

    def test_a_stop_reason_that_is_null_is_no_proof(self) -> None:
        assert failure_of(events_of(begin(), *talk("a"), change(None))).kind is FailureKind.TRUNCATED

    def test_one_in_the_start_of_the_message_is_no_proof(self) -> None:
        # The answer goes on behind it.
        events = events_of(begin(stop_reason="end_turn"), open_text(0), text(0, "a"))
        assert failure_of(events).kind is FailureKind.TRUNCATED

    def test_one_before_another_block_is_no_proof(self) -> None:
        payloads = [begin(), *talk("a"), change("refusal"), open_text(1), text(1, "b")]
        assert failure_of(events_of(*payloads)).kind is FailureKind.TRUNCATED
        assert events_of(*payloads, stop(1), change("end_turn"))[-1] == finished(STOPPED, "end_turn")

    def test_the_text_before_a_cut_is_kept(self) -> None:
        events = events_of(*TALK[:5])
        assert "".join(event.text for event in of_kind(events, TextDelta)) == "Hello"
        assert not of_kind(events, PartFinished, ChoiceFinished)

    @pytest.mark.parametrize("body", [b"", b"\n\n", b"\xef\xbb\xbf"], ids=["nothing", "blank lines", "a mark"])
    def test_an_empty_body(self, body: bytes) -> None:
        assert failure_of(parse(NAME, body)).kind is FailureKind.EMPTY

    def test_pings_alone(self) -> None:
        assert failure_of(events_of(PING, PING)).kind is FailureKind.TRUNCATED

    def test_only_done(self) -> None:
        assert isinstance(parse(NAME, b"data: [DONE]\n\n")[-1], Failed)


class TestABrokenConnection:
    def test_before_the_stop_reason_it_is_the_failure(self) -> None:
        response = parser(NAME)
        response.receive_data(sse(*TALK[:5]))
        error = failure_of(response.receive_error(RESET))
        assert (error.kind, error.message, error.after_content) == (FailureKind.READ, "connection reset", True)

    def test_after_it_the_answer_is_complete(self) -> None:
        response = parser(NAME)
        response.receive_data(sse(*TALK[:-1]))
        events = response.receive_error(RESET)
        assert codes(events) == [NoteCode.UNCLEAN_END]
        assert isinstance(events[-1], Finished)

    def test_after_the_end_it_means_nothing(self) -> None:
        response = parser(NAME)
        response.receive_data(sse(*TALK))
        assert response.receive_error(RESET) == []


class TestCanFinish:
    def test_once_the_stop_reason_is_known(self) -> None:
        response = parser(NAME)
        known = []
        for payload in TALK:
            known.append(response.can_finish)
            response.receive_data(sse(payload))
        assert known == [False] * (len(TALK) - 1) + [True]
        assert not response.can_finish

    def test_blocks_that_are_open_then_are_closed_at_the_end(self) -> None:
        events = events_of(begin(), open_text(0), text(0, "a"), change())
        assert [type(event) for event in events[-5:]] == [TextDelta, Note, PartFinished, ChoiceFinished, Finished]


class TestAfterTheEnd:
    def test_more_is_dropped(self) -> None:
        assert events_of(*TALK, *talk("late", index=1), STOP, change("refusal")) == events_of(*TALK)

    def test_bytes_of_it_are_counted(self) -> None:
        response = parser(NAME)
        late = sse(*talk("late"))
        response.receive_data(sse(*TALK))
        response.receive_data(late)
        assert response.dropped_bytes == len(late)


def test_a_chunk_of_each_size_ends_the_same() -> None:
    body = sse(*CALLS)
    for size in range(1, 60):
        chunks = [body[place : place + size] for place in range(0, len(body), size)]
        assert of_chunks(parser(NAME), chunks) == parse(NAME, body)


def test_content_of_an_answer_is_told_as_it_comes() -> None:
    assert told(begin(), open_text(0), text(0, "a")) == [TextDelta("a")]
    assert content_of(*talk("a"))[0] == TextDelta("a")
