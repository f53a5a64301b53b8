"""The table of providers in the documentation is that of the code."""

from __future__ import annotations

import runpy
from typing import Any

import pytest
from tests.conftest import PROJECT

from deltawire.dialects import DIALECTS
from deltawire.registry import PROVIDERS

SCRIPT = PROJECT / "docs" / "generate_providers.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_the_page_is_what_the_script_writes(script: dict[str, Any]) -> None:
    written = SCRIPT.with_name("providers.md").read_text("utf-8")
    assert written == script["page"](), "run: python docs/generate_providers.py"


def test_every_provider_and_dialect_has_its_rows(script: dict[str, Any]) -> None:
    lines = script["page"]().splitlines()
    for name in PROVIDERS:
        # A schema is in the table of schemas and in that of places; a dialect of Chat is a place alone.
        rows = 1 if name in DIALECTS and name != "openai-chat" else 2
        assert sum(line.startswith(f"| `{name}` |") for line in lines) == rows, name


def test_every_row_says_what_was_read(script: dict[str, Any]) -> None:
    assert script["CHECKED"].keys() == PROVIDERS.keys()
    for text, address in script["CHECKED"].values():
        assert text
        assert address.startswith("https://")


def test_all_rows_of_a_table_have_the_same_cells(script: dict[str, Any]) -> None:
    counts = {line.count(" | ") for line in script["page"]().splitlines() if line.startswith("| `")}
    assert counts == {3}
