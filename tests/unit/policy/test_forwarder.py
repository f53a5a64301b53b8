"""Delivery of events to a consumer that may have no room."""

from __future__ import annotations

from typing import Any, get_args

import attrs
import pytest

from deltawire.events import Event, Heartbeat, ResponseStarted, TextDelta, ToolCallStarted
from deltawire.policy import Delivery, Forwarder, Forwarding, PolicyEvent, host_events
from deltawire.policy.content import CONTENT_EVENTS, TERMINAL_EVENTS, is_output
from deltawire.policy.events import Cancelled, Status, TokenUsageUpdate
from deltawire.policy.host_events import HostEvent, Narration, TaskRuntimeSnapshot, ToolCallResult

BEST_EFFORT = {Status, TokenUsageUpdate}
IF_ROOM = {Narration, TaskRuntimeSnapshot}
EVERY = [*get_args(Event), *get_args(PolicyEvent), *get_args(HostEvent)]


def blank(kind: type) -> Any:
    """An event of that class, whatever is in it."""
    return object.__new__(kind)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_each_class_has_its_delivery(kind: type) -> None:
    expected = (
        Forwarding.WAIT_BRIEFLY if kind in BEST_EFFORT else Forwarding.DROP if kind in IF_ROOM else Forwarding.WAIT
    )
    forwarder = Forwarder()
    assert forwarder.decide(blank(kind), room=False) is expected
    assert forwarder.decide(blank(kind), room=True) is Forwarding.PUT


@pytest.mark.parametrize("kind", [*get_args(PolicyEvent), *get_args(HostEvent)], ids=lambda kind: kind.__name__)
def test_events_of_policy_and_host_say_their_delivery(kind: type) -> None:
    assert isinstance(kind.delivery, Delivery)


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_output_is_content_or_a_tool_result(kind: type) -> None:
    forwarder = Forwarder()
    forwarder.put(blank(kind))
    assert forwarder.output_forwarded is (kind in CONTENT_EVENTS or kind is ToolCallResult)


def test_output_stays_forwarded() -> None:
    forwarder = Forwarder()
    for event, expected in [(Heartbeat("ping"), False), (TextDelta("a"), True), (Cancelled(), True)]:
        forwarder.put(event)
        assert forwarder.output_forwarded is expected


def test_dropped_events_are_counted_by_class() -> None:
    forwarder = Forwarder()
    for event in (Status("a"), Status("b"), TextDelta("c")):
        forwarder.dropped(event)
    assert forwarder.dropped_by_type == {"Status": 2, "TextDelta": 1}
    forwarder.dropped_by_type.clear()
    assert forwarder.dropped_by_type
    assert not forwarder.output_forwarded


def test_any_object_with_a_delivery_is_taken() -> None:
    class Own:
        delivery = "if_room"
        commits = True

    class Odd:
        delivery = "by pigeon"

    assert Forwarder().decide(Own(), room=False) is Forwarding.DROP
    assert Forwarder().decide(Odd(), room=False) is Forwarding.WAIT
    assert Forwarder().decide(object(), room=False) is Forwarding.WAIT
    assert is_output(Own())


def test_a_closed_queue_cancels() -> None:
    forwarder = Forwarder()
    forwarder.closed()
    for room in (False, True):
        assert forwarder.decide(TextDelta("a"), room=room) is Forwarding.CANCEL


def test_content_and_terminals_are_apart() -> None:
    assert not CONTENT_EVENTS & TERMINAL_EVENTS
    assert ToolCallStarted in CONTENT_EVENTS
    assert ResponseStarted not in CONTENT_EVENTS


@pytest.mark.parametrize(
    "kind",
    [kind for name in host_events.__all__ if attrs.has(kind := getattr(host_events, name))],
    ids=lambda kind: kind.__name__,
)
def test_host_events_are_frozen_records(kind: type) -> None:
    fields = attrs.fields(kind)
    record = kind(**{field.name: "x" for field in fields if field.default is attrs.NOTHING})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(record, fields[0].name, "y")
    assert not hasattr(record, "__dict__")


def test_lists_in_host_events_become_tuples() -> None:
    view = host_events.TaskView("1", "read", "ready")
    snapshot = TaskRuntimeSnapshot("0", ready_tasks=[view], missing_requirements=["key"])
    assert snapshot.ready_tasks == (view,)
    assert snapshot.missing_requirements == ("key",)
    assert hash(snapshot)
    assert Narration("a", "b", "planning", evidence=["c"]).evidence == ("c",)
