"""One stream through a shim, with all that a caller could see of it."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from deltawire.policy import RetryPolicy, Timeouts
from deltawire.requests import Target
from deltawire_transports import aio, blocking

__all__ = ["PATIENT", "QUICK", "SHIMS", "Run", "play", "target"]

QUICK = Timeouts(connect=10.0, first_byte=0.4, local_first_byte=0.4, silence=0.3, finish_grace=0.2)
"""Waits short enough for a thousand streams; connecting is no part of any fault of theirs."""

PATIENT = Timeouts(connect=10.0, first_byte=10.0, local_first_byte=10.0, silence=10.0, finish_grace=10.0)
"""Waits so long that what ends long before them has ended by itself, on a busy machine too."""


@attrs.define
class Run:
    """What one stream gave."""

    events: list[Any] = attrs.field(factory=list)
    error: BaseException | None = None
    """What iteration raised."""
    traceback: str = ""
    """It, as it would be printed."""
    seconds: float = 0.0
    strange: list[str] = attrs.field(factory=list)
    """What an event loop complained of."""
    reprs: list[str] = attrs.field(factory=list)
    """The stream and what hangs on it, as a debugger would show them."""


def target(provider: str, base_url: str, key: str, headers: Mapping[str, str] | None = None) -> Target:
    """A target for a server of this machine."""
    versioned = provider.startswith("openai")
    return Target(provider, "sample-1", key, base_url + ("/v1" if versioned else ""), headers=headers)


def _shown(stream: Any) -> list[str]:
    return [repr(stream), repr(stream.session), repr(stream.attempts), repr(stream.message())]


def play_blocking(plan: Any, options: dict[str, Any], run: Run) -> None:
    with blocking.open_stream(plan, **{"prompt": "hi", **options}) as stream:
        try:
            run.events.extend(stream)
        finally:
            run.reprs += _shown(stream)


async def _play_aio(plan: Any, options: dict[str, Any], run: Run) -> None:
    async with aio.open_stream(plan, **{"prompt": "hi", **options}) as stream:
        try:
            async for event in stream:
                run.events.append(event)
        finally:
            run.reprs += _shown(stream)


def play_asyncio(plan: Any, options: dict[str, Any], run: Run) -> None:
    async def main() -> None:
        def complain(_: Any, context: dict[str, Any]) -> None:
            run.strange.append(repr(context))

        asyncio.get_running_loop().set_exception_handler(complain)
        await _play_aio(plan, options, run)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        run.strange.extend(f"left behind: {task!r}" for task in left)

    asyncio.run(main())


def play_trio(plan: Any, options: dict[str, Any], run: Run) -> None:
    importlib.import_module("trio").run(_play_aio, plan, options, run)


SHIMS: dict[str, Callable[[Any, dict[str, Any], Run], None]] = {"blocking": play_blocking, "aio": play_asyncio}
if importlib.util.find_spec("trio"):
    SHIMS["trio"] = play_trio


def play(shim: str, plan: Any, **options: Any) -> Run:
    """Runs one stream to its end; whatever it raises is kept."""
    run = Run()
    options = {"policy": RetryPolicy.never(), "timeouts": PATIENT, **options}
    begun = time.monotonic()
    try:
        SHIMS[shim](plan, options, run)
    except BaseException as error:  # noqa: BLE001 - whatever comes is what is looked for
        run.error = error
        run.traceback = "".join(traceback.format_exception(error))
    run.seconds = time.monotonic() - begun
    return run
