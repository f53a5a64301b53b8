"""Laws of the think splitter, for every family of tags, mode and choice: cuts, losses, hold-back, copies, work."""

from __future__ import annotations

import copy
import gc
import itertools
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.think_marks import Pieces, merged, split

from deltawire.think import THINK_TAGS, ThinkOptions, ThinkSplitter
from deltawire.think_tags import ANSWER_TAGS, TOOL_OPENERS

MODES = ("off", "leading", "anywhere", "inside")
FRAGMENTS = ["a", "b c", " ", "\n", "\n\n", "\r\n", "`", "``", "```", "<", "</", "think>", '"', "é", "\ud800", " " * 40]


def all_tags(options: ThinkOptions) -> list[str]:
    pairs = [*options.tags, *options.answer_tags]
    return [tag for pair in pairs for tag in (pair.open, pair.close)] + list(options.tool_openers)


@st.composite
def inputs(draw: st.DrawFn) -> tuple[ThinkOptions, list[str]]:
    """Options, and pieces of text: whole tags, halves of tags, and what stands around them."""
    family = draw(st.sampled_from(sorted(THINK_TAGS)))
    options = ThinkOptions(
        mode=draw(st.sampled_from(MODES)),
        tags=THINK_TAGS[family],
        answer_tags=ANSWER_TAGS.get(family, ()),
        tool_openers=TOOL_OPENERS.get(family, ()),
        unclosed=draw(st.sampled_from(["reasoning", "text"])),
        stray_closers=draw(st.sampled_from(["drop", "keep"])),
        strip_newlines=draw(st.booleans()),
    )
    tags = all_tags(options)
    halves = [half for tag in tags for half in (tag[: len(tag) // 2], tag[len(tag) // 2 :])]
    piece = st.one_of(st.sampled_from(tags), st.sampled_from(halves), st.sampled_from(FRAGMENTS), st.text(max_size=5))
    return options, draw(st.lists(piece, max_size=12))


cut_points = st.lists(st.integers(0, 10_000), max_size=8)


def cut(text: str, points: list[int]) -> list[str]:
    places = sorted({point % (len(text) + 1) for point in points} | {0, len(text)})
    return [text[start:stop] for start, stop in itertools.pairwise(places)]


@given(inputs(), cut_points)
def test_any_cut_gives_the_same_and_nothing_is_lost(case: tuple[ThinkOptions, list[str]], points: list[int]) -> None:
    options, pieces = case
    text = "".join(pieces)
    whole, in_pieces = ThinkSplitter(options), ThinkSplitter(options)
    expected = merged(whole.feed(text) + whole.end())
    assert merged([pair for piece in cut(text, points) for pair in in_pieces.feed(piece)] + in_pieces.end()) == expected
    assert split(options, *text) == expected
    assert in_pieces.notes == whole.notes
    assert "".join(piece for _, piece in expected) == text
    assert {kind for kind, _ in expected} <= {"text", "reasoning", "tag"}


@given(inputs(), st.data())
def test_flushes_lose_nothing_and_leave_nothing_held(case: tuple[ThinkOptions, list[str]], data: st.DataObject) -> None:
    options, pieces = case
    splitter = ThinkSplitter(options)
    got: Pieces = []
    for index, piece in enumerate(pieces):
        got += splitter.feed(piece)
        action = data.draw(st.sampled_from(["go on", "go on", "flush", "field"]))
        if action == "flush":
            got += splitter.flush()
            assert "".join(text for _, text in got) == "".join(pieces[: index + 1])
        elif action == "field":
            splitter.reasoning_field_seen()
    assert "".join(text for _, text in got + splitter.end()) == "".join(pieces)
    assert len(splitter.notes) == len({code for code, _ in splitter.notes})


@given(inputs().filter(lambda case: case[0].mode != "inside" or case[0].unclosed != "text"))
def test_little_is_held_back(case: tuple[ThinkOptions, list[str]]) -> None:
    options, pieces = case
    splitter = ThinkSplitter(options)
    longest = max(map(len, all_tags(options)))
    held = ""
    for character in "".join(pieces):
        held = (held + character)[sum(len(piece) for _, piece in splitter.feed(character)) :]
        assert len(held.lstrip()) <= longest - 1
        assert len(held) - len(held.lstrip()) <= 64
        assert not (held and splitter.settled)


@given(inputs(), cut_points)
def test_a_settled_splitter_can_be_passed_by(case: tuple[ThinkOptions, list[str]], points: list[int]) -> None:
    options, pieces = case
    text = "".join(pieces)
    splitter = ThinkSplitter(options)
    got: Pieces = []
    for piece in cut(text, points):
        got += [("text", piece)] if splitter.settled else splitter.feed(piece)
    assert merged(got + splitter.end()) == split(options, text)


@given(inputs(), st.integers(0, 12), st.sampled_from(["pickle", "deepcopy"]))
def test_a_copy_goes_on_like_the_original(case: tuple[ThinkOptions, list[str]], at: int, way: str) -> None:
    options, pieces = case
    original = ThinkSplitter(options)
    for piece in pieces[:at]:
        original.feed(piece)
    copied = pickle.loads(pickle.dumps(original)) if way == "pickle" else copy.deepcopy(original)
    rest = [[pair for piece in pieces[at:] for pair in one.feed(piece)] + one.end() for one in (original, copied)]
    assert rest[0] == rest[1]
    assert original.notes == copied.notes


def plain_split(text: str) -> Pieces:
    """What `anywhere` means for a text without white space and back-ticks, by `str.find` on the whole."""
    pieces: Pieces = []
    position, block_seen = 0, False
    while position < len(text):
        opener = text.find("<think>", position)
        closer = -1 if block_seen else text.find("</think>", position)
        tag = min((found for found in (opener, closer) if found >= 0), default=len(text))
        pieces.append(("text", text[position:tag]))
        if tag == len(text):
            break
        block_seen = True
        if tag == closer:
            position = tag + len("</think>")
            pieces.append(("tag", "</think>"))
            continue
        position = tag
        while text.startswith("<think>", position):
            position += len("<think>")
        pieces.append(("tag", text[tag:position]))
        end = text.find("</think>", position)
        pieces.append(("reasoning", text[position:] if end < 0 else text[position:end]))
        if end < 0:
            break
        position = end + len("</think>")
        pieces.append(("tag", "</think>"))
    return merged([pair for pair in pieces if pair[1]])


@given(st.lists(st.sampled_from(["a", "é", "<think>", "</think>", "/think>", "</thin", "k>", "think"]), max_size=15))
def test_agrees_with_a_search_on_the_whole_text(pieces: list[str]) -> None:
    assert split(ThinkOptions(mode="anywhere"), *pieces) == plain_split("".join(pieces))


def calls_of(options: ThinkOptions, text: str) -> int:
    """How many functions, Python's or C's, run while the text is fed in pieces of four characters."""
    splitter = ThinkSplitter(options)
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    # What others have called at every collection is not the splitter's work.
    gc.disable()
    sys.setprofile(count)
    try:
        for at in range(0, len(text), 4):
            splitter.feed(text[at : at + 4])
    finally:
        sys.setprofile(before)
        gc.enable()
    return calls


@pytest.mark.parametrize("mode", ["leading", "anywhere", "inside"])
@pytest.mark.parametrize(
    "unit",
    ["some text ", "<<<<", "</thin", "<think>a</think>b", "```\n<think>\n", "it`s\n\n", " \n", "`" * 12, "<tool_call>"],
)
def test_the_work_for_a_piece_does_not_grow_with_the_text(mode: str, unit: str) -> None:
    options = ThinkOptions(mode=mode, tool_openers=("<tool_call>",))
    # The first time may load or compile something.
    _, first, second, third = (calls_of(options, unit * repeats) for repeats in (1, 40, 80, 120))
    assert third - second <= (second - first) * 1.1 + 4
