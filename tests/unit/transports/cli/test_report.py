"""`deltawire report` and `deltawire compare`: captures to pages, and what is no capture to an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.shim_bodies import CALLS, HELLO, USAGE

from deltawire_transports.cli.main import deltawire as command
from deltawire_transports.replay import ReplayServer, Reply, json_reply

KEY = "sk-canary-4711"
WITH_USAGE = HELLO.removesuffix(b"data: [DONE]\n\n") + USAGE + b"data: [DONE]\n\n"


def run(*arguments: str) -> Result:
    return CliRunner(env={"OPENAI_API_KEY": KEY}).invoke(command, arguments)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    echo = Reply(WITH_USAGE, headers={"X-Echo": f"Bearer {KEY}", "Set-Cookie": f"k={KEY}"})
    with ReplayServer(echo) as server:
        url = server.base_url
        result = run("stream", "-p", "openai-chat", "-m", "gpt-5", "--base-url", url, "hi", "--capture", str(path))
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.jsonl"
    with ReplayServer(Reply(CALLS)) as server:
        run("stream", "-p", "openai-chat", "-m", "m", "--base-url", server.base_url, "hi", "--capture", str(path))
    return path


def test_a_page_and_a_picture_are_written(capture: Path, tmp_path: Path) -> None:
    page, picture = tmp_path / "report.html", tmp_path / "lanes.svg"
    result = run("report", str(capture), "-o", str(page), "--svg", str(picture))
    assert (result.exit_code, result.output) == (0, "")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    for path in (capture, page, picture):
        assert KEY not in path.read_text(encoding="utf-8")
        assert KEY[:9] not in path.read_text(encoding="utf-8")


def test_the_same_capture_gives_the_same_files(capture: Path, tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        page, picture = tmp_path / f"{name}.html", tmp_path / f"{name}.svg"
        run("report", str(capture), "-o", str(page), "--svg", str(picture))
        written.append(page.read_bytes() + picture.read_bytes())
    assert written[0] == written[1]


def test_a_known_model_has_its_price(capture: Path) -> None:
    page = run("report", str(capture), "-o", "-").stdout
    assert "$0.00002375 (list price)" in page or "(list price)" in page


def test_several_captures_make_one_page(capture: Path, other: Path) -> None:
    page = run("report", str(capture), str(other), "-o", "-").stdout
    assert "<h1>2 streams</h1>" in page
    assert "weather" in page


def test_two_captures_are_compared(capture: Path, other: Path, tmp_path: Path) -> None:
    page = tmp_path / "compare.html"
    assert run("compare", str(capture), str(other), "-o", str(page)).exit_code == 0
    assert "A · openai-chat · gpt-5" in page.read_text(encoding="utf-8")
    assert "B · openai-chat · m" in page.read_text(encoding="utf-8")


def test_the_length_of_a_stall_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "slow.jsonl"
    pieces = ((0.0, HELLO[:150]), (0.08, HELLO[150:]))
    with ReplayServer(Reply(pieces)) as server:
        run("stream", "-p", "openai-chat", "-m", "m", "--base-url", server.base_url, "hi", "--capture", str(path))
    stalled = 'class="stalled">'
    assert stalled in run("report", str(path), "-o", "-", "--stall", "0.05").stdout.split("</section>")[0]
    assert stalled not in run("report", str(path), "-o", "-").stdout.split("</section>")[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told(capture: Path) -> None:
    result = run("report", str(capture), "-o", "/dev/full")
    assert (result.exit_code, result.stderr) == (2, "Error: No space left on device\n")


def test_what_is_no_capture_is_wrong_use(tmp_path: Path) -> None:
    path = tmp_path / "body.sse"
    path.write_bytes(HELLO)
    result = run("report", str(path), "-o", str(tmp_path / "report.html"))
    assert result.exit_code == 2
    assert "is no capture" in result.stderr
    assert not (tmp_path / "report.html").exists()


def test_a_capture_that_no_session_can_have_written_is_an_error(capture: Path, tmp_path: Path) -> None:
    lines = capture.read_text(encoding="utf-8").splitlines(keepends=True)
    capture.write_text(lines[0] + lines[1] + lines[1], encoding="utf-8")
    result = run("report", str(capture), "-o", str(tmp_path / "report.html"))
    assert result.exit_code == 2
    assert "damaged" in result.stderr
    assert not (tmp_path / "report.html").exists()


def test_a_key_that_a_failure_echoes_is_on_no_page(tmp_path: Path) -> None:
    path = tmp_path / "refused.jsonl"
    with ReplayServer(json_reply(401, {"error": {"message": f"Incorrect API key provided: {KEY}."}})) as server:
        run("stream", "-p", "openai-chat", "-m", "m", "--base-url", server.base_url, "hi", "--capture", str(path))
    page = run("report", str(path), "-o", "-").stdout
    assert "Incorrect API key provided: [redacted]." in page
    assert "canary" not in page + path.read_text(encoding="utf-8")
