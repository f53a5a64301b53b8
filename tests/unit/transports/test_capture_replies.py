"""A capture served once more: to the shims, and to any client."""

from __future__ import annotations

import http.client
import io
import random
import time
from pathlib import Path
from typing import Any

import pytest
from tests.shim_bodies import CALLS, HELLO, THINKS, USAGE, text

import deltawire
from deltawire import Failure, FailureKind
from deltawire.policy import Plan, RetryPolicy, Timeouts
from deltawire.requests import Target
from deltawire.timeline import Mark
from deltawire_transports import aio
from deltawire_transports.blocking import Stream
from deltawire_transports.capture import Asked, Capture, CaptureError, CaptureHeader, read_capture
from deltawire_transports.capture_lines import Broken, Rang, Received, Requested, Responded, Started
from deltawire_transports.capture_pool import WatchedPool
from deltawire_transports.capture_replay import replay
from deltawire_transports.capture_replies import capture_replies, capture_script
from deltawire_transports.capture_session import RecordingSession
from deltawire_transports.replay import ReplayServer, Reply, Script, json_reply, pace

KEY = "sk-canary-4711"
QUICK = RetryPolicy(max_attempts=2, initial_delay=0.01, max_delay=0.02, rate_limit_floor=0.01)


def recorded(script: Script, **options: Any) -> tuple[list[Any], Capture]:
    """What a client has of a script over real HTTP, and the capture of it."""
    file = io.StringIO()
    with ReplayServer(script) as server:
        plan = Plan(
            Target("openai-chat", "m", KEY, server.base_url + "/v1"),
            [Target("grok", "g", KEY, server.base_url + "/v1")],
        )
        session = RecordingSession(file, plan, "hi", jitter=random.random, **{"policy": QUICK} | options)
        with Stream(session, pool=WatchedPool(session.connected), errors="events") as stream:
            events = list(stream)
    assert KEY not in file.getvalue()
    return events, read_capture(io.StringIO(file.getvalue()))


def events_of(capture: Capture) -> list[Any]:
    return [event for event, _ in replay(capture) if not isinstance(event, Mark)]


def names(events: list[Any]) -> list[str]:
    return [type(event).__name__ for event in events]


BUSY = json_reply(503, {"error": {"message": "busy"}})
SCRIPTS: dict[str, tuple[Script, dict[str, Any]]] = {
    "an answer": (Reply(pace(HELLO, 0.002)), {}),
    "a call, cut into single bytes": (Reply(pace(CALLS, split_points=range(len(CALLS)))), {}),
    "a retry": ([BUSY, Reply(HELLO)], {}),
    "a fallback": ([json_reply(401, {"error": {"message": f"wrong key {KEY}"}}), Reply(THINKS)], {}),
    "a cut": (Reply(text("half"), end="cut"), {}),
    "a stall": ([Reply(b": hi\n\n", end="hold"), Reply(HELLO)], {"timeouts": Timeouts(silence=0.3)}),
    "silence": ([Reply(end="silent"), Reply(HELLO)], {"timeouts": Timeouts(first_byte=0.3, local_first_byte=0.3)}),
    "an end that never comes": (Reply(HELLO[:-15], end="hold"), {"timeouts": Timeouts(finish_grace=0.05)}),
    "a page": (Reply(b"<html>", headers={"Content-Type": "text/html"}), {}),
}


@pytest.mark.parametrize(("script", "options"), SCRIPTS.values(), ids=SCRIPTS)
def test_served_once_more_it_gives_the_same_events(script: Script, options: dict[str, Any]) -> None:
    live, capture = recorded(script, **options)
    assert events_of(capture) == live
    # Faster, so that what came just in time on a busy machine does so once more.
    again, _ = recorded(capture_replies(capture, speed=10), **options)
    assert names(again) == names(live)
    assert again[-1] == live[-1]


def test_marks_of_a_real_connection_stand_in_their_order() -> None:
    _, capture = recorded(Reply(HELLO))
    marks = [mark for mark, _ in replay(capture) if isinstance(mark, Mark)]
    assert marks[:3] == [Mark.CONNECTED, Mark.HEADERS, Mark.BYTES]


