"""Fields of Responses in shapes that they are not known for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import codes
from tests.responses_wire import completed, events_of, text_delta

from deltawire.events import Finished
from deltawire.notes import NoteCode


@pytest.mark.parametrize(("output", "noted"), [("x", True), (5, True), ({"a": 1}, True), (None, False), ([], False)])
def test_output_of_the_end_that_is_no_list_is_noted(output: Any, noted: bool) -> None:
    end = completed()
    end["response"] = {**end["response"], "output": output}
    events = events_of(text_delta("Hi"), end)
    assert (NoteCode.UNMAPPED_SHAPE in codes(events)) is noted
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize(("usage", "noted"), [("x", True), ([5], True), (None, False)], ids=repr)
def test_usage_that_is_no_object_is_noted(usage: Any, noted: bool) -> None:
    events = events_of(text_delta("Hi"), completed(usage=usage))
    assert (NoteCode.UNMAPPED_SHAPE in codes(events)) is noted
    assert isinstance(events[-1], Finished)
    assert events[-1].usage is None
