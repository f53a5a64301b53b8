"""Chat Completions: the shapes in which servers send reasoning."""

from __future__ import annotations

from typing import Any

import pytest
from tests.chat_chunks import (
    chunk,
    document,
    events_of,
    events_of_document,
    finished,
    message,
    notes,
    of,
    only,
    said_beside,
    spoken,
    text,
    thought,
)

from deltawire.events import (
    Citation,
    Event,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    TextDelta,
    ToolCallStarted,
    Unknown,
)
from deltawire.message import ReasoningPart, TextPart
from deltawire.notes import NoteCode


def parts(events: list[Event]) -> list[tuple[str, int]]:
    """(text, part) of text and reasoning, in order."""
    return [(event.text, event.part) for event in events if isinstance(event, TextDelta | ReasoningDelta)]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
class TestOneField:
    def test_reasoning_then_text(self, field: str) -> None:
        events = events_of(
            chunk({"role": "assistant", "content": "", field: "Let"}),
            chunk({field: " me"}),
            chunk({"content": None, field: " see."}),
            chunk({"content": "It", field: None}),
            chunk({"content": " is."}),
            chunk({}, "stop"),
        )
        assert parts(events) == [("Let", 0), (" me", 0), (" see.", 0), ("It", 1), (" is.", 1)]
        assert {event.kind for event in of(events, ReasoningDelta)} == {"text"}
        assert not any(event.in_band for event in of(events, ReasoningDelta))
        assert (message(events).reasoning, message(events).text) == ("Let me see.", "It is.")

    def test_empty_pieces_are_no_events(self, field: str) -> None:
        events = events_of(chunk({field: ""}), chunk({field: "a"}), chunk({field: ""}), chunk({field: None}))
        assert thought(events) == "a"
        assert len(of(events, ReasoningDelta)) == 1

    @pytest.mark.parametrize("nothing", [[], None])
    def test_empty_calls_beside_it_end_nothing(self, field: str, nothing: Any) -> None:
        events = events_of(chunk({field: "a", "tool_calls": nothing}), chunk({field: "b", "tool_calls": nothing}))
        assert parts(events) == [("a", 0), ("b", 0)]

    def test_it_may_come_again_after_text_and_calls(self, field: str) -> None:
        entry = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
        events = events_of(
            chunk({field: "a"}), text("b"), chunk({field: "c"}), chunk({"tool_calls": [entry]}), chunk({field: "d"})
        )
        assert parts(events) == [("a", 0), ("b", 1), ("c", 2), ("d", 4)]
        assert only(events, ToolCallStarted).part == 3

    def test_one_chunk_may_hold_all(self, field: str) -> None:
        entry = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
        events = events_of(chunk({field: "r", "content": "t", "tool_calls": [entry]}))
        assert [type(event) for event in events[2:5]] == [ReasoningDelta, TextDelta, ToolCallStarted]

    def test_each_choice_has_its_own(self, field: str) -> None:
        events = events_of(*(chunk({field: f"{piece}{index}"}, index=index) for piece in "ab" for index in (1, 0)))
        assert (thought(events, 0), thought(events, 1)) == ("a0b0", "a1b1")


class TestBothFields:
    def test_equal_texts_are_one(self) -> None:
        events = events_of(*(chunk({"reasoning": piece, "reasoning_content": piece}) for piece in ("a", "b")))
        assert thought(events) == "ab"
        assert notes(events) == []

    def test_of_different_texts_the_other_one_is_noted_each_time(self) -> None:
        events = events_of(*(chunk({"reasoning": piece * 2, "reasoning_content": piece}) for piece in ("a", "b")))
        assert thought(events) == "ab"
        assert of(events, Note) == [Note(NoteCode.REPEATED_REASONING, piece) for piece in ("aa", "bb")]

    def test_where_one_is_empty_the_other_counts(self) -> None:
        events = events_of(
            chunk({"reasoning": "a", "reasoning_content": ""}), chunk({"reasoning": None, "reasoning_content": "b"})
        )
        assert thought(events) == "ab"
        assert notes(events) == []


def detail(kind: str, **fields: Any) -> dict[str, Any]:
    """One entry of `reasoning_details`."""
    return {"type": f"reasoning.{kind}", "format": "anthropic-claude-v1", "index": 0, **fields}


