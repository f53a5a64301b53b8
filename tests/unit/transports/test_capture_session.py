"""A session that records itself, and the same session played once more from its capture."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy_driver import DONE, FINISH, KEY, PING, START, Driver, chunk, error, frame, target, text, usage

from deltawire import Failure, FailureKind, Limits, UsageError
from deltawire.policy import Plan, RetryPolicy, Timeouts
from deltawire.requests import Target
from deltawire.think import ThinkOptions
from deltawire.timeline import Mark, Timeline
from deltawire_transports.capture import Capture, DamagedCaptureError, read_capture
from deltawire_transports.capture_lines import Connected, Rang, Received
from deltawire_transports.capture_replay import replay
from deltawire_transports.capture_session import RecordingSession

PLAN = Plan(target(), [target("anthropic", "claude"), target("ollama", "tiny", api_key=None)])
BROKEN = Failure(FailureKind.READ, "The connection broke: reset")
BUSY = b'{"error":{"message":"busy","type":"server_error"}}'
CALL = chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": '{"a":'}}]})


def recording(plan: Plan | Target = PLAN, **options: Any) -> tuple[Driver, io.StringIO]:
    file = io.StringIO()
    options = {"policy": RetryPolicy(max_attempts=2), "jitter": random.Random(7).random} | options
    return Driver(RecordingSession(file, plan, "hi", **options)), file


def captured(file: io.StringIO) -> Capture:
    return read_capture(io.StringIO(file.getvalue()))


def replayed(file: io.StringIO) -> list[Any]:
    return [event for event, _ in replay(captured(file)) if not isinstance(event, Mark)]


def answer(driver: Driver) -> None:
    driver.head(200, {"Content-Type": "text/event-stream"})
    for piece in (PING, START, text("Hel"), text("lo"), usage(3), FINISH, DONE):
        driver.reading()
        driver.now += 0.0123456789
        driver.data(piece)


def refused(driver: Driver) -> None:
    driver.head(429, {"retry-after-ms": "1500"})
    driver.data(BUSY)
    driver.eof()
    driver.wait()
    answer(driver)


def fallen_back(driver: Driver) -> None:
    driver.head(401)
    driver.data(BUSY)
    driver.eof()
    driver.head(200)
    driver.data(b'data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}}\n\n')
    driver.error(BROKEN)
    driver.head(200)
    driver.data(b'{"created_at":"2026-01-01","message":{"content":"ok"},"done":true,"done_reason":"stop"}\n')


def stalled(driver: Driver) -> None:
    driver.head(200)
    driver.data(START)
    driver.reading()
    for _ in range(4):
        driver.wait()
        driver.reading()


def graced(driver: Driver) -> None:
    answered = [START, text("done"), FINISH]
    driver.head(200)
    driver.data(*answered)
    driver.reading()
    driver.wait()


def cancelled(driver: Driver) -> None:
    driver.head(200)
    driver.data(START, CALL)
    driver.cancel()


def paused(driver: Driver) -> None:
    driver.head(200)
    driver.data(text("half"))
    driver.pause()


def truncated(driver: Driver) -> None:
    driver.head(200)
    driver.data(text("half"), CALL)
    driver.eof()


def overflown(driver: Driver) -> None:
    driver.head(400)
    driver.data(b'{"error":{"message":"maximum context length","code":"context_length_exceeded"}}')
    driver.eof()


def unreached(driver: Driver) -> None:
    for _ in range(2):
        driver.error(Failure(FailureKind.CONNECT, "No connection could be made: refused"))
        driver.wait()
    driver.data(b"late")


def unfinished(driver: Driver) -> None:
    driver.head(200)
    driver.data(START, text("so far"))


STORIES: list[Callable[[Driver], None]] = [
    answer,
    refused,
    fallen_back,
    stalled,
    graced,
    cancelled,
    paused,
    truncated,
    overflown,
    unreached,
    unfinished,
]
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "raw": {"raw": True, "id_prefix": "ours"},
    "think": {"think": "anywhere", "limits": Limits(json_depth=20)},
    "think options": {"think": ThinkOptions("inside", unclosed="text")},
    "short waits": {"timeouts": Timeouts(first_byte=1.1, silence=0.7, progress=2.3, total=9.7, status_every=0.3)},
    "no jitter": {"jitter": None},
    "one attempt": {"policy": RetryPolicy.never()},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("story", STORIES)
def test_a_capture_replayed_gives_the_same_events(story: Callable[[Driver], None], options: dict[str, Any]) -> None:
    driver, file = recording(**options)
    driver.start()
    story(driver)
    assert replayed(file) == driver.events
    assert captured(file).outcome is driver.outcome


def test_it_is_asked_as_any_session_is() -> None:
    recorded, _ = recording()
    driver = Driver(type(recorded.session).__mro__[1](PLAN, "hi", policy=RetryPolicy(max_attempts=2)))
    plain, _ = recording(jitter=None)
    for each in (driver, plain):
        each.start()
        refused(each)
    assert plain.events == driver.events
    assert [request.request.body for request in plain.requests] == [request.request.body for request in driver.requests]


@pytest.mark.parametrize(
    "unasked", [target("groq", api_key=None), target("cohere", api_key="bad key\n")], ids=["no key", "a bad key"]
)
def test_a_target_that_could_not_be_asked_is_refused_again(unasked: Target) -> None:
    driver, file = recording(Plan(unasked, [target()]))
    driver.start()
    answer(driver)
    assert driver.names[:2] == ["Status", "FallbackStarted"]
    assert replayed(file) == driver.events


def test_nobody_could_be_asked() -> None:
    driver, file = recording(target("groq", api_key=None))
    driver.start()
    assert driver.names == ["Status", "Failed"]
    assert replayed(file) == driver.events


def test_a_session_that_was_left_before_its_start() -> None:
    driver, file = recording()
    driver.cancel()
    driver.start()
    assert replayed(file) == driver.events
    assert [type(line).__name__ for line in captured(file).lines] == ["Left", "Stopped"]


OPS = st.one_of(
    st.tuples(st.just("data"), st.sampled_from([START, PING, text("a"), usage(4), CALL, FINISH, DONE, error(), BUSY])),
    st.tuples(st.just("head"), st.sampled_from([200, 200, 200, 429, 503, 401, 302])),
    st.tuples(st.sampled_from(["eof", "error", "reading", "reading", "wait"]), st.none()),
    st.tuples(st.just("rest"), st.floats(0, 2)),
    st.tuples(st.sampled_from(["cancel", "pause"]), st.none()),
)


@given(st.lists(OPS, max_size=25), st.sampled_from(sorted(OPTIONS)))
def test_whatever_happens_the_replay_is_the_same(ops: list[tuple[str, Any]], options: str) -> None:
    driver, file = recording(**OPTIONS[options])
    driver.start()
    for name, value in ops:
        try:
            if name == "rest":
                driver.now += value
            elif name == "wait" and driver.session.deadline is not None:
                driver.wait()
            elif name == "error":
                driver.error(BROKEN)
            elif name != "wait":
                getattr(driver, name)(*([] if value is None else [value]))
        except UsageError:
            break
    else:
        assert replayed(file) == driver.events
        assert captured(file).outcome is driver.outcome


class TestTimes:
    def test_they_are_those_of_the_reads(self) -> None:
        driver, file = recording()
        driver.start()
        driver.now += 0.25
        driver.head()
        driver.now += 0.5
        driver.data(text("a"))
        moments = [(type(event).__name__, seconds) for event, seconds in replay(captured(file))]
        assert moments[0] == ("AttemptStarted", 0.0)
        assert ("TextDelta", 0.75) in moments

    def test_reads_count_from_their_request(self) -> None:
        driver, file = recording()
        driver.start()
        driver.now += 1.0
        refused(driver)
        capture = captured(file)
        first, second = capture.requests
        assert (first.at, second.at) == (0, 2_500_000)
        assert min(line.at for line in capture.of_attempt(2)) == 0

    def test_a_timer_that_rang_rings_again_although_times_are_rounded(self) -> None:
        driver, file = recording(timeouts=Timeouts(silence=0.1234567891))
        driver.start()
        stalled(driver)
        assert [line for line in captured(file).lines if isinstance(line, Rang)]
        assert replayed(file) == driver.events

    def test_marks_stand_before_what_they_bring(self) -> None:
        driver, file = recording()
        session = driver.session
        assert isinstance(session, RecordingSession)
        driver.start()
        session.connected(1, driver.now + 0.125)
        session.connected(9, driver.now)
        driver.now += 0.25
        answer(driver)
        assert [line.at for line in captured(file).lines if isinstance(line, Connected)] == [125_000]
        (attempt,) = Timeline.of(replay(captured(file))).attempts
        assert (attempt.connected, attempt.headers) == (0.125, 0.25)
        assert attempt.time_to_first_byte == pytest.approx(0.262346)


class TestStaleInputs:
    def test_what_comes_for_a_closed_request_is_not_written_down(self) -> None:
        driver, file = recording()
        driver.start()
        driver.error(BROKEN)
        driver.wait()
        driver.head(attempt=1)
        driver.data(text("stale"), attempt=1)
        driver.eof(attempt=1)
        driver.error(BROKEN, attempt=1)
        driver.head(attempt=2)
        driver.data(text("new"), attempt=2)
        assert replayed(file) == driver.events
        assert [line.data for line in captured(file).lines if isinstance(line, Received)] == [text("new")]

    def test_what_comes_behind_the_end_is_not_written_down(self) -> None:
        driver, file = recording()
        driver.start()
        answer(driver)
        size = len(file.getvalue())
        driver.data(text("more"))
        driver.eof()
        driver.timer(5)
        driver.cancel()
        driver.pause()
        assert len(file.getvalue()) == size


class TestSecrets:
    def test_the_key_is_in_no_line_however_it_is_echoed(self) -> None:
        driver, file = recording(target(base_url="https://example.com/v1?route=a"))
        driver.start()
        echo = frame({"error": {"message": f"the key {KEY} is wrong", "key": KEY}})
        driver.head(200, {"x-echo": f"Bearer {KEY}", "Set-Cookie": "session=abc", "x-ratelimit-limit-tokens": "9"})
        for place in range(0, len(echo), 3):
            driver.data(echo[place : place + 3])
        driver.eof()
        assert KEY not in file.getvalue()
        body = b"".join(line.data for line in captured(file).lines if isinstance(line, Received))
        assert KEY.encode() not in body
        assert len(body) == len(echo)
        assert "abc" not in file.getvalue()
        assert '["x-ratelimit-limit-tokens","9"]' in file.getvalue()

    @pytest.mark.parametrize("size", [1, 7, 1000])
    def test_a_failure_that_echoes_the_key_is_the_same_when_replayed(self, size: int) -> None:
        body = b'{"error":{"message":"Incorrect API key provided: ' + KEY.encode() + b'. Ask again."}}'
        driver, file = recording(target())
        driver.start()
        driver.head(401, {"x-request-id": KEY})
        for place in range(0, len(body), size):
            driver.data(body[place : place + size])
        driver.eof()
        assert "[redacted]" in driver.last.error.message
        assert replayed(file) == driver.events

    def test_other_secrets_are_hidden_too(self) -> None:
        driver, file = recording(redact=["tenant-4711"])
        driver.start()
        driver.head(200, {"x-tenant": "tenant-4711"})
        driver.data(text("for tenant-4711"))
        driver.error(Failure(FailureKind.READ, "lost tenant-4711"))
        assert "tenant-4711" not in file.getvalue()
        assert b"tenant-4711" not in b"".join(line.data for line in captured(file).lines if isinstance(line, Received))

    def test_neither_prompt_nor_credentials_of_the_request_are_kept(self) -> None:
        driver, file = recording(target("gemini", headers={"X-Custom-Token": "custom-4711"}))
        driver.start()
        assert KEY not in file.getvalue()
        assert "custom-4711" not in file.getvalue()
        assert '"contents"' not in file.getvalue()
        (request,) = captured(file).requests
        assert ("X-Custom-Token", "[redacted]") in request.headers
        assert request.body_bytes > 10
        assert KEY not in repr(driver.session)


def test_a_capture_that_no_session_can_have_written_is_damaged() -> None:
    driver, file = recording()
    driver.start()
    driver.head(200)
    lines = file.getvalue().splitlines(keepends=True)
    twice = read_capture([*lines, lines[-1]])
    with pytest.raises(DamagedCaptureError, match="line 5 of the capture is damaged: a second head"):
        list(replay(twice))
    without = read_capture([line for line in lines if '"type":"request"' not in line])
    with pytest.raises(DamagedCaptureError, match=r"line 2 .*more requests"):
        list(replay(without))
