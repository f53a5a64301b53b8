"""The verdict on a cell finds every violation that the matrix is there for."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

import deltawire
from deltawire import Failed, Failure, Finished, StreamError, TextDelta, ToolCallFinished
from deltawire_transports.faults import SAMPLES, Position
from tests.faults import matrix
from tests.faults.canary import holds_key, key_for
from tests.faults.cells import Cell, cells
from tests.faults.shims import Run
from tests.faults.verdict import judge, outcome

SAMPLE = SAMPLES["openai-chat"]
WHOLE = deltawire.parse("openai-chat", SAMPLE.body.data)
TRUNCATED = Failed(Failure("truncated", "cut"))
STALLED = Failed(Failure("stalled", "silence"))


def cell(fault: str, position: Position = Position.MID_EVENT) -> Cell:
    return Cell(0, fault, position, "openai-chat", "blocking")


def judged(fault: str, events: list[Any], error: BaseException | None = None, **fields: Any) -> list[str]:
    position = fields.pop("position", Position.MID_EVENT)
    run = Run(events, error, "".join(map(str, [error] if error else [])), fields.pop("seconds", 0.1), **fields)
    return judge(cell(fault, position), SAMPLE, run, 0.0)


def changed(events: list[Any], kind: type, **fields: Any) -> list[Any]:
    return [attrs.evolve(event, **fields) if isinstance(event, kind) else event for event in events]


def without_text(events: list[Any]) -> list[Any]:
    return [event for event in events if not isinstance(event, TextDelta)]


CALL_CUT = changed(WHOLE[:-1], ToolCallFinished, complete=False)
DAMAGED = attrs.evolve(WHOLE[-1], damaged=True)


@pytest.mark.parametrize(
    ("fault", "events", "fields"),
    [
        ("delay", WHOLE, {}),
        ("reset", [*CALL_CUT, TRUNCATED], {}),
        ("reset", [*CALL_CUT, TRUNCATED], {"error": StreamError(TRUNCATED.error)}),
        ("reset", WHOLE, {"position": Position.AFTER_TERMINAL}),
        ("stall", [*CALL_CUT, STALLED], {}),
        ("black-hole", [TRUNCATED], {"position": Position.AFTER_TERMINAL}),
        ("corrupt", WHOLE, {}),
        ("corrupt", [*without_text(WHOLE[:-1]), DAMAGED], {}),
        ("duplicate", [TRUNCATED], {}),
        ("corrupt", changed(WHOLE, ToolCallFinished, arguments=SAMPLE.arguments.replace("東", "西")), {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_be(fault: str, events: list[Any], fields: dict[str, Any]) -> None:
    assert judged(fault, events, **fields) == []


@pytest.mark.parametrize(
    ("fault", "events", "fields", "said"),
    [
        ("delay", [*CALL_CUT, TRUNCATED], {}, "harmless"),
        ("delay", without_text(WHOLE), {}, "harmless"),
        ("reset", WHOLE, {}, "a cut stream is a success"),
        ("stall", WHOLE, {}, "slept through"),
        ("stall", without_text(WHOLE), {}, "a cut stream is a success"),
        ("close", [*without_text(WHOLE)], {"position": Position.AFTER_TERMINAL}, "a cut stream is a success"),
        ("close", [TextDelta("else"), TRUNCATED], {}, "never sent"),
        ("black-hole", [TRUNCATED], {}, "silence, and yet"),
        ("corrupt", without_text(WHOLE), {}, "nobody tells"),
        ("corrupt", changed(WHOLE, ToolCallFinished, arguments='{"city":"\ufffd"}'), {}, "complete call that is not"),
        ("corrupt", changed(WHOLE, ToolCallFinished, arguments='{"city":'), {}, "complete call that is not"),
        ("corrupt", changed(WHOLE, ToolCallFinished, arguments='{"unit":"celsius"}'), {}, "nobody tells"),
        ("reset", [*WHOLE[:-3], TRUNCATED][:-1], {}, "ended in"),
        ("reset", [TRUNCATED, TRUNCATED], {}, "ended in"),
        ("reset", [TRUNCATED, TextDelta("late")], {}, "ended in"),
        ("reset", [TRUNCATED], {"error": ConnectionResetError()}, "raised"),
        ("reset", [], {"error": RuntimeError()}, "ended in"),
        ("delay", WHOLE, {"error": StreamError(TRUNCATED.error)}, "raised"),
        ("reset", [TRUNCATED], {"seconds": 3.0}, "took"),
        ("reset", [TRUNCATED], {"strange": ["a task was left"]}, "a task was left"),
        ("reset", [Failed(Failure("read", f"Bearer {key_for(7)}"))], {}, "key in event 0"),
        ("reset", [TRUNCATED], {"error": StreamError(Failure("read", key_for(7)))}, "key in error"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_not_be(fault: str, events: list[Any], fields: dict[str, Any], said: str) -> None:
    assert any(said in wrong for wrong in judged(fault, events, **fields))


def test_a_call_that_stays_open_is_found() -> None:
    events = [event for event in WHOLE if not isinstance(event, ToolCallFinished)]
    assert "a call was not closed" in judged("reset", [*events[:-1], TRUNCATED])


def test_the_key_is_found_in_every_disguise() -> None:
    key = key_for(12)
    assert holds_key(f"Bearer {key}")
    assert holds_key("?key=sk-canary%2F4711%2B00012")
    assert holds_key(json.dumps({"key": key}))
    assert not holds_key("sk-canary")


@pytest.mark.parametrize(
    ("events", "word"),
    [
        ([WHOLE[-1]], "finished"),
        ([attrs.evolve(WHOLE[-1], damaged=True)], "finished, damaged"),
        ([STALLED], "stalled"),
        ([], "no end: None None"),
    ],
)
def test_an_outcome_in_a_word(events: list[Any], word: str) -> None:
    assert isinstance(WHOLE[-1], Finished)
    assert outcome(Run(events)) == word


def test_the_matrix_has_1200_cells_and_no_two_are_the_same() -> None:
    assert len({attrs.evolve(cell, number=0) for cell in cells()}) == 1200


@pytest.mark.parametrize(
    ("violations", "runs"),
    [
        ([], 0),
        (["took 3.00 s"], 1),
        (["harmless, and yet: Failed()", "took 3.00 s"], 1),
        (["key in event 0"], 0),
        (["took 3.00 s", "key in error"], 0),
        (["a cut stream is a success: Finished()"], 0),
    ],
)
def test_only_what_was_too_slow_is_run_again(violations: list[str], runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Cell] = []

    def run_cell(again: Cell, via: matrix.Via) -> matrix.Result:
        asked.append(again)
        return matrix.Result(again, "finished", [], 0.1)

    monkeypatch.setattr(matrix, "run_cell", run_cell)
    result = matrix._alone(matrix.Result(cell("delay"), "stalled", violations, 0.1))
    assert len(asked) == runs
    assert result.again == bool(runs)
    assert result.violations == ([] if runs else violations)
