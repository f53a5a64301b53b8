"""A response as it crosses the wire."""

from __future__ import annotations

from typing import Any

import h11
import pytest

from deltawire_transports.fault_positions import Body, Position
from deltawire_transports.fault_wire import Act, Send, Step, Wire

BODY = Body([b"data: 1\n\n", "data: 東 and more\n\n".encode(), b"data: 3\n\n", b"data: [DONE]\n\n"])
HEADERS = (("Content-Type", "text/event-stream"), ("X-Other", "yes"))
FRAMINGS: list[Any] = ["chunked", "content-length", "close"]


def sent(steps: list[Step]) -> bytes:
    """All bytes that the steps send."""
    return b"".join(step.data for step in steps if isinstance(step, Send))


def received(data: bytes) -> tuple[h11.Response, bytes]:
    """What a strict client makes of a whole response."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    client.send(h11.EndOfMessage())
    client.receive_data(data)
    client.receive_data(b"")
    head = client.next_event()
    assert isinstance(head, h11.Response)
    body = b""
    while not isinstance(event := client.next_event(), h11.EndOfMessage):
        assert isinstance(event, h11.Data)
        body += bytes(event.data)
    return head, body


@pytest.mark.parametrize("framing", FRAMINGS)
def test_without_a_fault_it_is_a_right_response(framing: Any) -> None:
    steps = Wire(BODY, framing, HEADERS).steps()
    head, body = received(sent(steps))
    assert head.status_code == 200
    assert (b"x-other", b"yes") in list(head.headers)
    assert body == BODY.data
    assert steps[0] is Act.READ_REQUEST
    assert steps[-1] is (Act.CLOSE if framing == "close" else Act.FINISH)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_an_empty_body_is_framed_too(framing: Any) -> None:
    assert received(sent(Wire(Body(()), framing).steps()))[1] == b""


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("position", Position)
def test_what_is_before_and_behind_a_position_is_the_whole(position: Position, framing: Any) -> None:
    wire = Wire(BODY, framing, HEADERS)
    before, behind = wire.before(position), wire.behind(position)
    assert sent(before) + sent(behind) == sent(wire.steps())
    assert [*before, *behind].count(Act.READ_REQUEST) == 1
    assert (Act.READ_REQUEST in behind) == (position is Position.CONNECT)


@pytest.mark.parametrize(
    ("position", "before"),
    [
        (Position.CONNECT, b""),
        (Position.AFTER_REQUEST, b""),
        (Position.MID_STATUS_LINE, b"HTTP/1.1 2"),
        (Position.AFTER_HEADERS, b"Transfer-Encoding: chunked\r\n\r\n"),
        (Position.AFTER_EVENT_1, b"\r\n\r\n9\r\ndata: 1\n\n\r\n"),
        (Position.MID_EVENT, b"and more\n\n\r\n9\r\ndata"),
        (Position.MID_UTF8, b"14\r\ndata: \xe6\x9d"),
        (Position.BEFORE_TERMINAL, b"data: 3\n\n\r\n"),
        (Position.AFTER_TERMINAL, b"data: [DONE]\n\n\r\n"),
    ],
)
def test_positions_are_exact_on_the_wire(position: Position, before: bytes) -> None:
    assert sent(Wire(BODY, headers=HEADERS).before(position)).endswith(before)


def test_mid_headers_is_inside_the_headers() -> None:
    wire = Wire(BODY, headers=HEADERS)
    before = sent(wire.before(Position.MID_HEADERS))
    assert before.startswith(wire.status_line)
    assert b"\r\n\r\n" not in before
    assert b"\r\n\r\n" in sent(wire.behind(Position.MID_HEADERS))


def test_a_stated_length_may_be_wrong() -> None:
    assert b"Content-Length: 7\r\n" in Wire(BODY, "content-length", length=7).header_lines
