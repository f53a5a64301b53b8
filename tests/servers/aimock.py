"""aimock, a mock server of many providers: github.com/CopilotKit/aimock, the npm package @copilotkit/aimock."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers.program import MissingError, Program

__all__ = ["VERSION", "aimock", "installed"]

PACKAGE = "@copilotkit/aimock"
VERSION = "1.43.0"
_NODE = (20, 15)
_SECONDS_TO_INSTALL = 90.0


def installed() -> Path:
    """Its command line, installed into the user's cache the first time. Raises MissingError where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or not _node_is_new_enough():
        raise MissingError(f"needs npm and Node.js {_NODE[0]}.{_NODE[1]} or newer to run {PACKAGE}")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deltawire-tests"
    home = cache / f"aimock-{VERSION}"
    if not home.is_dir():
        _install(npm, home)
    return home / "node_modules" / PACKAGE / "dist" / "cli.js"


def _node_is_new_enough() -> bool:
    node = shutil.which("node")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout if node else ""
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= _NODE


def _install(npm: str, home: Path) -> None:
    """Beside its place first, so that two processes that install at once cannot meet half of it."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        begun = Path(tempfile.mkdtemp(prefix="begun-", dir=home.parent))
    except OSError as error:
        raise MissingError(f"needs a cache folder for {PACKAGE}: {error}") from error
    flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--fetch-retries=0"]
    command = [npm, "install", "--prefix", str(begun), *flags, f"{PACKAGE}@{VERSION}"]
    try:
        subprocess.run(command, cwd=begun, check=True, capture_output=True, timeout=_SECONDS_TO_INSTALL)
        if not home.is_dir():
            begun.rename(home)
    except (subprocess.SubprocessError, OSError) as error:
        if not home.is_dir():
            raise MissingError(f"npm could not install {PACKAGE}@{VERSION}: {error}") from error
    finally:
        shutil.rmtree(begun, ignore_errors=True)


@contextmanager
def aimock(folder: Path, fixtures: list[dict[str, Any]]) -> Iterator[str]:
    """The base URL of a running one that answers by `fixtures`. Raises MissingError where there is none."""
    command_line = installed()
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}))
    options = ["--port", "0", "--fixtures", "fixtures.json", "--log-level", "info", "--journal-max", "100"]
    with Program(["node", str(command_line), *options], folder) as program:
        yield program.wait_for_words(r"listening on (http://\S+)")
