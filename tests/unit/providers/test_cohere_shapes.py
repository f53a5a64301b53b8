"""Fields of Cohere's chat in shapes that they are not known for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cohere_events import close_block, close_call, end, event, events_of, open_call, start, text
from tests.helpers import codes, of_kind

from deltawire.events import TextDelta, ToolCallFinished
from deltawire.notes import NoteCode


@pytest.mark.parametrize("odd", [5, ["a"], True], ids=repr)
def test_content_of_another_shape_begins_a_text_with_a_note(odd: Any) -> None:
    events = events_of(start(), event("content-start", {"content": odd}, 0), text(0, "Hi"), close_block(0), end())
    assert codes(events) == [NoteCode.UNMAPPED_SHAPE]
    assert [delta.text for delta in of_kind(events, TextDelta)] == ["Hi"]


@pytest.mark.parametrize("plain", [None, "", {}], ids=repr)
def test_content_that_is_nothing_begins_one_without(plain: Any) -> None:
    events = events_of(start(), event("content-start", {"content": plain}, 0), text(0, "Hi"), close_block(0), end())
    assert codes(events) == []
    assert [delta.text for delta in of_kind(events, TextDelta)] == ["Hi"]


@pytest.mark.parametrize(("odd", "noted"), [("x", True), (5, True), ([1], True), (None, False)], ids=repr)
def test_usage_that_is_no_object_is_noted(odd: Any, noted: bool) -> None:
    last = end()
    last["delta"] = {**last["delta"], "usage": odd}
    assert (NoteCode.UNMAPPED_SHAPE in codes(events_of(start(), text(0, "Hi"), last))) is noted


@pytest.mark.parametrize(("odd", "noted"), [("x", True), ([5], True), (None, False)], ids=repr)
def test_a_piece_of_a_call_that_is_no_object_is_noted(odd: Any, noted: bool) -> None:
    piece = event("tool-call-delta", {"tool_calls": odd}, 0)
    events = events_of(start(), open_call(0, "a", "f", "{}"), piece, close_call(0), end("TOOL_CALL"))
    assert (NoteCode.UNMAPPED_SHAPE in codes(events)) is noted
    assert [call.arguments for call in of_kind(events, ToolCallFinished)] == ["{}"]
