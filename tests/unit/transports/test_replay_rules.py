"""What the replay server refuses in the place of a provider."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from tests.replay_client import http, post

from deltawire_transports.replay import PROVIDER_RULES, Exchange, ReplayServer, Reply, provider_rules

STREAM = {"model": "m", "stream": True}
GEMINI = "/v1beta/models/m:streamGenerateContent"
BEARER = {"authorization": "Bearer k"}
GOOD: dict[str, tuple[str, str, dict[str, str], dict[str, Any]]] = {
    "openai-chat": ("/v1/chat/completions", "", BEARER, STREAM),
    "openai-responses": ("/v1/responses", "", BEARER, STREAM),
    "anthropic": ("/v1/messages", "", {"x-api-key": "k", "anthropic-version": "2023-06-01"}, STREAM),
    "gemini": (GEMINI, "alt=sse", {"x-goog-api-key": "k"}, {"contents": []}),
    "gemini-interactions": ("/v1beta/interactions", "", {"x-goog-api-key": "k"}, STREAM),
    "ollama": ("/api/chat", "", {}, {"model": "m"}),
    "bedrock": ("/model/m/converse-stream", "", {}, {"messages": []}),
    "bedrock-invoke": ("/model/m/invoke-with-response-stream", "", {}, {"messages": []}),
    "cohere": ("/v2/chat", "", BEARER, STREAM),
}
EACH = pytest.mark.parametrize("provider", GOOD)


def request(provider: str, **changes: Any) -> Exchange:
    path, query, headers, payload = GOOD[provider]
    body = json.dumps(changes.pop("payload", payload)).encode()
    exchange = Exchange("POST", path, query, tuple(headers.items()), body)
    return attrs.evolve(exchange, **changes)


def refused(reply: Reply | None) -> tuple[int, Any]:
    assert reply is not None
    ((_, body),) = reply.body
    return reply.status, json.loads(body)


def test_every_provider_has_a_good_request_here() -> None:
    assert set(GOOD) == set(PROVIDER_RULES)


@EACH
def test_a_good_request_passes(provider: str) -> None:
    assert provider_rules(provider)(request(provider)) is None
    assert provider_rules(*GOOD)(request(provider)) is None


@EACH
@pytest.mark.parametrize("change", [{"path": "/v1/v1/other"}, {"path": "/"}, {"method": "GET"}], ids=str)
def test_another_path_or_method_is_not_found(provider: str, change: dict[str, str]) -> None:
    reply = provider_rules(provider)(request(provider, **change))
    assert reply is not None
    assert reply.status == 404


@pytest.mark.parametrize(
    ("provider", "status", "word"),
    [
        ("openai-chat", 401, lambda error: error["error"]["code"] == "invalid_api_key"),
        ("openai-responses", 401, lambda error: error["error"]["type"] == "invalid_request_error"),
        ("anthropic", 401, lambda error: error["error"]["type"] == "authentication_error"),
        ("gemini", 403, lambda error: error["error"]["status"] == "PERMISSION_DENIED"),
        ("gemini-interactions", 403, lambda error: error["error"]["code"] == 403),
        ("cohere", 401, lambda error: set(error) == {"id", "message"}),
    ],
)
def test_a_missing_key_is_refused(provider: str, status: int, word: Callable[[Any], bool]) -> None:
    for headers in ((), (("authorization", "Bearer "), ("x-api-key", "")), (("authorization", "Basic k"),)):
        found, error = refused(provider_rules(provider)(request(provider, headers=headers)))
        assert found == status
        assert word(error)


@pytest.mark.parametrize("provider", ["ollama", "bedrock", "bedrock-invoke"])
def test_some_ask_for_no_key(provider: str) -> None:
    assert provider_rules(provider, key="other")(request(provider, headers=())) is None


@pytest.mark.parametrize("provider", [name for name, good in GOOD.items() if good[2]])
def test_a_wrong_key_is_refused_if_the_right_one_is_known(provider: str) -> None:
    assert provider_rules(provider, key="k")(request(provider)) is None
    status, _ = refused(provider_rules(provider, key="other")(request(provider)))
    assert status == (400 if provider.startswith("gemini") else 401)


def test_each_provider_takes_a_key_in_every_place_it_documents() -> None:
    version = ("anthropic-version", "2023-06-01")
    assert provider_rules("anthropic")(request("anthropic", headers=(version, *BEARER.items()))) is None
    assert provider_rules("gemini")(request("gemini", headers=tuple(BEARER.items()))) is None
    assert provider_rules("gemini", key="k")(request("gemini", headers=(), query="alt=sse&key=k")) is None
    assert provider_rules("openai-chat")(request("openai-chat", headers=(("x-api-key", "k"),))) is not None


def test_anthropic_asks_for_its_version() -> None:
    status, error = refused(provider_rules("anthropic")(request("anthropic", headers=(("x-api-key", "k"),))))
    assert (status, error["error"]["type"]) == (400, "invalid_request_error")
    assert error["error"]["message"] == "anthropic-version: header is required"


@EACH
@pytest.mark.parametrize("body", [b"", b"[]", b"{"], ids=repr)
def test_a_body_that_is_no_object_is_refused(provider: str, body: bytes) -> None:
    assert refused(provider_rules(provider)(request(provider, body=body)))[0] == 400


@pytest.mark.parametrize("provider", [name for name, good in GOOD.items() if good[3] is STREAM])
@pytest.mark.parametrize("payload", [{}, {"stream": False}, {"stream": None}, {"stream": 1}], ids=str)
def test_the_body_must_ask_to_stream(provider: str, payload: dict[str, Any]) -> None:
    assert refused(provider_rules(provider)(request(provider, payload=payload)))[0] == 400


def test_ollama_streams_unless_the_body_says_no() -> None:
    rules = provider_rules("ollama")
    assert rules(request("ollama", payload={"stream": True})) is None
    assert refused(rules(request("ollama", payload={"stream": False}))) == (
        400,
        {"error": "This server only streams: set stream to true."},
    )


def test_gemini_wraps_its_error_in_an_array_where_it_would_stream_one() -> None:
    _, error = refused(provider_rules("gemini")(request("gemini", query="", headers=())))
    assert error[0]["error"]["status"] == "PERMISSION_DENIED"


def test_rules_may_be_of_your_own() -> None:
    groq = attrs.evolve(PROVIDER_RULES["openai-chat"], path="/openai/v1/chat/completions")
    rules = provider_rules("anthropic", groq)
    assert rules(request("openai-chat", path="/openai/v1/chat/completions")) is None
    status, error = refused(rules(request("openai-chat")))
    assert (status, error["type"]) == (404, "error")


def test_rules_name_at_least_one_provider_that_exists() -> None:
    with pytest.raises(ValueError, match="at least one"):
        provider_rules()
    with pytest.raises(KeyError):
        provider_rules("nobody")


def test_a_refused_request_is_recorded_and_takes_no_reply_of_the_script() -> None:
    with ReplayServer([Reply(b"answer")], rules=provider_rules("openai-chat")) as server, http(server) as client:
        refusal = post(client, "/v1/chat/completions", STREAM)
        assert (refusal.status, json.load(refusal)["error"]["code"]) == (401, "invalid_api_key")
        assert post(client, "/v1/chat/completions", STREAM, Authorization="Bearer k").read() == b"answer"
        assert [exchange.reply.status for exchange in server.record if exchange.reply] == [401, 200]
