"""The gateway as its clients see it: answers, failures, silence, and clients that leave or dawdle."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from tests.gateway_host import KEY, PATHS, Hosted, hosted, question
from tests.replay_client import eventually, held_back, read_until

from deltawire import Accumulator, Failed, FailureKind, Finished, FinishReason, Message, parse
from deltawire.policy import Plan, RetryPolicy
from deltawire.requests import Target
from deltawire_transports.faults import FAULTS, SAMPLES, FaultServer, Position
from deltawire_transports.replay import ReplayServer, Reply, json_reply, pace

DIALECTS = tuple(PATHS)
UPSTREAM = ("anthropic", "openai-chat", "openai-responses", "gemini", "ollama", "bedrock")


def target(server: ReplayServer | FaultServer, provider: str = "anthropic") -> Target:
    return Target(provider, "sample-1", KEY, server.base_url, region="us-east-1" if provider == "bedrock" else None)


def reply(provider: str, **more: object) -> Reply:
    body = SAMPLES[provider].body
    return Reply(body.data, headers={"Content-Type": body.media_type}, **more)


def message(events: list[object]) -> Message:
    accumulator = Accumulator()
    accumulator.feed_all(events)
    return accumulator.message()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_api_before_every_provider_says_the_same(dialect: str) -> None:
    for provider in UPSTREAM:
        sample = SAMPLES[provider]
        with ReplayServer(reply(provider)) as server, hosted(target(server, provider)) as gateway:
            answer = message(gateway.ask(dialect))
        assert answer.text == sample.text, provider
        assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
            (sample.tool, json.loads(sample.arguments))
        ], provider
        assert answer.finish_reason is FinishReason.TOOL_CALLS, provider
        assert f"POST {PATHS[dialect]} any: finished tool_calls" in gateway.told[0]


def test_it_runs_on_trio_too() -> None:
    with ReplayServer(reply("gemini")) as server, hosted(target(server, "gemini"), "trio") as gateway:
        assert message(gateway.ask("anthropic")).text == SAMPLES["gemini"].text


def test_one_connection_takes_one_request_after_another() -> None:
    with (
        ReplayServer(reply("anthropic")) as server,
        hosted(target(server)) as gateway,
        contextlib.closing(gateway.connect()) as client,
    ):
        for dialect in DIALECTS:
            body = json.dumps(question(dialect))
            client.request("POST", PATHS[dialect], body, {"Content-Type": "application/json"})
            assert isinstance(parse(dialect, client.getresponse().read())[-1], Finished)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_cut_upstream_is_an_error_in_the_clients_own_api_and_never_a_stop(dialect: str) -> None:
    body = SAMPLES["anthropic"].body
    with (
        FaultServer(body, FAULTS["reset"], Position.MID_EVENT) as server,
        hosted(target(server), policy=RetryPolicy(max_attempts=1)) as gateway,
    ):
        status, _, answer = gateway.post(PATHS[dialect], question(dialect))
    assert status == 200
    last = parse(dialect, answer)[-1]
    assert isinstance(last, Failed)
    assert last.error.kind is not FailureKind.TRUNCATED  # it is said, not only cut
    assert b"[DONE]" not in answer
    assert "failed" in gateway.told[0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_refusal_before_the_first_byte_keeps_its_status_and_its_wait(dialect: str) -> None:
    refused = json_reply(
        429, {"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}}, {"Retry-After": "61"}
    )
    with ReplayServer(refused) as server, hosted(target(server)) as gateway:
        status, headers, body = gateway.post(PATHS[dialect], question(dialect))
    assert (status, headers["retry-after"]) == (429, "61")
    assert "slow" in json.loads(body)["error"]["message"]
    assert KEY.encode() not in body


def test_the_next_target_answers_where_the_first_refuses() -> None:
    refused = json_reply(401, {"error": {"message": "no"}})
    with ReplayServer(refused) as first, ReplayServer(reply("ollama")) as second:
        plan = Plan(target(first, "openai-chat"), (target(second, "ollama"),))
        with hosted(plan) as gateway:
            assert message(gateway.ask("openai-chat")).text == SAMPLES["ollama"].text
    assert "2 attempts" in gateway.told[0], gateway.told


@pytest.mark.parametrize(("dialect", "sign"), [("openai-chat", b": "), ("anthropic", b"event: ping")])
def test_silence_upstream_is_told_to_the_client(dialect: str, sign: bytes) -> None:
    silent = Reply(pace(SAMPLES["gemini"].body.data, 0.15))
    with ReplayServer(silent) as server, hosted(target(server, "gemini"), keep_alive=0.05) as gateway:
        _, _, body = gateway.post(PATHS[dialect], question(dialect))
    assert sign in body
    assert message(parse(dialect, body)).text == SAMPLES["gemini"].text


def _raw(gateway: Hosted, dialect: str = "openai-chat") -> socket.socket:
    where = urlsplit(gateway.url)
    client = socket.create_connection((str(where.hostname), where.port or 0), timeout=20)
    body = json.dumps(question(dialect)).encode()
    fields = (
        f"POST {PATHS[dialect]} HTTP/1.1",
        "Host: here",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    client.sendall("\r\n".join([*fields, "", ""]).encode() + body)
    return client


def test_a_client_that_leaves_closes_the_stream_upstream() -> None:
    with ReplayServer(reply("anthropic", end="hold")) as server, hosted(target(server)) as gateway:
        client = _raw(gateway)
        [exchange] = server.wait_for_requests(1)
        client.close()
        assert exchange.client_closed.wait(5)
        assert eventually(lambda: bool(gateway.told))


def test_a_client_that_leaves_while_nothing_comes_closes_it_too() -> None:
    with ReplayServer(Reply(b"", end="silent")) as server, hosted(target(server)) as gateway:
        client = _raw(gateway)
        [exchange] = server.wait_for_requests(1)
        client.close()
        assert exchange.client_closed.wait(5)
        assert eventually(lambda: gateway.told == ["POST /v1/chat/completions any: the client left"])


def test_a_slow_client_slows_its_upstream() -> None:
    line = json.dumps({"model": "m", "message": {"role": "assistant", "content": "x" * 20_000}, "done": False}).encode()
    last = json.dumps(
        {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
    )
    body = (line + b"\n") * 2_400 + last.encode() + b"\n"
    with ReplayServer(Reply(body)) as server, hosted(target(server, "ollama")) as gateway:
        client = _raw(gateway)
        [exchange] = server.wait_for_requests(1)
        # What the system's socket buffers hold, and no more.
        assert held_back(exchange) < len(body) // 2
        read_until(client, b"0\r\n\r\n")
        client.close()
        assert exchange.complete


@pytest.fixture(scope="module")
def gateway() -> Iterator[Hosted]:
    """Before a target that is down."""
    with hosted(Target("ollama", "m", base_url="http://127.0.0.1:9"), policy=RetryPolicy(max_attempts=1)) as gateway:
        yield gateway


class TestRefusals:
    @pytest.mark.parametrize(
        ("path", "body", "status", "words"),
        [
            ("/v1/embeddings", {}, 404, "Nothing is at POST /v1/embeddings"),
            (PATHS["openai-chat"], b"{", 400, "no JSON"),
            (PATHS["openai-chat"], b"\xff", 400, "no JSON"),
            (PATHS["openai-chat"], [], 400, "must be a JSON object"),
            (PATHS["openai-chat"], {"messages": "hi", "stream": True}, 400, "messages must be a list"),
            (PATHS["openai-chat"], {"messages": []}, 400, "streams only"),
            (PATHS["anthropic"], {"messages": [], "stream": True}, 400, "max_tokens"),
            (PATHS["openai-chat"], {"messages": [], "stream": True, "n": 2}, 400, "more than one choice"),
        ],
        ids=["path", "json", "utf-8", "array", "messages", "no-stream", "limit", "choices"],
    )
    def test_a_wrong_request_says_what_is_wrong(
        self, gateway: Hosted, path: str, body: object, status: int, words: str
    ) -> None:
        found, _, answer = gateway.post(path, body)
        assert (found, words in answer.decode()) == (status, True), answer

    def test_a_page_of_another_origin_cannot_ask(self, gateway: Hosted) -> None:
        status, headers, _ = gateway.post(
            PATHS["openai-chat"], question("openai-chat"), **{"Content-Type": "text/plain"}
        )
        assert status == 400
        assert "access-control-allow-origin" not in headers

    def test_it_lists_the_models_of_the_plan(self, gateway: Hosted) -> None:
        with contextlib.closing(gateway.connect()) as client:
            client.request("GET", "/v1/models")
            assert [each["id"] for each in json.load(client.getresponse())["data"]] == ["m"]

    def test_what_is_no_http_is_refused(self, gateway: Hosted) -> None:
        where = urlsplit(gateway.url)
        with socket.create_connection((str(where.hostname), where.port or 0), timeout=5) as client:
            client.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 400")

    def test_a_target_that_is_down_is_a_bad_gateway(self, gateway: Hosted) -> None:
        status, _, body = gateway.post(PATHS["openai-chat"], question("openai-chat"))
        assert status == 502
        assert "connection" in json.loads(body)["error"]["message"].lower()


def test_it_listens_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback only"), hosted(Target("ollama", "m"), host="0.0.0.0"):
        pass


def test_a_large_body_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deltawire_transports.gateway.http_client.MOST_BODY_BYTES", 1_000)
    with hosted(Target("ollama", "m")) as gateway:
        status, _, body = gateway.post(PATHS["openai-chat"], question("openai-chat", "x" * 2_000))
    assert (status, b"longer than" in body) == (400, True)
