"""What every server of this machine shares: a port, a thread for each connection, a quick end."""

from __future__ import annotations

import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

__all__ = ["LoopbackConnection", "LoopbackServer"]

_CLOSING_SECONDS = 1.0


class LoopbackConnection(Protocol):
    """One connection of a server."""

    def run(self) -> None:
        """Serves until the connection ends; the body of its thread."""

    def shut_down(self) -> None:
        """Wakes the connection's thread wherever it waits. The server's lock is held."""


class LoopbackServer(ABC):
    """Listens on a loopback port of its own from entering the context to leaving it.

    Leaving the context ends all connections and joins all threads; it cannot be entered again. Raises ValueError for a
    host other than 127.0.0.1 and ::1, and on entering OSError if there is no port.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        if host not in {"127.0.0.1", "::1"}:
            raise ValueError("a replay server is for this machine only: 127.0.0.1 or ::1")
        self._host = host
        self._port = 0
        self._listener: socket.socket | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._connections: set[LoopbackConnection] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        if self._listener is not None:
            raise RuntimeError("a replay server is entered once")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listener = socket.create_server((self._host, 0), family=family, backlog=1024)
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

    @abstractmethod
    def _connect(self, accepted: socket.socket) -> LoopbackConnection:
        """What serves a new connection. The server's lock is held."""

    def _leave(self, connection: LoopbackConnection) -> bool:
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
                connection = self._connect(accepted)
                self._connections.add(connection)
                self._start(connection.run, "connection")
