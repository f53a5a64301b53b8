"""The file of a capture: its lines, and what is wrong with files that are none."""

from __future__ import annotations

import contextlib
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire import Failure, FailureKind
from deltawire.policy import Outcome
from deltawire_transports.capture import (
    Asked,
    Capture,
    CaptureError,
    CaptureHeader,
    CaptureWriter,
    DamagedCaptureError,
    NotACaptureError,
    UnsupportedCaptureError,
    create_capture_file,
    read_capture,
)
from deltawire_transports.capture_lines import (
    Broken,
    Connected,
    Ended,
    Left,
    Line,
    Rang,
    Received,
    Refused,
    Requested,
    Responded,
    Started,
    Stopped,
    Varied,
    write_line,
)
from deltawire_transports.capture_replay import replay

HEADER = CaptureHeader((Asked("openai-chat", "m"),))
FAILURE = Failure(FailureKind.RATE_LIMIT, "slow down", status=429, retry_after=1.5, raw="…")
LINES: list[Line] = [
    Started(0),
    Refused(0, Failure(FailureKind.UNCONFIGURED, "no key")),
    Requested(10, 1, "POST", "https://example.com/v1", (("Accept", "text/event-stream"),), 99, ("~redacted",)),
    Connected(1, 1_234),
    Responded(1, 2_345, 200, (("content-type", "text/event-stream"), ("x", "é")), 2_000),
    Received(1, 3_000, b"data: \xff\x00", None),
    Varied(0.25),
    Rang(4_000, 500),
    Broken(1, 5_001, FAILURE, 0),
    Ended(1, 6_000, None),
    Left(7_000, "pause"),
    Stopped(8_000, Outcome.PAUSED, 1),
]


def file_of(*lines: Line) -> str:
    return "".join(line + "\n" for line in [json.dumps(HEADER.to_object()), *map(write_line, lines)])


def read(text: str) -> Capture:
    return read_capture(io.StringIO(text))


def test_every_line_comes_back() -> None:
    assert read(file_of(*LINES)) == Capture(HEADER, tuple(LINES))


def test_times_are_milliseconds_with_three_decimals() -> None:
    assert json.loads(write_line(LINES[3]))["ms"] == 1.234
    assert json.loads(write_line(LINES[4]))["wait_ms"] == 2.0
    assert "wait_ms" not in json.loads(write_line(LINES[5]))


@given(st.integers(0, 10**12))
def test_any_time_comes_back(micros: int) -> None:
    assert read(file_of(Started(micros))).lines == (Started(micros),)


def test_what_a_later_version_adds_is_passed_over() -> None:
    text = file_of(Started(0)) + '{"type":"weather","sun":true}\n' + '{"type":"start","ms":1,"new":[]}\n'
    assert read(text).lines == (Started(0), Started(1000))


def test_a_line_that_was_being_written_is_left_out() -> None:
    whole = file_of(*LINES[:6])
    assert read(whole[:-20]) == Capture(HEADER, tuple(LINES[:5]))
    assert read(whole).outcome is None
    assert read(file_of(*LINES)).outcome is Outcome.PAUSED


@pytest.mark.parametrize(
    "text",
    ["", "\n", "{}\n", "[]\n", 'data: {"type":"capture"}\n', '{"type":"text_delta"}\n', "[" * 100_000],
    ids=["nothing", "a blank line", "an object", "an array", "a body", "events", "deep"],
)
def test_other_files_are_no_captures(text: str) -> None:
    with pytest.raises(NotACaptureError, match="no capture"):
        read(text)


def test_bytes_that_are_no_text_are_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "body.bin"
    path.write_bytes(b"\x00\x00\xff")
    with pytest.raises(NotACaptureError, match="UTF-8"):
        read_capture(path)


