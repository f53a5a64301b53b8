"""The states of a session and what may follow from what.

A session asks the targets of a plan one after the other, each up to so many times, until one answers::

    NEW -- start --> OPENING -- head --> ANSWERED -- bytes --> STREAMING -- terminal event --> ENDED
                        ^                                          |
                        |                                          | a failure before any content
                        +---- the wait is over ---- BACKOFF <------+

Two rules hold it together. All changes of state are in `TRANSITIONS`, and the session asks this table before it does
anything: an input that has no entry for the present state has no effect. And whatever may fail may also end the
attempt, so every input of an open request leads, beside its usual state, to `AFTER_A_FAILURE`: to the next target at
once, to the wait before the next attempt, or to the end.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["REFUSED", "TRANSITIONS", "Input", "State"]


class State(enum.StrEnum):
    """Where a session is."""

    NEW = "new"
    """Not started."""
    OPENING = "opening"
    """A request is open and nothing has come back."""
    ANSWERED = "answered"
    """The head has come, the body has not begun."""
    STREAMING = "streaming"
    """The body has begun."""
    BACKOFF = "backoff"
    """No request is open; the next attempt waits."""
    ENDED = "ended"
    """The terminal event and the Stop are out."""


class Input(enum.StrEnum):
    """What a caller can say to a session."""

    START = "start"
    """`start`: once, first."""
    HEAD = "head"
    """`receive_head`: status and headers came."""
    DATA = "data"
    """`receive_data`: bytes of the body came."""
    EOF = "eof"
    """`receive_eof`: the body ended as HTTP says."""
    ERROR = "error"
    """`receive_error`: no connection, or one that broke."""
    READING = "reading"
    """`reading`: the caller is about to wait for bytes."""
    TIMER = "timer"
    """`handle_timer`: a deadline has passed."""
    CANCEL = "cancel"
    """`cancel`: the consumer wants no more."""
    PAUSE = "pause"
    """`pause`: the consumer will start again."""


AFTER_A_FAILURE = frozenset({State.OPENING, State.BACKOFF, State.ENDED})
"""Where an attempt that ended may lead: the next target, another attempt, the end, be it a good one."""

_STOPPED = frozenset({State.ENDED})
_ENDINGS = {Input.EOF: AFTER_A_FAILURE, Input.ERROR: AFTER_A_FAILURE, Input.CANCEL: _STOPPED, Input.PAUSE: _STOPPED}


def _open(state: State, **inputs: frozenset[State]) -> Mapping[Input, frozenset[State]]:
    own = {Input(name): after for name, after in inputs.items()}
    stays = {Input.READING: frozenset({state}), Input.TIMER: AFTER_A_FAILURE | {state}}
    return MappingProxyType(_ENDINGS | stays | own)


TRANSITIONS: Mapping[State, Mapping[Input, frozenset[State]]] = MappingProxyType(
    {
        State.NEW: MappingProxyType(
            # A start may end at once: no target of the plan is configured.
            {Input.START: frozenset({State.OPENING, State.ENDED}), Input.CANCEL: _STOPPED, Input.PAUSE: _STOPPED}
        ),
        State.OPENING: _open(
            State.OPENING,
            # A head may end the attempt: a redirect, or a status without a body.
            head=AFTER_A_FAILURE | {State.ANSWERED},
            data=AFTER_A_FAILURE | {State.STREAMING},
        ),
        State.ANSWERED: _open(State.ANSWERED, data=AFTER_A_FAILURE | {State.STREAMING}),
        State.STREAMING: _open(State.STREAMING, data=AFTER_A_FAILURE | {State.STREAMING}),
        State.BACKOFF: MappingProxyType(
            # The timer may be early, find the target unconfigured by now, or find the total time over.
            {
                Input.TIMER: frozenset({State.BACKOFF, State.OPENING, State.ENDED}),
                Input.CANCEL: _STOPPED,
                Input.PAUSE: _STOPPED,
            }
        ),
        State.ENDED: MappingProxyType({}),
    }
)
"""By state and input, the states that may follow. What is not here has no effect."""

REFUSED: frozenset[tuple[State, Input]] = frozenset(
    {
        *((state, Input.START) for state in State if state not in (State.NEW, State.ENDED)),
        (State.ANSWERED, Input.HEAD),
        (State.STREAMING, Input.HEAD),
    }
)
"""What only a caller that is wrong can say: a second start, a second head."""
