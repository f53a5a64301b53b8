"""Known fields that hold something else, and fields that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire.events import Event, Metadata, Note
from deltawire.notes import NoteCode
from deltawire.providers.base import Provider, ProviderOptions


class Plain(Provider):
    """Maps nothing."""

    proof = "nothing"
    can_finish = False


@pytest.fixture
def provider() -> Provider:
    plain = Plain(ProviderOptions("plain"))
    plain.begin([])
    return plain


@pytest.mark.parametrize(("value", "text"), [("hi", "hi"), ("", ""), (None, ""), (5, ""), (["a"], ""), (False, "")])
def test_a_text_of_another_shape_is_noted_and_none(provider: Provider, value: Any, text: str) -> None:
    events: list[Event] = []
    assert provider.text("word", value, events) == text
    said = [] if value is None or isinstance(value, str) else [NoteCode.UNMAPPED_SHAPE]
    assert [event.code for event in events if isinstance(event, Note)] == said
    assert all(event.detail.startswith("word: ") for event in events if isinstance(event, Note))


@pytest.mark.parametrize("value", [{"a": 1}, {}, None, 5, "x", []], ids=repr)
def test_an_object_of_another_shape_is_noted_and_empty(provider: Provider, value: Any) -> None:
    events: list[Event] = []
    assert provider.fields("part", {"part": value}, events) == (value if isinstance(value, dict) else {})
    noted = value is not None and not isinstance(value, dict)
    assert [type(event) for event in events] == ([Note] if noted else [])


def test_what_a_field_holds_is_shown_up_to_a_length(provider: Provider) -> None:
    events: list[Event] = []
    provider.unmapped("part", ["x" * 5_000], events)
    (note,) = events
    assert isinstance(note, Note)
    assert note.detail.startswith('part: ["xxx')
    assert len(note.detail) < 2_000


@pytest.mark.parametrize(
    ("name", "told"),
    [("", {"choice": 2, "new": 1}), ("logs", {"choice": 2, "logs": {"new": 1}})],
    ids=["beside", "under a name"],
)
def test_fields_that_nobody_knows_are_metadata(provider: Provider, name: str, told: dict[str, Any]) -> None:
    events: list[Event] = []
    for _ in range(2):
        provider.describe_rest({"known": 5, "new": 1}, frozenset({"known"}), events, ("choice", 2), name)
    provider.describe_rest({"known": 6}, frozenset({"known"}), events, ("choice", 2), name)
    assert events == [Metadata(told)]
