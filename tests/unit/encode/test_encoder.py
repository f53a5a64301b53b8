"""What holds for the encoders of all dialects."""

from __future__ import annotations

import json
import re
from typing import Any

import attrs
import pytest
from tests.encode_laws import TARGETS
from tests.encoded import encoded

from deltawire import ENCODABLE, Encoder, Lost, parse, parser
from deltawire.dialects import DIALECTS
from deltawire.encode.lost import LostList
from deltawire.events import (
    Citation,
    Failed,
    Finished,
    FinishReason,
    Metadata,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
)
from deltawire.failures import Failure, FailureKind, UsageError
from deltawire.policy.events import Paused

each_target = pytest.mark.parametrize("target", TARGETS)
HOSTILE = "x\r\nevent: message_stop\r\ndata: [DONE]\n\n\x00\x85\u2028\u2029</script>\x1b"
BUSY = Failure(FailureKind.OVERLOADED, "busy", retry_after=1.2)


def test_every_dialect_of_chat_has_an_encoder() -> None:
    assert set(ENCODABLE) == {*DIALECTS, *TARGETS}


@pytest.mark.parametrize(
    ("name", "hint"),
    [("antropic", "did you mean 'anthropic'"), ("bedrock", "There is one for: "), ("", "There is one for: ")],
)
def test_an_unknown_name_is_told_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=f"no encoder for {name!r}.*{hint}"):
        Encoder(name)


@each_target
def test_what_the_caller_names_stands_before_what_the_events_say(target: str) -> None:
    end = Finished(FinishReason.STOP, "stop")
    body = encoded(
        target, ResponseStarted("theirs", "their-model", "cohere"), TextDelta("a"), end, id="ours", model="our-model"
    )
    assert b"theirs" not in body
    assert b"their-model" not in body
    assert b"our-model" in body


@each_target
def test_after_the_end_there_is_nothing_more_to_say(target: str) -> None:
    encoder = Encoder(target)
    encoder.feed(TextDelta("a"))
    assert not encoder.ended
    assert encoder.feed(Finished(FinishReason.STOP, "stop"))
    assert encoder.ended
    assert encoder.end() == encoder.fail(BUSY) == encoder.keep_alive() == b""
    with pytest.raises(UsageError, match="after the end"):
        encoder.feed(TextDelta("b"))


@each_target
def test_an_answer_that_was_never_proved_complete_ends_in_an_error(target: str) -> None:
    encoder = Encoder(target)
    body = encoder.feed(ResponseStarted("r", "m", target)) + encoder.feed(TextDelta("half"))
    end = encoder.end()
    assert encoder.end() == b""
    last = parse(target, body + end)[-1]
    assert isinstance(last, Failed)
    assert last.error.message == "The answer broke off before it was complete"


@each_target
def test_what_waits_behind_an_open_call_is_said_before_the_error(target: str) -> None:
    started = ToolCallStarted(0, "c", "f")
    body = encoded(target, started, TextDelta("held", part=1))
    events = parse(target, body)
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["held"]
    assert isinstance(events[-1], Failed)


@each_target
def test_no_value_breaks_out_of_its_frame(target: str) -> None:
    events = [
        ResponseStarted(HOSTILE, HOSTILE, HOSTILE),
        TextDelta(HOSTILE),
        Metadata({HOSTILE: HOSTILE}),
        ToolCallStarted(0, HOSTILE, HOSTILE, part=1, item_id=HOSTILE),
        ToolCallFinished(0, HOSTILE, HOSTILE, "{}", complete=True, part=1, item_id=HOSTILE),
        Citation({"type": "url_citation", "url": HOSTILE}),
        ServerToolUsed("call", HOSTILE, HOSTILE, {"type": HOSTILE}),
    ]
    plain = encoded(target, *events, Failed(Failure(FailureKind.SERVER, HOSTILE, code=HOSTILE)))
    text = plain.decode()
    assert not re.search("[\x00\x1b\x85\u2028\u2029]", text)
    names = re.findall(r"^event: (.*)$", text, re.MULTILINE)
    assert all(re.fullmatch(r"[a-z_.]+", name) for name in names)
    fields = {line.partition(":")[0] for line in text.replace("\r\n", "\n").split("\n") if line}
    assert target == "ollama" or fields <= {"event", "data"}
    assert [event.text for event in parse(target, plain, think="off") if isinstance(event, TextDelta)] == [HOSTILE]


