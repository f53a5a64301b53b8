"""A parser and an encoder as one stage."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.encode_laws import TARGETS

from deltawire import Failed, Finished, Limits, parse, parser, stream_event, translate
from deltawire.events import TextDelta
from deltawire.failures import Failure, FailureKind, UsageError
from deltawire.policy import AttemptStarted, Cancelled, ContextOverflow, Paused, Status
from deltawire.testing.strategies import chunkings, providers, wire_bytes

RESET = Failure(FailureKind.READ, "The connection was reset")
OVERFLOW = Failure(FailureKind.CONTEXT_OVERFLOW, "too long")
LINE = b'{"model":"m","message":{"role":"assistant","content":"hi"},"done":false}\n'
DONE = b'{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}\n'


def test_bytes_come_as_soon_as_an_event_is_complete() -> None:
    stage = translate("ollama", "openai-chat")
    assert stage.feed(LINE[:-1]) == b""
    assert b'"content":"hi"' in stage.feed(LINE[-1:])
    assert stage.terminal is None
    assert stage.feed(DONE).endswith(b"data: [DONE]\n\n")
    assert isinstance(stage.terminal, Finished)
    assert stage.ended
    assert stage.end() == stage.end() == stage.error(RESET) == b""


def test_a_source_that_ended_is_fed_no_more() -> None:
    stage = translate("ollama", "anthropic")
    stage.end()
    with pytest.raises(UsageError):
        stage.feed(LINE)


def test_losses_and_media_type_are_those_of_the_target() -> None:
    stage = translate("ollama", "gemini", array=True, model="n")
    stage.feed(LINE + DONE)
    assert stage.media_type == "application/json"
    assert b'"modelVersion":"n"' in translate("ollama", "gemini", model="n").feed(LINE)
    assert translate("openai-chat", "ollama").lost == ()
    assert b": keep-alive" in translate("ollama", "openai-chat").keep_alive()


@pytest.mark.parametrize(("source", "target"), [("nobody", "anthropic"), ("anthropic", "cohere")])
def test_names_are_checked(source: str, target: str) -> None:
    with pytest.raises(ValueError, match=r"nobody|cohere"):
        translate(source, target)


def test_the_parser_takes_its_options() -> None:
    line = b'{"model":"m","message":{"content":"<think>hm</think>hi"},"done":false}\n'
    assert b"reasoning_content" in translate("ollama", "openai-chat").feed(line + DONE)
    assert b"reasoning_content" not in translate("ollama", "openai-chat", think="off").feed(line + DONE)
    assert b"secret" not in translate("ollama", "openai-chat", redact=["secret"]).feed(b'{"error":"secret key"}\n')
    small = translate("ollama", "openai-chat", limits=Limits(frame_bytes=50))
    assert b'"error"' in small.feed(line)


@given(st.data())
def test_between_equal_names_bytes_pass_as_they_are(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(TARGETS))
    body = data.draw(wire_bytes(name))
    stage, passed = translate(name, name), b""
    for chunk in data.draw(chunkings(body)):
        piece = stage.feed(chunk)
        assert piece == chunk
        passed += piece
    assert passed == body
    # Only behind a stream that breaks off something is added.
    assert stage.end() == b"" or not stage_ends(name, body)
    assert stage.keep_alive() == b""


def stage_ends(name: str, body: bytes) -> bool:
    """True if the body says itself how it ended."""
    response = parser(name)
    response.receive_data(body)
    return response.ended or response.can_finish


@given(st.data())
def test_no_split_changes_what_comes_out(data: st.DataObject) -> None:
    source, target = data.draw(providers()), data.draw(st.sampled_from(TARGETS))
    body = data.draw(wire_bytes(source))
    whole, pieces = translate(source, target), translate(source, target)
    expected = whole.feed(body) + whole.end()
    assert b"".join(map(pieces.feed, data.draw(chunkings(body)))) + pieces.end() == expected


@given(st.data())
def test_a_cut_source_is_never_a_finished_target(data: st.DataObject) -> None:
    source, target = data.draw(providers()), data.draw(st.sampled_from(TARGETS))
    body = data.draw(wire_bytes(source))
    body = body[: data.draw(st.integers(0, len(body)))]
    before: Any = parse(source, body)[-1]
    stage = translate(source, target)
    out = stage.feed(body)
    out += stage.error(RESET) if data.draw(st.booleans()) else stage.end()
    assert isinstance(parse(target, out)[-1], Failed) or isinstance(before, Finished)
    if isinstance(stage.terminal, Failed) and source != target:
        assert not out.endswith(b"data: [DONE]\n\n")
        assert b"event: message_stop" not in out
        assert b"event: response.completed" not in out


@pytest.mark.parametrize("name", TARGETS)
def test_behind_a_cut_that_passes_stands_the_dialects_error(name: str) -> None:
    body = translate("ollama", name, model="m").feed(LINE)
    stage = translate(name, name)
    out = stage.feed(body[:-3]) + stage.error(RESET)
    assert out.startswith(body[:-3] + b"\n\n")
    end: Any = parse(name, out)[-1]
    assert isinstance(end, Failed)
    assert b"The connection was reset" in out


def test_a_stage_can_be_copied_and_put_away() -> None:
    stage = translate("ollama", "anthropic")
    first = stage.feed(LINE)
    copies = [copy.deepcopy(stage), pickle.loads(pickle.dumps(stage))]
    expected = stage.feed(DONE)
    assert [other.feed(DONE) for other in copies] == [expected] * 2
    assert isinstance(parse("anthropic", first + expected)[-1], Finished)


def test_events_of_a_session_that_end_an_answer_are_failures() -> None:
    assert stream_event(ContextOverflow(OVERFLOW)) == Failed(OVERFLOW)
    for event in (Cancelled(), Paused()):
        said = stream_event(event)
        assert isinstance(said, Failed)
        assert not said.error.retryable


def test_other_events_of_a_session_are_no_part_of_a_response() -> None:
    text = TextDelta("a")
    assert stream_event(text) is text
    assert stream_event(Status("waiting")) is None
    assert stream_event(AttemptStarted(1, 2, "anthropic", "m")) is None
