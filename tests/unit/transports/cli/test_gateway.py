"""`deltawire gateway`: it starts, answers, says what it did, and refuses wrong use."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest
from click.testing import CliRunner, Result
from tests.gateway_host import KEY, question

from deltawire import Accumulator, parse
from deltawire_transports.cli.main import deltawire as command
from deltawire_transports.faults import SAMPLES
from deltawire_transports.replay import ReplayServer, Reply


def run(*arguments: str, **env: str | None) -> Result:
    return CliRunner().invoke(command, ["gateway", *arguments], env=env)


def test_it_answers_until_it_is_interrupted() -> None:
    with ReplayServer(Reply(SAMPLES["anthropic"].body.data)) as upstream:
        env = os.environ | {"ANTHROPIC_BASE_URL": upstream.base_url, "ANTHROPIC_API_KEY": KEY, "PYTHONUNBUFFERED": "1"}
        arguments = ["gateway", "--plan", "anthropic:sample-1", "--listen", "127.0.0.1:0"]
        with subprocess.Popen(
            [sys.executable, "-m", "deltawire_transports", *arguments], env=env, text=True, stdout=-1, stderr=-1
        ) as process:
            assert process.stdout
            said = process.stdout.readline()
            url = re.sub(r"Gateway on (http://127\.0\.0\.1:\d+)\n", r"\1", said)
            lines = [process.stdout.readline(), process.stdout.readline()]
            body = json.dumps(question("openai-chat")).encode()
            request = urllib.request.Request(f"{url}/v1/chat/completions", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=20) as response:
                events = parse("openai-chat", response.read())
            lines.append(process.stdout.readline())
            process.send_signal(signal.SIGINT)
            rest, errors = process.communicate(timeout=20)
    accumulator = Accumulator()
    accumulator.feed_all(events)
    assert accumulator.message().text == SAMPLES["anthropic"].text
    assert [line.split() for line in lines[:2]] == [["openai", f"base_url={url}/v1"], ["anthropic", f"base_url={url}"]]
    assert lines[2] == "POST /v1/chat/completions any: finished tool_calls\n"
    assert (process.returncode, errors, rest.strip()) == (0, "", "")
    assert KEY not in "".join([said, *lines])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "DELTAWIRE_PLAN is not set"),
        (("--plan", "antropic:x"), "did you mean 'anthropic'"),
        (("--plan", "ollama"), "provider:model"),
        (("--plan", "ollama:x", "--listen", "0.0.0.0:8787"), "loopback only"),
        (("--plan", "ollama:x", "--listen", "here"), "HOST:PORT"),
        (("--plan", "ollama:x", "--listen", "127.0.0.1:99999"), "HOST:PORT"),
        (("--plan", "ollama:x", "--keep-alive", "0"), "--keep-alive"),
    ],
    ids=["no plan", "provider", "model", "host", "address", "port", "keep-alive"],
)
def test_wrong_use_says_what_to_do(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments, DELTAWIRE_PLAN=None)
    assert (result.exit_code, words in result.output) == (2, True), result.output


def test_a_port_that_is_taken_is_wrong_use() -> None:
    with ReplayServer(Reply(b"")) as other:
        result = run("--plan", "ollama:x", "--listen", other.base_url.removeprefix("http://"))
    assert (result.exit_code, "cannot listen on 127.0.0.1" in result.output) == (2, True), result.output
