"""What the record of an attempt tells about itself."""

from __future__ import annotations

import attrs
import pytest

from deltawire.timeline import (
    AttemptTimeline,
    Phase,
    Span,
    Step,
    percentile,
)

SPANS = (
    Span(Phase.WAITING, 1.0, 2.0),
    Span(Phase.TEXT, 2.0, 3.0, 2, 5),
    Span(Phase.STALLED, 3.0, 6.0, 1),
    Span(Phase.TEXT, 6.0, 6.5, 1, 4),
)
STEPS = (Step(2.0, Phase.TEXT, 2), Step(3.0, Phase.TEXT, 3), Step(3.0, Phase.REASONING, 0), Step(6.5, Phase.TEXT, 4))
ATTEMPT = AttemptTimeline(1, "groq", "small", 1.0, 7.0, first_byte=1.5, first_content=2.0, spans=SPANS, steps=STEPS)
SILENT = AttemptTimeline(1, "groq", "small", 1.0, 7.0)


def test_its_times_are_told_from_the_request_on() -> None:
    assert (ATTEMPT.time_to_first_byte, ATTEMPT.time_to_first_content) == (0.5, 1.0)
    assert (SILENT.time_to_first_byte, SILENT.time_to_first_content) == (None, None)


def test_the_stretches_of_a_phase_are_added() -> None:
    assert ATTEMPT.stalls == (SPANS[2],)
    assert [ATTEMPT.seconds(phase) for phase in (Phase.TEXT, Phase.STALLED, Phase.CLOSING)] == [1.5, 3.0, 0.0]


def test_its_pace_is_that_of_the_content_between_its_first_and_last() -> None:
    assert ATTEMPT.characters == 9
    assert ATTEMPT.characters_per_second == 2.0
    assert (SILENT.characters, SILENT.characters_per_second) == (0, None)
    assert attrs.evolve(ATTEMPT, steps=STEPS[1:3]).characters_per_second is None


def test_what_comes_at_one_time_has_no_gap() -> None:
    assert ATTEMPT.gaps() == [1.0, 3.5]
    assert SILENT.gaps() == []


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
        SILENT.number = 2  # type: ignore[misc]
