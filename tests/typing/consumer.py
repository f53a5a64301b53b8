"""What a program of a user's looks like to mypy and pyright in strict mode: every event has its type, and a `match`
that leaves one out is an error. `test_typing.py` runs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never, assert_type

import deltawire
from deltawire import (
    AttemptStarted,
    Cancelled,
    ChoiceFinished,
    Citation,
    ContextOverflow,
    Event,
    Failed,
    FallbackStarted,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    Malformed,
    MediaDelta,
    Message,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    Paused,
    PolicyEvent,
    Raw,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    RetryAttempt,
    ServerToolUsed,
    Status,
    Target,
    TextDelta,
    TokenUsageUpdate,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire_transports import aio, blocking
from deltawire_transports.options import StreamEvent, StreamOptions


def of_a_parser(event: Event) -> str:  # noqa: C901 - one case for each event
    match event:
        case TextDelta(text=text) | ReasoningDelta(text=text) | RefusalDelta(text=text):
            return assert_type(text, str)
        case ToolCallStarted(name=word) | ToolCallDelta(arguments=word) | ToolCallFinished(name=word):
            return assert_type(word, str)
        case ServerToolUsed(kind=kind) | MediaDelta(kind=kind) | OpaqueState(kind=kind) | Heartbeat(kind=kind):
            return kind
        case PartFinished(kind=kind):
            return kind
        case Citation(payload=payload) | Metadata(payload=payload) | Unknown(payload=payload) | Raw(payload=payload):
            return str(payload)
        case Logprobs(tokens=tokens):
            return str(len(tokens))
        case UsageUpdate(usage=usage):
            return str(assert_type(usage.total_tokens, int | None))
        case ResponseStarted(model=model):
            return model
        case Malformed(reason=reason):
            return reason
        case Note(code=code):
            return code.value
        case ChoiceFinished(reason=finish):
            return assert_type(finish, FinishReason).value
        case Finished(reason=finish):
            return finish.value
        case Failed(error=error):
            return error.kind.value
        case _:
            assert_never(event)


def of_a_session(event: PolicyEvent) -> str:
    match event:
        case AttemptStarted(model=model) | FallbackStarted(model=model):
            return model
        case RetryAttempt(error_message=message) | Status(message=message):
            return message
        case TokenUsageUpdate(status=status):
            return status
        case ContextOverflow(error=error):
            return error.kind.value
        case Cancelled() | Paused():
            return type(event).__name__
        case _:
            assert_never(event)


def blocking_words(target: Target, **options: Any) -> list[str]:
    words: list[str] = []
    with blocking.open_stream(target, "hi", **options) as stream:
        for event in stream:
            assert_type(event, StreamEvent)
            words.append(of_a_parser(event) if isinstance(event, Event) else of_a_session(event))
        assert_type(stream.message(), Message)
    return words


async def async_words(target: Target, options: StreamOptions) -> list[str]:
    words: list[str] = []
    async with aio.open_stream(target, "hi", **options) as stream:
        async for event in stream:
            assert_type(event, StreamEvent)
            words.append(of_a_parser(event) if isinstance(event, Event) else of_a_session(event))
    return words


def parsed_words(provider: str, chunks: Iterable[bytes]) -> list[str]:
    parser = deltawire.parser(provider)
    events = [event for chunk in chunks for event in parser.receive_data(chunk)]
    return [of_a_parser(event) for event in assert_type(events + parser.receive_eof(), list[Event])]
