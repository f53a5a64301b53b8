"""Reasoning between tags, as servers send it: what comes out of the parser."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import chat, chat_call, feed, sse
from tests.ollama_lines import DONE, call
from tests.ollama_lines import chat as line
from tests.turn_messages import accumulated, message_of

from deltawire.events import Event, Failed, Note, ReasoningDelta, TextDelta, ToolCallFinished, ToolCallStarted
from deltawire.message import ReasoningPart, TextPart
from deltawire.notes import NoteCode
from deltawire.response import parser
from deltawire.think import ThinkOptions

MODES = ["leading", "anywhere", "inside"]
OF_THINKING = {
    NoteCode.MISSING_THINK_OPENER,
    NoteCode.UNCLOSED_THINK,
    NoteCode.DROPPED_THINK_TAG,
}


def events_of(*deltas: dict[str, Any], think: Any = None, finish: str = "stop") -> list[Event]:
    chunks = [delta if "choices" in delta else chat(delta) for delta in deltas]
    return feed("openai-chat", sse(*chunks, chat(finish=finish), "[DONE]"), think=think)


def said(events: list[Event]) -> tuple[str, str]:
    """Reasoning and text."""
    message = accumulated(events)
    return message.reasoning, message.text


def notes_of(events: list[Event]) -> list[NoteCode]:
    return [event.code for event in events if isinstance(event, Note) and event.code in OF_THINKING]


def content(*pieces: str) -> list[dict[str, Any]]:
    return [{"content": piece} for piece in pieces]


# The opener was in the prompt, or should have been.


@pytest.mark.parametrize("cut", range(len("hm</think>Yes") + 1))
def test_an_opener_in_the_prompt(cut: int) -> None:
    text = "hm</think>Yes"
    events = events_of(*content(text[:cut], text[cut:]), think="inside")
    assert said(events) == ("hm", "Yes")
    assert notes_of(events) == []


@pytest.mark.parametrize("think", ["leading", "anywhere"])
def test_a_closer_whose_opener_was_in_the_prompt_is_dropped_where_nobody_said_so(think: str) -> None:
    events = events_of(*content("hm\n</th", "ink>\n", "Yes"), think=think)
    assert said(events) == ("", "hm\n\nYes")
    assert notes_of(events) == [NoteCode.MISSING_THINK_OPENER]


def test_a_stray_closer_stays_if_nobody_asked_for_think_blocks() -> None:
    events = events_of(*content("hm\n</th", "ink>\nYes"))
    assert said(events) == ("", "hm\n</think>\nYes")
    assert notes_of(events) == []


def test_a_model_that_did_not_think_is_all_reasoning_unless_the_text_is_wanted() -> None:
    assert said(events_of(*content("Yes, ", "of course"), think="inside")) == ("Yes, of course", "")
    doubtful = ThinkOptions("inside", unclosed="text")
    events = events_of(*content("Yes, ", "of course"), think=doubtful)
    assert said(events) == ("", "Yes, of course")
    assert notes_of(events) == [NoteCode.UNCLOSED_THINK]
    assert said(events_of(*content("hm", "</think>Yes"), think=doubtful)) == ("hm", "Yes")


def test_reasoning_that_began_in_the_message_before() -> None:
    first = events_of(*content("<think>", "Let me look"), chat_call(0, "{}", "f", "c0"), finish="tool_calls")
    assert said(first) == ("Let me look", "")
    assert notes_of(first) == [NoteCode.UNCLOSED_THINK]
    second = events_of(*content(" at it.</think>", "Yes"), think="inside")
    assert said(second) == (" at it.", "Yes")
    assert said(events_of(*content("</think>\n\n", "Yes"), think="leading")) == ("", "Yes")


# Blocks that are cut, split, repeated, empty.


@pytest.mark.parametrize("think", [None, *MODES])
def test_a_block_that_the_length_cut_is_noted_at_the_end(think: str | None) -> None:
    events = events_of(*content("<think>", "abc ", "def"), think=think, finish="length")
    assert said(events) == ("abc def", "")
    assert notes_of(events) == [NoteCode.UNCLOSED_THINK]
    note = next(place for place, event in enumerate(events) if isinstance(event, Note))
    assert not any(isinstance(event, ReasoningDelta | TextDelta) for event in events[note:])


@pytest.mark.parametrize("think", [None, *MODES])
def test_a_block_that_the_network_cut_keeps_what_came_of_it(think: str | None) -> None:
    events = feed("openai-chat", sse(*map(chat, content("<think>ab", "c</thi"))), think=think)
    assert said(events) == ("abc</thi", "")
    assert isinstance(events[-1], Failed)


@pytest.mark.parametrize("think", [None, "leading", "anywhere"])
@pytest.mark.parametrize("size", range(1, 12))
def test_tags_in_pieces_of_any_size(think: str | None, size: int) -> None:
    text = "\n<think>\nwhy?\n</think>\n\nBecause <b>.</b>"
    pieces = [text[place : place + size] for place in range(0, len(text), size)]
    assert said(events_of(*content(*pieces), think=think)) == ("\nwhy?\n", "Because <b>.</b>")


def test_several_blocks_in_one_delta_are_parts_of_their_own() -> None:
    events = events_of(*content("<think>a</think>b<think>c</think>d"), think="anywhere")
    parts = accumulated(events).parts
    assert [(type(part), part.text) for part in parts if isinstance(part, TextPart | ReasoningPart)] == [
        (ReasoningPart, "a"),
        (TextPart, "b"),
        (ReasoningPart, "c"),
        (TextPart, "d"),
    ]


@pytest.mark.parametrize("think", [None, "leading"])
@pytest.mark.parametrize("text", ["so <think>a</think>b", "Use the `<think>` tag", "```\n<think>\n```"])
def test_a_mention_is_text(think: str | None, text: str) -> None:
    assert said(events_of(*content(*text), think=think)) == ("", text)


@pytest.mark.parametrize("text", ["Use the `<think>` tag", "```\n<think>\n</think>\n```\nso"])
def test_a_mention_in_code_is_text_anywhere(text: str) -> None:
    events = events_of(*content(*text), think="anywhere")
    assert said(events) == ("", text)
    assert notes_of(events) == []


def test_a_repeated_opener_and_a_second_closer() -> None:
    events = events_of(*content("<think><think>", "a</think>", "b</think>c"), think="leading")
    assert said(events) == ("a", "b</think>c")
    assert notes_of(events) == [NoteCode.DROPPED_THINK_TAG]


@pytest.mark.parametrize("think", [None, *MODES])
def test_an_empty_block_says_nothing(think: str | None) -> None:
    events = events_of(*content("<think>\n\n", "</think>\n\n", "Hi"), think=think)
    assert not any(isinstance(event, ReasoningDelta) for event in events)
    assert [event for event in events if isinstance(event, TextDelta)] == [TextDelta("Hi")]


@pytest.mark.parametrize("think", [None, *MODES])
def test_a_turn_of_nothing_but_a_block_and_a_call_has_no_empty_text(think: str | None) -> None:
    deltas = [*content("<think>a", "</think>\n\n"), chat_call(0, "{}", "f", "c0")]
    events = events_of(*deltas, think=think, finish="tool_calls")
    assert [type(part).__name__ for part in accumulated(events).parts] == ["ReasoningPart", "ToolCallPart"]


# Calls inside a block.


@pytest.mark.parametrize("think", [None, *MODES])
def test_a_call_before_the_closer_ends_nothing_and_comes_after_what_was_held(think: str | None) -> None:
    deltas = [*content("<think>a</th"), chat_call(0, "{}", "f", "c0"), *content("b</think>c")]
    events = events_of(*deltas, think=think, finish="tool_calls")
    shown = [event for event in events if isinstance(event, ReasoningDelta | TextDelta | ToolCallStarted)]
    place = next(place for place, event in enumerate(shown) if isinstance(event, ToolCallStarted))
    assert "".join(event.text for event in shown[:place] if isinstance(event, ReasoningDelta)) == "a</th"
    assert said(events) == ("a</thb", "c")
    assert [event.complete for event in events if isinstance(event, ToolCallFinished)] == [True]


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_call_in_the_text_ends_the_block(cut: int) -> None:
    text = "<think>so\n<tool_call>\n{}</tool_call>"
    events = events_of(*content(text[:cut], text[cut:]), think=ThinkOptions.for_family("qwen"))
    assert said(events) == ("so\n", "<tool_call>\n{}</tool_call>")


def test_a_call_that_is_only_spoken_of_does_not() -> None:
    events = events_of(*content("<think>I use <tool_call> then", "</think>Yes"), think=ThinkOptions.for_family("qwen"))
    assert said(events) == ("I use <tool_call> then", "Yes")


# A field for reasoning beside tags in the text.


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
@pytest.mark.parametrize("think", [None, *MODES])
def test_the_field_wins_and_a_leading_closer_is_dropped(field: str, think: str | None) -> None:
    events = events_of({field: "hm"}, *content("</th", "ink>\n\nYes <think>no</think>"), think=think)
    assert said(events) == ("hm", "Yes <think>no</think>")
    assert notes_of(events) == [NoteCode.DROPPED_THINK_TAG]
    assert not any(isinstance(event, ReasoningDelta) and event.in_band for event in events)


@pytest.mark.parametrize("think", [None, *MODES])
def test_ollamas_field_wins_too(think: str | None) -> None:
    lines = [line({"thinking": "hm"}), line({"content": "</think>"}), line({"content": "Yes"}), line(**DONE)]
    message = message_of("ollama", *lines, think=think)
    assert (message.reasoning, message.text) == ("hm", "Yes")


def test_an_empty_field_does_not_win_and_is_not_taken_for_the_text() -> None:
    deltas = [{"reasoning_content": "", "content": piece} for piece in ("<think>a</think>", "Yes")]
    assert said(events_of(*deltas)) == ("a", "Yes")
    assert said(events_of({"reasoning_content": "", "content": "Yes"})) == ("", "Yes")


def test_tags_that_a_server_puts_in_on_purpose() -> None:
    merged = content("<think>", "hm", " so", "</think>\n", "Yes")
    assert said(events_of(*merged)) == ("hm so", "Yes")
    # vLLM's and SGLang's opener in front of a model that closes by itself.
    assert said(events_of(*content("<think>", "hm</think>\n\nYes"))) == ("hm", "Yes")


def test_ollama_lets_reasoning_without_its_opener_through() -> None:
    lines = [line({"content": "So they ask"}), line({"content": "\n</think>\n\nYes"}), line(**DONE)]
    assert message_of("ollama", *lines, think="inside").reasoning == "So they ask\n"
    message = message_of("ollama", *lines, think="leading")
    assert (message.reasoning, message.text) == ("", "So they ask\n\n\nYes")


def test_ollama_ends_a_block_before_its_calls() -> None:
    lines = [line({"content": "<think>a"}), line({"tool_calls": [call("f", {}, id="c0")]}), line(**DONE)]
    message = message_of("ollama", *lines)
    assert (message.reasoning, [part.complete for part in message.tool_calls]) == ("a", [True])


# Nothing waits for the end.


@pytest.mark.parametrize("think", [None, *MODES])
def test_text_and_reasoning_come_with_the_chunk_that_makes_them_certain(think: str | None) -> None:
    response = parser("openai-chat", think=think)
    came = [
        "".join(event.text for event in response.receive_payload(chat(delta)) if hasattr(event, "text"))
        for delta in content("<think>abc", "de", "f</", "think>\n", "Yes", " no", ".")
    ]
    assert came == ["abc", "de", "f", "", "Yes", " no", "."]


# Harmony.


HARMONY = (
    "<|channel|>analysis<|message|>They ask 2+2.<|end|>"
    "<|start|>assistant<|channel|>commentary<|message|>Let me see. <|end|>"
    "<|start|>assistant<|channel|>final<|message|>Four.<|return|>"
)
CALL = '<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":1}<|call|>'


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 1000])
def test_channels_of_harmony(size: int) -> None:
    pieces = [HARMONY[place : place + size] for place in range(0, len(HARMONY), size)]
    events = events_of(*content(*pieces), think=ThinkOptions.for_family("harmony"))
    assert said(events) == ("They ask 2+2.", "Let me see. Four.")
    assert notes_of(events) == []


def test_a_call_of_harmony_ends_the_analysis_and_stays_text() -> None:
    text = "<|channel|>analysis<|message|>I call f." + CALL
    assert said(events_of(*content(*text), think=ThinkOptions.for_family("harmony"))) == ("I call f.", CALL)


def test_bare_words_of_harmony_are_split_only_if_asked_for() -> None:
    pieces = content("analysisWe ", "need", "...assistantfinal", "four")
    assert said(events_of(*pieces)) == ("", "analysisWe need...assistantfinalfour")
    assert said(events_of(*pieces, think=ThinkOptions.for_family("harmony"))) == (
        "",
        "analysisWe need...assistantfinalfour",
    )
    bare = ThinkOptions.for_family("harmony-bare")
    assert said(events_of(*pieces, think=bare)) == ("We need...", "four")


def test_a_tools_name_is_cut_where_a_channel_leaks_into_it() -> None:
    events = events_of(chat_call(0, "{}", "f<|channel|>commentary", "c0"), finish="tool_calls")
    assert accumulated(events).tool_calls[0].name == "f"
