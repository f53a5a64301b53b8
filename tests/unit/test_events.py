"""Events are records: equal by value, hashable where their fields are, immutable, picklable."""

from __future__ import annotations

import copy
import pickle
from typing import Any, get_args

import attrs
import pytest
from tests.event_samples import BARE_EVENTS, EVENTS

from deltawire import events
from deltawire.events import (
    Event,
    FinishReason,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    _ReasoningDelta,
    _TextDelta,
    _ToolCallDelta,
)

each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)


def swapped(base: type, frozen: type, *fields: Any) -> Any:
    """Built as the quick ways do: mutable, then frozen by its class."""
    event: Any = base(*fields)
    event.__class__ = frozen
    return event


HOT = [
    pytest.param(swapped(_TextDelta, TextDelta, "a", 1, 2), TextDelta("a", 1, 2), id="text"),
    pytest.param(swapped(_ReasoningDelta, ReasoningDelta, "a", 1, 2), ReasoningDelta("a", 1, 2), id="reasoning"),
    pytest.param(swapped(_ToolCallDelta, ToolCallDelta, 3, "a", 1, 2), ToolCallDelta(3, "a", 1, 2), id="arguments"),
]


def test_the_union_is_every_event_of_the_module() -> None:
    classes = {getattr(events, name) for name in events.__all__} - {FinishReason, Event}
    assert set(get_args(Event)) == classes == {type(event) for event in EVENTS}


@each_event
def test_is_frozen_and_slotted(event: Any) -> None:
    name = attrs.fields(type(event))[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(event, name, None)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(event, name)
    with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
        event.other = 1
    assert not hasattr(event, "__dict__")


@each_event
def test_is_equal_by_value_and_unequal_in_any_field(event: Any) -> None:
    assert copy.deepcopy(event) == event
    assert event != object()
    for field in attrs.fields(type(event)):
        assert attrs.evolve(event, **{field.name: object()} if field.name != "error" else {"error": None}) != event


@pytest.mark.parametrize("event", EVENTS + BARE_EVENTS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(event: Any, protocol: int) -> None:
    assert pickle.loads(pickle.dumps(event, protocol)) == event


@pytest.mark.parametrize("event", BARE_EVENTS, ids=lambda event: type(event).__name__)
def test_equal_events_hash_equally(event: Any) -> None:
    assert len({event, copy.copy(event), pickle.loads(pickle.dumps(event))}) == 1


@pytest.mark.parametrize(("hot", "plain"), HOT)
class TestDeltasOfTheQuickWays:
    def test_are_what_plain_ones_are(self, hot: Any, plain: Any) -> None:
        assert type(hot) is type(plain)
        assert hot == plain
        assert hash(hot) == hash(plain)
        assert repr(hot) == repr(plain)
        assert attrs.asdict(hot) == attrs.asdict(plain)
        assert pickle.dumps(hot) == pickle.dumps(plain)
        assert {hot: 1}[plain] == 1
        assert attrs.evolve(hot, part=9) == attrs.evolve(plain, part=9) != hot

    def test_cannot_be_changed(self, hot: Any, plain: Any) -> None:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            hot.part = 7
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            del hot.part

    def test_survive_copies(self, hot: Any, plain: Any) -> None:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(hot, protocol)) == plain
        assert copy.deepcopy(hot) == copy.copy(hot) == plain

    def test_match_by_class_and_position(self, hot: Any, plain: Any) -> None:
        assert type(hot).__match_args__ == tuple(field.name for field in attrs.fields(type(plain)))


class TestArgumentsObject:
    def test_is_the_parsed_object(self) -> None:
        assert ToolCallFinished(0, "c", "f", '{"a": [1]}', True).arguments_object() == {"a": [1]}

    @pytest.mark.parametrize("arguments", ["", " \n", "null"])
    def test_is_empty_for_no_arguments(self, arguments: str) -> None:
        assert ToolCallFinished(0, "c", "f", arguments, True).arguments_object() == {}

    @pytest.mark.parametrize(
        "call",
        [
            ToolCallFinished(0, "c", "f", "{}", False),
            ToolCallFinished(0, "c", "f", "{}", True, "custom"),
            ToolCallFinished(0, "c", "f", "{}", True, "other"),
        ],
    )
    def test_is_refused_for_other_calls(self, call: ToolCallFinished) -> None:
        with pytest.raises(ValueError, match="the "):
            call.arguments_object()


def test_finish_reasons_are_their_words() -> None:
    words = ["stop", "length", "tool_calls", "content_filter", "refusal", "paused", "other", "unknown"]
    assert [str(reason) for reason in FinishReason] == words
    assert FinishReason("stop") == "stop"
