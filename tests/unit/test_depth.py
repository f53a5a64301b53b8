"""The quick proof of depth: it never lets a text through that nests too deep, whatever was seen before."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.depth import DepthCheck
from deltawire.payload import nests_deeper

NESTED = st.recursive(
    st.sampled_from(["0", '"x"', '"[[[["', '"{"', '"]"', "null"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.lists(inner, max_size=2).map(
            lambda items: "{" + ",".join(f'"k{n}":{item}' for n, item in enumerate(items)) + "}"
        )
    ),
    max_leaves=8,
)
FRAMES = st.builds(
    lambda head, middle, tail: head + middle + tail,
    st.sampled_from(['{"id":"chunk-1","choices":[', '{"id":"chunk-2","choices":[', '{"x":[']),
    NESTED,
    st.sampled_from(["]}", '],"usage":null}', '],"usage":{"a":[]}}']),
)


def seen_quickly(check: DepthCheck, text: str) -> bool:
    """As the readers look: the comparison, without the count."""
    return len(text) <= check.longest and text[check.place] == check.known


@given(st.lists(FRAMES | NESTED, max_size=30), st.integers(1, 6))
def test_what_passes_never_nests_deeper(texts: list[str], limit: int) -> None:
    check = DepthCheck(limit)
    for text in texts:
        if seen_quickly(check, text) or check.passes(text):
            assert not nests_deeper(text, limit)


@pytest.mark.parametrize("limit", range(1, 8))
def test_one_level_too_many_never_passes(limit: int) -> None:
    check = DepthCheck(limit)
    deep = "[" * (limit + 1) + "]" * (limit + 1)
    assert not seen_quickly(check, deep)
    assert not check.passes(deep)
    for value in "12":
        check.passes(f'{{"kind":"x","value":{value},"more":{{}},"tail":5}}')
    for depth in range(3 * limit):
        text = f'{{"kind":"x","value":{"[" * depth}{"]" * depth},"more":{{}},"tail":5}}'
        assert depth < limit or not (seen_quickly(check, text) or check.passes(text))


@pytest.mark.parametrize("limit", [1, 3, 128])
def test_short_texts_pass_at_once(limit: int) -> None:
    check = DepthCheck(limit)
    assert seen_quickly(check, "x" * 2 * limit)
    assert check.passes("x" * 2 * limit)
    assert not seen_quickly(check, "x" * (2 * limit + 1))


def test_frames_like_those_before_pass_without_a_count() -> None:
    check = DepthCheck(12)
    frames = [f'{{"id":"chunk","choices":[{{"text":"{word}"}}],"usage":null}}' for word in ("a", "bc", "d")]
    for frame in frames[:2]:
        assert not seen_quickly(check, frame)
        assert check.passes(frame)
    assert seen_quickly(check, frames[2])
    assert check.known == '{"id":"chunk","choices":[{"text":"'


def test_the_longer_side_is_what_is_compared() -> None:
    check = DepthCheck(20)
    frames = [f'{{"text":"{word}","usage":[{{"count":5}}],"id":"the id of the answer"}}' for word in ("a", "bc", "d")]
    assert all(check.passes(frame) for frame in frames[:2])
    assert seen_quickly(check, frames[2])
    assert not seen_quickly(check, frames[2][:-1])
    assert not seen_quickly(check, frames[2].replace("d", "[" * 19 + "]" * 19))


def test_a_frame_with_too_many_brackets_goes_to_the_exact_look() -> None:
    check = DepthCheck(2)
    assert not check.passes('{"a":[{"b":0}]}')
    assert not check.passes('{"a":"[[[["}')


def test_frames_with_nothing_in_common_are_given_up() -> None:
    check = DepthCheck(2)
    for number in range(40):
        text = f'{number:02d} "{"x" * number}" [] {chr(97 + number % 20)}'
        assert not seen_quickly(check, text) or len(text) <= 4
        assert check.passes(text)
    assert not seen_quickly(check, '99 "x" [] z')


def test_long_frames_are_counted_and_not_learned() -> None:
    check = DepthCheck(2)
    text = '{"a":"' + "x" * 5_000 + '"}'
    assert check.passes(text)
    assert not seen_quickly(check, text)


@given(st.lists(FRAMES, max_size=6), FRAMES)
def test_a_copy_knows_the_same(texts: list[str], last: str) -> None:
    check = DepthCheck(2)
    for text in texts:
        check.passes(text)
    for copied in (pickle.loads(pickle.dumps(check)), copy.deepcopy(check)):
        assert seen_quickly(copied, last) is seen_quickly(check, last)
