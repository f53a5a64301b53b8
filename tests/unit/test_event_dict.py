"""Events as plain dicts and back, also through JSON."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.event_samples import BARE_EVENTS, EVENTS
from tests.helpers import each_sample, feed
from tests.policy_samples import HOST_EVENTS, POLICY_EVENTS

from deltawire.event_dict import event_from_dict, event_to_dict
from deltawire.events import Event, Failed, Malformed, TextDelta, UsageUpdate
from deltawire.failures import Failure, FailureKind
from deltawire.policy.events import PolicyEvent
from deltawire.policy.host_events import HostEvent, TaskRuntimeSnapshot, TaskView
from deltawire.usage import Usage

TAGS = (
    "response_started text_delta reasoning_delta refusal_delta tool_call_started tool_call_delta tool_call_finished "
    "server_tool_used media_delta citation logprobs opaque_state part_finished usage_update metadata choice_finished "
    "heartbeat malformed note unknown raw finished failed"
)
POLICY_TAGS = (
    "attempt_started retry_attempt fallback_started status token_usage_update context_overflow cancelled paused"
)
HOST_TAGS = (
    "narration tool_call_result context_compacted config_request tool_confirmation_required tool_blocked "
    "memory_bank_saved agent_loop_iteration task_runtime_snapshot shell_output shell_lifecycle "
    "shell_session_lifecycle reflection_started reflection_complete"
)
ALL_EVENTS = (*EVENTS, *POLICY_EVENTS, *HOST_EVENTS)


@pytest.mark.parametrize(
    ("union", "events", "tags"),
    [(Event, EVENTS, TAGS), (PolicyEvent, POLICY_EVENTS, POLICY_TAGS), (HostEvent, HOST_EVENTS, HOST_TAGS)],
    ids=["parser", "session", "host"],
)
def test_the_tags_are_stable(union: Any, events: tuple[Any, ...], tags: str) -> None:
    assert [event_to_dict(event)["type"] for event in events] == tags.split()
    assert [type(event) for event in events] == list(get_args(union))


@pytest.mark.parametrize("event", ALL_EVENTS + BARE_EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_comes_back_equal(event: Any) -> None:
    values = event_to_dict(event)
    assert event_from_dict(values) == event
    text = json.dumps(values, allow_nan=False)
    again = event_from_dict(json.loads(text))
    assert again == event
    assert type(again) is type(event)
    assert json.dumps(event_to_dict(again)) == text


@each_sample
def test_events_of_streams_come_back_equal(provider: str, body: bytes) -> None:
    events = feed(provider, body, raw=True)
    assert [event_from_dict(json.loads(json.dumps(event_to_dict(event)))) for event in events] == events


@given(st.binary())
def test_bytes_come_back_equal(raw: bytes) -> None:
    event = Malformed(raw, "x")
    assert event_from_dict(json.loads(json.dumps(event_to_dict(event)))) == event


def test_values_are_plain() -> None:
    def leaves(value: Any) -> list[Any]:
        inner = value.values() if type(value) is dict else value if type(value) is list else None
        return [value] if inner is None else [leaf for item in inner for leaf in leaves(item)]

    kinds = {type(leaf) for event in ALL_EVENTS for leaf in leaves(event_to_dict(event))}
    assert kinds == {str, int, float, bool, type(None)}


def test_missing_fields_get_their_defaults_and_unknown_ones_are_left_out() -> None:
    assert event_from_dict({"type": "text_delta", "text": "a", "new": 1}) == TextDelta("a")
    usage = {"input_tokens": 1, "new": 1}
    assert event_from_dict({"type": "usage_update", "usage": usage}) == UsageUpdate(Usage(1))
    error = {"kind": "server", "message": "m", "new": 1}
    assert event_from_dict({"type": "failed", "error": error}) == Failed(Failure(FailureKind.SERVER, "m"))
    task = {"id": "t", "name": "n", "status": "open", "new": 1}
    snapshot = {"type": "task_runtime_snapshot", "root_task_id": "r", "current_task": task, "open_tasks": [task]}
    view = TaskView("t", "n", "open")
    assert event_from_dict(snapshot) == TaskRuntimeSnapshot("r", view, open_tasks=(view,))
    bare = TaskRuntimeSnapshot("r")
    assert event_from_dict(event_to_dict(bare)) == bare


@pytest.mark.parametrize("tag", ["text", "TextDelta", "", None, 5, ["text_delta"], {}])
def test_another_type_is_refused(tag: Any) -> None:
    with pytest.raises(ValueError, match="no event of type"):
        event_from_dict({"type": tag, "text": "a"})


def test_no_type_is_refused() -> None:
    with pytest.raises(ValueError, match="no event of type None"):
        event_from_dict({"text": "a"})


def test_a_missing_field_without_default_is_refused() -> None:
    with pytest.raises(TypeError):
        event_from_dict({"type": "text_delta"})


@pytest.mark.parametrize(
    "values",
    [
        {"type": "note", "code": "new_code"},
        {"type": "finished", "reason": "new_reason"},
        {"type": "failed", "error": {"kind": "new_kind", "message": ""}},
        {"type": "malformed", "raw": "a", "reason": ""},
    ],
)
def test_a_value_outside_of_a_closed_set_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"new_|base64"):
        event_from_dict(values)
