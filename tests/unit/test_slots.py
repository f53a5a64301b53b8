"""Which call a fragment belongs to: every way in which servers break the rule of the index, and the rules for them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.events import Event, ToolCallDelta, ToolCallFinished, ToolCallStarted
from deltawire.limits import Limits
from deltawire.slots import CallFragment, CallSlots, as_index, known_text
from deltawire.tool_calls import ToolCalls

Said = tuple[Any, Any, Any, Any]
"""index, id, name, arguments"""


def events_of(said: list[Said]) -> list[Event]:
    """The events of these fragments of one choice."""
    calls = ToolCalls(Limits(), None)
    slots = CallSlots(calls)
    events: list[Event] = []
    for number, fields in enumerate(said):
        fragment = CallFragment(*fields)
        call = slots.resolve(fragment)
        if call is None:
            call = calls.begin(0, number, "function", fragment.index)
        slots.add(call, fragment, events)
    calls.close_all(events)
    return events


def calls_of(said: list[Said]) -> list[tuple[str, str, str]]:
    """(id, name, arguments) of the calls that these fragments make."""
    finished = [event for event in events_of(said) if isinstance(event, ToolCallFinished)]
    return [(event.id, event.name, event.arguments) for event in finished]


X1, Y2 = '{"x":1}', '{"y":2}'
F_AND_G = [("a", "f", X1), ("b", "g", Y2)]

# The letters are those of a catalogue of deviations: each was reported for the server that is named.
DEVIATIONS: dict[str, tuple[list[Said], list[tuple[str, str, str]]]] = {
    "as OpenAI sends it": (
        [(0, "a", "f", ""), (0, None, None, '{"x"'), (0, None, None, ":1}"), (1, "b", "g", ""), (1, None, None, Y2)],
        F_AND_G,
    ),
    "fragments of several calls interleave": (
        [(0, "a", "f", ""), (1, "b", "g", ""), (0, None, None, '{"x"'), (1, None, None, Y2), (0, None, None, ":1}")],
        F_AND_G,
    ),
    "a: no index, whole calls (Gemini, Mistral)": ([(None, "a", "f", X1), (None, "b", "g", Y2)], F_AND_G),
    "a: no index, one call after the other": (
        [
            (None, "a", "f", ""),
            (None, None, None, '{"x"'),
            (None, None, None, ":1}"),
            (None, "b", "g", ""),
            (None, None, None, Y2),
        ],
        F_AND_G,
    ),
    "a: no index, the id on every fragment": (
        [
            (None, "a", "f", ""),
            (None, "b", "g", ""),
            (None, "a", None, '{"x"'),
            (None, "b", None, Y2),
            (None, "a", None, ":1}"),
        ],
        F_AND_G,
    ),
    "a: neither index nor id, whole calls": (
        [(None, None, "f", X1), (None, None, "f", X1), (None, None, "g", Y2)],
        [("call_0", "f", X1), ("call_1", "f", X1), ("call_2", "g", Y2)],
    ),
    "a: neither index nor id, the name on every fragment": (
        [(None, None, "f", '{"x"'), (None, None, "f", ":1}"), (None, None, "g", Y2)],
        [("call_0", "f", X1), ("call_1", "g", Y2)],
    ),
    "a: neither index nor id, one tool twice, then without parameters": (
        [(None, None, "f", X1), (None, None, "f", "")],
        [("call_0", "f", X1), ("call_1", "f", "")],
    ),
    "b: index 0 for every call, whole calls (Gemini, SGLang)": ([(0, "a", "f", X1), (0, "b", "g", Y2)], F_AND_G),
    "b: index 0 for every call, one after the other": (
        [(0, "a", "f", ""), (0, None, None, X1), (0, "b", "g", ""), (0, None, None, Y2)],
        F_AND_G,
    ),
    "b: index 0 for every call, none with parameters": (
        [(0, "a", "f", ""), (0, "b", "f", ""), (0, "c", "g", "")],
        [("a", "f", ""), ("b", "f", ""), ("c", "g", "")],
    ),
    "b: index 0 for every call and no ids": (
        [(0, None, "f", X1), (0, None, "f", X1), (0, None, "g", "")],
        [("call_0", "f", X1), ("call_1", "f", X1), ("call_2", "g", "")],
    ),
    "b: index 0, the second call begins before the first is whole": (
        [(0, "a", "f", '{"x'), (0, "b", "g", ""), (0, None, None, Y2)],
        [("a", "f", '{"x'), ("b", "g", Y2)],
    ),
    "c: two entries with the same index in one list": ([(0, "a", "f", ""), (0, None, None, X1)], [("a", "f", X1)]),
    "d: the index starts at 1 and has gaps": ([(1, "a", "f", X1), (7, "b", "g", ""), (7, None, None, Y2)], F_AND_G),
    "d: the index falls": ([(5, "a", "f", ""), (2, "b", "g", Y2), (5, None, None, X1)], F_AND_G),
    "d: the index is negative or huge": ([(-1, "a", "f", X1), (10**9, "b", "g", ""), (10**9, None, None, Y2)], F_AND_G),
    "e: the whole call in one chunk (Ollama, xAI, Groq)": ([(0, "a", "f", X1)], [("a", "f", X1)]),
    "f: id, type and name on every fragment (Fireworks)": (
        [(0, "a", "f", ""), (0, "a", "f", '{"x"'), (0, "a", "f", ":1}"), (1, "b", "g", '{"y"'), (1, "b", "g", ":2}")],
        F_AND_G,
    ),
    "f: another id on every fragment, the name too": (
        [(0, "a", "f", '{"x"'), (0, "r1", "f", ":"), (0, "r2", "f", "1}")],
        [("a", "f", X1)],
    ),
    "g: the full name on every fragment (MiniMax on NIM)": (
        [(0, "a", "f", ""), (0, None, "f", '{"x"'), (0, None, "f", ":1}")],
        [("a", "f", X1)],
    ),
    "h: blank id and name on continuations (DashScope, GLM)": (
        [(0, "a", "f", ""), (0, "", "", '{"x"'), (0, "", " ", ":1}")],
        [("a", "f", X1)],
    ),
    "i: no id at all (Gemini 2.5)": ([(0, None, "f", X1)], [("call_0", "f", X1)]),
    "i: the id is the word null (Mistral's client)": (
        [(0, "null", "f", X1), (1, "null", "g", Y2)],
        [("call_0", "f", X1), ("call_1", "g", Y2)],
    ),
    "j: another id on continuations without a name (Poolside)": (
        [(0, "a", "f", ""), (0, "z", None, '{"x"'), (0, "zz", None, ":1}")],
        [("a", "f", X1)],
    ),
    "j: the drifted id alone names the call later": (
        [(0, "a", "f", ""), (0, "z", None, '{"x"'), (1, "b", "g", Y2), (None, "z", None, ":1}")],
        F_AND_G,
    ),
    "j: the first id again after a drift": (
        [(0, "a", "f", ""), (0, "z", None, X1), (0, "a", "f", "")],
        [("a", "f", X1)],
    ),
    "k: arguments as an object (llama.cpp, TGI)": (
        [(0, "a", "f", {"x": 1}), (0, "b", "g", {"y": 2})],
        F_AND_G,
    ),
    "k: arguments as a list": ([(0, "a", "f", [1, "é"])], [("a", "f", '[1,"é"]')]),
    "k: arguments as a number": ([(0, "a", "f", 1.5)], [("a", "f", "1.5")]),
    "k: arguments as false": ([(0, "a", "f", False)], [("a", "f", "false")]),
    "k: nothing goes on after a value": ([(0, "a", "f", 5), (0, "b", "f", "")], [("a", "f", "5"), ("b", "f", "")]),
    "k: arguments as null": ([(0, "a", "f", None), (0, None, None, X1)], [("a", "f", X1)]),
    "l: a tool without parameters": ([(0, "a", "f", ""), (0, None, None, "")], [("a", "f", "")]),
    "m: the name after the first arguments (SGLang)": (
        [(0, "a", None, '{"x"'), (0, None, "f", ":1}")],
        [("a", "f", X1)],
    ),
    "m: the name after all arguments": ([(0, "a", None, X1), (0, None, "f", "")], [("a", "f", X1)]),
    "n: name and arguments null at first (Azure Foundry)": (
        [(0, "a", None, None), (0, None, "f", None), (0, None, None, X1)],
        [("a", "f", X1)],
    ),
    "o: the id of the first call again for the second": (
        [(0, "a", "f", X1), (1, "a", "g", Y2)],
        [("a", "f", X1), ("call_1", "g", Y2)],
    ),
    "o: the id again at the same index": (
        [(0, "a", "f", X1), (0, "a", "f", Y2)],
        [("a", "f", X1), ("call_1", "f", Y2)],
    ),
    "o: the id again without an index": (
        [(None, "a", "f", X1), (None, "a", "f", Y2)],
        [("a", "f", X1), ("call_1", "f", Y2)],
    ),
    "o: after a reused id another call begins": (
        [(0, "a", "f", X1), (0, "a", "f", Y2), (0, "b", "g", ""), (0, None, None, "{}")],
        [("a", "f", X1), ("call_1", "f", Y2), ("b", "g", "{}")],
    ),
    "r: the first arguments parse and more follow": (
        [(0, "a", "f", "1"), (0, None, None, "2"), (1, "b", "g", "{}"), (1, None, None, " ")],
        [("a", "f", "12"), ("b", "g", "{} ")],
    ),
    "r: whole arguments do not end the call": ([(0, "a", "f", X1), (0, None, None, "\n")], [("a", "f", X1 + "\n")]),
    "s: pieces of a name are never joined": (
        [(0, "a", "get_", ""), (0, None, "weather", X1)],
        [("a", "get_", X1)],
    ),
}


@pytest.mark.parametrize(("said", "expected"), DEVIATIONS.values(), ids=DEVIATIONS.keys())
def test_deviations_of_servers(said: list[Said], expected: list[tuple[str, str, str]]) -> None:
    assert calls_of(said) == expected


class TestFirstWordCounts:
    def test_the_name_may_be_replaced_until_the_arguments_begin(self) -> None:
        assert calls_of([(0, None, "f", ""), (0, None, "g", ""), (0, "a", None, X1)]) == [("a", "g", X1)]

    def test_a_name_after_the_start_changes_nothing(self) -> None:
        assert calls_of([(0, "a", "f", ""), (0, None, "g", "{}")]) == [("a", "f", "{}")]

    def test_an_id_after_the_start_changes_nothing(self) -> None:
        assert calls_of([(0, None, "f", '{"x"'), (0, "a", None, ":1}")]) == [("call_0", "f", X1)]

    def test_the_id_may_come_after_the_name(self) -> None:
        assert calls_of([(0, None, "f", ""), (0, "a", None, X1)]) == [("a", "f", X1)]

    def test_channel_markup_is_no_part_of_a_name(self) -> None:
        assert calls_of([(0, "a", "f<|channel|>commentary", X1), (0, None, "f<|x", "")]) == [("a", "f", X1)]


class TestWhatComesLate:
    """What `add` gives back."""

    @staticmethod
    def late(*said: Said) -> list[str]:
        calls = ToolCalls(Limits(), None)
        slots = CallSlots(calls)
        found: list[str] = []
        for fields in said:
            fragment = CallFragment(*fields)
            call = slots.resolve(fragment) or calls.begin(0, 0)
            found.append(slots.add(call, fragment, []))
        return found

    def test_nothing_where_the_server_repeats_itself(self) -> None:
        assert self.late((0, "a", "f", ""), (0, "a", "f", "{}"), (0, None, None, " ")) == ["", "", ""]

    def test_another_name_after_the_start(self) -> None:
        assert self.late((0, "a", "f", ""), (0, None, "g", "")) == ["", "g"]

    def test_another_id_after_the_start(self) -> None:
        assert self.late((0, "a", "f", ""), (0, "z", None, "{}")) == ["", "z"]

    def test_an_id_after_the_call_had_to_get_one_of_ours(self) -> None:
        assert self.late((0, None, "f", "{"), (0, "a", None, "}")) == ["", "a"]

    def test_a_reused_id_said_again_is_not_late(self) -> None:
        assert self.late((0, "a", "f", X1), (0, "a", "f", X1), (0, "a", None, "")) == ["", "", ""]


class TestResolution:
    """Which call a fragment goes on with, by the state of the calls so far."""

    @pytest.fixture
    def slots(self) -> CallSlots:
        calls = ToolCalls(Limits(), None)
        slots = CallSlots(calls)
        for said in ((0, "a", "f", X1), (1, "b", "g", '{"y"')):
            fragment = CallFragment(*said)
            slots.add(calls.begin(0, 0), fragment, [])
        return slots

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            pytest.param((0, None, None, "x"), "a", id="a known index"),
            pytest.param((2, None, None, "x"), None, id="a new index"),
            pytest.param((2, "a", "f", "x"), None, id="a new index with a known id"),
            pytest.param((None, "a", None, "x"), "a", id="a known id"),
            pytest.param((None, "c", None, "x"), None, id="a new id"),
            pytest.param((None, None, None, "x"), "b", id="neither: the newest call"),
            pytest.param((None, None, "g", "x"), "b", id="neither, with its name"),
            pytest.param((None, None, "h", "x"), None, id="neither, with another name"),
            pytest.param((None, None, "g", "{"), None, id="neither, with its name and new arguments"),
            pytest.param((0, "c", None, "x"), "a", id="a known index with a drifting id"),
            pytest.param((0, "c", "f", ""), None, id="another id and name on a call that is whole"),
            pytest.param((1, "c", "g", "x"), "b", id="another id and the same name on a call that is not whole"),
            pytest.param((1, "c", "g", "{"), None, id="another id and the same name, and new arguments"),
            pytest.param((1, "c", "h", "x"), None, id="another id and another name"),
            pytest.param((0, "a", "f", "{"), None, id="the same id and name, and new arguments after whole ones"),
            pytest.param((0, "a", "f", ""), "a", id="the same id and name, and no arguments"),
            pytest.param((0, None, "h", ""), None, id="another name on a call that is whole"),
            pytest.param((1, None, "h", "x"), "b", id="another name on a call that is not whole"),
            pytest.param((1, "b", "g", "{"), "b", id="an object inside arguments that are not whole"),
        ],
    )
    def test_fragment(self, slots: CallSlots, said: Said, expected: str | None) -> None:
        found = slots.resolve(CallFragment(*said))
        assert (None if found is None else found.id) == expected

    def test_the_newest_call_stays_the_newest_when_an_older_one_goes_on(self, slots: CallSlots) -> None:
        slots.keep(slots.by_index[0], CallFragment(0, None, None, ""))
        found = slots.resolve(CallFragment(None, None, None, "x"))
        assert found is not None
        assert found.id == "b"

    def test_without_any_call_nothing_is_found(self) -> None:
        slots = CallSlots(ToolCalls(Limits(), None))
        assert slots.resolve(CallFragment(None, None, None, "x")) is None
        assert slots.resolve(CallFragment(None, None, "f", "")) is None


class TestFragment:
    @pytest.mark.parametrize("value", [None, "", " \n", "null", 5, True, ["a"], {"a": 1}])
    def test_what_is_no_id_and_no_name(self, value: Any) -> None:
        assert known_text(value) == ""

    def test_an_id_is_kept_as_it_is(self) -> None:
        assert known_text(" a ") == " a "

    @pytest.mark.parametrize(
        ("value", "index"),
        [(0, 0), (7, 7), (-3, -3), (2.0, 2), ("4", 4), (True, 1), (10**30, 10**30)],
    )
    def test_an_index_is_a_whole_number(self, value: Any, index: int) -> None:
        found = as_index(value)
        assert found == index
        assert type(found) is int

    @pytest.mark.parametrize(
        "value", [None, "", "x", "-1", "1.0", "٣", "1" * 17, 0.5, float("inf"), float("nan"), [0], {}]
    )
    def test_anything_else_is_no_index(self, value: Any) -> None:
        assert as_index(value) is None

    @pytest.mark.parametrize(
        ("arguments", "text", "whole", "starts"),
        [
            ("", "", False, False),
            (None, "", False, False),
            ("x", "x", False, False),
            (" {", " {", False, True),
            ("[", "[", False, True),
            ({}, "{}", True, True),
            (0, "0", True, True),
        ],
    )
    def test_arguments(self, arguments: Any, text: str, whole: bool, starts: bool) -> None:
        fragment = CallFragment(0, "a", "f", arguments)
        assert (fragment.arguments, fragment.whole, fragment.starts) == (text, whole, starts)

    def test_blank_is_what_no_call_begins_with(self) -> None:
        assert CallFragment(0, " ", "null", None).blank
        for said in ((0, "a", "", ""), (0, "", "f", ""), (0, "", "", " "), (0, "", "", 0)):
            assert not CallFragment(*said).blank


OBJECTS = st.dictionaries(
    st.text(st.sampled_from('ab"\\{}[]é😀'), max_size=3), st.integers() | st.text(max_size=4) | st.none(), max_size=3
).map(lambda value: CallFragment(0, None, None, value).arguments)


@st.composite
def interleaved(draw: st.DrawFn) -> tuple[dict[int, tuple[str, str]], list[Said]]:
    """Calls by index, and fragments of them that come in any order but the order of each call's own."""
    indexes = draw(st.lists(st.integers(-2, 40), min_size=1, max_size=5, unique=True))
    calls = {index: (f"f{number % 2}", draw(OBJECTS)) for number, index in enumerate(indexes)}
    queues: dict[int, list[Said]] = {}
    for index, (name, arguments) in calls.items():
        marks = sorted(draw(st.lists(st.integers(0, len(arguments)), max_size=4)))
        cuts = [0, *marks, len(arguments)]
        pieces = [arguments[here:there] for here, there in itertools.pairwise(cuts)]
        queues[index] = [(index, f"id{index}", name, ""), *((index, None, None, piece) for piece in pieces)]
    said: list[Said] = []
    while queues:
        index = draw(st.sampled_from(sorted(queues)))
        said.append(queues[index].pop(0))
        if not queues[index]:
            del queues[index]
    return calls, said


