"""Reports in a real browser: nothing is asked for, nothing complains, everything fits and can be reached by keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser import CHROMIUM, Browser
from tests.captured import a_full_story, a_short_story, captured, hostile, stalled
from tests.policy_driver import Driver

from deltawire.policy import RetryPolicy
from deltawire_transports.report import Story, comparison_page, report_page, report_picture

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    # One browser for all of them.
    pytest.mark.xdist_group("browser"),
]


def a_story_of_retries(driver: Driver) -> None:
    """Refused six times, each wait twice as long as the one before, up to eight seconds."""
    for _ in range(6):
        driver.now += 0.1
        driver.head(503)
        driver.eof()
        driver.wait()
    a_short_story(driver)


PATIENT = RetryPolicy(max_attempts=7, jitter_factor=0)
FULL, SHORT = Story.of(captured(a_full_story)), Story.of(captured(a_short_story))
PAGES = {
    "report.html": report_page([FULL]),
    "several.html": report_page([FULL, SHORT, Story.of(stalled())]),
    "retries.html": report_page([Story.of(captured(a_story_of_retries, policy=PATIENT))]),
    "hostile.html": report_page([Story.of(hostile())]),
    "compare.html": comparison_page(FULL, SHORT),
    "lanes.svg": report_picture([FULL]),
    "hostile.svg": report_picture([Story.of(hostile())]),
}
# Where to keep what the pages look like, for a person.
PICTURES = os.environ.get("DELTAWIRE_PICTURES")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1600])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_asks_nobody(name: str, width: int, scheme: str, browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(PAGES[name], encoding="utf-8")
    browser.requests.clear()
    browser.complaints.clear()
    browser.show(path, width=width, scheme=scheme)
    assert browser.requests == [path.as_uri()]
    assert browser.complaints == []
    assert browser.ask("document.querySelectorAll('script, img, iframe, object').length") == 0
    if PICTURES:
        (Path(PICTURES) / f"{name}-{width}-{scheme}.png").write_bytes(browser.picture())
    if name.endswith(".html"):
        assert browser.ask("[document.documentElement.scrollWidth, window.innerWidth]") == [width, width]
        dark = browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 27)"
        assert dark is (scheme == "dark")


@pytest.mark.parametrize("width", [400, 1600])
def test_no_text_of_a_figure_leaves_it(width: int, browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(PAGES["several.html"], encoding="utf-8")
    browser.show(path, width=width, scheme="light")
    outside = """[...document.querySelectorAll('svg.figure text')].filter(text => {
        if (!text.getClientRects().length) return false;
        const inner = text.getBoundingClientRect(), outer = text.closest('svg.figure').getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
    }).map(text => text.textContent)"""
    assert browser.ask(outside) == []


@pytest.mark.parametrize("width", [400, 1600])
@pytest.mark.parametrize("name", ["several.html", "retries.html", "compare.html"])
def test_no_text_of_a_figure_lies_on_another(name: str, width: int, browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(PAGES[name], encoding="utf-8")
    browser.show(path, width=width, scheme="light")
    overlaps = """[...document.querySelectorAll('svg.figure')].flatMap(figure => {
        const texts = [...figure.querySelectorAll('text')].filter(text => text.getClientRects().length);
        const boxes = texts.map(text => text.getBoundingClientRect());
        return texts.flatMap((text, one) => texts.slice(one + 1).map((other, more) => {
            const a = boxes[one], b = boxes[one + 1 + more];
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            return across > 1 && down > 4 ? text.textContent + ' | ' + other.textContent : '';
        })).filter(pair => pair);
    })"""
    assert browser.ask(overlaps) == []


def test_keys_reach_every_lane_and_open_what_is_behind_a_click(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(PAGES["report.html"], encoding="utf-8")
    browser.show(path, width=1000, scheme="light")
    reached = []
    for _ in range(40):
        browser.press("Tab")
        name = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
        reached.append(browser.ask(name))
        if "Attempt 2: HTTP 200" in reached[-1]:
            break
    assert any(said.startswith("Attempt 1, ") for said in reached)
    assert any(said.startswith("Attempt 2, ") for said in reached)
    assert "Characters over time" in reached
    assert "Gaps between pieces of content" in reached
    assert not browser.ask("document.activeElement.parentElement.open")
    browser.press("Enter")
    assert browser.ask("document.activeElement.parentElement.open")
