"""A close by another thread than the one that iterates."""

from __future__ import annotations

import threading
import time

from tests.unit.transports.scenarios import HOLD, ONCE, at

import deltawire
from deltawire.policy import AttemptStarted, Cancelled
from deltawire_transports import blocking
from deltawire_transports.replay import ReplayServer


def test_between_two_events_ends_the_iteration() -> None:
    with ReplayServer(HOLD) as server:
        for _ in range(20):
            with blocking.open_stream(at(server), "hi", policy=ONCE, errors="events") as stream:
                assert isinstance(next(stream), AttemptStarted)
                closer = threading.Thread(target=stream.close)
                closer.start()
                events = list(stream)
                closer.join()
                assert [type(event) for event in events if event != Cancelled()] in ([], [deltawire.ResponseStarted])
                assert stream._connection is None


def test_that_is_slow_is_waited_for_and_gives_nothing() -> None:
    with ReplayServer(HOLD) as server, blocking.open_stream(at(server), "hi", policy=ONCE, errors="events") as stream:
        next(event for event in stream if isinstance(event, deltawire.TextDelta))
        abandon, closing = stream._abandon, threading.Event()

        def slowly() -> None:
            closing.set()
            time.sleep(0.1)
            abandon()

        stream._abandon = slowly  # type: ignore[method-assign]
        closer = threading.Thread(target=stream.close)
        closer.start()
        assert closing.wait(5)
        assert list(stream) == []
        closer.join()


def test_leaves_nothing_open_though_who_iterates_never_comes_back() -> None:
    with ReplayServer(HOLD) as server:
        stream = blocking.open_stream(at(server), "hi", policy=ONCE, errors="events")
        next(event for event in stream if isinstance(event, deltawire.TextDelta))

        def closed_meanwhile() -> deltawire.Heartbeat:
            closer = threading.Thread(target=stream.close)
            closer.start()
            closer.join()
            return deltawire.Heartbeat("ping")

        stream._next_ready = closed_meanwhile  # type: ignore[method-assign]
        assert next(stream) == deltawire.Heartbeat("ping")
        assert server.record[0].client_closed.wait(5)
        assert stream._connection is None
        assert stream.outcome == "cancelled"
