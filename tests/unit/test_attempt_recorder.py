"""What one attempt spent its time on: phases, gaps, calls, stalls."""

from __future__ import annotations

from typing import Any

import pytest
from tests.moments import ANSWER, BUSY, END, asked, only, phases

from deltawire import (
    Failed,
    Failure,
    FailureKind,
    Heartbeat,
    MediaDelta,
    Note,
    NoteCode,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Usage,
    UsageUpdate,
)
from deltawire.timeline import (
    CallTimeline,
    Ending,
    Mark,
    Phase,
    Span,
    Step,
)


class TestOneAttempt:
    def test_every_stretch_has_its_phase(self) -> None:
        assert phases(only(*ANSWER)) == [
            ("connect", 10.0, 10.1),
            ("headers", 10.1, 10.3),
            ("heartbeats", 10.3, 10.4),
            ("waiting", 10.4, 10.6),
            ("reasoning", 10.6, 10.7),
            ("text", 10.7, 11.0),
            ("tool_arguments", 11.0, 11.4),
            ("closing", 11.4, 11.5),
        ]

    def test_the_times_to_the_first_of_each(self) -> None:
        attempt = only(*ANSWER)
        assert attempt.time_to_first_byte == pytest.approx(0.4)
        assert attempt.time_to_first_content == pytest.approx(0.6)
        assert (attempt.connected, attempt.headers, attempt.heartbeats) == (10.1, 10.3, (10.4,))

    def test_the_seconds_of_a_phase_and_its_characters(self) -> None:
        attempt = only(*ANSWER)
        assert attempt.seconds(Phase.TEXT) == pytest.approx(0.3)
        assert attempt.seconds(Phase.STALLED) == 0
        assert [(span.phase.value, span.pieces, span.characters) for span in attempt.spans[4:7]] == [
            ("reasoning", 2, 3),
            ("text", 2, 7),
            ("tool_arguments", 4, 15),
        ]
        assert attempt.characters == 25
        assert attempt.characters_per_second == pytest.approx(25 / 0.8)

    def test_the_gaps_are_between_pieces_of_content(self) -> None:
        assert only(*ANSWER).gaps() == pytest.approx([0.1, 0.2, 0.1, 0.1, 0.1, 0.2])

    def test_what_came_at_one_time_is_one_step(self) -> None:
        attempt = only((TextDelta("a"), 1.0), (TextDelta("bc"), 1.0), (ReasoningDelta("d"), 1.0), (TextDelta("e"), 1.0))
        assert attempt.steps == (Step(1.0, Phase.TEXT, 3, 2), Step(1.0, Phase.REASONING, 1), Step(1.0, Phase.TEXT, 1))
        assert attempt.gaps() == []
        assert attempt.characters_per_second is None

    def test_the_call_has_its_times_and_arguments(self) -> None:
        assert only(*ANSWER).calls == (
            CallTimeline(0, 0, "c", "weather", "function", 11.1, 11.4, '{"city":"Bern"}', complete=True),
        )

    def test_an_open_call_has_no_end(self) -> None:
        (call,) = only((ToolCallStarted(2, "c", "f"), 1.0), (ToolCallDelta(2, "{"), 2.0)).calls
        assert (call.end, call.arguments, call.complete) == (None, "{", False)

    def test_pieces_of_a_call_that_never_started_still_count(self) -> None:
        attempt = only((ToolCallDelta(0, "{}"), 1.0), (ToolCallFinished(0, "c", "f", "{}", complete=True), 2.0))
        assert (attempt.characters, attempt.calls) == (2, ())

    @pytest.mark.parametrize(
        ("event", "phase"),
        [(RefusalDelta("no"), Phase.TEXT), (MediaDelta("image", None, "aGk="), Phase.OTHER)],
        ids=["refusal", "media"],
    )
    def test_other_content(self, event: Any, phase: Phase) -> None:
        attempt = only((asked(), 0.0), (event, 2.0), (event, 3.0))
        assert phases(attempt) == [("waiting", 0.0, 2.0), (phase.value, 2.0, 3.0)]

    def test_its_ending_and_usage(self) -> None:
        attempt = only(*ANSWER)
        assert (attempt.ending, attempt.failure, attempt.usage) == (Ending.FINISHED, None, END.usage)
        assert (attempt.begin, attempt.end, attempt.provider, attempt.model) == (10.0, 11.5, "groq", "small")

    def test_usage_on_the_way_counts_until_there_is_better(self) -> None:
        early = Usage(input_tokens=3)
        assert only((UsageUpdate(early), 1.0), (Failed(BUSY), 2.0)).usage == early

    def test_without_an_end_it_is_open(self) -> None:
        attempt = only(*ANSWER[:-1])
        assert (attempt.ending, attempt.end) == (Ending.OPEN, 11.4)


