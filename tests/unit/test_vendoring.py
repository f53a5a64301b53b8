"""The core works when it is copied under another package name, and loads no IO module there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from tests.core_source import CORE, MODULES, OUTSIDE

IO_MODULES = {
    "asyncio",
    "email",
    "http.client",
    "logging",
    "multiprocessing",
    "random",
    "select",
    "selectors",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "urllib.request",
}


PROBE = """
import importlib, json, pickle, sys
sys.path[:0] = json.loads(sys.argv[1])
for name in json.loads(sys.argv[2]):
    importlib.import_module(name)
before = set(sys.modules)
core = importlib.import_module("vendored.anything")
for name in json.loads(sys.argv[3]):
    importlib.import_module(name, "vendored.anything")
loaded = sorted(set(sys.modules) - before)
events = []
parser = core.parser("openai-chat")
for chunk in (b'data: {"id":"a","model":"m","choices":[{"index":0,"delta":{"cont', b'ent":"hi"},"finish_reason":'):
    events += parser.receive_data(chunk)
parser = pickle.loads(pickle.dumps(parser))
events += parser.receive_data(b'"stop"}]}\\n\\ndata: [DONE]\\n\\n') + parser.receive_eof()
kinds = [[type(event).__module__, type(event).__name__] for event in events]
print(json.dumps({"loaded": loaded, "kinds": kinds}))
"""


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list]:
    """Copies the core under another name, imports all of it in a new interpreter without site-packages, parses."""
    home = tmp_path_factory.mktemp("home")
    ignored = shutil.ignore_patterns("__pycache__", "testing")
    shutil.copytree(CORE, home / "vendored" / "anything", ignore=ignored)
    attrs_home = Path(attrs.__file__).parents[1]
    inside = [f".{name}" for name, module in MODULES.items() if name != "__init__" and module.layer != "testing"]
    settings = [[str(home), str(attrs_home)], sorted(OUTSIDE), inside]
    arguments = [json.dumps(setting) for setting in settings]
    # -I ignores the environment, -S the .pth files of an editable install.
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", PROBE, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_copy_under_another_name_loads_no_io_module(probe: dict[str, list]) -> None:
    ours = {name for name in probe["loaded"] if name.startswith("vendored")}
    assert "vendored.anything.events" in ours
    assert not [name for name in probe["loaded"] if name in IO_MODULES or name.lstrip("_") in IO_MODULES]


def test_a_copy_under_another_name_never_reaches_for_the_original(probe: dict[str, list]) -> None:
    assert not [name for name in probe["loaded"] if name.partition(".")[0] == "deltawire"]


def test_a_copy_under_another_name_parses(probe: dict[str, list]) -> None:
    modules, names = zip(*probe["kinds"], strict=True)
    assert set(modules) == {"vendored.anything.events"}
    assert [name for name in names if name in {"ResponseStarted", "TextDelta", "Finished", "Failed"}] == [
        "ResponseStarted",
        "TextDelta",
        "Finished",
    ]
