"""Every body of ours gives the same events in every cut: see `tests/chunkings.py`."""

from __future__ import annotations

import os

import pytest
from tests.bodies import BODIES
from tests.chunkings import AT_LEAST, AT_LEAST_THOROUGH, Plan, plans

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
PLANS = plans(thorough=THOROUGH)


def test_the_chunkings_are_as_many_as_promised() -> None:
    assert sum(plan.count for plan in PLANS) >= (AT_LEAST_THOROUGH if THOROUGH else AT_LEAST)
    assert {plan.provider for plan in PLANS} == set(BODIES)


def test_a_chunking_is_the_whole_body_in_pieces_and_none_comes_twice() -> None:
    plan = Plan("openai-chat", bytes(range(40)), in_three=True)
    chunkings = [tuple(chunks) for chunks in plan.chunkings()]
    assert len(chunkings) == plan.count
    # Pieces of one size may be two, as other cuts are.
    assert len(chunkings) - len(set(chunkings)) < 17
    assert {b"".join(chunks) for chunks in chunkings} == {plan.body}


@pytest.mark.parametrize("provider", BODIES)
def test_no_cut_changes_the_events(provider: str) -> None:
    for plan in PLANS:
        if plan.provider == provider:
            assert plan.run() == plan.count
