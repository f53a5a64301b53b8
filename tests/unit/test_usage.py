"""Token counts: absent is not zero, running totals are never summed."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.event_samples import USAGE

from deltawire.usage import Pricer, Usage, merge_counts

COUNTS = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["", "x", 0.5, True]) | st.lists(st.integers(0, 2), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
SAID = st.dictionaries(st.sampled_from("abc"), COUNTS, max_size=3)


def test_nothing_is_known_at_first() -> None:
    assert [value for value in attrs.astuple(Usage()) if value is not None] == [{}]


def test_is_equal_by_value_hashable_and_frozen() -> None:
    assert copy.deepcopy(USAGE) == pickle.loads(pickle.dumps(USAGE)) == USAGE != attrs.evolve(USAGE, raw={})
    assert hash(USAGE) == hash(copy.deepcopy(USAGE))
    assert Usage().raw is not Usage().raw
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        USAGE.cost = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("before", "said", "after", "changed"),
    [
        pytest.param({}, {"a": 1}, {"a": 1}, True, id="new"),
        pytest.param({"a": 1}, {"a": 5}, {"a": 5}, True, id="the last wins"),
        pytest.param({"a": 5}, {"a": 2}, {"a": 2}, True, id="also if it is smaller"),
        pytest.param({"a": 1}, {"a": 1}, {"a": 1}, False, id="the same"),
        pytest.param({"a": 1}, {"a": None}, {"a": 1}, False, id="null says nothing"),
        pytest.param({}, {"a": None}, {}, False, id="null adds nothing"),
        pytest.param({"a": 1}, {"a": 0}, {"a": 1}, False, id="a zero is a placeholder"),
        pytest.param({"a": 0.5}, {"a": 0.0}, {"a": 0.5}, False, id="also for a price"),
        pytest.param({}, {"a": 0}, {"a": 0}, True, id="a first zero counts"),
        pytest.param({"a": "x"}, {"a": 0}, {"a": 0}, True, id="a zero in place of text"),
        pytest.param({"a": 1}, {}, {"a": 1}, False, id="nothing said"),
        pytest.param({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}, True, id="objects merge"),
        pytest.param({"a": {"b": 1}}, {"a": {"b": 0, "c": None}}, {"a": {"b": 1}}, False, id="by the same rules"),
        pytest.param({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}, True, id="an object in place of a number"),
        pytest.param({"a": {"b": 1}}, {"a": 2}, {"a": {"b": 1}}, False, id="a number in place of an object"),
        pytest.param({"a": 1}, {"a": {}}, {"a": {}}, True, id="an empty object in place of a number"),
        pytest.param({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}, False, id="an empty object says nothing"),
        pytest.param({"a": [1]}, {"a": [2]}, {"a": [2]}, True, id="lists are values"),
    ],
)
def test_merging(before: dict[str, Any], said: dict[str, Any], after: dict[str, Any], changed: bool) -> None:
    said_before = copy.deepcopy(said)
    assert merge_counts(before, said) is changed
    assert before == after
    assert said == said_before


@pytest.mark.parametrize("name", ["input_tokens", "promptTokenCount", "prompt_token_count", "eval_count", "tokens"])
@pytest.mark.parametrize("odd", [-5, "many", 2.5, True, [], {"x": 1}, 2**53 + 1, float("inf")])
def test_what_is_no_count_took_the_place_of_one(name: str, odd: Any) -> None:
    merged, refused = {name: 7, "details": {name: 3}}, {}
    assert merge_counts(merged, {name: odd, "details": {name: odd}}, refused) is False
    assert (merged, refused) == ({name: 7, "details": {name: 3}}, {name: odd})
    assert merge_counts(merged, {name: 8}, refused) is True


@pytest.mark.parametrize("name", ["total_time", "cost", "input_tokens_cost"])
def test_other_numbers_change_as_they_like(name: str) -> None:
    merged: dict[str, Any] = {name: 1}
    assert merge_counts(merged, {name: 0.25}, {}) is True
    assert merged == {name: 0.25}


@given(st.lists(SAID, max_size=5))
def test_what_was_taken_stays_as_it_was(frames: list[dict[str, Any]]) -> None:
    merged: dict[str, Any] = {}
    taken: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for said in frames:
        before = copy.deepcopy(merged)
        changed = merge_counts(merged, said)
        assert changed is (merged != before)
        taken.append((merged.copy(), copy.deepcopy(merged)))
        assert not merge_counts(merged, said)
    assert all(shown == kept for shown, kept in taken)


def test_a_pricer_is_whoever_knows_prices() -> None:
    class Flat:
        def cost(self, provider: str, model: str, usage: Usage) -> float | None:
            return None if usage.output_tokens is None else usage.output_tokens * 0.5

    pricer: Pricer = Flat()
    assert pricer.cost("groq", "small-1", USAGE) == 3.5
    assert pricer.cost("groq", "small-1", Usage()) is None
