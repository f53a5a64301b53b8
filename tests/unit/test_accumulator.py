"""Events to a message: parts in order, what hangs on them, and the message at any moment."""

from __future__ import annotations

import copy
import itertools
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.chat_chunks import DONE, sse
from tests.chat_fixtures import FIXTURES
from tests.provider_laws import PLACES, cut, of_chunks

from deltawire.accumulator import Accumulator
from deltawire.events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    Malformed,
    MediaDelta,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    Raw,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.message import (
    MediaPart,
    Message,
    MessageChoice,
    NativePart,
    ReasoningPart,
    RefusalPart,
    ServerToolPart,
    TextPart,
    ToolCallPart,
)
from deltawire.notes import NoteCode
from deltawire.response import parser
from deltawire.usage import Usage

SIGNATURE = OpaqueState("signature", "c2ln")


def message_of(*events: Event) -> Message:
    """What these events accumulate to."""
    accumulator = Accumulator()
    accumulator.feed_all(events)
    return accumulator.message()


def parts_of(*events: Event) -> tuple[Any, ...]:
    """The parts of the one choice of these events."""
    (choice,) = message_of(*events).choices
    return choice.parts


class TestTheWhole:
    def test_who_answered_and_how_it_ended(self) -> None:
        usage = Usage(1, 2)
        assert message_of(
            ResponseStarted("id", "m", "groq", "req"),
            UsageUpdate(Usage(1)),
            TextDelta("a"),
            ChoiceFinished(FinishReason.STOP, "eos"),
            Finished(FinishReason.STOP, "eos", usage, "m-1", damaged=True),
        ) == Message(
            "groq",
            "id",
            "m-1",
            (MessageChoice(0, (TextPart("a"),), FinishReason.STOP, "eos"),),
            usage,
            FinishReason.STOP,
            "eos",
            damaged=True,
        )

    def test_nothing_yet(self) -> None:
        assert Accumulator().message() == Message()

    def test_an_end_that_says_less_erases_nothing(self) -> None:
        message = message_of(ResponseStarted("id", "m", "groq"), UsageUpdate(Usage(1)), Finished(FinishReason.UNKNOWN))
        assert (message.model, message.usage) == ("m", Usage(1))
        assert message.complete

    def test_after_a_failure_what_came_before_stays(self) -> None:
        failure = Failure(FailureKind.TRUNCATED, "cut")
        message = message_of(
            ResponseStarted("id", "m", "groq"),
            TextDelta("a"),
            ToolCallStarted(0, "a", "f", part=1),
            ToolCallDelta(0, "{}", part=1),
            ToolCallFinished(0, "a", "f", "{}", complete=False, part=1),
            Failed(failure),
        )
        assert message.failure is failure
        assert not message.complete
        assert message.parts == (TextPart("a"), ToolCallPart(0, "a", "f", "{}"))

    @pytest.mark.parametrize(
        "event",
        [
            Heartbeat("ping"),
            Note(NoteCode.ONE_DOCUMENT),
            Malformed(b"x", "y"),
            Metadata({"x": 1}),
            Unknown({}),
            Raw({}),
        ],
        ids=lambda event: type(event).__name__,
    )
    def test_events_that_say_nothing_of_the_message_are_passed_over(self, event: Event) -> None:
        assert message_of(TextDelta("a"), event, TextDelta("b")) == message_of(TextDelta("ab"))

    def test_the_choices_are_kept_apart_and_in_order(self) -> None:
        message = message_of(
            TextDelta("b", 1),
            TextDelta("a", 0),
            TextDelta("B", 1),
            ChoiceFinished(FinishReason.LENGTH, "length", 1),
            TextDelta("A", 0),
            Logprobs([1], 1),
            ChoiceFinished(FinishReason.STOP, "stop", 0),
        )
        assert message.choices == (
            MessageChoice(0, (TextPart("aA"),), FinishReason.STOP, "stop"),
            MessageChoice(1, (TextPart("bB"),), FinishReason.LENGTH, "length", (1,)),
        )
        assert message.text == "aA"


