"""Before there is an answer: nobody there, no reply to the connection, a server that does not take the request."""

from __future__ import annotations

import socket

import attrs
import pytest

from deltawire import Failed, Failure
from deltawire_transports.faults import SAMPLES, BlackHole, FaultServer, Reset
from tests.faults.canary import key_for, shown, watch
from tests.faults.shims import QUICK, Run, play, target
from tests.faults.unreachable import unreachable

SHIMS = pytest.mark.parametrize("shim", ["blocking", "aio"])
KEY = key_for(3)
HUGE = [{"role": "user", "content": "long " * 4_000_000}]


def failed(run: Run) -> Failure:
    last = run.events[-1]
    assert isinstance(last, Failed)
    assert shown(run) + run.strange == []
    return last.error


@SHIMS
def test_a_connection_that_is_not_answered_ends_at_its_timeout(shim: str) -> None:
    with unreachable() as base_url, watch() as watched:
        run = play(shim, target("openai-chat", base_url, KEY), timeouts=attrs.evolve(QUICK, connect=0.3))
    assert failed(run).kind == "connect"
    assert 0.25 < run.seconds < 3
    assert watched.keys + watched.strange == []


@SHIMS
def test_a_port_where_nobody_listens_is_a_connect_failure_at_once(shim: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    run = play(shim, target("openai-chat", base_url, KEY))
    error = failed(run)
    assert error.kind == "connect"
    assert error.retryable
    assert run.seconds < 3


@SHIMS
def test_a_name_that_means_nothing_is_a_connect_failure(shim: str) -> None:
    error = failed(play(shim, target("openai-chat", "http://nowhere.invalid", KEY)))
    assert error.kind == "connect"


@SHIMS
def test_a_request_that_is_not_read_ends_in_time(shim: str) -> None:
    with FaultServer(SAMPLES["openai-chat"].body, BlackHole(), "connect") as server:
        run = play(shim, target("openai-chat", server.base_url, KEY), messages=HUGE, timeouts=QUICK)
        assert failed(run).kind in ("stalled", "connect", "read")
        assert run.seconds < 5
        assert server.requests == []


@SHIMS
def test_a_request_that_is_cut_short_is_a_typed_failure(shim: str) -> None:
    with FaultServer(SAMPLES["openai-chat"].body, Reset(), "connect") as server:
        run = play(shim, target("openai-chat", server.base_url, KEY), messages=HUGE)
        assert failed(run).kind in ("read", "connect")
