"""Hypothesis strategies for whoever reads streams of models, or the events of this package.

A consumer of events is fuzzed with what a parser may really emit::

    @given(event_streams("anthropic"))
    def test_my_view_copes_with_every_answer(events): ...

A reader of bytes with bodies, cut and damaged in any way::

    @given(wire_bytes("openai-chat").flatmap(damage).flatmap(chunkings))
    def test_my_client_never_hangs(chunks): ...

A client over HTTP with `replies`, which also know statuses, headers and broken connections; the fixture
`deltawire_replay` of `deltawire_transports` serves them. All strategies shrink: towards short answers, few pieces, one
chunk and little damage. They need Hypothesis, which the extra `testing` installs.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from ..encode import Encoder
from ..events import Event
from ..registry import PROVIDERS
from .answer import Answer, Call, Finish, Part, Reasoning, Style, Text
from .checks import cut, events_of
from .damage import damage
from .error_replies import error_replies
from .reply import HttpReply
from .wire import content_type, wire

__all__ = [
    "answers",
    "chunkings",
    "damage",
    "encoded_bytes",
    "event_streams",
    "providers",
    "replies",
    "styles",
    "wire_bytes",
]

_NAMES = ("find", "now", "read_file", "get-weather", "zähle")
_FINISHES: tuple[Finish, ...] = ("stop", "stop", "length", "content_filter")
# What readers of lines, JSON, tags or encodings stumble over.
_TRICKY = (
    *("\n\n", "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x00", "\ufeff"),
    *("🌍", "e\u0301", "né", "日本"),
    *("data: x\n\n", "[DONE]", "event: error\n", ": ping", "}", '"', "\\", "\\u0041", '{"error": 1}'),
    *("<think>", "</think>", "<", "```", "`<think>`"),
)


def providers() -> st.SearchStrategy[str]:
    """The name of any provider or dialect."""
    return st.sampled_from(sorted(PROVIDERS))


def _piece() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(_TRICKY)


def _pieces() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(_piece(), max_size=4).map(tuple)


@st.composite
def _argument_pieces(draw: st.DrawFn, *, whole: bool) -> tuple[str, ...]:
    value = st.none() | st.booleans() | st.integers(-1000, 1000) | _piece()
    arguments = draw(st.dictionaries(_piece(), value | st.lists(value, max_size=2), max_size=3))
    text = json.dumps(arguments, ensure_ascii=draw(st.booleans()))
    if not whole:
        text = text[: draw(st.integers(0, len(text)))]
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    return tuple(text[here:there] for here, there in zip([0, *places], [*places, len(text)], strict=True))


@st.composite
def answers(draw: st.DrawFn, *, errors: bool = True) -> Answer:
    """What a model may answer: stretches of text, reasoning and tool calls, a finish word, usage, an error if `errors`.

    Only an answer that was cut by its length may end in a call whose arguments are cut.
    """
    finish = draw(st.sampled_from(_FINISHES))
    kinds = draw(st.lists(st.sampled_from(["text", "reasoning", "call"]), max_size=4))
    parts: list[Part] = []
    for number, kind in enumerate(kinds):
        if kind == "call":
            cut_short = finish == "length" and number == len(kinds) - 1
            pieces = draw(_argument_pieces(whole=not cut_short))
            parts.append(Call(f"call_{number}", draw(st.sampled_from(_NAMES)), pieces))
        else:
            parts.append((Text if kind == "text" else Reasoning)(draw(_pieces())))
    usage = draw(st.none() | st.tuples(st.integers(1, 10_000), st.integers(1, 10_000)))
    error = draw(st.sampled_from([None, None, None, "Overloaded", "Rate limit reached", ""])) if errors else None
    return Answer(tuple(parts), finish, usage, error)


def styles() -> st.SearchStrategy[Style]:
    """How a server may write an answer: line ends, escapes, names, signs of life, fields of its own."""
    return st.builds(
        Style,
        newline=st.sampled_from(["\n", "\r\n", "\r"]),
        escaped=st.booleans(),
        spaced=st.booleans(),
        named=st.booleans(),
        byte_order_mark=st.booleans(),
        terminator=st.sampled_from([True, True, False]),
        array=st.booleans(),
        reasoning_field=st.sampled_from(["reasoning_content", "reasoning"]),
        interleaved=st.booleans(),
        vendor=st.sampled_from(["anthropic", "openai-chat", "cohere", "bedrock"]),
        keep_alives=st.frozensets(st.integers(0, 8), max_size=3),
        extra=st.dictionaries(
            st.sampled_from(["x_vendor", "timings"]), st.none() | st.integers() | _piece(), max_size=1
        ),
    )


def wire_bytes(provider: str, *, errors: bool = True) -> st.SearchStrategy[bytes]:
    """Whole bodies in the provider's wire format, as a server might stream them: every one a lawful answer, or an error
    inside the stream if `errors`. Raises ValueError, when drawn, for an unknown provider."""
    return st.builds(wire, st.just(provider), answers(errors=errors), styles())


def event_streams(provider: str, *, damaged: bool = False, **options: Any) -> st.SearchStrategy[list[Event]]:
    """The events of one response, the terminal one last, as a parser of the provider emits them.

    They keep `laws_of_order`. With `damaged` the bytes behind them were damaged or cut: more of them end in `Failed`,
    and malformed frames, notes and unknown payloads stand among them. `options` are those of `deltawire.parser`, such
    as `raw=True` or `think="anywhere"`.
    """
    bodies = wire_bytes(provider)
    if damaged:
        bodies = bodies.flatmap(damage)
    return bodies.map(lambda body: events_of(provider, [body], **options))


def encoded_bytes(provider: str, **options: Any) -> st.SearchStrategy[bytes]:
    """Whole bodies in the provider's dialect as an `Encoder` writes them: what any provider may say, as a gateway tells
    it. `options` are those of `Encoder`. Raises ValueError, when drawn, for a provider without an encoder."""
    return providers().flatmap(event_streams).map(lambda events: _encoded(provider, events, options))


def _encoded(provider: str, events: list[Event], options: dict[str, Any]) -> bytes:
    encoder = Encoder(provider, **options)
    return b"".join(map(encoder.feed, events))


@st.composite
def chunkings(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """The data in pieces: whole, byte by byte, in pieces of one size, or cut anywhere; empty pieces may stand between.

    The pieces joined are `data`. For bodies that are drawn themselves: `wire_bytes(provider).flatmap(chunkings)`.
    """
    way = draw(st.sampled_from(["whole", "anywhere", "sizes", "bytes"]))
    if way == "whole":
        chunks = [data] if data else []
    elif way == "anywhere":
        chunks = [
            chunk for chunk in cut(data, draw(st.lists(st.integers(0, max(len(data) - 1, 0)), max_size=8))) if chunk
        ]
    else:
        size = 1 if way == "bytes" else draw(st.integers(2, 64))
        chunks = [data[place : place + size] for place in range(0, len(data), size)]
    for place in draw(st.lists(st.integers(0, len(chunks)), max_size=2)):
        chunks.insert(place, b"")
    return chunks


@st.composite
def replies(draw: st.DrawFn, provider: str, *, damaged: bool = False) -> HttpReply:
    """Whole HTTP responses of a provider: answers, refusals with their statuses and headers, connections that break.

    With `damaged` bodies may be damaged as `damage` does.
    """
    if draw(st.sampled_from([True, False, False])):
        status, headers, body = draw(error_replies(provider))
    else:
        style = draw(styles())
        body = wire(provider, draw(answers()), style)
        status, headers = 200, (("Content-Type", content_type(provider, style)), ("x-request-id", "req-1"))
        if damaged and draw(st.booleans()):
            body = draw(damage(body))
    chunks = [chunk for chunk in draw(chunkings(body)) if chunk]
    broken = draw(st.sampled_from([False, False, True]))
    if broken:
        chunks = chunks[: draw(st.integers(0, len(chunks)))]
    return HttpReply(provider, status, headers, tuple(chunks), broken)
