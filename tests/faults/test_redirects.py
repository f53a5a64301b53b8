"""Redirects are not followed, and no key goes where they lead."""

from __future__ import annotations

from typing import Any

import anyio
import httpcore
import pytest

from deltawire import Failed
from deltawire_transports import aio, blocking
from deltawire_transports.faults import SAMPLES, FaultServer, Redirect
from tests.faults.canary import holds_key, key_for, shown, watch
from tests.faults.shims import play, target

BODY = SAMPLES["openai-chat"].body
KEY = key_for(1)
STATUSES = [300, 301, 302, 303, 304, 305, 307, 308]


@pytest.mark.parametrize("shim", ["blocking", "aio"])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("place", ["{url}/v1/chat/completions", "//localhost:{port}/", "/v1/elsewhere"])
def test_a_redirect_is_a_failure_and_nobody_else_is_asked(shim: str, status: int, place: str) -> None:
    with FaultServer(BODY, "delay") as other:
        port = other.base_url.rpartition(":")[2]
        location = place.format(url=other.base_url, port=port)
        with FaultServer(BODY, Redirect(status, location)) as first, watch() as watched:
            run = play(shim, target("openai-chat", first.base_url, KEY), errors="events")
            assert len(first.requests) == 1
            assert holds_key(first.requests[0].header("authorization") or "")
        assert other.record == []
    last = run.events[-1]
    assert isinstance(last, Failed)
    assert (last.error.kind, last.error.status) == ("redirect", status)
    assert location in last.error.message
    assert shown(run) + watched.keys == []


@pytest.mark.parametrize("provider", SAMPLES)
@pytest.mark.parametrize("shim", ["blocking", "aio"])
def test_a_chain_of_redirects_ends_at_its_first_link(provider: str, shim: str) -> None:
    # `elsewhere` is another origin that leads back to the same server.
    with FaultServer(SAMPLES[provider].body, "redirect") as server:
        run = play(shim, target(provider, server.base_url, KEY), errors="events")
        assert run.events[-1].error.kind == "redirect"
        assert len(server.requests) == 1


@pytest.mark.parametrize("shim", ["blocking", "aio"])
def test_a_location_that_holds_the_key_is_not_shown(shim: str) -> None:
    with FaultServer(BODY, Redirect(307, f"https://example.com/?key={KEY}")) as server:
        run = play(shim, target("openai-chat", server.base_url, KEY))
    assert run.events[-1].error.kind == "redirect"
    assert shown(run) == []


def test_pools_of_the_callers_do_not_follow_either() -> None:
    with FaultServer(BODY, "delay") as other, FaultServer(BODY, Redirect(307, other.base_url)) as first:
        asked = target("openai-chat", first.base_url, KEY)
        with httpcore.ConnectionPool() as pool, blocking.open_stream(asked, "hi", pool=pool, errors="events") as stream:
            assert list(stream)[-1].error.kind == "redirect"

        async def main() -> Any:
            async with (
                httpcore.AsyncConnectionPool() as own,
                aio.open_stream(asked, "hi", pool=own, errors="events") as running,
            ):
                return [event async for event in running][-1]

        assert anyio.run(main).error.kind == "redirect"
        assert other.record == []
