"""Fields of Cohere's chat in shapes that they are not known for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cohere_events import close_block, end, event, events_of, notes_of, of_type, start, text

from deltawire.events import TextDelta
from deltawire.notes import NoteCode


@pytest.mark.parametrize("odd", [5, ["a"], True], ids=repr)
def test_content_of_another_shape_begins_a_text_with_a_note(odd: Any) -> None:
    events = events_of(start(), event("content-start", {"content": odd}, 0), text(0, "Hi"), close_block(0), end())
    assert notes_of(events) == [NoteCode.UNMAPPED_SHAPE]
    assert [delta.text for delta in of_type(events, TextDelta)] == ["Hi"]


@pytest.mark.parametrize("plain", [None, "", {}], ids=repr)
def test_content_that_is_nothing_begins_one_without(plain: Any) -> None:
    events = events_of(start(), event("content-start", {"content": plain}, 0), text(0, "Hi"), close_block(0), end())
    assert notes_of(events) == []
    assert [delta.text for delta in of_type(events, TextDelta)] == ["Hi"]
