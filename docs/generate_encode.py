"""Writes the table of what each dialect can say, by asking the encoders.

Run it after a change of an encoder: `python docs/generate_encode.py`. A test fails while the page differs.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from deltawire import Encoder, Event, Lost
from deltawire.events import (
    ChoiceFinished,
    Citation,
    Finished,
    FinishReason,
    Logprobs,
    MediaDelta,
    Metadata,
    OpaqueState,
    PartFinished,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
)
from deltawire.usage import Usage

PAGE = Path(__file__).with_name("encode.md")
TARGETS = ("openai-chat", "openai-responses", "anthropic", "gemini", "ollama")
BEGIN, END = "<!-- written by generate_encode.py -->", "<!-- end -->"

TOKEN = {"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}
SOURCE = {"type": "url_citation", "url": "https://example.org", "title": "t", "start_index": 0, "end_index": 1}


def _call(arguments: str, *, complete: bool = True, kind: str = "function", index: int = 0) -> list[Event]:
    return [
        ToolCallStarted(index, f"c{index}", "f", kind, part=index + 1),  # type: ignore[arg-type]
        ToolCallDelta(index, arguments, part=index + 1),
        ToolCallFinished(index, f"c{index}", "f", arguments, complete, kind, part=index + 1),  # type: ignore[arg-type]
    ]


def _interleaved() -> list[Event]:
    first, second = _call("{}"), _call("{}", index=1)
    return [event for pair in zip(first, second, strict=True) for event in pair]


def _end(reason: FinishReason, usage: Usage | None = None) -> list[Event]:
    return [ChoiceFinished(reason, "theirs"), Finished(reason, "theirs", usage)]


PLAIN = Usage(10, 5)
STOP = _end(FinishReason.STOP, PLAIN)
# What is asked: a name, the events before the end, and the end.
QUESTIONS: tuple[tuple[str, list[Event], list[Event]], ...] = (
    ("reasoning of the model's own", [ReasoningDelta("hm")], STOP),
    ("a summary of the reasoning", [ReasoningDelta("hm", kind="summary")], STOP),
    ("a refusal", [RefusalDelta("no", part=1)], STOP),
    ("several choices", [TextDelta("b", choice=1), ChoiceFinished(FinishReason.STOP, "theirs", 1)], STOP),
    ("calls side by side", _interleaved(), STOP),
    ("a call of a custom tool", _call("ls", kind="custom"), STOP),
    ("a call that was cut", _call('{"a', complete=False), _end(FinishReason.LENGTH, PLAIN)),
    ("a source by its address", [Citation(SOURCE)], STOP),
    ("log probabilities", [Logprobs([TOKEN])], STOP),
    ("an image", [MediaDelta("image", "image/png", "QUJD", part=1)], STOP),
    ("audio", [MediaDelta("audio", "audio/wav", "QUJD", part=1)], STOP),
    ("a tool that the provider runs", [ServerToolUsed("call", "web_search", "s", {}, part=1)], STOP),
    ("a signature of another vendor", [OpaqueState("signature", "c2ln")], STOP),
    ("another vendor's block", [PartFinished("compaction", {"type": "compaction"}, part=1)], STOP),
    ("another vendor's fields", [Metadata({"x_vendor": 1})], STOP),
    ("what nobody knows", [Unknown({"type": "new"})], STOP),
    ("tokens read from a cache", [], _end(FinishReason.STOP, Usage(10, 5, cache_read_tokens=3))),
    ("tokens written to a cache", [], _end(FinishReason.STOP, Usage(10, 5, cache_write_tokens=3))),
    ("tokens of the reasoning", [], _end(FinishReason.STOP, Usage(10, 5, reasoning_tokens=3))),
    ("a price", [], _end(FinishReason.STOP, Usage(10, 5, cost=0.1))),
    ("no counts at all", [], _end(FinishReason.STOP)),
    ("the end: content filter", [], _end(FinishReason.CONTENT_FILTER, PLAIN)),
    ("the end: refusal", [], _end(FinishReason.REFUSAL, PLAIN)),
    ("the end: paused", [], _end(FinishReason.PAUSED, PLAIN)),
    ("the end: other", [], _end(FinishReason.OTHER, PLAIN)),
    ("frames lost on the way", [], [STOP[0], Finished(FinishReason.STOP, "theirs", PLAIN, damaged=True)]),
)


def encoded(target: str, events: list[Event]) -> tuple[bytes, tuple[Lost, ...]]:
    """The bytes, and what is lost beside what the shortest answer loses."""
    encoder = Encoder(target)
    body = b"".join(map(encoder.feed, events)) + encoder.end()
    return body, encoder.lost


def cells() -> dict[str, dict[str, tuple[str, str]]]:
    """For each question and dialect: said, left out or another word for it, and why."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    start = [ResponseStarted("", "m", "cohere"), TextDelta("a")]
    for name, events, end in QUESTIONS:
        for target in TARGETS:
            body, lost = encoded(target, [*start, *events, *end])
            without, _ = encoded(target, [*start, *end])
            if not lost:
                said = ("yes", "")
            elif any("no such count" in loss.reason for loss in lost) or (events and body == without):
                said = ("left out", "")
            else:
                said = ("otherwise", lost[0].reason)
            found.setdefault(name, {})[target] = said
    return found


def table() -> str:
    """The table, and below it what stands in the place of what is said otherwise."""
    rows = ["| | " + " | ".join(TARGETS) + " |", "|---" * (len(TARGETS) + 1) + "|"]
    notes: list[str] = []
    for name, said in cells().items():
        row: list[str] = []
        for word, reason in said.values():
            if reason and reason not in notes:
                notes.append(reason)
            row.append(f"{word} ({notes.index(reason) + 1})" if reason else word)
        rows.append(f"| {name} | {' | '.join(row)} |")
    rows += ["", *(f"{number}. {note}." for number, note in enumerate(notes, 1))]
    return "\n".join(rows)


def page() -> str:
    """The page with the table of today."""
    text = PAGE.read_text("utf-8")
    return re.sub(f"{BEGIN}.*?{END}", lambda _: f"{BEGIN}\n\n{table()}\n\n{END}", text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{PAGE}\n")
