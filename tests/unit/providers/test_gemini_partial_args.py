"""Values under paths as JSON text that only grows."""

from __future__ import annotations

import copy
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gemini_chunks import piece

from deltawire.providers.gemini.partial_args import PartialArgs, read_path

PATHS = {
    "$": (),
    "": (),
    "$.a": ("a",),
    "a": ("a",),
    "$.a.b[0].c": ("a", "b", 0, "c"),
    "$['a b']['it\\'s']": ("a b", "it's"),
    '$["c\\"d"]["\\u00e9"]': ('c"d', "é"),
    "$['say \"x\"']": ('say "x"',),
    "$['n\\n\\'q\"']": ("n\n'q\"",),
    "$[ 'a' ]": ("a",),
    "$.größe": ("größe",),
    "$.a[12][3]": ("a", 12, 3),
    "$.a[]": ("a", -1),
    "$..a": None,
    "$.a[-1]": None,
    "$.a[1234567890]": None,
    "$.a[": None,
    "$.a['b": None,
    "$.a['\\x']": None,
    "$.a[].b": None,
    "$.a[*]": None,
}


@pytest.mark.parametrize(("text", "steps"), PATHS.items(), ids=repr)
def test_paths(text: str, steps: Any) -> None:
    assert read_path(text) == steps


def written(*entries: Any, depth: int = 128) -> list[str | None]:
    """The pieces of text of these entries, the end last."""
    arguments = PartialArgs(depth)
    return [*(arguments.put_partial(entry) for entry in entries), arguments.end()]


CASES: dict[str, tuple[list[Any], list[str]]] = {
    "nothing": ([], [""]),
    "a string in pieces": (
        [piece("$.a", stringValue='q"'), piece("$.a", stringValue=""), piece("$.a", stringValue="\né")],
        ['{"a":"q\\"', "", "\\né", '"}'],
    ),
    "values": (
        [
            piece("$.n", numberValue=2.5),
            piece("$.i", numberValue=3),
            piece("$.t", boolValue=True),
            piece("$.f", boolValue=False),
            piece("$.z", nullValue="NULL_VALUE"),
            piece("$.y", nullValue=None),
            piece("$.l", listValue=[1, {"a": None}]),
            piece("$.o", structValue={"a": "b"}),
        ],
        [
            '{"n":2.5',
            ',"i":3',
            ',"t":true',
            ',"f":false',
            ',"z":null',
            ',"y":null',
            ',"l":[1,{"a":null}]',
            ',"o":{"a":"b"}',
            "}",
        ],
    ),
    "empty object and array": (
        [piece("$.o"), piece("$.l[]"), piece("$.s", stringValue="")],
        ['{"o":{', '},"l":[', '],"s":"', '"}'],
    ),
    "empty ones that fill": (
        [piece("$.o"), piece("$.o.p"), piece("$.o.p.q", numberValue=1), piece("$.l[]"), piece("$.l[0]", numberValue=2)],
        ['{"o":{', '"p":{', '"q":1', '}},"l":[', "2", "]}"],
    ),
    "ends of what there is": (
        [piece("$.l[0]", numberValue=1), piece("$.l[]"), piece("$.l"), piece("$.l[0]"), piece("$")],
        ['{"l":[1', "", "", "", "", "]}"],
    ),
    "nested": (
        [
            piece("$.a.b[0].c", stringValue="x"),
            piece("$.a.b[0].d", stringValue="y"),
            piece("$.a.b[1][0]", numberValue=1),
            piece("$.a.e", numberValue=2),
            piece("$.f", numberValue=3),
        ],
        ['{"a":{"b":[{"c":"x', '","d":"y', '"},[1', ']],"e":2', '},"f":3', "}"],
    ),
    "a string that was closed": (
        [piece("$.a", stringValue="x"), piece("$.b", numberValue=1), piece("$.a", stringValue="y")],
        ['{"a":"x', '","b":1', "", ',"a":"xy"}'],
    ),
    "another value": (
        [piece("$.a", numberValue=1), piece("$.a", numberValue=1), piece("$.a", numberValue=2)],
        ['{"a":1', "", "", ',"a":2}'],
    ),
    "true is not one": ([piece("$.a", numberValue=1), piece("$.a", boolValue=True)], ['{"a":1', "", ',"a":true}']),
    "a member of an object that was closed": (
        [piece("$.a.b", numberValue=1), piece("$.c", numberValue=2), piece("$.a.d", numberValue=3), piece("$.e")],
        ['{"a":{"b":1', '},"c":2', "", ',"e":{', '},"a":{"b":1,"d":3}}'],
    ),
    "an object that turns out to be an array": (
        [piece("$.a"), piece("$.a[0]", numberValue=1)],
        ['{"a":{', "", '},"a":[1]}'],
    ),
    "a string that turns out to be an object": (
        [piece("$.a", stringValue="x"), piece("$.a.b", numberValue=1)],
        ['{"a":"x', "", '","a":{"b":1}}'],
    ),
    "the whole object": ([piece("$", structValue={"a": 1, "b": "x"})], ['{"a":1,"b":"x', '"}']),
}


