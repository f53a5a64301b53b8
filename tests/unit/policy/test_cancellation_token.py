"""The cancellation token."""

from __future__ import annotations

import threading

import pytest

from deltawire.policy import CancellationToken, Disposition


@pytest.mark.parametrize(
    ("wishes", "disposition", "paused"),
    [
        ("", Disposition.RUN, False),
        ("c", Disposition.CANCEL, False),
        ("p", Disposition.PAUSE, True),
        ("pp", Disposition.PAUSE, True),
        ("cp", Disposition.CANCEL, False),
        ("pc", Disposition.CANCEL, False),
    ],
)
def test_a_cancel_weighs_more_than_a_pause(wishes: str, disposition: Disposition, paused: bool) -> None:
    token = CancellationToken()
    for wish in wishes:
        token.cancel() if wish == "c" else token.pause()
    assert token.disposition is disposition
    assert token.is_cancelled is bool(wishes)
    assert token.is_pause_requested is paused
    assert disposition in repr(token)


@pytest.mark.parametrize(("wishes", "woken"), [("c", ["cancel"]), ("cc", ["cancel"]), ("pcp", ["pause", "cancel"])])
def test_subscribers_are_woken_once_for_each_change(wishes: str, woken: list[str]) -> None:
    token = CancellationToken()
    seen: list[str] = []
    token.subscribe(lambda: seen.append(token.disposition))
    for wish in wishes:
        token.cancel() if wish == "c" else token.pause()
    assert seen == woken


def test_a_late_subscriber_is_woken_at_once() -> None:
    token = CancellationToken()
    token.pause()
    seen: list[str] = []
    token.subscribe(lambda: seen.append(token.disposition))
    assert seen == ["pause"]
    token.cancel()
    assert seen == ["pause", "cancel"]


def test_a_subscription_ends_alone_and_only_once() -> None:
    token = CancellationToken()
    seen: list[int] = []
    callback = lambda: seen.append(1)  # noqa: E731 - the same callback twice
    first = token.subscribe(callback)
    token.subscribe(callback)
    first()
    first()
    token.cancel()
    assert seen == [1]


def test_a_subscriber_may_end_its_subscription_while_it_is_woken() -> None:
    token = CancellationToken()
    seen: list[str] = []
    ends = [token.subscribe(lambda: (seen.append("a"), ends[0]())), token.subscribe(lambda: seen.append("b"))]
    token.pause()
    token.cancel()
    assert seen == ["a", "b", "b"]


def test_no_wake_is_lost_between_threads() -> None:
    for _ in range(50):
        token = CancellationToken()
        woken = [threading.Event() for _ in range(4)]
        threads = [threading.Thread(target=token.subscribe, args=(event.set,)) for event in woken]
        threads.insert(2, threading.Thread(target=token.cancel))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(event.is_set() for event in woken)
