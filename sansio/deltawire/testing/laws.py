"""The laws that the events of every response keep, as one check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from ..event_dict import event_to_dict
from ..events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Malformed,
    MediaDelta,
    Note,
    Raw,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from ..surrogates import holds_surrogate

__all__ = ["laws_of_order"]

_TERMINAL = (Finished, Failed)
_BEFORE_THE_START = (Heartbeat, Note, Malformed, Unknown, Raw, Failed)
_CONTENT = (
    TextDelta,
    ReasoningDelta,
    RefusalDelta,
    ToolCallStarted,
    ToolCallDelta,
    ToolCallFinished,
    ServerToolUsed,
    MediaDelta,
    Citation,
)


def laws_of_order(events: Iterable[Event], *, resumed: bool = False) -> None:
    """Raises AssertionError, with the law and the event, if the events of one whole response break a law of order.

    `events` are all events of one parser, from the first to the terminal one. `resumed` says that the parser went on
    with a stream that had broken off (`ResponseParser.resume_from`): what was told before it broke counts, too. The
    laws:

    - exactly one terminal event, and it is the last;
    - `ResponseStarted` at most once, and before everything but heartbeats, notes and a failure;
    - deltas are never empty;
    - a call is started before its deltas and finished once, under the same id, name and part; its deltas joined are
      its arguments; a complete call has a name; indexes and ids are never used twice;
    - when a choice finishes, its calls have; it finishes once, with the provider's word, and with `tool_calls` exactly
      if one of its calls is complete where the word alone would be `stop`;
    - `Finished` carries the last usage and the reason of the lowest choice, and says so if a frame was malformed;
      `Failed` says whether content came before;
    - all text can be encoded as UTF-8.
    """
    said = list(events)
    end = _one_terminal(said)
    _one_start(said)
    _calls_in_order(said)
    if not resumed:
        _reasons_match_calls(said)
    _end_matches(end, said, resumed=resumed)
    _encodable(said)


def _require(holds: object, law: str, event: Any) -> None:
    # Raised by hand: `python -O` strips assert statements, and checks that never fail are worse than none.
    if not holds:
        raise AssertionError(f"{law}: {event!r}")


def _one_terminal(events: Sequence[Event]) -> Finished | Failed:
    terminals = [event for event in events if isinstance(event, _TERMINAL)]
    _require(terminals, "a response ends with a terminal event", events[-1:])
    _require(len(terminals) == 1, "a response has one terminal event", terminals)
    _require(events[-1] is terminals[0], "nothing follows the terminal event", events[-1])
    return terminals[0]


def _one_start(events: Sequence[Event]) -> None:
    started = [event for event in events if isinstance(event, ResponseStarted)]
    _require(len(started) <= 1, "a response starts once", started)
    first = next((event for event in events if not isinstance(event, _BEFORE_THE_START)), None)
    _require(first is None or isinstance(first, ResponseStarted), "a response starts before it says anything", first)


@attrs.define
class _OpenCall:
    start: ToolCallStarted
    pieces: list[str]


def _calls_in_order(events: Sequence[Event]) -> None:
    open_calls: dict[tuple[int, int], _OpenCall] = {}
    begun: set[tuple[int, int]] = set()
    identifiers: set[str] = set()
    finished: set[int] = set()
    for event in events:
        if isinstance(event, TextDelta | ReasoningDelta | RefusalDelta):
            _require(event.text, "a delta is never empty", event)
        elif isinstance(event, ToolCallStarted):
            _require((event.choice, event.index) not in begun, "an index is used once", event)
            _require(event.id, "a call has an id", event)
            _require(event.id not in identifiers, "an id is used once", event)
            begun.add((event.choice, event.index))
            identifiers.add(event.id)
            open_calls[event.choice, event.index] = _OpenCall(event, [])
        elif isinstance(event, ToolCallDelta):
            call = open_calls.get((event.choice, event.index))
            _require(event.arguments, "a delta is never empty", event)
            if call is None:
                raise AssertionError(f"a call is open when its arguments come: {event!r}")
            call.pieces.append(event.arguments)
        elif isinstance(event, ToolCallFinished):
            _call_finishes(open_calls.pop((event.choice, event.index), None), event)
        elif isinstance(event, ChoiceFinished):
            _require(event.choice not in finished, "a choice finishes once", event)
            _require(event.raw_reason, "a choice finishes with the provider's word", event)
            _require(
                event.choice not in {choice for choice, _ in open_calls}, "calls finish before their choice", event
            )
            finished.add(event.choice)
    _require(not open_calls, "every call finishes", open_calls)


def _call_finishes(call: _OpenCall | None, event: ToolCallFinished) -> None:
    if call is None:
        raise AssertionError(f"a call that finishes is open: {event!r}")
    start = call.start
    same = (event.id, event.name, event.part, event.kind) == (start.id, start.name, start.part, start.kind)
    _require(same, f"a call finishes as it started ({start!r})", event)
    _require(event.arguments == "".join(call.pieces), "the deltas of a call are its arguments", event)
    _require(event.name or not event.complete, "a complete call has a name", event)


def _reasons_match_calls(events: Sequence[Event]) -> None:
    complete = {event.choice for event in events if isinstance(event, ToolCallFinished) and event.complete}
    for event in events:
        if isinstance(event, ChoiceFinished):
            has_call = event.choice in complete
            _require(
                event.reason is not FinishReason.TOOL_CALLS or has_call, "`tool_calls` needs a complete call", event
            )
            _require(event.reason is not FinishReason.STOP or not has_call, "a complete call is no mere `stop`", event)


def _end_matches(end: Finished | Failed, events: Sequence[Event], *, resumed: bool) -> None:
    if isinstance(end, Failed):
        content = any(isinstance(event, _CONTENT) for event in events)
        _require(end.error.after_content == content or resumed, "a failure says whether content came before", end)
        return
    usages = [event.usage for event in events if isinstance(event, UsageUpdate)]
    _require(end.usage == (usages[-1] if usages else None), "the end carries the last usage", end)
    damaged = any(isinstance(event, Malformed) for event in events)
    _require(end.damaged or not damaged, "a response with a malformed frame is damaged", end)
    finished = [event for event in events if isinstance(event, ChoiceFinished)]
    if finished and end.reason is not FinishReason.UNKNOWN:
        first = min(finished, key=_choice)
        same = (end.reason, end.raw_reason) == (first.reason, first.raw_reason)
        _require(same, f"the end has the reason of the lowest choice ({first!r})", end)


def _choice(event: ChoiceFinished) -> int:
    return event.choice


def _encodable(events: Sequence[Event]) -> None:
    for event in events:
        # A half escapes in repr, and so does what only looks like one: the quick look lets most events pass.
        if "\\ud" in repr(event):
            _require(not holds_surrogate(event_to_dict(event)), "text can be encoded as UTF-8", event)
