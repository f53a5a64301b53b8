"""Events that a replay server plays in any dialect."""

from __future__ import annotations

import pytest
from tests.encode_laws import TARGETS

from deltawire import Failed, Finished, TextDelta, parse
from deltawire.events import FinishReason, ResponseStarted
from deltawire.policy import Plan
from deltawire.requests import Target
from deltawire_transports.blocking import complete
from deltawire_transports.replay import PROVIDER_RULES, ReplayServer, encoded_reply

START = ResponseStarted("r", "m", "cohere")
EVENTS = [START, TextDelta("Grüezi "), TextDelta("🌍"), Finished(FinishReason.STOP, "stop")]


@pytest.mark.parametrize("provider", TARGETS)
def test_a_mock_of_a_provider_in_a_few_lines(provider: str) -> None:
    with ReplayServer(encoded_reply(provider, EVENTS)) as server:
        path = "/v1" if PROVIDER_RULES[provider].path.startswith("/v1/") and provider.startswith("openai") else ""
        plan = Plan(Target(provider, "m", "key", server.base_url + path))
        assert complete(plan, prompt="hi").text == "Grüezi 🌍"


def test_each_event_is_a_piece_of_its_own() -> None:
    reply = encoded_reply("ollama", EVENTS, seconds_per_event=0.5, created=1)
    assert [seconds for seconds, _ in reply.body] == [0.5] * 3
    assert dict(reply.headers) == {"Content-Type": "application/x-ndjson"}


def test_events_without_an_end_end_in_an_error() -> None:
    reply = encoded_reply("anthropic", EVENTS[:2])
    assert isinstance(parse("anthropic", b"".join(piece for _, piece in reply.body))[-1], Failed)


def test_events_behind_the_end_are_left_out() -> None:
    assert encoded_reply("gemini", [*EVENTS, TextDelta("late")]) == encoded_reply("gemini", EVENTS)
