"""The replay server: which reply it gives, what it records, how it closes."""

from __future__ import annotations

import ast
import json
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.replay_client import ask, connected, http, post, read_all, read_until

from deltawire_transports import replay
from deltawire_transports.replay import Exchange, ReplayServer, Reply, json_reply


class TestScript:
    def test_one_reply_answers_every_request(self) -> None:
        with ReplayServer(Reply(b"same")) as server, http(server) as client:
            assert [post(client).read() for _ in range(3)] == [b"same"] * 3

    def test_a_queue_answers_each_request_once(self) -> None:
        busy = json_reply(429, {"error": "slow down"}, {"Retry-After": "1"})
        with ReplayServer([busy, Reply(b"answer")]) as server, http(server) as client:
            first = post(client)
            assert (first.status, first.getheader("Retry-After"), first.read()) == (429, "1", b'{"error": "slow down"}')
            assert post(client).read() == b"answer"
            third = post(client)
            assert third.status == 404
            assert json.load(third)["error"]["code"] == "unscripted"

    def test_a_mapping_answers_by_path_or_model(self) -> None:
        script = {
            "/v1/messages": Reply(b"by path"),
            "small": [Reply(b"first"), Reply(b"second")],
            "gemini-pro": Reply(b"gemini"),
            "vendor.model-v1:0": Reply(b"bedrock"),
        }
        with ReplayServer(script) as server, http(server) as client:
            assert post(client, "/v1/messages?beta=true", {"model": "other"}).read() == b"by path"
            assert post(client, "/any", {"model": "small"}).read() == b"first"
            assert post(client, "/any", {"model": "small"}).read() == b"second"
            assert post(client, "/v1beta/models/gemini-pro:streamGenerateContent?alt=sse").read() == b"gemini"
            assert post(client, "/model/vendor.model-v1%3A0/converse-stream").read() == b"bedrock"
            assert post(client, "/any", {"model": "large"}).status == 404

    def test_a_function_answers_from_the_exchange(self) -> None:
        def shout(exchange: Exchange) -> Reply | None:
            word = (exchange.payload() or {}).get("word")
            return Reply(word.upper().encode()) if word else None

        with ReplayServer(shout) as server, http(server) as client:
            assert post(client, payload={"word": "hey"}).read() == b"HEY"
            assert post(client).status == 404


class TestRecord:
    def test_it_holds_what_was_sent(self) -> None:
        with ReplayServer(Reply(b"ok")) as server, http(server) as client:
            post(client, "/v1/x?alt=sse", {"model": "m", "text": "é"}, X_Api_Key="secret").read()
            exchange = server.record[0]
        assert (exchange.method, exchange.path, exchange.query) == ("POST", "/v1/x", "alt=sse")
        assert exchange.header("X-API-Key") == "secret"
        assert exchange.header("absent") is None
        assert exchange.payload() == {"model": "m", "text": "é"}
        assert exchange.model == "m"
        assert exchange.reply == Reply(b"ok")
        assert exchange.written == 2

    @pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff"])
    def test_a_body_that_is_no_object_has_no_payload(self, body: bytes) -> None:
        exchange = Exchange("POST", "/", "", (), body)
        assert exchange.payload() is None
        assert exchange.model is None

    def test_the_repr_shows_no_key(self) -> None:
        exchange = Exchange("POST", "/x", "key=hidden", (("authorization", "Bearer hidden"),), b"hidden")
        assert "hidden" not in repr(exchange)
        assert "/x" in repr(exchange)

    def test_it_counts_what_was_written_before_the_client_closed(self) -> None:
        with ReplayServer(Reply([(0, b"12345"), (0, b"678"), (600, b"never")])) as server:
            with connected(server) as client:
                ask(client)
                read_until(client, b"678\r\n")
            exchange = server.record[0]
            assert exchange.client_closed.wait(5)
            assert exchange.written == 8

    def test_it_counts_a_piece_that_the_client_took_in_part(self) -> None:
        piece = bytes(64 * 1024 * 1024)
        with ReplayServer(Reply(piece)) as server:
            with connected(server) as client:
                ask(client)
                client.recv(1000)
            exchange = server.record[0]
            assert exchange.client_closed.wait(5)
            assert 0 < exchange.written < len(piece)
            assert not exchange.complete

    def test_waiting_for_requests_that_do_not_come_times_out(self) -> None:
        with ReplayServer(Reply()) as server, pytest.raises(TimeoutError, match="0 of 1"):
            server.wait_for_requests(1, timeout=0.01)


