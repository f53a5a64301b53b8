"""The page of the session is drawn from the tables that the session runs on."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from deltawire.policy.states import TRANSITIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_session", DOCS / "generate_session.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(generator: ModuleType) -> None:
    assert generator.PAGE.read_text("utf-8") == generator.page(), "run: python docs/generate_session.py"


def test_the_picture_is_up_to_date(generator: ModuleType) -> None:
    assert generator.PICTURE.read_text("utf-8") == generator.picture(), "run: python docs/generate_session.py"


def test_the_picture_shows_every_change_of_state(generator: ModuleType) -> None:
    changes = {
        (state, after)
        for state, inputs in TRANSITIONS.items()
        for following in inputs.values()
        for after in following
        if after is not state
    }
    assert set(generator.edges()) == changes
    assert generator.picture().count('<path class="e"') == len(changes)


def test_the_code_of_the_page_runs(generator: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", generator.page(), re.DOTALL)
    exec(compile(block, "session.md", "exec"), {})
    assert "Finished" in capsys.readouterr().out
