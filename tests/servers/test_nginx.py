"""nginx between both shims and a server of ours: the same events, or a typed failure, however it passes them on."""

from __future__ import annotations

import itertools
import os
import random
from typing import Any

import httpcore
import pytest

from deltawire import Failure, FailureKind, Heartbeat, parse
from deltawire.policy import AttemptStarted, Status, Timeouts
from deltawire_transports import blocking
from deltawire_transports.faults import FAULTS, SAMPLES, FaultServer, Position
from deltawire_transports.replay import ReplayServer, Reply, pace
from tests.faults.cells import FRAMINGS, MATRIX, Cell, cells
from tests.faults.matrix import run_cells
from tests.faults.shims import Run, play, target
from tests.faults.verdict import content_violations
from tests.servers.asking import SHIM_NAMES, ending, failure, together, wrong
from tests.servers.dialects import KEY
from tests.servers.nginx import PATIENT_WAYS, WAYS, Middlebox

SEED = 4711
THOROUGH = os.environ.get("DELTAWIRE_PROFILE") == "thorough"
QUICK = Timeouts(first_byte=0.5, silence=0.5, progress=0.5)
BY_THE_SESSION = (AttemptStarted, Status, Heartbeat)
"""What comes at once, before what the parser gives and the session holds back."""


def parsed(run: Run) -> list[Any]:
    """The events of the parser, without heartbeats."""
    return [event for event in run.events if not isinstance(event, BY_THE_SESSION)]


def healthy(provider: str) -> list[Any]:
    """What they are if nothing stands between."""
    return [event for event in parse(provider, SAMPLES[provider].body.data) if not isinstance(event, Heartbeat)]


@pytest.mark.parametrize("way", PATIENT_WAYS)
def test_every_framing_gives_the_same_events(nginx: Middlebox, way: str) -> None:
    def asked(each: tuple[str, str, str]) -> Run:
        provider, framing, shim = each
        body = SAMPLES[provider].body
        pieces = pace(body.data, split_points=range(5, len(body.data), 5))
        reply = Reply(pieces, headers={"Content-Type": body.media_type}, framing=framing)  # type: ignore[arg-type]
        with ReplayServer(reply) as server:
            return play(shim, target(provider, nginx.before(server.base_url, way), KEY))

    for (provider, framing, shim), run in together(asked, itertools.product(SAMPLES, FRAMINGS, SHIM_NAMES)):
        assert wrong(run) == []
        assert parsed(run) == healthy(provider), (provider, framing, shim)


def test_the_fault_matrix_through_it_has_no_violation(nginx: Middlebox) -> None:
    """Another way for each cell; `python -m tests.servers nginx` runs all cells in all ways."""
    ways = sorted(PATIENT_WAYS)
    chosen = cells() if THOROUGH else random.Random(SEED).sample(cells(), 120)
    report = run_cells(chosen, via=lambda cell, url: nginx.before(url, ways[cell.number % len(ways)]))
    assert report.violations == []
    assert len(report.results) == len(chosen)
    outcomes = {result.outcome for result in report.results}
    assert {"finished", "truncated", "stalled", "server"} <= outcomes


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - MATRIX.keys()))
def test_other_faults_are_seen_through_it_too(nginx: Middlebox, name: str) -> None:
    def asked(each: tuple[str, str]) -> tuple[Run, list[str]]:
        way, shim = each
        sample = SAMPLES["openai-chat"]
        with FaultServer(sample.body, name) as server:
            run = play(shim, target("openai-chat", nginx.before(server.base_url, way), KEY), timeouts=QUICK)
        cell = Cell(0, name, Position.BEFORE_TERMINAL, "openai-chat", shim)
        return run, wrong(run) or content_violations(cell, sample, run.events, ending(run))

    for each, (_, violations) in together(asked, itertools.product(PATIENT_WAYS, SHIM_NAMES)):
        assert violations == [], each


