"""What the providers of the demo send: events through the encoders; Bedrock, which has none, is written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from deltawire import Encoder, Event, Usage
from deltawire.events import (
    ChoiceFinished,
    Finished,
    FinishReason,
    Heartbeat,
    OpaqueState,
    ReasoningDelta,
    ResponseStarted,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    UsageUpdate,
)

from .demo_frames import frames

__all__ = ["calls", "cut_answer", "greeting", "grounded_answer", "local_answer", "summarised_answer"]

Frames = tuple[bytes, ...]

_SCRIPTS = "Grüezi, こんにちは, привет, hello 🌍 — the same events, however the bytes are cut."
_SUMMARY = "**Comparing** frames of text with lines of JSON, and both with binary frames."
_FRAMINGS = "Server-sent events end with a blank line, JSON lines with a line end, AWS frames by their length."
_THOUGHT = "The question is how long light takes from the Sun to the Earth. About 150 million km at c."
_LIGHT = "Light from the Sun takes about 8 minutes and 20 seconds to the Earth — 499 seconds for 149.6 million km."
_LOCAL = "A small model on this machine answers instead: nobody glued two halves together."
_CUT = "The answer to the question of life, the universe and everything is"


_CREATED = 1_767_225_600


def _words(text: str, size: int = 6) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _said(text: str, part: int, size: int = 6) -> list[Event]:
    return [TextDelta(piece, part=part) for piece in _words(text, size)]


def _encoded(provider: str, model: str, events: Sequence[Event], usage: Usage, reason: FinishReason) -> Frames:
    """The frames of an answer, those of one event together."""
    encoder = Encoder(provider, id=f"{provider}-demo", created=_CREATED, model=model)
    end = (ChoiceFinished(reason, ""), UsageUpdate(usage), Finished(reason, None, usage))
    told = (ResponseStarted("", "", provider), *events, *end)
    return tuple(filter(None, map(encoder.feed, told)))


def calls() -> Frames:
    """Chat Completions: reasoning, and two tool calls that grow side by side."""
    thought = "The user wants the weather in two cities. I ask for both at once."
    named = [("call_zrh", '{"city":"Zürich","unit":"celsius"}'), ("call_tyo", '{"city":"東京","unit":"celsius"}')]
    events: list[Event] = [ReasoningDelta(piece) for piece in _words(thought)]
    events += [ToolCallStarted(index, name, "weather") for index, (name, _) in enumerate(named)]
    growing = [[ToolCallDelta(index, piece) for piece in _words(text, 3)] for index, (_, text) in enumerate(named)]
    events += filter(None, chain.from_iterable(zip_longest(*growing)))
    events += [
        ToolCallFinished(index, name, "weather", text, complete=True) for index, (name, text) in enumerate(named)
    ]
    return _encoded("openai-chat", "demo-chat", events, Usage(61, 48, total_tokens=109), FinishReason.TOOL_CALLS)


def greeting() -> Frames:
    """Messages: signed thinking, then text in several scripts, with a ping in between."""
    thought = "A short greeting in several scripts will do."
    events: list[Event] = [UsageUpdate(Usage(24, 1)), *map(ReasoningDelta, _words(thought))]
    events += [OpaqueState("signature", "ZGVtbw=="), Heartbeat("ping"), *_said(_SCRIPTS, 1), Heartbeat("ping")]
    return _encoded("anthropic", "demo-claude", events, Usage(24, 57), FinishReason.STOP)


def summarised_answer() -> Frames:
    """Responses: a summary of the reasoning, then text."""
    events = [ReasoningDelta(piece, kind="summary") for piece in _words(_SUMMARY)]
    usage = Usage(38, 62, reasoning_tokens=33, total_tokens=100)
    return _encoded("openai-responses", "demo-responses", [*events, *_said(_FRAMINGS, 1)], usage, FinishReason.STOP)


def grounded_answer() -> Frames:
    """Gemini: thoughts, then text, with counts that grow."""
    events: list[Event] = [ReasoningDelta(piece, kind="summary") for piece in _words(_THOUGHT, 18)]
    events += _said(_LIGHT, 1, 18)
    counts = [Usage(17, 21 + 5 * number, None, None, 21, 38 + 5 * number) for number in range(1, len(events) + 1)]
    grown = chain.from_iterable(zip(map(UsageUpdate, counts), events, strict=True))
    return _encoded("gemini", "demo-gemini", [*grown], counts[-1], FinishReason.STOP)


def local_answer() -> Frames:
    """Ollama: lines of JSON, counts in the last one."""
    return _encoded("ollama", "demo-small", _said(_LOCAL, 0, 4), Usage(19, 27), FinishReason.STOP)


def cut_answer() -> Frames:
    """Converse: text in binary frames that breaks off."""
    deltas = [{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": piece}}} for piece in _words(_CUT)]
    return frames("bedrock", [{"messageStart": {"role": "assistant"}}, *deltas])
