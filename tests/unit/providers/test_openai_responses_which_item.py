"""Which item an event of the Responses API speaks of when servers break the rules, and what the final output adds."""

from __future__ import annotations

import pytest
from tests.helpers import codes, message_of, of_kind
from tests.responses_wire import (
    CREATED,
    HELLO,
    SEARCH,
    Payload,
    added,
    arguments_delta,
    both_ways,
    completed,
    done,
    event,
    function,
    message,
    place,
    reasoning,
    summary_delta,
    text_delta,
    text_part,
    told,
    without_notes,
)

from deltawire.events import (
    PartFinished,
    ReasoningDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallFinished,
)
from deltawire.notes import NoteCode


class TestWhichItem:
    def test_an_item_is_found_by_its_id_whatever_the_index(self) -> None:
        events = both_ways(
            [
                CREATED,
                added(message(identifier="a"), 0),
                added(message(identifier="b"), 1),
                text_delta("1", "b", 5),
                text_delta("2", "a", 1),
                done(message(text_part("1"), identifier="b"), 7),
                done(message(text_part("2"), identifier="a"), 9),
                completed(),
            ]
        )
        assert [(e.text, e.part) for e in of_kind(events, TextDelta)] == [("1", 1), ("2", 0)]
        assert len(of_kind(events, PartFinished)) == 2

    def test_another_id_in_each_event_is_found_by_the_index(self) -> None:
        events = both_ways(
            [
                CREATED,
                added(function("", 1, id="a"), 0),
                added(function("", 2, id="b"), 1),
                arguments_delta("{", 11, 0),
                arguments_delta("{ ", 12, 1),
                arguments_delta("}", 13, 0),
                arguments_delta(" }", 14, 1),
                done(function("{}", 1, id="c"), 0),
                done(function("{  }", 2, id="d"), 1),
                completed(function("{}", 1, id="e"), function("{  }", 2, id="f")),
            ]
        )
        calls = of_kind(events, ToolCallFinished)
        assert [(call.id, call.arguments, call.complete) for call in calls] == [
            ("call_1", "{}", True),
            ("call_2", "{  }", True),
        ]

    def test_when_ids_drift_an_index_of_its_own_at_the_end_is_no_new_item(self) -> None:
        item = message(text_part("Hello!"), identifier="c")
        events = both_ways([CREATED, added(message(identifier="a")), text_delta("Hello!", "b"), done(item, 4)])
        assert message_of(events).text == "Hello!"
        assert len(of_kind(events, PartFinished)) == 1

    def test_an_id_and_an_index_that_nobody_knows_are_another_item(self) -> None:
        events = both_ways(
            [
                CREATED,
                arguments_delta('{"a":', 1, 0),
                arguments_delta('{"b":', 2, 1),
                arguments_delta("1}", 1, 0),
                arguments_delta("2}", 2, 1),
                done(function('{"a":1}', 1), 0),
                done(function('{"b":2}', 2), 1),
                completed(),
            ]
        )
        assert [call.arguments for call in of_kind(events, ToolCallFinished)] == ['{"a":1}', '{"b":2}']

    def test_without_id_and_index_no_finished_item_goes_on(self) -> None:
        first, second = [added(HELLO), done(HELLO)], [event("output_text.delta", delta="b")]
        events = both_ways([CREATED, *first, *second, completed()])
        assert [(e.text, e.part) for e in of_kind(events, TextDelta)] == [("Hello!", 0), ("b", 1)]

    def test_without_id_and_index_the_newest_open_item_of_the_type_goes_on(self) -> None:
        events = both_ways(
            [
                CREATED,
                {"type": "response.output_item.added", "item": message(identifier="a")},
                {"type": "response.output_item.added", "item": function("")},
                event("output_text.delta", delta="Hel"),
                event("function_call_arguments.delta", delta="{"),
                event("output_text.delta", delta="lo"),
                event("function_call_arguments.delta", delta="}"),
                {"type": "response.output_item.done", "item": {**function("{}"), "id": None}},
                completed(),
            ]
        )
        assert message_of(events).text == "Hello"
        assert of_kind(events, ToolCallFinished)[0].arguments == "{}"
        assert [event.part for event in of_kind(events, TextDelta)] == [0, 0]

    def test_events_of_another_type_at_the_same_index_are_another_item(self) -> None:
        events = both_ways(
            [CREATED, added(reasoning(identifier="x")), text_delta("a", "x"), summary_delta("b"), completed()]
        )
        assert [(type(e), e.part) for e in of_kind(events, TextDelta, ReasoningDelta)] == [
            (TextDelta, 1),
            (ReasoningDelta, 0),
        ]

    def test_a_server_that_numbers_every_item_alike_opens_new_ones(self) -> None:
        one, two = message(text_part("a")), message(text_part("b"))
        events = both_ways(
            [
                CREATED,
                added(message(), 0),
                text_delta("a"),
                done(one),
                added(message(identifier="msg_2"), 0),
                text_delta("b", "msg_2"),
                done({**two, "id": "msg_2"}),
                completed(one, {**two, "id": "msg_2"}),
            ]
        )
        assert [(e.text, e.part) for e in of_kind(events, TextDelta)] == [("a", 0), ("b", 1)]

    def test_a_server_that_gives_every_item_the_same_id_opens_new_ones(self) -> None:
        one, two = message(text_part("a")), message(text_part("b"))
        events = both_ways(
            [
                CREATED,
                added(message(), 0),
                text_delta("a"),
                done(one),
                added(message(), 1),
                text_delta("b", index=1),
                done(two, 1),
                completed(one, two),
            ]
        )
        assert [(e.text, e.part) for e in of_kind(events, TextDelta)] == [("a", 0), ("b", 1)]
        assert codes(events) == []

    @pytest.mark.parametrize("opening", [True, False])
    def test_a_server_that_gives_all_calls_the_same_id_loses_none(self, opening: bool) -> None:
        calls = [function('{"n":1}', 1, id="fc"), function('{"n":2}', 2, id="fc")]
        stream: list[Payload] = []
        for index, call in enumerate(calls):
            stream += [added({**call, "arguments": ""}, index)] if opening else []
            stream += [done(call, index)]
        events = both_ways([CREATED, *stream, completed(*calls)])
        assert [call.arguments for call in of_kind(events, ToolCallFinished)] == ['{"n":1}', '{"n":2}']

    def test_messages_with_the_same_id_that_are_open_together_stay_apart(self) -> None:
        events = both_ways(
            [
                CREATED,
                added(message(), 0),
                added(message(), 1),
                text_delta("b", index=1),
                done(message(text_part("b")), 1),
                done(message(text_part("a")), 0),
                completed(message(text_part("a")), message(text_part("b"))),
            ]
        )
        assert [(event.text, event.part) for event in of_kind(events, TextDelta)] == [("b", 1), ("a", 0)]

    @pytest.mark.parametrize("item", [message(), function(""), SEARCH], ids=lambda item: item["type"])
    def test_an_opening_event_that_comes_twice_opens_one_item(self, item: Payload) -> None:
        events = told(CREATED, added(item), added(item))
        assert codes(events) == [NoteCode.SECOND_START]
        assert without_notes(events) == []

    def test_a_tool_whose_news_came_before_its_opening_is_one_item(self) -> None:
        news = event("web_search_call.searching", **place("ws_1"))
        events = both_ways([CREATED, news, added(SEARCH), done(SEARCH), completed(SEARCH)])
        assert [event.kind for event in of_kind(events, ServerToolUsed)] == ["status", "call", "result"]

    def test_items_without_an_opening_event_are_noted_once(self) -> None:
        events = both_ways([CREATED, text_delta("a"), summary_delta("b"), done(function("{}"), 3), completed()])
        assert codes(events) == [NoteCode.MISSING_PART_START]

    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_content_indexes_that_count_on_over_items_say_nothing_twice(self, number: int) -> None:
        item = message(text_part("Hello!"), identifier="b")
        at = place("b", 1, content_index=number)
        events = both_ways(
            [
                CREATED,
                added(message(identifier="b"), 1),
                event("content_part.added", **at, part=text_part()),
                text_delta("Hello", "b", 1, number),
                event("output_text.done", **at, text="Hello!"),
                done(item, 1),
                completed(item),
            ]
        )
        assert message_of(events).text == "Hello!"
        assert codes(events) == []

    def test_a_closing_event_with_another_content_index_says_nothing_twice(self) -> None:
        item = message(text_part("Hello!"))
        closing = event("output_text.done", **place("msg_1", content_index=2), text="Hello!")
        events = both_ways([CREATED, added(message()), text_delta("Hello"), closing, done(item), completed(item)])
        assert message_of(events).text == "Hello!"

    def test_content_parts_without_an_index_follow_each_other(self) -> None:
        part = {"type": "response.content_part.added", "item_id": "msg_1", "part": text_part()}
        delta = {"type": "response.output_text.delta", "item_id": "msg_1"}
        item = message(text_part("a"), text_part("b"))
        events = both_ways(
            [CREATED, added(message()), part, {**delta, "delta": "a"}, part, {**delta, "delta": "b"}, done(item)]
        )
        assert [(e.text, e.part) for e in of_kind(events, TextDelta)] == [("a", 0), ("b", 1)]
        assert codes(events) == []