class TestStalls:
    def test_silence_in_a_body_is_a_stall_and_its_end_no_text(self) -> None:
        attempt = only((asked(), 0.0), (TextDelta("a"), 5.0), (TextDelta("b"), 5.5), (TextDelta("c"), 8.0), (END, 8.1))
        assert phases(attempt) == [
            ("waiting", 0.0, 5.0),
            ("text", 5.0, 5.5),
            ("stalled", 5.5, 8.0),
            ("text", 8.0, 8.0),
            ("closing", 8.0, 8.1),
        ]
        assert attempt.stalls == (Span(Phase.STALLED, 5.5, 8.0, 1),)

    def test_two_in_a_row_are_two(self) -> None:
        attempt = only((TextDelta("a"), 0.0), (Mark.BYTES, 2.0), (Mark.BYTES, 4.0))
        assert [(span.begin, span.end) for span in attempt.stalls] == [(0.0, 2.0), (2.0, 4.0)]

    def test_a_silence_of_exactly_the_limit_is_none(self) -> None:
        moments = [(TextDelta("a"), 0.0), (TextDelta("b"), 2.0)]
        assert only(*moments, stall=2.0).stalls == ()
        assert len(only(*moments, stall=1.9).stalls) == 1

    def test_bytes_without_events_end_a_silence(self) -> None:
        moments: list[tuple[Any, float]] = [(TextDelta("a"), 0.0), (Mark.BYTES, 0.9), (TextDelta("b"), 1.8)]
        assert only(*moments).stalls == ()

    def test_a_silence_up_to_the_end_counts(self) -> None:
        failed = Failed(Failure(FailureKind.STALLED, "silence"))
        attempt = only((asked(), 0.0), (Heartbeat("ping"), 0.5), (Mark.BYTES, 0.6), (failed, 9.0))
        assert phases(attempt) == [("heartbeats", 0.0, 0.5), ("waiting", 0.5, 0.6), ("stalled", 0.6, 9.0)]

    def test_the_time_behind_content_that_no_phase_has_belongs_to_the_content(self) -> None:
        attempt = only((TextDelta("a"), 1.0), (UsageUpdate(Usage()), 1.5), (TextDelta("b"), 9.0))
        assert phases(attempt)[1:] == [("text", 1.0, 1.5), ("stalled", 1.5, 9.0), ("text", 9.0, 9.0)]

    def test_a_mark_counts_once(self) -> None:
        marks = [(Mark.CONNECTED, 1.0), (Mark.HEADERS, 2.0), (Mark.CONNECTED, 3.0), (Mark.HEADERS, 4.0)]
        attempt = only((asked(), 0.0), *marks, (TextDelta("a"), 5.0))
        assert (attempt.connected, attempt.headers) == (1.0, 2.0)
        assert phases(attempt)[:2] == [("connect", 0.0, 1.0), ("headers", 1.0, 2.0)]
        assert phases(attempt)[2:] == [("waiting", 2.0, 5.0), ("text", 5.0, 5.0)]

    def test_events_without_a_phase_only_tell_that_it_lives(self) -> None:
        attempt = only((asked(), 0.0), (Note(NoteCode.MISSING_TERMINATOR, ""), 1.0), (TextDelta("a"), 1.5))
        assert phases(attempt) == [("waiting", 0.0, 1.5), ("text", 1.5, 1.5)]
        assert attempt.first_byte == 1.0

    @pytest.mark.parametrize(
        ("marks", "kind", "phase"),
        [
            ([], FailureKind.CONNECT, "connect"),
            ([(Mark.CONNECTED, 1.0)], FailureKind.READ, "headers"),
            ([(Mark.CONNECTED, 1.0), (Mark.HEADERS, 2.0)], FailureKind.READ, "waiting"),
        ],
        ids=["no connection", "no headers", "no body"],
    )
    def test_what_a_failure_interrupted(self, marks: list[tuple[Mark, float]], kind: FailureKind, phase: str) -> None:
        attempt = only((asked(), 0.0), *marks, (Failed(Failure(kind, "broken")), 3.0))
        assert phases(attempt)[-1] == (phase, float(len(marks)), 3.0)