class TestParts:
    def test_each_kind(self) -> None:
        call = ServerToolUsed("call", "search", "t", {"q": 1}, part=4)
        result = ServerToolUsed("result", "search", "t", {"r": 1}, part=4)
        assert parts_of(
            ReasoningDelta("Let", part=0),
            ReasoningDelta(" me", part=0),
            TextDelta("Hi", part=1),
            RefusalDelta("N", part=2),
            RefusalDelta("o", part=2),
            MediaDelta("image", "image/png", "iV", part=3),
            MediaDelta("image", "image/png", "BO", part=3),
            call,
            result,
            ToolCallStarted(0, "a", "sh", "custom", 0, 5, "item_1", synthetic_id=True),
            ToolCallDelta(0, "l", part=5),
            ToolCallDelta(0, "s", part=5),
            ToolCallFinished(0, "a", "sh", "ls", True, "custom", 0, 5, "item_1", 7),
            PartFinished("compaction", {"x": 1}, part=6),
        ) == (
            ReasoningPart("Let me"),
            TextPart("Hi"),
            RefusalPart("No"),
            MediaPart("image", "image/png", ("iV", "BO")),
            ServerToolPart((call, result)),
            ToolCallPart(0, "a", "sh", "ls", True, "custom", "item_1", 7, synthetic_id=True),
            NativePart("compaction", {"x": 1}),
        )

    def test_they_stand_in_the_order_of_their_numbers(self) -> None:
        events = [TextDelta("c", part=2), TextDelta("a", part=0), TextDelta("b", part=1), TextDelta("C", part=2)]
        assert parts_of(*events) == (TextPart("a"), TextPart("b"), TextPart("cC"))

    def test_parts_that_interleave_are_kept_apart(self) -> None:
        events = [TextDelta(f"{letter}{part}", part=part) for letter in "ab" for part in (0, 1)]
        assert parts_of(*events) == (TextPart("a0b0"), TextPart("a1b1"))

    def test_another_kind_under_the_same_number_is_another_part(self) -> None:
        events = [TextDelta("a"), ReasoningDelta("b"), TextDelta("c")]
        assert parts_of(*events) == (TextPart("a"), ReasoningPart("b"), TextPart("c"))

    def test_reasoning_says_of_what_kind_it_is(self) -> None:
        assert parts_of(ReasoningDelta("a", kind="summary", in_band=True)) == (ReasoningPart("a", "summary", True),)

    def test_audio_and_its_transcript_share_a_number(self) -> None:
        events = [
            MediaDelta("transcript", "text/plain", "Hel"),
            MediaDelta("audio", None, "UklG"),
            MediaDelta("transcript", "text/plain", "lo"),
            MediaDelta("audio", None, "RgAA"),
        ]
        assert parts_of(*events) == (
            MediaPart("transcript", "text/plain", ("Hel", "lo")),
            MediaPart("audio", None, ("UklG", "RgAA")),
        )

    def test_media_at_an_address(self) -> None:
        assert parts_of(MediaDelta("image", None, None, "https://x.test/a")) == (
            MediaPart("image", None, (), "https://x.test/a"),
        )

    def test_an_address_after_pieces(self) -> None:
        events = [MediaDelta("image", None, "iVBO"), MediaDelta("image", "image/png", None, "u")]
        assert parts_of(*events) == (MediaPart("image", "image/png", ("iVBO",), "u"),)

    @pytest.mark.parametrize("kind", ["tool_call", "media", "thinking"])
    def test_a_closing_block_without_anything_before_it_is_native(self, kind: str) -> None:
        assert parts_of(PartFinished(kind, {"x": 1})) == (NativePart(kind, {"x": 1}),)


CARRIERS: dict[str, tuple[Event, type]] = {
    "text": (TextDelta("a"), TextPart),
    "reasoning": (ReasoningDelta("a"), ReasoningPart),
    "refusal": (RefusalDelta("a"), RefusalPart),
    "call": (ToolCallStarted(0, "a", "f"), ToolCallPart),
    "media": (MediaDelta("image", None, "iVBO"), MediaPart),
    "server tool": (ServerToolUsed("call", "search", None, {}), ServerToolPart),
    "native": (PartFinished("x", {"y": 1}), NativePart),
}


@pytest.mark.parametrize(("event", "kind"), CARRIERS.values(), ids=CARRIERS.keys())
class TestWhatHangsOnAPart:
    def test_opaque_state(self, event: Event, kind: type) -> None:
        second = OpaqueState("encrypted", "gAAA", "item")
        (part,) = parts_of(event, SIGNATURE, second)
        assert type(part) is kind
        assert part.opaque == (SIGNATURE, second)

    def test_sources(self, event: Event, kind: type) -> None:
        (part,) = parts_of(event, Citation({"url": "u"}), Citation("v"))
        assert type(part) is kind
        assert part.citations == ({"url": "u"}, "v")

    def test_the_closing_block(self, event: Event, kind: type) -> None:
        native = {"type": "x", "y": [1]}
        (part,) = parts_of(event, PartFinished("x", native))
        assert type(part) is kind
        assert part.native is native

    def test_what_comes_before_the_part(self, event: Event, kind: type) -> None:
        (part,) = parts_of(SIGNATURE, Citation("u"), event)
        assert type(part) is kind
        assert (part.opaque, part.citations) == ((SIGNATURE,), ("u",))

    def test_in_its_own_choice_and_number_only(self, event: Event, kind: type) -> None:
        message = message_of(
            event, OpaqueState("signature", "s", None, 1, 0), OpaqueState("signature", "t", None, 0, 1)
        )
        assert type(message.choices[0].parts[0]) is kind
        assert message.choices[0].parts[0].opaque == ()
        assert message.choices[0].parts[1] == NativePart("", None, (OpaqueState("signature", "t", None, 0, 1),))
        assert message.choices[1].parts == (NativePart("", None, (OpaqueState("signature", "s", None, 1, 0),)),)


