"""The fields that Bedrock adds to the vendors' own objects."""

from __future__ import annotations

from typing import Any

import attrs

from ...payload import as_count
from ...usage import Usage

__all__ = ["ACTION", "METRICS", "TRACE", "is_annotated", "with_metrics"]

METRICS = "amazon-bedrock-invocationMetrics"
"""Token counts and latencies, with the last object of the stream."""
ACTION = "amazon-bedrock-guardrailAction"
"""`INTERVENED` or `NONE`, if a guardrail was asked for."""
TRACE = "amazon-bedrock-trace"
"""What the guardrail found."""


def is_annotated(payload: dict[str, Any]) -> bool:
    """True if Bedrock added a field of its own."""
    return METRICS in payload or ACTION in payload or TRACE in payload


def with_metrics(usage: Usage | None, metrics: dict[str, Any]) -> Usage | None:
    """The usage with what the vendor left out taken from Bedrock's metrics; None if neither counts anything.

    As with Converse, the cached tokens stand beside the input's.
    """
    bare, output = as_count(metrics.get("inputTokenCount")), as_count(metrics.get("outputTokenCount"))
    read, written = (
        as_count(metrics.get("cacheReadInputTokenCount")),
        as_count(metrics.get("cacheWriteInputTokenCount")),
    )
    if bare is None and output is None:
        return usage
    known = Usage() if usage is None else usage
    if known.input_tokens is None and bare is not None:
        prompt = bare + (read or 0) + (written or 0)
        known = attrs.evolve(known, input_tokens=prompt, cache_read_tokens=read, cache_write_tokens=written)
    if known.output_tokens is None:
        known = attrs.evolve(known, output_tokens=output)
    if known.total_tokens is None and known.input_tokens is not None and known.output_tokens is not None:
        known = attrs.evolve(known, total_tokens=known.input_tokens + known.output_tokens)
    return known if known == usage else attrs.evolve(known, raw=known.raw | {METRICS: metrics})
