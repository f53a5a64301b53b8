"""What every schema shares: how a response begins, is told, is counted, and ends."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from deltawire.events import (
    ChoiceFinished,
    Event,
    Failed,
    Finished,
    FinishReason,
    Metadata,
    Note,
    ResponseStarted,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.providers.base import Choice, Provider, ProviderOptions
from deltawire.redaction import Redactor
from deltawire.testing import laws_of_order
from deltawire.usage import Usage

HALF = "\ud83d"


class Simple(Provider):
    """Each payload is a piece of text; `{"end": true}` proves the answer complete."""

    proof = "the end"
    proved = False

    def receive(self, payload: dict[str, Any], events: list[Event]) -> None:
        self.start(payload.get("id"), payload.get("model"), events)
        if "text" in payload:
            self.say(TextDelta(payload["text"], 0, self.choice(0).part("text")), events)
        self.proved = self.proved or bool(payload.get("end"))

    @property
    def can_finish(self) -> bool:
        return self.proved

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        return Usage(raw.get("in"), raw.get("out"), raw=raw)


@pytest.fixture
def provider() -> Simple:
    return Simple(ProviderOptions("simple", redactor=Redactor(("secret-key",))))


@pytest.fixture
def events() -> list[Event]:
    return []


def test_a_new_response_has_nothing_yet() -> None:
    limits = Limits(tool_calls=3)
    provider = Simple(ProviderOptions("simple", limits))
    assert (provider.limits, provider.in_band) == (limits, True)
    assert not any([provider.started, provider.ended, provider.damaged, provider.whole, provider.content])
    assert (provider.id, provider.model, provider.choices, provider.usage) == ("", "", {}, None)


class TestBeginning:
    def test_waits_for_an_id_or_a_model(self, provider: Simple, events: list[Event]) -> None:
        for identifier, model in ((None, None), ("", ""), (5, ["m"])):
            provider.start(identifier, model, events)
        assert events == []
        provider.start("r1", None, events)
        assert events == [ResponseStarted("r1", "", "simple"), Metadata({"id": 5, "model": ["m"]})]

    def test_keeps_the_first_id_and_model(self, provider: Simple, events: list[Event]) -> None:
        provider.request_id = "req"
        provider.start("", "m1", events)
        provider.start("r2", "m2", events)
        provider.start("r3", "m3", events)
        assert (provider.id, provider.model) == ("r2", "m1")
        assert events == [ResponseStarted("", "m1", "simple", "req")]

    def test_is_made_up_before_the_first_content(self, provider: Simple, events: list[Event]) -> None:
        provider.say(TextDelta("a"), events)
        provider.say(TextDelta("b"), events)
        assert events == [ResponseStarted("", "", "simple"), TextDelta("a"), TextDelta("b")]
        assert provider.content

    def test_holds_back_what_is_no_content(self, provider: Simple, events: list[Event]) -> None:
        provider.tell(Metadata({"a": 1}), events)
        provider.unknown({"b": 2}, events)
        assert events == [Unknown({"b": 2})]
        provider.start("r1", "m1", events)
        provider.tell(Metadata({"c": 3}), events)
        assert events[1:] == [ResponseStarted("r1", "m1", "simple"), Metadata({"a": 1}), Metadata({"c": 3})]
        assert not provider.content

    @pytest.mark.parametrize(("prefix", "expected"), [(None, "r1_0"), ("mine", "mine_0")])
    def test_names_calls_after_the_response(self, prefix: str | None, expected: str, events: list[Event]) -> None:
        provider = Simple(ProviderOptions("simple", id_prefix=prefix))
        provider.start("r1", "", events)
        provider.calls.start(provider.calls.begin(0, 0), events)
        assert events[-1] == ToolCallStarted(0, expected, "", synthetic_id=True)

    def test_names_calls_of_a_response_without_id(self, provider: Simple, events: list[Event]) -> None:
        provider.begin(events)
        provider.calls.start(provider.calls.begin(0, 0), events)
        assert events[-1] == ToolCallStarted(0, "call_0", "", synthetic_id=True)


class TestParts:
    def test_text_of_one_kind_stays_in_its_part(self) -> None:
        choice = Choice(0)
        kinds = ["text", "text", "reasoning", "text"]
        assert [choice.part(kind) for kind in kinds] == [0, 0, 1, 2]

    def test_a_part_of_its_own_ends_the_one_before(self) -> None:
        choice = Choice(0)
        assert [choice.part("text"), choice.new_part(), choice.part("text"), choice.new_part("text")] == [0, 1, 2, 3]
        assert choice.part("text") == 3

    def test_choices_are_known_by_any_number(self, provider: Simple) -> None:
        far = provider.choice(10**9)
        assert provider.choice(10**9) is far
        assert provider.choice(-1).index == -1
        assert len(provider.choices) == 2


class TestNotes:
    def test_hide_secrets(self, provider: Simple, events: list[Event]) -> None:
        provider.note(NoteCode.LATE_CALL_NAME, "x secret-key y", events)
        assert events == [Note(NoteCode.LATE_CALL_NAME, "x [redacted] y")]

    def test_come_once_where_a_server_needs_them_with_every_frame(self, provider: Simple, events: list[Event]) -> None:
        for detail in ("a", "b"):
            provider.note_once(NoteCode.LATE_CALL_NAME, detail, events)
        provider.note_once(NoteCode.REUSED_CALL_ID, "c", events)
        provider.note(NoteCode.LATE_CALL_NAME, "d", events)
        assert [event.detail for event in events if isinstance(event, Note)] == ["a", "c", "d"]


class TestCounting:
    def test_tells_what_is_new(self, provider: Simple, events: list[Event]) -> None:
        provider.begin(events)
        for said in ({"in": 5}, {"in": 5, "out": 0}, {"out": 3}, {"out": None}, {"out": 0}, {"out": 3}):
            provider.count(said, events)
        assert [event.usage for event in events if isinstance(event, UsageUpdate)] == [
            Usage(5, raw={"in": 5}),
            Usage(5, 0, raw={"in": 5, "out": 0}),
            Usage(5, 3, raw={"in": 5, "out": 3}),
        ]
        assert provider.usage == Usage(5, 3, raw={"in": 5, "out": 3})

    def test_is_silent_about_what_the_schema_does_not_count(self, events: list[Event]) -> None:
        class Narrow(Simple):
            def usage_of(self, raw: dict[str, Any]) -> Usage:
                return Usage(raw.get("in"))

        provider = Narrow(ProviderOptions("narrow"))
        provider.begin(events)
        for said in ({"in": 5}, {"other": 1}):
            provider.count(said, events)
        assert events[1:] == [UsageUpdate(Usage(5))]

    def test_leaves_told_usage_as_it_was(self, provider: Simple, events: list[Event]) -> None:
        provider.begin(events)
        provider.count({"details": {"a": 1}}, events)
        before = copy.deepcopy(events)
        provider.count({"details": {"a": 2, "b": 1}, "in": 5}, events)
        assert events[:2] == before


class TestDescribing:
    def test_tells_constants_once_and_changes_again(self, provider: Simple, events: list[Event]) -> None:
        provider.begin(events)
        for fields in ({"a": 1, "b": None}, {"a": 1}, {"a": 2, "c": [1]}, {"c": [1]}, {}):
            provider.describe(fields, events)
        assert events[1:] == [Metadata({"a": 1}), Metadata({"a": 2, "c": [1]})]

    def test_tells_apart_what_the_fields_belong_to(self, provider: Simple, events: list[Event]) -> None:
        provider.begin(events)
        for scope in (None, ("choice", 0), ("choice", 1), ("call", 0), ("choice", 0)):
            provider.describe({"a": 1}, events, scope)
        scoped = [Metadata({"choice": 0, "a": 1}), Metadata({"choice": 1, "a": 1}), Metadata({"call": 0, "a": 1})]
        assert events[1:] == [Metadata({"a": 1}), *scoped]


class TestChoices:
    @pytest.mark.parametrize(
        ("reason", "arguments", "told", "noted"),
        [
            (FinishReason.STOP, None, FinishReason.STOP, False),
            (FinishReason.STOP, "{}", FinishReason.TOOL_CALLS, False),
            (FinishReason.STOP, "{", FinishReason.STOP, False),
            (FinishReason.TOOL_CALLS, "{}", FinishReason.TOOL_CALLS, False),
            (FinishReason.TOOL_CALLS, "{", FinishReason.STOP, True),
            (FinishReason.TOOL_CALLS, None, FinishReason.STOP, True),
            (FinishReason.LENGTH, "{}", FinishReason.LENGTH, False),
            (FinishReason.LENGTH, "", FinishReason.LENGTH, False),
            (FinishReason.REFUSAL, "{}", FinishReason.REFUSAL, False),
        ],
    )
    def test_end_after_their_calls_with_a_reason_that_fits(
        self,
        provider: Simple,
        events: list[Event],
        reason: FinishReason,
        arguments: str | None,
        told: FinishReason,
        noted: bool,
    ) -> None:
        if arguments is not None:
            call = provider.calls.begin(0, 0)
            provider.calls.name(call, "f", "c1")
            provider.begin(events)
            provider.calls.start(call, events)
            provider.calls.append(call, arguments, events)
        provider.finish_choice(provider.choice(0), reason, "word", events)
        assert events[-1] == ChoiceFinished(told, "word")
        assert any(isinstance(event, Note) for event in events) is noted
        finished = [event for event in events if isinstance(event, ToolCallFinished)]
        assert [call.complete for call in finished] == ([arguments == "{}"] if arguments is not None else [])

    def test_keep_their_first_reason(self, provider: Simple, events: list[Event]) -> None:
        choice = provider.choice(0)
        provider.finish_choice(choice, FinishReason.LENGTH, "length", events)
        provider.finish_choice(choice, FinishReason.STOP, "stop", events)
        assert events[1:] == [ChoiceFinished(FinishReason.LENGTH, "length")]
        assert (choice.reason, choice.raw_reason, choice.finished) == (FinishReason.LENGTH, "length", True)

    def test_begin_another_part_with_what_comes_late(self, provider: Simple, events: list[Event]) -> None:
        choice = provider.choice(0)
        assert choice.part("text") == 0
        provider.finish_choice(choice, FinishReason.STOP, "stop", events)
        assert choice.part("text") == 1

    def test_leave_the_calls_of_others_open(self, provider: Simple, events: list[Event]) -> None:
        for index in (0, 1):
            provider.calls.start(provider.calls.begin(index, 0), events)
        provider.finish_choice(provider.choice(1), FinishReason.STOP, "stop", events)
        assert [call.choice for call in provider.calls.open] == [0]


class TestEnd:
    def test_is_a_success_only_if_it_is_proved(self, provider: Simple, events: list[Event]) -> None:
        provider.receive({"id": "r1", "model": "m1", "text": "a", "end": True}, events)
        provider.end(events)
        provider.end(events)
        assert events[-1] == Finished(FinishReason.UNKNOWN, None, None, "m1")
        assert provider.ended
        laws_of_order(events)

    def test_is_truncated_otherwise(self, provider: Simple, events: list[Event]) -> None:
        provider.request_id = "req"
        provider.receive({"text": "a"}, events)
        provider.end(events, "rest secret-key")
        failure = Failure(
            FailureKind.TRUNCATED,
            "The stream ended before the end",
            provider="simple",
            request_id="req",
            raw="rest [redacted]",
            after_content=True,
        )
        assert events[-1] == Failed(failure)

    @pytest.mark.parametrize(
        ("prepare", "kind"),
        [
            pytest.param(lambda provider: None, FailureKind.EMPTY, id="nothing"),
            pytest.param(lambda provider: provider.choice(0), FailureKind.TRUNCATED, id="a choice"),
            pytest.param(lambda provider: provider.describe({"a": 1}, []), FailureKind.TRUNCATED, id="metadata"),
            pytest.param(lambda provider: provider.begin([]), FailureKind.TRUNCATED, id="a beginning"),
        ],
    )
    def test_is_empty_only_if_nothing_came(
        self, provider: Simple, events: list[Event], prepare: Any, kind: FailureKind
    ) -> None:
        prepare(provider)
        provider.end(events)
        assert events[-1].error.kind is kind  # type: ignore[union-attr]
        assert not events[-1].error.after_content  # type: ignore[union-attr]

    def test_is_truncated_if_some_frame_came(self, provider: Simple, events: list[Event]) -> None:
        provider.end(events, seen=True)
        assert events[-1].error.kind is FailureKind.TRUNCATED  # type: ignore[union-attr]

    def test_tells_what_was_held_back_before_a_failure(self, provider: Simple, events: list[Event]) -> None:
        provider.count({"in": 5}, events)
        provider.end(events)
        assert [type(event) for event in events] == [ResponseStarted, UsageUpdate, Failed]

    def test_of_an_answer_without_content_is_noted(self, provider: Simple, events: list[Event]) -> None:
        provider.receive({"end": True}, events)
        provider.end(events)
        assert [type(event) for event in events] == [ResponseStarted, Note, Finished]
        assert events[1] == Note(NoteCode.EMPTY_ANSWER)

    def test_carries_the_reason_of_the_lowest_choice(self, provider: Simple, events: list[Event]) -> None:
        for index, reason in ((2, FinishReason.LENGTH), (1, FinishReason.STOP), (5, FinishReason.REFUSAL)):
            provider.finish_choice(provider.choice(index), reason, f"word {index}", events)
        provider.count({"in": 5}, events)
        provider.finish(events)
        assert events[-1] == Finished(FinishReason.STOP, "word 1", Usage(5, raw={"in": 5}))

    @pytest.mark.parametrize(("options", "proper"), [({}, True), ({"proper": True}, True), ({"proper": False}, False)])
    def test_closes_open_calls(self, provider: Simple, events: list[Event], options: Any, proper: bool) -> None:
        call = provider.calls.begin(0, 0)
        provider.calls.name(call, "f", "c1")
        provider.begin(events)
        provider.calls.start(call, events)
        provider.finish(events, **options)
        finished = next(event for event in events if isinstance(event, ToolCallFinished))
        assert finished.complete is proper
        laws_of_order(events)

    def test_of_a_damaged_answer_says_so(self, provider: Simple, events: list[Event]) -> None:
        call = provider.calls.begin(0, 0)
        provider.calls.name(call, "f", "c1")
        provider.damage()
        provider.finish(events)
        assert events[-1].damaged  # type: ignore[union-attr]
        assert not next(event for event in events if isinstance(event, ToolCallFinished)).complete

    def test_of_replaced_arguments_says_so(self, provider: Simple, events: list[Event]) -> None:
        provider.calls.replaced = True
        provider.finish(events)
        assert events[-1].damaged  # type: ignore[union-attr]


class TestBadEnd:
    FAILURE = Failure(FailureKind.READ, "reset by secret-key", code=f"E{HALF}", raw="secret-key")

    def test_is_the_failure(self, provider: Simple, events: list[Event]) -> None:
        provider.receive({"text": "a"}, events)
        provider.abort(self.FAILURE, events)
        provider.abort(self.FAILURE, events)
        shown = Failure(FailureKind.READ, "reset by [redacted]", code="E\ufffd", raw="[redacted]", after_content=True)
        assert events[-1] == Failed(shown)
        assert [type(event) for event in events] == [ResponseStarted, TextDelta, Failed]

    def test_changes_nothing_once_the_end_is_proved(self, provider: Simple, events: list[Event]) -> None:
        provider.receive({"text": "a", "end": True}, events)
        provider.abort(self.FAILURE, events)
        assert [type(event) for event in events[-2:]] == [Note, Finished]
        assert events[-2] == Note(NoteCode.UNCLEAN_END, "reset by [redacted]")


class TestFailing:
    def test_closes_open_calls_as_incomplete(self, provider: Simple, events: list[Event]) -> None:
        call = provider.calls.begin(0, 0)
        provider.calls.name(call, "f", "c1")
        provider.begin(events)
        provider.calls.start(call, events)
        provider.content = True
        provider.fail(provider.failure(FailureKind.SERVER, "m"), events)
        assert events[-2] == ToolCallFinished(0, "c1", "f", "", False)
        laws_of_order(events)

    def test_with_an_error_hides_secrets_anywhere_in_it(self, provider: Simple, events: list[Event]) -> None:
        provider.request_id = "req"
        error = {"error": {"message": f"Incorrect key secret-key{HALF}", "code": "secret-key", "more": "secret-key"}}
        provider.receive_error(error, events)
        failure = events[-1].error  # type: ignore[union-attr]
        assert (failure.message, failure.code) == ("Incorrect key [redacted]\ufffd", "[redacted]")
        assert (failure.provider, failure.request_id) == ("simple", "req")
        assert "secret" not in repr(failure)

    def test_keeps_what_the_failure_says(self, provider: Simple) -> None:
        failure = provider.failure(FailureKind.SERVER, "m", code="c", retryable=False, status=500)
        assert failure == Failure(FailureKind.SERVER, "m", 500, "c", retryable=False, provider="simple")


def test_what_a_schema_must_provide_is_asked_for() -> None:
    bare = Provider(ProviderOptions("bare"))
    for missing in (lambda: bare.receive({}, []), lambda: bare.can_finish, lambda: bare.usage_of({})):
        with pytest.raises(NotImplementedError):
            missing()
    bare.receive_done([])


def test_a_whole_document_is_a_payload_by_default(provider: Simple, events: list[Event]) -> None:
    provider.receive_document({"text": "a"}, events)
    assert provider.whole
    assert events[-1] == TextDelta("a")


def test_options_are_picklable_and_hide_the_secret() -> None:
    options = ProviderOptions("simple", redactor=Redactor(("secret-key",)))
    assert "secret" not in repr(options)
    assert pickle.loads(pickle.dumps(options)).redactor.text("secret-key") == "[redacted]"
