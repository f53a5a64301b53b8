"""The session, driven by a script: what the network, the clock and the host do, in any order. Allowed: whatever keeps
the rules that the driver of the tests holds every call to; one terminal event in the end; the same events however the
data is split; the key in no event."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from tests.policy_driver import DONE, FINISH, KEY, START, Driver, chunk, error, target, text, usage

from deltawire.failures import Failure, FailureKind
from deltawire.policy import Plan, RetryPolicy, StreamSession, Timeouts
from deltawire.policy.states import REFUSED, Input

from ..harness import Choices, FindingError, Target, same

_FAILURES = tuple(Failure(kind, str(kind)) for kind in (FailureKind.READ, FailureKind.CONNECT, FailureKind.STALLED))
_STATUSES = (200, 200, 200, 400, 401, 404, 429, 500, 503, 204, 302)
_WAITS = (0.0, 0.01, 1.0, 10.0, 31.0, 130.0, 700.0)
_HEADERS: tuple[Any, ...] = ((), {"retry-after": "2"}, {"retry-after": "9999"}, {"x-should-retry": "false"})
_CALL = {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{"}}]}
_DATA = (
    *(START, text("Hello"), FINISH, DONE, FINISH + DONE, usage(3), b": ping\n\n", b"\n", b"data: {\n\n", b"data: "),
    *(chunk(_CALL), error(), error("maximum context length is 8 tokens", code="context_length_exceeded"), b"<html>"),
    *(text("<think>"), text("né🌍"), b'{"error":{"message":"no"}}', b"\xff", error(KEY)),
)


def check(data: bytes) -> Hashable:
    choices = Choices(data)
    whole, in_pieces = _driver(data), _driver(data)
    for number in range(1, len(data) - 1, 2):
        if whole.outcome is not None:
            break
        _step(whole, data[number], data[number + 1], lambda piece: [piece])
        _step(in_pieces, data[number], data[number + 1], choices.pieces)
        same(in_pieces.events, whole.events, "events in pieces")
    for driver in (whole, in_pieces):
        _end(driver)
    same(in_pieces.events, whole.events, "events in pieces")
    same(in_pieces.outcome, whole.outcome, "outcome in pieces")
    if KEY in repr(whole.events) or KEY in repr(whole.session):
        raise FindingError("the key shows")
    return (tuple(dict.fromkeys(whole.names)), whole.outcome, len(whole.requests), whole.session.committed)


def _driver(data: bytes) -> Driver:
    setup = data[0] if data else 0
    plan = Plan(target(), (target("anthropic"),)) if setup & 1 else target()
    policy = RetryPolicy(max_attempts=1 + (setup >> 1 & 3))
    timeouts = Timeouts(total=60.0 if setup & 8 else None, progress=20.0 if setup & 16 else None)
    return Driver(StreamSession(plan, prompt="hi", policy=policy, timeouts=timeouts)).start()


def _step(driver: Driver, code: int, value: int, pieces: Callable[[bytes], list[bytes]]) -> None:
    driver.now += _WAITS[code >> 4 & 3]
    match code % 12:
        case 0:
            if (driver.session.state, Input.HEAD) not in REFUSED:
                driver.head(_STATUSES[value % len(_STATUSES)], _HEADERS[value // 16 % len(_HEADERS)])
        case 1 | 2 | 3 | 4 | 5:
            # A body that is cut in pieces goes on after the attempt has failed.
            attempt = driver.open.attempt if driver.open else None
            driver.data(*pieces(_DATA[value % len(_DATA)]), attempt=attempt)
        case 6:
            driver.eof()
        case 7:
            driver.error(_FAILURES[value % len(_FAILURES)])
        case 8:
            driver.reading()
        case 9:
            driver.timer(_WAITS[value % len(_WAITS)])
        case 10:
            if driver.session.deadline is not None:
                driver.wait()
        case _:
            _stop(driver, value)


def _stop(driver: Driver, value: int) -> None:
    if value == 0:
        driver.cancel()
    elif value == 1:
        driver.pause()


def _end(driver: Driver) -> None:
    """Brings the session to its end, as a network that fails would."""
    for _ in range(20):
        if driver.outcome is not None:
            return
        if driver.open is not None:
            driver.error(_FAILURES[0])
        elif driver.session.deadline is not None:
            driver.wait()
    if driver.outcome is None:
        raise FindingError(f"the session does not end: {driver.session!r}")


TARGET = Target("session", check, "session")
