"""The program that the type checkers read does what they think it does."""

from __future__ import annotations

import asyncio

from tests.shim_bodies import HELLO
from tests.typing.consumer import async_words, blocking_words, parsed_words
from tests.unit.transports.scenarios import at

from deltawire_transports.replay import ReplayServer, Reply


def test_every_event_finds_its_case() -> None:
    parsed = parsed_words("openai-chat", [HELLO[:40], HELLO[40:]])
    assert parsed[-1] == "stop"
    with ReplayServer(Reply(HELLO)) as server:
        assert blocking_words(at(server)) == asyncio.run(async_words(at(server), {})) == ["m", *parsed]
