"""The cells of the fault matrix: a fault, a position, a protocol and a shim."""

from __future__ import annotations

import itertools
from typing import Literal

import attrs

from deltawire_transports.faults import (
    SAMPLES,
    BlackHole,
    Close,
    Corrupt,
    Delay,
    Drip,
    Duplicate,
    Fault,
    HalfClose,
    Position,
    Reset,
    Slices,
    Stall,
)

__all__ = ["CUTTING", "FRAMINGS", "HARMLESS", "MATRIX", "Cell", "Framing", "cells"]

Framing = Literal["chunked", "content-length", "close"]
FRAMINGS: tuple[Framing, ...] = ("chunked", "content-length", "close")

HARMLESS: dict[str, Fault] = {"delay": Delay(0.05), "drip": Drip(8000.0), "slices": Slices()}
"""Slow, and whole."""
CUTTING: dict[str, Fault] = {
    "reset": Reset(),
    "close": Close(),
    "half-close": HalfClose(),
    "black-hole": BlackHole(),
    "stall": Stall(0.8),
}
"""What is behind the position does not come, or too late."""
DAMAGING: dict[str, Fault] = {"corrupt": Corrupt(), "duplicate": Duplicate()}
"""One byte is wrong."""
MATRIX = HARMLESS | CUTTING | DAMAGING


@attrs.frozen
class Cell:
    """One of them."""

    number: int
    fault: str
    position: Position
    provider: str
    shim: str
    framing: Framing = "chunked"

    @property
    def name(self) -> str:
        """For tables and reports."""
        return f"{self.fault} {self.position} {self.provider} {self.shim} {self.framing}"

    @property
    def does(self) -> Fault:
        """What happens; every cell of a corruption flips another bit."""
        return Corrupt(1 << self.number % 8) if self.fault == "corrupt" else MATRIX[self.fault]


def cells(shims: tuple[str, ...] = ("blocking", "aio"), framing: Framing = "chunked") -> list[Cell]:
    """All of them: 10 faults x 10 positions x 6 protocols for every shim."""
    product = itertools.product(MATRIX, Position, SAMPLES, shims)
    return [Cell(number, *coordinates, framing) for number, coordinates in enumerate(product)]
