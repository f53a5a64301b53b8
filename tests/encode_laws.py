"""What an answer says, in a form that every dialect shares, and how much of it each dialect can say."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import attrs

from deltawire.dialects import DIALECTS
from deltawire.encode import Lost
from deltawire.events import (
    ChoiceFinished,
    Citation,
    Event,
    Failed,
    Finished,
    FinishReason,
    Logprobs,
    Malformed,
    MediaDelta,
    OpaqueState,
    ReasoningDelta,
    RefusalDelta,
    ServerToolUsed,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    Unknown,
)
from deltawire.failures import Failure, FailureKind
from deltawire.usage import Usage

TARGETS = ("openai-chat", "openai-responses", "anthropic", "gemini", "ollama")
ONE_CHOICE = ("openai-responses", "anthropic", "ollama")
NO_REFUSAL = ("anthropic", "gemini", "ollama")
NO_FREE_TEXT = ("anthropic", "gemini", "ollama")
CALL_WORDS = {"openai-chat": {"tool_calls", "function_call"}, "anthropic": {"tool_use"}}
WHOLE_CALLS = ("gemini", "ollama")
COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "total_tokens",
)
# Failures that providers tell of themselves; all others are a server's for whoever is told.
TOLD = {
    FailureKind.RATE_LIMIT,
    FailureKind.QUOTA,
    FailureKind.OVERLOADED,
    FailureKind.SERVER,
    FailureKind.TIMEOUT,
    FailureKind.AUTHENTICATION,
    FailureKind.PERMISSION,
    FailureKind.NOT_FOUND,
    FailureKind.INVALID_REQUEST,
    FailureKind.CONTEXT_OVERFLOW,
    FailureKind.CONTENT_FILTER,
}
_KINDS = {TextDelta: "text", ReasoningDelta: "reasoning", RefusalDelta: "refusal"}


@attrs.define
class Said:
    """One choice: its stretches in order of their beginning, and why it ended."""

    stretches: list[Any] = attrs.field(factory=list)
    reason: FinishReason | None = None
    word: str = ""
    cut: bool = False
    """True if a call is not complete."""
    in_order: bool = True
    """False if parts took turns, so that their order is nobody's."""


@attrs.define
class Told:
    """A whole answer."""

    choices: dict[int, Said] = attrs.field(factory=dict)
    end: Finished | Failed | None = None

    @property
    def usage(self) -> Usage | None:
        return self.end.usage if isinstance(self.end, Finished) else None


def told(events: Iterable[Event], target: str | None = None) -> Told:
    """What the events say; with a `target`, as much as its dialect can say."""
    answer = Told()
    schema = "openai-chat" if target in DIALECTS else target
    newest: dict[int, int] = {}
    calls: dict[tuple[int, int], list[Any]] = {}
    for event in events:
        choice = getattr(event, "choice", 0)
        if choice and schema in ONE_CHOICE:
            continue
        if isinstance(event, TextDelta | ReasoningDelta | RefusalDelta):
            kind = _KINDS[type(event)]
            kind = "text" if kind == "refusal" and schema in NO_REFUSAL else kind
            said = answer.choices.setdefault(choice, Said())
            said.in_order &= event.part >= newest.get(choice, 0)
            newest[choice] = event.part
            if said.stretches and said.stretches[-1][0] == kind:
                said.stretches[-1][1] += event.text
            else:
                said.stretches.append([kind, event.text])
        elif isinstance(event, ToolCallStarted):
            said = answer.choices.setdefault(choice, Said())
            said.in_order &= event.part >= newest.get(choice, 0)
            # A call without a name may be told of only at its end.
            said.in_order &= bool(event.name)
            newest[choice] = event.part
            call = calls[choice, event.index] = ["call", event.id, event.name]
            said.stretches.append(call)
        elif isinstance(event, ToolCallFinished):
            _finish_call(answer.choices[choice], calls[choice, event.index], event, schema)
        elif isinstance(event, ChoiceFinished):
            said = answer.choices.setdefault(choice, Said())
            said.reason, said.word = event.reason, event.raw_reason
        elif isinstance(event, Finished | Failed):
            answer.end = event
    for said in answer.choices.values():
        _merge(said)
    return answer


