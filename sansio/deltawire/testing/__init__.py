"""For who tests with streams: bodies and events of every provider as Hypothesis strategies, and what a parser promises
as checks.

The checks need nothing but the core::

    from deltawire.testing import assert_split_invariant, assert_total, laws_of_order

The strategies need the extra `testing`::

    from deltawire.testing import strategies
"""

from __future__ import annotations

from .answer import Answer, Call, Reasoning, Style, Text
from .checks import assert_split_invariant, assert_total, cut, events_of, splits
from .laws import laws_of_order
from .reply import HttpReply
from .wire import payloads_of, wire

__all__ = [
    "Answer",
    "Call",
    "HttpReply",
    "Reasoning",
    "Style",
    "Text",
    "assert_split_invariant",
    "assert_total",
    "cut",
    "events_of",
    "laws_of_order",
    "payloads_of",
    "splits",
    "wire",
]
