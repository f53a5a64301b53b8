"""The server: which request goes where, and what is said of it afterwards."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import anyio
from anyio.abc import SocketStream, TaskStatus

from deltawire import Encoder, Failure, FailureKind
from deltawire.payload import compact_json
from deltawire.policy import Plan, RetryPolicy, Timeouts
from deltawire.requests import Target

from .answering import Answer, Settings
from .anthropic_request import read_anthropic
from .asked import Asked, RefusedError
from .chat_request import read_chat
from .http_client import ClientConnection, ClientGoneError, HTTPRequest
from .responses_request import read_responses

__all__ = ["serve"]

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_READERS: Mapping[str, tuple[str, Callable[[dict[str, Any]], Asked]]] = MappingProxyType(
    {
        "/chat/completions": ("openai-chat", read_chat),
        "/responses": ("openai-responses", read_responses),
        "/messages": ("anthropic", read_anthropic),
    }
)
_ID_PREFIXES = MappingProxyType({"openai-chat": "chatcmpl-", "openai-responses": "resp_", "anthropic": "msg_"})


async def serve(
    plan: Plan | Target,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    keep_alive: float = 10.0,
    policy: RetryPolicy | None = None,
    timeouts: Timeouts | None = None,
    pool: Any = None,
    tell: Callable[[str], None] | None = None,
    task_status: TaskStatus[str] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Answers clients of OpenAI Chat, OpenAI Responses and Anthropic Messages from the plan's targets, until cancelled.

    Retry and fallback are the session's: before the first content only. A client that leaves closes its stream
    upstream; one that reads slowly has its stream read as slowly. After `keep_alive` seconds without anything to say
    the client gets what its API has for that. `port` 0 takes a free one; started by `TaskGroup.start` or a portal the
    base URL is the value. `tell` takes a line, without anything of a conversation, about every request that has ended.

    Only for loopback: there is no authentication. Raises ValueError for another host, OSError if the port is taken.
    """
    if host not in _LOOPBACK:
        raise ValueError(f"the gateway has no authentication: it listens on loopback only, not on {host}")
    settings = Settings(Plan.of(plan), keep_alive, policy, timeouts, pool, *([tell] if tell else []))
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1" if host == "localhost" else host, local_port=port)
    async with listener:
        bound: int = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - no Django here
        task_status.started(f"http://{f'[{host}]' if ':' in host else host}:{bound}")
        await listener.serve(partial(_serve_client, settings, itertools.count(1)))


async def _serve_client(settings: Settings, numbers: itertools.count[int], stream: SocketStream) -> None:
    client = ClientConnection(stream)
    async with stream:
        try:
            while True:
                await _serve_request(settings, next(numbers), client)
        except ClientGoneError:
            pass
        except Exception as error:  # noqa: BLE001 - a bug met by one client must not end the others' streams
            settings.tell(f"a bug in the gateway: {type(error).__name__}")
            if client.is_waiting:
                failure = Failure(FailureKind.SERVER, "The gateway failed", retryable=False)
                with contextlib.suppress(ClientGoneError):
                    await _refuse(client, "openai-chat", failure)
        finally:
            # What a client has not taken by now it does not get: closing must not wait for it.
            await anyio.aclose_forcefully(stream)


async def _serve_request(settings: Settings, number: int, client: ClientConnection) -> None:
    try:
        request = await client.next_request()
    except RefusedError as refused:
        await _refuse(client, "openai-chat", refused.failure)
        await client.leave()
        raise ClientGoneError from None
    dialect, reader = _READERS.get(_route(request.path), ("openai-chat", None))
    try:
        if request.method == "GET" and _route(request.path) == "/models":
            await client.answer(
                200, [("content-type", "application/json")], compact_json(_models(settings.plan)).encode()
            )
        elif reader is None or request.method != "POST":
            raise _nowhere(request)
        else:
            await _stream(reader(request.json()), settings, number, client, request.path)
    except RefusedError as refused:
        await _refuse(client, dialect, refused.failure)
        settings.tell(f"{request.method} {request.path}: refused, {refused.failure.message}")


async def _stream(asked: Asked, settings: Settings, number: int, client: ClientConnection, path: str) -> None:
    if not asked.stream:
        raise RefusedError.because("This gateway answers streams only: set stream to true")
    now = time.time()
    name = f"{_ID_PREFIXES[asked.dialect]}{int(now * 1000):x}{number:06x}"
    encoder = Encoder(asked.dialect, id=name, created=int(now), usage=asked.usage)
    answer = Answer(asked, client, settings, encoder)
    try:
        await answer.run()
    finally:
        settings.tell(f"POST {path} {asked.model}: {answer.told()}")


async def _refuse(client: ClientConnection, dialect: str, failure: Failure) -> None:
    await client.answer(*Encoder(dialect).error_response(failure))


def _route(path: str) -> str:
    return path.removeprefix("/v1")


def _nowhere(request: HTTPRequest) -> RefusedError:
    paths = ", ".join(f"/v1{path}" for path in _READERS)
    message = f"Nothing is at {request.method} {request.path}: POST to {paths}"
    return RefusedError(Failure(FailureKind.NOT_FOUND, message, retryable=False))


def _models(plan: Plan) -> dict[str, Any]:
    """The plan's models, in a shape that the clients of both vendors read."""
    models = [
        {"id": target.model, "object": "model", "type": "model", "created": 0, "owned_by": target.provider}
        for target in plan.targets
    ]
    return {"object": "list", "data": models, "has_more": False}
