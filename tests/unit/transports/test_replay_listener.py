"""What every server of this machine shares."""

from __future__ import annotations

import socket
import threading

import pytest
from tests.replay_client import eventually

from deltawire_transports.replay_listener import LoopbackServer


class Echo:
    """Sends back what it is sent."""

    def __init__(self, accepted: socket.socket, server: Echoes) -> None:
        self._socket = accepted
        self._server = server

    def shut_down(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        while data := self._socket.recv(100):
            self._socket.sendall(data)
        self._server.ended.append(self._leave())
        self._socket.close()

    def _leave(self) -> bool:
        return self._server._leave(self)


class Echoes(LoopbackServer):
    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self.ended: list[bool] = []

    def _connect(self, accepted: socket.socket) -> Echo:
        return Echo(accepted, self)


def connected(server: LoopbackServer) -> socket.socket:
    host, _, port = server.base_url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def test_every_connection_is_served_and_ended_with_the_server() -> None:
    before = set(threading.enumerate())
    with Echoes() as server, connected(server) as one, connected(server) as other:
        for client in (one, other):
            client.sendall(b"hey")
            assert client.recv(3) == b"hey"
        server.close()
        assert one.recv(1) == other.recv(1) == b""
    assert server.ended == [True, True]
    assert not set(threading.enumerate()) - before


def test_a_connection_that_the_client_closes_is_left_before_the_server_closes() -> None:
    with Echoes() as server:
        with connected(server) as client:
            client.sendall(b"x")
            assert client.recv(1)
        assert eventually(lambda: server.ended == [False])


def test_closing_twice_and_before_it_began_is_harmless() -> None:
    server = Echoes()
    server.close()
    with server:
        server.close()
    server.close()


def test_it_is_entered_once() -> None:
    with Echoes() as server, pytest.raises(RuntimeError, match="once"):
        server.__enter__()


@pytest.mark.parametrize("host", ["", "0.0.0.0", "localhost", "192.0.2.1"])
def test_it_serves_this_machine_only(host: str) -> None:
    with pytest.raises(ValueError, match="this machine"):
        Echoes(host)
