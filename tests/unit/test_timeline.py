"""What a stream spent its time on, told from events and their times."""

from __future__ import annotations

import copy
import pickle
import time
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire import (
    Failed,
    Failure,
    FailureKind,
    Finished,
    FinishReason,
    Heartbeat,
    MediaDelta,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Usage,
    UsageUpdate,
)
from deltawire.policy import (
    AttemptStarted,
    Cancelled,
    ContextOverflow,
    FallbackStarted,
    Paused,
    RetryAttempt,
    Status,
)
from deltawire.policy.host_events import AgentLoopIteration
from deltawire.timeline import (
    AttemptTimeline,
    CallTimeline,
    Ending,
    Mark,
    Phase,
    Span,
    Step,
    Timeline,
    TimelineRecorder,
    percentile,
)

BUSY = Failure(FailureKind.OVERLOADED, "busy", status=503)
END = Finished(FinishReason.STOP, usage=Usage(input_tokens=3, output_tokens=4))


def asked(attempt: int = 1) -> AttemptStarted:
    return AttemptStarted(attempt, 3, "groq", "small")


def only(*moments: tuple[Any, float], **options: float) -> AttemptTimeline:
    """The timeline of moments that are one attempt."""
    (attempt,) = Timeline.of(moments, **options).attempts
    return attempt


def phases(attempt: AttemptTimeline) -> list[tuple[str, float, float]]:
    return [(span.phase.value, span.begin, span.end) for span in attempt.spans]


ANSWER: list[tuple[Any, float]] = [
    (asked(), 10.0),
    (Mark.CONNECTED, 10.1),
    (Mark.HEADERS, 10.3),
    (Mark.BYTES, 10.4),
    (Heartbeat("comment"), 10.4),
    (Mark.BYTES, 10.6),
    (ResponseStarted("r", "small-1", "groq"), 10.6),
    (ReasoningDelta("Hm"), 10.6),
    (ReasoningDelta("."), 10.7),
    (TextDelta("Grüezi"), 10.9),
    (TextDelta("!"), 11.0),
    (ToolCallStarted(0, "c", "weather"), 11.1),
    (ToolCallDelta(0, '{"city":'), 11.2),
    (ToolCallDelta(0, '"Bern"}'), 11.4),
    (ToolCallFinished(0, "c", "weather", '{"city":"Bern"}', complete=True), 11.4),
    (END, 11.5),
]


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


class TestAttempts:
    def test_a_retry_and_a_fallback(self) -> None:
        told = Usage(input_tokens=1)
        other = AttemptStarted(1, 1, "ollama", "tiny")
        timeline = Timeline.of(
            [
                (asked(), 0.0),
                (RetryAttempt(2, 3, 250, "busy", BUSY, told), 0.5),
                (asked(2), 0.75),
                (FallbackStarted("ollama", "tiny", BUSY), 1.0),
                (other, 1.0),
                (TextDelta("hi"), 1.5),
                (END, 2.0),
            ]
        )
        first, second, third = timeline.attempts
        assert (first.ending, first.retry_delay, first.failure, first.usage) == (Ending.RETRIED, 0.25, BUSY, told)
        assert (second.ending, second.begin, second.end) == (Ending.REPLACED, 0.75, 1.0)
        assert (third.number, third.provider, third.ending) == (3, "ollama", Ending.FINISHED)
        assert timeline.retries == 2
        assert timeline.time_to_first_content == 1.5
        assert (timeline.begin, timeline.end, timeline.seconds) == (0.0, 2.0, 2.0)

    @pytest.mark.parametrize(
        ("terminal", "ending"),
        [
            (Failed(BUSY), Ending.FAILED),
            (ContextOverflow(BUSY), Ending.CONTEXT_OVERFLOW),
            (Cancelled(), Ending.CANCELLED),
            (Paused(), Ending.PAUSED),
        ],
        ids=lambda value: getattr(value, "value", ""),
    )
    def test_every_end(self, terminal: Any, ending: Ending) -> None:
        attempt = only((asked(), 0.0), (terminal, 1.0))
        assert attempt.ending is ending
        assert attempt.failure == getattr(terminal, "error", None)
        assert phases(attempt) == [("waiting", 0.0, 1.0)]

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

    def test_targets_that_could_not_be_asked_have_no_attempt(self) -> None:
        unasked = FallbackStarted("groq", "small", Failure(FailureKind.UNCONFIGURED, "no key"))
        timeline = Timeline.of([(Status("no key"), 0.0), (unasked, 0.0), (asked(), 0.0), (END, 1.0)])
        assert [attempt.ending for attempt in timeline.attempts] == [Ending.FINISHED]
        assert Timeline.of([(asked(), 0.0), (END, 1.0), (Failed(BUSY), 2.0)]).end == 1.0
        assert Timeline.of([(Cancelled(), 0.0)]).attempts == ()
        assert Timeline.of([(Status("no key"), 0.0), (Failed(unasked.error), 0.0)]).attempts == ()

    def test_the_events_of_a_parser_alone_are_one_attempt(self) -> None:
        attempt = only((ResponseStarted("r", "m", "groq"), 2.0), (TextDelta("a"), 3.0), (END, 4.0), begin=1.0)
        assert (attempt.provider, attempt.model, attempt.begin, attempt.end) == ("groq", "m", 1.0, 4.0)
        assert attempt.time_to_first_byte == 1.0
        assert only((Failed(BUSY), 2.0)).ending is Ending.FAILED

    def test_events_without_a_request_behind_an_end_are_another_attempt(self) -> None:
        timeline = Timeline.of([(asked(), 0.0), (END, 1.0), (TextDelta("late"), 2.0)])
        assert [(attempt.number, attempt.begin) for attempt in timeline.attempts] == [(1, 0.0), (2, 1.0)]

    def test_a_request_while_another_is_open_leaves_that_open(self) -> None:
        assert [attempt.ending for attempt in Timeline.of([(asked(), 0.0), (asked(), 1.0)]).attempts] == [
            Ending.OPEN,
            Ending.OPEN,
        ]

    def test_nothing_is_no_attempt(self) -> None:
        assert Timeline.of([]) == Timeline()
        assert (Timeline().begin, Timeline().end, Timeline().retries, Timeline().stalls) == (0.0, 0.0, 0, ())
        assert Timeline().time_to_first_content is None

    def test_what_a_host_adds_changes_nothing(self) -> None:
        moments = [(AgentLoopIteration(1), 0.0), *ANSWER, (AgentLoopIteration(2), 99.0)]
        assert Timeline.of(moments) == Timeline.of(ANSWER)

    def test_gaps_and_stalls_of_all_attempts(self) -> None:
        once = [(asked(), 0.0), (TextDelta("a"), 1.0), (TextDelta("b"), 3.0), (END, 3.0)]
        timeline = Timeline.of([*once, *((moment, seconds + 10) for moment, seconds in once)])
        assert timeline.gaps() == [2.0, 2.0]
        assert len(timeline.stalls) == 2


