"""What begins a tool call ends a block that was not closed, where it is no word that is spoken of."""

from __future__ import annotations

import pytest

from deltawire.think import TagPair, ThinkOptions, ThinkSplitter

TAGS = (TagPair("<think>", "</think>"),)


def pieces(options: ThinkOptions, *texts: str) -> list[tuple[str, str]]:
    splitter = ThinkSplitter(options)
    found = [piece for text in texts for piece in splitter.feed(text)] + splitter.end()
    joined: list[tuple[str, str]] = []
    for kind, text in found:
        if joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        else:
            joined.append((kind, text))
    return joined


@pytest.mark.parametrize(
    "before", ["\n", "\r", "\r\n", " ", "x", "`", '"'], ids=["LF", "CR", "CRLF", "blank", "letter", "code", "quote"]
)
@pytest.mark.parametrize(("opener", "special"), [("<tool_call>", False), ("<|tool|>", True)], ids=["tag", "token"])
def test_at_the_start_of_a_line_or_as_a_control_token(before: str, opener: str, special: bool) -> None:
    options = ThinkOptions(mode="inside", tags=TAGS, tool_openers=(opener,))
    said = f"Let me see.{before}{opener}f"
    head, tail = ("reasoning", f"Let me see.{before}"), ("text", f"{opener}f")
    expected = [head, tail] if special or before[-1] in "\r\n" else [("reasoning", said)]
    assert pieces(options, said) == expected
    assert pieces(options, *said) == expected


def test_at_the_start_of_a_block_whatever_it_is() -> None:
    options = ThinkOptions(mode="leading", tags=TAGS, tool_openers=("<tool_call>",))
    for said in ("<think><tool_call>f", "<think>\n<tool_call>f"):
        assert pieces(options, said)[-1] == ("text", "<tool_call>f")
        assert pieces(options, *said) == pieces(options, said)


def test_a_control_token_that_closes_an_answer_is_one_without_its_opener_too() -> None:
    spoken = ThinkOptions(mode="leading", tags=TAGS, answer_tags=(TagPair("<answer>", "</answer>"),))
    token = ThinkOptions(mode="leading", tags=TAGS, answer_tags=(TagPair("<|a|>", "<|/a|>"),))
    assert pieces(spoken, "<think>a</think>b</answer>c") == [
        ("tag", "<think>"),
        ("reasoning", "a"),
        ("tag", "</think>"),
        ("text", "b</answer>c"),
    ]
    assert pieces(token, "<think>a</think>b<|/a|>c")[-3:] == [("text", "b"), ("tag", "<|/a|>"), ("text", "c")]
    assert pieces(spoken, "<think>a</think><answer>b</answer>c")[-3:] == [
        ("text", "b"),
        ("tag", "</answer>"),
        ("text", "c"),
    ]
