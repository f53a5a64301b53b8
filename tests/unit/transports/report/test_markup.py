"""Markup that nothing breaks out of."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deltawire_transports.report.markup import Markup, escaped, join, tag

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b & c > \"d\" 'e'", "a &lt; b &amp; c &gt; &quot;d&quot; &#x27;e&#x27;"),
        ("tab\tline\nend\r", "tab\tline\nend\u240d"),
        ("\x00\x1b[31m", "\u2400\u241b[31m"),
        ("\x7f\x85", "\\u007f\\u0085"),
        ("left\u202eright\u2066\u200b", "left\\u202eright\\u2066\\u200b"),
        ("\ud800\ufffe", "\N{REPLACEMENT CHARACTER}\\ufffe"),
        ("Grüezi 東京 🌍", "Grüezi 東京 🌍"),
        (7, "7"),
    ],
    ids=["markup", "line ends", "terminal", "controls", "directions", "no characters", "letters", "a number"],
)
def test_text_is_shown_and_never_obeyed(text: object, expected: str) -> None:
    assert escaped(text) == expected


def test_markup_is_escaped_once() -> None:
    assert escaped(escaped("<")) == "&lt;"
    assert tag("b", tag("i", "<"), ">") == "<b><i>&lt;</i>&gt;</b>"
    assert join("<", Markup("<hr>")) == "&lt;<hr>"


def test_attributes_are_escaped_and_none_is_left_out() -> None:
    made = tag("a", title='"><script>', class_="x", aria_label="l", hidden=None, stroke_width=1.5)
    assert made == '<a title="&quot;&gt;&lt;script&gt;" class="x" aria-label="l" stroke-width="1.5"></a>'


def test_elements_are_closed_as_their_language_wants() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert tag("rect", x=1) == '<rect x="1"/>'
    assert tag("rect", tag("title", "t")) == "<rect><title>t</title></rect>"
    assert tag("td") == "<td></td>"


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_is_one_text_to_parsers(text: str, value: str) -> None:
    made = tag("p", text, title=value)
    element = ET.fromstring(made)
    assert list(element) == []
    seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, attrs))

    Reader().feed(made)
    assert [(name, [key for key, _ in attributes]) for name, attributes in seen] == [("p", ["title"])]
