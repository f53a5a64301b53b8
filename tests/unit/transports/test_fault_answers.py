"""Faults of the answer, as steps."""

from __future__ import annotations

import json
import zlib
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

import h11
import pytest
from tests.unit.transports.test_fault_wire import BODY, HEADERS, received, sent

from deltawire_transports.fault_answers import (
    RETRY_AFTER_FORMS,
    BrokenChunk,
    EarlyEnd,
    Empty,
    EndlessHeaders,
    Gzip,
    Html,
    KeepAlives,
    LongLength,
    NoLastChunk,
    RateLimit,
    Redirect,
    ShortLength,
)
from deltawire_transports.fault_positions import Position
from deltawire_transports.fault_wire import Act, Fault, Send, Wait, Wire

WIRE = Wire(BODY, headers=HEADERS, elsewhere="http://localhost:9/elsewhere")
IN_BODY = [position for position in Position if not position.in_head]


def headers_of(fault: Fault) -> tuple[int, dict[str, str], bytes]:
    head, body = received(sent(list(fault.steps(WIRE, fault.usual))))
    return head.status_code, {name.decode(): value.decode() for name, value in head.headers}, body


@pytest.mark.parametrize("framing", ["chunked", "content-length", "close"])
@pytest.mark.parametrize("position", Position)
def test_an_early_end_is_proper_http(position: Position, framing: Any) -> None:
    steps = list(EarlyEnd().steps(Wire(BODY, framing, HEADERS), position))
    assert received(sent(steps))[1] == BODY.data[: BODY.offset(position)]


@pytest.mark.parametrize("position", IN_BODY)
def test_a_short_length_ends_the_body_and_the_rest_follows(position: Position) -> None:
    data = sent(list(ShortLength().steps(WIRE, position)))
    assert f"Content-Length: {BODY.offset(position)}\r\n".encode() in data
    assert data.endswith(BODY.data)


@pytest.mark.parametrize("position", IN_BODY)
def test_a_long_length_is_not_kept(position: Position) -> None:
    steps = list(LongLength(5).steps(WIRE, position))
    data = sent(steps)
    assert f"Content-Length: {len(BODY.data) + 5}\r\n".encode() in data
    assert data.endswith(b"\r\n\r\n" + BODY.data[: BODY.offset(position)])
    assert steps[-1] is Act.CLOSE


@pytest.mark.parametrize("position", Position)
def test_a_broken_chunk_is_no_http(position: Position) -> None:
    data = sent(list(BrokenChunk().steps(WIRE, position)))
    before = data[: data.index(b"no size")]
    assert received(before + b"0\r\n\r\n")[1] == BODY.data[: BODY.offset(position)]
    with pytest.raises(h11.RemoteProtocolError):
        received(data)


@pytest.mark.parametrize("position", IN_BODY)
def test_without_its_last_chunk_a_body_is_cut(position: Position) -> None:
    steps = list(NoLastChunk().steps(WIRE, position))
    assert steps[-1] is Act.CLOSE
    assert received(sent(steps) + b"0\r\n\r\n")[1] == BODY.data[: BODY.offset(position)]
    with pytest.raises(h11.RemoteProtocolError):
        received(sent(steps))


@pytest.mark.parametrize(
    ("position", "sign"),
    [
        (Position.CONNECT, b"HTTP/1.1 102 Processing\r\n\r\n"),
        (Position.AFTER_REQUEST, b"HTTP/1.1 102 Processing\r\n\r\n"),
        (Position.MID_STATUS_LINE, b"0"),
        (Position.MID_HEADERS, b" \r\nX-Alive: yes"),
        (Position.AFTER_HEADERS, b"e\r\n: keep-alive\n\n\r\n"),
        (Position.MID_EVENT, b"e\r\n: keep-alive\n\n\r\n"),
        (Position.AFTER_TERMINAL, b"e\r\n: keep-alive\n\n\r\n"),
    ],
)
def test_signs_of_life_go_on_for_ever(position: Position, sign: bytes) -> None:
    steps = list(islice(KeepAlives(0.25).steps(WIRE, position), 1000))
    assert steps[-2:] in ([Wait(0.25), Send(sign)], [Send(sign), Wait(0.25)])
    assert steps[0] is Act.READ_REQUEST


def test_signs_of_life_stand_between_events() -> None:
    steps = list(islice(KeepAlives().steps(WIRE, Position.MID_UTF8), 40))
    _, body = received(sent(steps) + b"0\r\n\r\n")
    assert body.startswith(BODY.frames[0] + b": keep-alive\n\n")


def test_endless_headers_never_end() -> None:
    steps = list(islice(EndlessHeaders().steps(WIRE, Position.AFTER_REQUEST), 100))
    data = sent(steps)
    assert len(data) > 300_000
    assert b"\r\n\r\n" not in data


def test_gzip_holds_the_body() -> None:
    status, headers, body = headers_of(Gzip())
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert zlib.decompress(body, wbits=31) == BODY.data


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_elsewhere(status: int) -> None:
    assert headers_of(Redirect(status))[:1] == (status,)
    assert headers_of(Redirect(status))[1]["location"] == "http://localhost:9/elsewhere"
    assert headers_of(Redirect(status, "https://example.com/"))[1]["location"] == "https://example.com/"


@pytest.mark.parametrize("form", RETRY_AFTER_FORMS)
def test_a_rate_limit_says_how_long_in_every_form(form: str) -> None:
    status, headers, body = headers_of(RateLimit(form))
    assert status == 429
    assert json.loads(body)["error"]["type"] == "rate_limit_error"
    assert ("retry-after" in headers or "retry-after-ms" in headers) == (form != "none")


def test_dates_of_a_rate_limit_are_two_seconds_ahead() -> None:
    headers = dict(RETRY_AFTER_FORMS["http-date"](1_700_000_000.0))
    wait = parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])
    assert wait.total_seconds() == 2


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="form"):
        RateLimit("someday")


def test_a_page_is_html() -> None:
    status, headers, body = headers_of(Html())
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("framing", [None, "chunked", "content-length", "close"])
def test_an_empty_answer_has_a_head_and_an_end(framing: Any) -> None:
    status, _, body = headers_of(Empty(framing))
    assert (status, body) == (200, b"")


@pytest.mark.parametrize("fault", [Gzip(), Redirect(), Html(), Empty()], ids=lambda fault: type(fault).__name__)
def test_a_fault_of_the_whole_answer_is_the_same_everywhere(fault: Fault) -> None:
    assert not fault.movable
    assert fault.steps(WIRE, Position.CONNECT) == fault.steps(WIRE, Position.AFTER_TERMINAL)
