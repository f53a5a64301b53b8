"""Halves of surrogate pairs: joined where they meet, U+FFFD where they stay alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire.surrogates import SurrogateJoiner, has_surrogate, holds_surrogate, replace_surrogates

HIGH, LOW = "\ud83c", "\udf0d"
EARTH = "\U0001f30d"
TEXTS = st.text(alphabet=["a", "é", EARTH, HIGH, LOW, "\ud800", "\udbff", "\udfff", "\ufffd"], max_size=12)


def joined(pieces: list[str]) -> tuple[str, bool]:
    joiner = SurrogateJoiner()
    text = "".join(map(joiner.feed, pieces)) + joiner.end()
    return text, joiner.replaced


def plain(text: str) -> str:
    """Character by character."""
    found = ""
    while text:
        pair = "\ud800" <= text[0] <= "\udbff" and "\udc00" <= text[1:2] <= "\udfff"
        if pair:
            found += chr(0x10000 + (ord(text[0]) - 0xD800) * 0x400 + ord(text[1]) - 0xDC00)
        else:
            found += "\ufffd" if "\ud800" <= text[0] <= "\udfff" else text[0]
        text = text[2:] if pair else text[1:]
    return found


@pytest.mark.parametrize(
    ("pieces", "text", "replaced"),
    [
        pytest.param(["a", HIGH, LOW, "b"], f"a{EARTH}b", False, id="over two pieces"),
        pytest.param([f"a{HIGH}", f"{LOW}b"], f"a{EARTH}b", False, id="at the edges"),
        pytest.param([HIGH + LOW], EARTH, False, id="in one piece"),
        pytest.param([HIGH, "", LOW], EARTH, False, id="an empty piece between"),
        pytest.param(["\udbff", "\udfff"], "\U0010ffff", False, id="the last character"),
        pytest.param(["\ud800", "\udc00"], "\U00010000", False, id="the first character"),
        pytest.param([HIGH], "\ufffd", True, id="high alone at the end"),
        pytest.param([HIGH, "a"], "\ufffda", True, id="high alone before text"),
        pytest.param([LOW, "a"], "\ufffda", True, id="low alone"),
        pytest.param([HIGH, HIGH, LOW], f"\ufffd{EARTH}", True, id="two high"),
        pytest.param([LOW, HIGH], "\ufffd\ufffd", True, id="the wrong way round"),
        pytest.param(["\ufffd"], "\ufffd", False, id="a replacement character as sent"),
        pytest.param([], "", False, id="nothing"),
    ],
)
def test_halves_that_meet_are_joined(pieces: list[str], text: str, replaced: bool) -> None:
    assert joined(pieces) == (text, replaced)


@given(TEXTS)
def test_any_split_gives_what_the_whole_gives(text: str) -> None:
    whole = joined([text])[0]
    assert joined(list(text))[0] == whole == plain(text)
    whole.encode()


@pytest.mark.parametrize("piece", ["a", "é", HIGH, LOW, EARTH])
def test_only_a_high_half_is_held(piece: str) -> None:
    joiner = SurrogateJoiner()
    joiner.feed(piece)
    assert joiner.holds is (piece == HIGH)
    joiner.end()
    assert not joiner.holds


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        ("a", "a"),
        (HIGH, "\ufffd"),
        (HIGH + LOW, EARTH),
        (["a", HIGH], ["a", "\ufffd"]),
        ({"a": [{"b": LOW}]}, {"a": [{"b": "\ufffd"}]}),
        ({f"k{HIGH}": 1}, {"k\ufffd": 1}),
        (None, None),
        (1.5, 1.5),
        ({"é": [EARTH]}, {"é": [EARTH]}),
    ],
)
def test_values_are_searched_and_mended_to_the_bottom(value: Any, whole: Any) -> None:
    assert replace_surrogates(value) == whole
    assert holds_surrogate(value) is (whole != value)


@pytest.mark.parametrize(
    ("text", "found"), [("", False), ("a", False), ("é🌍", False), (f"a{LOW}", True), (HIGH, True)]
)
def test_texts_are_searched(text: str, found: bool) -> None:
    assert has_surrogate(text) is found
