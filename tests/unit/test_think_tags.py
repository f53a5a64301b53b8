"""Tags that mark reasoning: what a pair may be, and which belong to which family of models."""

from __future__ import annotations

import pytest

from deltawire.think_tags import ANSWER_TAGS, REASONING_TAGS, TOOL_OPENERS, TagPair, is_special_token


@pytest.mark.parametrize(
    "tags",
    [("", "</a>"), ("<a>", ""), (" \n", "</a>"), ("<a>", "\t")],
    ids=["open", "close", "blank open", "blank close"],
)
def test_a_tag_needs_more_than_white_space(tags: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="more than white space"):
        TagPair(*tags)


@pytest.mark.parametrize(
    ("tag", "special"),
    [("<|channel|>", True), ("<|", True), ("<think>", False), ("|<|", False), ("", False)],
)
def test_control_tokens_begin_with_a_bar(tag: str, special: bool) -> None:
    assert is_special_token(tag) is special


def test_every_family_has_pairs_that_open_with_something_of_their_own() -> None:
    assert REASONING_TAGS["qwen"] == (TagPair("<think>", "</think>"),)
    assert REASONING_TAGS["minimax-m3"] == (TagPair("<mm:think>", "</mm:think>"),)
    for family, pairs in REASONING_TAGS.items():
        assert pairs, family
        assert len({pair.open for pair in pairs} | {pair.close for pair in pairs}) > 1, family
    openers = {pair.open for pairs in REASONING_TAGS.values() for pair in pairs}
    assert not openers & {pair.open for pairs in ANSWER_TAGS.values() for pair in pairs}
    assert all(opener.strip() for opener in TOOL_OPENERS)
