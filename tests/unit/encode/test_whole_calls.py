"""What holds for every dialect in which a tool call comes in one piece."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.encoded import encoded, lost

from deltawire import Event, parse
from deltawire.events import (
    Finished,
    FinishReason,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
)

START = ResponseStarted("r", "m", "anthropic")
STOP = Finished(FinishReason.STOP, "stop")

each_target = pytest.mark.parametrize("target", ["gemini", "ollama"])


def read_back(target: str, *events: Event) -> list[Any]:
    """What a reader sees: text, and name and arguments of each call, in order."""
    found: list[Any] = []
    for event in parse(target, encoded(target, START, *events, STOP)):
        if isinstance(event, TextDelta):
            found.append(event.text)
        elif isinstance(event, ToolCallFinished):
            found.append((event.name, event.arguments))
    return found


@each_target
def test_pieces_make_one_call_and_what_comes_inside_stands_behind_it(target: str) -> None:
    events = [
        ToolCallStarted(0, "c", "f"),
        ToolCallDelta(0, '{"a":'),
        TextDelta("x", part=1),
        ToolCallDelta(0, "1}"),
        ToolCallFinished(0, "c", "f", '{"a":1}', complete=True),
    ]
    assert read_back(target, *events) == [("f", '{"a":1}'), "x"]


@each_target
def test_a_call_that_comes_with_its_end_alone_is_said(target: str) -> None:
    assert read_back(target, ToolCallFinished(0, "c", "f", '{"a":1}', complete=True)) == [("f", '{"a":1}')]


@each_target
def test_a_client_tool_of_another_kind_is_a_function_and_listed(target: str) -> None:
    events = [ToolCallStarted(0, "c", "f", "other"), ToolCallFinished(0, "c", "f", "{}", True, "other")]
    assert read_back(target, *events) == [("f", "{}")]
    assert ("tool_call_started", "kind") in lost(target, START, *events)


@each_target
@pytest.mark.parametrize("arguments", ["ls -l", "[1]", "[" * 100_000])
def test_arguments_of_another_kind_that_are_no_object_stand_in_one(target: str, arguments: str) -> None:
    call = ToolCallFinished(0, "c", "f", arguments, True, "other")
    ((name, said),) = read_back(target, call)
    assert (name, json.loads(said)) == ("f", {"input": arguments})


@each_target
def test_a_call_that_is_not_complete_is_left_out_and_listed(target: str) -> None:
    events = [ToolCallStarted(0, "c", "f"), ToolCallFinished(0, "c", "f", '{"a":', complete=False)]
    assert read_back(target, *events) == []
    assert ("tool_call_finished", "arguments") in lost(target, START, *events)
