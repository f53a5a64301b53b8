"""Captures for tests, made by sessions on fake time."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from deltawire.policy import Plan, RetryPolicy, Timeouts
from deltawire.requests import Target
from deltawire_transports.capture import Capture, read_capture
from deltawire_transports.capture_session import RecordingSession
from tests.policy_driver import DONE, FINISH, PING, START, Driver, chunk, frame, target, text, usage

HOSTILE = (
    "</pre></style></svg><script>alert(1)</script><img src=x onerror=alert(1)>\"'><!-- ]]> &lt; \x00\x1b[31m\u202e"
)


def captured(story: Callable[[Driver], None], plan: Plan | Target | None = None, **options: Any) -> Capture:
    """The capture of what a story does to a session."""
    file = io.StringIO()
    options = {"policy": RetryPolicy(max_attempts=2, jitter_factor=0)} | options
    driver = Driver(RecordingSession(file, target() if plan is None else plan, "hi", **options))
    driver.start()
    story(driver)
    return read_capture(io.StringIO(file.getvalue()))


def bring(driver: Driver, *pieces: bytes, after: float = 0.05) -> None:
    """The next reads, each after a while."""
    for piece in pieces:
        driver.reading()
        driver.now += after
        driver.data(piece)


def call(index: int, arguments: str, **entry: Any) -> bytes:
    """A chunk with a piece of a tool call."""
    name = {"name": entry.pop("name")} if "name" in entry else {}
    return chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments, **name}, **entry}]})


def a_full_story(driver: Driver) -> None:
    """Refused, retried; then reasoning, text, a stall, two calls, counts."""
    driver.now += 0.1
    driver.head(503, {"Content-Type": "application/json"})
    bring(driver, b'{"error":{"message":"busy"}}')
    driver.eof()
    driver.wait()
    driver.now += 0.1
    session = driver.session
    assert isinstance(session, RecordingSession)
    session.connected(2, driver.now)
    driver.now += 0.1
    driver.head(200, {"Content-Type": "text/event-stream", "x-request-id": "req-1"})
    bring(driver, PING, START, chunk({"reasoning_content": "Hm, "}), chunk({"reasoning_content": "well."}))
    bring(driver, text("Grüezi "), text("from 東京"))
    bring(driver, text("!"), after=2.5)
    bring(driver, call(0, "", id="call_1", name="weather"), call(0, '{"city":'), call(0, '"Bern"}'))
    bring(driver, call(1, "{}", id="call_2", name="clock"), chunk(finish="tool_calls"), usage(61), DONE)


def a_short_story(driver: Driver) -> None:
    """An answer in two pieces."""
    driver.now += 0.2
    driver.head(200)
    bring(driver, START, text("Hello"), text(" there"), FINISH, DONE, after=0.01)


def a_counted_story(driver: Driver) -> None:
    """An answer of a thousand tokens."""
    driver.head(200)
    counts = {"prompt_tokens": 400, "completion_tokens": 600, "total_tokens": 1000}
    bring(driver, text("Hello"), text("."), FINISH, frame({"choices": [], "usage": counts}), DONE)


def a_cut_story(driver: Driver) -> None:
    """Half an answer, half a call."""
    driver.head(200)
    bring(driver, text("half"), call(0, '{"a":', id="c", name="f"))
    driver.eof()


def a_hostile_story(driver: Driver) -> None:
    """Markup wherever a server can put text."""
    driver.head(200, {"x-hostile": HOSTILE.replace("\x00", ""), f"x-{'<b>'}": "y"})
    bring(driver, b": " + HOSTILE.encode() + b"\n\n", b"data: {" + HOSTILE.encode() + b"\n\n")
    bring(driver, frame({"id": HOSTILE, "model": HOSTILE, "choices": []}), chunk({"reasoning_content": HOSTILE}))
    bring(driver, text(HOSTILE), call(0, json.dumps({HOSTILE: HOSTILE}), id=HOSTILE, name=HOSTILE))
    bring(driver, frame({"error": {"message": HOSTILE, "type": HOSTILE, "code": HOSTILE}}))


def hostile() -> Capture:
    """A capture of markup, told by a server and by whoever named it."""
    return captured(a_hostile_story, target(model=HOSTILE), title=HOSTILE, recorded="<i>today</i>")


def unstarted() -> Capture:
    """A capture in which nobody could be asked."""
    return captured(lambda _: None, target("groq", api_key=None))


def stalled() -> Capture:
    """A fallback behind a silence."""

    def story(driver: Driver) -> None:
        driver.head(200)
        bring(driver, PING)
        driver.reading()
        driver.wait()
        a_short_story(driver)

    plan = Plan(target(), [target("grok", "g")])
    return captured(story, plan, policy=RetryPolicy.never(), timeouts=Timeouts(silence=3))
