"""The vendors' own clients read what the encoders write: the same text, reasoning, calls, finish and counts."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from deltawire import Encoder, Event, Failed, Failure, FailureKind, Finished, TextDelta, parse
from deltawire.events import ChoiceFinished, FinishReason, Heartbeat, ResponseStarted
from deltawire.registry import PROVIDERS
from deltawire.testing.strategies import event_streams, providers
from tests.encode_laws import TARGETS
from tests.helpers import recorded
from tests.interop.answer import Answer, Choice, ours
from tests.interop.clients import CLIENTS, Client
from tests.interop.memory import Reply

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
READERS = [(client, target) for client in CLIENTS for target in TARGETS if target in client.dialects]
IDS = [client.name for client, _ in READERS]
each_client = pytest.mark.parametrize(("client", "target"), READERS, ids=IDS)


def read_of(client: Client) -> Any:
    if client.missing:
        pytest.skip(f"needs {client.missing} (extra `interop`)")
    return client.load()


def reply_of(target: str, events: list[Event]) -> Reply:
    encoder = Encoder(target)
    pieces = [piece for piece in (*map(encoder.feed, events), encoder.end()) if piece]
    return Reply(tuple(pieces), headers=(("content-type", encoder.media_type),))


def hold(client: Client, read: Any, target: str, events: list[Event]) -> None:
    """Whether the vendor's client reads of an answer what ours does, which the round trip holds to the source."""
    reply = reply_of(target, events)
    if refused(client, target, events):
        with pytest.raises(RuntimeError, match=r"response\.completed"):
            read(reply)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs: Answer = read(reply)
    mine = ours(target, reply)
    for index in theirs.choices.keys() | mine.choices.keys():
        left, right = theirs.choices.get(index, Choice()), mine.choices.get(index, Choice())
        assert left.text == right.text
        assert not client.reasoning or left.reasoning == right.reasoning
        ids = [call.id for call in left.calls]
        assert ids in ([call.id for call in right.calls], [None] * len(ids))
        assert [(call.name, call.arguments) for call in left.calls] == [
            (call.name, call.arguments) for call in right.calls
        ]
        assert left.finish == right.finish
    for name, count in theirs.usage.items():
        assert count == mine.usage.get(name), name


HELPER = "openai responses .stream()"


def refused(client: Client, target: str, events: list[Event]) -> bool:
    """True for what a vendor's own helper has no answer for: OpenAI's knows no `response.incomplete`."""
    return client.name == HELPER and b"event: response.incomplete" in reply_of(target, events).whole


def untyped(client: Client, events: list[Event]) -> bool:
    """True for custom tools in Chat Completions, for which the vendor's types of a stream have no field."""
    return client.name.startswith("openai chat") and any(getattr(event, "kind", "") == "custom" for event in events)


def whole(events: list[Event]) -> bool:
    """True for an answer that ends well, and without a call that helpers refuse because it was cut."""
    return isinstance(events[-1], Finished) and all(getattr(event, "complete", True) for event in events)


@each_client
def test_generated_answers_of_any_provider(client: Client, target: str) -> None:
    read = read_of(client)

    @settings(max_examples=25, deadline=None)
    @given(providers().flatmap(lambda source: event_streams(source, think="off")).filter(whole))
    def every(events: list[Event]) -> None:
        hold(client, read, target, events)

    every()


@each_client
def test_recorded_answers_of_every_provider(client: Client, target: str, streams: Path) -> None:
    read, held = read_of(client), 0
    for row in recorded(streams)[:: 1 if THOROUGH else 4]:
        if row["dialect"] in ("eventstream-vectors", "http-error"):
            continue
        source = row["dialect"] if row["dialect"] in PROVIDERS else "openai-chat"
        events = parse(source, (streams / row["file"]).read_bytes())
        if whole(events) and not untyped(client, events):
            hold(client, read, target, events)
            held += 1
    assert held > 100


@each_client
@pytest.mark.parametrize("said", [[], [TextDelta("half")]], ids=["before content", "after content"])
def test_a_failure_is_no_answer(client: Client, target: str, said: list[Event]) -> None:
    read = read_of(client)
    failure = Failure(FailureKind.OVERLOADED, "The upstream is overloaded")
    reply = reply_of(target, [ResponseStarted("r", "m", "cohere"), *said, Failed(failure)])
    if client.name == "openai responses create":
        # It gives the event, and does not raise.
        assert read(reply).choice().finish == "failed"
    else:
        with pytest.raises(Exception, match=r"overloaded|response\.completed"):
            read(reply)


@each_client
def test_signs_of_life_are_passed_over(client: Client, target: str) -> None:
    read, beat = read_of(client), Heartbeat("comment")
    end = [ChoiceFinished(FinishReason.STOP, "stop"), Finished(FinishReason.STOP, "stop")]
    reply = reply_of(target, [beat, ResponseStarted("r", "m", ""), beat, TextDelta("a"), beat, TextDelta("b"), *end])
    assert read(reply).choice().text == "ab"
