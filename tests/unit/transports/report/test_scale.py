"""Axes and words: where values stand, and how they read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire import Failure, FailureKind
from deltawire.timeline import AttemptTimeline, Ending
from deltawire_transports.report.scale import LogScale, TimeScale, percent
from deltawire_transports.report.words import bytes_words, count_words, ending_words, seconds_words, shortened


class TestTime:
    def test_stretches_are_parts_of_the_width(self) -> None:
        scale = TimeScale(0.0, 4.0)
        assert (scale.at(1.0), scale.width(1.0, 2.0), scale.at(9.0), scale.at(-1.0)) == ("25%", "25%", "100%", "0%")

    @given(st.floats(1e-4, 1e6))
    def test_ticks_are_round_few_and_inside(self, seconds: float) -> None:
        scale = TimeScale.over(seconds)
        ticks = scale.ticks()
        assert ticks[0] == 0
        assert 2 <= len(ticks) <= 6
        assert ticks[-1] <= scale.end * 1.000001

    def test_no_time_at_all_is_a_second(self) -> None:
        assert TimeScale.over(0.0).end == 1.0


class TestDecades:
    @given(st.lists(st.floats(1e-7, 1e5), min_size=1, max_size=20))
    def test_every_value_has_its_place(self, values: list[float]) -> None:
        scale = LogScale.over(values)
        edges = scale.edges()
        assert edges == sorted(edges)
        assert scale.highest > scale.lowest
        for value in values:
            assert 0.0 <= scale.share(value) <= 1.0
            assert min(value, edges[-1]) >= edges[0] * (1 - 1e-8) or value < 1e-4
        assert scale.ticks()[0] == pytest.approx(edges[0])
        assert scale.ticks()[-1] == pytest.approx(edges[-1])

    def test_a_decade_is_as_wide_as_the_next(self) -> None:
        scale = LogScale.over([0.001, 0.09])
        assert scale.ticks() == pytest.approx([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1])
        assert [scale.at(seconds) for seconds in scale.ticks()][::3] == ["0%", "50%", "100%"]

    def test_many_decades_are_labelled_once_each(self) -> None:
        assert LogScale.over([0.001, 9.0]).ticks() == pytest.approx([0.001, 0.01, 0.1, 1.0, 10.0])

    def test_a_value_on_an_edge_belongs_to_the_bar_behind_it(self) -> None:
        edges = LogScale.over([0.08]).edges()
        assert {0.01, 0.0125, 0.063, 0.08, 0.1} < set(edges)


def test_per_cent_is_written_the_same_everywhere() -> None:
    assert [percent(share) for share in (0.0, 1 / 3, 0.5, 1.0)] == ["0%", "33.333%", "50%", "100%"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0.0, "0 ms"),
        (0.0004, "0.4 ms"),
        (0.0123, "12 ms"),
        (0.32, "320 ms"),
        (0.9999, "1.00 s"),
        (1.254, "1.25 s"),
        (12.34, "12.3 s"),
        (1234.5, "1,234 s"),
    ],
)
def test_times_have_about_three_digits(seconds: float | None, words: str) -> None:
    assert seconds_words(seconds) == words


@pytest.mark.parametrize(("size", "words"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000, "2.0 MB")])
def test_sizes(size: int, words: str) -> None:
    assert bytes_words(size) == words


def test_counts_have_their_plural() -> None:
    assert [count_words(count, "gap") for count in (0, 1, 1200)] == ["0 gaps", "1 gap", "1,200 gaps"]


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [("short", 5, "short"), ("longer", 5, "long…"), ("東京都", 5, "東京…"), ("東京", 4, "東京"), ("", 3, "")],
)
def test_texts_are_shortened_by_what_they_take(text: str, columns: int, expected: str) -> None:
    assert shortened(text, columns) == expected


@pytest.mark.parametrize(
    ("ending", "failure", "words"),
    [
        (Ending.FINISHED, None, "finished"),
        (Ending.RETRIED, Failure(FailureKind.OVERLOADED, "m", status=503), "HTTP 503, retried"),
        (Ending.REPLACED, Failure(FailureKind.STALLED, "m"), "stalled, fallback"),
        (Ending.FAILED, Failure(FailureKind.RATE_LIMIT, "m"), "failed: rate limit"),
        (Ending.CONTEXT_OVERFLOW, Failure(FailureKind.CONTEXT_OVERFLOW, "m"), "context overflow"),
        (Ending.CANCELLED, None, "cancelled"),
    ],
)
def test_endings_in_a_few_words(ending: Ending, failure: Failure | None, words: str) -> None:
    assert ending_words(AttemptTimeline(1, "p", "m", 0, 1, ending, failure)) == words