class TestAnyMoment:
    def test_in_the_middle_of_a_call(self) -> None:
        accumulator = Accumulator()
        seen: list[tuple[str, bool]] = []
        for event in (
            ToolCallStarted(0, "a", "f"),
            ToolCallDelta(0, '{"x"'),
            ToolCallDelta(0, ":1}"),
            ToolCallFinished(0, "a", "f", '{"x":1}', complete=True),
        ):
            accumulator.feed(event)
            (call,) = accumulator.message().tool_calls
            seen.append((call.arguments, call.complete))
        assert seen == [("", False), ('{"x"', False), ('{"x":1}', False), ('{"x":1}', True)]
        assert accumulator.message().tool_calls[0].arguments_object() == {"x": 1}

    def test_a_call_that_is_open_gives_no_arguments(self) -> None:
        (call,) = message_of(ToolCallStarted(0, "a", "f"), ToolCallDelta(0, "{}")).tool_calls
        with pytest.raises(ValueError, match="incomplete"):
            call.arguments_object()

    def test_a_message_does_not_change_when_more_comes(self) -> None:
        accumulator = Accumulator()
        accumulator.feed_all([TextDelta("a"), SIGNATURE, Logprobs([1]), MediaDelta("image", None, "x", part=1)])
        before = accumulator.message()
        said = copy.deepcopy(before)
        accumulator.feed_all([TextDelta("b"), SIGNATURE, Logprobs([2]), MediaDelta("image", None, "y", part=1)])
        accumulator.feed(Citation("u"))
        assert before == said
        assert accumulator.message().text == "ab"

    def test_it_can_be_copied_and_pickled_halfway(self) -> None:
        accumulator = Accumulator()
        accumulator.feed_all([TextDelta("a"), ToolCallStarted(0, "a", "f", part=1)])
        for twin in (copy.deepcopy(accumulator), pickle.loads(pickle.dumps(accumulator))):
            twin.feed(TextDelta("b"))
            assert twin.message().text == "ab"
        assert accumulator.message().text == "a"

    @pytest.mark.parametrize("name", FIXTURES)
    def test_asking_after_every_event_changes_nothing(self, name: str) -> None:
        fixture = FIXTURES[name]
        events = of_chunks(parser(fixture.provider), [sse(*fixture.payloads, DONE)])
        accumulator = Accumulator()
        texts: list[str] = []
        for event in events:
            accumulator.feed(event)
            texts.append(accumulator.message().text)
        assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
        assert accumulator.message() == message_of(*events)


@given(st.sampled_from(sorted(FIXTURES)), PLACES)
def test_any_split_of_the_body_accumulates_to_the_same_message(name: str, places: list[int]) -> None:
    fixture = FIXTURES[name]
    body = sse(*fixture.payloads, DONE)
    whole, split = (of_chunks(parser(fixture.provider), chunks) for chunks in ([body], cut(body, places)))
    assert message_of(*split) == message_of(*whole)


@given(st.lists(st.text(max_size=4), max_size=8), st.lists(st.text(max_size=4), max_size=8))
def test_any_pieces_of_the_same_texts_accumulate_to_the_same_message(said: list[str], thought: list[str]) -> None:
    pieces: list[Event] = [ReasoningDelta(piece) for piece in thought if piece]
    pieces += [TextDelta(piece, part=1) for piece in said if piece]
    once: list[Event] = [ReasoningDelta("".join(thought))] if any(thought) else []
    once += [TextDelta("".join(said), part=1)] if any(said) else []
    assert message_of(*pieces) == message_of(*once)


def test_a_list_of_events_is_not_passed_over_as_an_event_that_says_nothing() -> None:
    events: Any = [TextDelta("a")]
    with pytest.raises(TypeError, match=r"feed_all\(\)"):
        Accumulator().feed(events)
