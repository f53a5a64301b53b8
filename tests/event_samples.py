"""One event of every class with no field left at its default."""

from __future__ import annotations

from deltawire.events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    FinishReason,
    Heartbeat,
    Logprobs,
    Malformed,
    MediaDelta,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    Raw,
    ReasoningDelta,
    RefusalDelta,
    ResponseStarted,
    ServerToolUsed,
    TextDelta,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
    UsageUpdate,
)
from deltawire.failures import Failure, FailureKind
from deltawire.notes import NoteCode
from deltawire.usage import Usage

USAGE = Usage(9, 7, 4, 2, 3, 16, 0.25, {"prompt_tokens": 9, "details": {"cached": 4}})
FAILURE = Failure(
    FailureKind.RATE_LIMIT, "Slow down", 429, "rate_limit", True, 1.5, "groq", "req-1", '{"error": 1}', True
)
EVENTS: tuple[Event, ...] = (
    ResponseStarted("r1", "small-1", "groq", "req-1"),
    TextDelta("né🌍", 1, 2),
    ReasoningDelta("hm", 1, 2, "summary", True),
    RefusalDelta("no", 1, 2),
    ToolCallStarted(1, "c1", "clock", "custom", 1, 2, "item-1", True),
    ToolCallDelta(1, '{"a"', 1, 2),
    ToolCallFinished(1, "c1", "clock", '{"a":1}', True, "custom", 1, 2, "item-1", 5),
    ServerToolUsed("result", "search", "s1", {"hits": [1]}, 1, 2),
    MediaDelta("image", "image/png", "aGk=", "https://example.org/a.png", 1, 2),
    Citation({"url": "https://example.org"}, 1, 2),
    Logprobs([{"token": "a", "logprob": -0.5}], 1, 2),
    OpaqueState("signature", "c2ln", "item-1", 1, 2),
    PartFinished("text", {"type": "text"}, 1, 2),
    UsageUpdate(USAGE),
    Metadata({"created": 5}),
    ChoiceFinished(FinishReason.TOOL_CALLS, "tool_use", 1),
    Heartbeat("ping"),
    Malformed(b"\x00{\xff", "no JSON"),
    Note(NoteCode.EMPTY_ANSWER, "why"),
    Unknown({"type": "new"}),
    Raw({"type": "raw", "n": [None, 1.5]}),
    Finished(FinishReason.LENGTH, "length", USAGE, "small-1", True),
    Failed(FAILURE),
)
BARE_EVENTS: tuple[Event, ...] = (
    ResponseStarted("", "", "x"),
    TextDelta("a"),
    ReasoningDelta("a"),
    ToolCallDelta(0, "a"),
    ToolCallFinished(0, "c", "", "", False),
    ServerToolUsed("call", "x", None, None),
    MediaDelta("audio", None, None),
    Note(NoteCode.ONE_DOCUMENT),
    Finished(FinishReason.UNKNOWN),
    Failed(Failure(FailureKind.EMPTY, "nothing")),
    Raw("[DONE]"),
)
