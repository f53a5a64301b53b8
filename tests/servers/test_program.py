"""Programs are found, installed and ended: nothing is left behind, whatever ends first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import aimock
from tests.servers.program import MissingError, Program, answers, free_port

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs the signals of POSIX")

SLEEPER = "import time; print('ready', flush=True); time.sleep(60)"
STARTER = f"""
import pathlib, sys, time
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.servers.program import Program
with Program([sys.executable, "-c", "import os; print(os.getpid(), flush=True); import time; time.sleep(60)"],
             pathlib.Path(sys.argv[1])) as program:
    print(program.wait_for_words(r"(\\d+)"), flush=True)
    time.sleep(60)
"""


def ended(pid: int) -> bool:
    """True as soon as there is no such process, False if there still is after ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # Gone, though nobody of a container has asked for its exit code yet.
        stat = Path(f"/proc/{pid}/stat")
        if stat.is_file() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_program_ends_with_its_context(tmp_path: Path) -> None:
    with Program([sys.executable, "-c", SLEEPER], tmp_path) as program:
        assert program.wait_for_words("(ready)") == "ready"
        process = program.process
        assert process.poll() is None
    assert process.poll() is not None


def test_a_program_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.send_signal(signal.SIGKILL)
    assert ended(pid)


def test_a_program_that_does_not_start_says_why(tmp_path: Path) -> None:
    with (
        Program([sys.executable, "-c", "raise SystemExit('no luck')"], tmp_path) as program,
        pytest.raises(RuntimeError, match="no luck"),
    ):
        program.wait_for_words("(never)")


def test_nobody_answers_at_a_free_port() -> None:
    assert not answers(free_port())


class TestInstalling:
    @pytest.fixture
    def npm(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A program in place of npm, to be written, beside one in place of node."""
        folder = tmp_path / "bin"
        folder.mkdir()
        for name, line in (("node", "echo v20.15.0"), ("npm", "exit 1")):
            (folder / name).write_text(f"#!/bin/sh\n{line}\n")
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        return folder / "npm"

    def test_without_npm_it_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        with pytest.raises(MissingError, match="needs npm"):
            aimock.installed()

    def test_an_old_node_is_as_none(self, npm: Path) -> None:
        (npm.parent / "node").write_text("#!/bin/sh\necho v18.20.1\n")
        with pytest.raises(MissingError, match="or newer"):
            aimock.installed()

    def test_what_npm_cannot_get_is_missing_and_leaves_nothing(self, npm: Path, tmp_path: Path) -> None:
        with pytest.raises(MissingError, match="could not install"):
            aimock.installed()
        assert list((tmp_path / "cache" / "deltawire-tests").iterdir()) == []

    def test_what_is_there_is_not_installed_again(self, npm: Path, tmp_path: Path) -> None:
        npm.write_text("#!/bin/sh\necho once >> ../../../npm-calls\n")
        found = aimock.installed()
        assert found == aimock.installed()
        assert (tmp_path / "npm-calls").read_text() == "once\n"
        assert [each.name for each in (tmp_path / "cache" / "deltawire-tests").iterdir()] == [
            f"aimock-{aimock.VERSION}"
        ]
