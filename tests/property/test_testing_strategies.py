"""The public strategies draw what they say, for every provider, and parsers make of it what was said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from tests.helpers import message_of

import deltawire
from deltawire.encode import ENCODABLE
from deltawire.events import Event, Failed, Finished, FinishReason, Malformed, Raw
from deltawire.response import parser
from deltawire.testing import (
    Answer,
    Call,
    HttpReply,
    Style,
    assert_split_invariant,
    assert_total,
    events_of,
    laws_of_order,
    payloads_of,
    wire,
)
from deltawire.testing.strategies import (
    answers,
    chunkings,
    damage,
    encoded_bytes,
    event_streams,
    providers,
    replies,
    styles,
    wire_bytes,
)

SCHEMAS = (
    *("anthropic", "bedrock", "bedrock-invoke", "cohere", "gemini", "gemini-interactions", "ollama"),
    *("openai-chat", "openai-responses"),
)
each_schema = pytest.mark.parametrize("provider", SCHEMAS)
schemas = st.sampled_from(SCHEMAS)

# Providers whose calls come as objects: the text of the arguments is ours, and a call that was cut cannot be told.
WHOLE_CALLS = {"gemini", "ollama"}


def what_was_called(provider: str, calls: Any) -> list[tuple[str, Any]]:
    if provider in WHOLE_CALLS:
        return [(call.name, json.loads(call.arguments) if call.arguments else {}) for call in calls]
    return [(call.name, call.arguments or "{}") for call in calls]


def expected_calls(provider: str, answer: Answer) -> list[tuple[str, Any]]:
    if provider in WHOLE_CALLS:
        return [(call.name, call.arguments_object) for call in answer.calls]
    return [(call.name, call.arguments or "{}") for call in answer.calls]


@each_schema
@given(st.data())
def test_what_an_answer_says_comes_out_of_the_parser_at_any_split(provider: str, data: st.DataObject) -> None:
    answer, style = data.draw(answers(errors=False)), data.draw(styles())
    body = wire(provider, answer, style)
    chunks = data.draw(chunkings(body))
    events = assert_total(provider, body, chunks, think="off")
    assert events == assert_split_invariant(provider, body, [chunks], think="off")
    message, end = message_of(events), events[-1]
    assert message.text == answer.text
    assert message.reasoning == answer.reasoning
    assert what_was_called(provider, message.tool_calls) == expected_calls(provider, answer)
    assert isinstance(end, Finished)
    if answer.finish != "content_filter":
        called = answer.finish == "stop" and answer.calls
        assert end.reason is (FinishReason.TOOL_CALLS if called else FinishReason(answer.finish))
    if answer.usage is not None:
        assert end.usage is not None
        assert (end.usage.input_tokens, end.usage.output_tokens) == answer.usage


@given(schemas, answers(errors=False), styles(), st.sampled_from(["Overloaded", "Not now: \u2028 🌍"]))
def test_an_error_behind_an_answer_fails_it_with_the_providers_words(
    provider: str, answer: Answer, style: Style, said: str
) -> None:
    (*_, end) = events_of(provider, [wire(provider, attrs.evolve(answer, error=said), style)])
    assert isinstance(end, Failed)
    assert " ".join(said.split()) in end.error.message  # one line: a message is read by a person


@given(schemas, answers(errors=False), styles())
def test_payloads_handed_over_decoded_give_the_message_of_the_body(provider: str, answer: Answer, style: Style) -> None:
    response = parser(provider)
    decoded = [event for payload in payloads_of(provider, answer, style) for event in response.receive_payload(payload)]
    decoded += response.receive_eof()
    assert message_of(decoded) == message_of(events_of(provider, [wire(provider, answer, style)]))


@given(schemas, st.data())
def test_any_damaged_body_in_any_pieces_gives_the_same_lawful_events(provider: str, data: st.DataObject) -> None:
    body = data.draw(wire_bytes(provider).flatmap(damage))
    chunks = data.draw(chunkings(body))
    assert assert_total(provider, body, chunks) == assert_split_invariant(provider, body, [chunks])


@given(schemas.flatmap(lambda name: event_streams(name) | event_streams(name, damaged=True)))
def test_event_streams_are_lawful(events: list[Event]) -> None:
    laws_of_order(events)


@given(schemas.flatmap(lambda name: replies(name, damaged=True)))
def test_replies_are_total(reply: HttpReply) -> None:
    events = reply.events()
    laws_of_order(events)
    assert reply.status == 200 or isinstance(events[-1], Failed)


@given(providers(), st.data())
def test_every_dialect_has_bodies(provider: str, data: st.DataObject) -> None:
    assert isinstance(deltawire.parse(provider, data.draw(wire_bytes(provider, errors=False)))[-1], Finished)


@given(st.binary(max_size=100), st.data())
def test_chunkings_join_to_the_data(body: bytes, data: st.DataObject) -> None:
    assert b"".join(data.draw(chunkings(body))) == body


def reached(strategy: st.SearchStrategy[Any], condition: Callable[[Any], bool]) -> Any:
    """The first value drawn that is so; raises NoSuchExample if none is."""
    return find(strategy, condition, settings=settings(phases=[Phase.generate], max_examples=1000))


REACHED: dict[str, Callable[[list[Event]], bool]] = {
    "a finish": lambda events: isinstance(events[-1], Finished),
    "an error": lambda events: isinstance(events[-1], Failed) and events[-1].error.kind not in {"truncated", "empty"},
    "complete calls": lambda events: len(message_of(events).tool_calls) > 1,
    "usage": lambda events: isinstance(events[-1], Finished) and events[-1].usage is not None,
    "reasoning": lambda events: bool(message_of(events).reasoning),
}


@pytest.mark.parametrize("kind", REACHED)
def test_event_streams_reach_what_answers_are_made_of(kind: str) -> None:
    assert reached(event_streams("anthropic"), REACHED[kind])


def test_event_streams_reach_damage_and_take_the_options_of_a_parser() -> None:
    damaged = event_streams("openai-chat", damaged=True)
    assert reached(damaged, lambda events: any(isinstance(event, Malformed) for event in events))
    assert reached(damaged, lambda events: isinstance(events[-1], Failed) and events[-1].error.kind == "truncated")
    assert reached(
        event_streams("openai-chat", raw=True), lambda events: any(isinstance(event, Raw) for event in events)
    )


def test_an_answer_is_written_as_asked() -> None:
    answer = Answer((Call("c1", "find", ("{", "}")), Call("c2", "now", ("{}",))), usage=(3, 4))
    plain = wire("openai-chat", answer, Style(extra={"x": 1}))
    assert plain.count(b"data: ") == plain.count(b"\n\n")
    assert plain.count(b'"x":1') == plain.count(b"data: {")
    assert plain.index(b'"arguments":"{"') < plain.index(b'"c2"')
    beside = wire("openai-chat", answer, Style(interleaved=True, newline="\r\n", keep_alives=frozenset({0})))
    assert beside.startswith(b": keep-alive\r\n\r\ndata: ")
    assert beside.index(b'"arguments":"{"') > beside.index(b'"c2"')


@given(st.data())
def test_encoded_bodies_are_whole_answers_or_say_how_they_failed(data: st.DataObject) -> None:
    provider = data.draw(st.sampled_from(ENCODABLE))
    assert assert_total(provider, data.draw(encoded_bytes(provider)))
