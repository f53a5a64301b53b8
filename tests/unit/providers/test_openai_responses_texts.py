"""Texts of items of the Responses API: what closing events add, and what opening ones hold."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, message_of, of_kind
from tests.responses_wire import (
    AT_TEXT,
    CREATED,
    HELLO,
    added,
    both_ways,
    completed,
    done,
    event,
    message,
    place,
    reasoning,
    summary_delta,
    text_delta,
    text_part,
    told,
)

from deltawire.events import (
    Citation,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    Unknown,
)
from deltawire.notes import NoteCode


class TestTextsOfOneItem:
    def test_summaries_are_one_text_with_blank_lines_between(self) -> None:
        events = both_ways(
            [CREATED, added(reasoning()), summary_delta("a"), summary_delta("b", 1), done(reasoning("a", "bc"))]
        )
        assert message_of(events).reasoning == "a\n\nbc"
        assert {event.part for event in of_kind(events, ReasoningDelta)} == {0}

    def test_a_summary_part_without_text_leaves_no_blank_line(self) -> None:
        part = event("reasoning_summary_part.added", **place("rs_1", summary_index=1), part={"type": "summary_text"})
        events = both_ways([CREATED, added(reasoning()), summary_delta("a"), part, done(reasoning("a", ""))])
        assert message_of(events).reasoning == "a"

    def test_a_summary_that_closes_as_output_text_of_the_reasoning_is_no_text(self) -> None:
        """LiteLLM's proxy closes so, in front of models without a Responses API."""
        item = reasoning(content=[{"type": "output_text", "text": "hm so", "annotations": []}])
        streamed = [CREATED, added(reasoning()), summary_delta("hm "), summary_delta("so"), done(reasoning("hm so"))]
        for payloads in ([*streamed, completed(item)], [*streamed[:2], done(item), completed(item)]):
            made = message_of(both_ways(payloads))
            assert (made.reasoning, made.text) == ("hm so", "")

    def test_reasoning_and_its_summary_are_parts_of_their_own(self) -> None:
        item = reasoning("sum", content=[{"type": "reasoning_text", "text": "hm"}, {"type": "text", "text": "so"}])
        events = told(CREATED, done(item))[1:]
        assert events == [
            ReasoningDelta("sum", kind="summary"),
            ReasoningDelta("hm", 0, 1),
            ReasoningDelta("so", 0, 2),
            PartFinished("reasoning", item),
        ]

    def test_content_parts_are_parts_of_their_own(self) -> None:
        item = message(
            text_part("a"), {"type": "refusal", "refusal": "no"}, text_part("b", annotations=[{"url": "u:"}])
        )
        assert told(CREATED, done(item))[1:] == [
            TextDelta("a"),
            RefusalDelta("no", 0, 1),
            TextDelta("b", 0, 2),
            Citation({"url": "u:"}, 0, 2),
            PartFinished("text", item),
        ]

    def test_content_parts_may_take_turns(self) -> None:
        item = message(text_part("ac"), text_part("bd"))
        deltas = [text_delta("a"), text_delta("b", content=1), text_delta("c"), text_delta("d", content=1)]
        events = both_ways([CREATED, added(message()), *deltas, done(item), completed(item)])
        assert [(e.text, e.part) for e in of_kind(events, TextDelta)] == [("a", 0), ("b", 1), ("c", 0), ("d", 1)]

    def test_a_content_part_that_nobody_knows_is_unknown(self) -> None:
        part = {"type": "output_hologram", "hologram": "x"}
        assert of_kind(told(CREATED, done(message(part))), Unknown) == [Unknown(part)]
        payload = event("content_part.added", **AT_TEXT, part=part)
        assert told(CREATED, added(message()), payload) == [Unknown(payload)]

    @pytest.mark.parametrize(
        ("deltas", "whole", "rest"),
        [
            ([], "Hello", ["Hello"]),
            (["Hel"], "Hello", ["lo"]),
            (["Hel", "lo"], "Hello", []),
            (["Hello"], "", []),
            (["Jello"], "Hello", []),
            (["Hello"], "Hel", []),
        ],
        ids=["all", "some", "none", "a blank end", "another text", "a shorter text"],
    )
    @pytest.mark.parametrize("end", ["text", "part", "item", "response"])
    def test_a_closing_text_gives_what_is_missing_and_never_takes_back(
        self, deltas: list[str], whole: str, rest: list[str], end: str
    ) -> None:
        item = message(text_part(whole))
        closing = {
            "text": event("output_text.done", **AT_TEXT, text=whole),
            "part": event("content_part.done", **AT_TEXT, part=text_part(whole)),
            "item": done(item),
            "response": completed(item),
        }[end]
        events = told(CREATED, added(message()), *map(text_delta, deltas), closing)
        assert [event.text for event in of_kind(events, TextDelta)] == rest
        differs = bool(deltas and whole) and not whole.startswith("".join(deltas))
        assert (NoteCode.TEXT_REPLACED in codes(events)) is differs

    def test_another_closing_text_is_noted_once(self) -> None:
        item = message(text_part("Hello"))
        closing = [event("output_text.done", **AT_TEXT, text="Hello"), done(item), completed(item)]
        events = both_ways([CREATED, added(message()), text_delta("Jello"), *closing])
        assert codes(events) == [NoteCode.TEXT_REPLACED]
        assert message_of(events).text == "Jello"

    def test_long_texts_are_compared_whole(self) -> None:
        pieces = [f"piece {number} é\U0001f600 " for number in range(200)]
        item = message(text_part("".join(pieces) + "end"))
        events = both_ways([CREATED, added(message()), *map(text_delta, pieces), done(item), completed(item)])
        assert codes(events) == []
        assert of_kind(events, TextDelta)[-1].text == "end"

    @pytest.mark.parametrize(
        ("held", "deltas", "text"),
        [
            ("Hel", ["lo"], "Hello"),
            ("Hello", ["Hel", "lo"], "Hello"),
            ("Hello", [], "Hello"),
            ("", ["Hello"], "Hello"),
        ],
        ids=["goes on", "said again", "all", "nothing"],
    )
    @pytest.mark.parametrize("where", ["item", "part"])
    def test_text_that_an_opening_event_holds_is_said_once(
        self, held: str, deltas: list[str], text: str, where: str
    ) -> None:
        opening = (
            added(message(text_part(held)))
            if where == "item"
            else event("content_part.added", **AT_TEXT, part=text_part(held))
        )
        for rest in ([done(message(text_part(text)))], []):
            events = both_ways([CREATED, opening, *map(text_delta, deltas), *rest, completed()])
            assert message_of(events).text == text

    def test_an_opening_event_behind_its_deltas_says_nothing(self) -> None:
        events = both_ways([CREATED, text_delta("Hel"), added(message(text_part("Hel"))), done(HELLO), completed()])
        assert message_of(events).text == "Hello!"

    def test_null_parts_are_passed_over(self) -> None:
        item = message(text_part("a"), content=[None, text_part("a"), {"type": "output_text"}])
        events = both_ways([CREATED, done(item), completed(item)])
        assert message_of(events).text == "a"
        assert not of_kind(events, Unknown)

    def test_texts_that_begin_alike_stay_apart(self) -> None:
        item = message(text_part("a"), text_part("ab"))
        closing = [event("output_text.done", **AT_TEXT, text="a")]
        closing.append(event("output_text.done", **place("msg_1", content_index=1), text="ab"))
        events = both_ways([CREATED, added(message()), text_delta("a"), *closing, done(item), completed(item)])
        assert [(e.text, e.part) for e in of_kind(events, TextDelta)] == [("a", 0), ("ab", 1)]

    def test_text_that_an_opening_event_holds_is_said_before_a_bad_end(self) -> None:
        events = both_ways([CREATED, added(message(text_part("Hel")))])
        assert message_of(events).text == "Hel"
        assert events[-1].error.kind == "truncated"  # type: ignore[union-attr]


