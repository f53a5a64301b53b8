"""Both shims, on every event loop, make the same of everything that can happen to a stream."""

from __future__ import annotations

import time
from importlib.util import find_spec
from itertools import groupby
from typing import Any

import anyio
import attrs
import pytest
from tests.unit.transports.scenarios import KEY, SCENARIOS, Played, Scenario, consumer_leaves, token_of

from deltawire_transports import aio, blocking
from deltawire_transports.replay import ReplayServer

LIMIT = 5.0
LOOPS = ["asyncio", "trio"] if find_spec("trio") else ["asyncio"]


def played(stream: Any, events: list[Any], server: ReplayServer) -> Played:
    return Played(
        events,
        stream.message(),
        stream.status,
        sorted(stream.headers),
        stream.attempts,
        stream.outcome,
        len(server.record),
    )


def by_blocking(scenario: Scenario, server: ReplayServer) -> Played:
    events: list[Any] = []
    with blocking.open_stream(scenario.plan(server), "hi", **token_of(scenario.session())) as stream:
        for event in stream:
            events.append(event)
            consumer_leaves(scenario, stream, event, server)
    return played(stream, events, server)


async def by_aio(scenario: Scenario, server: ReplayServer) -> Played:
    events: list[Any] = []
    async with aio.open_stream(scenario.plan(server), "hi", **token_of(scenario.session())) as stream:
        async for event in stream:
            events.append(event)
            consumer_leaves(scenario, stream, event, server)
    return played(stream, events, server)


def evened(result: Played) -> Played:
    """The result with one event in place of several equal ones, and without the texts that they add up to."""
    return attrs.evolve(result, events=[event for event, _ in groupby(result.events)], message=None)


def play(scenario: Scenario, shim: str) -> Played:
    """Runs the scenario, and holds it to what holds for every shim."""
    with ReplayServer(scenario.replies) as server:
        begun = time.monotonic()
        if shim == "blocking":
            result = by_blocking(scenario, server)
        else:
            result = anyio.run(by_aio, scenario, server, backend=shim)
        assert time.monotonic() - begun < LIMIT
        if scenario.sees_close:
            assert server.record[-1].client_closed.wait(5), "the server still holds the connection"
    last = result.events[-1]
    assert type(last).__name__ == scenario.end
    if scenario.kind is not None:
        assert last.error.kind.value == scenario.kind
    assert KEY not in repr(result)
    return evened(result) if scenario.uneven else result


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_both_shims_give_the_same(scenario: Scenario) -> None:
    expected = play(scenario, "blocking")
    for loop in LOOPS:
        assert play(scenario, loop) == expected, loop


def test_trio_is_among_the_loops() -> None:
    pytest.importorskip("trio", reason="trio is not installed: the scenarios ran on asyncio alone")
    assert LOOPS == ["asyncio", "trio"]


def test_the_table_has_every_outcome() -> None:
    assert {scenario.end for scenario in SCENARIOS} == {"Finished", "Failed", "ContextOverflow", "Cancelled", "Paused"}
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS) >= 40
