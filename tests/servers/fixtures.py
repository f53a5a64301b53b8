"""What aimock is to answer: whole answers, cuts and refusals. A prompt in brackets names the fixture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from deltawire.requests import Tool

__all__ = [
    "ANSWERS",
    "BROKEN",
    "CUT_AFTER",
    "FAULTS",
    "FIXTURES",
    "LOOP",
    "REFUSALS",
    "TOOLS",
    "USAGE",
    "Answer",
    "fixtures",
    "prompt",
]

TOOLS = [
    Tool("weather", "The weather of a place.", {"type": "object", "properties": {"city": {"type": "string"}}}),
    Tool("clock", "The time.", {"type": "object", "properties": {}}),
]
USAGE = (61, 48)
"""Input and output tokens of every answer."""
_USAGE = {"prompt_tokens": USAGE[0], "completion_tokens": USAGE[1], "total_tokens": sum(USAGE)}

# In pieces of seven UTF-16 units, so that characters outside the basic plane are cut in two.
_CHUNK = 7
_HARD = 'Grüezi 🌍, 東京 👩‍👩‍👧!\n\ndata: [DONE]\r\nevent: error\n\n\u2028\x85 "quoted" \\ {"error": {}} 🏳️‍🌈🏳️‍🌈🏳️‍🌈 end'
_THOUGHT = "The user wants 🌍🌍🌍.\n\nI think, so I say."
_CALLS = (
    ("call_one", "weather", {"city": "Zürich 🌍🏔️", "days": 3, "deep": {"list": [1, 2.5, None, True, '"\\\n']}}),
    ("call_two", "clock", {}),
)


@attrs.frozen
class Answer:
    """One whole answer, and how a provider that says all of it ends it."""

    name: str
    text: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    """Id, name and arguments of each."""
    reason: str = "stop"
    calls_first: bool = False
    """True if the calls stand before the text."""
    chunk: int = _CHUNK

    @property
    def fixture(self) -> dict[str, Any]:
        """In the form of aimock's fixture files."""
        calls = [{"id": ident, "name": name, "arguments": json.dumps(given)} for ident, name, given in self.calls]
        if self.calls_first:
            blocks = [{"type": "toolCall", **call} for call in calls]
            said: dict[str, Any] = {"blocks": [*blocks, {"type": "text", "text": self.text}]}
        else:
            said = ({"content": self.text} if self.text or not calls else {}) | ({"toolCalls": calls} if calls else {})
        if self.reasoning:
            said["reasoning"] = self.reasoning
        if self.reason in {"length", "content_filter"}:
            said["finishReason"] = self.reason
        said["usage"] = _USAGE
        return {"match": {"userMessage": prompt(self.name)}, "response": said, "chunkSize": self.chunk}


def prompt(name: str) -> str:
    """What to ask for the fixture of this name."""
    return f"Say [{name}]."


ANSWERS = {
    answer.name: answer
    for answer in (
        Answer("text", _HARD),
        Answer("reasoning", "Forty-two 🌍.", _THOUGHT),
        Answer("tools", calls=_CALLS, reason="tool_calls"),
        Answer("everything", _HARD, _THOUGHT, _CALLS, "tool_calls"),
        Answer("tools first", "I have asked 🌍.", calls=_CALLS, reason="tool_calls", calls_first=True),
        Answer("long", "All work and no play 🌍. " * 4_000, chunk=1_000),
        Answer("empty"),
        Answer("length", "It is too lo", reason="length"),
    )
}

LOOP = "14 °C"
"""What the tool of the loop says, and the second answer repeats; the server asks for it."""

_LOOP_FIXTURES = [
    {
        "match": {"userMessage": prompt("loop"), "hasToolResult": False, "toolName": "weather"},
        "response": {"toolCalls": [{"id": "call_loop", "name": "weather", "arguments": '{"city":"Zürich"}'}]},
    },
    {
        "match": {"userMessage": prompt("loop"), "hasToolResult": True, "toolResultContains": LOOP},
        "response": {"content": f"It is {LOOP} in Zürich.", "usage": _USAGE},
    },
]

CUT_AFTER = (1, 2, 4, 7, 11, 16)
"""Events after which the connection is destroyed."""

FAULTS: dict[str, dict[str, Any]] = {
    **{f"cut after {count}": {"truncateAfterChunks": count, "latency": 2} for count in CUT_AFTER},
    "cut at once": {"truncateAfterChunks": 3},
    "cut in time": {"disconnectAfterMs": 25, "latency": 10},
    "chaos: drop": {"chaos": {"dropRate": 1}},
    "chaos: malformed": {"chaos": {"malformedRate": 1}},
    "chaos: disconnect": {"chaos": {"disconnectRate": 1}},
    "chaos: rate limit": {"chaos": {"rateLimitRate": 1}},
    "no head": {"chaos": {"latencyMs": 30_000}},
    "no body": {"streamingProfile": {"ttft": 30_000}},
    "no end": {"streamingProfile": {"ttft": 0, "tps": 0.03}},
}
"""What else aimock can be told of a fixture: the answer is that with everything in it."""

REFUSALS = (400, 401, 403, 404, 413, 429, 500, 503, 529)
"""Statuses of plain error answers."""
BROKEN = "broken-1"
"""A model that the server gives no answer for."""
_AGAIN = {"userMessage": prompt("again")}
_OTHER = {"userMessage": prompt("other")}
_WAITED = {"match": {"userMessage": prompt("processing")}, "response": {"content": "Waited 🌍."}}

_OTHERS: list[dict[str, Any]] = [
    *_LOOP_FIXTURES,
    *(
        {
            "match": {"userMessage": prompt(f"status {status}")},
            "response": {"error": {"message": f"No, {status}.", "type": "told_so"}, "status": status, "retryAfter": 7},
        }
        for status in REFUSALS
    ),
    {"match": _OTHER | {"model": BROKEN}, "response": {"content": "x"}, "chaos": {"disconnectRate": 1}},
    {"match": _OTHER, "response": {"content": "The other answers 🌍."}, "chunkSize": 7},
    _WAITED | {"openRouterProcessing": True},
    {"match": _AGAIN | {"sequenceIndex": 0}, "response": {"error": {"message": "Busy."}, "status": 503}},
    {"match": _AGAIN | {"sequenceIndex": 1}, "response": {"content": "At last 🌍."}, "chunkSize": 7},
]


def fixtures(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """All that aimock is to answer, with these whole answers; `everything` is the one that is cut."""
    everything = answers["everything"].fixture
    cut = [everything | {"match": {"userMessage": prompt(name)}} | options for name, options in FAULTS.items()]
    return [*(answer.fixture for answer in answers.values()), *cut, *_OTHERS]


FIXTURES = fixtures(ANSWERS)
"""All of it."""