def _finish_call(said: Said, call: list[Any], event: ToolCallFinished, schema: str | None) -> None:
    value: Any = event.arguments
    said.cut |= not event.complete
    if event.kind == "custom" and schema in NO_FREE_TEXT:
        value = {"input": event.arguments}
    elif schema in WHOLE_CALLS and not event.complete:
        said.stretches.remove(call)
        return
    elif event.arguments.strip() in ("", "null"):
        value = {}
    elif event.kind != "custom":
        with contextlib.suppress(ValueError):
            value = json.loads(event.arguments)
    call.append(value)


def _merge(said: Said) -> None:
    """Stretches of one kind that meet, where something between them cannot be said, are one."""
    merged: list[Any] = []
    for stretch in said.stretches:
        if merged and stretch[0] == merged[-1][0] != "call":
            merged[-1] = [stretch[0], merged[-1][1] + stretch[1]]
        else:
            merged.append(stretch)
    said.stretches = merged


def sayable_usage(usage: Usage | None, target: str) -> dict[str, int | None]:
    """The counts that come back from a dialect."""
    if usage is None:
        usage = Usage()
    counts = {name: getattr(usage, name) for name in COUNTS}
    if target == "anthropic":
        beside = (usage.cache_read_tokens or 0) + (usage.cache_write_tokens or 0)
        counts["input_tokens"] = max(usage.input_tokens or 0, beside)
        counts["output_tokens"] = usage.output_tokens or 0
        counts["total_tokens"] = counts["input_tokens"] + counts["output_tokens"]
    elif target == "gemini":
        counts["cache_write_tokens"] = None
        if usage.reasoning_tokens is not None:
            counts["output_tokens"] = max(usage.output_tokens or 0, usage.reasoning_tokens)
    elif target == "ollama":
        counts |= dict.fromkeys(("cache_read_tokens", "cache_write_tokens", "reasoning_tokens"))
        counts["total_tokens"] = None
    if counts["total_tokens"] is None and None not in (counts["input_tokens"], counts["output_tokens"]):
        counts["total_tokens"] = counts["input_tokens"] + counts["output_tokens"]
    return counts


def sayable_reasons(reason: FinishReason | None, target: str, *, refused: bool) -> set[FinishReason | None]:
    """The reasons that may come back for one."""
    if reason in (None, FinishReason.UNKNOWN):
        other = {"openai-responses": FinishReason.STOP, "gemini": FinishReason.OTHER}
        return {reason, None, FinishReason.UNKNOWN, FinishReason.TOOL_CALLS, other.get(target)}
    if reason is FinishReason.REFUSAL:
        if target == "anthropic":
            return {FinishReason.REFUSAL}
        if refused and target in ("openai-chat", "openai-responses"):
            # Where there are calls as well, the calls count.
            return {FinishReason.REFUSAL, FinishReason.TOOL_CALLS}
        return {FinishReason.OTHER if target == "ollama" else FinishReason.CONTENT_FILTER}
    otherwise = {
        ("openai-chat", FinishReason.PAUSED): FinishReason.LENGTH,
        ("openai-chat", FinishReason.OTHER): FinishReason.STOP,
        ("openai-responses", FinishReason.PAUSED): FinishReason.OTHER,
        ("anthropic", FinishReason.CONTENT_FILTER): FinishReason.REFUSAL,
        ("anthropic", FinishReason.OTHER): FinishReason.STOP,
        ("gemini", FinishReason.PAUSED): FinishReason.OTHER,
        ("ollama", FinishReason.CONTENT_FILTER): FinishReason.OTHER,
        ("ollama", FinishReason.PAUSED): FinishReason.OTHER,
    }
    assert reason is not None
    said = otherwise.get((target, reason), reason)
    # A plain word speaks of calls, or of a refusal, where there are some.
    spoken = {FinishReason.TOOL_CALLS, *([FinishReason.REFUSAL] if refused else [])}
    return {reason, said, *spoken} if said is FinishReason.STOP is not reason else {reason, said}