class TestADamagedIndex:
    def part_done(self, index: int, content: str) -> Any:
        return event("content_part.done", **place("msg_1", content_index=index), part=text_part(content))

    def test_a_part_that_ended_under_an_unseen_index_was_said_twice(self) -> None:
        whole = event("output_text.done", **AT_TEXT, text="Hello")
        events = both_ways([CREATED, added(message()), text_delta("Hello"), whole, self.part_done(7, "Hello")])
        assert [event.text for event in of_kind(events, TextDelta)] == ["Hello"]
        assert NoteCode.DUPLICATE_DROPPED in codes(events)

    def test_another_part_with_the_same_text_is_said_when_its_item_closes(self) -> None:
        whole = event("output_text.done", **AT_TEXT, text="Hello")
        item = message(text_part("Hello"), text_part("Hello"))
        parts = [text_delta("Hello"), whole, self.part_done(1, "Hello"), done(item), completed(item)]
        events = both_ways([CREATED, added(message()), *parts])
        assert [(event.text, event.part) for event in of_kind(events, TextDelta)] == [("Hello", 0), ("Hello", 1)]

    def test_another_part_with_another_text_is_said_at_once(self) -> None:
        whole = event("output_text.done", **AT_TEXT, text="Hello")
        events = both_ways([CREATED, added(message()), text_delta("Hello"), whole, self.part_done(1, "Bye")])
        assert [event.text for event in of_kind(events, TextDelta)] == ["Hello", "Bye"]
