"""Streams of the asynchronous shim that are left at any moment, in every way: nothing of them stays behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpcore

from deltawire.policy import RetryPolicy, Timeouts
from deltawire_transports.aio import Stream, open_stream
from deltawire_transports.faults import SAMPLES, FaultServer, OpenSocket
from tests.faults.canary import key_for
from tests.faults.leaving import SLOTS, Chance, Left
from tests.faults.peer import peer
from tests.faults.shims import target
from tests.faults.system import Leaks

__all__ = ["leave_aio"]

WAYS = ("cancel", "pause", "token", "break", "never begun", "cancel the task", "timeout")
HARD_WAYS = ("aclose elsewhere",)
_HELD: dict[str, Any] = {
    "timeouts": Timeouts(connect=2.0, local_first_byte=2.0),
    "policy": RetryPolicy.never(),
    "errors": "events",
}


def leave_aio(count: int, seed: int, *, hard: bool = False, tasks: int = 40) -> Left:
    """So many streams, from several tasks of one loop.

    If it is to be hard, half of them share a pool of ten connections, and some are closed by another task.
    """
    left = Left()
    with peer("mixed", seed) as base_url:
        leaks = Leaks()
        asyncio.run(_leave_all(left, base_url, count, seed, tasks, hard=hard))
        gc.collect()
        left.leaks |= leaks.found(urlsplit(base_url).port or 0)
    return left


async def _leave_all(left: Left, base_url: str, count: int, seed: int, tasks: int, *, hard: bool) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: left.wrong.append(repr(context)))
    numbers = iter(range(count))
    async with httpcore.AsyncConnectionPool(max_connections=SLOTS) as pool:

        async def work() -> None:
            for number in numbers:
                chance = Chance(seed * 1_000_003 + number, WAYS + HARD_WAYS * hard, pooled=hard)
                try:
                    events = await _leave(base_url, chance, pool)
                except BaseException as error:  # noqa: BLE001 - whatever comes is what is looked for
                    left.wrong.append(f"{chance.way}: raised {error!r}")
                else:
                    left.count(chance.way, events)

        await asyncio.gather(*(work() for _ in range(tasks)))
        left.leaks["slots"] = SLOTS - await _free_slots(pool)
    await asyncio.sleep(0.05)
    left.leaks["tasks"] = len(asyncio.all_tasks()) - 1


async def _leave(base_url: str, chance: Chance, pool: Any) -> list[Any]:
    events: list[Any] = []
    asked = target("openai-chat", base_url, key_for(0))
    stream = open_stream(asked, "hi", **chance.options(pool))

    async def read() -> None:
        async with stream:
            if chance.way == "never begun":
                return
            async for event in stream:
                events.append(event)
                if chance.way == "break" and len(events) > chance.events:
                    break

    reading = asyncio.create_task(read())
    act = _act(chance, stream, reading)
    with suppress(asyncio.CancelledError, TimeoutError):
        if chance.way == "timeout":
            async with asyncio.timeout(chance.seconds):
                await reading
        elif act is not None:
            await asyncio.sleep(chance.seconds)
            await act()
        await reading
    return events


def _act(chance: Chance, stream: Stream, reading: asyncio.Task[None]) -> Callable[[], Coroutine[Any, Any, None]] | None:
    async def act() -> None:
        if chance.way == "aclose elsewhere":
            if reading.done() or stream.session.state != "new":
                await stream.aclose()
        elif chance.way == "cancel the task":
            reading.cancel()
        elif chance.way == "token":
            assert chance.token is not None
            chance.token.cancel()
        elif chance.way == "cancel":
            stream.cancel()
        elif chance.way == "pause":
            stream.pause()

    return None if chance.way in ("break", "never begun", "timeout") else act


async def _free_slots(pool: Any) -> int:
    """How many connections of the pool can be used at once."""
    together = asyncio.Barrier(SLOTS)
    answered: list[int | None] = []
    with FaultServer(SAMPLES["openai-chat"].body, OpenSocket(), "before-terminal") as server:

        async def hold() -> None:
            asked = target("openai-chat", server.base_url, key_for(0))
            async with open_stream(asked, "hi", pool=pool, **_HELD) as stream:
                while stream.status is None and await anext(stream, None) is not None:
                    pass
                answered.append(stream.status)
                with suppress(TimeoutError, asyncio.BrokenBarrierError):
                    async with asyncio.timeout(2):
                        await together.wait()

        await asyncio.gather(*(hold() for _ in range(SLOTS)))
    return answered.count(200)
