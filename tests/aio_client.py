"""What the tests of the asynchronous shim share: a main function to run, a stream to open, a first text to wait for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import anyio.lowlevel

import deltawire
from deltawire_transports.aio import Stream, open_stream
from deltawire_transports.replay import ReplayServer
from tests.unit.transports.scenarios import AGAIN, at

Main = Callable[[], Coroutine[Any, Any, Any]]


def run(main: Main, backend: str) -> Any:
    return anyio.run(main, backend=backend)


def opened(server: ReplayServer, **options: Any) -> Stream:
    return open_stream(at(server), "hi", **{"policy": AGAIN, "errors": "events", **options})


async def first_text(stream: Stream) -> deltawire.TextDelta:
    async for event in stream:
        if isinstance(event, deltawire.TextDelta):
            return event
    raise AssertionError("no text came")


async def settled() -> None:
    """Lets every task that can go on do so."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()