class TestServer:
    def test_clients_are_served_at_the_same_time(self) -> None:
        with ReplayServer(Reply(b"held", end="hold")) as server:
            clients = [HTTPConnection(urlsplit(server.base_url).netloc, timeout=5) for _ in range(16)]
            try:
                # Every reply is held open, so each of them needs a thread of its own.
                assert [post(client).read1(4) for client in clients] == [b"held"] * 16
            finally:
                for client in clients:
                    client.close()
            assert all(exchange.client_closed.wait(5) for exchange in server.record)

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(end="silent"),
            Reply(b"x", end="hold"),
            Reply([(600, b"x")]),
            Reply(b"x", delay=600),
            Reply(bytes(64 * 1024 * 1024)),
        ],
        ids=["silent", "hold", "between pieces", "before the head", "client does not read"],
    )
    def test_closing_ends_whatever_hangs(self, reply: Reply) -> None:
        before = set(threading.enumerate())
        server = ReplayServer(reply)
        with server, connected(server) as client, connected(server):
            ask(client)
            server.wait_for_requests(1)
            began = time.monotonic()
            server.close()
            assert time.monotonic() - began < 5
            assert not set(threading.enumerate()) - before
            exchange = server.record[0]
            assert exchange.finished.is_set()
            assert not exchange.client_closed.is_set()
            assert not exchange.complete

    def test_nothing_listens_after_the_context(self) -> None:
        with ReplayServer(Reply()) as server:
            pass
        with pytest.raises(ConnectionRefusedError), connected(server):
            pass
        with pytest.raises(RuntimeError, match="once"):
            server.__enter__()

    def test_a_function_that_does_not_return_is_reported(self) -> None:
        release = threading.Event()

        def hang(_: Exchange) -> None:
            release.wait(5)

        server = ReplayServer(hang)
        with server, connected(server) as client:
            ask(client)
            server.wait_for_requests(1)
            with pytest.raises(RuntimeError, match="has not returned"):
                server.close()
        release.set()
        assert server.record[0].finished.wait(5)

    def test_it_serves_ipv6(self) -> None:
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("this machine has no ::1")
        with ReplayServer(Reply(b"six"), host="::1") as server, http(server) as client:
            assert server.base_url.startswith("http://[::1]:")
            assert post(client).read() == b"six"

    @pytest.mark.parametrize("host", ["", "0.0.0.0", "localhost", "192.0.2.1"])
    def test_it_serves_this_machine_only(self, host: str) -> None:
        with pytest.raises(ValueError, match="this machine"):
            ReplayServer(Reply(), host=host)

    def test_what_is_not_http_is_refused_and_not_recorded(self) -> None:
        with ReplayServer(Reply()) as server, connected(server) as client:
            client.sendall(b"hello\r\n\r\n")
            assert read_all(client).startswith(b"HTTP/1.1 400 ")
            assert server.record == []

    def test_a_client_may_wait_for_permission_to_send_its_body(self) -> None:
        with ReplayServer(Reply(b"ok")) as server, connected(server) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
            client.sendall(b"{}")
            assert b"2\r\nok\r\n" in read_until(client, b"0\r\n\r\n")
            assert server.record[0].body == b"{}"

    def test_no_warning_comes_from_a_run_in_development_mode(self) -> None:
        code = """
import socket, urllib.parse
from deltawire_transports.replay import ReplayServer, Reply
for end in ("clean", "hold", "cut", "reset", "silent"):
    with ReplayServer(Reply(b"" if end == "silent" else b"body", end=end)) as server:
        where = urllib.parse.urlsplit(server.base_url)
        with socket.create_connection((where.hostname, where.port)) as client:
            client.sendall(b"POST / HTTP/1.1\\r\\nHost: h\\r\\nContent-Length: 0\\r\\n\\r\\n")
            server.wait_for_requests(1)
"""
        command = [sys.executable, "-W", "error", "-X", "dev", "-c", code]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")

    def test_it_knows_nothing_of_the_parser_that_it_tests(self) -> None:
        sources = set(Path(replay.__file__).parent.glob("replay*.py"))
        # What writes bodies for it, and the fixture, are not the server.
        besides = {Path(replay.__file__).with_name(name) for name in ("replay_encoding.py", "replay_source.py")}
        for source in sources - besides:
            for node in ast.walk(ast.parse(source.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.level:
                    assert (node.module or "").startswith("replay_")
                elif isinstance(node, ast.Import | ast.ImportFrom):
                    names = [node.module] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
                    assert not [name for name in names if str(name).startswith("deltawire")]


@pytest.mark.parametrize("body", [b"data: {}", "data: {}"], ids=repr)
def test_a_body_is_no_script(body: Any) -> None:
    with pytest.raises(TypeError, match=r"a script is made of replies: Reply\(body\), not "):
        ReplayServer(body)
