"""What a cell may end in, and what is a violation."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from deltawire import (
    Event,
    Failed,
    Finished,
    Malformed,
    Metadata,
    Note,
    StreamError,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    parse,
)
from deltawire_transports.faults import SAMPLES, Position, Sample
from tests.faults.canary import shown
from tests.faults.cells import CUTTING, HARMLESS, Cell
from tests.faults.shims import QUICK, Run

__all__ = ["allowed_seconds", "content_violations", "judge", "outcome"]

_MARGIN = 1.0


def outcome(run: Run) -> str:
    """The end of a stream in a word."""
    last = run.events[-1] if run.events else None
    if isinstance(last, Finished):
        return "finished, damaged" if last.damaged else "finished"
    if isinstance(last, Failed):
        return last.error.kind.value
    return f"no end: {last!r} {run.error!r}"


def allowed_seconds(wire_seconds: float) -> float:
    """How long a stream may take if its server needs so many seconds: its longest waits, and a second."""
    waits = (QUICK.local_first_byte or 0) + (QUICK.silence or 0)
    return wire_seconds + waits + _MARGIN


def judge(cell: Cell, sample: Sample, run: Run, wire_seconds: float) -> list[str]:
    """The violations of one cell."""
    wrong = [f"key in {place}" for place in shown(run)]
    wrong += run.strange
    if run.seconds > allowed_seconds(wire_seconds):
        wrong.append(f"took {run.seconds:.2f} s")
    terminals = [event for event in run.events if isinstance(event, Finished | Failed)]
    if len(terminals) != 1 or run.events[-1] is not terminals[0]:
        return [*wrong, f"ended in {terminals!r} {run.error!r}\n{run.traceback}"]
    (last,) = terminals
    if run.error is not None and not (isinstance(run.error, StreamError) and isinstance(last, Failed)):
        wrong.append(f"raised {run.error!r}\n{run.traceback}")
    return wrong + content_violations(cell, sample, run.events, last)


def content_violations(cell: Cell, sample: Sample, events: list[Any], last: Finished | Failed) -> list[str]:
    """The violations in what a stream delivered."""
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    calls = [event for event in events if isinstance(event, ToolCallFinished)]
    wrong = [f"a complete call that is not: {call!r}" for call in calls if call.complete and not _is_whole(call)]
    if sum(isinstance(event, ToolCallStarted) for event in events) != len(calls):
        wrong.append("a call was not closed")
    complete = [_arguments(call) for call in calls if call.complete]
    whole = text == sample.text and complete == [json.loads(sample.arguments)]
    if cell.fault in HARMLESS:
        if not isinstance(last, Finished) or not whole or last.damaged:
            wrong.append(f"harmless, and yet: {last!r} {text!r} {calls!r}")
    elif cell.fault in CUTTING:
        wrong += _cut(cell, sample, text, last, calls, whole=whole)
    elif isinstance(last, Finished) and not (
        whole or _told(sample, events, last) or _one_byte_off(sample, text, calls)
    ):
        wrong.append(f"damage that nobody tells of: {text!r} {calls!r}")
    return wrong


def _cut(
    cell: Cell, sample: Sample, text: str, last: Finished | Failed, calls: list[ToolCallFinished], *, whole: bool
) -> list[str]:
    behind_proof = cell.position is Position.AFTER_TERMINAL
    wrong: list[str] = []
    if isinstance(last, Finished) and not (behind_proof and whole):
        slept = whole and cell.fault == "stall"
        wrong.append(f"{'a stall was slept through' if slept else 'a cut stream is a success'}: {last!r}")
    if not sample.text.startswith(text):
        wrong.append(f"text that was never sent: {text!r}")
    if any(call.complete and _arguments(call) != json.loads(sample.arguments) for call in calls):
        wrong.append(f"arguments that were never sent: {calls!r}")
    stuck = cell.fault in ("black-hole", "stall") and not behind_proof
    if stuck and isinstance(last, Failed) and last.error.kind != "stalled":
        wrong.append(f"silence, and yet: {last.error!r}")
    return wrong


def _is_whole(call: ToolCallFinished) -> bool:
    return isinstance(_arguments(call), dict) and "\ufffd" not in call.arguments


def _arguments(call: ToolCallFinished) -> Any:
    """The arguments, none if they are blank; None if they are no JSON."""
    try:
        return json.loads(call.arguments) if call.arguments.strip() else {}
    except ValueError:
        return None


def _told(sample: Sample, events: list[Any], last: Finished) -> bool:
    """True if something shows that not all is as it was sent: a flag, a note, or the odd bytes themselves."""
    if last.damaged or any(isinstance(event, ToolCallFinished) and not event.complete for event in events):
        return True
    usual = _healthy(sample.provider)
    return any(isinstance(event, Malformed | Note | Unknown | Metadata) and event not in usual for event in events)


@cache
def _healthy(provider: str) -> list[Event]:
    return parse(provider, SAMPLES[provider].body.data)


def _one_byte_off(sample: Sample, text: str, calls: list[ToolCallFinished]) -> bool:
    """True if what came differs from what was sent by what one wrong byte can do inside a string."""
    arguments = json.dumps(json.loads(sample.arguments), ensure_ascii=False)
    came = [json.dumps(_arguments(call), ensure_ascii=False) for call in calls if call.complete]
    if len(came) != 1:
        return False
    return _distance(sample.text, text) + _distance(arguments, came[0]) <= 3


def _distance(sent: str, came: str) -> int:
    """The size of the middle that differs."""
    head = _common_length(sent, came)
    tail = _common_length(sent[head:][::-1], came[head:][::-1])
    return max(len(sent), len(came)) - head - tail


def _common_length(one: str, other: str) -> int:
    """How far two texts are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))