def assert_same_answer(source: list[Event], target: str, received: list[Event]) -> None:
    """Checks that what came back from a dialect is what went in, as far as the dialect can say it."""
    schema = "openai-chat" if target in DIALECTS else target
    sent, came = told(source, schema), told(received)
    if isinstance(sent.end, Failed):
        assert isinstance(came.end, Failed)
        _same_failure(sent.end.error, came.end.error, schema)
    else:
        assert isinstance(sent.end, Finished)
        assert isinstance(came.end, Finished), came.end
        _same_end(sent, came, schema)
    for index in sent.choices.keys() | came.choices.keys():
        _same_choice(sent.choices.get(index, Said()), came.choices.get(index, Said()))


# What is on the wire as often as it was told, or counted among what is lost.
_ACCOUNTED = {
    Citation: "citation",
    Malformed: "malformed",
    MediaDelta: "media_delta",
    OpaqueState: "opaque_state",
    ServerToolUsed: "server_tool_used",
    Unknown: "unknown",
}


def _without_part(event: Event) -> Event:
    return attrs.evolve(event, part=0) if isinstance(event, Citation) else event


def assert_accounted(source: list[Event], lost: Iterable[Lost], received: list[Event]) -> None:
    """Checks that nothing is dropped in silence: what does not come back is in the encoder's list."""
    counts = Counter[str]()
    for record in lost:
        counts[record.event] += record.count
    for kind, name in _ACCOUNTED.items():
        # The same source of the same answer is one: parsers tell it once.
        sent, came = (
            len({repr(event) for event in events if isinstance(event, kind)})
            if kind is Citation
            else sum(isinstance(event, kind) for event in events)
            for events in (map(_without_part, source), received)
        )
        assert sent - came <= counts[name], (name, sent, came, counts[name])
    if any(isinstance(event, Logprobs) for event in source):
        assert counts["logprobs"] or any(isinstance(event, Logprobs) for event in received)


def _same_failure(sent: Failure, came: Failure, schema: str) -> None:
    one_word = schema == "ollama" or (schema == "gemini" and sent.kind is FailureKind.QUOTA)
    if sent.kind in TOLD and not one_word:
        assert came.kind == sent.kind, (sent, came)
    assert (came.message or "x") in (sent.message.strip() or came.message, came.message)


def _same_end(sent: Told, came: Told, schema: str) -> None:
    assert isinstance(sent.end, Finished)
    assert isinstance(came.end, Finished)
    for index, said in sent.choices.items():
        if index in came.choices:
            refused = any(stretch[0] == "refusal" for stretch in said.stretches)
            allowed = sayable_reasons(said.reason, schema, refused=refused)
            allowed |= {FinishReason.LENGTH} if said.cut else set()
            back = came.choices[index]
            assert back.reason in allowed, (said.reason, back.reason)
            if said.reason is back.reason is FinishReason.TOOL_CALLS:
                # Clients run calls where they see the word for them.
                assert back.word in CALL_WORDS.get(schema, {back.word})
    usage = {name: getattr(came.usage or Usage(), name) for name in COUNTS}
    assert usage == sayable_usage(sent.usage, schema)


def _same_choice(sent: Said, came: Said) -> None:
    if sent.in_order:
        assert came.stretches == sent.stretches
    else:
        assert _without_order(came) == _without_order(sent)


def _without_order(said: Said) -> dict[str, Any]:
    """The letters of each kind, and the calls."""
    found: dict[str, Any] = {"call": sorted(repr(stretch) for stretch in said.stretches if stretch[0] == "call")}
    for kind in _KINDS.values():
        found[kind] = sorted("".join(stretch[1] for stretch in said.stretches if stretch[0] == kind))
    return found
