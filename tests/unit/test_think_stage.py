"""Think blocks taken out of the text of a response: which part each piece gets, and what is held when."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.event_samples import EVENTS
from tests.helpers import CHAT, chat_text, failure_of, feed, laws_of_order, sse

from deltawire.events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    MediaDelta,
    Note,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.think import ThinkOptions
from deltawire.think_stage import ThinkStage
from deltawire.usage import Usage

STOP = ChoiceFinished(FinishReason.STOP, "stop")
END = Finished(FinishReason.STOP, "stop")
CUT = Failed(Failure(FailureKind.READ, "reset"))
BLOCK = [TextDelta("<think>well"), TextDelta("</think>Yes")]
SPLIT = [ReasoningDelta("well", 0, 0, in_band=True), TextDelta("Yes", 0, 1)]


def staged(*events: Event, mode: Any = "leading") -> list[Event]:
    return ThinkStage(ThinkOptions(mode)).feed(list(events))


def texts(*pieces: str, choice: int = 0, part: int = 0) -> list[Event]:
    return [TextDelta(piece, choice, part) for piece in pieces]


def thought(text: str, part: int, choice: int = 0) -> ReasoningDelta:
    return ReasoningDelta(text, choice, part, in_band=True)


def test_reasoning_that_goes_on_passes_as_the_list_it_came_in() -> None:
    stage = ThinkStage(ThinkOptions("leading"))
    first = [ReasoningDelta("a"), ReasoningDelta("b")]
    assert stage.feed(list[Event](first)) == first
    more: list[Event] = [ReasoningDelta("c"), ReasoningDelta("d")]
    assert stage.feed(more) is more
    mixed: list[Event] = [Heartbeat("ping"), ReasoningDelta("e")]
    assert stage.feed(mixed) == mixed


@pytest.mark.parametrize(
    ("mode", "events", "split"),
    [
        pytest.param("leading", BLOCK, SPLIT, id="a block at the start"),
        pytest.param("leading", texts("<thi", "nk>well</th", "ink>Yes"), SPLIT, id="tags in pieces"),
        pytest.param("leading", texts("Hello", "<think>"), texts("Hello", "<think>"), id="none at the start"),
        pytest.param("inside", texts("well</think>", "Yes"), SPLIT, id="opened by the prompt"),
        pytest.param(
            "anywhere",
            texts("a<think>b</think>c<think>d</think>e"),
            [*texts("a"), thought("b", 1), *texts("c", part=2), thought("d", 3), *texts("e", part=4)],
            id="several blocks, each a part",
        ),
        pytest.param("off", BLOCK, BLOCK, id="off"),
    ],
)
def test_text_becomes_text_and_reasoning(mode: Any, events: list[Event], split: list[Event]) -> None:
    assert staged(*events, END, mode=mode) == [*split, END]


def test_text_held_for_a_tag_waits_for_the_rest() -> None:
    assert staged(*texts("<thi")) == []
    assert staged(*texts("<thi", "s")) == texts("<this")


@pytest.mark.parametrize("behind", [STOP, END, CUT], ids=["its choice ends", "the answer ends", "the answer fails"])
def test_held_text_is_let_go_before_the_end(behind: Event) -> None:
    assert staged(*texts("<thi"), behind) == [*texts("<thi"), behind]


def test_held_text_of_every_choice_is_let_go_at_the_end() -> None:
    events = staged(*texts("<thi", choice=1), *texts("</", choice=0), CUT)
    assert events == [*texts("<thi", choice=1), *texts("</", choice=0), CUT]


@pytest.mark.parametrize(
    "behind",
    [
        RefusalDelta("no", 0, 1),
        ToolCallStarted(0, "c", "f", part=1),
        ServerToolUsed("call", "search", None, None, 0, 1),
        MediaDelta("image", None, "aGk=", None, 0, 1),
        Citation("x", 0, 0),
        PartFinished("text", None),
        ReasoningDelta("hm", 0, 1),
    ],
    ids=lambda event: type(event).__name__,
)
def test_held_text_is_let_go_before_other_content(behind: Event) -> None:
    assert staged(*texts("<thi"), behind) == [*texts("<thi"), behind]


@pytest.mark.parametrize("beside", [Heartbeat("ping"), UsageUpdate(Usage(1)), Note(NoteCode.ONE_DOCUMENT)])
def test_held_text_waits_behind_what_is_of_no_part(beside: Event) -> None:
    assert staged(*texts("<thi"), beside, *texts("nk>a")) == [beside, thought("a", 0)]


@pytest.mark.parametrize(
    ("behind", "moved"),
    [
        (ToolCallStarted(0, "c", "f", part=1), ToolCallStarted(0, "c", "f", part=2)),
        (ToolCallDelta(0, "{", part=1), ToolCallDelta(0, "{", part=2)),
        (ToolCallFinished(0, "c", "f", "{}", True, part=1), ToolCallFinished(0, "c", "f", "{}", True, part=2)),
        (RefusalDelta("no", 0, 1), RefusalDelta("no", 0, 2)),
        (ReasoningDelta("hm", 0, 1), ReasoningDelta("hm", 0, 2)),
        (OpaqueState("signature", "c2ln", None, 0, 1), OpaqueState("signature", "c2ln", None, 0, 2)),
        (Logprobs([1], 0, 1), Logprobs([1], 0, 2)),
        (TextDelta("more", 0, 1), TextDelta("more", 0, 2)),
        (PartFinished("text", None, 0, 0), PartFinished("text", None, 0, 1)),
        (Citation("x", 0, 0), Citation("x", 0, 1)),
        (Logprobs([1], 0, 0), Logprobs([1], 0, 1)),
    ],
    ids=lambda event: f"{type(event).__name__} {event.part}",
)
def test_a_block_moves_the_parts_behind_it(behind: Event, moved: Event) -> None:
    assert staged(*BLOCK, behind, STOP, END) == [*SPLIT, moved, STOP, END]


def test_parts_of_other_choices_stay() -> None:
    beside = [ToolCallStarted(0, "c", "f", choice=1, part=0), TextDelta("Hi", 2)]
    assert staged(*BLOCK, *beside, END) == [*SPLIT, *beside, END]


def test_a_part_known_before_its_text_keeps_its_number() -> None:
    events = staged(Logprobs([1], 0, 0), *BLOCK)
    assert events == [Logprobs([1], 0, 0), thought("well", 0), *texts("Yes", part=1)]


def test_reasoning_in_a_field_of_its_own_wins() -> None:
    field = [ReasoningDelta("hm", 0, 0), ReasoningDelta("hm", 0, 0)]
    assert staged(*field, *texts("<think>no block", part=1)) == [*field, *texts("<think>no block", part=1)]


def test_calls_and_reasoning_that_go_on_pass_as_they_are() -> None:
    events: list[Event] = [
        ReasoningDelta("a", 0, 0),
        ReasoningDelta("b", 0, 0),
        ToolCallStarted(0, "c", "f", part=1),
        ToolCallDelta(0, "{", part=1),
        ToolCallDelta(0, "}", part=1),
        ReasoningDelta("c", 0, 2),
        ToolCallFinished(0, "c", "f", "{}", True, part=1),
        ToolCallStarted(0, "d", "g", choice=1, part=0),
        ToolCallDelta(0, "{}", choice=1),
        ToolCallDelta(0, "late", part=1),
    ]
    assert all(one is other for one, other in zip(staged(*events), events, strict=True))


def test_parts_that_do_not_begin_at_zero_are_numbered_alike_before_and_after() -> None:
    stage = ThinkStage(ThinkOptions.of(None, "leading"))
    events = stage.feed([*texts("Hello there", "more", part=3), RefusalDelta("no", 0, 4), *texts("end", part=3)])
    assert [event.part for event in events] == [0, 0, 1, 0]  # type: ignore[union-attr]


def test_held_text_keeps_its_own_part() -> None:
    before = [*texts("a"), RefusalDelta("no", 0, 1)]
    assert staged(*before, *texts("<thi", part=2), STOP, mode="anywhere") == [*before, *texts("<thi", part=2), STOP]


@pytest.mark.parametrize("beside", [Logprobs([1]), OpaqueState("signature", "c2ln"), ToolCallDelta(0, "{")])
def test_held_text_waits_behind_what_is_no_content_of_its_own(beside: Event) -> None:
    assert staged(*texts("<thi"), beside, *texts("nk>a")) == [beside, thought("a", 0)]


def test_the_quick_way_for_calls_and_reasoning_knows_choices_parts_and_held_text() -> None:
    moved_call = [ToolCallStarted(0, "c", "f", choice=1, part=1), ToolCallDelta(0, "{", choice=1, part=1)]
    events = staged(*texts("<think>a</think>b", choice=1), ReasoningDelta("x", 0, 0), *moved_call)
    assert [event.part for event in events[-2:]] == [2, 2]  # type: ignore[union-attr]
    quiet = ReasoningDelta("x", 0, 0)
    events = staged(*texts("<think>a</think>b", choice=1), quiet, ToolCallDelta(0, "{", choice=1, part=0))
    assert events[-1] == ToolCallDelta(0, "{", choice=1, part=1)
    plain = [quiet, ReasoningDelta("y", 0, 1), *texts("z", part=2)]
    assert staged(*plain, STOP) == [*plain, STOP]
    held = [quiet, *texts("<thi", part=1), quiet]
    assert staged(*held) == staged(*held, mode="anywhere") == held


def test_notes_of_the_splitter_come_with_its_pieces() -> None:
    events = staged(*texts("<think>well"), STOP, END)
    assert events[:1] == [thought("well", 0)]
    assert [event.code for event in events if isinstance(event, Note)] == [NoteCode.UNCLOSED_THINK]
    assert events[-2:] == [STOP, END]


def test_text_behind_the_end_of_its_choice_is_text() -> None:
    late = texts("<think>late</think>")
    assert staged(*texts("Hi"), STOP, *late) == [*texts("Hi"), STOP, *late]
    assert staged(*BLOCK, STOP, *late) == [*SPLIT, STOP, *texts("<think>late</think>", part=1)]
    assert staged(STOP, *late, STOP) == [STOP, *late, STOP]
    assert staged(*texts("<think>a"), STOP, *late)[-1:] == texts("<think>late</think>", part=1)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_other_events_pass_as_they_are(event: Event) -> None:
    stage = ThinkStage(ThinkOptions("leading"))
    before: list[Event] = [TextDelta("x", 1, 0), TextDelta("x", 1, 1), TextDelta("x", 1, 2)]
    assert stage.feed(before) == before
    assert stage.feed([event]) == [event]


class TestContentBeforeAFailure:
    LATE = Failed(Failure(FailureKind.READ, "reset", after_content=True))
    EARLY = Failed(Failure(FailureKind.READ, "reset"))

    @pytest.mark.parametrize("mode", ["leading", "anywhere", "inside"])
    @pytest.mark.parametrize("said", [["<think>"], ["<think></think>"], ["<th", "ink>", "</think>"]])
    def test_tags_alone_are_none(self, mode: Any, said: list[str]) -> None:
        assert staged(*texts(*said), self.LATE, mode=mode)[-1] == self.EARLY
        assert staged(*texts(*said), STOP, self.LATE, mode=mode)[-1] == self.EARLY

    @pytest.mark.parametrize(
        "said",
        [
            *(texts("a"), texts("<thi"), texts("<think>a"), texts("<think></think>a"), [ReasoningDelta("a")]),
            *([RefusalDelta("a")], [ToolCallStarted(0, "i", "f")], [ServerToolUsed("call", "f", "i", {})]),
            *([Citation({})], [MediaDelta("audio", "audio/wav", "AA==")]),
        ],
        ids=repr,
    )
    def test_all_else_is_content(self, said: list[Event]) -> None:
        assert staged(*said, self.LATE)[-1] == self.LATE

    def test_a_failure_before_any_stays_as_it_is(self) -> None:
        assert staged(self.EARLY) == [self.EARLY]
        assert staged(PartFinished("text", {"text": ""}), self.EARLY)[-1] == self.EARLY

    @pytest.mark.parametrize("said", ["<think>", "<think></think>", "<think></think>\n\n"])
    def test_a_stream_that_breaks_behind_tags_may_be_asked_again(self, said: str) -> None:
        body = sse(chat_text(said))
        for chunks in ([], range(len(body))):
            events = feed("openai-chat", body, chunks, broken=Failure(FailureKind.READ, "reset"))
            laws_of_order(events)
            assert not failure_of(events).after_content


class TestSettled:
    def test_only_with_every_choice_known(self) -> None:
        stage = ThinkStage(ThinkOptions.of(None, "leading"))
        assert stage.settled(0)
        assert not stage.settled(1)
        stage.feed(texts("Hi there, no tag"))
        assert stage.settled(1)
        assert not stage.settled(2)

    def test_not_while_text_is_held_or_parts_are_moved(self) -> None:
        stage = ThinkStage(ThinkOptions.of(None, "leading"))
        stage.feed(texts("<thi"))
        assert not stage.settled(1)
        stage.feed(texts("nk>a</think>b", "c"))
        assert not stage.settled(1)

    def test_at_the_end_of_a_choice(self) -> None:
        stage = ThinkStage(ThinkOptions("anywhere"))
        stage.feed(texts("a"))
        assert not stage.settled(1)
        stage.feed([STOP])
        assert stage.settled(1)


PIECES = st.sampled_from(["<think>", "</think>", "<th", "ink>", "a", " ", "\n", "`"])
STREAMS = st.lists(
    st.builds(TextDelta, PIECES, st.integers(0, 1), st.integers(0, 1))
    | st.builds(ReasoningDelta, PIECES, st.just(0), st.integers(0, 2))
    | st.builds(ToolCallDelta, st.just(0), PIECES, st.integers(0, 1), st.integers(0, 2))
    | st.builds(Logprobs, st.just([1]), st.integers(0, 1), st.integers(0, 2))
    | st.builds(ChoiceFinished, st.just(FinishReason.STOP), st.just("stop"), st.integers(0, 1)),
    max_size=12,
)
MODES = st.sampled_from(["leading", "anywhere", "inside"])


@given(STREAMS, MODES)
def test_one_by_one_or_all_at_once_is_the_same(events: list[Event], mode: Any) -> None:
    stage = ThinkStage(ThinkOptions(mode))
    one_by_one = [found for event in [*events, END] for found in stage.feed([event])]
    assert one_by_one == staged(*events, END, mode=mode)


@given(STREAMS, MODES)
def test_nothing_is_lost_but_tags_and_no_part_is_shared_by_two_kinds(events: list[Event], mode: Any) -> None:
    found = staged(*events, END, mode=mode)
    for choice in (0, 1):
        said = "".join(event.text for event in events if isinstance(event, TextDelta) and event.choice == choice)
        kept = "".join(
            event.text
            for event in found
            if event_choice(event) == choice
            and (isinstance(event, TextDelta) or (isinstance(event, ReasoningDelta) and event.in_band))
        )
        rest = iter(said)
        assert all(character in rest for character in kept)
        kinds: dict[int, set[str]] = {}
        for event in found:
            if isinstance(event, TextDelta | ReasoningDelta) and event.choice == choice and is_split(event):
                kinds.setdefault(event.part, set()).add(type(event).__name__)
        assert all(len(names) == 1 for names in kinds.values())
    others = [event for event in events if not isinstance(event, TextDelta)]
    kept_others = [event for event in found if not isinstance(event, TextDelta | Note) and not is_in_band(event)]
    assert [type(event) for event in kept_others] == [type(event) for event in [*others, END]]


def event_choice(event: Any) -> int | None:
    return getattr(event, "choice", None)


def is_in_band(event: Event) -> bool:
    return isinstance(event, ReasoningDelta) and event.in_band


def is_split(event: Event) -> bool:
    return isinstance(event, TextDelta) or is_in_band(event)


@given(STREAMS, MODES, st.integers(0, 12))
def test_a_copy_goes_on_like_the_original(events: list[Event], mode: Any, place: int) -> None:
    stage = ThinkStage(ThinkOptions(mode))
    first = stage.feed(events[:place])
    for copied in (copy.deepcopy(stage), pickle.loads(pickle.dumps(stage))):
        assert first + copied.feed([*events[place:], END]) == staged(*events, END, mode=mode)


def test_the_parser_passes_the_stage_by_once_it_is_settled() -> None:
    for name in ("text", "two choices", "two parallel calls", "reasoning"):
        assert feed("openai-chat", CHAT[name]) == feed("openai-chat", CHAT[name], think="off")
    split = feed("openai-chat", CHAT["think block"])
    assert [event for event in split if isinstance(event, ReasoningDelta)] == [
        thought("well", 0),
    ]
