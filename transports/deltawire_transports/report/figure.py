"""A picture of a report: its markup, its size, and its words for those who do not see it."""

from __future__ import annotations

import attrs

from .markup import Markup, join, tag

__all__ = ["HATCH", "Figure", "label"]

HATCH = tag(
    "defs",
    tag(
        "pattern",
        tag("line", x1=0, y1=0, x2=0, y2=6, class_="hatch"),
        id="stalled",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    ),
)
"""What the pattern of stalls is made of; once in each document."""


@attrs.frozen
class Figure:
    """An SVG whose widths are in per cent, so that it fits any page without its texts being scaled."""

    title: str
    """What it shows, in a few words."""
    description: str
    """What is to be seen, in words."""
    height: int
    """Pixels."""
    body: Markup
    """What stands inside of the `svg` element."""
    parts: bool = False
    """True if the body has parts that can be focused each."""

    def inline(self) -> Markup:
        """The picture inside of a page, as wide as there is room."""
        words = join(tag("title", self.title), tag("desc", self.description))
        role = {"role": "group"} if self.parts else {"role": "img", "tabindex": 0}
        attributes = {"class_": "figure", "width": "100%", "height": self.height, "aria_label": self.title}
        return tag("svg", words, self.body, **attributes, **role)


def label(text: str, x: str | int, y: int, *classes: str, anchor: str | None = None) -> Markup:
    """A text in a picture; `anchor` is start, middle or end."""
    return tag("text", text, x=x, y=y, class_=" ".join(classes) or None, text_anchor=anchor)
