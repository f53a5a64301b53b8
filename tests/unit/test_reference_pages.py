"""The pages of the reference are written by their generator, and have every name that the modules export."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_reference", DOCS / "generate_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_up_to_date(generator: ModuleType) -> None:
    stale = [path.name for path, text in generator.pages().items() if path.read_text("utf-8") != text]
    assert stale == [], "run: python docs/generate_reference.py"


def test_every_page_is_written_by_the_generator(generator: ModuleType) -> None:
    assert set((DOCS / "reference").glob("*.md")) == set(generator.pages())


def test_every_exported_name_is_listed_unless_it_stands_elsewhere(generator: ModuleType) -> None:
    for page in generator.PAGES:
        text = generator.text_of(page)
        for section in page.sections:
            exported = importlib.import_module(section.module).__all__
            missing = [name for name in exported if f".{name}\n" not in text and name not in section.exclude]
            assert missing == [], section.module


def test_a_name_that_a_section_leaves_out_is_in_another_one(generator: ModuleType) -> None:
    for page in generator.PAGES:
        whole = [section for section in page.sections if not section.exclude]
        elsewhere = {name for section in whole for name in importlib.import_module(section.module).__all__}
        for section in page.sections:
            left_out = set(section.exclude) & set(importlib.import_module(section.module).__all__)
            assert left_out <= elsewhere, section.module


def test_a_constant_is_found_where_it_is_bound(generator: ModuleType) -> None:
    assert generator._origin("deltawire.policy", "Action") == "deltawire.policy.actions"
    assert generator._origin("deltawire.policy.actions", "Action") == "deltawire.policy.actions"
