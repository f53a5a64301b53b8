"""Runs cells of the fault matrix, many at a time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import TypeAlias

import attrs

from deltawire_transports.fault_wire import Act, Send, Wait
from deltawire_transports.faults import SAMPLES, FaultServer
from tests.faults.canary import key_for, watch
from tests.faults.cells import Cell
from tests.faults.shims import QUICK, play, target
from tests.faults.verdict import allowed_seconds, judge, outcome

__all__ = ["Report", "Result", "Via", "directly", "run_cell", "run_cells"]

_LEAVING_SECONDS = 1.0
# Violations that a machine without time to spare brings about by itself.
_OF_TIME = ("took ", "harmless, and yet", "the connection was not closed", "0 connections", "a stall was slept through")

Via: TypeAlias = Callable[[Cell, str], str]
"""The base URL to ask for a cell, in place of that of its server."""


def directly(_: Cell, base_url: str) -> str:
    """Nothing stands between client and server."""
    return base_url


@attrs.frozen
class Result:
    """How a cell ended."""

    cell: Cell
    outcome: str
    violations: list[str]
    seconds: float
    again: bool = False
    """True if it was too slow at first, beside others."""


@attrs.frozen
class Report:
    """How all of them did."""

    results: list[Result]
    strange: list[str]
    """What was logged, warned of or raised elsewhere and should not have been."""

    @property
    def violations(self) -> list[str]:
        """All of them, with the names of their cells."""
        return [f"{each.cell.name}: {wrong}" for each in self.results for wrong in each.violations] + self.strange


def run_cell(cell: Cell, via: Via = directly) -> Result:
    """One cell, with a server of its own."""
    sample = SAMPLES[cell.provider]
    with FaultServer(sample.body, cell.does, cell.position, framing=cell.framing) as server:
        asked = target(cell.provider, via(cell, server.base_url), key_for(cell.number))
        run = play(cell.shim, asked, errors=("raise", "events")[cell.number % 2], timeouts=QUICK)
        until = time.monotonic() + _LEAVING_SECONDS
        left = all(visit.finished.wait(max(0.0, until - time.monotonic())) for visit in server.record)
        violations = judge(cell, sample, run, wire_seconds(server))
        if not left:
            violations.append("the connection was not closed")
        if len(server.record) != 1:
            violations.append(f"{len(server.record)} connections")
    return Result(cell, outcome(run), violations, run.seconds)


def wire_seconds(server: FaultServer) -> float:
    """How long the server takes to send all that it sends; bytes of their own cost a little, too."""
    steps = list(takewhile(lambda step: step is not Act.IGNORE, server.steps()))
    waits = sum(step.seconds for step in steps if isinstance(step, Wait))
    return waits + 0.0001 * sum(isinstance(step, Send) for step in steps)


def run_cells(chosen: Sequence[Cell], threads: int = 16, via: Via = directly) -> Report:
    """All of these cells, so many at a time. A cell that hangs is a violation, and is left behind."""
    waiting: queue.SimpleQueue[Cell] = queue.SimpleQueue()
    done: queue.SimpleQueue[Result] = queue.SimpleQueue()
    for cell in chosen:
        waiting.put(cell)

    def work() -> None:
        while True:
            try:
                cell = waiting.get_nowait()
            except queue.Empty:
                return
            done.put(run_cell(cell, via))

    with watch() as watched:
        for number in range(min(threads, len(chosen))):
            threading.Thread(target=work, name=f"cells-{number}", daemon=True).start()
        results = [_alone(result, via) for result in _collected(done, len(chosen))]
    missing = {cell.number for cell in chosen} - {result.cell.number for result in results}
    hung = [f"{cell.name}: hangs" for cell in chosen if cell.number in missing]
    return Report(results, [*hung, *watched.keys, *watched.strange])


def _alone(result: Result, via: Via = directly, tries: int = 3) -> Result:
    """A cell that was too slow beside others, by itself: on a busy machine its short timeouts expire of themselves.

    Nothing else is given another chance: a key that showed once has shown.
    """
    while tries and result.violations and all(map(_is_of_time, result.violations)):
        tries -= 1
        result = attrs.evolve(run_cell(result.cell, via), again=True)
    return result


def _is_of_time(violation: str) -> bool:
    return violation.startswith(_OF_TIME)


def _collected(done: queue.SimpleQueue[Result], count: int) -> list[Result]:
    results: list[Result] = []
    while len(results) < count:
        try:
            results.append(done.get(timeout=10 + allowed_seconds(0)))
        except queue.Empty:
            break
    return results
