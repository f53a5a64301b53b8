"""Newline-delimited JSON through the parser: the quick way against the simple one."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.provider_laws import PLACES, bytewise, cut, of_chunks

from deltawire import opening
from deltawire.events import Event, Failed, Finished, Heartbeat, Malformed, Raw, TextDelta
from deltawire.failures import FailureKind
from deltawire.limits import Limits
from deltawire.ndjson_reader import NDJSONReader
from deltawire.readers import WholeFrameReader
from deltawire.response import parser
from deltawire.testing import laws_of_order


class SimpleReader(NDJSONReader):
    """The reference: each line as bytes, by the way that all framings share."""

    feed = WholeFrameReader.feed


def simple(chunks: list[bytes], **options: Any) -> list[Event]:
    with patch.object(opening, "NDJSONReader", SimpleReader):
        return of_chunks(parser("ollama", **options), chunks)


def line(text: str, **fields: Any) -> bytes:
    spoken = {"message": {"role": "assistant", "content": text}, "done": False, **fields}
    return json.dumps({"model": "m", "created_at": "t", **spoken}, ensure_ascii=False).encode()


DONE = line("", done=True, done_reason="stop")
DEEP = line("deep", deep=json.loads("[" * 9 + "]" * 9))
CALL = line("", message={"tool_calls": [{"function": {"name": "f", "arguments": {"a": "\\"}}}]})
LINES = [
    line("a"),
    line("b" * 300),
    line("né😀"),
    line("[{" * 200),
    line("@").replace(b"@", b"\\u00e9"),
    line("@").replace(b"@", b"\\ud83d"),
    line("@").replace(b"@", b"\\ude00"),
    line("@").replace(b"@", b"\xff"),
    DEEP,
    CALL,
    *(b"", b" \t", b"\r", b"[1]", b"7", b"{", b'{"a":1}}', b"[DONE]", b'{"a":NaN}', b"NaN"),
    line("c") + line("d"),
    b" " + line("e") + b" \r",
    b'{"error":"boom"}',
    DONE,
]
BODIES = st.lists(st.sampled_from(LINES), max_size=10).map(b"\n".join)
OPTIONS: list[dict[str, Any]] = [
    {},
    {"raw": True},
    {"loads": json.loads},
    {"limits": Limits(json_depth=4)},
    {"limits": Limits(frame_bytes=200)},
    {"limits": Limits(tool_calls=1)},
    {"think": "off"},
]
OPTION_NAMES = [f"{number}-{next(iter(options), 'default')}" for number, options in enumerate(OPTIONS)]


@pytest.mark.parametrize("options", OPTIONS, ids=OPTION_NAMES)
@pytest.mark.parametrize("text", LINES, ids=lambda text: repr(text[-30:]))
def test_each_line_gives_the_events_of_the_simple_way(text: bytes, options: dict[str, Any]) -> None:
    body = b"\n".join([line("first"), text, text, DONE, b""])
    assert of_chunks(parser("ollama", **options), [body]) == simple([body], **options)


@given(BODIES, PLACES, st.sampled_from(OPTIONS))
def test_the_quick_way_gives_the_events_of_the_simple_one(
    body: bytes, places: list[int], options: dict[str, Any]
) -> None:
    body = line("first") + b"\n" + body
    events = of_chunks(parser("ollama", **options), cut(body, places))
    laws_of_order(events)
    assert events == simple([body], **options)


@pytest.mark.parametrize("options", OPTIONS, ids=OPTION_NAMES)
def test_byte_by_byte_gives_the_same_events(options: dict[str, Any]) -> None:
    body = b"\n".join([line("first"), *LINES])
    assert of_chunks(parser("ollama", **options), bytewise(body)) == simple([body], **options)


@pytest.mark.parametrize("options", OPTIONS, ids=OPTION_NAMES)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_line_by_line_gives_the_same_events(end: bytes, options: dict[str, Any]) -> None:
    chunks = [text + end for text in (line("first"), *LINES)]
    assert of_chunks(parser("ollama", **options), chunks) == simple([b"".join(chunks)], **options)


def test_lines_beyond_the_depth_are_malformed() -> None:
    body = b"\n".join([line("a"), DEEP, line("b" * 300), DONE, b""])
    events = of_chunks(parser("ollama", limits=Limits(json_depth=4)), [body])
    assert [event.reason for event in events if isinstance(event, Malformed)] == ["nested deeper than 4 levels"]
    assert isinstance(events[-1], Finished)
    assert events[-1].damaged


def test_raw_payloads_come_before_their_events() -> None:
    events = of_chunks(parser("ollama", raw=True), [b"\n".join([line("a"), line("b"), DONE, b""])])
    place = events.index(TextDelta("b"))
    assert events[place - 1] == Raw(json.loads(line("b")))


def test_another_decoder_sees_every_line() -> None:
    seen: list[str] = []

    def loads(text: str) -> Any:
        seen.append(text)
        return json.loads(text)

    body = [line("a"), line("b"), line("c"), DONE]
    of_chunks(parser("ollama", loads=loads), [b"\n".join([*body, b""])])
    assert seen == [text.decode() for text in body]


@pytest.mark.parametrize("end", [b"", b"\n"], ids=["open", "ended"])
def test_a_line_too_long_ends_the_stream_at_once(end: bytes) -> None:
    response = parser("ollama", limits=Limits(frame_bytes=200))
    response.receive_data(line("a") + b"\n")
    events = response.receive_data(line("b" * 200) + end)
    assert isinstance(events[-1], Failed)
    assert (events[-1].error.kind, events[-1].error.code) == (FailureKind.TOO_LARGE, "frame_bytes")
    assert events[-1].error.provider == "ollama"


def test_blank_lines_are_no_events() -> None:
    body = b"\n".join([line("a"), b"", b" ", b"\r", line("b"), b"", DONE, b""])
    assert not [event for event in of_chunks(parser("ollama"), [body]) if isinstance(event, Heartbeat | Malformed)]
