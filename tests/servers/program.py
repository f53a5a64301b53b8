"""A server program of another's making, from entering a context to leaving it."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["MissingError", "Program", "answers", "free_port"]

_GUARD = Path(__file__).with_name("guard.py")
_SECONDS_TO_END = 10.0
_LAST_WORDS = 2_000


class MissingError(Exception):
    """Something that is needed is not on this machine; says what."""


def free_port() -> int:
    """A port of loopback that nobody listened at just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def answers(port: int, path: str = "/") -> bool:
    """True if an HTTP server at this port answers at all."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        client.request("GET", path)
        client.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()
    return True


class Program:
    """Runs a command in a folder, with its output in `log` there."""

    def __init__(
        self, command: Sequence[str], folder: Path, seconds: float = 30.0, environment: Mapping[str, str] | None = None
    ) -> None:
        """`seconds` is how long it may take to get ready; `environment` replaces ours."""
        self._command = [sys.executable, "-I", str(_GUARD), *command]
        self._folder = folder
        self._seconds = seconds
        self._environment = environment
        self._log = folder / "log"

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors="replace")

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._ready_by = time.monotonic() + self._seconds
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(_SECONDS_TO_END)
        finally:
            self.process.kill()

    def wait_for_port(self, port: int, path: str = "/") -> None:
        """Returns once it answers; raises RuntimeError with what it said if it has ended or takes too long."""
        while not answers(port, path):
            self._not_yet()

    def wait_for_words(self, pattern: str) -> str:
        """The first group of the pattern, once it has said that; raises as `wait_for_port` does."""
        while (found := re.search(pattern, self.log)) is None:
            self._not_yet()
        return found[1]

    def _not_yet(self) -> None:
        if self.process.poll() is not None or time.monotonic() > self._ready_by:
            raise RuntimeError(f"{self._command[3]} is not ready:\n{self.log[-_LAST_WORDS:]}")
        time.sleep(0.02)
