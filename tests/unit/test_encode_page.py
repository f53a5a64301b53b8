"""The page of the encoders says what the encoders do."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_encode", DOCS / "generate_encode.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date(generator: ModuleType) -> None:
    assert generator.PAGE.read_text("utf-8") == generator.page(), "run: python docs/generate_encode.py"


def test_text_and_calls_are_said_by_every_dialect(generator: ModuleType) -> None:
    found = generator.cells()
    assert {said for said, _ in found["calls side by side"].values()} == {"yes"}
    assert {name for name in generator.TARGETS if found["a refusal"][name][0] == "yes"} == {
        "openai-chat",
        "openai-responses",
    }
