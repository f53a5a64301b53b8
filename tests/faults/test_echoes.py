"""Servers that send the key back: it is not shown, wherever they put it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deltawire import Failed, Malformed
from deltawire_transports.replay import Exchange, ReplayServer, Reply, json_reply
from tests.faults.canary import holds_key, key_for, shown, watch
from tests.faults.shims import play, target

KEY = key_for(2)


def sse(*payloads: Any) -> Reply:
    return Reply(b"".join(b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in payloads))


def reply(place: str, key: str) -> Reply:
    message = f"Incorrect API key provided: {key}. Header: Bearer {key}"
    error = {"error": {"message": message, "type": "invalid_request_error", "code": key, "param": key}}
    started = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]}
    return {
        "JSON error": json_reply(401, error),
        "text error": Reply(message.encode(), 500, {"Content-Type": "text/plain"}),
        "HTML error": Reply(f"<html><title>{message}</title></html>".encode(), 502, {"Content-Type": "text/html"}),
        "HTML answer": Reply(f"<html><title>{message}</title></html>".encode(), headers={"Content-Type": "text/html"}),
        "JSON answer": json_reply(200, error),
        "error in the stream": sse(started, error),
        "event that is no JSON": Reply(f"data: {{{message}\n\n".encode()),
        "half an event": Reply(f'data: {{"error": "{key[:-3]}'.encode() + key[-3:].encode()),
        "nothing but a comment": Reply(f": {message}\n\n".encode()),
        "unknown schema": sse({"type": "error", "detail": message, key: key}),
        "header": Reply(b"", 429, (("Retry-After", key), ("X-Request-Id", key), ("X-Echo", key))),
        "content type": Reply(b"\x1f\x8b", headers={"Content-Type": f"text/{key}"}),
    }[place]


PLACES = [
    "JSON error",
    "text error",
    "HTML error",
    "HTML answer",
    "JSON answer",
    "error in the stream",
    "event that is no JSON",
    "half an event",
    "nothing but a comment",
    "unknown schema",
    "header",
    "content type",
]


@pytest.mark.parametrize("shim", ["blocking", "aio"])
@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_comes_back_is_not_shown(place: str, shim: str) -> None:
    def echo(exchange: Exchange) -> Reply:
        key = (exchange.header("authorization") or "").removeprefix("Bearer ")
        assert holds_key(key)
        return reply(place, key)

    with ReplayServer(echo) as server, watch() as watched:
        run = play(shim, target("openai-chat", server.base_url, KEY))
    assert isinstance(run.events[-1], Failed), run
    assert shown(run) == []
    if place not in ("header", "content type"):  # the HTTP library logs the headers of responses at DEBUG
        assert watched.keys == []


@pytest.mark.parametrize("shim", ["blocking", "aio"])
def test_the_rest_of_what_the_server_says_is_shown(shim: str) -> None:
    with ReplayServer(lambda _: reply("event that is no JSON", KEY)) as server:
        run = play(shim, target("openai-chat", server.base_url, KEY))
    (event,) = [event for event in run.events if isinstance(event, Malformed)]
    assert b"Incorrect API key provided: [redacted]" in event.raw
