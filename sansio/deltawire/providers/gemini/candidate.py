"""One candidate of a response as far as it has come."""

from __future__ import annotations

from typing import Any

import attrs

from ...tool_calls import ToolCall
from ..base import Choice
from .partial_args import PartialArgs

__all__ = ["Candidate", "Part", "StreamedCall"]


@attrs.define(eq=False)
class Part:
    """The part that came last. Parts have no numbers and no ends of their own: the next one ends it."""

    number: int
    kind: str
    native: dict[str, Any]
    """It as the next request wants it back, but for its text, which the deltas carry."""
    whole: bool
    """True if nothing but a signature can follow."""
    call_id: str | None = None
    signed: bool = False


@attrs.define(eq=False)
class StreamedCall:
    """A call whose arguments come in pieces."""

    call: ToolCall
    name: str
    id: str
    """As sent: `call` has ids of ours too."""
    arguments: PartialArgs
    goes_on: bool = True
    """True if the chunk at hand says that more will follow."""


@attrs.define(eq=False)
class Candidate(Choice):
    """One candidate."""

    word: str = ""
    """The finish reason that counts so far."""
    latest: Part | None = None
    streamed: StreamedCall | None = None
    token: str = ""
    """The continuation token that was told last."""
    code_runs: list[str] = attrs.field(factory=list[str])
    """The ids of the runs of code, in order."""
    code_results: int = 0
    """How many of them have their result."""
