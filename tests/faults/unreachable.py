"""An address that takes a connection request and never answers it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

__all__ = ["unreachable"]


@contextmanager
def unreachable() -> Iterator[str]:
    """The base URL of a port whose queue is full: Linux drops what comes, as a firewall does."""
    with ExitStack() as held:
        listener = held.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            waiting = held.enter_context(socket.socket())
            waiting.settimeout(0.1)
            try:
                waiting.connect(listener.getsockname())
            except TimeoutError:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
                return
    pytest.skip("this system accepts more connections than it was told to queue")
