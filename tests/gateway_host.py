"""A gateway that runs beside a test, and plain requests to it."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import attrs
from anyio.from_thread import start_blocking_portal

from deltawire import Event, parse
from deltawire.policy import Plan
from deltawire.requests import Target
from deltawire_transports.gateway import serve

PATHS = {"openai-chat": "/v1/chat/completions", "openai-responses": "/v1/responses", "anthropic": "/v1/messages"}
KEY = "sk-canary-0815"


def question(dialect: str, text: str = "hi", **more: Any) -> dict[str, Any]:
    """A streaming request in a client's dialect."""
    messages = [{"role": "user", "content": text}]
    said = {"input": messages} if dialect == "openai-responses" else {"messages": messages}
    limit = {"max_tokens": 64} if dialect == "anthropic" else {}
    return {"model": "any", "stream": True, **said, **limit, **more}


@attrs.define
class Hosted:
    """A running gateway."""

    url: str
    told: list[str] = attrs.field(factory=list)

    def connect(self) -> http.client.HTTPConnection:
        where = urlsplit(self.url)
        return http.client.HTTPConnection(str(where.hostname), where.port, timeout=20)

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, str], bytes]:
        with contextlib.closing(self.connect()) as client:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            client.request("POST", path, content, {"Content-Type": "application/json", **headers})
            response = client.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    def ask(self, dialect: str, **more: Any) -> list[Event]:
        """The events of an answer, as the client of that dialect's API gets them."""
        status, _, body = self.post(PATHS[dialect], question(dialect, **more))
        assert status == 200, body
        return parse(dialect, body)


@contextlib.contextmanager
def hosted(plan: Plan | Target, backend: str = "asyncio", **options: Any) -> Iterator[Hosted]:
    """A gateway before these targets."""
    with start_blocking_portal(backend) as portal:
        gateway = Hosted("")
        future, gateway.url = portal.start_task(partial(serve, plan, tell=gateway.told.append, **options))
        try:
            yield gateway
        finally:
            future.cancel()
