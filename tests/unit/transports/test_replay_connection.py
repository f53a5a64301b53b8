"""How the replay server writes a reply: framing, split points, timing and endings."""

from __future__ import annotations

import socket
import time
from http.client import IncompleteRead
from typing import Any

import pytest
from tests.replay_client import ask, connected, eventually, http, post, read_all, read_until, stays_silent

from deltawire_transports.replay import ReplayServer, Reply, pace

FRAMINGS = ("chunked", "content-length", "close")


class TestFraming:
    def test_each_piece_is_a_chunk_of_its_own(self) -> None:
        reply = Reply([(0, b"a"), (0, b""), (0, b"bc" * 8)], headers={"X-One": "1"})
        with ReplayServer(reply) as server, connected(server) as client:
            ask(client)
            raw = read_until(client, b"0\r\n\r\n")
        assert raw == (
            b"HTTP/1.1 200 OK\r\nX-One: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"1\r\na\r\n10\r\nbcbcbcbcbcbcbcbc\r\n0\r\n\r\n"
        )

    def test_a_stated_length_is_the_length_of_all_pieces(self) -> None:
        reply = Reply([(0, b"ab"), (0, b"c")], 201, (), "content-length")
        with ReplayServer(reply) as server, connected(server) as client:
            ask(client)
            assert read_until(client, b"abc") == b"HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nabc"

    def test_a_body_may_end_with_the_connection(self) -> None:
        with ReplayServer(Reply([(0, b"ab"), (0, b"c")], headers=(), framing="close")) as server:
            with connected(server) as client:
                ask(client)
                assert read_all(client) == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc"
            assert server.record[0].complete

    @pytest.mark.parametrize("framing", FRAMINGS)
    def test_each_piece_is_sent_by_itself(self, framing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        sent: list[bytes] = []

        class Recorder(socket.socket):
            def send(self, data: Any, flags: int = 0) -> int:
                sent.append(bytes(data))
                return super().send(data, flags)

        monkeypatch.setattr(socket, "socket", Recorder)
        body = b'data: {"text":"\xc3\xa9"}\n\n'
        pieces = pace(body, split_points=range(len(body)))
        with ReplayServer(Reply(pieces, framing=framing)) as server, connected(server) as client:
            ask(client)
            assert server.wait_for_requests(1)[0].finished.wait(5)
        bodies = [piece for _, piece in pieces]
        if framing == "chunked":
            bodies = [b"1\r\n" + piece + b"\r\n" for piece in bodies] + [b"0\r\n\r\n"]
        assert sent[1:] == bodies
        assert len(pieces) == len(body)

    def test_a_head_request_gets_no_body(self) -> None:
        with ReplayServer(Reply(b"body")) as server, http(server) as client:
            client.request("HEAD", "/")
            assert client.getresponse().read() == b""
            assert post(client).read() == b"body"

    def test_a_client_of_http_1_0_reads_to_the_end_of_the_connection(self) -> None:
        with ReplayServer(Reply([(0, b"ab"), (0, b"c")])) as server, connected(server) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert read_all(client).endswith(b"\r\n\r\nabc")


class TestTime:
    def test_a_piece_waits_for_its_delay(self) -> None:
        with ReplayServer(Reply([(0, b"one"), (600, b"two")])) as server, connected(server) as client:
            ask(client)
            read_until(client, b"one\r\n")
            assert eventually(lambda: server.record[0].written == 3)
            assert stays_silent(client)

    def test_no_piece_comes_early(self) -> None:
        reply = Reply([(0.05, b"one"), (0.05, b""), (0.05, b"two")], delay=0.05)
        with ReplayServer(reply) as server, http(server) as client:
            began = time.monotonic()
            assert post(client).read() == b"onetwo"
            assert time.monotonic() - began >= 0.2

    def test_the_head_waits_for_the_delay_of_the_reply(self) -> None:
        with ReplayServer(Reply(b"late", delay=600)) as server, connected(server) as client:
            ask(client)
            server.wait_for_requests(1)
            assert stays_silent(client)


class TestEndings:
    def test_after_a_clean_end_the_connection_takes_the_next_request(self) -> None:
        with ReplayServer([Reply(b"one"), Reply(b"two", framing="content-length"), Reply(b"three")]) as server:
            with http(server) as client:
                assert post(client).read() == b"one"
                kept = client.sock
                assert post(client).read() == b"two"
                assert post(client).read() == b"three"
                assert client.sock is kept
            first, second, last = server.record
            assert last.client_closed.wait(5)
            assert not first.client_closed.is_set()
            assert not second.client_closed.is_set()
            assert first.complete
            assert last.complete

    def test_the_connection_closes_if_the_client_asks_for_it(self) -> None:
        with ReplayServer(Reply(b"one", framing="content-length")) as server, connected(server) as client:
            ask(client, extra="Connection: close\r\n")
            assert read_all(client).endswith(b"one")

    @pytest.mark.parametrize("framing", FRAMINGS)
    def test_hold_keeps_the_end_back_until_the_client_closes(self, framing: Any) -> None:
        with ReplayServer(Reply(b"last", framing=framing, end="hold")) as server:
            with connected(server) as client:
                ask(client)
                read_until(client, b"last\r\n" if framing == "chunked" else b"last")
                assert stays_silent(client)
            exchange = server.record[0]
            assert exchange.client_closed.wait(5)
            assert not exchange.complete
            assert exchange.finished.is_set()
            assert exchange.written == 4
            assert exchange.closed_at is not None
            assert exchange.closed_at >= exchange.received_at

    @pytest.mark.parametrize("framing", ["chunked", "content-length"])
    def test_cut_closes_without_the_end(self, framing: Any) -> None:
        with ReplayServer(Reply(b"partial", framing=framing, end="cut")) as server, http(server) as client:
            with pytest.raises(IncompleteRead) as caught:
                post(client).read()
            assert caught.value.partial == b"partial"
            exchange = server.record[0]
            assert exchange.finished.wait(5)
            assert not exchange.complete
            assert not exchange.client_closed.is_set()

    @pytest.mark.parametrize("framing", FRAMINGS)
    def test_reset_breaks_the_connection_behind_the_last_piece(self, framing: Any) -> None:
        with ReplayServer(Reply([(0, b"partial"), (0.05, b"")], framing=framing, end="reset")) as server:
            with connected(server) as client:
                ask(client)
                read_until(client, b"partial\r\n" if framing == "chunked" else b"partial")
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
            assert not server.record[0].complete

    def test_silent_sends_nothing_at_all(self) -> None:
        with ReplayServer(Reply(end="silent")) as server:
            with connected(server) as client:
                ask(client, b'{"a":1}')
                assert server.wait_for_requests(1)[0].body == b'{"a":1}'
                assert stays_silent(client)
            assert server.record[0].client_closed.wait(5)
            assert server.record[0].written == 0
