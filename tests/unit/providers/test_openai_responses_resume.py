"""A stream of the Responses API that is taken up again where it broke off."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes, message_of, of_kind
from tests.responses_wire import (
    CALLS,
    COMPUTER,
    CREATED,
    CUSTOM,
    HELLO,
    IMAGE,
    NAME,
    TALK,
    THINKING,
    THOUGHT,
    Payload,
    arguments_delta,
    completed,
    done,
    event,
    function,
    hold_laws,
    message,
    numbered,
    place,
    reasoning,
    summary_delta,
    text_delta,
    text_part,
)

from deltawire.events import (
    Event,
    Finished,
    PartFinished,
    ReasoningDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from deltawire.failures import UsageError
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.response import parser
from deltawire.resume import Resume


def resumed(resume: Resume, *payloads: Payload) -> list[Event]:
    """The events of the rest of a stream."""
    response = parser(NAME)
    response.resume_from(resume)
    events = [event for payload in payloads for event in response.receive_payload(payload)]
    events += response.receive_eof()
    hold_laws(events, resumed=True)
    return events


OPEN = message(text_part("Hel"), status="in_progress")


def test_the_rest_of_a_text_goes_on() -> None:
    events = resumed(Resume("resp_1", 4, [OPEN]), *TALK[5:])
    assert events[0] == ResponseStarted("resp_1", "", NAME)
    assert message_of(events).text == "lo!"
    assert of_kind(events, Finished)[0].model == "tiny"
    assert codes(events) == []


@pytest.mark.parametrize("after", range(12))
def test_events_that_were_received_before_are_dropped(after: int) -> None:
    events = resumed(Resume("resp_1", after, [OPEN] if after < 10 else [HELLO]), *TALK)
    assert (NoteCode.DUPLICATE_DROPPED in codes(events)) is True
    assert isinstance(events[-1], Finished)


def test_the_closing_events_give_only_what_was_not_received() -> None:
    events = resumed(Resume("resp_1", 6, [message(text_part("Hello"), status="in_progress")]), *TALK[7:])
    assert message_of(events).text == "!"
    events = resumed(Resume("resp_1", 10, [OPEN]), TALK[-1])
    assert message_of(events).text == "lo!"
    assert len(of_kind(events, PartFinished)) == 1


def test_a_gap_behind_what_was_received_is_noted() -> None:
    events = resumed(Resume("resp_1", 3, [OPEN]), *TALK[5:])
    assert codes(events) == [NoteCode.SEQUENCE_GAP]


def test_an_open_call_starts_again_with_its_arguments_so_far() -> None:
    known = [function('{"q":', 1, status="in_progress"), function("{", 2, status="in_progress")]
    events = resumed(Resume("resp_1", 4, known), *CALLS[5:])
    assert of_kind(events, ToolCallStarted, ToolCallDelta)[:2] == [
        ToolCallStarted(0, "call_1", "find", item_id="fc_1"),
        ToolCallDelta(0, '{"q":"x"}'),
    ]
    calls = of_kind(events, ToolCallFinished)
    assert [(call.id, call.arguments, call.complete, call.part) for call in calls] == [
        ("call_1", '{"q":"x"}', True, 0),
        ("call_2", "{}", True, 1),
        ("call_3", "*** Begin", True, 2),
    ]
    assert of_kind(events, Finished)[0].reason == "tool_calls"


def test_an_open_call_is_closed_if_the_stream_breaks_off_at_once() -> None:
    events = resumed(Resume("resp_1", 4, [function('{"q":', status="in_progress")]))
    (call,) = of_kind(events, ToolCallFinished)
    assert (call.arguments, call.complete) == ('{"q":', False)
    assert events[-1].error.kind == "truncated"  # type: ignore[union-attr]


def test_a_finished_call_counts_and_is_not_told_again() -> None:
    known = [function("{}", 1), {**CUSTOM, "input": "*"}]
    rest = numbered([done(HELLO, 2), completed(*known, HELLO)], 9)
    events = resumed(Resume("resp_1", 8, known), *rest)
    assert not of_kind(events, ToolCallStarted, ToolCallFinished)
    assert of_kind(events, Finished)[0].reason == "tool_calls"
    assert of_kind(events, TextDelta) == [TextDelta("Hello!", 0, 2)]


def test_new_calls_are_numbered_behind_those_that_are_known() -> None:
    rest = numbered([done(function("{}", 2), 1), completed()], 5)
    (start,) = of_kind(resumed(Resume("resp_1", 4, [function("{}", 1)]), *rest), ToolCallStarted)
    assert (start.index, start.part) == (1, 1)


def test_summaries_go_on_with_a_blank_line() -> None:
    known = reasoning("one", status="in_progress")
    events = resumed(Resume("resp_1", 5, [known]), *THINKING[6:])
    assert message_of(events).reasoning == "\n\ntwohm so"
    assert of_kind(events, ReasoningDelta)[0] == ReasoningDelta("\n\nt", kind="summary")
    whole = resumed(Resume("resp_1", 10, [THOUGHT]), *THINKING[11:])
    assert not of_kind(whole, ReasoningDelta)


def test_a_known_server_tool_is_not_called_again() -> None:
    known = {**IMAGE, "status": "in_progress"}
    rest = numbered([event("image_generation_call.generating", **place("ig_1")), done({**IMAGE, "result": "aGk="})], 5)
    events = resumed(Resume("resp_1", 4, [known]), *rest)
    assert [event.kind for event in of_kind(events, ServerToolUsed)] == ["status", "result"]


def test_an_open_tool_of_the_client_goes_on() -> None:
    events = resumed(Resume("resp_1", 4, [{**COMPUTER, "status": "in_progress"}]), *numbered([done(COMPUTER)], 5))
    (call,) = of_kind(events, ToolCallFinished)
    assert (call.id, call.name, call.arguments, call.complete) == (
        "call_4",
        "computer_call",
        '{"type":"screenshot"}',
        True,
    )


def test_a_finished_tool_of_the_client_counts() -> None:
    events = resumed(Resume("resp_1", 4, [COMPUTER, message(text_part(""))]), *numbered([completed()], 5))
    assert of_kind(events, Finished)[0].reason == "tool_calls"


def test_sources_that_are_known_are_not_told_again() -> None:
    one, two = {"url": "u:1"}, {"url": "u:2"}
    known = message(text_part("a", annotations=[one]), status="in_progress")
    closing = done(message(text_part("a", annotations=[one, two])))
    events = resumed(Resume("resp_1", 4, [known]), *numbered([closing, completed()], 5))
    assert [event.payload for event in events if type(event).__name__ == "Citation"] == [two]


def test_items_of_any_shape_are_taken() -> None:
    odd: list[Any] = [{}, None, {"type": 5}, {"type": "message", "content": 5}, {"type": "function_call"}]
    events = resumed(Resume("resp_1", -1, odd), *numbered([text_delta("a"), completed()]))
    assert message_of(events).text == "a"


def test_resuming_comes_first() -> None:
    resume = Resume("resp_1", 0)
    response = parser(NAME)
    response.receive_data(b"d")
    with pytest.raises(UsageError, match="must come first"):
        response.resume_from(resume)
    response = parser(NAME)
    response.receive_payload(CREATED)
    with pytest.raises(UsageError, match="must come first"):
        response.resume_from(resume)
    response = parser(NAME)
    response.receive_head(200)
    with pytest.raises(UsageError, match="must come first"):
        response.resume_from(resume)
    response = parser(NAME)
    response.receive_eof()
    with pytest.raises(UsageError, match="must come first"):
        response.resume_from(resume)


def test_streams_of_other_schemas_cannot_be_resumed() -> None:
    with pytest.raises(UsageError, match="'anthropic'"):
        parser("anthropic").resume_from(Resume("msg_1", 0))


def test_known_items_obey_the_limits() -> None:
    response = parser(NAME, limits=Limits(tool_calls=1))
    with pytest.raises(UsageError, match="tool_calls"):
        response.resume_from(Resume("resp_1", 0, [function("{}", 1), function("{}", 2)]))


def test_arguments_of_resumed_deltas_alone_are_no_call() -> None:
    response = parser(NAME)
    events = [event for payload in numbered([arguments_delta("1}")], 7) for event in response.receive_payload(payload)]
    events += response.receive_eof()
    hold_laws(events)
    (call,) = of_kind(events, ToolCallFinished)
    assert not call.complete


def test_a_summary_that_is_not_known_begins_without_a_blank_line() -> None:
    events = resumed(Resume("resp_1", 4), *numbered([summary_delta("b", 1), completed()], 5))
    assert message_of(events).reasoning == "b"
