"""The fault server: what it does to a plain client, what it records, how it closes."""

from __future__ import annotations

import ast
import json
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.replay_client import ask, eventually, read_all, read_until, stays_silent

from deltawire_transports import faults
from deltawire_transports.fault_wire import Act, Send
from deltawire_transports.faults import FAULTS, Body, Delay, FaultServer, Position, Stall

BODY = b"data: 1\n\ndata: \xe6\x9d\xb1 here\n\ndata: 3\n\ndata: [DONE]\n\n"


def connect(server: FaultServer) -> socket.socket:
    where = urlsplit(server.base_url)
    assert where.hostname
    return socket.create_connection((where.hostname, where.port or 0), timeout=5)


def answered(server: FaultServer) -> bytes:
    """What comes until the server closes, or for a moment."""
    with connect(server) as client:
        ask(client)
        client.settimeout(0.3)
        data = b""
        try:
            while piece := client.recv(65_536):
                data += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return data


def planned(server: FaultServer) -> bytes:
    return b"".join(step.data for step in server.steps() if isinstance(step, Send))


@pytest.mark.parametrize("position", Position)
@pytest.mark.parametrize("fault", ["delay", "slices", "close", "half-close", "corrupt", "duplicate"])
def test_the_client_gets_what_the_fault_lets_through(fault: str, position: Position) -> None:
    with FaultServer(BODY, fault, position) as server, connect(server) as client:
        if not (fault == "close" and position is Position.CONNECT):
            ask(client)
        wanted = planned(server)
        assert read_until(client, wanted) == wanted if wanted else client.recv(1) == b""


@pytest.mark.parametrize("position", [Position.CONNECT, Position.MID_HEADERS, Position.MID_EVENT])
def test_a_reset_reaches_the_client(position: Position) -> None:
    with FaultServer(BODY, "reset", position) as server:
        # It may come as early as connect().
        with pytest.raises(ConnectionResetError), connect(server) as client:  # noqa: PT012
            ask(client)
            read_all(client)
        assert server.record[0].finished.wait(5)
        assert not server.record[0].client_closed.is_set()


def test_a_half_closed_connection_is_still_read() -> None:
    with FaultServer(BODY, "half-close", "after-headers") as server:
        with connect(server) as client:
            ask(client)
            assert read_all(client) == planned(server)
            client.sendall(b"more" * 10_000)
            assert not server.record[0].finished.is_set()
        assert server.record[0].client_closed.wait(5)


def test_a_black_hole_does_not_even_read() -> None:
    with FaultServer(BODY, "black-hole", "connect") as server, connect(server) as client:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.sendall(bytes(64 * 1024 * 1024))
        assert not server.requests


def test_a_black_hole_still_knows_when_the_client_goes() -> None:
    with FaultServer(BODY, "black-hole", "connect") as server:
        with connect(server) as client:
            ask(client)
            assert eventually(lambda: len(server.record) == 1)
        assert server.record[0].client_closed.wait(5)
        assert not server.requests


def test_an_open_socket_says_nothing_more() -> None:
    with FaultServer(BODY, "open-socket") as server, connect(server) as client:
        ask(client)
        assert read_until(client, b"[DONE]\n\n\r\n")
        assert stays_silent(client)
        assert not server.record[0].finished.is_set()


def test_keep_alives_come_until_the_client_goes() -> None:
    with FaultServer(BODY, faults.KeepAlives(0.005), "after-event-1") as server:
        with connect(server) as client:
            ask(client)
            read_until(client, b"data: 1\n\n\r\n")
            for _ in range(5):
                read_until(client, b": keep-alive\n\n\r\n")
        assert server.record[0].client_closed.wait(5)


def test_a_stall_is_left_as_soon_as_the_client_goes() -> None:
    with FaultServer(BODY, Stall(600), "mid-event") as server:
        with connect(server) as client:
            ask(client)
            read_until(client, b"data")
        assert server.record[0].client_closed.wait(5)


class TestRecord:
    def test_it_has_every_connection_its_requests_and_how_much_was_sent(self) -> None:
        with FaultServer(BODY, "close", "mid-event") as server:
            with connect(server) as client:
                ask(client, b'{"model": "m"}', "/v1/x?key=1", "X-Api-Key: k\r\n")
                data = read_all(client)
            with connect(server):
                assert eventually(lambda: len(server.record) == 2)
            first, second = server.record
            assert first.sent == len(data) == len(planned(server))
            (request,) = first.requests
            assert (request.method, request.path, request.query) == ("POST", "/v1/x", "key=1")
            assert request.header("x-api-key") == "k"
            assert request.model == "m"
            assert second.client_closed.wait(5)
            assert second.requests == []
            assert server.requests == [request]
            assert first.closed_at is not None
            assert first.accepted_at <= first.closed_at

    def test_it_tells_who_closed(self) -> None:
        with FaultServer(BODY, "close", "mid-event") as server:
            answered(server)
            assert server.record[0].finished.wait(5)
            assert not server.record[0].client_closed.is_set()
        with FaultServer(BODY, "black-hole", "mid-event") as server:
            answered(server)
            assert server.record[0].client_closed.wait(5)

    def test_a_second_request_on_the_connection_is_answered_too(self) -> None:
        with FaultServer(BODY, "corrupt", "after-event-1", times=1) as server, connect(server) as client:
            ask(client)
            corrupted = read_until(client, b"0\r\n\r\n")
            ask(client)
            healthy = read_until(client, b"0\r\n\r\n")
            assert corrupted != healthy
            assert len(corrupted) == len(healthy)
            assert len(server.record[0].requests) == 2