def test_the_asynchronous_shim_records_too() -> None:
    import anyio  # noqa: PLC0415

    file = io.StringIO()

    async def run(url: str) -> list[Any]:
        session = RecordingSession(file, Target("openai-chat", "m", KEY, url), "hi", policy=QUICK)
        async with aio.Stream(session, errors="events") as stream:
            return [event async for event in stream]

    with ReplayServer([BUSY, Reply(pace(HELLO + USAGE, 0.001))]) as server:
        live = anyio.run(run, server.base_url + "/v1")
    assert events_of(read_capture(io.StringIO(file.getvalue()))) == live


def test_any_client_is_answered_again_and_again() -> None:
    _, capture = recorded([BUSY, Reply(HELLO, headers={"X-Request-Id": "r-1", "Set-Cookie": "a=b"})])
    with ReplayServer(capture_script(capture)) as server:
        statuses = []
        for _ in range(4):
            client = http.client.HTTPConnection(server.base_url.removeprefix("http://"), timeout=5)
            client.request("GET", "/anything")
            response = client.getresponse()
            statuses.append((response.status, response.read()))
            assert response.getheader("Set-Cookie") is None
            client.close()
    assert statuses == [(503, b'{"error": {"message": "busy"}}'), (200, HELLO)] * 2


class TestReplies:
    def test_pauses_are_those_of_the_reads_over_the_speed(self) -> None:
        lines = (
            Started(0),
            Requested(0, 1, "POST", "u", (), 1, ()),
            Responded(1, 500_000, 200, (("Content-Length", "9"), ("X", "y")), None),
            Received(1, 1_500_000, b"a", None),
            Received(1, 1_000_000, b"b", None),
            Received(1, 3_000_000, b"c", None),
        )
        (reply,) = capture_replies(Capture(CaptureHeader((Asked("groq", "m"),)), lines), speed=2)
        assert reply == Reply(((0.5, b"a"), (0.0, b"b"), (1.0, b"c")), 200, {"X": "y"}, end="hold", delay=0.25)

    def test_reads_that_are_alike_do_not_hide_that_the_client_gave_up(self) -> None:
        read = Received(1, 2, b": ping\n\n", None)
        lines = (Started(0), Requested(0, 1, "POST", "u", (), 1, ()), Responded(1, 1, 200, (), None))
        twin = Received(1, 2, b": ping\n\n", None)
        capture = Capture(CaptureHeader((Asked("groq", "m"),)), (*lines, read, twin, Rang(9, None)))
        assert capture_replies(capture)[0].end == "hold"

    def test_without_a_response_the_connection_is_reset(self) -> None:
        broken = Broken(1, 5, Failure(FailureKind.READ, "gone"), None)
        lines = (Started(0), Requested(0, 1, "POST", "u", (), 1, ()), broken)
        assert capture_replies(Capture(CaptureHeader((Asked("groq", "m"),)), lines)) == [Reply(end="reset")]

    def test_nothing_can_be_served_of_nothing(self) -> None:
        with pytest.raises(CaptureError, match="nothing to serve"):
            capture_replies(Capture(CaptureHeader((Asked("groq", "m"),)), (Started(0),)))

    @pytest.mark.parametrize(
        ("status", "headers"), [(99, ()), (200, (("a b", "c"),))], ids=["no status", "no header name"]
    )
    def test_a_head_that_no_server_sends_is_an_error(self, status: int, headers: Any) -> None:
        lines = (Started(0), Requested(0, 1, "POST", "u", (), 1, ()), Responded(1, 1, status, headers, None))
        with pytest.raises(CaptureError, match="attempt 1"):
            capture_replies(Capture(CaptureHeader((Asked("groq", "m"),)), lines))

    @pytest.mark.parametrize("speed", [0, -1, float("nan")])
    def test_the_speed_is_above_zero(self, speed: float) -> None:
        _, capture = recorded(Reply(HELLO))
        with pytest.raises(ValueError, match="speed"):
            capture_replies(capture, speed=speed)


def test_a_stream_that_is_left_keeps_what_it_had(tmp_path: Path) -> None:
    path = tmp_path / "left.jsonl"
    with ReplayServer(Reply(HELLO[:-20], end="hold")) as server, path.open("w") as file:
        session = RecordingSession(file, Target("openai-chat", "m", KEY, server.base_url + "/v1"), "hi")
        with Stream(session, errors="events") as stream:
            while not isinstance(next(stream), deltawire.TextDelta):
                pass
            begun = time.monotonic()
    assert time.monotonic() - begun < 5
    capture = read_capture(path)
    assert capture.outcome is not None
    assert capture.outcome.value == "cancelled"
    assert capture_replies(capture)[0].end == "hold"