class TestATimeoutOfItsOwn:
    """nginx gives up long before the session would."""

    @staticmethod
    def failures(nginx: Middlebox, reply: Reply) -> list[Failure]:
        """What both shims make of this reply that does not end, in both ways."""

        def asked(each: tuple[str, str]) -> Run:
            way, shim = each
            with ReplayServer(reply) as server:
                return play(shim, target("anthropic", nginx.before(server.base_url, way), KEY))

        return [failure(run) for _, run in together(asked, itertools.product(WAYS.keys() - PATIENT_WAYS, SHIM_NAMES))]

    def test_before_the_head_it_is_a_timeout(self, nginx: Middlebox) -> None:
        failed = self.failures(nginx, Reply(end="silent"))
        assert {(each.kind, each.status, each.retryable) for each in failed} == {(FailureKind.TIMEOUT, 504, True)}

    def test_in_the_middle_it_is_a_cut(self, nginx: Middlebox) -> None:
        failed = self.failures(nginx, Reply(b"".join(SAMPLES["anthropic"].body.frames[:6]), end="hold"))
        assert {each.kind for each in failed} <= {FailureKind.TRUNCATED, FailureKind.READ}


@pytest.mark.parametrize("shim", SHIM_NAMES)
class TestWhatItSaysItself:
    def test_a_server_that_is_down_is_a_bad_gateway(self, nginx: Middlebox, shim: str) -> None:
        with ReplayServer(Reply()) as server:
            base_url = nginx.before(server.base_url, "default")
        failed = failure(play(shim, target("openai-chat", base_url, KEY)))
        assert (failed.kind, failed.status, failed.retryable) == (FailureKind.SERVER, 502, True)

    def test_a_prompt_that_it_finds_too_large_is_the_callers(self, nginx: Middlebox, shim: str) -> None:
        with ReplayServer(Reply()) as server:
            base_url = nginx.before(server.base_url, "default")
            run = play(shim, target("openai-chat", base_url, KEY), prompt="long " * 300_000)
        failed = failure(run)
        assert (failed.kind, failed.status) == (FailureKind.INVALID_REQUEST, 413)


@pytest.mark.parametrize("shim", SHIM_NAMES)
class TestCompression:
    def test_is_not_asked_for(self, nginx: Middlebox, shim: str) -> None:
        body = SAMPLES["openai-chat"].body.data
        with ReplayServer(Reply(body)) as server:
            run = play(shim, target("openai-chat", nginx.before(server.base_url, "gzip"), KEY))
            (exchange,) = server.record
        assert ("accept-encoding", "identity") in [(name.lower(), value) for name, value in exchange.headers]
        assert parsed(run) == healthy("openai-chat")

    def test_would_come_if_it_were_asked_for(self, nginx: Middlebox, shim: str) -> None:
        with ReplayServer(Reply(SAMPLES["openai-chat"].body.data)) as server:
            asked = target("openai-chat", nginx.before(server.base_url, "gzip"), KEY, {"Accept-Encoding": "gzip"})
            assert failure(play(shim, asked)).kind is FailureKind.WRONG_MEDIA

    def test_that_was_not_asked_for_is_no_stream(self, nginx: Middlebox, shim: str) -> None:
        with FaultServer(SAMPLES["ollama"].body, "gzip") as server:
            run = play(shim, target("ollama", nginx.before(server.base_url, "passing"), KEY))
        assert failure(run).kind is FailureKind.WRONG_MEDIA

    def test_that_it_takes_off_does_no_harm(self, nginx: Middlebox, shim: str) -> None:
        with FaultServer(SAMPLES["openai-chat"].body, "gzip", headers=()) as server:
            run = play(shim, target("openai-chat", nginx.before(server.base_url, "gunzip"), KEY))
        assert parsed(run) == healthy("openai-chat")


def test_one_connection_carries_one_stream_after_the_other(nginx: Middlebox) -> None:
    body = SAMPLES["openai-chat"].body
    with ReplayServer(Reply(body.data)) as server, httpcore.ConnectionPool(max_connections=1) as pool:
        asked = target("openai-chat", nginx.before(server.base_url, "passing"), KEY)
        for _ in range(3):
            run = play("blocking", asked, pool=pool)
            assert parsed(run) == healthy("openai-chat")
        assert len(pool.connections) == 1


@pytest.mark.parametrize("way", ["passing", "buffered"])
def test_leaving_reaches_the_server_behind_it(nginx: Middlebox, way: str) -> None:
    half = b"".join(SAMPLES["openai-chat"].body.frames[:2])
    with ReplayServer(Reply(half, end="hold")) as server:
        asked = target("openai-chat", nginx.before(server.base_url, way), KEY)
        with blocking.open_stream(asked, "hi") as stream:
            assert next(stream)
            (exchange,) = server.wait_for_requests(1)
            stream.cancel()
            assert type(list(stream)[-1]).__name__ == "Cancelled"
        assert exchange.client_closed.wait(10)
