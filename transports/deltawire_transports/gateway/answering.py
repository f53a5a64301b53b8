"""One request answered: a stream of the plan, in the words of the client's API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import attrs
from anyio.abc import ObjectReceiveStream, ObjectSendStream

from deltawire import Encoder, Failed, Finished, Lost
from deltawire.policy import Plan, RetryPolicy, Timeouts
from deltawire.translation import stream_event

from .. import aio
from .asked import Asked, plan_for
from .http_client import ClientConnection, ClientGoneError

__all__ = ["Answer", "Settings"]

_STREAM_HEADERS = (
    ("cache-control", "no-cache"),
    # nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
    ("x-accel-buffering", "no"),
)


def _silent(_: str) -> None:
    """Tells nobody."""


@attrs.frozen
class Settings:
    """How a gateway behaves."""

    plan: Plan
    """Who answers."""
    keep_alive: float = 10.0
    """Seconds of silence after which the client is told that the answer is still on its way."""
    policy: RetryPolicy | None = None
    """How often a target is asked."""
    timeouts: Timeouts | None = None
    """The clocks of the streams, in seconds."""
    pool: Any = None
    """An asynchronous pool of httpcore or httpcore2 for all streams; without it each has its own."""
    tell: Callable[[str], None] = _silent
    """Takes a line about every request that has ended."""


class Answer:
    """The answer to one request."""

    def __init__(self, asked: Asked, client: ClientConnection, settings: Settings, encoder: Encoder) -> None:
        self._asked = asked
        self._client = client
        self._settings = settings
        self._encoder = encoder
        self._begun = False
        self._ended = False
        self._end: Finished | Failed | None = None
        self._stream: aio.Stream | None = None

    async def run(self) -> None:
        """Streams until the end, or until the client leaves. Raises RefusedError if no target can be asked this, and
        ClientGoneError if the client left: the connection upstream is closed then."""
        plan, options = plan_for(self._asked, self._settings.plan)
        options["policy"] = self._settings.policy
        options["timeouts"] = self._settings.timeouts
        self._stream = running = aio.open_stream(plan, errors="events", pool=self._settings.pool, **options)
        sender, receiver = anyio.create_memory_object_stream[Any](0)
        async with running, anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch, tasks.cancel_scope)
            tasks.start_soon(_pump, running, sender)
            with receiver:
                await self._write(receiver)
            tasks.cancel_scope.cancel()
        if not self._ended:
            raise ClientGoneError

    def told(self) -> str:
        """How it ended, in a line without anything of the conversation."""
        match self._end if self._ended else None:
            case None:
                how = "the client left"
            case Finished(reason=reason):
                how = f"finished {reason}"
            case Failed(error):
                how = f"failed {error.kind}"
        attempts = len(self._stream.attempts) if self._stream is not None else 0
        asked = "" if attempts < 2 else f", {attempts} attempts"
        return f"{how}{asked}{_listed(self._asked.left_out, self._encoder.lost)}"

    async def _watch(self, scope: anyio.CancelScope) -> None:
        await self._client.wait_until_gone()
        scope.cancel()

    async def _write(self, events: ObjectReceiveStream[Any]) -> None:
        try:
            while self._end is None:
                await self._write_next(events)
            if self._begun:
                await self._client.finish()
            self._ended = True
        except ClientGoneError:
            pass

    async def _write_next(self, events: ObjectReceiveStream[Any]) -> None:
        event: Any = None
        with anyio.move_on_after(self._settings.keep_alive) as waited:
            event = await events.receive()
        if waited.cancelled_caught:
            await self._say(self._encoder.keep_alive())
            return
        said = stream_event(event)
        if isinstance(said, Finished | Failed):
            self._end = said
        if isinstance(said, Failed) and not self._begun:
            await self._client.answer(*self._encoder.error_response(said.error))
        elif said is not None and (data := self._encoder.feed(said)):
            await self._say(data)

    async def _say(self, data: bytes) -> None:
        if not self._begun:
            self._begun = True
            await self._client.start(200, [("content-type", self._encoder.media_type), *_STREAM_HEADERS])
        if data:
            await self._client.send(data)


async def _pump(running: aio.Stream, sender: ObjectSendStream[Any]) -> None:
    """Hands events over one by one: nothing is read upstream while the client has not taken what was."""
    async with sender:
        async for event in running:
            try:
                await sender.send(event)
            except anyio.BrokenResourceError:
                return  # the client has left


def _listed(left_out: tuple[str, ...], lost: tuple[Lost, ...]) -> str:
    asked = f"; not asked of other APIs: {', '.join(left_out)}" if left_out else ""
    return asked + (f"; not said: {', '.join(f'{each.event} {each.what}' for each in lost)}" if lost else "")
