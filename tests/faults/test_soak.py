"""Small versions of `python -m tests.faults.soak`; DELTAWIRE_PROFILE=thorough makes them larger."""

from __future__ import annotations

import os
import sys

import pytest

from tests.faults import shims
from tests.faults.cancels_aio import leave_aio
from tests.faults.cancels_blocking import leave_blocking
from tests.faults.crowd import Crowd, crowd_aio, crowd_threads
from tests.faults.latency import MOMENTS, measure
from tests.faults.pressure import GROWTH, READ_AHEAD, press
from tests.faults.system import Leaks, Taken

THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
SHIMS = pytest.mark.parametrize("shim", ["blocking", "aio"])
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc and the kernel of Linux")


@SHIMS
def test_streams_that_are_left_at_any_moment_leave_nothing_behind(shim: str) -> None:
    leave = leave_aio if shim == "aio" else leave_blocking
    left = leave(10_000 if THOROUGH else 150, 4711)
    assert left.wrong == []
    assert not any(left.leaks.values()), left.leaks
    assert {"Cancelled", "Paused", "left open"} <= left.ends.keys()
    assert len(left.ways) >= 5


@pytest.mark.parametrize("shim", shims.SHIMS)
@pytest.mark.parametrize("framing", ["close", "chunked"])
def test_a_slow_consumer_holds_the_server_back(shim: str, framing: str) -> None:
    seen = press(shim, framing, 30.0 if THOROUGH else 0.5, 20.0 if THOROUGH else 200.0)
    assert seen.events > 20
    assert 0 < seen.read_ahead <= READ_AHEAD[shim]
    assert seen.growth < GROWTH


def all_right(crowd: Crowd, streams: int, at_once: int) -> None:
    assert crowd.wrong == []
    assert crowd.streams == streams
    assert crowd.at_once >= at_once


def test_many_streams_of_one_loop_do_not_mix() -> None:
    count = 1_000 if THOROUGH else 60
    all_right(crowd_aio(count, 0.02), count, count)


def test_many_streams_of_many_threads_do_not_mix() -> None:
    threads, turns = (100, 20) if THOROUGH else (12, 4)
    all_right(crowd_threads(threads, turns, 0.002), threads * turns, threads // 2)


@SHIMS
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_cancel_is_seen_at_once(shim: str, moment: str) -> None:
    seen = measure(shim, moment, 200 if THOROUGH else 5)
    consumer = seen.figures("consumer")
    assert consumer is not None
    # `python -m tests.faults.soak latency` has the figures; a busy machine is no reason to fail here.
    assert consumer[0] < 1000
    server = seen.figures("server")
    assert (server is None) == (moment in ("connect", "backoff"))
    assert server is None or server[0] < 1000


def test_what_is_left_behind_is_found() -> None:
    leaks = Leaks()
    with open(os.devnull, "rb"):
        assert leaks.found(1, patience=0.0) == {"files": 1, "connections": 0, "threads": 0}
    assert leaks.found(1, patience=0.0) == {"files": 0, "connections": 0, "threads": 0}


def test_a_port_without_a_connection_has_none_to_look_at() -> None:
    with pytest.raises(LookupError):
        Taken(1)
