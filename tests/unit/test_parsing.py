"""The short ways from bytes to events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.helpers import CHAT, CHAT_TEXT, each_sample, feed, sse
from tests.provider_laws import bytewise

from deltawire.events import Failed, Finished, Raw
from deltawire.failures import FailureKind
from deltawire.parsing import iter_events, parse


@each_sample
def test_both_give_the_events_of_the_parser(provider: str, body: bytes) -> None:
    assert parse(provider, body) == feed(provider, body)
    assert list(iter_events(provider, bytewise(body))) == feed(provider, body)
    assert list(iter_events(provider, [body])) == feed(provider, body)


def test_options_go_to_the_parser() -> None:
    assert parse("openai-chat", CHAT["text"], raw=True) == feed("openai-chat", CHAT["text"], raw=True)
    assert isinstance(next(iter_events("openai-chat", [CHAT["text"]], raw=True)), Raw)
    with pytest.raises(ValueError, match="no provider"):
        parse("none", b"")
    with pytest.raises(ValueError, match="no provider"):
        iter_events("none", [])
    with pytest.raises(TypeError):
        parse("openai-chat", b"", colour="red")


@pytest.mark.parametrize("chunks", [[], [b""], [b"", b"\n"]])
def test_a_body_without_anything_fails_once(chunks: list[bytes]) -> None:
    events = list(iter_events("openai-chat", chunks))
    assert [type(event) for event in events] == [Failed]
    assert events[0].error.kind is FailureKind.EMPTY


def test_events_come_as_soon_as_they_are_complete() -> None:
    taken: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number, payload in enumerate([*CHAT_TEXT, "[DONE]", "late"]):
            taken.append(number)
            yield sse(payload)

    events = iter_events("openai-chat", chunks())
    next(events)
    assert taken == [0]
    assert isinstance(list(events)[-1], Finished)
    assert taken == [0, 1, 2, 3, 4]
    assert list(events) == []


def test_what_the_chunks_raise_passes_through_and_reading_may_go_on() -> None:
    chunks: Iterator[bytes | Exception] = iter([sse(CHAT_TEXT[0]), ConnectionError("reset"), sse(*CHAT_TEXT[1:])])

    class Source:
        def __iter__(self) -> Source:
            return self

        def __next__(self) -> bytes:
            chunk = next(chunks)
            if isinstance(chunk, Exception):
                raise chunk
            return chunk

    events = iter_events("openai-chat", Source())
    first = [next(events)]
    with pytest.raises(ConnectionError, match="reset"):
        next(events)
    assert first + list(events) == feed("openai-chat", sse(*CHAT_TEXT))


@pytest.mark.parametrize(
    "body",
    [b"data: {}", bytearray(b"data: {}"), memoryview(b"data: {}"), "data: {}"],
    ids=["bytes", "bytearray", "view", "text"],
)
def test_one_body_is_no_chunks(body: Any) -> None:
    with pytest.raises(TypeError, match=r"iter_events\(\) takes chunks, such as \[body\]; parse\(\) takes one body"):
        iter_events("openai-chat", body)
