"""A connection pool that tells when a connection stands, which no session knows."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from ._pools import own_pool

__all__ = ["WatchedPool"]


class WatchedPool:
    """Gives each request of a blocking stream a connection of its own, and calls `connected` with its time.

    `connected` gets the number of the request, from 1, and `time.monotonic`, in the thread of the connection.
    """

    def __init__(self, connected: Callable[[int, float], None], ssl_context: ssl.SSLContext | None = None) -> None:
        self._connected = connected
        self._ssl_context = ssl_context
        self._requests = 0

    def handle_request(self, request: Any) -> Any:
        """What a pool must have; streams do not use it."""
        raise NotImplementedError(request)

    @contextmanager
    def stream(
        self, method: str, url: str, *, extensions: dict[str, Any], **options: Any
    ) -> Generator[Any, None, None]:
        """The response to a request, open."""
        self._requests += 1
        number, trace = self._requests, extensions.get("trace")

        def watch(name: str, info: dict[str, Any]) -> None:
            if name.endswith(".send_request_headers.started"):
                self._connected(number, time.monotonic())
            if trace is not None:
                trace(name, info)

        with (
            own_pool(url, self._ssl_context) as pool,
            pool.stream(method, url, extensions={**extensions, "trace": watch}, **options) as response,
        ):
            yield response