class TestRecorder:
    def test_it_tells_what_it_knows_at_any_time(self) -> None:
        recorder = TimelineRecorder()
        for count, (moment, seconds) in enumerate(ANSWER):
            recorder.feed(moment, seconds)
            assert recorder.timeline() == Timeline.of(ANSWER[: count + 1])

    def test_it_is_plain_data(self) -> None:
        recorder = TimelineRecorder()
        for moment, seconds in ANSWER[:8]:
            recorder.feed(moment, seconds)
        for twin in (copy.deepcopy(recorder), pickle.loads(pickle.dumps(recorder))):
            for moment, seconds in ANSWER[8:]:
                twin.feed(moment, seconds)
            assert twin.timeline() == Timeline.of(ANSWER)
        assert recorder.timeline() == Timeline.of(ANSWER[:8])

    def test_a_clock_that_goes_back_stands_still(self) -> None:
        attempt = only((asked(), 5.0), (TextDelta("a"), 7.0), (TextDelta("b"), 6.0), (END, 4.0))
        assert phases(attempt) == [("waiting", 5.0, 7.0), ("text", 7.0, 7.0)]
        assert attempt.end == 7.0

    def test_time_is_linear_in_the_events(self) -> None:
        def spent(count: int) -> float:
            kinds = [TextDelta("a"), ReasoningDelta("b")]
            moments = [(kinds[number % 2], number * 0.001) for number in range(count)]
            begun = time.process_time()
            Timeline.of(moments).gaps()
            return time.process_time() - begun

        small = min(spent(2_000) for _ in range(3))
        assert min(spent(20_000) for _ in range(3)) < 40 * small + 0.1


MOMENTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *(moment for moment, _ in ANSWER),
                RetryAttempt(2, 3, 10, "busy", BUSY),
                FallbackStarted("groq", "m", BUSY),
                Failed(BUSY),
                Cancelled(),
                Status("waiting"),
            ]
        ),
        st.floats(0, 4),
    ),
    max_size=40,
)


@given(MOMENTS)
def test_the_phases_of_an_attempt_fill_it_without_overlap(waits: list[tuple[Any, float]]) -> None:
    now, moments = 0.0, []
    for moment, wait in waits:
        now += wait
        moments.append((moment, now))
    for attempt in Timeline.of(moments).attempts:
        ends = [attempt.begin, *(span.end for span in attempt.spans)]
        assert [span.begin for span in attempt.spans] == ends[:-1]
        assert ends == sorted(ends)
        assert ends[-1] <= attempt.end
        if attempt.ending is not Ending.OPEN:
            assert ends[-1] == attempt.end
        assert sum(span.characters for span in attempt.spans) == attempt.characters
        assert all(gap > 0 for gap in attempt.gaps())


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([3.0], 0.95, 3.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([float(number) for number in range(1, 101)], 0.95, 95.0),
        ([1.0, 2.0], 0.0, 1.0),
        ([1.0, 2.0], 1.0, 2.0),
    ],
    ids=["none", "one", "median", "95 of 100", "least", "most"],
)
def test_percentiles_are_values_that_occur(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_the_records_are_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Timeline().attempts = ()  # type: ignore[misc]