class TestDetails:
    """OpenRouter's typed list."""

    def test_text_with_a_signature_comes_back_whole(self) -> None:
        events = events_of(
            chunk({"content": "", "reasoning": "Let", "reasoning_details": [detail("text", text="Let")]}),
            chunk({"content": "", "reasoning": " me", "reasoning_details": [detail("text", text=" me")]}),
            chunk({"content": "", "reasoning": None, "reasoning_details": [detail("text", signature="c2ln")]}),
            text("Hi"),
            chunk({}, "stop"),
        )
        native = {"reasoning_details": [detail("text", text="Let me", signature="c2ln")]}
        assert parts(events) == [("Let", 0), (" me", 0), ("Hi", 1)]
        assert only(events, OpaqueState) == OpaqueState("signature", "c2ln")
        assert only(events, PartFinished) == PartFinished("reasoning", native)
        assert notes(events) == []
        assert message(events).parts == (
            ReasoningPart("Let me", opaque=(OpaqueState("signature", "c2ln"),), native=native),
            TextPart("Hi"),
        )

    def test_it_comes_back_before_the_finish_reason(self) -> None:
        kinds = [
            type(event).__name__
            for event in events_of(chunk({"reasoning_details": [detail("text", text="a")]}, "stop"))
        ]
        assert kinds.index("PartFinished") == kinds.index("ChoiceFinished") - 1

    def test_a_summary_is_one(self) -> None:
        events = events_of(chunk({"reasoning": "a", "reasoning_details": [detail("summary", summary="a", id="rs_1")]}))
        assert of(events, ReasoningDelta) == [ReasoningDelta("a", kind="summary")]
        assert only(events, PartFinished).native == {"reasoning_details": [detail("summary", summary="a", id="rs_1")]}

    def test_encrypted_reasoning_without_any_text(self) -> None:
        item = detail("encrypted", data="gAAA", id="rs_1", index=None)
        events = events_of(chunk({"content": "", "reasoning_details": [item]}), text("Hi"), chunk({}, "stop"))
        assert only(events, OpaqueState) == OpaqueState("encrypted", "gAAA", "rs_1")
        assert message(events).parts[0] == ReasoningPart(
            "", opaque=(OpaqueState("encrypted", "gAAA", "rs_1"),), native={"reasoning_details": [item]}
        )
        assert parts(events) == [("Hi", 1)]

    def test_one_index_may_hold_text_and_encrypted_data(self) -> None:
        said = [detail("text", text="a"), detail("encrypted", data="gAAA"), detail("text", text="b")]
        events = events_of(*(chunk({"reasoning_details": [item]}) for item in said), chunk({}, "stop"))
        assert only(events, PartFinished).native == {
            "reasoning_details": [detail("text", text="ab"), detail("encrypted", data="gAAA")]
        }

    def test_encrypted_entries_are_never_joined(self) -> None:
        said = [detail("encrypted", data=data, index=None) for data in ("one", "two", "two")]
        events = events_of(*(chunk({"reasoning_details": [item]}) for item in said), chunk({}, "stop"))
        assert [item["data"] for item in only(events, PartFinished).native["reasoning_details"]] == ["one", "two"]

    def test_entries_of_two_ids_are_never_joined(self) -> None:
        said = [detail("summary", summary=text, id=identifier) for identifier, text in ("xa", "xb", "yc")]
        events = events_of(chunk({"reasoning_details": said}), chunk({}, "stop"))
        assert [item["summary"] for item in only(events, PartFinished).native["reasoning_details"]] == ["ab", "c"]

    def test_an_entry_keeps_the_first_order_and_the_last_value_that_is_not_null(self) -> None:
        said = [
            detail("text", text=None, signature=None, id="r"),
            detail("text", text="a", signature="s", id=None),
            detail("text", text=None, signature=None, x=[1]),
        ]
        events = events_of(*(chunk({"reasoning_details": [item]}) for item in said), chunk({}, "stop"))
        assert only(events, PartFinished).native == {
            "reasoning_details": [detail("text", text="a", signature="s", id="r", x=[1])]
        }

    def test_an_unknown_type_is_kept_for_the_way_back(self) -> None:
        item = {"type": "reasoning.new", "stuff": {"x": 1}}
        events = events_of(chunk({"reasoning_details": [item]}), text("a"), chunk({}, "stop"))
        assert only(events, PartFinished) == PartFinished("reasoning", {"reasoning_details": [item]}, 0, 0)
        assert message(events).parts == (ReasoningPart("", native={"reasoning_details": [item]}), TextPart("a"))

    def test_an_entry_after_the_text_begins_no_other_text(self) -> None:
        said = [detail("text", text="a"), detail("text", format="x")]
        events = events_of(
            chunk({"reasoning_details": said[:1]}), text("b"), chunk({"content": "c", "reasoning_details": said[1:]})
        )
        assert parts(events) == [("a", 0), ("b", 1), ("c", 1)]

    def test_the_native_list_stands_at_the_last_reasoning(self) -> None:
        said = [detail("text", text="a"), detail("text", text="c", index=1)]
        events = events_of(
            chunk({"reasoning_details": said[:1]}), text("b"), chunk({"reasoning_details": said[1:]}), text("d")
        )
        assert only(events, PartFinished).part == 2

    def test_without_a_finish_reason_it_comes_before_the_end(self) -> None:
        events = events_of(chunk({"reasoning_details": [detail("text", text="a")]}))
        assert [type(event).__name__ for event in events[-2:]] == ["PartFinished", "Finished"]

    def test_what_comes_after_the_finish_reason_is_not_lost(self) -> None:
        events = events_of(
            chunk({"reasoning_details": [detail("text", text="a")]}),
            chunk({}, "stop"),
            chunk({"reasoning_details": [detail("encrypted", data="x")]}),
        )
        assert [event.native["reasoning_details"] for event in of(events, PartFinished)] == [
            [detail("text", text="a")],
            [detail("encrypted", data="x")],
        ]

    def test_text_beside_them_that_says_something_else_is_noted(self) -> None:
        events = events_of(chunk({"reasoning": "b", "reasoning_details": [detail("text", text="a")]}))
        assert thought(events) == "a"
        assert of(events, Note) == [Note(NoteCode.REPEATED_REASONING, "b")]

    def test_encrypted_details_beside_text_in_the_field(self) -> None:
        events = events_of(chunk({"reasoning": "b", "reasoning_details": [detail("encrypted", data="x")]}))
        assert thought(events) == "b"
        assert notes(events) == []

    @pytest.mark.parametrize("index", [0, "a", None, [], {}, 1.5])
    def test_any_index(self, index: Any) -> None:
        item = detail("text", text="a", index=index)
        events = events_of(chunk({"reasoning_details": [item, None, 5]}), chunk({}, "stop"))
        assert only(events, PartFinished).native == {"reasoning_details": [item]}
        assert [event.payload for event in of(events, Unknown)] == [5]

    def test_each_choice_has_its_own(self) -> None:
        events = events_of(
            *(chunk({"reasoning_details": [detail("text", text=str(index))]}, index=index) for index in (0, 1)),
            *(chunk({}, "stop", index=index) for index in (0, 1)),
        )
        natives = {event.choice: event.native["reasoning_details"][0]["text"] for event in of(events, PartFinished)}
        assert natives == {0: "0", 1: "1"}

    def test_before_the_response_begins(self) -> None:
        events = events_of(
            chunk({"reasoning_details": [detail("encrypted", data="x")]}, id="", model=""),
            chunk({"reasoning": "a"}, id="", model=""),
            chunk({}, "stop"),
        )
        assert [type(event).__name__ for event in events[:4]] == [
            "ResponseStarted",
            "Metadata",
            "OpaqueState",
            "ReasoningDelta",
        ]

    def test_a_whole_message_gives_them_back_as_well(self) -> None:
        details = [detail("text", text="a", signature="s"), detail("encrypted", data="x")]
        whole = events_of_document(document({"content": "Hi", "reasoning": "a", "reasoning_details": details}))
        assert only(whole, PartFinished).native == {"reasoning_details": details}
        streamed = events_of(
            chunk({"reasoning": "a", "reasoning_details": details[:1]}),
            chunk({"reasoning_details": details[1:]}),
            text("Hi"),
            chunk({}, "stop"),
        )
        assert message(whole) == message(streamed)


