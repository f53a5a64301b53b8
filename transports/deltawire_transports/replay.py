"""A loopback HTTP server that plays scripted responses byte for byte: exact split points, timing and faults.

For tests, demonstrations, and to try a client against what networks and providers do::

    reply = Reply(pace(body, seconds_per_frame=0.05, split_points=range(1, len(body))), end="hold")
    with ReplayServer(reply, rules=provider_rules("openai-chat")) as server:
        ...  # a request to server.base_url, cancelled half-way
        assert server.record[0].client_closed.wait(1)
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Sequence

from .replay_connection import Connection
from .replay_encoding import encoded_reply
from .replay_listener import LoopbackServer
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
    "encoded_reply",
    "json_reply",
    "pace",
    "provider_rules",
]


def _route(script: Script) -> Callable[[Exchange], Reply | None]:
    if isinstance(script, Reply):
        return lambda _: script
    if callable(script):
        return script
    if isinstance(script, bytes | str):
        raise TypeError(f"a script is made of replies: Reply(body), not {type(script).__name__}")
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


class ReplayServer(LoopbackServer):
    """Serves a script on a loopback port of its own from entering the context to leaving it.

    `script` is one reply for every request; a list of them, each sent once; a mapping of either by path or model; or a
    function that takes the `Exchange`. `rules` refuse a request before the script is asked (see `provider_rules`); a
    request that the script has no reply for is answered 404. Every request is recorded, refused ones too. Leaving the
    context ends all connections and joins all threads; it cannot be entered again. Raises ValueError for a host other
    than 127.0.0.1 and ::1, TypeError for a body in place of a `Reply`, and on entering OSError if there is no port.
    """

    def __init__(self, script: Script, *, rules: Rules | None = None, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self._route = _route(script)
        self._rules = rules
        self._record: list[Exchange] = []

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

    def _connect(self, accepted: socket.socket) -> Connection:
        return Connection(accepted, self._answer, self._leave)

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
