"""Fields of the Interactions API in shapes that they are not known for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.helpers import of_kind
from tests.interactions_events import delta, events_of, interaction, start, status, stop, text

from deltawire.events import Citation, Note, TextDelta
from deltawire.notes import NoteCode

BEGUN = [interaction("created"), status("in_progress"), start(0, "model_output"), text(0, "a")]


def details(*payloads: dict[str, Any]) -> list[str]:
    notes = of_kind(events_of(*payloads), Note)
    return [note.detail for note in notes if note.code is NoteCode.UNMAPPED_SHAPE]


@pytest.mark.parametrize("odd", ["x", 5, {"a": 1}], ids=repr)
def test_steps_of_the_end_that_are_no_list(odd: Any) -> None:
    end = interaction("completed", "completed", steps=odd)
    assert [detail.partition(":")[0] for detail in details(*BEGUN, stop(0), end)] == ["steps"]


@pytest.mark.parametrize("odd", ["x", 5, [1]], ids=repr)
def test_usage_that_is_no_object(odd: Any) -> None:
    end = interaction("completed", "completed", usage=odd)
    assert [detail.partition(":")[0] for detail in details(*BEGUN, stop(0), end)] == ["usage"]


@pytest.mark.parametrize("odd", ["x", 5, {"a": 1}], ids=repr)
def test_annotations_that_are_no_list(odd: Any) -> None:
    cited = delta(0, "text_annotation", annotations=odd)
    payloads = [*BEGUN, cited, stop(0), interaction("completed", "completed")]
    assert [detail.partition(":")[0] for detail in details(*payloads)] == ["annotations"]
    assert of_kind(events_of(*payloads), Citation) == []


@pytest.mark.parametrize(("odd", "noted"), [("", False), (None, False), (5, True), (["a"], True)], ids=repr)
def test_text_that_says_nothing_adds_nothing(odd: Any, noted: bool) -> None:
    payloads = [*BEGUN, text(0, "b"), text(0, odd), text(0, "c"), stop(0), interaction("completed", "completed")]
    assert [delta.text for delta in of_kind(events_of(*payloads), TextDelta)] == ["a", "b", "c"]
    assert bool(details(*payloads)) is noted
