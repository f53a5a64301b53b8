"""`deltawire stream --capture` and `deltawire replay`: the same answer twice."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.shim_bodies import ANTHROPIC, CALLS, HELLO, text

from deltawire_transports.capture import read_capture
from deltawire_transports.cli.main import deltawire as command
from deltawire_transports.replay import ReplayServer, Reply, Script, json_reply, pace

KEY = "sk-canary-4711"


def run(*arguments: str) -> Result:
    return CliRunner(env={"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}).invoke(command, arguments)


def streamed(script: Script, path: Path, *more: str, provider: str = "openai-chat") -> Result:
    with ReplayServer(script) as server:
        return run(
            "stream", "-p", provider, "-m", "m", "--base-url", server.base_url, "hi", "--capture", str(path), *more
        )


SCRIPTS = {
    "an answer": (Reply(HELLO), "openai-chat", 0),
    "calls": (Reply(pace(CALLS)), "openai-chat", 0),
    "reasoning": (Reply(ANTHROPIC), "anthropic", 0),
    "a cut": (Reply(text("half"), end="cut"), "openai-chat", 3),
    "a wrong key": (json_reply(401, {"error": {"message": f"wrong key {KEY}"}}), "openai-chat", 4),
}


@pytest.mark.parametrize("form", ["text", "jsonl"])
@pytest.mark.parametrize(("script", "provider", "code"), SCRIPTS.values(), ids=SCRIPTS)
def test_a_replay_prints_what_the_stream_printed(
    script: Reply, provider: str, code: int, form: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"
    live = streamed(script, path, "-f", form, provider=provider)
    again = run("replay", str(path), "--speed", "inf", "-f", form)
    assert live.exit_code == again.exit_code == code, live.output
    assert (live.stdout, live.stderr) == (again.stdout, again.stderr)
    assert KEY not in path.read_text()
    assert KEY not in live.output


def test_the_capture_says_when_it_was_made(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    streamed(Reply(HELLO), path)
    assert read_capture(path).header.recorded.endswith("+00:00")


def test_the_pace_is_that_of_the_stream_over_the_speed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    streamed(Reply(pace(HELLO, 0.1)), path)
    spent = []
    for speed in ("1", "4"):
        begun = time.monotonic()
        assert run("replay", str(path), "--speed", speed).exit_code == 0
        spent.append(time.monotonic() - begun)
    assert spent[0] >= 0.3
    assert spent[1] < spent[0] - 0.1


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "fast"])
def test_the_speed_is_above_zero(speed: str, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    streamed(Reply(HELLO), path)
    assert run("replay", str(path), "--speed", speed).exit_code == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("data: {}\n", "is no capture"),
        ('{"type":"capture","version":9}\n', "version 9"),
        ('{"type":"capture","version":1,"targets":[{"provider":"groq","model":"m"}]}\n{}\n', "line 2"),
    ],
    ids=["a body", "a later version", "damage"],
)
def test_a_file_that_is_no_capture_is_wrong_use(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    result = run("replay", str(path))
    assert result.exit_code == 2
    assert said in result.stderr
    assert str(path) in result.stderr


def test_lines_that_no_session_can_have_written_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    streamed(Reply(HELLO), path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[1], lines[1]]))
    result = run("replay", str(path))
    assert result.exit_code == 2
    assert "damaged" in result.stderr


def test_a_capture_that_breaks_off_is_no_success(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    streamed(Reply(HELLO), path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:4]) + lines[4][:20])
    result = run("replay", str(path), "-f", "summary")
    assert result.exit_code == 3
    assert result.stdout.startswith("outcome: unknown, the capture breaks off")


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = streamed(Reply(HELLO), tmp_path / "file" / "run.jsonl")
    assert result.exit_code == 2
    assert "run.jsonl" in result.stderr


def test_a_cancelled_capture_says_so(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    lines = [
        {"type": "capture", "version": 1, "targets": [{"provider": "groq", "model": "m"}]},
        {"type": "left", "ms": 0, "how": "cancel"},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = run("replay", str(path), "-f", "summary")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (130, "outcome: cancelled")
