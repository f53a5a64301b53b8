"""`deltawire parse`: formats, exit codes, and a pipe that grows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import deltawire
from deltawire_transports.cli.main import deltawire as command


def chunk(delta: dict[str, Any], reason: str | None = None) -> str:
    payload = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
    return f"data: {json.dumps(payload)}\n\n"


CALL = {"index": 0, "id": "call_1", "function": {"name": "weather", "arguments": '{"city":"Bern"}'}}
WHOLE = "".join(
    [
        chunk({"reasoning_content": "Hm."}),
        chunk({"content": "Grü"}),
        chunk({"content": "ezi"}),
        chunk({"tool_calls": [CALL]}),
        chunk({}, "tool_calls"),
        'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n',
        "data: [DONE]\n\n",
    ]
)


def run(body: str | bytes, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["parse", "-", "--provider", "openai-chat", *arguments], input=body)


def test_the_answer_goes_to_standard_output_and_all_else_to_standard_error() -> None:
    result = run(WHOLE)
    assert result.exit_code == 0
    assert result.stdout == "Grüezi\n"
    assert "reasoning: Hm." in result.stderr
    assert 'tool call: weather({"city":"Bern"})' in result.stderr
    assert "finish reason: tool_calls" in result.stderr
    assert "usage: 3 input, 4 output, 7 total tokens" in result.stderr


def test_jsonl_is_every_event_and_reads_back() -> None:
    result = run(WHOLE, "--format", "jsonl")
    events = [deltawire.event_from_dict(json.loads(line)) for line in result.stdout.splitlines()]
    assert events == deltawire.parse("openai-chat", WHOLE.encode())


def test_summary_is_the_answer_of_its_format() -> None:
    result = run(WHOLE, "-f", "summary")
    assert result.stdout.splitlines()[0] == "outcome: finished"
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (WHOLE, 0, "outcome: finished"),
        (WHOLE[:200], 3, "outcome: failed (truncated)"),
        ("", 3, "outcome: failed (empty)"),
        ('data: {"error":{"message":"no"}}\n\n', 4, "error: openai /v1/chat/completions"),
        ("<html>", 4, "outcome: failed (wrong_media)"),
    ],
    ids=["finished", "truncated", "empty", "error", "html"],
)
def test_exit_codes(body: str, code: int, said: str) -> None:
    result = run(body)
    assert result.exit_code == code
    assert said in result.stderr


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "body.sse"
    path.write_text(WHOLE, encoding="utf-8")
    result = CliRunner().invoke(command, ["parse", str(path), "-p", "groq"])
    assert (result.exit_code, result.stdout) == (0, "Grüezi\n")


def test_an_unknown_provider_suggests_the_nearest() -> None:
    result = CliRunner().invoke(command, ["parse", "-", "--provider", "antropic"], input="")
    assert result.exit_code == 2
    assert "'anthropic'" in result.stderr


def test_a_wrong_think_mode_is_wrong_use() -> None:
    assert run("", "--think", "maybe").exit_code == 2


def _started(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "deltawire_transports", "parse", "-", "-p", "openai-chat", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_a_pipe_is_read_as_it_grows() -> None:
    with _started() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(chunk({"content": "first"}).encode())
        process.stdin.flush()
        assert process.stdout.read(5) == b"first"
        process.stdin.write(chunk({"content": " last"}, "stop").encode())
        process.stdin.close()
        assert process.stdout.read() == b" last\n"
        assert process.wait(10) == 0


def test_ctrl_c_is_130_and_keeps_what_came() -> None:
    with _started() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(chunk({"content": "first"}).encode())
        process.stdin.flush()
        assert process.stdout.read(5) == b"first"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr is not None
        assert b"interrupted" in process.stderr.read()
        process.stdin.close()
