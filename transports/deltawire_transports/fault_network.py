"""Faults of the network: the answer is right, and does not get through as it should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import ClassVar

import attrs

from .fault_positions import Position
from .fault_wire import Act, Fault, Send, Step, Wait, Wire

__all__ = [
    "BlackHole",
    "Close",
    "Corrupt",
    "Delay",
    "Drip",
    "Duplicate",
    "HalfClose",
    "OpenSocket",
    "Reset",
    "Slices",
    "Stall",
]


@attrs.frozen
class Delay(Fault):
    """A pause that no client should mind."""

    seconds: float = 0.05
    """How long it is, in seconds."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """All as it should be, with a pause."""
        return [*wire.before(position), Wait(self.seconds), *wire.behind(position)]


@attrs.frozen
class Stall(Delay):
    """A pause that is longer than a client waits; then all goes on."""

    seconds: float = 400.0
    """How long it is, in seconds."""


@attrs.frozen
class Drip(Fault):
    """A trickle from the position on, of so many bytes a second."""

    bytes_per_second: float = 1000.0
    """How fast it trickles."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """Twenty pieces a second, or single bytes if that is too many."""
        piece = max(1, round(self.bytes_per_second / 20))
        behind = sliced(wire.behind(position), piece)
        paused = chain.from_iterable(
            (Wait(len(step.data) / self.bytes_per_second), step) if isinstance(step, Send) else (step,)
            for step in behind
        )
        return chain(wire.before(position), paused)


@attrs.frozen
class Slices(Fault):
    """Every byte from the position on in a packet of its own."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """A send for every byte."""
        return chain(wire.before(position), sliced(wire.behind(position), 1))


@attrs.frozen
class Reset(Fault):
    """The connection is reset (RST)."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """The response up to the position."""
        return [*wire.before(position), Act.RESET]


@attrs.frozen
class Close(Fault):
    """The connection is closed (FIN)."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """The response up to the position."""
        return [*wire.before(position), Act.CLOSE]


@attrs.frozen
class HalfClose(Fault):
    """The server closes its own direction (FIN) and goes on reading."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """The response up to the position."""
        return [*wire.before(position), Act.HALF_CLOSE]


@attrs.frozen
class BlackHole(Fault):
    """Nothing more is sent or read, and nothing closed."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """The response up to the position."""
        return [*wire.before(position), Act.IGNORE]


@attrs.frozen
class OpenSocket(Fault):
    """The server never ends the answer and keeps the connection open."""

    usual: ClassVar[Position] = Position.AFTER_TERMINAL

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """The response up to the position."""
        return [*wire.before(position), Act.HOLD]


@attrs.frozen
class Corrupt(Fault):
    """Bits of the byte at the position are flipped."""

    mask: int = attrs.field(default=0x80, validator=[attrs.validators.ge(1), attrs.validators.le(0xFF)])
    """The bits to flip, 1 to 255."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """At `connect` the byte comes before the request is read."""
        byte, behind = next_byte(wire.behind(position))
        return [*wire.before(position), *(Send(bytes([each ^ self.mask])) for each in byte), *behind]


@attrs.frozen
class Duplicate(Fault):
    """The byte at the position comes twice."""

    def steps(self, wire: Wire, position: Position) -> Iterable[Step]:
        """At `connect` the first of the two comes before the request is read."""
        behind = wire.behind(position)
        byte, _ = next_byte(behind)
        return [*wire.before(position), *([Send(byte)] if byte else []), *behind]


def sliced(steps: Iterable[Step], size: int) -> Iterator[Step]:
    """The same steps with no more than `size` bytes in each."""
    for step in steps:
        if isinstance(step, Send):
            yield from (Send(step.data[begin : begin + size]) for begin in range(0, len(step.data), size))
        else:
            yield step


def next_byte(steps: list[Step]) -> tuple[bytes, list[Step]]:
    """The first byte that the steps send, and the steps without it; no byte if nothing is sent."""
    for number, step in enumerate(steps):
        if isinstance(step, Send):
            rest = [Send(step.data[1:])] if step.data[1:] else []
            return step.data[:1], [*steps[:number], *rest, *steps[number + 1 :]]
    return b"", steps
