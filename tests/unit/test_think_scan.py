"""Code spans and the finder of tags."""

from __future__ import annotations

import pytest

from deltawire.think_scan import CodeSpans, TagFinder


class TestCodeSpans:
    @pytest.mark.parametrize(
        ("text", "in_code"),
        [
            ("a", False),
            ("`a", True),
            ("`a`", False),
            ("`", True),
            ("``", True),
            ("``a`", True),
            ("``a``", False),
            ("`a\nb", True),
            ("`a\n\nb", False),
            ("`a\n \t\r\nb", False),
            ("`a\n \n`", True),
            ("``a\n`\nb", True),
            ("`a\n`\n", False),
            ("`a\nb\n", True),
            ("```\n\n", True),
            ("```\n\n``````", True),
            ("```\n\n```", False),
        ],
    )
    def test_back_ticks_and_paragraphs(self, text: str, in_code: bool) -> None:
        whole, single = CodeSpans(), CodeSpans()
        whole.advance(text, 0, len(text))
        for character in text:
            single.advance(character, 0, 1)
        assert whole.end_run() is single.end_run() is in_code
        assert whole.idle is single.idle is (not in_code)

    def test_reads_only_the_given_stretch(self) -> None:
        spans = CodeSpans()
        spans.advance("``x`", 1, 3)
        assert spans.end_run()
        spans.advance("``x`", 3, 4)
        assert not spans.end_run()

    def test_says_when_only_a_back_tick_matters(self) -> None:
        spans = CodeSpans()
        spans.advance("```", 0, 3)
        assert not spans.fenced
        spans.advance("x", 0, 1)
        assert spans.fenced
        spans.advance("``", 0, 2)
        assert not spans.fenced


class TestTagFinder:
    FINDER = TagFinder.of({"<a>": "opener", "<abc>": "closer", " x": "opener"}, after_white_space=False)

    @pytest.mark.parametrize(
        ("text", "position"),
        [("", 0), ("q", 1), ("q<", 1), ("q<ab", 1), ("q<abc", 1), ("q<abc>", 6), ("<<", 1), ("<a>", 3), ("<a> ", 3)],
    )
    def test_undecided_is_the_longest_end_that_begins_a_tag(self, text: str, position: int) -> None:
        assert self.FINDER.undecided(text, 0) == position
        assert self.FINDER.may_grow(text, position) is (position < len(text))

    def test_the_longest_tag_is_found(self) -> None:
        finder = TagFinder.of({"<a": "opener", "<a>": "opener"}, after_white_space=False)
        found = finder.tag.search("x<a>")
        assert found is not None
        assert found[0] == "<a>"

    def test_after_white_space_that_of_a_tag_is_left_out(self) -> None:
        finder = TagFinder.of({" x": "opener"}, after_white_space=True)
        assert finder.tag.match("x")
        assert finder.longest == 1

    def test_no_tags_are_found_nowhere(self) -> None:
        finder = TagFinder.of({}, after_white_space=False)
        assert finder.tag.search("<a>") is None
        assert finder.undecided("<a>", 0) == 3
        assert not finder.may_grow("", 0)
