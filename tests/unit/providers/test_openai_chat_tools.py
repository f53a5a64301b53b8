"""Chat Completions: tool calls as servers send them."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from tests.chat_chunks import (
    call,
    called,
    calls,
    chunk,
    events_of,
    finished,
    message,
    notes,
    of,
    only,
    said_beside,
    spoken,
    text,
)

from deltawire.events import (
    ChoiceFinished,
    Finished,
    FinishReason,
    Metadata,
    Note,
    OpaqueState,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
)
from deltawire.notes import NoteCode

END = chunk({}, "tool_calls")
X1 = '{"x":1}'


def test_the_stream_of_openai() -> None:
    events = events_of(
        chunk({"role": "assistant", "content": None}),
        calls({"index": 0, "id": "call_a", "type": "function", "function": {"name": "f", "arguments": ""}}),
        calls(call(0, '{"x":')),
        calls(call(0, "1}")),
        calls({"index": 1, "id": "call_b", "type": "function", "function": {"name": "g", "arguments": ""}}),
        calls(call(1, "{}")),
        END,
    )
    assert events == [
        ResponseStarted("chatcmpl-1", "gpt-x", "openai-chat"),
        Metadata({"created": 1790000000}),
        ToolCallStarted(0, "call_a", "f"),
        ToolCallDelta(0, '{"x":'),
        ToolCallDelta(0, "1}"),
        ToolCallStarted(1, "call_b", "g", part=1),
        ToolCallDelta(1, "{}", part=1),
        ToolCallFinished(0, "call_a", "f", X1, complete=True, position=0),
        ToolCallFinished(1, "call_b", "g", "{}", complete=True, part=1, position=1),
        ChoiceFinished(FinishReason.TOOL_CALLS, "tool_calls"),
        Finished(FinishReason.TOOL_CALLS, "tool_calls", None, "gpt-x"),
    ]


A, B = ("a", "f", X1, True), ("b", "g", "{}", True)

# One case at least for every way in which servers were seen to leave OpenAI's rules.
DEVIATIONS: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str, str, bool]]]] = {
    "a: no index": (
        [
            calls({"id": "a", "function": {"name": "f", "arguments": '{"x"'}}),
            calls({"index": None, "function": {"arguments": ":1}"}}),
            calls({"id": "b", "function": {"name": "g", "arguments": "{}"}}),
        ],
        [A, B],
    ),
    "b: index 0 for all": ([calls(call(0, X1, id="a", name="f"), call(0, "{}", id="b", name="g"))], [A, B]),
    "c: id with name and first arguments in two entries of one list": (
        [calls(call(0, "", id="a", name="f"), call(0, '{"x"')), calls(call(0, ":1}"))],
        [A],
    ),
    "d: the index starts at 1": (
        [calls(call(1, X1, id="a", name="f")), calls(call(2, "{}", id="b", name="g"))],
        [A, B],
    ),
    "d: the index is a float, a text or a bool": (
        [calls(call(1.0, "", id="a", name="f")), calls(call("1", '{"x"')), calls(call(True, ":1}"))],
        [A],
    ),
    "e: whole calls": ([calls(call(0, X1, id="a", name="f"), call(1, "{}", id="b", name="g"))], [A, B]),
    "f: all of it on every fragment": (
        [calls(call(0, piece, id="a", name="f", type="function")) for piece in ("", '{"x"', ":1}")],
        [A],
    ),
    "g: the name on every fragment": (
        [calls(call(0, '{"x"', id="a", name="f")), calls(call(0, ":1}", name="f"))],
        [A],
    ),
    "h: blank id and name on continuations": (
        [calls(call(0, "", id="a", name="f")), calls(call(0, X1, id="", name="", type=""))],
        [A],
    ),
    "i: no id": ([calls(call(0, X1, name="f"))], [("chatcmpl-1_0", "f", X1, True)]),
    "i: the word null for an id": ([calls(call(0, X1, id="null", name="f"))], [("chatcmpl-1_0", "f", X1, True)]),
    "j: another id later": ([calls(call(0, '{"x"', id="a", name="f")), calls(call(0, ":1}", id="z"))], [A]),
    "k: arguments as an object": ([calls(call(0, {"x": 1}, id="a", name="f"))], [A]),
    "k: arguments as a list": ([calls(call(0, ["x"], id="a", name="f"))], [("a", "f", '["x"]', False)]),
    "k: arguments as a number": ([calls(call(0, 5, id="a", name="f"))], [("a", "f", "5", False)]),
    "k: arguments as null": ([calls(call(0, None, id="a", name="f"))], [("a", "f", "", True)]),
    "l: no parameters": ([calls(call(0, "", id="a", name="f"))], [("a", "f", "", True)]),
    "m: the name late": ([calls(call(0, '{"x"', id="a")), calls(call(0, ":1}", name="f"))], [A]),
    "n: type and function null": (
        [
            calls({"index": 0, "id": "a", "type": None, "function": None}),
            calls({"index": 0, "function": {"name": "f", "arguments": None}}),
            calls(call(0, X1)),
        ],
        [A],
    ),
    "n: no function at all": ([calls({"index": 0, "id": "a"}), calls(call(0, X1, name="f"))], [A]),
    "o: an id again": (
        [calls(call(0, X1, id="a", name="f")), calls(call(1, "{}", id="a", name="g"))],
        [A, ("chatcmpl-1_1", "g", "{}", True)],
    ),
    "r: a prefix that parses": (
        [calls(call(0, "{}", id="a", name="f")), calls(call(0, '{"x":1}'))],
        [("a", "f", '{}{"x":1}', False)],
    ),
    "s: the name in pieces": ([calls(call(0, "", id="a", name="f")), calls(call(0, X1, name="oo"))], [A]),
}


@pytest.mark.parametrize(("said", "expected"), DEVIATIONS.values(), ids=DEVIATIONS.keys())
def test_deviations_of_servers(said: list[dict[str, Any]], expected: list[tuple[str, str, str, bool]]) -> None:
    assert called(events_of(*said, END)) == expected


@pytest.mark.parametrize("said", [said for said, _ in DEVIATIONS.values()], ids=DEVIATIONS.keys())
def test_no_deviation_makes_a_payload_unknown(said: list[dict[str, Any]]) -> None:
    assert of(events_of(*said, END), Unknown) == []


class TestWhatIsBesideACall:
    @pytest.mark.parametrize(
        "fields",
        [{"provider_specific_fields": {"x": 1}}, {"cache_control": {"type": "ephemeral"}}, {"extra_content": {"x": 1}}],
        ids=lambda fields: next(iter(fields)),
    )
    def test_p_data_of_the_vendor_is_told_when_it_changes(self, fields: dict[str, Any]) -> None:
        events = events_of(*(calls(call(0, piece, id="a", name="f", **fields)) for piece in ("", "{", "}")), END)
        assert said_beside(events) == [{"choice": 0, "tool_call": 0, **fields}]
        assert called(events) == [("a", "f", "{}", True)]

    def test_it_is_told_for_each_call_and_choice(self) -> None:
        entries = [call(index, "{}", id=f"a{index}", name="f", note="x", gone=None) for index in (0, 1)]
        events = events_of(calls(*entries), calls({**entries[0], "id": "c"}, index=1))
        assert said_beside(events) == [
            {"choice": 0, "tool_call": 0, "note": "x"},
            {"choice": 0, "tool_call": 1, "note": "x"},
            {"choice": 1, "tool_call": 0, "note": "x"},
        ]

    def test_a_signature_before_the_call_is_known(self) -> None:
        extra = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
        events = events_of(calls({"index": 0, **extra}), calls(call(0, "{}", id="a", name="f")), END)
        assert message(events).tool_calls[0].opaque == (OpaqueState("signature", "c2ln"),)

    def test_q_calls_in_the_text_stay_text(self) -> None:
        said = '<tool_call>{"name": "f", "arguments": {}}</tool_call>'
        events = events_of(text("Hm. "), text(said), chunk({}, "stop"))
        assert spoken(events) == "Hm. " + said
        assert called(events) == []


class TestNotes:
    def test_a_name_that_comes_too_late(self) -> None:
        events = events_of(calls(call(0, "", id="a", name="f")), calls(call(0, "{}", name="g")), END)
        assert of(events, Note) == [Note(NoteCode.LATE_CALL_NAME, "'g' after 'f' 'a'")]

    def test_an_id_that_comes_too_late(self) -> None:
        events = events_of(calls(call(0, "{", name="f")), calls(call(0, "}", id="a")), END)
        assert of(events, Note) == [Note(NoteCode.LATE_CALL_NAME, "'a' after 'f' 'chatcmpl-1_0'")]
        assert only(events, ToolCallStarted).synthetic_id

    def test_a_reused_id_once(self) -> None:
        events = events_of(*(calls(call(index, "{}", id="a", name="f")) for index in range(3)), END)
        assert of(events, Note) == [Note(NoteCode.REUSED_CALL_ID, "a")]
        assert [event.synthetic_id for event in of(events, ToolCallStarted)] == [False, True, True]

    def test_an_id_that_another_choice_has(self) -> None:
        events = events_of(calls(call(0, "{}", id="a", name="f")), calls(call(0, "{}", id="a", name="f"), index=1))
        assert notes(events) == [NoteCode.REUSED_CALL_ID]

    def test_an_id_that_was_drift_is_free(self) -> None:
        said = [call(0, "", id="a", name="f"), call(0, "{}", id="b"), call(1, "{}", id="b", name="g")]
        events = events_of(*map(calls, said), END)
        assert called(events) == [("a", "f", "{}", True), ("b", "g", "{}", True)]
        assert notes(events) == [NoteCode.LATE_CALL_NAME]

    def test_arguments_that_are_no_text(self) -> None:
        events = events_of(calls(call(0, {"x": 1}, id="a", name="f")), END)
        assert of(events, Note) == [Note(NoteCode.ARGUMENTS_NOT_TEXT, "f")]


class TestNothingToBeginWith:
    @pytest.mark.parametrize(
        "entry",
        [{}, {"index": 0}, call(0, ""), call(0, None, name="", type="function"), {"index": 0, "function": None}],
        ids=str,
    )
    def test_no_call_begins_with_it(self, entry: dict[str, Any]) -> None:
        events = events_of(text("a"), calls(entry), text("b"), chunk({}, "stop"))
        assert called(events) == []
        assert of(events, TextDelta) == [TextDelta("a"), TextDelta("b")]
        assert finished(events).reason is FinishReason.STOP

    def test_entries_that_are_no_objects(self) -> None:
        events = events_of(calls(None, "f", call(0, "{}", id="a", name="f")), END)
        assert [event.payload for event in of(events, Unknown)] == ["f"]
        assert called(events) == [("a", "f", "{}", True)]


class TestOrder:
    def test_fragments_of_many_calls_interleave(self) -> None:
        heads = [calls(call(index, "", id=f"id{index}", name=f"f{index}")) for index in range(8)]
        pieces = [calls(call(index, piece)) for piece in ('{"i"', ":", "{index}", "}") for index in range(8)]
        for number, payload in enumerate(pieces[16:24]):
            payload["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"] = str(number)
        events = events_of(*heads, *pieces, END)
        assert called(events) == [(f"id{index}", f"f{index}", f'{{"i":{index}}}', True) for index in range(8)]

    def test_several_fragments_in_one_chunk(self) -> None:
        events = events_of(
            calls(call(0, "", id="a", name="f"), call(1, "", id="b", name="g")),
            calls(call(0, '{"x"'), call(1, "{}"), call(0, ":1}")),
            END,
        )
        assert called(events) == [A, B]

    def test_a_fragment_without_index_goes_on_with_the_newest_call(self) -> None:
        events = events_of(
            calls(call(0, "", id="a", name="f")),
            calls(call(1, "{", id="b", name="g")),
            calls(call(0, X1)),
            calls({"function": {"arguments": "}"}}),
            END,
        )
        assert called(events) == [A, B]

    def test_text_between_calls_is_a_part_of_its_own(self) -> None:
        events = events_of(
            text("a"), calls(call(0, "", id="a", name="f")), text("b"), calls(call(0, X1)), text("c"), END
        )
        assert [(event.text, event.part) for event in of(events, TextDelta)] == [("a", 0), ("b", 2), ("c", 2)]
        assert called(events) == [A]
        assert [type(part).__name__ for part in message(events).parts] == ["TextPart", "ToolCallPart", "TextPart"]

    def test_position_is_the_servers_number(self) -> None:
        events = events_of(calls(call(7, "{}", id="a", name="f")), calls({"id": "b", "function": {"name": "g"}}), END)
        assert [(event.index, event.position) for event in of(events, ToolCallFinished)] == [(0, 7), (1, None)]


class TestCustomTools:
    def test_their_input_is_free_text(self) -> None:
        events = events_of(
            calls({"index": 0, "id": "a", "type": "custom", "custom": {"name": "sh", "input": ""}}),
            calls({"index": 0, "custom": {"input": "ls "}}),
            calls({"index": 0, "custom": {"input": "-l"}}),
            END,
        )
        end = only(events, ToolCallFinished)
        assert (end.kind, end.name, end.arguments, end.complete) == ("custom", "sh", "ls -l", True)
        assert finished(events).reason is FinishReason.TOOL_CALLS

    def test_the_type_alone_tells_it(self) -> None:
        entry = {"index": 0, "id": "a", "type": "custom", "function": {"name": "sh", "arguments": "ls"}}
        assert only(events_of(calls(entry), END), ToolCallFinished).kind == "custom"


class TestFirstForm:
    """`function_call`: one call to a choice, without an id."""

    END = chunk({}, "function_call")

    def test_pieces(self) -> None:
        said = [{"name": "f", "arguments": ""}, {"arguments": '{"x"'}, {"arguments": ":1}"}]
        events = events_of(*(chunk({"content": None, "function_call": one}) for one in said), self.END)
        assert called(events) == [("chatcmpl-1_0", "f", X1, True)]
        assert finished(events).reason is FinishReason.TOOL_CALLS
        assert finished(events).raw_reason == "function_call"

    def test_each_choice_has_its_own(self) -> None:
        said = [chunk({"function_call": {"name": f"f{index}", "arguments": "{}"}}, index=index) for index in (0, 1)]
        assert [(event.choice, event.name) for event in of(events_of(*said), ToolCallFinished)] == [
            (0, "f0"),
            (1, "f1"),
        ]

    @pytest.mark.parametrize("said", [{}, {"name": "", "arguments": ""}, {"name": None}])
    def test_nothing_begins_no_call(self, said: dict[str, Any]) -> None:
        assert called(events_of(text("a"), chunk({"function_call": said}), chunk({}, "stop"))) == []

    def test_after_the_finish_reason_it_is_a_note(self) -> None:
        events = events_of(text("a"), chunk({}, "stop"), chunk({"function_call": {"name": "f"}}))
        assert of(events, Note) == [Note(NoteCode.CALL_AFTER_FINISH, 'choice 0: {"name":"f"}')]


def test_empty_fragments_are_no_events() -> None:
    events = events_of(calls(call(0, "", id="a", name="f")), *(calls(call(0, piece)) for piece in ("{", "", "}")), END)
    assert of(events, ToolCallDelta) == [ToolCallDelta(0, "{"), ToolCallDelta(0, "}")]


class TestADamagedIndex:
    """The first fragment of a call says another index than those behind it."""

    FIRST: ClassVar[Any] = {"index": 1, "id": "call_a", "type": "function", "function": {"name": "f", "arguments": ""}}

    @pytest.mark.parametrize("end", [END, "[DONE]"], ids=["finish reason", "[DONE]"])
    def test_a_call_that_lost_its_arguments_was_complete(self, end: Any) -> None:
        events = events_of(calls(self.FIRST), calls(call(0, X1)), end)
        assert [(one.name, one.arguments, one.complete) for one in of(events, ToolCallFinished)] == [
            ("f", "", False),
            ("", X1, False),
        ]
        assert Note(NoteCode.CALL_WITHOUT_NAME, "choice 0, call 1") in events

    def test_calls_with_arguments_and_of_other_choices_stay_complete(self) -> None:
        whole = {"index": 5, "id": "call_b", "function": {"name": "g", "arguments": X1}}
        other = {"index": 1, "delta": {"tool_calls": [{**self.FIRST, "id": "call_c"}]}, "finish_reason": None}
        events = events_of(calls(self.FIRST), calls(call(0, X1)), calls(whole), {"choices": [other]}, "[DONE]")
        finished = {one.id: one.complete for one in of(events, ToolCallFinished) if one.name}
        assert finished == {"call_a": False, "call_b": True, "call_c": True}


def test_one_call_in_place_of_the_list_was_lost() -> None:
    # TGI: github.com/huggingface/text-generation-inference/issues/2794.
    def piece(name: str | None, arguments: str) -> dict[str, Any]:
        function = {"name": name, "arguments": arguments}
        return chunk(
            {"role": "assistant", "tool_calls": {"index": 0, "id": "", "type": "function", "function": function}}
        )

    events = events_of(piece("f", ""), piece(None, '{"x":'), piece(None, "1}"), chunk({}, "stop"))
    (ended,) = of(events, ToolCallFinished)
    assert (ended.name, ended.arguments, ended.complete) == ("f", X1, True)
    assert NoteCode.UNMAPPED_SHAPE not in notes(events)
