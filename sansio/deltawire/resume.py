"""Taking up a stream again that broke off, where the provider can send the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

__all__ = ["Resumable", "Resume"]


@attrs.frozen
class Resume:
    """What is known of a response whose stream broke off.

    OpenAI sends the rest of a background response again: `GET /v1/responses/{id}?stream=true&starting_after={number}`.
    """

    response_id: str
    """The id of the response, as in its `ResponseStarted`."""
    starting_after: int
    """The `sequence_number` of the last event that was received."""
    items: Sequence[dict[str, Any]] = ()
    """The output items so far, in order, in the provider's own shape: finished ones as their `PartFinished` had them,
    and those that are open as far as they came, with `"status": "in_progress"`."""


class Resumable:
    """A provider whose streams can be taken up again."""

    def resume(self, resume: Resume) -> None:
        """Goes on from `resume`. Raises UsageError if it cannot be kept within the limits."""
        raise NotImplementedError
