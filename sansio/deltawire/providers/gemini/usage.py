"""Token counts of generateContent."""

from __future__ import annotations

from types import NoneType
from typing import Any

from ...payload import as_count, fields_of
from ...usage import Usage, _Usage

__all__ = ["GrowingCounts", "are_plain", "gemini_usage", "plain_usage", "uncounted"]

_COUNTS = (
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "cachedContentTokenCount",
    "totalTokenCount",
)
_GROWING = frozenset({"candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"})
_HIGHEST_COUNT = 2**53
_empty = object.__new__  # as in the quick way of the chunks
_KEPT_AS_THEY_ARE = (list, str)


def gemini_usage(raw: dict[str, Any]) -> Usage:
    """The merged `usageMetadata` with our meaning (ai.google.dev/api/generate-content#UsageMetadata).

    The provider's total is prompt, tool-use prompt, candidates and thoughts. Thoughts stand beside the candidates, so
    the output is both; what the server's own tools fed into the prompt is billed as input and stands beside it, so the
    input is both; cached tokens are part of the prompt.
    """
    prompt, candidates, thoughts, fed, cached, total = [as_count(raw.get(name)) for name in _COUNTS]
    # A zero is left out of protobuf's JSON: while the model still thinks there are thoughts and no candidates.
    uncounted_candidates = candidates is None and (thoughts is None or raw.get("candidatesTokenCount") is not None)
    output = None if uncounted_candidates else (candidates or 0) + (thoughts or 0)
    if prompt is not None:
        prompt += fed or 0
    if total is None and prompt is not None and output is not None:
        total = prompt + output
    return Usage(prompt, output, cached, None, thoughts, total, None, raw)


def uncounted(said: dict[str, Any], before: dict[str, Any]) -> str:
    """The names of counts that are new and no whole numbers, comma-separated."""
    new = [name for name in _COUNTS if said.get(name) is not None and said[name] != before.get(name)]
    return ", ".join(name for name in new if as_count(said[name]) is None)


def are_plain(raw: dict[str, Any]) -> bool:
    """True if every count is absent or a whole number, so that `plain_usage` may go on from them."""
    counts: list[Any] = [raw.get(name, 0) for name in _COUNTS]
    return all(count.__class__ is int and 0 <= count <= _HIGHEST_COUNT for count in counts)


class GrowingCounts:
    """Counts of which only those of the answer grow, chunk by chunk, as they mostly do."""

    def __init__(self, usage: Usage) -> None:
        raw = usage.raw
        self._usage = usage
        self._number = len(raw)
        self._thinks = "thoughtsTokenCount" in raw
        self._answers = "candidatesTokenCount" in raw or not self._thinks
        self._constants_of = fields_of(raw.keys() - _GROWING)
        self._constants = self._constants_of(raw)

    def grow(self, said: dict[str, Any]) -> Any:
        """The usage by what is said now, None if anything else has changed."""
        # Any: what comes is compared and counted before it is believed.
        output: Any
        thoughts: Any = None
        try:
            # So many fields that have all of these names have no others.
            if len(said) != self._number or self._constants_of(said) != self._constants:
                return None
            total: Any = said["totalTokenCount"]
            if not self._thinks:
                output = said["candidatesTokenCount"]
            else:
                output = thoughts = said["thoughtsTokenCount"]
                if self._answers:
                    candidates: Any = said["candidatesTokenCount"]
                    if not (candidates.__class__ is thoughts.__class__ is int and candidates >= 1 and thoughts >= 1):
                        return None
                    output = candidates + thoughts
        except KeyError:
            return None
        before = self._usage
        if not (total.__class__ is output.__class__ is int and 1 <= output <= total <= _HIGHEST_COUNT):
            return None
        if total == before.total_tokens:
            return None
        # Any: the class swap is explained at the class.
        found: Any = _empty(_Usage)
        found.input_tokens, found.output_tokens, found.total_tokens = before.input_tokens, output, total
        found.cache_read_tokens, found.cache_write_tokens = before.cache_read_tokens, None
        found.reasoning_tokens, found.cost, found.raw = thoughts, None, said
        found.__class__ = Usage
        self._usage = found
        return found


def plain_usage(before: dict[str, Any], said: dict[str, Any]) -> Usage | None:
    """As merging what is said into the plain counts before, and `gemini_usage` of it; None for all but the usual case.

    That is: every count said is a positive number, and all else a number, a string or a list, as it was before.
    """
    value: Any
    for name, value in said.items():
        known = before.get(name)
        if type(value) is int:
            if not 0 < value <= _HIGHEST_COUNT or known.__class__ is dict:
                return None
        elif (
            name in _COUNTS
            or value.__class__ not in _KEPT_AS_THEY_ARE
            or known.__class__ not in (NoneType, value.__class__)
        ):
            return None
    raw = before | said
    get = raw.get
    prompt, candidates, thoughts = get("promptTokenCount"), get("candidatesTokenCount"), get("thoughtsTokenCount")
    total, fed = get("totalTokenCount"), get("toolUsePromptTokenCount")
    output = candidates
    if thoughts is not None:
        output = thoughts if candidates is None else candidates + thoughts
    if fed is not None and prompt is not None:
        prompt += fed
    if total is None and prompt is not None and output is not None:
        total = prompt + output
    return Usage(prompt, output, get("cachedContentTokenCount"), None, thoughts, total, None, raw)