def test_a_later_version_is_named() -> None:
    with pytest.raises(UnsupportedCaptureError, match="version 2") as raised:
        read('{"type":"capture","version":2}\n')
    assert raised.value.version == 2


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[1]",
        '{"ms":1}',
        '{"type":7}',
        '{"type":"start"}',
        '{"type":"start","ms":-1}',
        '{"type":"start","ms":NaN}',
        '{"type":"start","ms":true}',
        '{"type":"start","ms":1e300}',
        '{"type":"connected","ms":1,"attempt":1.5}',
        '{"type":"connected","ms":1,"attempt":true}',
        '{"type":"read","ms":1,"attempt":1,"data":"*"}',
        '{"type":"read","ms":1,"attempt":1,"data":7}',
        '{"type":"head","ms":1,"attempt":1,"status":"200","headers":[]}',
        '{"type":"head","ms":1,"attempt":1,"status":200,"headers":[["a"]]}',
        '{"type":"head","ms":1,"attempt":1,"status":200,"headers":{"a":"b"}}',
        '{"type":"head","ms":1,"attempt":1,"status":200,"headers":[["a",1]]}',
        '{"type":"broken","ms":1,"attempt":1,"failure":{"kind":"odd","message":"m"}}',
        '{"type":"broken","ms":1,"attempt":1,"failure":{"kind":"read"}}',
        '{"type":"broken","ms":1,"attempt":1,"failure":{"kind":"read","message":"m","status":"x"}}',
        '{"type":"broken","ms":1,"attempt":1,"failure":"read"}',
        '{"type":"request","ms":1,"attempt":1,"method":"POST","url":1,"headers":[],"body_bytes":1,"masks":[]}',
        '{"type":"request","ms":1,"attempt":1,"method":"POST","url":"u","headers":[],"body_bytes":1,"masks":"x"}',
        '{"type":"left","ms":1,"how":"run"}',
        '{"type":"jitter","value":"x"}',
        '{"type":"jitter","value":Infinity}',
        '{"type":"outcome","ms":1,"outcome":"odd","attempts":1}',
    ],
)
def test_a_damaged_line_is_named(line: str) -> None:
    with pytest.raises(DamagedCaptureError, match="line 3 of the capture is damaged") as raised:
        read(file_of(Started(0)) + line + "\n")
    assert raised.value.line == 3
    assert raised.value.reason


def test_nothing_comes_behind_the_outcome() -> None:
    with pytest.raises(DamagedCaptureError, match="behind the outcome"):
        read(file_of(Stopped(1, Outcome.FINISHED, 1), Started(2)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("targets", []),
        ("targets", "groq"),
        ("targets", [{"provider": "nobody", "model": "m"}]),
        ("targets", [{"provider": "groq"}]),
        ("policy", []),
        ("policy", {"max_attempts": 0}),
        ("policy", {"max_attempts": None}),
        ("timeouts", {"silence": -1}),
        ("limits", {"json_depth": 1000}),
        ("limits", {"frame_bytes": None}),
        ("think", "maybe"),
        ("think", 7),
        ("think", {"mode": "odd"}),
        ("think", {"mode": "leading", "tags": [{"open": "", "close": ""}]}),
        ("raw", 1),
        ("id_prefix", 1),
        ("title", None),
    ],
)
def test_a_damaged_header_is_named(name: str, value: Any) -> None:
    with pytest.raises(DamagedCaptureError, match="line 1") as raised:
        read(json.dumps(HEADER.to_object() | {name: value}) + "\n")
    assert "target" in raised.value.reason or name in raised.value.reason


@given(st.lists(st.sampled_from(LINES), max_size=8))
def test_lines_in_any_order_never_do_worse_than_a_capture_error(lines: list[Line]) -> None:
    with contextlib.suppress(CaptureError):
        list(replay(read(file_of(*lines))))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.integers(0, 400))
def test_any_text_never_does_worse_than_a_capture_error(text: str, place: int) -> None:
    whole = file_of(*LINES)
    for damaged in (text, whole[:place] + text + whole[place:]):
        with contextlib.suppress(CaptureError):
            list(replay(read(damaged)))


class TestWriting:
    def test_a_new_file_is_its_owners_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        with create_capture_file(path) as file:
            CaptureWriter(file, HEADER)
            assert path.read_text().startswith('{"type":"capture","version":1,')
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert read_capture(path) == read_capture(str(path)) == Capture(HEADER, ())

    def test_lines_behind_a_read_that_is_held_keep_their_place(self) -> None:
        file = io.StringIO()
        writer = CaptureWriter(file, HEADER, ["secret-4711"])
        for line in (Received(1, 1, b"se", None), Rang(2, None), Received(1, 3, b"cret-4711!", None)):
            writer.write(line)
        assert read(file.getvalue()).lines == (
            Received(1, 1, b"~r", None),
            Rang(2, None),
            Received(1, 3, b"edacted~r!", None),
        )

    def test_what_is_held_is_written_at_the_end_of_the_body(self) -> None:
        file = io.StringIO()
        writer = CaptureWriter(file, HEADER, ["secret-4711"])
        writer.write(Received(1, 1, b"secret-47", None))
        writer.write(Ended(1, 2, None))
        assert read(file.getvalue()).lines == ()
        writer.finish_body()
        assert read(file.getvalue()).lines == (Received(1, 1, b"~redacted", None), Ended(1, 2, None))

    def test_secrets_stand_in_no_header_failure_or_title(self) -> None:
        file = io.StringIO()
        header = CaptureHeader(HEADER.targets, title="of secret-4711", id_prefix="secret-4711")
        writer = CaptureWriter(file, header, ["secret-4711"])
        writer.write(Broken(1, 1, Failure(FailureKind.READ, "secret-4711", raw="secret-4711", code="secret-4711"), 0))
        writer.write(Responded(1, 1, 200, (("location", "/secret-4711"), ("x-api-key", "other")), None))
        assert "secret-4711" not in file.getvalue()
        assert "other" not in file.getvalue()
        assert "secret" not in repr(writer)
