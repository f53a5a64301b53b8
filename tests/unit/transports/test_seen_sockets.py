"""Sockets told apart by the timeouts that are set on them."""

from __future__ import annotations

import gc
import socket

import pytest

from deltawire_transports._seen_sockets import SeenSockets


def test_a_socket_is_found_by_the_timeout_of_the_request_that_it_carries() -> None:
    seen = SeenSockets()
    with socket.socket() as one, socket.socket() as other, socket.socket() as unseen:
        seen.add(one)
        seen.add(other)
        first, second, third = (seen.own_timeout(5.0) for _ in range(3))
        for each, timeout in ((one, first), (other, second), (unseen, third)):
            each.settimeout(timeout)
        assert seen.find(first) is one
        assert seen.find(second) is other
        assert seen.find(third) is None


@pytest.mark.parametrize("timeout", [None, 0.0, 5.0, 5.000001])
def test_nobody_elses_timeout_is_taken_for_a_requests(timeout: float | None) -> None:
    seen = SeenSockets()
    with socket.socket() as connected:
        seen.add(connected)
        connected.settimeout(timeout)
        assert [seen.find(seen.own_timeout(5.0)) for _ in range(3)] == [None, None, None]


@pytest.mark.parametrize(("asked", "low"), [(0.0, 0), (0.3, 0.3), (5.0, 5), (10.7, 10.7), (None, 86_400)])
def test_the_timeout_is_no_shorter_than_was_asked_for_and_differs_every_time(asked: float | None, low: float) -> None:
    seen = SeenSockets()
    timeouts = [seen.own_timeout(asked) for _ in range(2_000)]
    assert all(low < timeout < low + 1.01 for timeout in timeouts)
    with socket.socket() as connected:
        seen.add(connected)
        for timeout in timeouts[::199]:
            connected.settimeout(timeout)
            assert [each for each in timeouts if seen.find(each)] == [timeout]


def test_a_socket_that_nobody_holds_is_forgotten() -> None:
    seen = SeenSockets()
    connected = socket.socket()
    seen.add(connected)
    timeout = seen.own_timeout(1.0)
    connected.settimeout(timeout)
    connected.close()
    assert seen.find(timeout) is connected
    del connected
    gc.collect()
    assert seen.find(timeout) is None
