"""The benchmarks run, and their figures find their places in the page."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bench import __main__ as bench
from tests.bench import clock, decoders, feeds, floor, imports, page, scaling

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
NUMBER = re.compile(r"-?[\d,.]+")


@pytest.fixture(autouse=True)
def small_heap() -> Iterator[None]:
    """Every measurement collects garbage first: what the other tests hold is not looked through each time."""
    gc.freeze()
    yield
    gc.unfreeze()


def test_the_floor_has_a_row_for_each_stream() -> None:
    table = floor.rows(("anthropic", "ollama"), 24, 1)
    assert [row[:2] for row in table[1:]] == [
        [provider, shape] for provider in ("anthropic", "ollama") for shape in ("text", "reasoning", "tools")
    ]
    assert all(NUMBER.fullmatch(cell) for row in table[1:] for cell in row[2:])


def test_small_tables() -> None:
    tables = [feeds.rows(1, 2), decoders.rows(16, 1), scaling.long_lines(((1024, 1, 2),), 1), scaling.fragments(2_000)]
    assert [len(table) for table in tables] == [6, 21, 2, 2]
    for table in tables:
        assert {len(row) for row in table} == {len(table[0])}


def test_an_import_is_measured_in_a_new_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = {"deltawire": ("import deltawire", "deltawire"), "other": ("import other", "no_such_package")}
    monkeypatch.setattr(imports, "CODES", codes)
    assert [row[0] for row in imports.rows(1)] == ["import", "deltawire"]


def test_jobs_take_turns_after_one_run_that_does_not_count() -> None:
    order: list[str] = []
    found = clock.interleaved({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 2)
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert found.keys() == {"a", "b"}


def test_a_table_as_markdown() -> None:
    table = [["stream", "ratio"], ["text", "1.20"], ["tools", "0.98"]]
    assert page.markdown(table) == "| stream | ratio |\n| --- | ---: |\n| text | 1.20 |\n| tools | 0.98 |"


def test_figures_replace_those_before() -> None:
    text = "a\n<!-- bench x -->\nold\n<!-- end of bench x -->\nb\n<!-- bench y -->\n<!-- end of bench y -->\n"
    once = page.written(text, "x", "new")
    assert once == text.replace("old", "new")
    assert page.written(once, "x", "new") == once
    assert "\nfirst\n<!-- end of bench y -->" in page.written(text, "y", "first")
    with pytest.raises(ValueError, match="no place for 'z'"):
        page.written(text, "z", "new")


def test_the_page_has_a_place_for_every_table_of_it(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    for name in ("machine", *bench.SEVERAL["all"]):
        assert "figures" in page.written(text, name, "figures")


def test_the_command_writes_what_it_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "page.md"
    copy.write_text(PAGE.read_text("utf-8"), "utf-8")
    bench.main(["floor", "--provider", "ollama", "--events", "16", "--rounds", "1", "--write", str(copy)])
    assert "ollama" in capsys.readouterr().out
    written = copy.read_text("utf-8").partition("<!-- bench floor -->")[2].partition("<!-- end of")[0]
    assert written.count("| ollama |") == 3
    assert "Measured on" in copy.read_text("utf-8")
