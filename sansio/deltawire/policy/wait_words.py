"""What a session tells a person while there is nothing to show."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..failures import Failure, FailureKind
from ..requests import Target
from .clocks import Expiry
from .events import Status
from .states import State
from .timeouts import Timeouts

__all__ = ["connected", "expired", "loads_models", "waiting"]

_OLLAMA = frozenset({"ollama", "ollama-openai"})


def loads_models(target: Target) -> bool:
    """True for Ollama: it sends nothing, not even a head, while it loads a model, for minutes if need be."""
    return target.provider in _OLLAMA


def waiting(target: Target, state: State) -> Status:
    """The news after a while without content."""
    if state is not State.OPENING:
        return Status(f"Working… (model '{target.model}')")
    if loads_models(target):
        return Status(f"Loading model '{target.model}'…")
    return Status(f"Waiting for {target.provider}… (model '{target.model}')")


def connected(target: Target) -> Status:
    """The news of a head from a server that loads models."""
    return Status(f"Connected to Ollama, loading '{target.model}'…")


_MESSAGES: Mapping[Expiry, str] = MappingProxyType(
    {
        Expiry.FIRST_BYTE: "No byte of the answer came within {} seconds",
        Expiry.SILENCE: "No byte came for {} seconds",
        Expiry.PROGRESS: "No content came for {} seconds",
        Expiry.TOTAL: "The session's total time of {} seconds is over",
    }
)


def expired(expiry: Expiry, timeouts: Timeouts, target: Target, *, local: bool) -> Failure:
    """The failure of a wait that is over. After the total time nothing is tried again."""
    limits = {
        Expiry.FIRST_BYTE: timeouts.local_first_byte if local else timeouts.first_byte,
        Expiry.SILENCE: timeouts.silence,
        Expiry.PROGRESS: timeouts.progress,
        Expiry.TOTAL: timeouts.total,
    }
    message = _MESSAGES[expiry].format(f"{limits[expiry]:g}")
    total = expiry is Expiry.TOTAL
    kind = FailureKind.TIMEOUT if total else FailureKind.STALLED
    return Failure(kind, message, provider=target.provider, retryable=not total)
