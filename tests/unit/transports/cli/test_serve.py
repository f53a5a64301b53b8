"""`deltawire serve`: recordings and faults for any client on this machine."""

from __future__ import annotations

import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deltawire import Failed, Finished, TextDelta
from deltawire.policy import RetryPolicy
from deltawire.registry import PROVIDERS
from deltawire.requests import Target
from deltawire_transports.blocking import open_stream
from deltawire_transports.cli.main import deltawire as command
from deltawire_transports.cli.serving import how_to_ask
from deltawire_transports.faults import FAULTS, SAMPLES, Position

KEY = "sk-canary-4711"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, ["serve", *arguments])


class Served:
    """The command, running."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def line(self) -> str:
        line = self._lines.get(timeout=20)
        assert line is not None, self.process.communicate()[1]
        self.said.append(line)
        return line.rstrip("\n")

    def asked(self, provider: str = "openai-chat") -> list[Any]:
        """The events of a stream from it."""
        first = self.said[0] if self.said else self.line()
        url = first.split()[-1] + ("/v1" if provider.startswith("openai") else "")
        target = Target(provider, "sample-1", KEY, url)
        with open_stream(target, "hi", policy=RetryPolicy.never(), errors="events") as stream:
            return list(stream)


@contextmanager
def served(*arguments: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "deltawire_transports", "serve", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            running = Served(process)
            while not running.line().startswith("Ctrl-C"):
                pass
            yield running
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            assert process.communicate()[1] == ""
            assert KEY not in "".join(running.said)
        finally:
            process.kill()


def test_a_fault_is_served_told_of_and_ended_by_ctrl_c() -> None:
    with served("--provider", "anthropic", "--fault", "close", "--position", "mid-utf8", "--times", "1") as server:
        assert "Anthropic(" in "".join(server.said)
        broken = server.asked("anthropic")
        assert isinstance(broken[-1], Failed)
        assert broken[-1].error.kind == "truncated"
        assert re.fullmatch(r"POST /v1/messages: [\d,]+ bytes, the server closed", server.line())
        assert isinstance(server.asked("anthropic")[-1], Finished)


def test_a_recorded_body_is_served_as_it_is(tmp_path: Path) -> None:
    body = tmp_path / "body.ndjson"
    body.write_bytes(SAMPLES["ollama"].body.data)
    with served("--provider", "ollama", "--pace", "0.001", str(body)) as server:
        events = server.asked("ollama")
        assert "".join(event.text for event in events if isinstance(event, TextDelta)) == SAMPLES["ollama"].text
        assert f"POST /api/chat: {len(SAMPLES['ollama'].body.data):,} bytes of body, to its end" in server.line()


def test_a_capture_is_served_and_names_its_provider(tmp_path: Path) -> None:
    capture = tmp_path / "run.jsonl"
    arguments = ["-p", "openai-chat", "-m", "tiny", "hi", "--capture", str(capture)]
    with served() as server:
        url = server.said[0].split()[-1]
        runner = CliRunner(env={"OPENAI_API_KEY": KEY})
        result = runner.invoke(command, ["stream", *arguments, "--base-url", url + "/v1"])
        assert result.exit_code == 0, result.output
    with served(str(capture)) as server:
        assert "-p openai-chat -m tiny" in "".join(server.said)
        assert isinstance(server.asked()[-1], Finished)
    with served(str(capture), "--fault", "early-end") as server:
        assert isinstance(server.asked()[-1], Failed)


def test_the_list_has_every_fault_and_every_position() -> None:
    result = run("--list")
    assert result.exit_code == 0
    for name in [*FAULTS, *Position]:
        assert re.search(rf"^  {name}\b", result.stdout, re.MULTILINE), name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "meteor"], "meteor"),
        (["--fault", "reset", "--position", "mid-air"], "mid-air"),
        (["--fault", "reset", "--seconds", "3"], "reset does not take --seconds"),
        (["--position", "mid-event"], "there is none"),
        (["--times", "1"], "there is none"),
        (["--fault", "reset", "--pace", "1"], "--fault drip"),
        (["--provider", "antropic"], "anthropic"),
        (["--provider", "cohere"], "no sample of cohere"),
        (["no-such-file"], "no-such-file"),
    ],
    ids=" ".join,
)
def test_wrong_use_says_what_is_wrong(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_body_without_the_place_is_wrong_use(tmp_path: Path) -> None:
    plain = tmp_path / "plain.sse"
    plain.write_bytes(b"data: [DONE]\n\n")
    result = run(str(plain), "--fault", "reset", "--position", "mid-utf8")
    assert result.exit_code == 2
    assert "three bytes" in result.stderr


def test_a_damaged_capture_is_wrong_use(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"deltawire_capture": 99}\n{}\n')
    result = run(str(broken), "--fault", "reset", "--position", "mid-utf8")
    assert result.exit_code == 2


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_has_a_way_to_be_asked(provider: str) -> None:
    lines = how_to_ask(provider, "m", "http://127.0.0.1:9")
    assert all("{" not in line or provider.startswith("gemini") for line in lines)
    assert sum("http://127.0.0.1:9" in line for line in lines) == 3
