"""The look at the built documentation finds what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import pages
from tests.browser import CHROMIUM

WHOLE = (
    '<!doctype html><h1 id="top">A</h1><a href="b.html#there">b</a><a href="#top">up</a><a href="https://x.y/">x</a>'
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    pages.read.cache_clear()
    (tmp_path / "index.html").write_text(WHOLE)
    (tmp_path / "b.html").write_text('<!doctype html><p id="there">B</p>')
    (tmp_path / "genindex.html").write_text('<!doctype html><a href="nowhere.html">not ours</a>')
    return tmp_path


def test_links_that_lead_somewhere_are_fine(site: Path) -> None:
    assert [path.name for path in pages.pages(site)] == ["b.html", "index.html"]
    assert list(pages.broken_links(site)) == []


@pytest.mark.parametrize(
    ("link", "told"),
    [("c.html", "no file"), ("b.html#here", "no place"), ("#bottom", "no place"), ("b.html#there%20", "no place")],
)
def test_a_link_that_leads_nowhere_is_told(site: Path, link: str, told: str) -> None:
    (site / "index.html").write_text(f'{WHOLE}<a href="{link}">there</a><img src="missing.png">')
    broken = list(pages.broken_links(site))
    assert [line.startswith("index.html: ") for line in broken] == [True, True]
    assert told in broken[0]
    assert "missing.png is no file" in broken[1]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_page_that_is_too_wide_or_lacks_a_picture_is_told(site: Path) -> None:
    wide = '<div style="width:600px">x</div><img src="missing.png"><script>console.error("no")</script>'
    (site / "index.html").write_text(WHOLE + wide)
    (site / "b.html").unlink()
    told = list(pages.looks(site, None))
    assert [line for line in told if "at 400 pixels" in line and "wider than the screen" in line]
    assert not [line for line in told if "at 1600 pixels" in line and "wider than the screen" in line]
    assert [line for line in told if "missing.png is not shown" in line]
    assert [line for line in told if "no" in line.rpartition(": ")[2]]
