"""`deltawire parse` without a provider's name, and with a file that grows."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.shim_bodies import ANTHROPIC, CALLS, COHERE, GEMINI, HELLO, OLLAMA, STOP, text

from deltawire_transports.cli.main import deltawire as command

BODIES = {
    "openai-chat": HELLO,
    "anthropic": ANTHROPIC,
    "cohere": COHERE,
    "gemini": GEMINI,
    "ollama": OLLAMA,
}


def run(*arguments: str, body: bytes | str = b"") -> Result:
    return CliRunner().invoke(command, ["parse", *arguments], input=body)


@pytest.mark.parametrize(("provider", "body"), BODIES.items(), ids=BODIES)
def test_the_first_bytes_tell_the_provider(provider: str, body: bytes) -> None:
    result = run("-", "-f", "summary", body=body)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "outcome: finished")
    assert result.stderr == f"deltawire: the first bytes are those of {provider}; --provider names another one\n"


def test_a_name_is_taken_as_it_is() -> None:
    assert run("-", "-p", "groq", body=HELLO).stderr.startswith("outcome: finished")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"hello there\n", "--provider NAME"),
        (b"", "There is nothing to read"),
        (b"\n\n", "There is nothing to read"),
        (b'{"type":"capture","version":1}\n', "deltawire replay"),
        (b"#" * 10_000, "--provider NAME"),
    ],
    ids=["words", "nothing", "blank", "a capture", "much of nothing"],
)
def test_what_cannot_be_told_is_wrong_use(body: bytes, said: str) -> None:
    result = run("-", body=body)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_capture_is_no_body_of_a_provider_that_is_named_either() -> None:
    result = run("-", "-p", "groq", body=b'{"type":"capture","version":1}\n')
    assert result.exit_code == 2
    assert "deltawire replay" in result.stderr


def test_the_whole_answer_is_one_object() -> None:
    result = run("-", "-p", "groq", "-f", "json", body=CALLS)
    told = json.loads(result.stdout)
    assert (told["provider"], told["complete"], told["finish_reason"]) == ("groq", True, "tool_calls")
    assert [json.loads(call["arguments"]) for call in told["tool_calls"] if call["complete"]]
    assert told["error"] is None


def test_half_an_answer_is_one_object_that_says_so() -> None:
    result = run("-", "-p", "groq", "-f", "json", body=text("half"))
    told = json.loads(result.stdout)
    assert result.exit_code == 3
    assert (told["text"], told["complete"], told["finish_reason"]) == ("half", False, None)
    assert told["error"]["kind"] == "truncated"


def test_an_unknown_provider_suggests_the_nearest() -> None:
    assert "did you mean" not in run("-", "-p", "nonsense").stderr
    for name, nearest in (("antropic", "anthropic"), ("open_ai-chat", "openai-chat"), ("Groq", "groq")):
        result = run("-", "-p", name)
        assert result.exit_code == 2
        assert f"did you mean '{nearest}'" in result.stderr


def test_a_missing_file_is_wrong_use() -> None:
    assert run("no-such-file.sse").exit_code == 2


class TestFollow:
    def test_a_file_is_read_as_it_grows(self, tmp_path: Path) -> None:
        path = tmp_path / "body.sse"
        path.write_bytes(b"")
        pieces = [text("Hel"), text("lo")[:9], text("lo")[9:], STOP]

        def write() -> None:
            for piece in pieces:
                time.sleep(0.05)
                with path.open("ab") as file:
                    file.write(piece)

        writer = threading.Thread(target=write)
        writer.start()
        result = run(str(path), "--follow")
        writer.join()
        assert (result.exit_code, result.stdout) == (0, "Hello\n")
        assert "openai-chat" in result.stderr

    def test_an_end_is_an_end_though_the_file_goes_on(self, tmp_path: Path) -> None:
        path = tmp_path / "body.sse"
        path.write_bytes(CALLS + b"data: more\n\n")
        assert run(str(path), "--follow").exit_code == 0

    def test_a_whole_answer_without_its_end_is_taken_after_a_while(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("deltawire_transports.cli.parse._GRACE_SECONDS", 0.2)
        path = tmp_path / "body.sse"
        path.write_bytes(HELLO.removesuffix(b"data: [DONE]\n\n"))
        result = run(str(path), "--follow", "-f", "jsonl", "-p", "openai-chat")
        assert result.exit_code == 0
        assert json.loads(result.stdout.splitlines()[-1])["type"] == "finished"

    def test_the_end_of_a_pipe_is_the_end(self) -> None:
        assert run("-", "--follow", body=text("half")).exit_code == 3
