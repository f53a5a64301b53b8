"""Known fields that hold something else, and fields that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from deltawire.events import Event, Metadata, Note, ResponseStarted
from deltawire.notes import NoteCode
from deltawire.providers.base import Provider, ProviderOptions
from deltawire.usage import Usage


class Plain(Provider):
    """Maps nothing."""

    proof = "nothing"
    can_finish = False


class Counting(Plain):
    """Counts tokens in."""

    def usage_of(self, raw: dict[str, Any]) -> Usage:
        return Usage(raw["input_tokens"], raw=raw)


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


def test_an_id_or_model_that_is_no_text_is_told_at_the_beginning_only() -> None:
    plain, events = Plain(ProviderOptions("plain")), list[Event]()
    plain.start(5, "m", events)
    plain.start(6, ["n"], events)
    assert events == [ResponseStarted("", "m", "plain"), Metadata({"id": 5})]


def test_an_odd_count_is_noted_once_and_the_last_good_one_stays() -> None:
    plain, events = Counting(ProviderOptions("plain")), list[Event]()
    plain.begin(events)
    for said in ({"input_tokens": 3}, {"input_tokens": "x"}, {"input_tokens": "x"}, {"input_tokens": [7]}):
        plain.count(said, events)
    notes = [event.detail for event in events if isinstance(event, Note)]
    assert notes == ['{"input_tokens":"x"}', '{"input_tokens":[7]}']
    assert plain.usage is not None
    assert plain.usage.input_tokens == 3
