"""Faults of the network, as steps."""

from __future__ import annotations

import pytest
from tests.unit.transports.test_fault_wire import BODY, HEADERS, sent

from deltawire_transports.fault_network import (
    BlackHole,
    Close,
    Corrupt,
    Delay,
    Drip,
    Duplicate,
    HalfClose,
    OpenSocket,
    Reset,
    Slices,
    Stall,
)
from deltawire_transports.fault_positions import Body, Position
from deltawire_transports.fault_wire import Act, Fault, Send, Wait, Wire

WIRE = Wire(BODY, headers=HEADERS)


@pytest.mark.parametrize("position", Position)
@pytest.mark.parametrize(
    ("fault", "act"),
    [
        (Reset(), Act.RESET),
        (Close(), Act.CLOSE),
        (HalfClose(), Act.HALF_CLOSE),
        (BlackHole(), Act.IGNORE),
        (OpenSocket(), Act.HOLD),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Fault) else "",
)
def test_endings_send_what_is_before_the_position_and_end(fault: Fault, act: Act, position: Position) -> None:
    assert list(fault.steps(WIRE, position)) == [*WIRE.before(position), act]


@pytest.mark.parametrize("position", Position)
@pytest.mark.parametrize(
    "fault", [Delay(0.5), Stall(9.0), Drip(2000.0), Slices()], ids=lambda fault: type(fault).__name__
)
def test_slow_answers_are_whole(fault: Fault, position: Position) -> None:
    steps = list(fault.steps(WIRE, position))
    assert sent(steps) == sent(WIRE.steps())
    assert steps[: len(WIRE.before(position))] == WIRE.before(position)
    assert steps[-1] is Act.FINISH
    assert [step for step in steps if step is Act.READ_REQUEST] == [Act.READ_REQUEST]


@pytest.mark.parametrize(("fault", "seconds"), [(Delay(0.5), 0.5), (Stall(9.0), 9.0)])
def test_a_pause_is_one_wait_at_the_position(fault: Fault, seconds: float) -> None:
    steps = list(fault.steps(WIRE, Position.MID_UTF8))
    assert steps.index(Wait(seconds)) == len(WIRE.before(Position.MID_UTF8))
    assert sum(isinstance(step, Wait) for step in steps) == 1


@pytest.mark.parametrize(("rate", "largest"), [(1000.0, 50), (40.0, 2), (1.0, 1)])
def test_a_drip_keeps_its_rate(rate: float, largest: int) -> None:
    steps = list(Drip(rate).steps(WIRE, Position.AFTER_HEADERS))
    dripped = steps[len(WIRE.before(Position.AFTER_HEADERS)) :]
    seconds = sum(step.seconds for step in dripped if isinstance(step, Wait))
    assert seconds == pytest.approx(len(sent(dripped)) / rate)
    assert max(len(step.data) for step in dripped if isinstance(step, Send)) <= largest


def test_slices_are_single_bytes() -> None:
    steps = list(Slices().steps(WIRE, Position.AFTER_REQUEST))
    assert {len(step.data) for step in steps if isinstance(step, Send)} == {1}


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
@pytest.mark.parametrize("position", Position)
def test_one_byte_is_corrupted_and_nothing_else(position: Position, mask: int) -> None:
    whole, place = sent(WIRE.steps()), len(sent(WIRE.before(position)))
    steps = list(Corrupt(mask).steps(WIRE, position))
    assert sent(steps) == whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :]
    assert steps.count(Act.READ_REQUEST) == 1


@pytest.mark.parametrize("mask", [0, 256])
def test_a_mask_that_changes_no_byte_is_refused(mask: int) -> None:
    with pytest.raises(ValueError, match="mask"):
        Corrupt(mask)


@pytest.mark.parametrize("position", Position)
def test_one_byte_comes_twice(position: Position) -> None:
    whole, place = sent(WIRE.steps()), len(sent(WIRE.before(position)))
    assert sent(list(Duplicate().steps(WIRE, position))) == whole[: place + 1] + whole[place:]


@pytest.mark.parametrize("fault", [Corrupt(), Duplicate()], ids=["corrupt", "duplicate"])
def test_at_connect_the_server_speaks_before_it_reads(fault: Fault) -> None:
    first, second, *_ = fault.steps(WIRE, Position.CONNECT)
    assert isinstance(first, Send)
    assert len(first.data) == 1
    assert second is Act.READ_REQUEST


@pytest.mark.parametrize("fault", [Corrupt(), Duplicate()], ids=["corrupt", "duplicate"])
def test_where_nothing_follows_nothing_is_changed(fault: Fault) -> None:
    wire = Wire(Body([b"all"]), "close")
    assert sent(list(fault.steps(wire, Position.AFTER_TERMINAL))) == sent(wire.steps())