@given(interleaved())
def test_any_interleaving_of_indexed_calls_gives_the_same_calls(
    case: tuple[dict[int, tuple[str, str]], list[Said]],
) -> None:
    calls, said = case
    order = list(dict.fromkeys(index for index, *_ in said))
    assert calls_of(said) == [(f"id{index}", *calls[index]) for index in order]


ODD = st.none() | st.sampled_from(["", "a", "b", "null", 0, 1, -1, 1.0, True, [], {}])
ARGUMENTS = st.sampled_from(["", "{", "}", "{}", '{"x":1}', ":", "null", "[", None, {}, {"a": 1}, [1], 5, " "])


@given(st.lists(st.tuples(ODD, ODD, ODD, ARGUMENTS), max_size=8))
def test_whatever_the_fragments_say_each_call_starts_grows_and_finishes_once(said: list[Said]) -> None:
    pieces: dict[int, list[str]] = {}
    finished: list[int] = []
    identifiers: set[str] = set()
    for event in events_of(said):
        if isinstance(event, ToolCallStarted):
            assert event.index not in pieces
            assert event.id
            assert event.id not in identifiers
            identifiers.add(event.id)
            pieces[event.index] = []
        elif isinstance(event, ToolCallDelta):
            assert event.arguments
            assert event.index not in finished
            pieces[event.index].append(event.arguments)
        elif isinstance(event, ToolCallFinished):
            assert event.arguments == "".join(pieces[event.index])
            finished.append(event.index)
    assert sorted(finished) == sorted(pieces)
    everything = "".join(CallFragment(*fields).arguments for fields in said)
    assert sorted("".join("".join(texts) for texts in pieces.values())) == sorted(everything)
