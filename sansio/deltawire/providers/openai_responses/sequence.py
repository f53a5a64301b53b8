"""The `sequence_number` of events: what was lost, and what comes again after a stream was taken up anew."""

from __future__ import annotations

from typing import Any

import attrs

from .items import as_index

__all__ = ["SequenceNumbers"]


@attrs.define
class SequenceNumbers:
    """Counts along. Many servers leave the numbers out, some give every event the same one, and some number only a few:
    a stream that begins without numbers is never counted."""

    expected: int | None = None
    """The number that comes next, None before the first one."""
    ignored: bool = False
    """True once the numbers were seen not to count."""
    missed: tuple[int, int] | None = None
    """The first and the last number that the newest event skipped."""
    _first: int = 0

    def resume(self, starting_after: int) -> None:
        """Goes on behind a number that was received before."""
        self._first = starting_after - 1
        self.expected = starting_after + 1

    def take(self, number: Any, *, opens: bool) -> bool:
        """Takes the next event's number, if it has one; False if that event came before.

        `opens`: nothing can be missing before this event, whatever the first number is.
        """
        number = as_index(number)
        self.missed = None
        if number is None and self.expected is None:
            # LiteLLM's proxy numbers only the events that close something, each by a count of its own:
            # litellm/responses/litellm_completion_transformation/streaming_iterator.py.
            self.ignored = True
        if number is None or number < 0 or self.ignored:
            return True
        if self.expected is None:
            self._first, self.expected = number, number + 1
            if number and not opens:
                self.missed = (0, number - 1)
        elif number >= self.expected:
            if number > self.expected:
                self.missed = (self.expected, number - 1)
            self.expected = number + 1
        elif self.expected == self._first + 1:
            # The second number is not above the first.
            self.ignored = True
        else:
            return False
        return True
