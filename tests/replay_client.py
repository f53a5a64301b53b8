"""Plain clients for the tests of the replay server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from deltawire_transports.replay import Exchange, ReplayServer


@contextmanager
def connected(server: ReplayServer) -> Iterator[socket.socket]:
    """A plain socket to the server."""
    where = urlsplit(server.base_url)
    assert where.hostname
    assert where.port
    with socket.create_connection((where.hostname, where.port), timeout=5) as client:
        yield client


def ask(client: socket.socket, body: bytes = b"{}", path: str = "/", extra: str = "") -> None:
    """Sends one request."""
    head = f"POST {path} HTTP/1.1\r\nHost: here\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    client.sendall(head.encode() + body)


def read_until(client: socket.socket, wanted: bytes) -> bytes:
    """Reads until what came ends with `wanted`."""
    data = bytearray()
    while not data.endswith(wanted):
        piece = client.recv(65_536)
        assert piece, f"the server closed after {data!r}"
        data += piece
    return bytes(data)


def read_all(client: socket.socket) -> bytes:
    """Reads to the end of the connection."""
    return b"".join(iter(lambda: client.recv(65_536), b""))


def stays_silent(client: socket.socket) -> bool:
    """True if nothing comes for a moment and the connection stays open."""
    client.settimeout(0.05)
    try:
        client.recv(1)
    except TimeoutError:
        return True
    finally:
        client.settimeout(5)
    return False


def eventually(condition: Callable[[], bool]) -> bool:
    """True as soon as the condition holds, False if it does not within five seconds."""
    until = time.monotonic() + 5
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.001)
    return True


def held_back(exchange: Exchange) -> int:
    """How many bytes of its body the server got rid of, as soon as it is no more for a while."""
    written = -1
    while written != (written := exchange.written):
        time.sleep(0.2)
    return written


@contextmanager
def http(server: ReplayServer) -> Iterator[HTTPConnection]:
    """An http.client connection to the server."""
    client = HTTPConnection(urlsplit(server.base_url).netloc, timeout=5)
    try:
        yield client
    finally:
        client.close()


def post(client: HTTPConnection, path: str = "/", payload: Any = None, **headers: str) -> HTTPResponse:
    """Posts a JSON body; underscores in the names of headers become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    client.request("POST", path, json.dumps({} if payload is None else payload), named)
    return client.getresponse()
