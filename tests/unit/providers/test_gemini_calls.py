"""Function calls of Gemini: whole in a part, and streamed by Vertex AI."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.gemini_chunks import (
    STOP,
    call,
    calls_of,
    chunk,
    end_of,
    events_of,
    failure_of,
    piece,
    response,
    sse,
    text,
    thought,
)
from tests.helpers import message_of, of_kind

from deltawire.events import (
    FinishReason,
    Note,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from deltawire.limits import Limits
from deltawire.notes import NoteCode
from deltawire.parsing import parse


def pieces(*partial: dict[str, Any], goes_on: bool = True) -> dict[str, Any]:
    """A chunk with pieces of the call that streams."""
    return chunk(call(None, *partial, **({"willContinue": True} if goes_on else {})))


BEGIN = chunk(call("book", willContinue=True))
END = chunk(call())


class TestWholeCalls:
    def test_a_call_in_one_part(self) -> None:
        events = events_of(chunk(call("find", args={"q": "é"}, id="f1")), STOP)
        assert of_kind(events, ToolCallStarted, ToolCallDelta, ToolCallFinished, PartFinished) == [
            ToolCallStarted(0, "f1", "find"),
            ToolCallDelta(0, '{"q":"é"}'),
            ToolCallFinished(0, "f1", "find", '{"q":"é"}', True),
            PartFinished("tool_call", call("find", args={"q": "é"}, id="f1")),
        ]
        assert events[-1].reason is FinishReason.TOOL_CALLS
        assert events[-1].raw_reason == "STOP"

    def test_a_word_of_its_own_for_calls_is_no_other_reason(self) -> None:
        end = end_of(chunk(call("find", args={"q": "é"}, id="f1"), finish="FUNCTION_CALL"))
        assert (end.reason, end.raw_reason) == (FinishReason.TOOL_CALLS, "FUNCTION_CALL")

    @pytest.mark.parametrize(
        ("fields", "arguments", "complete"),
        [
            ({}, "", True),
            ({"args": None}, "", True),
            ({"args": {}}, "{}", True),
            ({"args": '{"a":1}'}, '{"a":1}', True),
            ({"args": '{"a":'}, '{"a":', False),
            ({"args": [1]}, "[1]", False),
            ({"args": 5}, "5", False),
        ],
        ids=str,
    )
    def test_arguments_of_every_shape(self, fields: dict[str, Any], arguments: str, complete: bool) -> None:
        (found,) = calls_of(chunk(call("f", **fields)), STOP)
        assert (found.arguments, found.complete) == (arguments, complete)

    def test_calls_without_ids_get_different_ones_of_ours(self) -> None:
        events = events_of(chunk(call("f", args={}), call("f", args={})), chunk(call("f")), STOP)
        started = of_kind(events, ToolCallStarted)
        assert [(event.index, event.id, event.part, event.synthetic_id) for event in started] == [
            (0, "r1_0", 0, True),
            (1, "r1_1", 1, True),
            (2, "r1_2", 2, True),
        ]

    def test_an_id_that_comes_twice_is_given_once(self) -> None:
        events = events_of(chunk(call("f", id="x"), call("g", id="x")), STOP)
        assert [event.synthetic_id for event in of_kind(events, ToolCallStarted)] == [False, True]
        assert [note.code for note in of_kind(events, Note)] == [NoteCode.REUSED_CALL_ID]

    def test_a_call_marked_as_thought_is_a_call(self) -> None:
        part = call("f", args={}) | {"thought": True}
        events = events_of(chunk(part), STOP)
        assert len(of_kind(events, ToolCallFinished)) == 1
        assert of_kind(events, ReasoningDelta) == []
        assert of_kind(events, PartFinished) == [PartFinished("tool_call", part)]

    def test_a_call_without_a_name_is_incomplete(self) -> None:
        events = events_of(chunk(call(None, args={"a": 1}, id="x")), STOP)
        assert [(found.name, found.complete) for found in of_kind(events, ToolCallFinished)] == [("", False)]
        assert [note.code for note in of_kind(events, Note)] == [
            NoteCode.CALL_WITHOUT_NAME,
        ]
        assert events[-1].reason is FinishReason.STOP

    def test_calls_are_counted_by_candidate(self) -> None:
        events = events_of(
            response({"content": {"parts": [call("f")]}}, {"content": {"parts": [call("g")]}, "index": 1}),
            response({"finishReason": "STOP"}, {"index": 1, "finishReason": "STOP"}),
        )
        assert [(found.choice, found.index, found.name) for found in of_kind(events, ToolCallFinished)] == [
            (0, 0, "f"),
            (1, 0, "g"),
        ]

    def test_too_many_calls_end_the_stream(self) -> None:
        payloads = [chunk(call("f"), call("g"), call("h")), STOP]
        events = events_of(*payloads, limits=Limits(tool_calls=2))
        assert events[-1].error.code == "tool_calls"
        assert len(of_kind(events, PartFinished)) == 2

    def test_too_long_arguments_end_the_stream(self) -> None:
        events = events_of(chunk(call("f", args={"a": "x" * 20})), STOP, limits=Limits(tool_argument_bytes=20))
        assert events[-1].error.code == "tool_argument_bytes"
        assert [found.complete for found in of_kind(events, ToolCallFinished)] == [False]


class TestSignatures:
    def test_the_signature_of_a_call_names_it(self) -> None:
        first = call("f", args={}, id="a", signature="c2ln")
        events = events_of(chunk(first, call("g", args={}, id="b")), STOP)
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln", "a")]
        assert [part.native for part in of_kind(events, PartFinished)] == [first, call("g", args={}, id="b")]
        assert [part.opaque for part in message_of(events).tool_calls] == [(OpaqueState("signature", "c2ln", "a"),), ()]

    @pytest.mark.parametrize("bare", [{"text": "", "thoughtSignature": "c2ln"}, {"thoughtSignature": "c2ln"}], ids=str)
    def test_a_signature_behind_a_call_names_it(self, bare: Any) -> None:
        events = events_of(chunk(call("f")), chunk(bare, finish="STOP"))
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln", "r1_0")]
        assert of_kind(events, PartFinished) == [PartFinished("tool_call", call("f", signature="c2ln"))]

    def test_a_streamed_call_is_signed_with_its_first_piece(self) -> None:
        begin = chunk(call("book", willContinue=True, signature="c2ln"))
        events = events_of(begin, pieces(piece("$.city", stringValue="Paris")), END, STOP)
        assert of_kind(events, OpaqueState) == [OpaqueState("signature", "c2ln", "r1_0")]
        assert of_kind(events, PartFinished) == [
            PartFinished("tool_call", call("book", args={"city": "Paris"}, signature="c2ln"))
        ]

    def test_a_signature_does_not_end_a_streamed_call(self) -> None:
        bare = chunk({"thoughtSignature": "c2ln"})
        payloads = [
            BEGIN,
            pieces(piece("$.a", stringValue="x", willContinue=True)),
            bare,
            pieces(piece("$.a", stringValue="y")),
            END,
            STOP,
        ]
        assert [found.arguments for found in calls_of(*payloads)] == ['{"a":"xy"}']


STREAMS = {
    "by the end part": [
        BEGIN,
        pieces(piece("$.city", stringValue="Par", willContinue=True)),
        pieces(piece("$.city", stringValue="is")),
        END,
        STOP,
    ],
    "by a part that does not go on": [
        BEGIN,
        pieces(piece("$.city", stringValue="Par", willContinue=True)),
        pieces(piece("$.city", stringValue="is"), goes_on=False),
        STOP,
    ],
    "by another part": [BEGIN, pieces(piece("$.city", stringValue="Paris")), chunk(text("done")), STOP],
    "by the finish reason": [BEGIN, pieces(piece("$.city", stringValue="Paris")), STOP],
    "by a finish reason without content": [
        BEGIN,
        pieces(piece("$.city", stringValue="Paris")),
        {"usageMetadata": {"promptTokenCount": 4}},
        response({"finishReason": "STOP"}),
    ],
    "by the next call": [BEGIN, pieces(piece("$.city", stringValue="Paris")), chunk(call("now")), STOP],
    "name and pieces at once": [
        chunk(call("book", piece("$.city", stringValue="Par", willContinue=True))),
        pieces(piece("$.city", stringValue="is"), goes_on=False),
        STOP,
    ],
    "the name with every piece": [
        chunk(call("book", piece("$.city", stringValue="Par", willContinue=True), willContinue=True)),
        chunk(call("book", piece("$.city", stringValue="is"), willContinue=True)),
        END,
        STOP,
    ],
    "arguments at the end": [
        BEGIN,
        pieces(piece("$.city", stringValue="Par", willContinue=True)),
        chunk(call("book", args={"city": "Paris"})),
        STOP,
    ],
    "all in one chunk": [
        chunk(call("book", willContinue=True), call(None, piece("$.city", stringValue="Paris")), call(), finish="STOP")
    ],
}


class TestStreamedCalls:
    @pytest.mark.parametrize("payloads", STREAMS.values(), ids=list(STREAMS))
    def test_a_streamed_call_ends(self, payloads: list[Any]) -> None:
        found = calls_of(*payloads)[0]
        assert (found.name, json.loads(found.arguments), found.complete) == ("book", {"city": "Paris"}, True)
        assert end_of(*payloads).reason is FinishReason.TOOL_CALLS
        assert of_kind(events_of(*payloads), PartFinished)[0].native == call("book", args={"city": "Paris"})

    def test_arguments_grow_with_every_piece(self) -> None:
        events = events_of(*STREAMS["by the end part"])
        assert of_kind(events, ToolCallStarted, ToolCallDelta, ToolCallFinished) == [
            ToolCallStarted(0, "r1_0", "book", synthetic_id=True),
            ToolCallDelta(0, '{"city":"Par'),
            ToolCallDelta(0, "is"),
            ToolCallDelta(0, '"}'),
            ToolCallFinished(0, "r1_0", "book", '{"city":"Paris"}', True),
        ]

    def test_a_call_without_arguments(self) -> None:
        assert [(found.arguments, found.complete) for found in calls_of(BEGIN, END, STOP)] == [("", True)]

    def test_two_calls_of_one_name_are_two(self) -> None:
        payloads = [BEGIN, pieces(piece("$.a", numberValue=1)), BEGIN, pieces(piece("$.a", numberValue=2)), END, STOP]
        assert [found.arguments for found in calls_of(*payloads)] == ['{"a":1}', '{"a":2}']

    def test_ids_tell_pieces_apart(self) -> None:
        def with_id(identifier: str, number: int) -> dict[str, Any]:
            return chunk(call("f", piece(f"$.v{number}", numberValue=number), id=identifier, willContinue=True))

        found = calls_of(with_id("a", 1), with_id("a", 2), with_id("b", 3), STOP)
        assert [(each.id, each.arguments) for each in found] == [("a", '{"v1":1,"v2":2}'), ("b", '{"v3":3}')]

    def test_an_end_without_a_call_is_nothing(self) -> None:
        assert calls_of(END, chunk(call("f")), END, END, STOP) == calls_of(chunk(call("f")), STOP)

    def test_values_out_of_order_come_at_the_end_with_a_note(self) -> None:
        payloads = [
            BEGIN,
            pieces(piece("$.a", stringValue="x"), piece("$.b", numberValue=1)),
            pieces(piece("$.a", stringValue="y"), piece("$.c", boolValue=True)),
            END,
            STOP,
        ]
        events = events_of(*payloads)
        (found,) = of_kind(events, ToolCallFinished)
        assert found.arguments == '{"a":"x","b":1,"c":true,"a":"xy"}'
        assert found.complete
        assert of_kind(events, PartFinished)[0].native["functionCall"]["args"] == {"a": "xy", "b": 1, "c": True}
        assert [(note.code, note.detail) for note in of_kind(events, Note)] == [(NoteCode.ARGUMENTS_REPEATED, "book")]

    @pytest.mark.parametrize(
        "strange",
        [
            {},
            {"jsonPath": 4, "numberValue": 1},
            piece("$..a", numberValue=1),
            piece("$.l[3]", numberValue=1),
            piece("$[0]", numberValue=1),
            piece("$", numberValue=1),
            piece("$.l[]", numberValue=1),
            "x",
        ],
        ids=str,
    )
    def test_a_value_without_a_place_makes_the_call_incomplete(self, strange: Any) -> None:
        events = events_of(BEGIN, pieces(piece("$.a", numberValue=1), strange), END, STOP)
        assert [(found.arguments, found.complete) for found in of_kind(events, ToolCallFinished)] == [
            ('{"a":1}', False)
        ]
        assert [note.code for note in of_kind(events, Note)] == [NoteCode.UNMAPPED_SHAPE]

    def test_nesting_deeper_than_the_limit_makes_the_call_incomplete(self) -> None:
        deep = piece("$" + ".a" * 9, numberValue=1)
        payloads = [BEGIN, pieces(deep), END, STOP]
        assert not of_kind(events_of(*payloads, limits=Limits(json_depth=8)), ToolCallFinished)[0].complete
        assert calls_of(*payloads)[0].complete

    def test_a_value_that_nests_too_deep_makes_the_call_incomplete(self) -> None:
        payloads = [BEGIN, pieces(piece("$" + ".a" * 10, listValue=[[[1]]])), END, STOP]
        for depth, complete in ((12, False), (13, True)):
            events = events_of(*payloads, limits=Limits(json_depth=depth))
            assert [found.complete for found in of_kind(events, ToolCallFinished)] == [complete]
            native = of_kind(events, PartFinished)[0].native["functionCall"]
            assert bool(native["args"]) is complete

    @pytest.mark.parametrize(
        "end",
        [
            [chunk(finish="MAX_TOKENS")],
            [chunk(finish="SAFETY")],
            [chunk(call(None, piece("$.b", stringValue="y"), willContinue=True), finish="STOP")],
            [chunk(finish="MALFORMED_FUNCTION_CALL")],
            [],
        ],
        ids=["length", "safety", "more announced", "malformed", "cut"],
    )
    def test_a_call_that_was_cut_is_incomplete(self, end: list[Any]) -> None:
        for payloads in ([BEGIN, *end], [BEGIN, pieces(piece("$.city", stringValue="Par", willContinue=True)), *end]):
            events = events_of(*payloads)
            (found,) = of_kind(events, ToolCallFinished)
            assert not found.complete
            assert not found.arguments.endswith("}")
            assert of_kind(events, PartFinished) == []

    def test_a_length_limit_is_never_called_a_call(self) -> None:
        last = end_of(BEGIN, pieces(piece("$.a", numberValue=1)), END, chunk(finish="MAX_TOKENS"))
        assert last.reason is FinishReason.LENGTH

    def test_repeated_values_pass_no_limit_unseen(self) -> None:
        payloads = [
            BEGIN,
            *[pieces(piece("$.a", stringValue="x" * 10), piece("$.b", numberValue=n)) for n in range(9)],
            END,
            STOP,
        ]
        events = events_of(*payloads, limits=Limits(tool_argument_bytes=60))
        assert events[-1].error.code == "tool_argument_bytes"

    def test_a_lost_frame_makes_an_open_call_incomplete(self) -> None:
        body = sse([BEGIN]) + b"data: {torn\n\n" + sse([pieces(piece("$.a", numberValue=1)), END, STOP])
        events = parse("gemini", body)
        assert [found.complete for found in of_kind(events, ToolCallFinished)] == [False]
        assert events[-1].damaged

    def test_reasoning_before_a_call_is_a_part_before_it(self) -> None:
        events = events_of(chunk(thought("hm")), BEGIN, END, STOP)
        assert [(part.kind, part.part) for part in of_kind(events, PartFinished)] == [
            ("reasoning", 0),
            ("tool_call", 1),
        ]


def test_a_call_cut_after_it_was_whole_stays_whole() -> None:
    events = events_of(chunk(call("f", args={"a": 1})))
    assert [found.complete for found in of_kind(events, ToolCallFinished)] == [True]
    assert of_kind(events, PartFinished) == [PartFinished("tool_call", call("f", args={"a": 1}))]
    assert failure_of(chunk(call("f"))).kind == "truncated"