@pytest.mark.parametrize(("entries", "texts"), CASES.values(), ids=list(CASES))
def test_the_text_of_values(entries: list[Any], texts: list[str]) -> None:
    assert written(*entries) == texts


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "x",
        {},
        {"jsonPath": None, "numberValue": 1},
        piece("$..a", numberValue=1),
        piece("$.l[1]", numberValue=1),
        piece("$.l[0].m[2].n", numberValue=1),
        piece("$[0]", numberValue=1),
        piece("$[]"),
        piece("$.l[]", numberValue=1),
        piece("$", numberValue=1),
        piece("$.a.a.a.a", numberValue=1),
    ],
    ids=str,
)
def test_what_has_no_place_is_refused(entry: Any) -> None:
    assert written(entry, piece("$.z", numberValue=1), depth=3)[0] is None


@pytest.mark.parametrize("path", ["$.l[2]", "$.l[2].m", "$.l[0][1]", "$.l[9]['m'][0]"])
def test_an_array_has_no_gaps(path: str) -> None:
    texts = written(piece("$.l[0]", stringValue="x"), piece(path, numberValue=1), piece("$.l[1]", numberValue=2))
    assert texts == ['{"l":["x', None, '",2', "]}"]


def test_arguments_that_come_whole_beside_the_pieces() -> None:
    arguments = PartialArgs(8)
    texts = [
        arguments.put_members({"a": "x", "o": {"p": 1}}),
        arguments.put_partial(piece("$.o.q", numberValue=2)),
        arguments.put_members({"a": "x", "o": {"p": 1, "q": 2}, "b": []}),
        arguments.end(),
    ]
    assert texts == ['{"a":"x","o":{"p":1}', "", ',"b":[]', ',"o":{"p":1,"q":2}}']
    assert arguments.repeats


def test_what_waits_for_the_end_is_counted() -> None:
    arguments = PartialArgs(8)
    arguments.put_partial(piece("$.a", stringValue="x" * 50))
    assert arguments.held == 0
    arguments.put_partial(piece("$.b", numberValue=1))
    arguments.put_partial(piece("$.a", stringValue="y" * 50))
    assert arguments.held >= 50


def test_given_values_are_never_changed() -> None:
    whole = {"o": {"p": [1]}}
    kept = copy.deepcopy(whole)
    arguments = PartialArgs(8)
    arguments.put_members(whole)
    arguments.put_partial(piece("$.o.p[1]", numberValue=2))
    assert whole == kept
    assert json.loads(arguments.end()[1:].removeprefix('"o":').removesuffix("}")) == {"p": [1, 2]}


def model(entries: list[tuple[tuple[str | int, ...], str]]) -> dict[str, Any]:
    """The object that strings under paths mean, by the simplest means."""
    root: dict[str, Any] = {}
    for steps, value in entries:
        holder: Any = root
        for step, following in itertools.pairwise(steps):
            wanted = dict if isinstance(following, str) else list
            there = holder.get(step) if isinstance(step, str) else holder[step] if step < len(holder) else None
            if not isinstance(there, wanted):
                there = wanted()
                _put(holder, step, there)
            holder = there
        last = steps[-1]
        there = holder.get(last) if isinstance(last, str) else holder[last] if last < len(holder) else None
        _put(holder, last, there + value if isinstance(there, str) else value)
    return root


def _put(holder: Any, step: str | int, value: Any) -> None:
    if isinstance(step, int) and step == len(holder):
        holder.append(value)
    else:
        holder[step] = value


STEPS = st.tuples(st.sampled_from("abc")) | st.tuples(st.sampled_from("abc"), st.sampled_from(["a", "b", 0, 0, 1]))
ENTRIES = st.lists(
    st.tuples(STEPS | st.tuples(st.sampled_from("ab"), st.just(0), st.just("k")), st.text(max_size=3)), max_size=8
)


@given(ENTRIES)
def test_the_text_is_the_object_whatever_the_order(entries: list[tuple[tuple[str | int, ...], str]]) -> None:
    arguments = PartialArgs(8)
    taken, text = [], ""
    for steps, value in entries:
        path = "$" + "".join(f"[{json.dumps(step)}]" for step in steps)
        grown = arguments.put_partial(piece(path, stringValue=value))
        if grown is not None:
            taken.append((steps, value))
            text += grown
    text += arguments.end()
    assert (json.loads(text) if text else {}) == model(taken)
    assert arguments.repeats or json.dumps(json.loads(text or "{}"), separators=(",", ":"), ensure_ascii=False) == (
        text or "{}"
    )


@given(st.text("$.[]'\"\\ab0 ", max_size=12))
def test_any_path_is_read_or_refused(text: str) -> None:
    steps = read_path(text)
    assert steps is None or all(isinstance(step, str | int) for step in steps)
