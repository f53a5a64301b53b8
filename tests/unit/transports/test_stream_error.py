"""What a StreamError tells of the attempts before the one whose failure it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.shim_bodies import HELLO
from tests.unit.transports.scenarios import KEY, at

from deltawire.failures import StreamError
from deltawire.policy import Plan, RetryPolicy
from deltawire_transports import aio, blocking
from deltawire_transports.replay import ReplayServer, Reply, json_reply

TWICE = RetryPolicy(max_attempts=2, initial_delay=0.01, max_delay=0.02, rate_limit_floor=0.01)


def ask_blocking(plan: Plan) -> None:
    blocking.complete(plan, "hi", policy=TWICE)


def ask_aio(plan: Plan) -> None:
    asyncio.run(aio.complete(plan, "hi", policy=TWICE))


each_shim = pytest.mark.parametrize("ask", [ask_blocking, ask_aio])


@each_shim
def test_its_notes_say_how_the_attempts_before_went(ask: Callable[[Plan], None]) -> None:
    busy = json_reply(503, {"error": {"message": f"Busy, {KEY}"}})
    with ReplayServer([busy, busy, json_reply(401, {"error": {"message": "Who are you?"}})]) as server:
        plan = Plan(at(server), [at(server, "anthropic", "c")])
        with pytest.raises(StreamError, match=r"^anthropic /v1/messages HTTP 401: Who are you\?") as caught:
            ask(plan)
    said = "openai /v1/chat/completions HTTP 503: Busy, [redacted]."
    assert caught.value.__notes__ == [
        f"Before, attempt 1 at openai-chat (model 'm'): {said}",
        f"Before, attempt 2 at openai-chat (model 'm'): {said}",
    ]


@each_shim
def test_there_are_none_if_nothing_was_asked_before(ask: Callable[[Plan], None]) -> None:
    with ReplayServer(Reply(HELLO[:-20], status=400)) as server, pytest.raises(StreamError) as caught:
        ask(Plan(at(server)))
    assert not hasattr(caught.value, "__notes__")
