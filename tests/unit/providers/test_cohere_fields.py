"""What else stands in the events of Cohere: counts, debug output, vendor fields, a message's start."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cohere_events import COUNTS, RICH, STARTED, TALK, end, event, events_of, start
from tests.helpers import codes, failure_of, of_kind

from deltawire.events import Finished, FinishReason, Metadata, Note, ResponseStarted, Unknown, UsageUpdate
from deltawire.failures import FailureKind
from deltawire.notes import NoteCode
from deltawire.usage import Usage


class TestBesides:
    def test_debug_is_metadata(self) -> None:
        assert Metadata({"prompt": "<|START|>"}) in events_of(*RICH)

    def test_debug_may_come_first(self) -> None:
        events = events_of(event("debug", prompt="p"), *TALK)
        assert events[:2] == [STARTED, Metadata({"prompt": "p"})]
        assert not of_kind(events, Note)

    def test_vendor_fields_are_told_once(self) -> None:
        events = events_of(*({**payload, "region": "eu"} for payload in TALK))
        assert of_kind(events, Metadata) == [Metadata({"region": "eu"})]

    def test_fields_of_delta_and_message_are_kept(self) -> None:
        odd = {"type": "message-start", "id": "resp-1", "delta": {"x": 1, "message": {"role": "assistant", "y": 2}}}
        assert of_kind(events_of(odd, *TALK[1:]), Metadata) == [Metadata({"x": 1}), Metadata({"y": 2})]

    def test_an_unknown_event_is_kept_and_the_stream_goes_on(self) -> None:
        novel = event("tool-result", {"x": 1}, 0)
        events = events_of(*TALK[:3], novel, *TALK[3:])
        assert [item for item in events if item != Unknown(novel)] == events_of(*TALK)
        assert Unknown(novel) in events

    def test_counts_are_floats_and_input_includes_what_the_cache_served(self) -> None:
        usage = Usage(508, 86, 144, None, 28, 594, None, COUNTS)
        events = events_of(*TALK)
        assert of_kind(events, UsageUpdate) == [UsageUpdate(usage)]
        assert events[-1] == Finished(FinishReason.STOP, "COMPLETE", usage)

    @pytest.mark.parametrize(
        ("usage", "expected"),
        [
            pytest.param(None, None, id="null"),
            pytest.param({}, None, id="empty"),
            pytest.param(
                {"billed_units": {"input_tokens": 1, "output_tokens": 2}},
                Usage(1, 2, total_tokens=3, raw={"billed_units": {"input_tokens": 1, "output_tokens": 2}}),
                id="billed only",
            ),
            pytest.param(
                {"tokens": {"output_tokens": 2}, "billed_units": {"search_units": 1}},
                Usage(None, 2, raw={"tokens": {"output_tokens": 2}, "billed_units": {"search_units": 1}}),
                id="half",
            ),
            pytest.param(
                {"tokens": {"input_tokens": 0.5, "output_tokens": 2}},
                Usage(None, 2, raw={"tokens": {"input_tokens": 0.5, "output_tokens": 2}}),
                id="no whole number",
            ),
        ],
    )
    def test_usage(self, usage: Any, expected: Usage | None) -> None:
        assert events_of(start(), end(usage=usage))[-1].usage == expected

    def test_what_is_no_whole_number_is_noted(self) -> None:
        events = events_of(start(), end(usage={"tokens": {"input_tokens": 0.5, "output_tokens": "x"}}))
        assert Note(NoteCode.USAGE_NOT_A_NUMBER, "input_tokens, output_tokens") in events

    def test_a_second_start_is_noted(self) -> None:
        assert NoteCode.SECOND_START in codes(events_of(start(), *TALK))

    @pytest.mark.parametrize("first", [None, "resp-1"])
    @pytest.mark.parametrize("second", [None, "resp-1"])
    def test_a_second_start_without_an_id_is_none_of_another_message(self, first: Any, second: Any) -> None:
        events = events_of({**start(), "id": first}, {**start(), "id": second}, *TALK[1:])
        assert isinstance(events[-1], Finished)

    def test_the_start_of_another_message_is_an_error(self) -> None:
        other = {**start(), "id": "resp-2", "x": 1}
        error = failure_of(events_of(*TALK[:3], other))
        assert error.kind is FailureKind.MALFORMED
        assert "resp-2" in error.message

    def test_a_missing_start_is_noted_once(self) -> None:
        events = events_of(*TALK[1:])
        assert codes(events) == [NoteCode.MISSING_START]
        assert of_kind(events, ResponseStarted) == [ResponseStarted("", "", "cohere")]
