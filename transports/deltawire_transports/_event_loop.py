"""The event loop that a stream belongs to, asyncio's or trio's."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Self

import attrs
from anyio.lowlevel import current_token

__all__ = ["EventLoop"]


@attrs.define(eq=False)
class EventLoop:
    """Starts tasks that belong to no scope, and takes calls from any thread."""

    _native: Any
    _tasks: set[asyncio.Task[None]] = attrs.field(factory=set[asyncio.Task[None]])

    @classmethod
    def current(cls) -> Self:
        """The loop that runs here. Raises an exception of anyio's if none does."""
        return cls(current_token().native_token)

    @property
    def runs_here(self) -> bool:
        """True in a task of this loop."""
        # Asked for every event, and asyncio's own way is the quick one.
        with contextlib.suppress(RuntimeError):
            if asyncio.get_running_loop() is self._native:
                return True
        return current_token().native_token is self._native

    def spawn(self, function: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Runs `function` in a task of its own, which must not raise.

        A task group would tie the stream to the task that opened it, and to the order of scopes: it could not be
        closed by another task, such as the one that finalizes an asynchronous generator.
        """
        if isinstance(self._native, asyncio.AbstractEventLoop):
            task = self._native.create_task(function())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            sys.modules["trio"].lowlevel.spawn_system_task(function)

    def call_soon(self, function: Callable[[], None]) -> None:
        """Has `function` called in the loop, from any thread. Does nothing once the loop has ended."""
        call = getattr(self._native, "call_soon_threadsafe", None) or self._native.run_sync_soon
        with contextlib.suppress(RuntimeError):
            call(function)
