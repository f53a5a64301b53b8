"""Events whose every text can be encoded: halves of pairs are joined over deltas, or replaced with a note."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.event_samples import EVENTS
from tests.helpers import assert_encodable

from deltawire.events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    Metadata,
    Note,
    PartFinished,
    Raw,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.mending import SurrogateMender
from deltawire.notes import NoteCode
from deltawire.usage import Usage

HIGH, LOW, EARTH = "\ud83c", "\udf0d", "🌍"
NOTE = Note(NoteCode.REPLACED_CHARACTERS, "half a surrogate pair")
STOP = ChoiceFinished(FinishReason.STOP, "stop")
END = Finished(FinishReason.STOP, "stop")


def mended(*events: Event) -> list[Event]:
    return SurrogateMender().feed(list(events))


@pytest.mark.parametrize("kind", [TextDelta, ReasoningDelta, RefusalDelta])
class TestHalvesInDeltas:
    def test_are_joined(self, kind: Any) -> None:
        assert mended(kind(f"a{HIGH}"), kind(f"{LOW}b"), END) == [kind("a"), kind(f"{EARTH}b"), END]

    def test_wait_in_silence(self, kind: Any) -> None:
        assert mended(kind(HIGH), Heartbeat("ping")) == [Heartbeat("ping")]

    @pytest.mark.parametrize(
        "behind",
        [
            pytest.param(STOP, id="its choice ends"),
            pytest.param(END, id="the answer ends"),
            pytest.param(Failed(Failure(FailureKind.READ, "m")), id="the answer fails"),
            pytest.param(PartFinished("text", None), id="its part ends"),
            pytest.param(ToolCallStarted(0, "c", "f"), id="a call starts"),
            pytest.param(ToolCallDelta(0, "{"), id="a call goes on"),
            pytest.param(ToolCallFinished(0, "c", "f", "", True), id="a call ends"),
            pytest.param(TextDelta("x", part=7), id="another part goes on"),
        ],
    )
    def test_are_replaced_before(self, kind: Any, behind: Event) -> None:
        assert mended(kind(HIGH), behind) == [NOTE, kind("\ufffd"), behind]

    def test_are_let_go_at_the_end_of_their_own_choice(self, kind: Any) -> None:
        behind = ChoiceFinished(FinishReason.STOP, "stop", 2)
        assert mended(kind(HIGH, 2, 3), behind) == [NOTE, kind("\ufffd", 2, 3), behind]

    def test_of_another_choice_stay(self, kind: Any) -> None:
        other = [TextDelta("x", 1), ChoiceFinished(FinishReason.STOP, "stop", 1)]
        assert mended(kind(HIGH), *other, kind(LOW)) == [*other, kind(EARTH)]

    def test_that_stay_alone_are_replaced_in_place(self, kind: Any) -> None:
        assert mended(kind(f"{LOW}a{HIGH}"), kind("b")) == [NOTE, kind("\ufffda"), kind("\ufffdb")]

    def test_keep_their_fields(self, kind: Any) -> None:
        assert mended(kind(HIGH, 2, 3), kind(LOW, 2, 3), END) == [kind(EARTH, 2, 3), END]


def test_kinds_of_text_are_told_apart() -> None:
    events = mended(TextDelta(HIGH), ReasoningDelta(LOW), END)
    assert events == [NOTE, TextDelta("\ufffd"), ReasoningDelta("\ufffd"), END]


def test_every_choice_is_let_go_at_the_end() -> None:
    events = mended(TextDelta(HIGH, 0), TextDelta(HIGH, 1), END)
    assert events == [NOTE, TextDelta("\ufffd", 0), TextDelta("\ufffd", 1), END]


def test_the_note_comes_once() -> None:
    mender = SurrogateMender()
    found = [event for text in (LOW, LOW, HIGH, "a") for event in mender.feed([TextDelta(text)])]
    assert found.count(NOTE) == 1


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_whole_events_pass_as_they_are(event: Event) -> None:
    assert mended(event) == [event]


@pytest.mark.parametrize(
    ("event", "whole"),
    [
        (Raw({"a": [HIGH]}), Raw({"a": ["\ufffd"]})),
        (Unknown({HIGH: 1}), Unknown({"\ufffd": 1})),
        (Metadata({"a": LOW}), Metadata({"a": "\ufffd"})),
        (Citation([LOW]), Citation(["\ufffd"])),
        (Logprobs([{"token": HIGH}]), Logprobs([{"token": "\ufffd"}])),
        (ToolCallStarted(0, "c", f"f{LOW}"), ToolCallStarted(0, "c", "f\ufffd")),
        (UsageUpdate(Usage(1, raw={"a": LOW})), UsageUpdate(Usage(1, raw={"a": "\ufffd"}))),
        (
            Finished(FinishReason.OTHER, HIGH, Usage(raw={LOW: 1}), LOW),
            Finished(FinishReason.OTHER, "\ufffd", Usage(raw={"\ufffd": 1}), "\ufffd"),
        ),
    ],
)
def test_texts_inside_other_events_are_replaced(event: Event, whole: Event) -> None:
    assert mended(event) == [NOTE, whole]


TEXTS = st.text(alphabet=["a", "é", HIGH, LOW, EARTH], min_size=1, max_size=4)
STREAMS = st.lists(
    st.builds(TextDelta, TEXTS, st.integers(0, 1), st.integers(0, 1))
    | st.builds(ReasoningDelta, TEXTS, st.integers(0, 1))
    | st.builds(Unknown, TEXTS)
    | st.just(STOP),
    max_size=10,
)


@given(STREAMS)
def test_all_that_comes_out_can_be_encoded_and_is_never_empty(events: list[Event]) -> None:
    found = mended(*events, END)
    assert_encodable(found)
    assert all(event.text for event in found if isinstance(event, TextDelta | ReasoningDelta))
    assert found[-1] == END
    lone = "\ufffd" in "".join(event.text for event in found if isinstance(event, TextDelta | ReasoningDelta))
    assert NOTE in found or not lone


@given(STREAMS, st.integers(0, 10))
def test_feeding_in_pieces_and_going_on_with_a_copy_change_nothing(events: list[Event], place: int) -> None:
    mender = SurrogateMender()
    first = mender.feed(events[:place])
    for copied in (copy.deepcopy(mender), pickle.loads(pickle.dumps(mender))):
        assert first + copied.feed([*events[place:], END]) == mended(*events, END)
