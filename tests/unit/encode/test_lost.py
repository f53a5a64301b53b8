"""What each dialect cannot say of the same events, from its own vendor and from another one."""

from __future__ import annotations

import pytest
from tests.encoded import lost

from deltawire import Event
from deltawire.events import (
    Citation,
    Finished,
    FinishReason,
    Malformed,
    MediaDelta,
    Metadata,
    Note,
    OpaqueState,
    PartFinished,
    Raw,
    ReasoningDelta,
    ResponseStarted,
    ServerToolUsed,
    ToolCallDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
)
from deltawire.notes import NoteCode

EVENTS: tuple[Event, ...] = (
    ReasoningDelta("a", kind="text"),
    ReasoningDelta("b", kind="summary"),
    ServerToolUsed("call", "web_search", "s", {"type": "x"}, part=2),
    ServerToolUsed("status", "web_search", "s", {"type": "x"}, part=2),
    MediaDelta("image", None, None, None, part=3),
    Citation([], part=4),
    Citation({"type": "other"}, part=4),
    OpaqueState("redacted", "x", part=5),
    OpaqueState("continuation", "c"),
    PartFinished("oddity", None, part=6),
    Metadata({"choice": 0, "x_field": 1, "created": 7}),
    Malformed(b"x", "no JSON"),
    Unknown({"a": 1}),
    Note(NoteCode.EMPTY_ANSWER, ""),
    Raw({}),
    ToolCallStarted(0, "c", "f", "custom", part=7),
    ToolCallDelta(0, "free", part=7),
    ToolCallFinished(0, "c", "f", "free", True, "custom", part=7),
    Finished(FinishReason.UNKNOWN),
)
EVERYWHERE = {
    ("citation", "payload"),
    ("malformed", "raw"),
    ("metadata", "x_field"),
    ("opaque_state", "redacted"),
    ("part_finished", "oddity"),
    ("server_tool_used", "status"),
    ("unknown", "payload"),
}
ANOTHER_VENDORS = {("media_delta", "image"), ("opaque_state", "continuation"), ("server_tool_used", "call")}
REASONING = {("reasoning_delta", "kind")}


@pytest.mark.parametrize(
    ("target", "from_itself", "from_another"),
    [
        pytest.param(
            "anthropic",
            # Redacted thinking is its own.
            EVERYWHERE - {("opaque_state", "redacted"), ("server_tool_used", "status")}
            | {("media_delta", "image"), ("opaque_state", "continuation")},
            EVERYWHERE | ANOTHER_VENDORS,
            id="anthropic",
        ),
        pytest.param("gemini", EVERYWHERE | {("media_delta", "image")}, EVERYWHERE | ANOTHER_VENDORS, id="gemini"),
        pytest.param("ollama", EVERYWHERE | ANOTHER_VENDORS, EVERYWHERE | ANOTHER_VENDORS, id="ollama"),
        pytest.param("openai-chat", EVERYWHERE | ANOTHER_VENDORS, EVERYWHERE | ANOTHER_VENDORS, id="openai-chat"),
        pytest.param(
            "openai-responses",
            # Its items would come whole, and never did.
            EVERYWHERE | {("media_delta", "item"), ("opaque_state", "continuation"), ("server_tool_used", "item")},
            EVERYWHERE | ANOTHER_VENDORS,
            id="openai-responses",
        ),
    ],
)
def test_what_is_lost(target: str, from_itself: set[tuple[str, str]], from_another: set[tuple[str, str]]) -> None:
    of_the_dialect = {
        "anthropic": REASONING | {("tool_call_started", "kind"), ("finished", "usage")},
        "gemini": REASONING | {("tool_call_finished", "kind"), ("finished", "reason")},
        "ollama": REASONING | {("tool_call_finished", "kind"), ("response_started", "id")},
        "openai-chat": REASONING,
        "openai-responses": {("finished", "reason")},
    }[target]
    assert set(lost(target, ResponseStarted("r", "m", target), *EVENTS)) == from_itself | of_the_dialect
    assert set(lost(target, ResponseStarted("r", "m", "cohere"), *EVENTS)) == from_another | of_the_dialect
