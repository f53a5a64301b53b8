"""Every command says how it is used, with examples that work; shells complete names and files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner
from tests.shim_bodies import CALLS, HELLO

from deltawire.registry import PROVIDERS
from deltawire_transports.cli.main import deltawire as command
from deltawire_transports.replay import ReplayServer, Reply

# They ask a provider, wait for clients, or write into the user's home.
NOT_RUN = {
    "deltawire gateway",
    "deltawire stream",
    "deltawire serve",
    "deltawire completion bash >> ~/.bashrc",
    "deltawire completion zsh >> ~/.zshrc",
    "deltawire completion fish > ~/.config/fish/completions/deltawire.fish",
}
# Played at their own pace, they take seconds: what they print is tested elsewhere.
SLOW = {"deltawire demo"}


def help_of(name: str) -> str:
    result = CliRunner().invoke(command, [name, "--help"], terminal_width=200)
    assert result.exit_code == 0
    return result.output


def examples(name: str) -> list[str]:
    """The lines of the help's example that call deltawire."""
    _, _, behind = help_of(name).partition("Example:")
    block = re.split(r"\n\s*\n", behind, maxsplit=1)[0]
    return [line.strip() for line in block.splitlines() if line.strip().startswith("deltawire ")]


def all_examples() -> list[str]:
    return [line for name in command.commands for line in examples(name)]


def runs(line: str) -> bool:
    return line not in NOT_RUN | SLOW and " ".join(line.split()[:2]) not in NOT_RUN


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the examples name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "body.sse").write_bytes(HELLO)
    for name, body in (("run.jsonl", HELLO), ("other.jsonl", CALLS)):
        with ReplayServer(Reply(body)) as server:
            arguments = ["stream", "-p", "ollama-openai", "-m", "m", "--base-url", server.base_url, "hi"]
            assert CliRunner().invoke(command, [*arguments, "--capture", name]).exit_code == 0
    return tmp_path


@pytest.mark.parametrize("name", sorted(command.commands))
def test_every_command_has_an_example(name: str) -> None:
    assert examples(name)
    assert all(line.split()[1] == name for line in examples(name))


@pytest.mark.parametrize("line", [line for line in all_examples() if runs(line)])
def test_every_example_works(line: str, files: Path) -> None:
    result = CliRunner().invoke(command, shlex.split(line)[1:])
    assert result.exit_code == 0, result.output
    assert result.output or any(path.suffix == ".html" for path in files.iterdir())


@pytest.mark.parametrize("line", [line for line in all_examples() if line.startswith("deltawire stream")])
def test_examples_that_ask_a_provider_are_right_as_far_as_that(line: str, tmp_path: Path) -> None:
    arguments = shlex.split(line)[2:]
    if "--capture" in arguments:
        arguments[arguments.index("--capture") + 1] = str(tmp_path / "run.jsonl")
    with command.commands["stream"].make_context("stream", arguments) as context:
        assert context.params["prompt"] == "Say hello"


def test_the_commands_are_listed_with_what_they_do() -> None:
    shown = CliRunner().invoke(command, ["--help"]).output
    for name, each in command.commands.items():
        assert re.search(rf"^  {name} +\S.*\.$", shown, re.MULTILINE), name
        assert each.help
    assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_printed(shell: str) -> None:
    result = CliRunner().invoke(command, ["completion", shell])
    assert result.exit_code == 0
    assert "_DELTAWIRE_COMPLETE" in result.stdout


def completed(*words: str) -> list[str]:
    complete = BashComplete(command, {}, "deltawire", "_DELTAWIRE_COMPLETE")
    return [item.value for item in complete.get_completions([*words[:-1]], words[-1])]


def test_commands_options_and_provider_names_are_completed() -> None:
    assert completed("re") == ["replay", "report"]
    assert completed("parse", "--pro") == ["--provider"]
    assert completed("parse", "--provider", "open") == [name for name in sorted(PROVIDERS) if name.startswith("open")]
    assert "openai" in completed("stream", "-p", "open")


def test_files_are_completed_by_the_shell() -> None:
    complete = BashComplete(command, {}, "deltawire", "_DELTAWIRE_COMPLETE")
    for arguments in (["replay"], ["report"], ["compare"]):
        assert [item.type for item in complete.get_completions(arguments, "ru")] == ["file"]


def test_an_unknown_command_suggests_the_nearest() -> None:
    result = CliRunner().invoke(command, ["reply"])
    assert result.exit_code == 2
    assert "replay" in result.stderr


def test_keys_are_options_of_no_command() -> None:
    for each in command.commands.values():
        for parameter in each.params:
            assert isinstance(parameter, click.Parameter)
            assert not any("key" in option for option in parameter.opts)
