"""The public checks pass what parsers do, and fail when a parser breaks its promises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.helpers import each_sample

from deltawire.events import Event, Failed, Finished, Heartbeat, Raw, TextDelta
from deltawire.failures import Failure, FailureKind
from deltawire.response import ResponseParser
from deltawire.testing import HttpReply, assert_split_invariant, assert_total, checks, cut, events_of, splits

BODY = b'data: {"id":"r","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
RESET = Failure(FailureKind.READ, "reset")


@each_sample
def test_the_samples_are_total_and_split_invariant(provider: str, body: bytes) -> None:
    assert assert_total(provider, body) == assert_split_invariant(provider, body)


def test_cut_counts_places_around_the_body() -> None:
    assert cut(b"abcd", [1, 6, 1]) == [b"a", b"bcd"]
    assert cut(b"abcd", [3, 1]) == [b"a", b"bc", b"d"]
    assert cut(b"", [1]) == []


def test_splits_are_the_body_in_fixed_sizes_and_cut_at_every_place() -> None:
    ways = splits(b"abc")
    assert [b"a", b"b", b"c"] in ways
    assert [b"ab", b"c"] in ways
    assert [b"a", b"bc"] in ways
    assert len(splits(b"x" * 400)) == 6 + 399
    assert len(splits(b"x" * 10_000)) == 6 + 20


def test_events_of_takes_head_end_and_options() -> None:
    (refused,) = events_of("openai-chat", [b"{}"], status=429, headers={"retry-after": "2"})
    assert isinstance(refused, Failed)
    assert refused.error.retry_after == 2
    assert events_of("openai-chat", [b"data: {"], broken=RESET)[-1] != events_of("openai-chat", [b"data: {"])[-1]
    assert isinstance(events_of("openai-chat", [BODY], raw=True)[0], Raw)
    assert isinstance(assert_total("openai-chat", BODY[:20], broken=RESET)[-1], Failed)
    assert isinstance(assert_total("openai-chat", b"x", status=503)[-1], Failed)


def test_given_chunkings_are_the_ones_that_are_tried() -> None:
    assert assert_split_invariant("openai-chat", BODY, [[BODY[:9], b"", BODY[9:]]]) == events_of("openai-chat", [BODY])
    with pytest.raises(AssertionError, match="the pieces are not the body"):
        assert_split_invariant("openai-chat", BODY, [[BODY[:9]]])


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ([BODY[:40], BODY[40:41], BODY[41:]], r"gives Heartbeat.* instead of ResponseStarted.* as event 0"),
        ([BODY[:-1], BODY[-1:]], r"gives 5 events instead of 4"),
    ],
    ids=["another event", "an event too many"],
)
def test_a_parser_that_depends_on_the_split_is_caught(
    pieces: list[bytes], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = ResponseParser.receive_data

    def talkative(self: ResponseParser, chunk: bytes) -> list[Event]:
        return receive(self, chunk) + [Heartbeat("ping")] * (len(chunk) == 1)

    monkeypatch.setattr(ResponseParser, "receive_data", talkative)
    with pytest.raises(AssertionError, match=words):
        assert_split_invariant("openai-chat", BODY, [pieces])


def test_a_proof_that_fails_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ResponseParser, "receive_eof", lambda self: [Failed(RESET)])
    with pytest.raises(AssertionError, match="can_finish is True"):
        assert_total("openai-chat", BODY.replace(b"data: [DONE]\n\n", b""))


def test_a_parser_that_does_not_end_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    end = Failed(Failure(FailureKind.EMPTY, "nothing"))
    monkeypatch.setattr(ResponseParser, "receive_eof", lambda self: [end])
    with pytest.raises(AssertionError, match="has not ended with the body"):
        assert_total("openai-chat", b"")


def test_events_behind_the_end_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    receive_eof = ResponseParser.receive_eof
    late = [TextDelta("late")]
    monkeypatch.setattr(ResponseParser, "receive_eof", lambda self: late if self._closed else receive_eof(self))
    with pytest.raises(AssertionError, match="has not ended with the body"):
        assert_total("openai-chat", BODY)


def test_an_event_that_no_dict_can_hold_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "event_from_dict", lambda values: Heartbeat("blank"))
    with pytest.raises(AssertionError, match="changes on its way through a dict"):
        assert_total("openai-chat", BODY)


ENDLESS = b'data: {"created":1e400,"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def test_a_number_beyond_a_double_changed_on_its_way_through_a_dict(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(assert_total("openai-chat", ENDLESS)[-1], Finished)
    monkeypatch.setattr(checks, "event_from_dict", lambda values: Heartbeat("blank"))
    with pytest.raises(AssertionError, match="changes on its way through a dict"):
        assert_total("openai-chat", ENDLESS)


def test_what_a_parser_raises_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(_: str) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        assert_total("openai-chat", BODY, loads=raises)
    assert assert_total("openai-chat", BODY, loads=json.loads)


def test_a_reply_gives_the_events_of_its_response() -> None:
    whole = HttpReply("openai-chat", 200, (("Content-Type", "text/event-stream"),), (BODY[:9], BODY[9:]))
    assert whole.body == BODY
    assert whole.events() == events_of("openai-chat", [BODY])
    proved = HttpReply("openai-chat", chunks=(BODY[:-14],), broken=True).events(raw=True)
    assert isinstance(proved[0], Raw)
    assert isinstance(proved[-1], Finished)
    (*_, end) = HttpReply("openai-chat", chunks=(BODY[:20],), broken=True).events()
    assert isinstance(end, Failed)
    assert (end.error.kind, end.error.message) == ("read", "The connection was reset.")