class TestThinkingParts:
    """Mistral's lists of parts."""

    @staticmethod
    def thinking(*inner: Any, **fields: Any) -> dict[str, Any]:
        return chunk({"content": [{"type": "thinking", "thinking": list(inner), **fields}]})

    def test_thinking_then_text(self) -> None:
        events = events_of(
            self.thinking({"type": "text", "text": "Let"}),
            self.thinking({"type": "text", "text": " me"}, closed=True),
            text([{"type": "text", "text": "It"}]),
            text(" is."),
            chunk({}, "stop"),
        )
        assert parts(events) == [("Let", 0), (" me", 0), ("It", 1), (" is.", 1)]
        assert thought(events) == "Let me"
        assert of(events, Unknown) == []

    @pytest.mark.parametrize(
        "value", ["a", ["a"], {"type": "text", "text": "a"}, [{"text": "a"}, None, {"type": "text", "text": ""}]]
    )
    def test_shapes_of_the_inner_list(self, value: Any) -> None:
        assert thought(events_of(chunk({"content": [{"type": "thinking", "thinking": value}]}))) == "a"

    def test_a_signature(self) -> None:
        events = events_of(self.thinking({"type": "text", "text": "a"}, signature="c2ln"), text("b"))
        assert only(events, OpaqueState) == OpaqueState("signature", "c2ln")

    @pytest.mark.parametrize("kind", ["reference", "tool_reference"])
    def test_references_stand_where_they_stand(self, kind: str) -> None:
        source = {"type": kind, "reference_ids": [1]}
        events = events_of(
            self.thinking({"type": "text", "text": "a"}, source),
            text([{"type": "text", "text": "b"}, source, {"type": "text", "text": "c"}, source]),
        )
        assert of(events, Citation) == [Citation(source), Citation(source, 0, 1), Citation(source, 0, 1)]
        assert parts(events) == [("a", 0), ("b", 1), ("c", 1)]


