"""A capture as the script of a replay server: what its provider sent, to any client."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

import h11

from .capture import Capture, CaptureError
from .capture_lines import AttemptLine, Broken, Left, Rang, Received, Responded
from .replay_script import Ending, Exchange, Reply

__all__ = ["capture_replies", "capture_script"]

_MICRO = 1_000_000
# Of one connection, or written by the server.
_NOT_SENT = frozenset({"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"})
_HIDDEN = "[redacted]"


def capture_replies(capture: Capture, *, speed: float = 1.0) -> list[Reply]:
    """A reply for each attempt, with the pauses of back then divided by `speed`: 2 is two times faster.

    The body ends as it did: properly, broken off, or held open where the client gave up. Without a response there is
    silence. Raises CaptureError for a capture without a request, or with a head that no server could send, and
    ValueError for a speed that is not above 0.
    """
    if not speed > 0:
        raise ValueError(f"the speed must be above 0, not {speed!r}")
    if not capture.requests:
        raise CaptureError("no request of the capture went out: there is nothing to serve")
    return [_reply(capture, request.attempt, speed) for request in capture.requests]


def capture_script(capture: Capture, *, speed: float = 1.0) -> Callable[[Exchange], Reply]:
    """A script that answers each request with the next of `capture_replies`, and begins again behind the last.

    `speed` of 2 is two times faster. Raises as `capture_replies` does.
    """
    replies = itertools.cycle(capture_replies(capture, speed=speed))
    lock = threading.Lock()

    def script(_: Exchange) -> Reply:
        with lock:
            return next(replies)

    return script


def _reply(capture: Capture, attempt: int, speed: float) -> Reply:
    lines = capture.of_attempt(attempt)
    head = next((line for line in lines if isinstance(line, Responded)), None)
    ending = _ending(capture, lines)
    if head is None:
        return Reply(end="reset" if ending == "cut" else "silent")
    pieces: list[tuple[float, bytes]] = []
    before = head.at
    for line in lines:
        if isinstance(line, Received):
            pieces.append((max(0, line.at - before) / _MICRO / speed, line.data))
            before = line.at
    headers = tuple((name, value) for name, value in head.headers if name.lower() not in _NOT_SENT and value != _HIDDEN)
    try:
        return Reply(tuple(pieces), head.status, headers, end=ending, delay=head.at / _MICRO / speed)
    except (h11.LocalProtocolError, ValueError) as error:
        raise CaptureError(f"no server could send the head of attempt {attempt}: {error}") from None


def _ending(capture: Capture, lines: list[AttemptLine]) -> Ending:
    if any(isinstance(line, Broken) for line in lines):
        return "cut"
    # What came next tells who gave up: a wait that was over and a cancel leave a server that sends no more.
    places = [place for place, line in enumerate(capture.lines) if lines and line is lines[-1]]
    behind = capture.lines[places[-1] + 1 :] if places else ()
    return "hold" if not behind or isinstance(behind[0], Rang | Left) else "clean"
