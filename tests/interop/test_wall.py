"""Damaged and odd streams: our column of the wall has no wrong cell, and the page shows what the tests measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.clients import CLIENTS
from tests.interop.differences import VERSIONS
from tests.interop.wall.kits import KITS
from tests.interop.wall.page import measure_peers, ours, page
from tests.interop.wall.row import Row, expected, measure
from tests.interop.wall.rows import ROWS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "wall.md"
by_kind = pytest.mark.parametrize("kind", list(dict.fromkeys(row.kind for row in ROWS)))


def of_kind(kind: str) -> list[Row]:
    """The rows of one group."""
    return [row for row in ROWS if row.kind == kind]


@by_kind
def test_every_cell_of_ours_is_right(kind: str) -> None:
    measured = {(row.kit.dialect, row.what): measure(row) for row in of_kind(kind)}
    assert measured == {(row.kit.dialect, row.what): expected(row) for row in of_kind(kind)}


@by_kind
def test_what_is_written_down_keeps_the_promises(kind: str) -> None:
    for row in of_kind(kind):
        if row.truth == "cut":
            assert row.ends in ("Failed(truncated)", "Failed(read)", "Failed(stalled)"), row.what
        elif row.truth == "error":
            assert row.ends.startswith("Failed("), row.what
        elif row.truth == "whole":
            assert not row.ends.startswith("Failed("), row.what
            assert row.text or row.calls, row.what
            assert all(call.complete for call in row.calls), row.what
            assert "malformed" not in row.notes, row.what


@by_kind
def test_the_page_shows_our_cells(kind: str) -> None:
    text = PAGE.read_text("utf-8")
    section = text.partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
    cells = [line.strip("|").split(" | ") for line in section.splitlines()[3:] if line.startswith("|")]
    shown = {(cell[0].strip(), cell[1], cell[-1].strip()) for cell in cells}
    assert shown == {(row.what, row.kit.title, ours(measure(row), row)) for row in of_kind(kind)}


def test_every_row_is_there_once_and_every_dialect_has_all_truths() -> None:
    names = [(row.kind, row.kit.dialect, row.what) for row in ROWS]
    assert len(set(names)) == len(names) >= 60
    for kit in KITS:
        assert {row.truth for row in ROWS if row.kit is kit} == {"whole", "cut", "error", "open"}


def test_the_page_is_what_the_command_writes() -> None:
    """Needs the very versions that the page names."""
    if any(client.missing or client.version != VERSIONS[client.package] for client in CLIENTS):
        pytest.skip("needs the vendors' clients in the versions that the page names (extra `interop`)")
    assert page(measure_peers(), {row: measure(row) for row in ROWS}) == PAGE.read_text("utf-8")
