"""A part of the fault matrix, chosen by a fixed seed; `python -m tests.faults` runs all of it."""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.cells import FRAMINGS, Cell, cells
from tests.faults.matrix import run_cells

SEED = 4711
THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"


def for_every_fault_and_position(chosen: list[Cell], count: int) -> list[Cell]:
    """So many cells of each, at protocols and shims of chance."""
    by_pair: dict[tuple[str, str], list[Cell]] = {}
    for cell in chosen:
        by_pair.setdefault((cell.fault, cell.position), []).append(cell)
    chance = random.Random(SEED)
    return [cell for own in by_pair.values() for cell in chance.sample(own, count)]


def test_every_stream_ends_once_in_time_typed_and_without_its_key() -> None:
    chosen = cells() if THOROUGH else for_every_fault_and_position(cells(), 2)
    assert len(chosen) >= 200
    report = run_cells(chosen)
    assert report.violations == []
    assert len(report.results) == len(chosen)
    outcomes = {result.outcome for result in report.results}
    assert {"finished", "stalled", "read", "truncated", "malformed"} <= outcomes


@pytest.mark.parametrize("framing", FRAMINGS[1:])
def test_no_stream_is_taken_for_whole_however_its_body_is_framed(framing: str) -> None:
    assert run_cells(for_every_fault_and_position(cells(framing=framing), 1)).violations == []
