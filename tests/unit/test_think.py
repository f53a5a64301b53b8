"""The think splitter: which characters are «removed markup», ‹reasoning› or text, at any cut of the input."""

from __future__ import annotations

import itertools

import pytest
from tests.think_marks import check, marked, split, unmarked

from deltawire.notes import NoteCode
from deltawire.think import TagPair, ThinkOptions, ThinkSplitter, split_think_blocks

LEADING = ThinkOptions()
ANYWHERE = ThinkOptions(mode="anywhere")
INSIDE = ThinkOptions(mode="inside")
MAYBE_INSIDE = ThinkOptions(mode="inside", unclosed="text")
MODES = [LEADING, ANYWHERE, INSIDE]


def notes_of(options: ThinkOptions, text: str) -> list[tuple[NoteCode, str]]:
    splitter = ThinkSplitter(options)
    splitter.feed(text)
    splitter.end()
    return splitter.notes


def table(cases: dict[str, str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("line", cases.values(), ids=cases.keys())


class TestLeading:
    @table(
        {
            "a block and an answer": "«<think>»‹why›«</think>»because",
            "line ends: raw in the block, markup after it": "«<think>»‹\nwhy\n›«</think>\r\n\n»  because\n",
            "white space before the opener is markup": "« \n<think>»‹a›«</think>»b",
            "an empty block is nothing": "«<think>\n\n</think>\n\n»hi",
            "an empty block alone is nothing": "«<think>\n\n</think>\n\n»",
            "repeated openers": "«<think>\n<think><think>»‹a›«</think>»b",
            "the first closer ends it": "«<think>»‹a<think>b›«</think>»c</think>d",
            "a closer directly after the closer is literal": "«<think>»‹a›«</think>»</think>b",
            "a second block is literal": "«<think>»‹a›«</think>»b<think>c</think>",
            "back-ticks do not hide the closer of a block": "«<think>»‹a `b›«</think>»c",
            "an opener after text is literal": "so <think>a</think>b",
            "half an opener at the end": "x <th",
            "half a closer at the end": "«<think>»‹a</thi›",
            "white space alone": " \n ",
            "an unfinished block": "«<think>»‹abc›",
            "an opener alone": "«<think>\n»",
            "another case is another tag": "<Think>a</Think>",
            "almost tags": "<<thinker></ think>",
            "a half tag before a whole one": "«<think>»‹a</thi›«</think>»b",
        }
    )
    def test_pieces(self, line: str) -> None:
        check(LEADING, line)

    def test_an_opener_after_more_than_64_characters_of_white_space_is_text(self) -> None:
        check(LEADING, f"«{' ' * 64}<think>»‹a›")
        check(LEADING, f"{' ' * 65}<think>a")

    def test_white_space_over_the_bound_is_no_longer_markup(self) -> None:
        check(LEADING, f"«<think>»‹{' ' * 65}›«</think>»{' ' * 65}b")

    def test_newlines_after_the_closer_can_be_kept(self) -> None:
        check(ThinkOptions(strip_newlines=False), "«<think>»‹a›«</think>»\n\nb")


class TestCloserWithoutOpener:
    @table(
        {
            "on a line of its own": "hm, yes\n«</think>»\n\nyes",
            "glued": "x«</think>»y",
            "at the start": "«\n</think>\n\n»yes",
            "only the first": "a«</think>»b</think>c",
            "after code": "`a`«</think>»b",
            "after a stray back-tick of an earlier paragraph": "it`s\n\nso«</think>»b",
        }
    )
    @pytest.mark.parametrize("options", [LEADING, ANYWHERE], ids=["leading", "anywhere"])
    def test_is_dropped_with_a_note(self, options: ThinkOptions, line: str) -> None:
        check(options, line)
        assert notes_of(options, unmarked(line)) == [(NoteCode.MISSING_THINK_OPENER, "</think>")]

    @pytest.mark.parametrize(
        "text",
        [
            "it ends with `</think>`, always",
            "``` xml\n<think>\n</think>\n```",
            "`` ` </think>``",
            "a </think> tag",
            'a "</think>" tag',
            "the tag (</think>)",
            "```\n\n</think>",
        ],
    )
    @pytest.mark.parametrize("options", [LEADING, ANYWHERE], ids=["leading", "anywhere"])
    def test_stays_where_it_is_a_mention(self, options: ThinkOptions, text: str) -> None:
        check(options, text)
        assert notes_of(options, text) == []

    @pytest.mark.parametrize("text", ["</think>a", "a\n</think>b"])
    def test_can_be_kept(self, text: str) -> None:
        check(ThinkOptions(stray_closers="keep"), text)

    def test_marker_in_plain_words_is_never_one(self) -> None:
        check(ThinkOptions.for_family("granite-3"), "Here is my response: 4")


class TestAnywhere:
    @table(
        {
            "blocks in the middle": "a«<think>»‹b›«</think>»c«<think>»‹d›«</think>»e",
            "line ends within the answer stay": "a\n«<think>»‹b›«</think>»\n\nc",
            "white space between blocks is markup": "«<think>»‹a›«</think>\n<think>»‹b›«</think>\n»c",
            "a second, empty block": "«<think>»‹a›«</think>»b«<think></think>»c",
            "a mention in back-ticks": "Use the `<think>` tag",
            "a mention in a fence": "```\n<think>\n`\n\n</think>\n```",
            "a shorter run does not close a longer one": "``a`<think>``",
            "a longer run does not close a shorter one": "`a``<think>`",
            "a block between two spans": "`a`«<think>»‹b›«</think>»`c<think>`",
            "a stray back-tick ends with its paragraph": "it`s\n \t\r\n«<think>»‹a›",
            "a line end alone does not end a span": "it`s\n b\n<think>`",
            "a fence goes over paragraphs": "```a\n\n\n<think>",
            "a closer after a block is literal": "«<think>»‹a›«</think>»b</think>c",
        }
    )
    def test_pieces(self, line: str) -> None:
        check(ANYWHERE, line)

    def test_any_three_pieces_of_a_block(self) -> None:
        line = "a«<think>»‹b›«</think>»c"
        text = unmarked(line)
        for first, second in itertools.combinations(range(len(text) + 1), 2):
            assert marked(split(ANYWHERE, text[:first], text[first:second], text[second:])) == line


class TestInside:
    @table(
        {
            "the opener was in the prompt": "‹why\n›«</think>\n\n»because",
            "the model repeats the opener": "«<think>»‹\nwhy›«</think>»so",
            "nothing was thought": "«\n</think>\n»so",
            "no closer": "‹why›",
            "later tags are literal": "‹a›«</think>»b<think>c</think>",
        }
    )
    def test_pieces(self, line: str) -> None:
        check(INSIDE, line)

    @pytest.mark.parametrize("line", ["\nthe whole answer </thi", "‹a›«</think>»b", "«<think>»‹a›"])
    def test_without_a_closer_it_can_be_text(self, line: str) -> None:
        check(MAYBE_INSIDE, line)

    def test_what_may_be_text_is_held_until_the_closer(self) -> None:
        splitter = ThinkSplitter(MAYBE_INSIDE)
        assert splitter.feed("some ") + splitter.feed("thought") == []
        assert marked(splitter.feed("</think>x")) == "‹some thought›«</think>»x"

    def test_what_may_be_text_is_text_at_a_flush(self) -> None:
        splitter = ThinkSplitter(MAYBE_INSIDE)
        splitter.feed("answer </th")
        assert marked(splitter.flush()) == "answer </th"
        assert splitter.flush() == []


class TestToolOpeners:
    @table(
        {
            "on a line of its own": "«<think>»‹so\n›<tool_call>\n{}</tool_call>",
            "first in the block": "«<think>\n»<tool_call>",
            "a mention does not end the block": "«<think>»‹use <tool_call> then›«</think>»a",
            "outside of a block it is text like any other": "<tool_call>a",
        }
    )
    def test_end_the_block_and_stay_in_the_text(self, line: str) -> None:
        check(ThinkOptions.for_family("qwen"), line)

    def test_special_token_counts_within_a_line(self) -> None:
        check(ThinkOptions.for_family("kimi-k2"), "«<think>»‹so ›<|tool_calls_section_begin|>x")

    def test_end_the_doubt_about_an_unclosed_text(self) -> None:
        options = ThinkOptions(mode="inside", unclosed="text", tool_openers=("<tool_call>",))
        check(options, "‹so\n›<tool_call>x")


class TestAnswerTags:
    @pytest.mark.parametrize(
        ("family", "line"),
        [
            ("hunyuan", "«<think>»‹\nwhy\n›«</think>\n<answer>\n»4 < 5\n«</answer>»"),
            ("ernie", "«<response>\n»hi«</response>\n»"),
            ("hunyuan", "put it in <answer>4</answer>"),
            ("hunyuan", "«<answer>»see `</answer>` ok«</answer>»"),
            ("hunyuan", "«<think>»‹a›«</think><answer>\n</answer>»"),
            ("hunyuan", "«<answer>\n»b«</answer>»\nc"),
            ("kimi-k3", "hi«<|close|>response<|sep|>»"),
        ],
    )
    def test_are_removed_around_the_answer_only(self, family: str, line: str) -> None:
        check(ThinkOptions.for_family(family), line)

    def test_special_closer_without_its_opener_is_noted(self) -> None:
        closer = "<|close|>response<|sep|>"
        assert notes_of(ThinkOptions.for_family("kimi-k3"), f"hi{closer}") == [(NoteCode.DROPPED_THINK_TAG, closer)]

    def test_harmony_channels(self) -> None:
        check(
            ThinkOptions.for_family("harmony", "anywhere"),
            "«<|channel|>analysis<|message|>»‹2+2›«<|end|><|start|>assistant<|channel|>commentary<|message|>»wait«<|end|>"
            "<|start|>assistant<|channel|>analysis<|message|>»‹=4›«<|end|>"
            "<|start|>assistant<|channel|>final<|message|>»four«<|return|>»",
        )

    def test_harmony_call_without_the_end_of_the_analysis(self) -> None:
        call = "<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>"
        check(ThinkOptions.for_family("harmony"), f"«<|channel|>analysis<|message|>»‹call f›{call}")


class TestTagsThatBeginAlike:
    OPTIONS = ThinkOptions(
        mode="anywhere", tags=(TagPair("<t", "</t"), TagPair("<t>\n", "</t>\n"), TagPair("x<t>y", "</t>y"))
    )

    @table(
        {
            "the longest at a position": "a«<t>\n»‹b›«</t>\n»c",
            "the shorter if the longer fails": "a«<t»‹>b›«</t»",
            "the first position wins": "a«x<t>y»‹b›«</t>y»",
        }
    )
    def test_pieces(self, line: str) -> None:
        check(self.OPTIONS, line)

    def test_a_flush_takes_the_shorter_one(self) -> None:
        splitter = ThinkSplitter(self.OPTIONS)
        assert marked(splitter.feed("a<t")) == "a"
        assert marked(splitter.flush()) == "«<t»"


class TestReasoningField:
    def feed_after(self, options: ThinkOptions, before: str, *after: str) -> tuple[str, ThinkSplitter]:
        splitter = ThinkSplitter(options)
        pieces = splitter.feed(before)
        splitter.reasoning_field_seen()
        for piece in after:
            pieces += splitter.feed(piece)
        return marked(pieces + splitter.end()), splitter

    @pytest.mark.parametrize("options", MODES, ids=lambda options: options.mode)
    @pytest.mark.parametrize("cut", range(12))
    def test_one_leading_closer_is_dropped(self, options: ThinkOptions, cut: int) -> None:
        line = "«\n</think>\n\n»a</think><think>b"
        text = unmarked(line)
        got, splitter = self.feed_after(options, "", text[:cut], text[cut:])
        assert got == line
        assert splitter.notes == [(NoteCode.DROPPED_THINK_TAG, "</think>")]

    @pytest.mark.parametrize("options", MODES, ids=lambda options: options.mode)
    @pytest.mark.parametrize("text", ["\n<think>a</think>b", "a</think>b", "a\n</think>\nb<think>c"])
    def test_everything_else_is_text(self, options: ThinkOptions, text: str) -> None:
        got, splitter = self.feed_after(options, "", *text)
        assert got == text
        assert splitter.notes == []

    def test_settles_a_text_that_has_begun(self) -> None:
        got, splitter = self.feed_after(ANYWHERE, "a<thi", "nk>b")
        assert got == "a<think>b"
        assert splitter.settled

    def test_a_block_that_was_opened_goes_on(self) -> None:
        assert self.feed_after(LEADING, "<think>a", "b</think>c<think>")[0] == "«<think>»‹ab›«</think>»c<think>"

    def test_shows_that_a_doubtful_text_is_no_reasoning(self) -> None:
        assert self.feed_after(MAYBE_INSIDE, "ab</thi", "nk>c")[0] == "ab«</think>»c"
        assert self.feed_after(MAYBE_INSIDE, "ab")[0] == "ab"
        splitter = ThinkSplitter(MAYBE_INSIDE)
        splitter.feed("ab")
        splitter.reasoning_field_seen()
        assert marked(splitter.feed("c")) == "abc"

    def test_answer_tags_are_still_removed(self) -> None:
        hunyuan = ThinkOptions.for_family("hunyuan")
        assert self.feed_after(hunyuan, "", "<answer>a</answer>")[0] == "«<answer>»a«</answer>»"

    def test_changes_nothing_when_off_or_said_again(self) -> None:
        assert self.feed_after(ThinkOptions(mode="off"), "", "</think>")[0] == "</think>"
        splitter = ThinkSplitter(LEADING)
        splitter.reasoning_field_seen()
        splitter.feed("</think>")
        splitter.reasoning_field_seen()
        assert marked(splitter.feed("</think>")) == "</think>"


class TestFlush:
    @pytest.mark.parametrize(
        ("options", "before", "flushed", "then"),
        [
            (LEADING, "<think>a</thi", "«<think>»‹a</thi›", "‹nk>b›"),
            (ANYWHERE, "a<th", "a<th", "ink>b"),
            (LEADING, "<think>a", "«<think>»‹a›", "‹b›«</think>»c"),
            (ANYWHERE, "a `b", "a `b", "<think>` c"),
            (LEADING, "<think>a</think>\n\n", "«<think>»‹a›«</think>\n\n»", "«\n»b"),
            (LEADING, "\n", "\n", "«<think>»‹a›"),
            (LEADING, "", "", "«<think>»‹a›"),
            (LEADING, " <thi", " <thi", "nk>a<think>"),
            (LEADING, "<think> ", "«<think> »", "‹a›"),
        ],
    )
    def test_gives_out_what_is_held_and_keeps_the_side(
        self, options: ThinkOptions, before: str, flushed: str, then: str
    ) -> None:
        splitter = ThinkSplitter(options)
        assert marked(splitter.feed(before) + splitter.flush()) == flushed
        assert marked(splitter.feed(unmarked(then)) + splitter.end()) == then

    def test_end_lets_everything_after_it_through(self) -> None:
        splitter = ThinkSplitter(INSIDE)
        assert splitter.feed("a") + splitter.end() + splitter.end() == [("reasoning", "a")]
        assert splitter.settled
        assert splitter.feed("</think>") == [("text", "</think>")]
        assert len(splitter.notes) == 1


class TestNotes:
    @pytest.mark.parametrize(
        ("options", "text", "notes"),
        [
            (LEADING, "<think>a</think>b", []),
            (LEADING, "<think>a", [(NoteCode.UNCLOSED_THINK, "<think>")]),
            (LEADING, "<think>", [(NoteCode.UNCLOSED_THINK, "<think>")]),
            (INSIDE, "a", [(NoteCode.UNCLOSED_THINK, "")]),
            (INSIDE, "", []),
            (INSIDE, "<think>a</think>", []),
            (MAYBE_INSIDE, "a", [(NoteCode.UNCLOSED_THINK, "")]),
            (LEADING, "<think><think><think>a</think>b", [(NoteCode.DROPPED_THINK_TAG, "<think>")]),
            (ThinkOptions(mode="off"), "<think>", []),
        ],
    )
    def test_say_what_was_tolerated(self, options: ThinkOptions, text: str, notes: list[tuple[NoteCode, str]]) -> None:
        assert notes_of(options, text) == notes

    def test_are_the_callers_to_clear(self) -> None:
        splitter = ThinkSplitter(ANYWHERE)
        splitter.feed("a</think>")
        splitter.notes.clear()
        splitter.feed("<think>b")
        splitter.end()
        assert splitter.notes == [(NoteCode.UNCLOSED_THINK, "<think>")]


class TestSettled:
    @pytest.mark.parametrize(
        ("options", "text", "settled"),
        [
            (ThinkOptions(mode="off"), "", True),
            (LEADING, "", False),
            (LEADING, " ", False),
            (LEADING, "<think>a</think>", False),
            (LEADING, "<think>a</think>\n", False),
            (LEADING, "<think>a</think>b", True),
            (INSIDE, "a</think>b", True),
            (LEADING, "a</think>b", True),
            (LEADING, "a", False),
            (LEADING, "a<think>", True),
            (ThinkOptions(stray_closers="keep"), "a", True),
            (ThinkOptions(tags=()), "a", True),
            (ANYWHERE, "<think>a</think>b", False),
            (ThinkOptions.for_family("hunyuan"), "<think>a</think><answer>b", False),
            (ThinkOptions.for_family("hunyuan"), "<think>a</think><answer>b</answer>c", True),
        ],
    )
    def test_once_all_that_follows_is_text(self, options: ThinkOptions, text: str, settled: bool) -> None:
        splitter = ThinkSplitter(options)
        splitter.feed(text)
        assert splitter.settled is settled


class TestSplitThinkBlocks:
    @pytest.mark.parametrize(
        ("text", "mode", "expected"),
        [
            ("<think>a</think>\n\nb", "leading", ("b", "a")),
            ("a<think>b</think>c<think>d</think>e", "anywhere", ("ace", "bd")),
            ("plain", "anywhere", ("plain", None)),
            ("", "inside", ("", None)),
            ("<think></think>b", "anywhere", ("b", "")),
            ("</think>b", "inside", ("b", "")),
            ("a</think>b", "anywhere", ("ab", None)),
            ("a</think>b", "inside", ("b", "a")),
            ("<think>a", "leading", ("", "a")),
            ("<think>a</think>b", "off", ("<think>a</think>b", None)),
            ("[THINK]a[/THINK]b", ThinkOptions.for_family("magistral"), ("b", "a")),
        ],
    )
    def test_content_and_thinking(self, text: str, mode: str | ThinkOptions, expected: tuple[str, str | None]) -> None:
        assert split_think_blocks(text, mode) == expected

    def test_looks_anywhere_by_default(self) -> None:
        assert split_think_blocks("a<think>b</think>") == ("a", "b")