@each_target
def test_half_a_surrogate_pair_is_a_replacement_character(target: str) -> None:
    body = encoded(target, TextDelta("a\ud83d"), TextDelta("\ude00b"))
    assert [event.text for event in parse(target, body) if isinstance(event, TextDelta)] == ["a\ufffd", "\ufffdb"]


@each_target
def test_values_that_json_has_no_word_for_are_null_or_text(target: str) -> None:
    payload = {"type": "url_citation", "url": "u", "start_index": float("nan"), "end_index": {1}}
    body = encoded(target, TextDelta("a"), Citation(payload), Finished(FinishReason.STOP, "stop"))
    assert b"NaN" not in body
    assert isinstance(parse(target, body)[-1], Finished)


@each_target
@pytest.mark.parametrize("kind", FailureKind)
def test_an_error_response_is_read_as_the_failure(target: str, kind: FailureKind) -> None:
    status, headers, body = Encoder(target).error_response(Failure(kind, "It went wrong somehow", retry_after=1.2))
    assert 400 <= status <= 599
    assert ("retry-after", "2") in headers
    assert json.loads(body)
    response = parser(target)
    events = response.receive_head(status, headers) + response.receive_data(body) + response.receive_eof()
    assert [type(event) for event in events] == [Failed]
    assert isinstance(events[0], Failed)
    assert events[0].error.message == "It went wrong somehow"
    assert events[0].error.retry_after is not None


@each_target
def test_an_error_response_keeps_a_status_that_is_one(target: str) -> None:
    assert Encoder(target).error_response(attrs.evolve(BUSY, status=520))[0] == 520
    assert Encoder(target).error_response(attrs.evolve(BUSY, status=200))[0] == (529 if target == "anthropic" else 503)


@each_target
def test_a_call_may_come_whole_with_its_end(target: str) -> None:
    whole = ToolCallFinished(0, "c", "f", '{"a":1}', complete=True)
    events = parse(target, encoded(target, whole, Finished(FinishReason.TOOL_CALLS, "")))
    calls = [event for event in events if isinstance(event, ToolCallFinished)]
    assert [(call.id, call.name, call.arguments_object(), call.complete) for call in calls] == [
        ("c", "f", {"a": 1}, True)
    ]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason is FinishReason.TOOL_CALLS


@each_target
def test_clients_are_told_what_need_not_come_again(target: str) -> None:
    told = ("x-should-retry", "false")
    heed = target in ("openai-chat", "openai-responses", "anthropic")
    assert (told in Encoder(target).error_response(Failure(FailureKind.QUOTA, "used up"))[1]) == heed
    assert told not in Encoder(target).error_response(BUSY)[1]


def test_a_loss_is_listed_once_and_counted() -> None:
    losses = LostList()
    for _ in range(3):
        losses.add("citation", "payload", "no place")
    losses.add("citation", "x" * 1000, "no place")
    first, second = losses.records()
    assert first == Lost("citation", "payload", "no place", 3)
    assert len(second.what) < 200


def test_the_list_of_losses_has_an_end() -> None:
    losses = LostList()
    for number in range(1000):
        losses.add("metadata", f"field {number}", "no place")
    records = losses.records()
    assert len(records) == 256
    assert sum(record.count for record in records) == 1000
    assert records[-1].reason == "more different losses than are kept apart"


def test_a_list_of_events_is_not_passed_over() -> None:
    events: Any = [TextDelta("a")]
    with pytest.raises(TypeError, match="takes one event"):
        Encoder("openai-chat").feed(events)


def test_a_provider_that_can_only_be_read_is_not_taken_for_another() -> None:
    with pytest.raises(ValueError, match=r"no encoder for 'bedrock'\. There is one for: anthropic"):
        Encoder("bedrock")


@each_target
def test_an_event_of_a_session_is_no_event_of_the_answer(target: str) -> None:
    encoder = Encoder(target)
    paused: Any = Paused()
    assert encoder.feed(paused) == b""
    assert [(record.event, record.what) for record in encoder.lost] == [("", "all")]
