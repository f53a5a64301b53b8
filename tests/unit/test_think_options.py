"""The options of the think splitter and the tags of the model families."""

from __future__ import annotations

from typing import Any

import pytest
from tests.think_marks import check

from deltawire.think import THINK_TAGS, TagPair, ThinkOptions, ThinkSplitter
from deltawire.think_tags import ANSWER_TAGS, TOOL_OPENERS

MODES = ("off", "leading", "anywhere", "inside")
FAMILIES = sorted(THINK_TAGS)


class TestOf:
    def test_takes_a_mode_name_or_options_or_nothing(self) -> None:
        for mode in MODES:
            assert ThinkOptions.of(mode, "off") == ThinkOptions(mode=mode)
        options = ThinkOptions.for_family("cohere")
        assert ThinkOptions.of(options, "off") is options
        assert ThinkOptions.of(None, "inside") == ThinkOptions("inside", stray_closers="keep")

    @pytest.mark.parametrize("value", ["auto", "", "Leading", 3])
    def test_names_the_modes_when_it_refuses(self, value: object) -> None:
        with pytest.raises(ValueError, match="off, leading, anywhere, inside"):
            ThinkOptions.of(value, "off")


class TestRecords:
    @pytest.mark.parametrize(
        "arguments",
        [{"mode": "auto"}, {"unclosed": "maybe"}, {"stray_closers": "hide"}, {"tool_openers": ["<a>", " "]}],
    )
    def test_a_choice_that_does_not_exist_is_refused(self, arguments: dict[str, object]) -> None:
        with pytest.raises(ValueError):
            ThinkOptions(**arguments)

    @pytest.mark.parametrize("tags", [("", "</a>"), ("<a>", ""), ("<a>", " \n")])
    def test_a_tag_of_nothing_is_refused(self, tags: tuple[str, str]) -> None:
        with pytest.raises(ValueError, match="tag"):
            TagPair(*tags)

    def test_lists_become_tuples(self) -> None:
        options = ThinkOptions(tags=[TagPair("<a>", "</a>")], tool_openers=["<b>"])
        assert options == ThinkOptions(tags=(TagPair("<a>", "</a>"),), tool_openers=("<b>",))
        assert hash(options) == hash(ThinkOptions(tags=(TagPair("<a>", "</a>"),), tool_openers=("<b>",)))


class TestFamilies:
    @pytest.mark.parametrize("family", FAMILIES)
    @pytest.mark.parametrize("mode", ["leading", "anywhere"])
    def test_each_pair_makes_a_block(self, family: str, mode: str) -> None:
        for pair in THINK_TAGS[family]:
            check(ThinkOptions.for_family(family, mode), f"«{pair.open.lstrip()}»‹why›«{pair.close}»so")

    @pytest.mark.parametrize("family", FAMILIES)
    def test_each_closer_ends_a_block_from_the_prompt(self, family: str) -> None:
        for pair in THINK_TAGS[family]:
            check(ThinkOptions.for_family(family, "inside"), f"‹why›«{pair.close}»so")

    @pytest.mark.parametrize("family", sorted(ANSWER_TAGS))
    def test_each_answer_pair_is_removed_after_a_block(self, family: str) -> None:
        block = THINK_TAGS[family][0]
        for pair in ANSWER_TAGS[family]:
            line = f"«{block.open}»‹why›«{block.close}\n{pair.open}»so«{pair.close}»"
            check(ThinkOptions.for_family(family), line)

    @pytest.mark.parametrize("family", sorted(TOOL_OPENERS))
    def test_each_tool_opener_ends_a_block(self, family: str) -> None:
        block = THINK_TAGS[family][0]
        for opener in TOOL_OPENERS[family]:
            check(ThinkOptions.for_family(family), f"«{block.open}»‹why\n›{opener}x")

    @pytest.mark.parametrize(("closer", "line"), [("#end", "why«#end»so"), ("E>", "whyE>so")])
    def test_a_stray_closer_is_dropped_unless_it_may_be_a_word(self, closer: str, line: str) -> None:
        check(ThinkOptions(tags=(TagPair("#begin", closer),), stray_closers="drop"), line)

    def test_only_its_own_closer_ends_a_block(self) -> None:
        check(ThinkOptions.for_family("generic"), "«<thought>»‹a</think>b›«</thought>»c")

    def test_only_its_own_opener_is_a_repeated_one(self) -> None:
        check(ThinkOptions.for_family("generic"), "«<think>»‹<reason>a</reason>b›«</think>»c")

    def test_an_unknown_one_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(ValueError, match="deepseek"):
            ThinkOptions.for_family("gpt-2")

    def test_cannot_be_changed(self) -> None:
        for presets in (THINK_TAGS, ANSWER_TAGS, TOOL_OPENERS):
            with pytest.raises(TypeError):
                presets["deepseek"] = ()
            assert set(presets) <= set(THINK_TAGS)


def test_a_mode_in_place_of_the_options_is_told() -> None:
    mode: Any = "leading"
    with pytest.raises(TypeError, match=r'takes ThinkOptions\(mode="leading"\), not str'):
        ThinkSplitter(mode)
