"""A loopback HTTP server that plays scripted responses byte for byte: exact split points, timing and faults.

For tests, demonstrations, and to try a client against what networks and providers do::

    reply = Reply(pace(body, seconds_per_frame=0.05, split_points=range(1, len(body))), end="hold")
    with ReplayServer(reply, rules=provider_rules("openai-chat")) as server:
        ...  # a request to server.base_url, cancelled half-way
        assert server.record[0].client_closed.wait(1)
"""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from .replay_connection import Connection
from .replay_rules import PROVIDER_RULES, ProviderRules, Rules, provider_rules
from .replay_script import Ending, Exchange, Framing, Reply, Script, json_reply, pace

__all__ = [
    "PROVIDER_RULES",
    "Ending",
    "Exchange",
    "Framing",
    "ProviderRules",
    "ReplayServer",
    "Reply",
    "Rules",
    "Script",
    "json_reply",
    "pace",
    "provider_rules",
]

_CLOSING_SECONDS = 1.0


def _route(script: Script) -> Callable[[Exchange], Reply | None]:
    if isinstance(script, Reply):
        return lambda _: script
    if callable(script):
        return script
    if isinstance(script, Sequence):
        queue = deque(script)
        return lambda _: _next(queue)
    routes = {key: _route(value) for key, value in script.items()}

    def by_path_or_model(exchange: Exchange) -> Reply | None:
        route = routes.get(exchange.path) or routes.get(exchange.model or "")
        return route(exchange) if route else None

    return by_path_or_model


def _next(queue: deque[Reply]) -> Reply | None:
    try:
        return queue.popleft()
    except IndexError:
        return None


class ReplayServer:
    """Serves a script on a loopback port of its own from entering the context to leaving it.

    `rules` refuse a request before the script is asked (see `provider_rules`); a request that the script has no reply
    for is answered 404. Every request is recorded, refused ones too. Leaving the context ends all connections and
    joins all threads; it cannot be entered again. Raises ValueError for a host other than 127.0.0.1 and ::1, and on
    entering OSError if there is no port.
    """

    def __init__(self, script: Script, *, rules: Rules | None = None, host: str = "127.0.0.1") -> None:
        if host not in {"127.0.0.1", "::1"}:
            raise ValueError("a replay server is for this machine only: 127.0.0.1 or ::1")
        self._route = _route(script)
        self._rules = rules
        self._host = host
        self._port = 0
        self._listener: socket.socket | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._record: list[Exchange] = []
        self._connections: set[Connection] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        if self._listener is not None:
            raise RuntimeError("a replay server is entered once")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listener = socket.create_server((self._host, 0), family=family, backlog=128)
        self._port = self._listener.getsockname()[1]
        self._start(self._accept, "accept")
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def base_url(self) -> str:
        """Scheme, host and port, without a path. Nothing listens there before and after the context."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def record(self) -> list[Exchange]:
        """The exchanges so far, in the order in which their requests had been read."""
        with self._changed:
            return list(self._record)

    def wait_for_requests(self, count: int, timeout: float = 5.0) -> list[Exchange]:
        """The record once it holds `count` requests; raises TimeoutError after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._record) >= count, timeout):
                raise TimeoutError(f"{len(self._record)} of {count} requests came")
            return list(self._record)

    def close(self) -> None:
        """Ends all connections and joins all threads; idempotent.

        Raises RuntimeError if a function of the script has not returned after a second.
        """
        with self._changed:
            if self._closing or self._listener is None:
                return
            self._closing = True
            for connection in self._connections:
                connection.shut_down()
        # Wakes the thread that waits in accept, on every platform.
        socket.create_connection((self._host, self._port), _CLOSING_SECONDS).close()
        until = time.monotonic() + _CLOSING_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._listener.close()
        if any(thread.is_alive() for thread in self._threads):
            raise RuntimeError("a function of the script has not returned")

    def _answer(self, exchange: Exchange) -> Reply:
        """Records the request and finds the reply to it."""
        with self._changed:
            self._record.append(exchange)
            self._changed.notify_all()
        refusal = self._rules(exchange) if self._rules else None
        reply = refusal or self._route(exchange)
        if reply is None:
            missing = f"The script has no reply to {exchange.method} {exchange.path}."
            reply = json_reply(404, {"error": {"message": missing, "type": "not_found_error", "code": "unscripted"}})
        exchange.reply = reply
        return reply

    def _leave(self, connection: Connection) -> bool:
        """Forgets a connection that ends; True if the server itself is closing."""
        with self._changed:
            self._connections.discard(connection)
            return self._closing

    def _start(self, target: Callable[[], None], what: str) -> None:
        thread = threading.Thread(target=target, name=f"replay-{what}-{self._port}", daemon=True)
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                accepted, _ = self._listener.accept()
            except ConnectionAbortedError:
                continue
            with self._changed:
                if self._closing:
                    accepted.close()
                    return
                connection = Connection(accepted, self._answer, self._leave)
                self._connections.add(connection)
                self._start(connection.run, "connection")
