"""A wish to stop, shared between whoever waits for an answer and whoever may lose interest in it."""

from __future__ import annotations

import enum
from collections.abc import Callable

__all__ = ["CancellationToken", "Disposition"]


class Disposition(enum.StrEnum):
    """What is wished."""

    RUN = "run"
    """Nothing: go on."""
    PAUSE = "pause"
    """Stop for now."""
    CANCEL = "cancel"
    """Stop for good."""


class _Subscription:
    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback = callback


class CancellationToken:
    """Two flags that only ever go up: cancelled and paused. A cancel weighs more, so no pause undoes it.

    It may be shared between streams, threads and tasks: it has no lock, and needs none, because every step is one
    attribute write or one list operation. A session does not hold it; whoever drives the session subscribes, and
    calls `cancel` or `pause` of the session by `disposition`.
    """

    def __init__(self) -> None:
        self._cancelled = False
        self._paused = False
        self._subscriptions: list[_Subscription] = []

    def __repr__(self) -> str:
        return f"<CancellationToken {self.disposition}>"

    @property
    def is_cancelled(self) -> bool:
        """True once either is wished: stop working."""
        return self._cancelled or self._paused

    @property
    def is_pause_requested(self) -> bool:
        """True if a pause is wished, and no cancel."""
        return self._paused and not self._cancelled

    @property
    def disposition(self) -> Disposition:
        """What is wished now."""
        if self._cancelled:
            return Disposition.CANCEL
        return Disposition.PAUSE if self._paused else Disposition.RUN

    def cancel(self) -> None:
        """Wishes to stop for good, and wakes the subscribers. A second time does nothing."""
        if not self._cancelled:
            self._cancelled = True
            self._wake()

    def pause(self) -> None:
        """Wishes to stop for now, and wakes the subscribers. Does nothing after a cancel or another pause."""
        if not self.is_cancelled:
            self._paused = True
            self._wake()

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Has `callback` called, in the thread that wishes, when `disposition` changes; at once if it has already.

        Gives a function that ends the subscription; calling it twice is harmless. The callback must be quick, must
        not raise, and may be called twice for one change if threads cross.
        """
        subscription = _Subscription(callback)
        self._subscriptions.append(subscription)

        def unsubscribe() -> None:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

        # After the append: whoever cancels in between finds the subscription, and whoever came before is found here.
        if self.is_cancelled:
            callback()
        return unsubscribe

    def _wake(self) -> None:
        for subscription in self._subscriptions[:]:
            subscription.callback()