class TestServer:
    @pytest.mark.parametrize("times", [1, 2])
    def test_only_so_many_answers_are_faulty(self, times: int) -> None:
        with FaultServer(BODY, "close", "mid-event", times=times) as server:
            whole = [answered(server).endswith(b"0\r\n\r\n") for _ in range(3)]
        assert whole == [number >= times for number in range(3)]

    @pytest.mark.parametrize("name", FAULTS)
    def test_every_fault_has_a_usual_place_and_ends_with_the_server(self, name: str) -> None:
        before = set(threading.enumerate())
        with FaultServer(BODY, name) as server, connect(server) as client:
            assert server.position is FAULTS[name].usual
            ask(client)
            assert client.recv(1)
            begun = time.monotonic()
            server.close()
            assert time.monotonic() - begun < 5
        assert not set(threading.enumerate()) - before

    @pytest.mark.parametrize("framing", ["chunked", "content-length", "close"])
    def test_a_fault_may_befall_any_framing(self, framing: Any) -> None:
        with FaultServer(BODY, Delay(0.0), framing=framing) as server:
            assert BODY[-10:] in answered(server)

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            (("meteor",), KeyError),
            (("reset", "mid-air"), ValueError),
            (("reset", "mid-utf8"), ValueError),
        ],
    )
    def test_what_it_does_not_know_is_refused(self, arguments: tuple[str, ...], error: type[Exception]) -> None:
        with pytest.raises(error):
            FaultServer(b"data: plain\n\n", *arguments)

    def test_a_fault_of_the_whole_answer_needs_no_place_in_the_body(self) -> None:
        assert FaultServer(b"data: plain\n\n", "html", "mid-utf8").position is Position.MID_UTF8

    def test_it_serves_this_machine_only(self) -> None:
        with pytest.raises(ValueError, match="this machine"):
            FaultServer(BODY, host="0.0.0.0")

    def test_what_is_no_http_ends_the_connection(self) -> None:
        with FaultServer(BODY, "delay") as server, connect(server) as client:
            client.sendall(b"hello\r\n\r\n")
            assert client.recv(1) == b""
            assert server.requests == []

    def test_a_client_may_wait_for_permission_to_send_its_body(self) -> None:
        with FaultServer(BODY, "delay") as server, connect(server) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
            client.sendall(b"{}")
            read_until(client, b"0\r\n\r\n")
            assert server.requests[0].body == b"{}"

    def test_a_redirect_leads_to_another_origin_that_is_this_server(self) -> None:
        with FaultServer(BODY, "redirect") as server:
            head = answered(server).decode()
            assert f"Location: {server.elsewhere}\r\n" in head
            assert urlsplit(server.elsewhere).hostname != urlsplit(server.base_url).hostname
            assert urlsplit(server.elsewhere).port == urlsplit(server.base_url).port

    def test_a_body_may_say_itself_where_it_is_proved(self) -> None:
        body = Body([b'{"a":1}\n', b'{"b":2}\n', b'{"c":3}\n'], proof=1)
        with FaultServer(body, "close", "before-terminal") as server:
            data = answered(server)
        assert b"application/x-ndjson" in data
        assert json.loads(data.split(b"\r\n")[-2]) == {"a": 1}

    def test_a_fault_of_ones_own_is_a_class_with_steps(self) -> None:
        class Shout(faults.Fault):
            def steps(self, wire: Any, position: Position) -> Any:
                return [Act.READ_REQUEST, Send(b"WHAT?"), Act.CLOSE]

        with FaultServer(BODY, Shout()) as server:
            assert answered(server) == b"WHAT?"

    def test_it_knows_nothing_of_the_parser_that_it_tests(self) -> None:
        for source in Path(faults.__file__).parent.glob("fault*.py"):
            for node in ast.walk(ast.parse(source.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.level:
                    assert (node.module or "").startswith(("replay_", "fault_"))
                elif isinstance(node, ast.Import | ast.ImportFrom):
                    names = [node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
                    assert not [name for name in names if str(name).startswith("deltawire")]
