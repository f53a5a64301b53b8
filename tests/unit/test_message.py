"""A message: what can be asked of it."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire.events import FinishReason
from deltawire.failures import Failure, FailureKind
from deltawire.message import (
    MediaPart,
    Message,
    MessageChoice,
    MessagePart,
    NativePart,
    ReasoningPart,
    RefusalPart,
    ServerToolPart,
    TextPart,
    ToolCallPart,
)

CALL = ToolCallPart(0, "a", "f", '{"x":1}', complete=True)
PARTS: tuple[MessagePart, ...] = (
    ReasoningPart("Let"),
    TextPart("He"),
    CALL,
    ReasoningPart(" me", kind="summary"),
    TextPart("llo"),
    RefusalPart("No"),
    RefusalPart("."),
    MediaPart("image", "image/png", ("iVBO",)),
    ServerToolPart(()),
    NativePart("compaction", {"x": 1}),
    ToolCallPart(1, "b", "g", ""),
)


class TestChoice:
    def test_its_texts_are_those_of_its_parts(self) -> None:
        choice = MessageChoice(0, PARTS)
        assert (choice.text, choice.reasoning, choice.refusal) == ("Hello", "Let me", "No.")
        assert [call.id for call in choice.tool_calls] == ["a", "b"]

    def test_without_parts_it_is_empty(self) -> None:
        choice = MessageChoice(0)
        assert (choice.text, choice.reasoning, choice.refusal, choice.tool_calls) == ("", "", "", ())


class TestMessage:
    def test_it_speaks_with_its_first_choice(self) -> None:
        message = Message(choices=(MessageChoice(1, PARTS), MessageChoice(2, (TextPart("other"),))))
        assert message.parts == PARTS
        assert (message.text, message.reasoning, message.refusal) == ("Hello", "Let me", "No.")
        assert message.tool_calls == (CALL, PARTS[-1])

    def test_without_choices_it_is_empty(self) -> None:
        message = Message()
        assert (message.parts, message.tool_calls) == ((), ())
        assert (message.text, message.reasoning, message.refusal) == ("", "", "")

    @pytest.mark.parametrize(
        ("fields", "complete"),
        [
            ({}, False),
            ({"finish_reason": FinishReason.STOP}, True),
            ({"finish_reason": FinishReason.UNKNOWN}, True),
            ({"failure": Failure(FailureKind.TRUNCATED, "cut")}, False),
        ],
        ids=["open", "finished", "finished without a reason", "failed"],
    )
    def test_complete(self, fields: dict[str, Any], complete: bool) -> None:
        assert Message(**fields).complete is complete

    def test_equal_messages_are_equal(self) -> None:
        assert Message(choices=(MessageChoice(0, PARTS),)) == Message(choices=(MessageChoice(0, PARTS),))
        assert Message(choices=(MessageChoice(0, PARTS),)) != Message(choices=(MessageChoice(0, PARTS[:-1]),))


class TestArguments:
    @pytest.mark.parametrize(
        ("text", "value"),
        [('{"x":1}', {"x": 1}), (' {"x":[{}]} ', {"x": [{}]}), ("{}", {}), ("", {}), (" \n", {}), ("null", {})],
    )
    def test_of_a_complete_call(self, text: str, value: dict[str, Any]) -> None:
        assert ToolCallPart(0, "a", "f", text, complete=True).arguments_object() == value

    @pytest.mark.parametrize("text", ['{"x":1}', "", "null", '{"x'])
    def test_of_an_incomplete_call_there_are_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="incomplete"):
            ToolCallPart(0, "a", "f", text).arguments_object()

    @pytest.mark.parametrize("kind", ["custom", "other"])
    def test_of_another_kind_they_are_text(self, kind: Any) -> None:
        with pytest.raises(ValueError, match=kind):
            ToolCallPart(0, "a", "f", "{}", complete=True, kind=kind).arguments_object()

    @pytest.mark.parametrize("text", ["[]", "1", '"x"', '{"x":NaN}', "{'x':1}", '{"x":1}{}'])
    def test_that_are_no_object_are_refused_even_if_the_call_says_complete(self, text: str) -> None:
        with pytest.raises(ValueError):
            ToolCallPart(0, "a", "f", text, complete=True).arguments_object()
