"""Token counts: where they stand, how they merge, and what they mean."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, of_kind
from tests.messages_wire import STOP, begin, change, events_of, talk, told

from deltawire.events import Metadata, UsageUpdate
from deltawire.notes import NoteCode
from deltawire.providers.anthropic.usage import messages_usage, uncounted
from deltawire.usage import Usage

START = {
    "input_tokens": 12,
    "cache_creation_input_tokens": 200,
    "cache_read_input_tokens": 3000,
    "cache_creation": {"ephemeral_5m_input_tokens": 150, "ephemeral_1h_input_tokens": 50},
    "output_tokens": 2,
    "service_tier": "standard",
    "inference_geo": "eu",
}


def usages(*said: Any) -> list[Usage]:
    """All that is told of counts: those of the start first, then those of each delta."""
    first, *later = said
    changes = [change(None, usage) for usage in later]
    events = events_of(begin(**({} if first is None else {"usage": first})), *talk("a"), *changes, change(), STOP)
    found = [event.usage for event in of_kind(events, UsageUpdate)]
    assert events[-1].usage == (found[-1] if found else None)
    return found


class TestMeaning:
    @pytest.mark.parametrize(
        ("raw", "counts"),
        [
            ({"input_tokens": 10, "output_tokens": 5}, (10, 5, None, None, None, 15)),
            (START, (3212, 2, 3000, 200, None, 3214)),
            (
                {"input_tokens": 10, "output_tokens": 50, "output_tokens_details": {"thinking_tokens": 30}},
                (10, 50, None, None, 30, 60),
            ),
            (
                {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0},
                (0, 0, 0, 0, None, 0),
            ),
            ({"input_tokens": 10}, (10, None, None, None, None, None)),
            ({"output_tokens": 5}, (None, 5, None, None, None, None)),
            ({"cache_read_input_tokens": 7, "output_tokens": 5}, (None, 5, 7, None, None, None)),
            ({"input_tokens": None, "output_tokens": None}, (None, None, None, None, None, None)),
            ({"input_tokens": "12", "output_tokens": 3.0}, (12, 3, None, None, None, 15)),
            ({"input_tokens": -1, "output_tokens": 2.5}, (None, None, None, None, None, None)),
            ({"input_tokens": True, "output_tokens": 2**60}, (None, None, None, None, None, None)),
            ({"input_tokens": [1], "output_tokens_details": [2]}, (None, None, None, None, None, None)),
            ({}, (None, None, None, None, None, None)),
        ],
        ids=str,
    )
    def test_the_counts(self, raw: dict[str, Any], counts: tuple[int | None, ...]) -> None:
        found = messages_usage(raw)
        assert found == Usage(*counts, None, raw)

    def test_the_names_of_what_is_no_count(self) -> None:
        assert uncounted({"input_tokens": "x", "output_tokens": 1, "cache_read_input_tokens": -1}) == (
            "input_tokens, cache_read_input_tokens"
        )
        assert uncounted({"input_tokens": None, "service_tier": "standard"}) == ""


class TestMerging:
    def test_the_start_and_several_deltas(self) -> None:
        found = usages(START, {"output_tokens": 15}, {"output_tokens": 40, "input_tokens": 20})
        assert [(usage.input_tokens, usage.output_tokens, usage.total_tokens) for usage in found] == [
            (3212, 2, 3214),
            (3212, 15, 3227),
            (3220, 40, 3260),
        ]
        assert found[-1].raw == {**START, "output_tokens": 40, "input_tokens": 20}

    def test_counts_are_totals_and_are_never_summed(self) -> None:
        found = usages({"input_tokens": 25, "output_tokens": 1}, {"output_tokens": 15}, {"output_tokens": 15})
        assert [usage.output_tokens for usage in found] == [1, 15]

    def test_input_that_grows_while_tools_run_replaces_the_first(self) -> None:
        later = {"input_tokens": 900, "cache_read_input_tokens": 100, "output_tokens": 9}
        assert usages({"input_tokens": 25, "output_tokens": 1}, later)[-1].input_tokens == 1000

    def test_a_count_that_falls_is_believed(self) -> None:
        assert usages({"input_tokens": 25, "output_tokens": 9}, {"output_tokens": 4})[-1].output_tokens == 4

    @pytest.mark.parametrize("nothing", [None, {}, {"output_tokens": None}, {"output_tokens": 0}], ids=str)
    def test_nothing_and_zero_overwrite_nothing(self, nothing: Any) -> None:
        assert usages({"input_tokens": 25, "output_tokens": 9}, nothing, nothing) == usages(
            {"input_tokens": 25, "output_tokens": 9}
        )

    def test_placeholders_of_the_start_give_way(self) -> None:
        # Z.ai counts at the end only: github.com/zai-org/GLM-5/issues/139.
        last = {"input_tokens": 11, "output_tokens": 7, "cache_read_input_tokens": 128}
        assert usages({"input_tokens": 0, "output_tokens": 0}, last)[-1] == Usage(
            139, 7, 128, None, None, 146, None, last
        )

    def test_objects_merge_by_field(self) -> None:
        found = usages(
            {"output_tokens": 1, "server_tool_use": {"web_search_requests": 0}},
            {"output_tokens": 2, "server_tool_use": {"web_search_requests": 1}},
            {"output_tokens": 2, "server_tool_use": {"web_fetch_requests": 3}},
        )
        assert found[-1].raw["server_tool_use"] == {"web_search_requests": 1, "web_fetch_requests": 3}

    def test_an_update_keeps_what_was_known_at_its_time(self) -> None:
        first, second = usages({"input_tokens": 5, "output_tokens": 1}, {"output_tokens": 2})
        assert (first.raw, second.raw) == (
            {"input_tokens": 5, "output_tokens": 1},
            {"input_tokens": 5, "output_tokens": 2},
        )

    def test_iterations_are_kept_as_sent(self) -> None:
        # Tokens spent on compaction are not in the totals.
        iterations = [{"type": "compaction", "output_tokens": 900}, {"type": "message", "output_tokens": 9}]
        (found,) = usages({"input_tokens": 5, "output_tokens": 9, "iterations": iterations})
        assert (found.output_tokens, found.raw["iterations"]) == (9, iterations)


class TestWhereTheyAreMissing:
    def test_nowhere_at_all(self) -> None:
        assert usages(None) == []

    @pytest.mark.parametrize("usage", [None, {}, {"service_tier": None}], ids=str)
    def test_null_or_empty_in_the_start(self, usage: Any) -> None:
        # MiniMax: github.com/NousResearch/hermes-agent/issues/60683.
        assert [found.output_tokens for found in usages(usage, {"output_tokens": 3})] == [3]

    def test_a_usage_that_is_no_object_is_kept_as_metadata(self) -> None:
        events = events_of(begin(usage=[1]), *talk("a"), change(usage="many"), STOP)
        assert of_kind(events, Metadata) == [Metadata({"usage": [1]}), Metadata({"usage": "many"})]
        assert events[-1].usage is None

    def test_counts_that_are_none_are_noted_once_and_stay_in_the_raw_usage(self) -> None:
        events = events_of(begin(usage={"input_tokens": "many"}), change(None, {"output_tokens": -1}), change(), STOP)
        assert codes(events) == [NoteCode.USAGE_NOT_A_NUMBER, NoteCode.EMPTY_ANSWER]
        assert events[-1].usage == Usage(raw={"input_tokens": "many", "output_tokens": -1})

    def test_a_usage_with_the_stop_is_told_before_the_end(self) -> None:
        events = told(begin(), *talk("a"), change(), {**STOP, "usage": {"output_tokens": 3}})
        assert isinstance(events[0], UsageUpdate)
