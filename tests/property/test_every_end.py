"""No body of ours that ends early is taken for all of it: see `tests/early_ends.py`."""

from __future__ import annotations

import os

import pytest
from tests.bodies import BODIES
from tests.chunkings import plans
from tests.early_ends import RESET, end_early

from deltawire.failures import Failure

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
PLANS = plans(thorough=THOROUGH)


@pytest.mark.parametrize("broken", [None, RESET], ids=["a clean end", "a reset"])
@pytest.mark.parametrize("provider", BODIES)
def test_no_part_of_a_body_is_taken_for_all_of_it(provider: str, broken: Failure | None) -> None:
    # A reset proves less than a clean end does, and both at every place take twice the time.
    step = 1 if THOROUGH or broken is None else 7
    ends = sum(end_early(plan.provider, plan.body, broken, step) for plan in PLANS if plan.provider == provider)
    assert ends > 100


def test_a_body_that_ends_behind_its_first_word_is_noticed() -> None:
    said = b'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'
    with pytest.raises(AssertionError, match="finish_reason"):
        end_early("openai-chat", said + said.replace(b'"a"', b'"b"'))
