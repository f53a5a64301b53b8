"""The pages and pictures of reports: what is on them, and what never is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from tests.captured import (
    HOSTILE,
    a_counted_story,
    a_cut_story,
    a_full_story,
    a_short_story,
    bring,
    captured,
    hostile,
    stalled,
    unstarted,
)
from tests.policy_driver import KEY, Driver, chunk, text

from deltawire.pricing import ListPrices, Price
from deltawire_transports.capture import Capture
from deltawire_transports.report import Story, comparison_page, report_page, report_picture

PRICES = ListPrices({"openai-chat": {"": Price(1.0, 1.0)}}, as_of="", sources=())
CAPTURES = {
    "full": captured(a_full_story, title="A full story"),
    "short": captured(a_short_story),
    "cut": captured(a_cut_story),
    "counted": captured(a_counted_story),
    "stalled": stalled(),
    "hostile": hostile(),
    "nobody was asked": unstarted(),
}
each_capture = pytest.mark.parametrize("capture", CAPTURES.values(), ids=CAPTURES)
TAGS = {
    *("html", "head", "meta", "link", "title", "style", "body", "main", "section", "footer", "div", "h1", "h2", "h3"),
    *("a", "p", "ul", "ol", "li", "i", "strong", "span", "dl", "dt", "dd", "table", "caption", "tr", "th", "td", "pre"),
    *(
        "details",
        "summary",
        "svg",
        "g",
        "defs",
        "pattern",
        "rect",
        "line",
        "circle",
        "path",
        "polyline",
        "text",
        "desc",
    ),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "rel", "href", "class", "id", "tabindex", "role", "dir"),
    *("scope", "aria-label", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "dx", "d"),
    *("points", "viewbox", "preserveaspectratio", "overflow", "text-anchor", "patternunits", "patterntransform"),
}


class Page(HTMLParser):
    """The elements and texts of a page, and what is wrong with its nesting."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def page_of(capture: Capture) -> str:
    return report_page([Story.of(capture, pricer=PRICES)])


class TestSafety:
    @each_capture
    def test_a_page_is_made_of_known_elements_only(self, capture: Capture) -> None:
        for page in (page_of(capture), comparison_page(Story.of(capture), Story.of(CAPTURES["short"]))):
            for name, attributes in Page(page).elements:
                assert name in TAGS
                assert set(attributes) <= ATTRIBUTES
                assert not {key for key in attributes if key.startswith("on")}

    @each_capture
    def test_it_asks_nobody_for_anything(self, capture: Capture) -> None:
        elements = Page(page_of(capture)).elements
        assert not [attributes for _, attributes in elements if "src" in attributes]
        assert [attributes for name, attributes in elements if "href" in attributes and name != "a"] == [
            {"rel": "icon", "href": "data:,"}
        ]
        links = [attributes["href"] or "" for name, attributes in elements if name == "a"]
        assert all(re.fullmatch(r"#stream-\d+", link) for link in links)
        style = re.search(r"<style>(.*?)</style>", page_of(capture), re.DOTALL)
        assert style is not None
        assert re.findall(r"url\([^)]*\)|@import|http", style[1]) == ["url(#stalled)"]
        policy = next(attributes["content"] for _, attributes in elements if "http-equiv" in attributes)
        assert policy is not None
        assert "default-src 'none'" in policy
        assert "script" not in policy

    @each_capture
    def test_a_picture_is_well_formed_and_asks_nobody(self, capture: Capture) -> None:
        picture = report_picture([Story.of(capture)])
        root = ET.fromstring(picture)
        names = {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in root.iter()}
        assert names <= TAGS
        assert "http" not in picture.replace('xmlns="http://www.w3.org/2000/svg"', "")

    def test_markup_of_a_server_is_shown_as_text(self) -> None:
        page = page_of(CAPTURES["hostile"])
        assert "<script" not in page
        assert "<img" not in page
        assert "<b>" not in page
        assert "\x00" not in page
        assert "\x1b" not in page
        assert "\u202e" not in page
        shown = HOSTILE.replace("\x00", "\u2400").replace("\x1b", "\u241b").replace("\u202e", "\\u202e")
        assert Page(page).text.count(shown) >= 4

    @each_capture
    def test_no_key_is_on_it(self, capture: Capture) -> None:
        assert KEY not in page_of(capture)
        assert KEY not in report_picture([Story.of(capture)])

    @each_capture
    def test_the_same_capture_gives_the_same_page(self, capture: Capture) -> None:
        assert page_of(capture) == page_of(capture)
        assert report_picture([Story.of(capture)]) == report_picture([Story.of(capture)])


