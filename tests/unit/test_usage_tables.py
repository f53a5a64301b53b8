"""Token counts of every provider have one meaning: tables checked by hand."""

from __future__ import annotations

import copy
from collections import Counter
from itertools import pairwise

import pytest
from tests.turn_messages import message_of
from tests.usage_cases import CASES, Case

from deltawire.events import Finished, UsageUpdate
from deltawire.registry import PROVIDERS
from deltawire.response import parser


@pytest.mark.parametrize("case", CASES)
def test_counts_mean_the_same_for_every_provider(case: Case) -> None:
    usage = message_of(case.provider, *case.payloads).usage
    assert usage is not None
    counts = (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
        usage.total_tokens,
    )
    assert counts == case.counts
    assert usage.cost == (None if case.cost is None else pytest.approx(case.cost))


@pytest.mark.parametrize("case", CASES)
def test_the_providers_own_fields_stay(case: Case) -> None:
    usage = message_of(case.provider, *copy.deepcopy(case.payloads)).usage
    assert usage is not None
    assert usage.raw == case.raw


@pytest.mark.parametrize("case", CASES)
def test_each_update_says_something_new_and_the_end_says_the_last(case: Case) -> None:
    response = parser(case.provider)
    events = [event for payload in case.payloads for event in response.receive_payload(payload)]
    events += response.receive_eof()
    updates = [event.usage for event in events if isinstance(event, UsageUpdate)]
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.usage == updates[-1]
    assert all(one != other for one, other in pairwise(updates))


def test_every_schema_has_three_cases_at_least() -> None:
    schemas = Counter(PROVIDERS[case.values[0].provider].schema.__name__ for case in CASES)  # type: ignore[union-attr]
    assert schemas.keys() == {row.schema.__name__ for row in PROVIDERS.values()}
    assert min(schemas.values()) >= 3
