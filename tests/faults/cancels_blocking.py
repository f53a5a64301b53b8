"""Streams of the blocking shim that are left at any moment, in every way: nothing of them stays behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpcore

from deltawire.policy import RetryPolicy, Timeouts
from deltawire_transports.blocking import open_stream
from deltawire_transports.faults import SAMPLES, FaultServer, OpenSocket
from tests.faults.canary import key_for
from tests.faults.leaving import SLOTS, Chance, Left
from tests.faults.peer import peer
from tests.faults.shims import target
from tests.faults.system import Leaks

__all__ = ["leave_blocking"]

_HELD: dict[str, Any] = {
    "timeouts": Timeouts(connect=2.0, local_first_byte=2.0),
    "policy": RetryPolicy.never(),
    "errors": "events",
}
WAYS = ("cancel", "pause", "token", "break", "never begun")
HARD_WAYS = ("close elsewhere",)


def leave_blocking(count: int, seed: int, *, hard: bool = False, threads: int = 8) -> Left:
    """So many streams, from several threads.

    If it is to be hard, half of them share a pool of ten connections, and some are closed by another thread.
    """
    left, lock = Left(), threading.Lock()
    numbers = iter(range(count))
    with peer("mixed", seed) as base_url, httpcore.ConnectionPool(max_connections=SLOTS) as pool:
        leaks = Leaks()

        def work() -> None:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                chance = Chance(seed * 1_000_003 + number, WAYS + HARD_WAYS * hard, pooled=hard)
                try:
                    events = _leave(base_url, chance, pool)
                except BaseException as error:  # noqa: BLE001 - whatever comes is what is looked for
                    with lock:
                        left.wrong.append(f"{chance.way}: raised {error!r}")
                else:
                    with lock:
                        left.count(chance.way, events)

        _run([work] * threads)
        lost = SLOTS - _free_slots(pool)
        pool.close()
        left.leaks = {"slots": lost, **leaks.found(urlsplit(base_url).port or 0)}
    return left


def _leave(base_url: str, chance: Chance, pool: Any) -> list[Any]:
    events: list[Any] = []
    asked = target("openai-chat", base_url, key_for(0))
    with open_stream(asked, "hi", **chance.options(pool)) as stream:
        acts: dict[str, Callable[[], None]] = {
            "cancel": stream.cancel,
            "pause": stream.pause,
            "close elsewhere": stream.close,
        }
        if chance.token is not None:
            acts["token"] = chance.token.cancel
        if chance.way == "never begun":
            return events
        timer = threading.Timer(chance.seconds, acts.get(chance.way, lambda: None))
        timer.start()
        for event in stream:
            events.append(event)
            if chance.way == "break" and len(events) > chance.events:
                break
        timer.cancel()
        timer.join()
    return events


def _free_slots(pool: Any) -> int:
    """How many connections of the pool can be used at once."""
    together = threading.Barrier(SLOTS)
    answered: list[int | None] = []
    with FaultServer(SAMPLES["openai-chat"].body, OpenSocket(), "before-terminal") as server:

        def hold() -> None:
            asked = target("openai-chat", server.base_url, key_for(0))
            with open_stream(asked, "hi", pool=pool, **_HELD) as stream:
                while stream.status is None and next(stream, None) is not None:
                    pass
                answered.append(stream.status)
                with suppress(threading.BrokenBarrierError):
                    together.wait(2)

        _run([hold] * SLOTS)
    return answered.count(200)


def _run(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
