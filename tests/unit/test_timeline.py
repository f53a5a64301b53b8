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
from tests.moments import ANSWER, BUSY, END, asked, only, phases

from deltawire import (
    Failed,
    Failure,
    FailureKind,
    ReasoningDelta,
    ResponseStarted,
    TextDelta,
    Usage,
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
    Ending,
    Mark,
    Timeline,
    TimelineRecorder,
)


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

    def test_the_first_byte_is_that_of_the_answer(self) -> None:
        refused = [(asked(), 1.0), (Mark.BYTES, 1.2), (RetryAttempt(2, 2, 0, "busy", BUSY), 1.3), (asked(2), 2.0)]
        assert Timeline.of(refused).time_to_first_byte is None
        answered = [*refused, (Mark.BYTES, 3.0)]
        assert Timeline.of(answered).time_to_first_byte == 2.0
        answered += [(TextDelta("hi"), 3.5), (END, 4.0)]
        assert Timeline.of(answered).time_to_first_byte == 2.0
        assert Timeline.of([*answered, (asked(), 5.0), (Mark.BYTES, 6.0)]).time_to_first_byte == 2.0

    def test_nothing_is_no_attempt(self) -> None:
        assert Timeline.of([]) == Timeline()
        assert (Timeline().begin, Timeline().end, Timeline().retries, Timeline().stalls) == (0.0, 0.0, 0, ())
        assert Timeline().time_to_first_content is None
        assert Timeline().time_to_first_byte is None

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


def test_the_records_are_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Timeline().attempts = ()  # type: ignore[misc]