class TestContent:
    PAGE = page_of(CAPTURES["full"])
    TEXT = Page(PAGE).text

    @pytest.mark.parametrize(
        "said",
        [
            "A full story",
            "1 · openai-chat · m",
            "HTTP 503, retried",
            "again after 1.00 s",
            "reasoning: 50 ms, 2 pieces, 9 characters",
            "stalled: 2.50 s",
            "tool arguments: 250 ms",
            "p50 50 ms",
            "p95 2.50 s",
            "max 2.50 s",
            "weather complete",
            '"city": "Bern"',
            "call 1 of choice 0, id call_2",
            "Answer: 15 characters",
            "Grüezi from 東京!",
            "first content1.50 s",
            "first byte1.40 s",
            "x-request-id",
            "Attempt 2: HTTP 200, 14 reads",
            'data: {"id": "r"',
            "finished: tool calls",
            "input61",
        ],
    )
    def test_it_says(self, said: str) -> None:
        assert said in self.TEXT

    def test_every_attempt_has_a_lane_that_can_be_focused_and_read_out(self) -> None:
        lanes = [attributes for name, attributes in Page(self.PAGE).elements if name == "g" and "role" in attributes]
        assert [lane["tabindex"] for lane in lanes] == ["0", "0"]
        assert "Attempt 1, openai-chat m: HTTP 503, retried after 1.00 s" in (lanes[0]["aria-label"] or "")
        assert "1 heartbeat" in (lanes[1]["aria-label"] or "")

    def test_every_figure_has_a_title_and_a_description(self) -> None:
        figures = re.findall(r'<svg class="figure".*?>(<title>.+?</title><desc>.+?</desc>)?', self.PAGE)
        assert len(figures) == 3
        assert all(figures)

    def test_what_is_behind_a_click_is_in_details(self) -> None:
        summaries = re.findall(r"<details><summary>(.*?)</summary>", self.PAGE)
        assert [summary.split(":")[0] for summary in summaries] == [
            "Answer",
            "Reasoning",
            "The lanes as a table",
            "Attempt 1",
            "Attempt 2",
        ]

    def test_several_captures_share_their_lanes(self) -> None:
        page = report_page([Story.of(CAPTURES["full"]), Story.of(CAPTURES["short"], title="The second")])
        assert page.count('role="group"') == 1
        assert "<h2>A full story</h2>" in page
        assert "<h2>The second</h2>" in page
        assert page.count('id="stalled"') == 1

    def test_an_overview_leads_to_each_and_sums_up(self) -> None:
        stories = [Story.of(CAPTURES[name], pricer=PRICES, title=name) for name in ("full", "counted")]
        page = report_page(stories)
        links = re.findall(r'<a href="#(.*?)">(.*?)</a>', page)
        assert links == [("stream-1", "full"), ("stream-2", "counted")]
        assert all(f'<section id="{place}">' in page for place, _ in links)
        assert re.search(r"together.*?<strong>1,000</strong>.*?<strong>–</strong>", page), "the first has no price"
        page = report_page([stories[1], stories[1], Story.of(CAPTURES["cut"])])
        assert re.search(r"together.*?<strong>2,000</strong>.*?<strong>\$0\.002</strong>", page)

    def test_the_legend_has_the_colours_that_occur(self) -> None:
        legend = re.findall(r'<ul class="legend".*?</ul>', report_page([Story.of(CAPTURES["short"])]))
        assert re.findall(r'<i class="(.*?)">', legend[0]) == ["headers", "waiting", "text", "closing"]
        assert re.findall(r'<i class="(.*?)">', legend[1]) == ["text"]

    def test_none_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            report_page([])

    def test_a_cut_says_so(self) -> None:
        shown = Page(page_of(CAPTURES["cut"])).text
        assert "failed: truncated" in shown
        assert "f incomplete" in shown
        assert '{"a":' in shown

    def test_a_fallback_has_an_arrow(self) -> None:
        assert "the next target" in page_of(CAPTURES["stalled"])

    def test_nobody_asked_is_a_page_too(self) -> None:
        shown = Page(page_of(CAPTURES["nobody was asked"])).text
        assert "no request went out" in shown
        assert "there are no gaps" in shown
        assert "No content came." in shown

    def test_binary_and_half_characters_are_shown_byte_by_byte(self) -> None:
        def story(driver: Driver) -> None:
            driver.head(200)
            driver.data(b"\x00\xffdata: caf\xc3")

        assert "\u2400\\xffdata: caf\\xc3" in Page(page_of(captured(story))).text

    def test_much_is_cut_off_and_counted(self) -> None:
        def story(driver: Driver) -> None:
            driver.head(200)
            for _ in range(30):
                driver.data(b"x" * 10_000)

        page = page_of(captured(story))
        assert len(page) < 300_000
        assert "and 100.0 kB more, which are in the capture" in page


class TestComparison:
    PAGE = comparison_page(Story.of(CAPTURES["full"], title="A"), Story.of(CAPTURES["short"], title="B"))

    def test_numbers_stand_side_by_side(self) -> None:
        table = self.PAGE[: self.PAGE.index("</table>")]
        rows = [tuple(re.sub("<.*?>", "|", row).strip("|").split("||")) for row in re.findall("<tr>(.*?)</tr>", table)]
        assert rows[0] == ("A", "B", "B against A")
        assert ("attempts", "2", "1", "−50 %") in rows
        assert ("stalls", "1", "0", "−100 %") in rows
        assert ("in all", "4.50 s", "250 ms", "−94 %") in rows
        assert ("characters/s", "14", "1,100", "× 77.8") in rows
        assert ("cost", "–", "–", "–") in rows

    def test_the_same_twice_is_no_change(self) -> None:
        story = Story.of(CAPTURES["counted"])
        changes = re.findall(r'<td class="number">([^<]*)</td></tr>', comparison_page(story, story))
        assert set(changes[:12]) == {"=", "–"}

    def test_curves_and_bars_of_both_are_in_one_figure(self) -> None:
        figures = re.findall(r'<svg class="figure".*?</section>', self.PAGE)
        assert "curve text" in figures[1]
        assert "curve text second" in figures[1]
        assert "bar second" in figures[2]
        assert "A: p50 50 ms" in figures[2]
        assert "B: p50 10 ms" in figures[2]


def test_a_long_stream_makes_no_long_figure() -> None:
    def story(driver: Driver) -> None:
        driver.head(200)
        for _ in range(1500):
            bring(driver, text("a"), chunk({"reasoning_content": "b"}), after=0.001)

    picture = report_picture([Story.of(captured(story))])
    assert picture.count("<rect") < 2300
    page = page_of(captured(story))
    points = max(re.findall(r'points="([^"]*)"', page), key=len)
    assert len(points.split()) <= 1210