class TestFinalOutput:
    def test_an_empty_one_takes_nothing_back(self) -> None:
        for output in ([], None):
            events = both_ways(
                [CREATED, added(message()), text_delta("a"), done(message(text_part("a"))), completed(output=output)]
            )
            assert message_of(events).text == "a"
            assert len(of_kind(events, PartFinished)) == 1

    def test_it_completes_items_that_are_open(self) -> None:
        tools = {"id": "mcpl_1", "type": "mcp_list_tools", "server_label": "dice", "tools": []}
        events = both_ways([CREATED, added(tools), completed(tools)])
        assert of_kind(events, ServerToolUsed)[1].kind == "result"
        assert of_kind(events, PartFinished) == [PartFinished("mcp_list_tools", tools)]

    def test_with_more_text_it_gives_the_rest(self) -> None:
        done_first = done(message(text_part("Hel")))
        events = both_ways([CREATED, added(message()), text_delta("Hel"), done_first, completed(HELLO)])
        assert message_of(events).text == "Hello!"

    def test_with_other_ids_and_places_it_says_nothing_twice(self) -> None:
        items = [reasoning("hm"), message(text_part("a")), function("{}")]
        stream = [payload for index, item in enumerate(items) for payload in (added(item, index), done(item, index))]
        others = [message(text_part("a"), identifier="x"), reasoning("hm", identifier="y"), function("{}", id="z")]
        events = both_ways([CREATED, *stream, completed(*others)])
        assert message_of(events).text == "a"
        assert message_of(events).reasoning == "hm"
        assert len(of_kind(events, ToolCallFinished)) == 1
        assert len(of_kind(events, PartFinished)) == 3

    def test_it_finds_the_one_item_of_several_that_never_came(self) -> None:
        calls = [function('{"n":1}', 1), function('{"n":2}', 2), function('{"n":3}', 3)]
        stream = [added(calls[0], 0), done(calls[0], 0), added(calls[2], 2), done(calls[2], 2)]
        events = both_ways([CREATED, *stream, completed(*calls)])
        assert [call.arguments for call in of_kind(events, ToolCallFinished)] == ['{"n":1}', '{"n":3}', '{"n":2}']

    def test_entries_that_are_no_items_are_passed_over(self) -> None:
        events = both_ways([CREATED, completed(output=[None, 5, "x", [], {}, HELLO])])
        assert message_of(events).text == "Hello!"
