"""How interactions end, and what their events say beside the steps."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import message_of, of_kind
from tests.interactions_events import (
    CALLS,
    COMPLETED,
    CREATED,
    STARTED,
    TALK,
    USAGE,
    WHOLE,
    arguments,
    events_of,
    interaction,
    sse,
    start,
    status,
    stop,
    text,
    within,
)
from tests.provider_laws import hold_laws

from deltawire.events import (
    ChoiceFinished,
    Finished,
    FinishReason,
    Metadata,
    Note,
    OpaqueState,
    ResponseStarted,
)
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.parsing import parse
from deltawire.response import parser
from deltawire.usage import Usage


def notes_of(*payloads: Any, done: bool = True) -> list[NoteCode]:
    return [note.code for note in of_kind(events_of(*payloads, done=done), Note)]


STATUSES = {
    "completed": FinishReason.STOP,
    "requires_continuation": FinishReason.PAUSED,
    "incomplete": FinishReason.LENGTH,
    "budget_exceeded": FinishReason.LENGTH,
    "of_another_day": FinishReason.OTHER,
}
SAID = [start(0, "model_output"), text(0, "a"), stop(0)]


class TestEnds:
    @pytest.mark.parametrize(("word", "reason"), STATUSES.items())
    def test_every_status_of_a_completed_interaction(self, word: str, reason: FinishReason) -> None:
        events = within(*SAID, end=interaction("completed", word))
        assert of_kind(events, ChoiceFinished) == [ChoiceFinished(reason, word)]
        assert events[-1] == Finished(reason, word, None, "gemini-tiny")

    def test_action_without_a_call_is_noted(self) -> None:
        payloads = [CREATED, *SAID, interaction("completed", "requires_action")]
        assert notes_of(*payloads) == [NoteCode.FINISH_WITHOUT_CALLS]
        assert events_of(*payloads)[-1].reason is FinishReason.STOP

    def test_completed_without_a_status_is_completed(self) -> None:
        assert within(*SAID, end={"event_type": "interaction.completed"})[-1].raw_reason == "completed"
        assert within(*SAID, end=interaction("completed", "in_progress"))[-1].raw_reason == "completed"
        assert within(*SAID, status("incomplete"), end=interaction("completed"))[-1].raw_reason == "incomplete"

    @pytest.mark.parametrize("word", ["failed", "cancelled"])
    @pytest.mark.parametrize("said_by", ["completed", "status", "name", "status at the end"])
    def test_statuses_that_mean_a_failure(self, word: str, said_by: str) -> None:
        end = {
            "completed": interaction("completed", word),
            "status": status(word),
            "name": {"event_type": f"interaction.{word}"},
            "status at the end": status(word),
        }[said_by]
        error = events_of(CREATED, *SAID, end, done=said_by != "status at the end")[-1].error
        assert (error.kind, error.code, error.retryable) == (FailureKind.PROVIDER, word, word == "failed")
        assert error.after_content

    def test_a_failure_tells_what_the_interaction_says_of_it(self) -> None:
        errors = [{"code": "resource_exhausted", "message": "Too much"}, {"code": "x"}]
        error = events_of(CREATED, interaction("completed", "failed", errors=errors))[-1].error
        assert (error.kind, error.message) == (FailureKind.RATE_LIMIT, "Too much")

    def test_a_failure_tells_what_its_step_says_of_it(self) -> None:
        step = start(0, "model_output", error={"code": 8, "message": "Quota"})
        error = events_of(CREATED, step, status("failed"))[-1].error
        assert error.message == "Quota"

    @pytest.mark.parametrize(
        "error",
        [
            {"event_type": "error", "error": {"code": "unavailable", "message": "Busy"}},
            {"error": {"code": 503, "message": "Busy"}},
        ],
        ids=["event", "bare"],
    )
    def test_an_error_ends_the_stream(self, error: Any) -> None:
        failure = events_of(CREATED, *SAID, error, COMPLETED)[-1].error
        assert (failure.kind, failure.message, failure.after_content) == (FailureKind.OVERLOADED, "Busy", True)

    def test_an_error_without_a_body_is_one(self) -> None:
        assert events_of(CREATED, {"event_type": "error"})[-1].error.kind is FailureKind.PROVIDER

    @pytest.mark.parametrize("end", [status("in_progress"), status("queued"), status("new_word"), status("")], ids=str)
    @pytest.mark.parametrize("done", [True, False])
    def test_without_proof_the_answer_is_truncated(self, end: Any, *, done: bool) -> None:
        assert events_of(CREATED, *SAID, end, done=done)[-1].error.kind is FailureKind.TRUNCATED

    def test_a_status_that_is_taken_back_proves_nothing(self) -> None:
        events = events_of(CREATED, *SAID, status("requires_action"), status("in_progress"))
        assert events[-1].error.kind is FailureKind.TRUNCATED

    @pytest.mark.parametrize("word", ["requires_action", "completed", "incomplete"])
    def test_a_final_status_is_proof_at_the_end(self, word: str) -> None:
        for end in (status(word), {"event_type": f"interaction.{word}"} if word != "completed" else status(word)):
            assert of_kind(events_of(CREATED, *CALLS[1:-1], end), Note) == []
            assert notes_of(CREATED, *CALLS[1:-1], end, done=False) == [NoteCode.MISSING_TERMINATOR]

    def test_can_finish_by_a_final_status(self) -> None:
        response = parser("gemini-interactions")
        known = []
        for payload in (CREATED, *SAID, status("failed"), status("requires_action")):
            response.receive_data(sse([payload], done=False))
            known.append(response.can_finish)
        assert known == [False] * 5 + [True]

    def test_a_reset_after_the_final_status_is_noted(self) -> None:
        response = parser("gemini-interactions")
        events = response.receive_data(sse([CREATED, *SAID, status("requires_action")], done=False))
        events += response.receive_error(Failure(FailureKind.READ, "reset"))
        hold_laws(events)
        assert NoteCode.UNCLEAN_END in [note.code for note in of_kind(events, Note)]

    def test_only_done_is_truncated_and_nothing_is_empty(self) -> None:
        assert parse("gemini-interactions", b"data: [DONE]\n\n")[-1].error.kind is FailureKind.TRUNCATED
        assert parse("gemini-interactions", b"")[-1].error.kind is FailureKind.EMPTY

    def test_another_schema_is_named(self) -> None:
        error = events_of({"candidates": [{"content": {}}]})[-1].error
        assert error.kind is FailureKind.WRONG_MEDIA
        assert "'gemini'" in error.message


class TestFields:
    def test_an_interaction_without_id_or_model(self) -> None:
        bare = {"event_type": "interaction.created", "interaction": {"status": "in_progress"}}
        assert events_of(bare, *SAID, COMPLETED)[0] == ResponseStarted("", "", "gemini-interactions")

    def test_an_agent_stands_for_the_model(self) -> None:
        bare = {"event_type": "interaction.created", "interaction": {"id": "v", "agent": "deep"}}
        assert events_of(bare, *SAID, COMPLETED)[0] == ResponseStarted("v", "deep", "gemini-interactions")

    def test_the_first_and_the_last_event_id_are_told(self) -> None:
        payloads = [{**payload, "event_id": f"e{n}"} for n, payload in enumerate([CREATED, *TALK[8:11], text(1, "x")])]
        for events in (events_of(*payloads, COMPLETED), events_of(*payloads)):
            told = [event.payload["event_id"] for event in of_kind(events, Metadata) if "event_id" in event.payload]
            assert told == ["e0", "e4"]

    def test_event_ids_may_begin_late(self) -> None:
        deltas = [{**text(0, letter), "event_id": letter} for letter in "bcd"]
        events = within(start(0, "model_output"), text(0, "a"), *deltas)
        assert [event for event in events[:5] if isinstance(event, Metadata)] == [Metadata({"event_id": "b"})]
        assert message_of([STARTED, *events]).text == "abcd"
        assert Metadata({"event_id": "d"}) in events

    def test_continuation_tokens_come_as_they_change(self) -> None:
        events = within(
            status("in_progress", continuation_token="MQ=="),
            *SAID,
            status("in_progress", continuation_token="MQ=="),
            end=interaction("completed", "requires_continuation", continuation_token="Mg=="),
        )
        assert [(state.kind, state.data) for state in of_kind(events, OpaqueState)] == [
            ("continuation", "MQ=="),
            ("continuation", "Mg=="),
        ]

    def test_usage_may_come_with_any_event(self) -> None:
        said = {"total_input_tokens": 5, "total_output_tokens": 1, "total_tool_use_tokens": 2}
        for payload in (
            {**CREATED, "metadata": {"usage": said, "more": 1}},
            status("in_progress", usage=said),
            stop(0, usage=said),
        ):
            events = events_of(
                CREATED, start(0, "model_output"), text(0, "a"), payload, interaction("completed", "completed")
            )
            assert events[-1].usage == Usage(7, 1, total_tokens=8, raw=said)

    def test_counts_that_are_none_are_noted_once(self) -> None:
        bad = status("in_progress", usage={"total_tokens": "many"})
        assert notes_of(CREATED, *SAID, bad, bad, COMPLETED) == [NoteCode.USAGE_NOT_A_NUMBER]

    def test_other_fields_of_events_are_told_once(self) -> None:
        strange = {**text(0, "b"), "vendor": 1, "metadata": {"trace": "t"}}
        events = within(start(0, "model_output"), text(0, "a"), strange, strange)
        assert Metadata({"vendor": 1, "metadata": {"trace": "t"}}) in events
        assert len([event for event in of_kind(events, Metadata) if "vendor" in event.payload]) == 1


IN_PIECES = [
    CREATED,
    *TALK[2:8],
    start(1, "model_output"),
    text(1, "Hel"),
    text(1, "lo"),
    stop(1),
    start(2, "function_call", id="f1", name="find", arguments={}),
    arguments(2, '{"q":"x"}'),
    stop(2),
    interaction("completed", "requires_action", usage=USAGE),
]


class TestWholeInteractions:
    @pytest.mark.parametrize("streamed", [True, False])
    def test_a_whole_interaction_is_the_message_of_the_stream(self, *, streamed: bool) -> None:
        last = {"event_type": "interaction.completed", "interaction": WHOLE}
        body = sse([last]) if streamed else json.dumps(WHOLE).encode()
        whole, pieces = message_of(parse("gemini-interactions", body)), message_of(events_of(*IN_PIECES))
        assert (whole.text, whole.reasoning) == (pieces.text, pieces.reasoning) == ("Hello", "hm so")
        assert whole.tool_calls[0].arguments_object() == pieces.tool_calls[0].arguments_object() == {"q": "x"}
        assert (whole.usage, whole.finish_reason, whole.raw_reason) == (
            pieces.usage,
            pieces.finish_reason,
            pieces.raw_reason,
        )
        assert (whole.id, whole.model) == (pieces.id, pieces.model)
        assert [part.opaque for part in whole.parts[:1]] == [part.opaque for part in pieces.parts[:1]]

    def test_steps_that_were_streamed_are_not_told_again(self) -> None:
        events = events_of(*IN_PIECES[:-1], {"event_type": "interaction.completed", "interaction": WHOLE})
        assert message_of(events).text == "Hello"

    def test_one_that_still_runs_is_truncated(self) -> None:
        body = json.dumps({**WHOLE, "status": "in_progress", "steps": []}).encode()
        assert parse("gemini-interactions", body)[-1].error.kind is FailureKind.TRUNCATED

    def test_an_error_document(self) -> None:
        body = b'{"error": {"message": "Busy", "code": "unavailable"}}'
        assert parse("gemini-interactions", body)[-1].error.message == "Busy"
