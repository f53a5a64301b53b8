"""Every body of ours that ends too early, at every place: one terminal event, and never taken for the whole answer."""

from __future__ import annotations

import os

import pytest
from tests.bodies import BODIES
from tests.chunkings import plans
from tests.helpers import answer_of

from deltawire.events import Finished
from deltawire.failures import Failure, FailureKind
from deltawire.testing import events_of, laws_of_order

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
PLANS = plans(thorough=THOROUGH)
RESET = Failure(FailureKind.READ, "reset")


@pytest.mark.parametrize("broken", [None, RESET], ids=["a clean end", "a reset"])
@pytest.mark.parametrize("provider", BODIES)
def test_no_part_of_a_body_is_taken_for_all_of_it(provider: str, broken: Failure | None) -> None:
    # A reset proves less than a clean end does: both at every place take twice the time.
    step = 1 if THOROUGH or broken is None else 7
    for plan in PLANS:
        if plan.provider != provider:
            continue
        whole = events_of(provider, [plan.body])
        for place in range(0, len(plan.body), step):
            events = events_of(provider, [plan.body[:place]], broken=broken)
            laws_of_order(events)
            if isinstance(events[-1], Finished) and isinstance(whole[-1], Finished):
                assert answer_of(events) == answer_of(whole), plan.body[:place]
