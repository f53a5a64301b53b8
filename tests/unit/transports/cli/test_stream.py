"""`deltawire stream`: keys from the environment, the answer as it grows."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deltawire_transports.cli.main import deltawire as command
from deltawire_transports.replay import ReplayServer, Reply, json_reply, provider_rules

CHUNK = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]}
ANSWER = f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode()
KEY = "sk-canary-4711"


def run(*arguments: str, **variables: str) -> Result:
    environment = dict.fromkeys(("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "XAI_API_KEY"))
    return CliRunner(env={**environment, **variables}).invoke(command, ["stream", *arguments])


@pytest.mark.parametrize("by_variable", [True, False])
def test_the_base_url_comes_from_the_variable_or_the_option(by_variable: bool) -> None:
    with ReplayServer(Reply(ANSWER), rules=provider_rules("openai-chat", key=KEY)) as server:
        url = server.base_url + "/v1"
        variables = {"OPENAI_API_KEY": KEY} | ({"OPENAI_BASE_URL": url} if by_variable else {})
        options = [] if by_variable else ["--base-url", url]
        result = run("-p", "openai-chat", "-m", "m", *options, "hi", **variables)
    assert (result.exit_code, result.stdout) == (0, "Hello\n"), result.stderr
    assert "finish reason: stop" in result.stderr
    assert KEY not in result.output


def test_events_as_lines() -> None:
    with ReplayServer(Reply(ANSWER)) as server:
        result = run(
            "-p", "grok", "-m", "m", "--base-url", server.base_url + "/v1", "-f", "jsonl", "hi", XAI_API_KEY=KEY
        )
    types = [json.loads(line)["type"] for line in result.stdout.splitlines()]
    assert types[-1] == "finished"
    assert "text_delta" in types


def test_a_failure_is_told_and_its_exit_code_is_4() -> None:
    with ReplayServer(json_reply(401, {"error": {"message": f"wrong {KEY}"}})) as server:
        result = run("-p", "openai-chat", "-m", "m", "--base-url", server.base_url, "hi", OPENAI_API_KEY=KEY)
    assert result.exit_code == 4
    assert "HTTP 401" in result.stderr
    assert KEY not in result.output


def test_a_busy_server_is_asked_again_if_one_says_so() -> None:
    busy = json_reply(503, {"error": {"message": "busy"}}, {"retry-after-ms": "1"})
    for attempts, code in (("1", 4), ("2", 0)):
        with ReplayServer([busy, Reply(ANSWER)]) as server:
            arguments = ["-p", "ollama-openai", "-m", "m", "--base-url", server.base_url, "--attempts", attempts]
            result = run(*arguments, "hi")
        assert result.exit_code == code, result.stderr
        assert ("attempt 2 of 2 follows" in result.stderr) == (code == 0)


def test_a_fallback_answers_instead(tmp_path: Path) -> None:
    failing = json_reply(500, {"error": {"message": "no"}})
    with ReplayServer(failing) as first, ReplayServer(Reply(ANSWER)) as second:
        arguments = ["-p", "ollama-openai", "-m", "m", "--base-url", first.base_url, "--fallback", "openai:gpt-4o:x"]
        capture = tmp_path / "run.jsonl"
        variables = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": second.base_url + "/v1"}
        result = run(*arguments, "hi", "--capture", str(capture), **variables)
    assert (result.exit_code, result.stdout) == (0, "Hello\n"), result.stderr
    assert "(model 'gpt-4o:x') is asked instead" in result.stderr
    assert KEY not in capture.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("fallback", "said"),
    [
        ("ollama", "NAME:MODEL"),
        ("ollama:", "NAME:MODEL"),
        ("olama:m", "did you mean 'ollama'"),
        ("anthropic:m", "ANTHROPIC_API_KEY"),
    ],
)
def test_a_fallback_that_cannot_be_asked_is_wrong_use(fallback: str, said: str) -> None:
    result = run("-p", "ollama", "-m", "m", "hi", "--fallback", fallback)
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_prompt_can_come_from_a_pipe() -> None:
    with ReplayServer(Reply(ANSWER)) as server:
        arguments = ["stream", "-p", "ollama-openai", "-m", "m", "--base-url", server.base_url, "-"]
        result = CliRunner().invoke(command, arguments, input="Say hello")
        assert result.exit_code == 0
        payload = server.record[0].payload()
    assert payload is not None
    assert payload["messages"][0]["content"] == "Say hello"


def test_a_missing_key_names_its_variable() -> None:
    result = run("-p", "anthropic", "-m", "m", "hi")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "Error: No key: set ANTHROPIC_API_KEY"


def test_a_missing_address_names_its_option() -> None:
    result = run("-p", "azure", "-m", "m", "hi", AZURE_OPENAI_API_KEY=KEY, AZURE_OPENAI_ENDPOINT="")
    assert result.exit_code == 2
    assert "--base-url" in result.stderr
    assert "AZURE_OPENAI_ENDPOINT" in result.stderr


def test_an_unknown_provider_is_wrong_use() -> None:
    result = run("-p", "antropic", "-m", "m", "hi")
    assert result.exit_code == 2
    assert "anthropic" in result.stderr


def test_no_option_takes_a_key() -> None:
    assert "key" not in {name for option in command.commands["stream"].params for name in option.opts}
    assert run("-p", "openai-chat", "-m", "m", "--api-key", "x", "hi").exit_code == 2


def test_without_its_libraries_the_command_says_what_to_install() -> None:
    program = textwrap.dedent("""
        import sys
        sys.modules["click"] = None
        from deltawire_transports.__main__ import main
        main()
    """)
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "pip install 'deltawire[cli]'" in result.stderr
