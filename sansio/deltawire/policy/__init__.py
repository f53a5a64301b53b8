"""The policy: which target is asked when, what is held and delivered, when a stream is given up. No clock, no IO.

The events of a host, which nothing here emits, are in `host_events`.
"""

from __future__ import annotations

from .actions import Action, CloseRequest, Deliver, OpenRequest, Outcome, Stop
from .attempts import Attempt
from .budget import TokenBudget
from .cancel import CancellationToken, Disposition
from .delivery import Delivery
from .events import (
    AttemptStarted,
    Cancelled,
    ContextOverflow,
    FallbackStarted,
    Paused,
    PolicyEvent,
    RetryAttempt,
    Status,
    TokenUsageUpdate,
)
from .forward import BEST_EFFORT_WAIT, Forwarder, Forwarding
from .plan import Plan
from .retry import RetryPolicy, Verdict
from .session import StreamSession
from .timeouts import Timeouts

__all__ = [
    "BEST_EFFORT_WAIT",
    "Action",
    "Attempt",
    "AttemptStarted",
    "CancellationToken",
    "Cancelled",
    "CloseRequest",
    "ContextOverflow",
    "Deliver",
    "Delivery",
    "Disposition",
    "FallbackStarted",
    "Forwarder",
    "Forwarding",
    "OpenRequest",
    "Outcome",
    "Paused",
    "Plan",
    "PolicyEvent",
    "RetryAttempt",
    "RetryPolicy",
    "Status",
    "Stop",
    "StreamSession",
    "Timeouts",
    "TokenBudget",
    "TokenUsageUpdate",
    "Verdict",
]