class TestInTheText:
    """Think tags in the content, which the parser splits off behind the provider."""

    @pytest.mark.parametrize(
        "pieces", [["<think>a</think>b"], list("<think>a</think>b"), ["<thi", "nk>a</", "think>b"]]
    )
    def test_tags_at_the_start(self, pieces: list[str]) -> None:
        events = events_of(*map(text, pieces), chunk({}, "stop"), think=None)
        assert (thought(events), spoken(events)) == ("a", "b")
        assert all(event.in_band for event in of(events, ReasoningDelta))

    def test_with_a_reasoning_field_the_text_is_left_alone(self) -> None:
        events = events_of(chunk({"reasoning": "r"}), text("<think>a</think>b"), chunk({}, "stop"), think=None)
        assert (thought(events), spoken(events)) == ("r", "<think>a</think>b")

    def test_unless_asked_for_they_stay(self) -> None:
        assert spoken(events_of(text("<think>a</think>b"), chunk({}, "stop"))) == "<think>a</think>b"


class TestPlaceholders:
    """grok-4 says the same with every chunk while it thinks."""

    SAID = ("Thinking... ",) * 3

    def test_only_the_first_is_told(self) -> None:
        events = events_of(*(chunk({"reasoning_content": piece}) for piece in self.SAID), text("Hi"), provider="grok")
        assert thought(events) == "Thinking... "
        assert of(events, Note) == [Note(NoteCode.REPEATED_REASONING, "Thinking... ")]

    def test_also_after_text(self) -> None:
        said = [chunk({"reasoning_content": "Thinking... "}), text("a"), chunk({"reasoning_content": "Thinking... "})]
        assert thought(events_of(*said, provider="grok")) == "Thinking... "

    def test_a_model_that_thinks_aloud_may_say_the_same_twice(self) -> None:
        said = ("no", ", ", "no", "no", ", ", ", ")
        events = events_of(*(chunk({"reasoning_content": piece}) for piece in said), provider="grok")
        assert thought(events) == "no, nono, , "
        assert notes(events) == []

    def test_each_choice_has_its_own(self) -> None:
        said = [chunk({"reasoning_content": "a"}, index=index) for index in (0, 1, 0, 1)]
        events = events_of(*said, provider="grok")
        assert (thought(events, 0), thought(events, 1)) == ("a", "a")

    @pytest.mark.parametrize("provider", ["openai-chat", "deepseek", "groq"])
    def test_nothing_is_dropped_elsewhere(self, provider: str) -> None:
        events = events_of(*(chunk({"reasoning_content": piece}) for piece in self.SAID), provider=provider)
        assert thought(events) == "".join(self.SAID)
        assert notes(events) == []


EXTRA = {"google": {"thought_signature": "c2ln"}}


class TestThoughtSignatures:
    """Gemini's compatible endpoint signs texts and calls in `extra_content`."""

    def test_of_a_text(self) -> None:
        events = events_of(
            chunk({"reasoning": "r"}), chunk({"content": "a", "extra_content": EXTRA}), chunk({}, "stop")
        )
        assert only(events, OpaqueState) == OpaqueState("signature", "c2ln", part=1)
        assert said_beside(events) == []
        assert message(events).parts[1] == TextPart("a", opaque=(OpaqueState("signature", "c2ln", part=1),))

    def test_before_any_part(self) -> None:
        events = events_of(chunk({"extra_content": EXTRA}), text("a"))
        assert only(events, OpaqueState).part == 0

    def test_of_a_call(self) -> None:
        entry = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}, "extra_content": EXTRA}
        events = events_of(chunk({"tool_calls": [entry]}), chunk({}, "stop"))
        assert only(events, OpaqueState) == OpaqueState("signature", "c2ln", "a")
        assert message(events).tool_calls[0].opaque == (OpaqueState("signature", "c2ln", "a"),)

    def test_what_else_is_there_stays(self) -> None:
        extra = {"google": {"thought_signature": "c2ln", "thought": True}, "x": 1}
        entry = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}, "extra_content": extra}
        events = events_of(chunk({"content": "a", "extra_content": extra}), chunk({"tool_calls": [entry]}))
        rest = {"google": {"thought": True}, "x": 1}
        assert [event.payload for event in of(events, Metadata)][1:] == [
            {"choice": 0, "extra_content": rest},
            {"choice": 0, "tool_call": 0, "extra_content": rest},
        ]
        assert finished(events)
