"""Events as plain dicts, for JSON Lines, captures and queues between processes."""

from __future__ import annotations

import base64
import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeGuard, get_args

import attrs

from .events import Event, FinishReason
from .failures import Failure
from .notes import NoteCode
from .payload import is_finite, json_ready
from .policy.events import PolicyEvent
from .policy.host_events import HostEvent, TaskView
from .usage import Usage

__all__ = ["event_from_dict", "event_to_dict"]


def _tag(kind: type) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("_")


_KINDS = (*get_args(Event), *get_args(PolicyEvent), *get_args(HostEvent))
_TYPES: Mapping[str, type] = MappingProxyType({_tag(kind): kind for kind in _KINDS})
_TAGS: Mapping[type, str] = MappingProxyType({kind: tag for tag, kind in _TYPES.items()})


def event_to_dict(event: Event | PolicyEvent | HostEvent) -> dict[str, Any]:
    """The event as JSON-ready values: its `type`, a stable tag such as `text_delta`, and its fields.

    Takes what a parser, a session or a host emits.

    Bytes become base64 text, tuples lists, and a number beyond a double (`1e400`) the text `inf`, for which JSON has no
    word. The inverse is `event_from_dict`.
    """
    fields = {field.name: _plain(getattr(event, field.name)) for field in attrs.fields(type(event))}
    return {"type": _TAGS[type(event)], **fields}


def event_from_dict(values: Mapping[str, Any]) -> Event | PolicyEvent | HostEvent:
    """The event that `event_to_dict` made the values of. Missing fields get their defaults, unknown ones are left out.

    Raises ValueError for a type that is no event's, and TypeError for a missing field without a default.
    """
    tag = values.get("type")
    if not isinstance(tag, str) or tag not in _TYPES:
        raise ValueError(f"no event of type {tag!r}")
    kind = _TYPES[tag]
    fields = {name: _READERS.get((kind.__name__, name), _same)(value) for name, value in _known(kind, values).items()}
    event: Event | PolicyEvent | HostEvent = kind(**fields)
    return event


def _known(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: values[field.name] for field in attrs.fields(kind) if field.name in values}


def _is_tuple(value: Any) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if _is_tuple(value):
        return [_plain(item) for item in value]
    if isinstance(value, Usage | Failure | TaskView):
        return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    return value if is_finite(value) else json_ready(value)


def _same(value: Any) -> Any:
    return value


def _usage(value: Any) -> Usage | None:
    return None if value is None else Usage(**_known(Usage, value))


def _failure(value: Any) -> Failure:
    return Failure(**_known(Failure, value))


def _tasks(value: Any) -> list[TaskView]:
    return [TaskView(**_known(TaskView, task)) for task in value]


def _task(value: Any) -> TaskView | None:
    return None if value is None else TaskView(**_known(TaskView, value))


_READERS: Mapping[tuple[str, str], Any] = MappingProxyType(
    {
        ("Malformed", "raw"): base64.b64decode,
        ("Note", "code"): NoteCode,
        ("ChoiceFinished", "reason"): FinishReason,
        ("Finished", "reason"): FinishReason,
        ("Finished", "usage"): _usage,
        ("UsageUpdate", "usage"): _usage,
        ("Failed", "error"): _failure,
        ("RetryAttempt", "error"): _failure,
        ("RetryAttempt", "usage"): _usage,
        ("FallbackStarted", "error"): _failure,
        ("ContextOverflow", "error"): _failure,
        ("TaskRuntimeSnapshot", "current_task"): _task,
        ("TaskRuntimeSnapshot", "ready_tasks"): _tasks,
        ("TaskRuntimeSnapshot", "parallel_ready_tasks"): _tasks,
        ("TaskRuntimeSnapshot", "blocked_tasks"): _tasks,
        ("TaskRuntimeSnapshot", "open_tasks"): _tasks,
        ("TaskRuntimeSnapshot", "completed_tasks"): _tasks,
    }
)
